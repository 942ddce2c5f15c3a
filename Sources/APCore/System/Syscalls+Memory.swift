#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension Syscalls {
  /// Whether so many bytes of memory could be had now. `mmap(2)`.
  static func canMap(_ bytes: Int) -> Bool {
    guard let memory = map(bytes) else { return false }
    unmap(memory)
    return true
  }

  /// Memory of its own, nil where it is refused; pages that nobody touches take none. `mmap(2)`.
  static func map(_ bytes: Int) -> UnsafeMutableRawBufferPointer? {
    guard
      let address = mmap(
        nil, max(bytes, 1), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      address != MAP_FAILED
    else { return nil }
    return UnsafeMutableRawBufferPointer(start: address, count: max(bytes, 1))
  }

  /// Gives back what `map` gave.
  static func unmap(_ memory: UnsafeMutableRawBufferPointer) {
    munmap(memory.baseAddress, memory.count)
  }

  /// The most bytes of memory that this process has had; nil where the system does not say.
  ///
  /// Not `getrusage(2)`, which counts what the process had before it became this program.
  static func peakMemory() -> Int? { bytes("VmHWM", in: "/proc/self/status") }

  /// The bytes of memory that this process has now; nil where the system does not say.
  static func residentMemory() -> Int? { bytes("VmRSS", in: "/proc/self/status") }

  /// The bytes of memory that programs can still have before the system runs out of it; nil where it does not say.
  static func availableMemory() -> Int? {
    bytes("MemAvailable", in: "/proc/meminfo").map {
      $0 + (bytes("SwapFree", in: "/proc/meminfo") ?? 0)
    }
  }

  /// What a line of a file tells in KiB.
  private static func bytes(_ name: String, in file: String) -> Int? {
    guard let text = try? readFile(file, limit: 8192) else { return nil }
    let lines = String(decoding: text, as: UTF8.self).split(separator: "\n")
    guard let line = lines.first(where: { $0.hasPrefix("\(name):") }) else { return nil }
    return Int(line.filter(\.isNumber)).map { $0 * 1024 }
  }
}
