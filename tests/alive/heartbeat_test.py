#!/usr/bin/env python3
"""heartbeat -- a real HTTP server elsewhere hears the daemon, and hears nothing from one that is stuck or gone."""
import http.server
import os
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from fengsui import Daemon, Results, Unexpected, binary  # noqa: E402

# The loop says each 100 ms that it turns.
FAST = {"FENGSUI_TEST_HEARTBEAT_MS": "400", "WATCHDOG_USEC": "300000", "no_proxy": "*"}


def check(good, what):
    if not good:
        raise Unexpected(what)


class Listener:
    """Answers with `status`, after `delay` seconds."""

    def __init__(self, status=204, delay=0.0):
        self.heard, self.status, self.delay = [], status, delay
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                outer.heard.append((self.path, self.headers.get("User-Agent")))
                time.sleep(outer.delay)
                try:
                    self.send_response(outer.status)
                    self.send_header("Location", "/elsewhere")
                    self.end_headers()
                except OSError:
                    pass

            def log_message(self, *unused):
                pass
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/ping/secret"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.server.shutdown()
        self.server.server_close()


def until(what, good, seconds=40):
    end = time.monotonic() + seconds
    while not good():
        check(time.monotonic() < end, what)
        time.sleep(0.02)


def it_is_heard():
    with Listener() as who, Daemon(args=["--heartbeat", who.url], env=FAST) as d:
        until("nothing is heard", lambda: len(who.heard) >= 3)
        check(set(who.heard) == {("/ping/secret", who.heard[0][1])} and who.heard[0][1].startswith("fengsui/"), who.heard)
        until("sent is not counted", lambda: d.status()["heartbeat"]["sent"] >= 3)
        said = d.status()["heartbeat"]
        check(said["failed"] == 0 and said["failing"] is False and "secret" not in str(d.status()), said)
        d.stop()
        n = len(who.heard)
        time.sleep(0.3)
        check(len(who.heard) == n, "it is heard after its end")


def a_failure_is_counted_and_nothing_waits():
    with Listener(status=302) as who, Daemon(args=["--heartbeat", who.url], env=FAST) as d:
        until("a redirection is no success", lambda: d.status()["heartbeat"]["failed"] >= 2)
        check(d.status()["heartbeat"]["last"] == "HTTP 302" and who.heard[0][0] == "/ping/secret", who.heard)
        who.status = 200
        until("it recovers", lambda: d.status()["heartbeat"]["failing"] is False)
    with Daemon(args=["--heartbeat", "http://127.0.0.1:1/"], env=FAST) as d:
        until("nobody there", lambda: d.status()["heartbeat"]["failed"] >= 2)
    with Listener(delay=15) as who:
        with Daemon(args=["--heartbeat", who.url], env=FAST) as d:
            until("asked", lambda: who.heard)
            began = time.monotonic()
            for n in range(20):
                d.do(None, "unit", "create", name=f"u{n}", type="bureau", bound=False)
            check(time.monotonic() - began < 5, "the loop waits for the network")
            began = time.monotonic()
            d.stop()
            check(time.monotonic() - began < 5, "the end waits for the network")


def a_stuck_loop_falls_silent():
    with Listener() as who, tempfile.TemporaryDirectory() as where:
        stuck = os.path.join(where, "stuck")
        with Daemon(args=["--heartbeat", who.url], env={**FAST, "FENGSUI_TEST_STUCK": stuck}) as d:
            until("nothing is heard", lambda: len(who.heard) >= 2)
            with open(stuck, "w", encoding="utf-8"):
                pass
            time.sleep(1)
            n = len(who.heard)
            time.sleep(1.5)
            check(len(who.heard) == n, "a loop that is stuck is heard all the same")
            os.unlink(stuck)
            until("it goes on", lambda: len(who.heard) > n)


def what_is_no_url():
    for url in ("", "nonsense", "ftp://127.0.0.1/", "file:///etc/passwd", "http://"):
        with tempfile.TemporaryDirectory() as where:
            done = subprocess.run([binary(), "serve", "--demo", "--data", os.path.join(where, "d"), "--heartbeat", url],
                                  capture_output=True, text=True, timeout=30)
            check(done.returncode == 65 and "heartbeat" in done.stderr, (url, done))


def nobody_asked():
    with Daemon() as d:
        check(d.status()["heartbeat"] is None, d.status())


def main():
    results = Results("heartbeat")
    for case in (it_is_heard, a_failure_is_counted_and_nothing_waits, a_stuck_loop_falls_silent, what_is_no_url, nobody_asked):
        results.case(case.__name__, case)
    results.end()


if __name__ == "__main__":
    main()
