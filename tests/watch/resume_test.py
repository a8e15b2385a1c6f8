#!/usr/bin/env python3
"""resume_test -- `fengsui watch --follow --state`: killed at any moment while logs grow and are rotated,
each line is told once in a file of ours, and never left out anywhere."""
import collections
import gzip
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FENGSUI = os.environ.get("FENGSUI") or os.path.join(ROOT, "build", "fengsui")
RULE = """title: Said
id: 5f4a8c2e-6b1d-4d7e-9a53-0d6f3b1c2e47
level: low
tags: [attack.t1110]
logsource: {product: linux}
detection: {words: [loud], condition: words}
"""
SEED = int(os.environ.get("SEED", "20261126"))
KILLS = 50


class Writer(threading.Thread):
    """Lines "h1", "h2", … to a log that is rotated now and then, in one way, until it is told to stop."""

    def __init__(self, path, way, seed, dated=False):
        super().__init__(daemon=True)
        self.path, self.way, self.dated, self.random = path, way, dated, random.Random(seed)
        self.written = self.turns = 0
        self.stopping, self.may_turn = threading.Event(), threading.Event()
        self.file = open(path, "ab", buffering=0)

    def say(self, torn=False):
        self.written += 1
        line = f"<38>Nov 25 22:48:00 {os.path.basename(self.path)}-h{self.written} app[1]: loud {'x' * self.random.randrange(120)}\n".encode()
        cut = self.random.randrange(1, len(line)) if torn else 0
        self.file.write(line[:cut])
        if torn:
            if self.way == "copied":
                self.turn()
            else:
                time.sleep(0.001)
        self.file.write(line[cut:])

    def name(self, number):
        return f"{self.path}-{20260000 + number}" if self.dated else f"{self.path}.{number}"

    def shift(self):
        if self.dated:
            return self.name(self.turns)
        for number in range(self.turns - 1, 0, -1):
            for end in ("", ".gz"):
                if os.path.exists(self.name(number) + end):
                    os.rename(self.name(number) + end, self.name(number + 1) + end)
        return self.name(1)

    def pack(self, path):
        with open(path, "rb") as plain, open(path + ".gz", "wb") as raw, gzip.GzipFile("", "wb", 1, raw) as packed:
            shutil.copyfileobj(plain, packed)
        os.remove(path)

    def turn(self):
        self.turns += 1
        former = self.shift()
        if self.way == "renamed":
            os.rename(self.path, former)
            if self.random.random() < 0.3:
                self.file.write(b"<38>Nov 25 22:48:00 %s-h%d app[1]: loud\n" % (os.path.basename(self.path).encode(), self.written + 1))
                self.written += 1
            self.file.close()
            self.file = open(self.path, "ab", buffering=0)
        else:
            shutil.copyfile(self.path, former)
            time.sleep(self.random.random() * 0.02)
            os.truncate(self.path, 0)
        if self.random.random() < 0.5:
            time.sleep(self.random.random() * 0.02)
            self.pack(former)

    def run(self):
        while not self.stopping.is_set():
            for _ in range(self.random.randrange(1, 30)):
                self.say(torn=self.may_turn.is_set() and self.random.random() < 0.02)
            if self.may_turn.is_set() and self.random.random() < 0.05:
                self.turn()
            time.sleep(self.random.random() * 0.02)
        self.file.close()


class Resume(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="fengsui-resume-")
        self.addCleanup(folder.cleanup)
        self.at, self.random = folder.name, random.Random(SEED)
        self.rules, self.state, self.out = (os.path.join(self.at, name) for name in ("rules.yml", "state", "out"))
        os.mkdir(os.path.join(self.at, "log"))
        with open(self.rules, "w", encoding="utf-8") as f:
            f.write(RULE)
        self.said = open(os.path.join(self.at, "said"), "a+", encoding="utf-8")
        self.addCleanup(self.said.close)

    def log(self, name):
        return os.path.join(self.at, "log", name)

    def start(self, *args, stdout=subprocess.DEVNULL):
        p = subprocess.Popen([FENGSUI, "watch", "--lang", "en", "--rules", self.rules, "--follow", "--state", self.state, *args],
                             stdout=stdout, stderr=self.said)
        self.addCleanup(p.wait)
        self.addCleanup(p.kill)
        return p

    def told(self):
        if not os.path.exists(self.out):
            return collections.Counter()
        with open(self.out, encoding="utf-8") as f:
            return collections.Counter(json.loads(line)["host"] for line in f if line.endswith("\n"))

    def lines_of(self, path):
        if not os.path.exists(path):
            return 0
        with open(path, "rb") as f:
            return f.read().count(b"\n")

    def wait(self, ready, why, seconds=60):
        end = time.monotonic() + seconds
        while not ready():
            self.assertLess(time.monotonic(), end, f"{why}\n{self.what_was_said()}")
            time.sleep(0.05)

    def what_was_said(self):
        self.said.seek(0)
        return self.said.read()[-2000:]

    def kill_often(self, writers, start, kills=KILLS):
        """A process after another, each killed within 0.4 s; the last one catches up and is ended as a person would."""
        p = start()
        for w in writers:
            w.start()
        firsts = {os.path.basename(w.path) + "-h1" for w in writers}
        self.wait(lambda: firsts <= set(self.told()), "the first lines")
        for w in writers:
            w.may_turn.set()
        for _ in range(kills):
            time.sleep(self.random.random() * 0.4)
            p.kill()
            p.wait()
            if self.random.random() < 0.2:
                time.sleep(0.3)  # several rotations go by
            p = start()
        for w in writers:
            w.stopping.set()
            w.join()
        lines = {f"{os.path.basename(w.path)}-h{i}" for w in writers for i in range(1, w.written + 1)}
        self.wait(lambda: lines <= set(self.told()), f"seed {SEED}: {len(lines)} lines, not all were told: "
                  f"{sorted(lines - set(self.told()))[:10]}")
        time.sleep(0.5)  # were there more to come, it would
        p.send_signal(signal.SIGINT)
        self.assertEqual(p.wait(20), 0, self.what_was_said())
        self.assertGreater(min(w.turns for w in writers), kills // 10, "rotated too seldom to prove anything")
        return lines

    def exactly_once(self, lines):
        told = self.told()
        twice = [line for line, n in told.items() if n != 1]
        self.assertEqual((len(told), twice[:10]), (len(lines), []), self.what_was_said())
        self.assertEqual(self.what_was_said(), "")

    def test_renamed(self):
        w = Writer(self.log("app.log"), "renamed", SEED)
        self.exactly_once(self.kill_often([w], lambda: self.start("--output", self.out, w.path)))

    def test_copied_and_emptied(self):
        w = Writer(self.log("app.log"), "copied", SEED + 1)
        self.exactly_once(self.kill_often([w], lambda: self.start("--output", self.out, w.path)))

    def test_a_folder(self):
        """Three logs, one of them dated; a fourth comes meanwhile; what does not fit the pattern is not read."""
        writers = [Writer(self.log("a.log"), "renamed", SEED + 2), Writer(self.log("b.log"), "copied", SEED + 3),
                   Writer(self.log("c.log"), "renamed", SEED + 4, dated=True)]
        with open(self.log("d.txt"), "w", encoding="utf-8") as f:
            f.write("<38>Nov 25 22:48:00 stranger app[1]: loud\n")
        late = Writer(self.log("late.log"), "renamed", SEED + 5)
        os.rename(late.path, late.path + ".not-yet")

        def start():
            return self.start("--output", self.out, "--include", "*.log*", "--include", "*.not", os.path.join(self.at, "log"))
        os.rename(late.path + ".not-yet", late.path)
        self.exactly_once(self.kill_often([*writers, late], start, kills=25))

    def test_a_pipe_is_told_at_least_once(self):
        """What goes to a program cannot be taken back: after a kill lines may be told again, byte for byte, and in one run
        that is from the place on that was kept last."""
        w = Writer(self.log("app.log"), "renamed", SEED + 6)

        def start():
            out = open(self.out, "ab")
            self.addCleanup(out.close)
            return self.start(w.path, stdout=out)
        lines = self.kill_often([w], start, kills=15)
        with open(self.out, encoding="utf-8") as f:
            alerts = f.read().splitlines()
        self.assertEqual({json.loads(a)["host"] for a in alerts}, lines)
        self.assertEqual(len(set(alerts)), len(lines), "a line that is told again is told in the same words")

    def test_line_numbers_and_tables_go_on(self):
        """The head of a table was read by the former process; line numbers and rejects go on, too."""
        log, rejects = self.log("iis.log"), os.path.join(self.at, "rejects")
        with open(self.rules, "w", encoding="utf-8") as f:
            f.write("title: Seen\nid: 5f4a8c2e-6b1d-4d7e-9a53-0d6f3b1c2e48\nlevel: low\ntags: [attack.t1190]\n"
                    "logsource: {category: webserver}\ndetection: {s: {cs-uri-stem|startswith: /x}, condition: s}\n")
        with open(log, "w", encoding="utf-8") as f:
            f.write("#Software: Microsoft Internet Information Services 10.0\n#Date: 2026-11-26 05:02:28\n"
                    "#Fields: date time c-ip cs-method cs-uri-stem sc-status\n2026-11-26 05:02:28 192.0.2.7 GET /x1 200\n{broken\n")
        args = ("--output", self.out, "--rejects", rejects, log)
        for n in (1, 2):
            p = self.start(*args)
            self.wait(lambda: self.lines_of(self.out) == n, f"alert {n}")
            self.wait(lambda: os.path.exists(self.state), "a place")
            time.sleep(0.5)
            p.kill()
            p.wait()
            with open(log, "a", encoding="utf-8") as f:
                f.write(f"2026-11-26 05:02:29 192.0.2.7 GET /x{n + 1} 200\n")
        with open(self.out, encoding="utf-8") as f:
            self.assertEqual([json.loads(line)["line"] for line in f], [4, 6])
        with open(rejects, encoding="utf-8") as f:
            self.assertEqual([json.loads(line)["line"] for line in f], [5])

    def test_what_is_no_place(self):
        for text in ("", "{}", '{"follow":2,"files":[]}', '{"follow":1,"files":[{"tail":"x"}]}',
                     json.dumps({"follow": 1, "files": [{"path": self.log("a.log"), "tail": "tail1 x\n"}]})):
            with open(self.state, "w", encoding="utf-8") as f:
                f.write(text)
            self.assertEqual(self.start(self.log("a.log")).wait(20), 74, text)
            with open(self.state, encoding="utf-8") as f:
                self.assertEqual(f.read(), text, "what is not understood is not written over")
        done = subprocess.run([FENGSUI, "watch", "--state", self.state, self.log("a.log")], capture_output=True, text=True)
        self.assertEqual(done.returncode, 64)
        self.assertIn("--state needs --follow", done.stderr)


if __name__ == "__main__":
    result = unittest.main(exit=False, verbosity=0).result
    failed = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)
