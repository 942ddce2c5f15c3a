internal import APCore
internal import SystemPackage

/// Which job needs which: because it says so, or because it reads what the other makes.
struct JobGraph {
  private(set) var jobs: [Job]
  private(set) var problems: [Problem] = []
  private let folder = FilePath(ThisProcess.currentFolder)
  /// The job that makes a file or folder, by its whole path.
  private var makers: [FilePath: Int] = [:]

  init(_ jobs: [Job], steps: [Workflow.Step]) {
    self.jobs = jobs
    findMakers()
    for index in jobs.indices { connect(index) }
    addNeeds(steps)
  }

  private mutating func findMakers() {
    for (index, job) in jobs.enumerated() {
      for output in job.outputs {
        if let other = makers.updateValue(index, forKey: whole(output)), other != index {
          reportTwoMakers(output, index, other)
        }
      }
    }
    for (index, job) in jobs.enumerated() {
      for output in job.outputs {
        let above = whole(output).removingLastComponent()
        if let other = maker(of: above), other != index { reportTwoMakers(output, index, other) }
      }
    }
  }

  private mutating func reportTwoMakers(_ output: String, _ index: Int, _ other: Int) {
    problems.append(
      Problem(
        jobs[index].position,
        "\(jobs[index].label) and \(jobs[other].label) both make '\(output)'."))
  }

  private mutating func connect(_ index: Int) {
    for input in jobs[index].inputs {
      if let maker = maker(of: whole(input)) {
        jobs[index].needs.insert(maker)
        jobs[index].sources.insert(maker)
      } else if !FileSystem.exists(input) {
        problems.append(
          Problem(
            jobs[index].position,
            "\(jobs[index].label) reads '\(input)', which is not there and which no step makes.",
            .noInput))
      }
    }
  }

  private mutating func addNeeds(_ steps: [Workflow.Step]) {
    var members: [String: [Int]] = [:]
    for (index, job) in jobs.enumerated() { members[job.step, default: []].append(index) }
    for step in steps {
      for need in step.needs {
        guard steps.contains(where: { $0.name == need.step }) else {
          problems.append(Problem(need.position, "There is no step '\(need.step)'."))
          continue
        }
        for index in members[step.name] ?? [] {
          jobs[index].needs.formUnion(members[need.step] ?? [])
        }
      }
    }
  }

  /// The jobs' places, each after all that it needs; where they go round in circles, a problem per
  /// circle.
  mutating func order() -> [Int] {
    enum Mark { case fresh, open, done }
    var marks = [Mark](repeating: .fresh, count: jobs.count)
    var order: [Int] = []
    // Not recursive: a chain may have as many jobs as a workflow.
    for root in jobs.indices where marks[root] == .fresh {
      var path: [(job: Int, rest: [Int])] = [(root, jobs[root].needs.sorted())]
      marks[root] = .open
      while let last = path.indices.last {
        guard !path[last].rest.isEmpty else {
          marks[path[last].job] = .done
          order.append(path[last].job)
          path.removeLast()
          continue
        }
        let next = path[last].rest.removeFirst()
        switch marks[next] {
        case .done: continue
        case .fresh:
          marks[next] = .open
          path.append((next, jobs[next].needs.sorted()))
        case .open:
          reportCircle(path.map(\.job).drop { $0 != next } + [next])
        }
      }
    }
    return order
  }

  private mutating func reportCircle(_ circle: [Int]) {
    let words = circle.reversed().map { jobs[$0].label }.joined(separator: ", then ")
    problems.append(
      Problem(
        circle.map { jobs[$0].position }.min() ?? jobs[circle[0]].position,
        "Steps wait for each other: \(words)."))
  }

  private func maker(of path: FilePath) -> Int? {
    var path = path
    while true {
      if let maker = makers[path] { return maker }
      guard path.removeLastComponent() else { return nil }
    }
  }

  private func whole(_ path: String) -> FilePath {
    folder.pushing(FilePath(path)).lexicallyNormalized()
  }
}
