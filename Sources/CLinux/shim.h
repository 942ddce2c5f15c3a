#include <linux/fs.h>
#include <sys/syscall.h>
#include <unistd.h>

// The C library declares it only for programs that ask for all that GNU has.
static inline int ap_sync_file_range(int file, long offset, long count, unsigned flags) {
  return (int)syscall(SYS_sync_file_range, file, offset, count, flags);
}
