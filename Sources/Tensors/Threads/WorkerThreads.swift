internal import APCore
import CProcessor
import Glibc
import Synchronization

/// The threads of `Workers`, and what they have in common: one task at a time, numbered by `generation`.
final class WorkerThreads: @unchecked Sendable {
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

  /// - Parameter count: the threads, the caller of `run` included.
  init(count: Int) {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(wake, nil)
    pthread_cond_init(done, nil)
    for worker in 1..<max(1, count) {
      do {
        try BackgroundThread.start { self.work(as: worker) }
      } catch {
        AvailableMemory.end(withoutThread: error)
      }
    }
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
