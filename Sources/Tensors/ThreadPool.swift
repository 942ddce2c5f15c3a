internal import APCore
import CProcessor
import Glibc
import Synchronization

/// Threads that live as long as the pool and share out numbered jobs.
///
/// A job's result must not depend on which thread runs it or when: then the same input gives the
/// same bytes for any number of threads.
public final class ThreadPool: Sendable {
  /// How many threads work on a `run`, the calling one included.
  public let threads: Int

  private let shared: Shared

  /// Starts `threads - 1` threads; the caller of `run` is the last one.
  ///
  /// - Parameter threads: at least 1; nil takes the processors this process may use.
  public init(threads: Int? = nil) {
    let threads = max(1, threads ?? ThreadPool.availableProcessors)
    self.threads = threads
    self.shared = Shared()
    for worker in 1..<max(1, threads) {
      do {
        try BackgroundThread.start { [shared] in shared.work(as: worker) }
      } catch {
        preconditionFailure("no thread for the pool: \(error)")
      }
    }
  }

  deinit { shared.stop() }

  /// The processors that this process may run on (`sched_getaffinity`).
  public static var availableProcessors: Int {
    var mask = [UInt64](repeating: 0, count: 128)
    guard sched_getaffinity(0, UInt(mask.count * 8), &mask) >= 0 else { return 1 }
    return mask.reduce(0) { $0 + $1.nonzeroBitCount }
  }

  /// Calls `job(index)` once for each index of `0..<count`, on all threads; returns when all are done.
  public func run(_ count: Int, _ job: (_ index: Int) -> Void) {
    run(count) { index, _ in job(index) }
  }

  /// Calls `job(index, worker)` once for each index of `0..<count`; returns when all are done.
  ///
  /// `worker` is in `0..<threads`, and no two jobs run at once with the same one: it picks scratch
  /// memory. Not to be called from within a job.
  public func run(_ count: Int, _ job: (_ index: Int, _ worker: Int) -> Void) {
    if threads == 1 || count <= 1 {
      for index in 0..<count { job(index, 0) }
      return
    }
    withoutActuallyEscaping(job) { shared.run(count, $0) }
  }

  /// The results of `count` jobs in the order of their indices.
  ///
  /// - Throws: what the first job throws that throws.
  public func map<T>(_ count: Int, _ job: (_ index: Int) throws -> T) throws -> [T] {
    try collect(count) { index, _ in Result { try job(index) } }.map { try $0.get() }
  }

  /// The results of two jobs that run at once, where this pool has two threads or more; the first one may use it.
  ///
  /// - Throws: what the first of them throws that throws.
  public func both<A, B>(
    _ first: () throws -> A, _ second: () throws -> B
  ) throws -> (A, B) {
    var one: Result<A, any Error>?
    var other: Result<B, any Error>?
    ThreadPool(threads: min(2, threads)).run(2) { index in
      if index == 0 { one = Result { try first() } } else { other = Result { try second() } }
    }
    guard let one, let other else { preconditionFailure("a job did not run") }
    return (try one.get(), try other.get())
  }
}

/// What the threads have in common: one task at a time, numbered by `generation`.
private final class Shared: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let done = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  /// Guarded by `mutex`, but for the atomics.
  private var task: ((Int, Int) -> Void)?
  private var count = 0
  private var active = 0
  private var stopped = false
  private let generation = Atomic<Int>(0)
  private let next = Atomic<Int>(0)
  private let unfinished = Atomic<Int>(0)

  init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(wake, nil)
    pthread_cond_init(done, nil)
  }

  deinit {
    pthread_cond_destroy(wake)
    pthread_cond_destroy(done)
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
    wake.deallocate()
    done.deallocate()
  }

  func stop() {
    pthread_mutex_lock(mutex)
    stopped = true
    generation.wrappingAdd(1, ordering: .releasing)
    pthread_cond_broadcast(wake)
    pthread_mutex_unlock(mutex)
  }

  func run(_ count: Int, _ job: @escaping (Int, Int) -> Void) {
    pthread_mutex_lock(mutex)
    precondition(task == nil, "run() called from within a job")
    task = job
    self.count = count
    next.store(0, ordering: .relaxed)
    unfinished.store(count, ordering: .relaxed)
    generation.wrappingAdd(1, ordering: .releasing)
    pthread_cond_broadcast(wake)
    pthread_mutex_unlock(mutex)

    drain(job, count, worker: 0)

    // The others are in their last job: a short spin mostly saves a trip through the kernel.
    for _ in 0..<spins where unfinished.load(ordering: .acquiring) > 0 { pause() }
    pthread_mutex_lock(mutex)
    // A thread may still hold `job`, which must not outlive this call, until it is counted out.
    while unfinished.load(ordering: .acquiring) > 0 || active > 0 {
      pthread_cond_wait(done, mutex)
    }
    task = nil
    pthread_mutex_unlock(mutex)
  }

  func work(as worker: Int) {
    var seen = 0
    while true {
      for _ in 0..<spins where generation.load(ordering: .acquiring) == seen { pause() }
      pthread_mutex_lock(mutex)
      while generation.load(ordering: .acquiring) == seen { pthread_cond_wait(wake, mutex) }
      seen = generation.load(ordering: .acquiring)
      if stopped {
        pthread_mutex_unlock(mutex)
        return
      }
      guard task != nil else {
        pthread_mutex_unlock(mutex)
        continue
      }
      active += 1
      pthread_mutex_unlock(mutex)

      drain(worker: worker)

      pthread_mutex_lock(mutex)
      active -= 1
      if active == 0 { pthread_cond_signal(done) }
      pthread_mutex_unlock(mutex)
    }
  }

  /// Never inlined, so that the reference to the job is gone before the thread is counted out: the
  /// caller's closure does not escape, and Swift checks that. While `active` counts this thread,
  /// `run` changes neither `task` nor `count`.
  @inline(never) private func drain(worker: Int) {
    guard let task else { return }
    drain(task, count, worker: worker)
  }

  private func drain(_ job: (Int, Int) -> Void, _ count: Int, worker: Int) {
    while true {
      let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard index < count else { return }
      job(index, worker)
      unfinished.wrappingSubtract(1, ordering: .acquiringAndReleasing)
    }
  }

  /// About ten microseconds: most gaps between two parallel loops of a forward pass are shorter.
  private var spins: Int { 2_000 }

  @inline(__always) private func pause() {
    // An atomic load is a slow enough instruction to wait with.
    _ = next.load(ordering: .relaxed)
  }
}
