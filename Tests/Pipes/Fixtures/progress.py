"""Runs a command line of bash as a person would: standard error and the controlling terminal are one.

    python3 progress.py COLUMNS[,COLUMNS] COMMAND-LINE [interrupt]

With a second width, the window changes to it as soon as something is shown; with "interrupt", Ctrl-C is pressed
then. Prints what the terminal got; the status is that of the command line.
"""

import fcntl
import os
import pty
import signal
import struct
import sys
import termios

widths = [int(width) for width in sys.argv[1].split(",")]
line = sys.argv[2]
interrupts = sys.argv[3:] == ["interrupt"]


def resize(descriptor, columns):
    fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))


process, terminal = pty.fork()
if process == 0:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    resize(2, widths[0])
    # Standard output is no terminal, so that a stream may go there.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.execvp("bash", ["bash", "-c", "set -o pipefail; " + line])
written = b""
shown = False
while True:
    try:
        piece = os.read(terminal, 65536)
    except OSError:
        break
    if not piece:
        break
    written += piece
    if not shown and b"%" in written:
        shown = True
        if len(widths) > 1:
            resize(terminal, widths[1])
        if interrupts:
            os.write(terminal, b"\x03")
sys.stdout.buffer.write(written)
sys.stdout.flush()
status = os.waitpid(process, 0)[1]
sys.exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))
