"""Runs a command that can make no file longer than BYTES, as on a full disk.

    python3 filesize.py BYTES COMMAND [ARGUMENT...]

SIGXFSZ is left as a shell's `ulimit -f` leaves it: it ends a process that does not ignore it.
"""

import os
import resource
import signal
import sys

signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
limit = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
# What scripts/coverage counts would end at the limit too.
os.environ["LLVM_PROFILE_FILE"] = "/dev/null"
os.execv(sys.argv[2], sys.argv[2:])
