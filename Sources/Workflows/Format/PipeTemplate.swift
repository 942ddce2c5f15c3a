/// Commands in a row, each reading what the one before it writes.
struct PipeTemplate: Sendable {
  var stages: [[Template]] = []
  /// What the first reads, after `<`.
  var input: Template?
  /// What takes the last one's output, after `>`.
  var output: Template?

  /// Cuts a text into commands and words by the shell's rules for `|`, `<`, `>`, quotes and
  /// backslashes. All else that a shell would do is refused, so that nothing is run that it would
  /// have done differently.
  init(_ scanner: consuming TextScanner) throws(Problem) {
    var parser = PipeParser(scanner: scanner)
    try parser.parse()
    self = parser.pipe
  }

  fileprivate init() {}
}

private struct PipeParser {
  var scanner: TextScanner
  var pipe = PipeTemplate()
  private var words: [Template] = []
  /// The sign that still waits for what belongs after it.
  private var open: (sign: Unicode.Scalar, position: Position)?

  init(scanner: TextScanner) {
    self.scanner = scanner
  }

  private static let elsewhere = "for other shell syntax, write sh -c '…'."

  mutating func parse() throws(Problem) {
    let start = scanner.position
    var isNewLine = false
    while let next = scanner.next {
      switch next {
      case "\n":
        isNewLine = true
        scanner.take()
      case " ", "\t", "\r":
        scanner.take()
      case "\\" where scanner.take("\\\n") || scanner.take("\\\r\n"):
        continue
      case "|":
        try endStage(start)
        isNewLine = false
      case "<", ">":
        try redirect()
      default:
        try add(takeWord(), isNewLine: isNewLine)
        isNewLine = false
      }
    }
    try finishStage(start)
  }

  private mutating func endStage(_ start: Position) throws(Problem) {
    let position = scanner.position
    scanner.take()
    if let next = scanner.next, "|&".unicodeScalars.contains(next) {
      throw Problem(position, "Commands are joined by | only; \(Self.elsewhere)")
    }
    try finishStage(start)
    if pipe.output != nil {
      throw Problem(position, "Only the last command of a pipe can have a >.")
    }
    open = ("|", position)
  }

  private mutating func finishStage(_ start: Position) throws(Problem) {
    if let open { throw Problem(open.position, "There is nothing after this \(open.sign).") }
    guard !words.isEmpty else { throw Problem(start, "There is no command here.") }
    pipe.stages.append(words)
    words = []
  }

  private mutating func redirect() throws(Problem) {
    let position = scanner.position
    let sign = scanner.take()
    if let next = scanner.next, "<>&|(".unicodeScalars.contains(next) {
      throw Problem(position, "The only redirections here are < and >; \(Self.elsewhere)")
    }
    if let open, open.sign != "|" {
      throw Problem(open.position, "There is nothing after this \(open.sign).")
    }
    if sign == "<" {
      guard pipe.stages.isEmpty, pipe.input == nil else {
        throw Problem(position, "Only the first command of a pipe can have a <, and only one.")
      }
      open = ("<", position)
    } else {
      guard pipe.output == nil else { throw Problem(position, "A pipe can have only one >.") }
      open = (">", position)
    }
  }

  private mutating func add(_ word: Template, isNewLine: Bool) throws(Problem) {
    defer { open = nil }
    switch open?.sign {
    case "<": pipe.input = word
    case ">": pipe.output = word
    default:
      if isNewLine, !words.isEmpty {
        throw Problem(
          word.position,
          """
          A step is one pipe, and the end of the line ends it. Put the next command in a step of its own, \
          or a \\ at the end of the line before.
          """)
      }
      words.append(word)
    }
  }

  private mutating func takeWord() throws(Problem) -> Template {
    var word = Template(position: scanner.position)
    if scanner.next == "~" {
      throw Problem(word.position, "~ is not expanded here; write ${env.HOME}.")
    }
    // What else Unicode calls white space is part of a word, as in a shell.
    while let next = scanner.next, !" \t\r\n|".unicodeScalars.contains(next) {
      switch next {
      case "'", "\"": try takeQuoted(into: &word)
      case "$": word.append(try Template.takeReference(&scanner))
      case "\\":
        scanner.take()
        if let character = scanner.take() { word.append(character) }
      case "*", "?", "[":
        throw Problem(
          scanner.position, "\(next) matches files only under 'for'. To use it as it is, quote it.")
      case "&", ";", "(", ")", "`", "<", ">":
        throw Problem(
          scanner.position, "\(next) cannot be part of a word. Quote it; \(Self.elsewhere)")
      default:
        word.append(next)
        scanner.take()
      }
    }
    return word
  }

  /// Takes what is in quotes, the first of which is next.
  private mutating func takeQuoted(into word: inout Template) throws(Problem) {
    let start = scanner.position
    let quote = scanner.take()
    // Two quotes with nothing between them are a word too.
    word.append(.text(""))
    while let next = scanner.next, next != quote {
      switch next {
      case "$" where quote == "\"": word.append(try Template.takeReference(&scanner))
      case "\\" where quote == "\"":
        scanner.take()
        guard let escaped = scanner.take() else { break }
        if !"\\\"$`".unicodeScalars.contains(escaped) { word.append("\\") }
        word.append(escaped)
      default:
        word.append(next)
        scanner.take()
      }
    }
    guard scanner.take() != nil else {
      throw Problem(start, "This quotation mark has no closing one.")
    }
  }
}
