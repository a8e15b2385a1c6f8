"""The table of cases.py through a real nginx: the back end never sees two requests where nginx sent one on.

nginx numbers what it passes on (its request id, as a header and in its log); what host/http answered is counted by
itself. A request that only one of the two sees is smuggled.
"""
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import cases  # noqa: E402
from peer import Results, Server, Target, Unexpected, send, until_end  # noqa: E402

NGINX = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
CONFIGURATION = """
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error; {user}
events {{ worker_connections 256; }}
http {{
    log_format passed '$upstream_addr';
    access_log {folder}/passed passed;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;
    uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    large_client_header_buffers 4 32k;
    upstream back {{ server {host}:{port}; keepalive 1; }}
    server {{
        listen 127.0.0.1:{front};
        location / {{
            proxy_pass http://back; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off;
            proxy_request_buffering {buffering}; proxy_next_upstream off; proxy_set_header Host $host;
        }}
    }}
}}
"""


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Front(Target):
    """nginx before a server, on a free port, in a folder of its own."""

    def __init__(self, server, buffering):
        self.folder = tempfile.mkdtemp(prefix="fengsui-nginx-")
        super().__init__(f"127.0.0.1:{free_port()}")
        path = os.path.join(self.folder, "conf")
        with open(path, "w", encoding="utf-8") as out:
            out.write(CONFIGURATION.format(folder=self.folder, host=server.host, port=server.port, front=self.port,
                                           buffering=buffering, user="user root;" if os.geteuid() == 0 else ""))
        self.process = subprocess.Popen([NGINX, "-p", self.folder, "-c", path, "-e", self.folder + "/error"],
                                        stderr=subprocess.DEVNULL)
        for _ in range(500):
            try:
                self.connect().close()
                return
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.02)
        self.__exit__(None, None, None)
        raise Unexpected("nginx did not start")

    def passed(self):
        """How many requests it sent on."""
        with open(self.folder + "/passed", encoding="utf-8") as log:
            return sum(line.strip() not in ("", "-") for line in log)

    def __exit__(self, kind, error, trace):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def settled(front, server, before):
    """nginx writes its log when it is done with the client: what it passed on and what was seen, when both stand still."""
    last = None
    for _ in range(100):
        counts = server.counts()
        # Each look at the counts is a request of its own, and so was the one before.
        before["looks"] += 1
        now = (front.passed(), counts["requests"] + counts["refused"] - before["looks"])
        if now == last:
            break
        last = now
        time.sleep(0.02)
    return now


def check(front, server, before, data):
    with front.connect(5) as one:
        send(one, data + b"GET " + cases.PLAIN + b"?second HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        one.shutdown(socket.SHUT_WR)
        try:
            until_end(one)
        except TimeoutError:
            pass
    passed, seen = settled(front, server, before)
    more_passed, more_seen = passed - before["passed"], seen - before["seen"]
    before["passed"], before["seen"] = passed, seen
    if more_seen > more_passed:
        raise Unexpected(f"nginx passed on {more_passed}, {more_seen} were seen")


def main():
    results = Results("http behind nginx")
    if not NGINX:
        if os.environ.get("CI"):
            results.case("nginx is there", lambda: (_ for _ in ()).throw(Unexpected("package nginx-light is missing")))
        else:
            print("left out: nginx is not there (package nginx-light)")
        results.end()
    for buffering in ("on", "off"):
        with Server() as server, Front(server, buffering) as front:
            before = {"passed": front.passed(), "seen": 0, "looks": 0}
            before["passed"], before["seen"] = settled(front, server, before)
            for reason, data, _ in cases.REFUSED + cases.TAKEN:
                results.case(f"{reason}, buffering {buffering}", check, front, server, before, data)
            results.case("something was passed on at all", lambda: front.passed() > 60 or 1 / 0)
    results.end()


main()
