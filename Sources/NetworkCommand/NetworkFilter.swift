package import APCommand
package import APCore
package import Separation

/// A filter with a network: its options make a request, or ask for a list of models.
package protocol NetworkFilter: FilterCommand {
  associatedtype Request: NetworkRequest

  /// Which model separates what.
  var source: ModelOptions<Request.Models> { get }
  /// In which numbers.
  var numerics: NumericsOptions { get }

  /// Sets what the filter's own options say.
  func fill(_ request: inout Request)
}

extension NetworkFilter {
  package var historyOptions: [String: JSONValue] { request.history }

  package var writesStream: Bool { !source.listModels }

  package var readsStream: Bool { !source.listModels }

  package func repeatability() throws -> Repeatability {
    source.listModels ? .changing : try request.repeatability(store: .standard)
  }

  package func run(in context: FilterContext) throws {
    guard !source.listModels else {
      let models = Request.Models.standard
      return try context.write(text: source.json ? models.jsonLines() : models.table().text)
    }
    var request = request
    request.threads = context.settings.threads
    try request.run(in: context, store: .standard)
  }

  private var request: Request {
    var request = Request()
    request.model = source.model
    request.track = source.track
    request.precision = numerics.precision
    request.weights = numerics.weights
    fill(&request)
    return request
  }
}
