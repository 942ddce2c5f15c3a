"""Usage: serve.py FAULT FILE COMMAND…

Serves the bytes of FILE under every address on a free port of 127.0.0.1, runs COMMAND with that address
in AP_MODELS_URL, prints a line a request (the byte it began at), and exits as COMMAND did.

FAULT says what goes wrong:
  none           nothing
  cut=N          each answer breaks off after N bytes
  cut-once=N     the first one does
  flip           each answer has a wrong byte
  flip-once      the first one has
  stop=N         the first one does, and the others are errors
  no-ranges      every answer is the whole file
  no-tag         no answer has an entity tag
  status=CODE    each answer is that error
  status-once=CODE   the first one is
  signal=NUMBER  COMMAND's curl gets that signal instead of an answer
  gated=TOKEN    those who do not show the token are refused, as they are when anybody could see it
                 in the list of processes; others are sent on to a second server, which must not
                 get the token
"""

import glob
import hashlib
import http.server
import os
import re
import subprocess
import sys
import threading

fault, path = sys.argv[1:3]
kind, _, value = fault.partition("=")
content = open(path, "rb").read()
tag = f'"{hashlib.sha256(content).hexdigest()}"'
requests = []


def is_in_sight(token):
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            line = open(path, "rb").read()
        except OSError:
            continue
        if b"curl" in line.split(b"\0")[0] and token.encode() in line:
            return True
    return False


def signal_curl(number):
    for path in glob.glob("/proc/[0-9]*/stat"):
        try:
            pid, name, _, _, _, session, *_ = open(path).read().split()
        except (OSError, ValueError):
            continue
        if name == "(curl)" and int(session) == command.pid:
            os.kill(int(pid), number)


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        shown = self.headers.get("Authorization")
        if self.server is second:
            return self.send_error(400) if shown else self.send_content()
        if kind == "gated":
            if shown is None:
                return self.send_error(401)
            if shown != f"Bearer {value}" or is_in_sight(value):
                return self.send_error(403)
            self.send_response(302)
            self.send_header("Location", f"http://127.0.0.1:{second.server_address[1]}/elsewhere")
            self.send_header("Content-Length", "0")
            return self.end_headers()
        self.send_content()

    def send_content(self):
        match = re.match(r"bytes=(\d+)-$", self.headers.get("Range", ""))
        start = int(match[1]) if match else 0
        requests.append(start)
        broken = not kind.endswith("-once") or len(requests) == 1
        if kind == "signal":
            return signal_curl(int(value))
        if broken and kind.startswith("status"):
            return self.send_error(int(value))
        if kind == "stop" and len(requests) > 1:
            return self.send_error(503)
        if kind == "no-ranges" or self.headers.get("If-Range", tag) != tag:
            match, start = None, 0
        if start >= len(content):
            return self.send_error(416)
        body = bytearray(content[start:])
        self.send_response(206 if match else 200)
        if match:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        if kind != "no-tag":
            self.send_header("ETag", tag)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if broken and kind.startswith("flip"):
            body[-1] ^= 1
        if broken and kind.startswith(("cut", "stop")):
            body = body[: int(value)]
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def start():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


second = start()
server = start()
environment = dict(os.environ, AP_MODELS_URL=f"http://127.0.0.1:{server.server_address[1]}")
command = subprocess.Popen(sys.argv[3:], env=environment, stdout=subprocess.DEVNULL, start_new_session=True)
status = command.wait()
print(*requests, sep="\n")
sys.exit(status)
