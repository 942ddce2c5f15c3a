import APCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// OpenBLAS, which is loaded when it is measured: nothing else needs it to be installed.
struct OpenBLAS {
  private typealias SetThreads = @convention(c) (CInt) -> Void
  private typealias Multiply =
    @convention(c) (
      _ order: CInt, _ transposesA: CInt, _ transposesB: CInt, _ m: CInt, _ n: CInt, _ k: CInt,
      _ alpha: Float, _ a: UnsafePointer<Float>, _ strideA: CInt, _ b: UnsafePointer<Float>,
      _ strideB: CInt, _ beta: Float, _ c: UnsafeMutablePointer<Float>, _ strideC: CInt
    ) -> Void

  private let sgemm: Multiply

  /// - Throws: `unavailable`.
  init(threads: Int) throws(FilterError) {
    guard let library = dlopen("libopenblas.so.0", RTLD_NOW),
      let setThreads = dlsym(library, "openblas_set_num_threads"),
      let sgemm = dlsym(library, "cblas_sgemm")
    else {
      throw FilterError(
        .unavailable, "OpenBLAS is not installed.", advice: "Install Debian's libopenblas0.")
    }
    unsafeBitCast(setThreads, to: SetThreads.self)(CInt(threads))
    self.sgemm = unsafeBitCast(sgemm, to: Multiply.self)
  }

  /// Multiplies square matrices, row by row in memory, into `c`.
  func multiply(_ a: [Float], _ b: [Float], into c: inout [Float], size: Int) {
    // Values of cblas.h's enumerations: CblasRowMajor, CblasNoTrans.
    let n = CInt(size)
    sgemm(101, 111, 111, n, n, n, 1, a, n, b, n, 0, &c, n)
  }
}
