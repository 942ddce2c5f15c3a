"""Runs a command with standard input and output set not to block.

    python3 nonblocking.py COMMAND [ARGUMENT...]
"""

import os
import sys

for descriptor in (0, 1):
    os.set_blocking(descriptor, False)
os.execv(sys.argv[1], sys.argv[1:])
