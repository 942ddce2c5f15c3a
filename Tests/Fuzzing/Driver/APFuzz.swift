import Glibc

/// What libFuzzer, which brings the main function, calls: once at the start, and for each input.
enum APFuzz {
  /// The target that `AP_FUZZ_TARGET` names.
  static let target = FuzzTarget.all.first { target in
    getenv("AP_FUZZ_TARGET").map { String(cString: $0) } == target.name
  }
}

/// Lists the targets and the longest input of each where none is chosen.
@_cdecl("LLVMFuzzerInitialize")
func initialize(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>
) -> CInt {
  guard APFuzz.target == nil else { return 0 }
  for target in FuzzTarget.all { print(target.name, target.maximumBytes) }
  exit(getenv("AP_FUZZ_TARGET") == nil ? 0 : 64)
}

@_cdecl("LLVMFuzzerTestOneInput")
func test(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  if let finding = APFuzz.target?.finding(Array(UnsafeBufferPointer(start: data, count: size))) {
    print("finding: \(finding)")
    fflush(nil)
    abort()
  }
  return 0
}
