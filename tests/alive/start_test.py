#!/usr/bin/env python3
"""start -- the gap before a start stands in the record; who supervises the daemon hears that it lives."""
import contextlib
import json
import os
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from fengsui import Daemon, Results, Unexpected  # noqa: E402


def check(good, what):
    if not good:
        raise Unexpected(what)


def starts(d):
    """The facts of each start that the record holds, oldest first; whoever is answered finds that of this one."""
    if d.connection:
        d.status()
    folder = d.folder
    with contextlib.closing(sqlite3.connect(f"file:{folder}/fengsui.db?mode=ro", uri=True)) as db:
        rows = db.execute("SELECT p.bytes FROM records r JOIN payloads p ON p.log = r.log AND p.seq = r.seq AND p.part = 0"
                          " WHERE r.log = 1 AND json_extract(CAST(r.leaf AS TEXT), '$.type') = 'daemon.started'"
                          " ORDER BY r.seq").fetchall()
    return [json.loads(r[0])["started"] for r in rows]


def alive(folder, text=None):
    path = os.path.join(folder, "alive")
    if text is not None:
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
    with open(path, encoding="utf-8") as f:
        return f.read()


def the_first_start_has_no_gap():
    with Daemon(demo=False) as d:
        check(starts(d) == [] and "before" not in d.status(), "nothing was before")
        check(alive(d.folder).startswith("running 20"), alive(d.folder))
        d.stop()
        check(alive(d.folder).startswith("stopped 20"), alive(d.folder))


def a_clean_end_and_a_crash():
    with Daemon(demo=False) as d:
        d.restart()
        [first] = starts(d)
        check(first["clean"] is True and first["gap_s"] < 30, first)
        check(d.status()["before"] == first, d.status())
        d.kill()
        d.start()
        second = starts(d)[1]
        check(second["clean"] is False and second["last_alive"] >= first["last_alive"], second)
        check(d.ask(op="rebuild", check=True)["differing"] == 0, "the views")


def the_gap_is_what_the_file_says():
    with Daemon(demo=False) as d:
        d.stop()
        moment = time.time() + 1
        at = time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime(moment))
        time.sleep(2.1)
        alive(d.folder, f"running {at}\n")
        d.start()
        [fact] = starts(d)
        check(fact == {**fact, "clean": False, "last_alive": at} and 0 <= fact["gap_s"] <= 20, fact)


def a_file_that_says_nothing():
    """Torn, empty, gone, or a time that has not come: the last entry counts, and no gap is below nothing."""
    with Daemon(demo=False) as d:
        for text in ("", "running", "stopped 2026-99-99T00:00:00.000000Z\n", "x" * 300, "running 2199-01-01T00:00:00.000000Z\n"):
            d.stop()
            alive(d.folder, text)
            d.start()
            fact = starts(d)[-1]
            check(fact["clean"] is False and 0 <= fact["gap_s"] < 60, (text, fact))
        d.stop()
        os.unlink(os.path.join(d.folder, "alive"))
        d.start()
        check(starts(d)[-1]["clean"] is False, starts(d))


def what_was_restored_is_said_once():
    with Daemon(demo=False) as d, tempfile.TemporaryDirectory() as where:
        to, folder = os.path.join(where, "to"), os.path.join(where, "again")
        d.cli("backup", to)
        d.stop()
        subprocess.run([d.program, "restore", to, "--data", folder], check=True, capture_output=True)
        with Daemon(demo=False, folder=folder) as again:
            [fact] = starts(again)
            check(fact["restored"]["lost"] == 0 and fact["restored"]["backup"].startswith("20"), fact)
            check(fact["clean"] is False, fact)
            again.restart()
            check("restored" not in starts(again)[-1], starts(again))
        d.start()


def a_start_that_fails_leaves_no_entry():
    """It may be tried again every two seconds for a week."""
    with Daemon(demo=False) as d, socket.socket() as taken:
        d.stop()
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = f"127.0.0.1:{taken.getsockname()[1]}"
        for more in (["--syslog-tcp", port], ["--heartbeat", "nonsense"], ["--ballast", "x"]):
            done = subprocess.run([*d.command, *more], capture_output=True, text=True, timeout=30)
            check(done.returncode not in (0, -11), (more, done))
        check(starts(d) == [] and alive(d.folder).startswith("stopped"), starts(d))
        d.start()
        check(starts(d)[0]["clean"] is True, starts(d))


def a_demonstration_has_none_of_it():
    with Daemon() as d:
        entries = d.status()["record"]["entries"]
        d.restart()
        check(d.status()["record"]["entries"] == entries and not os.path.exists(os.path.join(d.folder, "alive")), "demo")
        check(not os.path.exists(os.path.join(d.folder, "ballast")), "no ballast unasked")


class Supervisor:
    """A NOTIFY_SOCKET, in the file system or abstract."""

    def __init__(self, abstract=False, watchdog=True):
        self.where = tempfile.TemporaryDirectory()
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        name = os.path.join(self.where.name, "notify")
        self.sock.bind("\0" + name if abstract else name)
        self.env = {"NOTIFY_SOCKET": ("@" if abstract else "") + name}
        if watchdog:
            self.env["WATCHDOG_USEC"] = "300000"

    def hear(self, word, within):
        """Until a message with this word comes; None when it does not."""
        until = time.monotonic() + within
        while (left := until - time.monotonic()) > 0:
            self.sock.settimeout(left)
            try:
                message = self.sock.recv(4096).decode()
            except TimeoutError:
                return None
            if word in message.split("\n"):
                return message
        return None

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.sock.close()
        self.where.cleanup()


def heard(abstract):
    with Supervisor(abstract) as s, Daemon(env=s.env) as d:
        ready = s.hear("READY=1", 10)
        check(ready and f"STATUS=serving {d.folder}" in ready, ready)
        for _ in range(5):
            check(s.hear("WATCHDOG=1", 5), "no beat")
        d.stop()
        check(s.hear("STOPPING=1", 5), "it does not say that it ends")


def a_stuck_turn_is_heard_of():
    with Supervisor() as s, tempfile.TemporaryDirectory() as where:
        stuck = os.path.join(where, "stuck")
        with Daemon(env={**s.env, "FENGSUI_TEST_STUCK": stuck}) as d:
            check(s.hear("WATCHDOG=1", 5), "no beat")
            with open(stuck, "w", encoding="utf-8"):
                pass
            while s.hear("WATCHDOG=1", 1):
                pass  # those that were on their way
            check(not s.hear("WATCHDOG=1", 2), "a turn that does not end is not heard of")
            os.unlink(stuck)
            check(s.hear("WATCHDOG=1", 5), "it goes on")
            d.stop()


def nobody_asks():
    with Supervisor(watchdog=False) as s:
        for address in ("", "relative", "/" + "x" * 300, "/not/there"):
            with Daemon(env={**s.env, "NOTIFY_SOCKET": address}) as d:
                d.status()


def main():
    results = Results("start")
    for case in (the_first_start_has_no_gap, a_clean_end_and_a_crash, the_gap_is_what_the_file_says, a_file_that_says_nothing,
                 what_was_restored_is_said_once, a_start_that_fails_leaves_no_entry, a_demonstration_has_none_of_it, a_stuck_turn_is_heard_of, nobody_asks):
        results.case(case.__name__, case)
    results.case("heard, in the file system", heard, False)
    results.case("heard, abstract", heard, True)
    results.end()


if __name__ == "__main__":
    main()
