"""Runs a command with one of its descriptors on a terminal.

    python3 terminal.py stdin|stdout COMMAND [ARGUMENT...]

The command's status is the script's; what it writes to the terminal goes to standard output.
"""

import os
import pty
import subprocess
import sys

stream, command = sys.argv[1], sys.argv[2:]
controller, terminal = pty.openpty()
process = subprocess.Popen(command, **{stream: terminal})
os.close(terminal)
written = b""
while True:
    try:
        piece = os.read(controller, 65536)
    except OSError:
        break
    if not piece:
        break
    written += piece
sys.stdout.buffer.write(written)
sys.stdout.flush()
status = process.wait()
sys.exit(status if status >= 0 else 128 - status)
