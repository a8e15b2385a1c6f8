"""peer -- the server under test, and raw sockets to it.

FENGSUI_HTTP=HOST:PORT puts another server under the table of cases.py (FENGSUI_HTTP_PLAIN and FENGSUI_HTTP_TAKE name
its paths); else tests/unit/host/http_server of the build is started.
"""
import json
import os
import re
import signal
import socket
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "lib"))
from fengsui import Results, Unexpected  # noqa: E402,F401

BUILD = os.path.dirname(os.path.abspath(os.environ.get("FENGSUI", os.path.join(ROOT, "build-test", "fengsui"))))
SERVER = os.path.join(BUILD, "tests", "unit", "host", "http_server")
STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")


class Server:
    """http_server with these words; its end by SIGTERM must be clean: no exchange forgotten, nothing on its loop."""

    def __init__(self, *words):
        self.process = subprocess.Popen([SERVER, *words], stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline().strip()
        self.host, port = line.rsplit("//", 1)[1].rsplit(":", 1)
        self.port = int(port)
        self.stopped = False

    def __enter__(self):
        return self

    def stop(self):
        """Once: what a second SIGTERM does is not ours to say."""
        if not self.stopped:
            self.process.send_signal(signal.SIGTERM)
        self.stopped = True

    def __exit__(self, kind, error, trace):
        self.stop()
        try:
            status = self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            status = "no end"
        self.process.stdout.close()
        if kind is None and status != 0:
            raise Unexpected(f"http_server ended with {status}")

    def connect(self, timeout=10, source=None):
        one = socket.create_connection((self.host, self.port), timeout, source)
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return one

    def counts(self):
        with self.connect() as one:
            one.sendall(b"GET /counts HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            return json.loads(until_end(one).split(b"\r\n\r\n", 1)[1])


class Target:
    """Another server that is there already."""

    def __init__(self, address):
        self.host, port = address.rsplit(":", 1)
        self.port = int(port)

    __enter__ = Server.__enter__
    connect = Server.connect

    def __exit__(self, kind, error, trace):
        pass


def under_test():
    other = os.environ.get("FENGSUI_HTTP")
    return Target(other) if other else Server()


def until_end(one, most=1 << 24):
    """Everything until the other end closes; a reset counts as an end."""
    parts, size = [], 0
    while size < most:
        try:
            piece = one.recv(65536)
        except ConnectionResetError:
            break
        if not piece:
            break
        parts.append(piece)
        size += len(piece)
    return b"".join(parts)


def send(one, data, piece=None):
    """In one go or in pieces; whoever is refused half way may find the line closed."""
    try:
        for at in range(0, len(data), piece or len(data) or 1):
            one.sendall(data[at:at + (piece or len(data))])
    except (BrokenPipeError, ConnectionResetError):
        pass


def read_answer(one, no_body=False):
    """One answer with Content-Length or chunks: (status, headers, body)."""
    file = one.makefile("rb")
    status = int(file.readline().split()[1])
    headers = {}
    while (line := file.readline()) not in (b"\r\n", b""):
        name, _, value = line.decode().partition(":")
        headers[name.lower()] = value.strip()
    body = b""
    if no_body or status in (204, 304):
        return status, headers, body
    if headers.get("transfer-encoding") == "chunked":
        while size := int(file.readline(), 16):
            body += file.read(size)
            file.readline()
        file.readline()
    else:
        body = file.read(int(headers["content-length"]))
    return status, headers, body


def statuses(data):
    return [int(found) for found in STATUS.findall(data)]
