"""Copies standard input to standard output in writes of a size of its own.

    python3 chunks.py SIZE
"""

import os
import sys

size = int(sys.argv[1])
data = sys.stdin.buffer.read()
for start in range(0, len(data), size):
    os.write(1, data[start : start + size])
