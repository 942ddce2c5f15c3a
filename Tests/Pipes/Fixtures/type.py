"""Types lines into an interactive shell, and prints the words that come of each.

Usage: type.py bash|zsh|fish FOLDER LINE…

FOLDER has the completion scripts; a tab in LINE completes.
"""

import os
import pty
import select
import sys
import time

shell, folder, *lines = sys.argv[1:]
START = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
    "fish": ["fish", "--no-config", "-i"],
}
SETUP = {
    "bash": "for f in {}/*.bash; do . $f; done; bind 'set bell-style none'; echo rea''dy\n",
    "zsh": "fpath=({} $fpath); autoload -U compinit; compinit -u -D; echo rea''dy\n",
    "fish": "for f in {}/*.fish; source $f; end; echo rea''dy\n",
}
# To the line's start and its end, where it becomes the arguments of another command.
SHOW = "\x01printf '<%s>\\n' begin \x05 end\n"

process, terminal = pty.fork()
if process == 0:
    os.environ.update(TERM="dumb", LC_ALL="C.UTF-8", COLUMNS="200", HISTFILE="/dev/null")
    os.execvp(START[shell][0], START[shell])

output = b""


def wait_for(text):
    """Until the shell has written this; what came before."""
    global output
    deadline = time.monotonic() + 60
    while text not in output:
        ready, _, _ = select.select([terminal], [], [], max(0, deadline - time.monotonic()))
        if not ready:
            sys.exit(f"{shell} does not answer: {output!r}")
        output += os.read(terminal, 65536)
    before, _, output = output.partition(text)
    return before.decode()


def send(text):
    os.write(terminal, text.encode())


send(SETUP[shell].format(folder))
wait_for(b"ready")
for line in lines:
    send(line + SHOW)
    wait_for(b"<begin>")
    print(wait_for(b"<end>").replace("\r", "").replace("\n", "").replace("><", "|").strip("<>"))
