import CFuzzer
import Glibc

/// `ap-fuzz TARGET [libFuzzer's options and corpus folders]`, which `scripts/fuzz` runs; alone, it lists the targets and
/// the longest input of each.
@main
enum APFuzz {
  private static let target = FuzzTarget.all.first {
    CommandLine.arguments.dropFirst().first == $0.name
  }

  static func main() {
    guard target != nil else {
      for target in FuzzTarget.all { print(target.name, target.maximumBytes) }
      exit(CommandLine.arguments.count > 1 ? 64 : 0)
    }
    // libFuzzer takes the word before its options for the program's name.
    var count = CommandLine.argc - 1
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv + 1
    exit(
      LLVMFuzzerRunDriver(&count, &arguments) { data, size in
        let bytes = Array(UnsafeBufferPointer(start: data, count: size))
        if let finding = APFuzz.target?.finding(bytes) {
          print("finding: \(finding)")
          fflush(nil)
          abort()
        }
        return 0
      })
  }
}
