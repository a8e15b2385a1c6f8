#!/usr/bin/env python3
"""watch_test -- `fengsui watch` from outside: a file, a pipe without end, what it says when it will not.

The example's logs are held against example/truth.json: every step of the attack that a rule is
for is heard, and nothing is said about a line that was ordinary.
"""
import json
import os
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FENGSUI = os.environ.get("FENGSUI") or os.path.join(ROOT, "build", "fengsui")
RULES = os.path.join(ROOT, "rules")
GUESS = "<38>Nov 25 22:48:%02d h sshd[1]: Failed password for root from 203.0.113.66 port 1 ssh2\n"


def watch(*args, text=None):
    return subprocess.run([FENGSUI, "watch", *args], input=text, capture_output=True, text=True, timeout=60)


def alerts(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


# Which rules speak of a step of the story; a step that only leads up to another has none.
HEARD_BY = {
    "password_guessing": {"SSH Password Guessing"},
    "password_guessed": {"SSH Password Guessed"},
    "web_scan": {"Web Scan", "Web Scanner Gives Its Name"},
    "script_upload": {"Script Put on a Web Server"},
    "web_shell": {"Command Given to an Uploaded Script"},
    "downloader_by_shell": {"Download Command in a Web Request"},
    "injection_tried": {"Download Command in a Web Request"},
    "downloader_by_cron_1": {"Cron Job Fetches a Script and Runs It"},
    "downloader_by_cron_3": {"Cron Job Fetches a Script and Runs It"},
}


class Example(unittest.TestCase):
    def setUp(self):
        with open(os.path.join(ROOT, "example", "truth.json"), encoding="utf-8") as f:
            self.truth = json.load(f)

    def heard(self, host):
        file = next(h["file"] for h in self.truth["hosts"] if h["host"] == host)
        done = watch("--rules", RULES, "--year", str(self.truth["year"]), os.path.join(ROOT, "example", file))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return alerts(done)

    def test_every_step_is_heard(self):
        for step in self.truth["steps"]:
            if step["step"] not in HEARD_BY:
                continue
            titles = {a["title"] for a in self.heard(step["host"]) if a["line"] in step["lines"]}
            self.assertLessEqual(HEARD_BY[step["step"]], titles, step["step"])

    def test_nothing_else_is(self):
        lines = {}
        for step in self.truth["steps"]:
            lines.setdefault(step["host"], set()).update(step["lines"])
        for host in self.truth["hosts"]:
            ordinary = [a for a in self.heard(host["host"]) if a["line"] not in lines.get(host["host"], set())]
            self.assertEqual(ordinary, [], host["host"])


class Streams(unittest.TestCase):
    def test_alerts_come_while_the_pipe_is_open(self):
        with subprocess.Popen([FENGSUI, "watch", "--rules", RULES, "-"], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True, bufsize=1) as p:
            for second in range(10):
                p.stdin.write(GUESS % second)
            p.stdin.flush()
            alert = json.loads(p.stdout.readline())
            self.assertEqual((alert["line"], alert["source"], alert["hits"]), (10, "stdin", 10))
            p.stdin.close()
            self.assertEqual(p.wait(timeout=40), 0)

    def test_lines_are_counted_whatever_they_are(self):
        text = "\n" + "x" * 300000 + "\n{broken\n" + "".join(GUESS % s for s in range(10))
        done = watch("--rules", RULES, "--stats", "-", text=text)
        self.assertEqual([a["line"] for a in alerts(done)], [13])
        stats = json.loads(done.stderr)
        self.assertEqual((stats["events"], stats["malformed"], stats["alerts"]), (13, 2, 1))
        for key in ("bytes", "seconds", "rules", "refused"):
            self.assertIn(key, stats)

    def test_a_reader_who_leaves_ends_it(self):
        text = "".join(GUESS % 0 for _ in range(9)) + '1.2.3.4 - - [25/Nov/2026:22:49:16 +0000] "GET / HTTP/1.1" ' \
            '200 5 "-" "Nikto/2"\n' * 50000
        with tempfile.NamedTemporaryFile("w") as f:
            f.write(text)
            f.flush()
            with subprocess.Popen([FENGSUI, "watch", "--rules", RULES, f.name], stdout=subprocess.PIPE) as p:
                p.stdout.readline()
                p.stdout.close()
                self.assertIsNotNone(p.wait(timeout=20))


    def test_an_alert_that_cannot_be_written_is_no_success(self):
        with tempfile.NamedTemporaryFile("w") as f, open("/dev/full", "w") as full:
            f.write("".join(GUESS % i for i in range(12)))
            f.flush()
            done = subprocess.run([FENGSUI, "watch", "--rules", RULES, f.name], stdout=full, stderr=subprocess.PIPE,
                                  text=True)
            self.assertEqual((done.returncode, "No space left" in done.stderr), (74, True), done.stderr)
            done = subprocess.run([FENGSUI, "--version"], stdout=full, stderr=subprocess.PIPE, text=True)
            self.assertEqual((done.returncode, "No space left" in done.stderr), (74, True), done.stderr)

    def test_rubbish_is_said(self):
        self.assertIn("1 of 3 lines are no log lines", watch("--rules", RULES, "-", text="{\n{\"a\":1}\n[\n").stderr)


class Refusals(unittest.TestCase):
    def rule(self, text):
        f = tempfile.NamedTemporaryFile("w", suffix=".yml")
        f.write(text)
        f.flush()
        self.addCleanup(f.close)
        return f.name

    def test_exit_codes(self):
        rows = [
            (0, ["--help"], "nothing wanted but help"),
            (64, [], "nothing given"),
            (64, ["--rules", RULES], "no file"),
            (64, ["--rules", RULES, "--year", "last", "-"], "no year"),
            (64, ["--rules", RULES, "--zone", "8", "-"], "no zone"),
            (64, ["--rules", RULES, "--product", "forum", "-"], "no such product"),
            (64, ["--ruels", RULES, "-"], "no such option"),
            (65, ["--rules", os.path.join(ROOT, "tests", "boundary", "rules"), "-"], "no rule is usable"),
            (66, ["--rules", "/nowhere", "-"], "no such rules"),
            (66, ["--rules", RULES, "/nowhere"], "no such file"),
            (0, ["--rules", RULES, "-"], "an empty pipe"),
        ]
        for status, args, why in rows:
            self.assertEqual(watch(*args, text="").returncode, status, why)

    def test_a_broken_rule_is_named_and_the_rest_runs(self):
        broken = self.rule("title: x\ntags: [attack.t1110]\nlogsource: {product: linux}\n"
                           "detection:\n  s: {a|contian: b}\n  condition: s\n")
        text = "".join(GUESS % s for s in range(10))
        done = watch("--rules", broken, "--rules", RULES, "--stats", "-", text=text)
        says, stats = done.stderr.splitlines()
        self.assertIn(broken + ":5:7: unknown modifier 'contian'", says)
        self.assertEqual((json.loads(stats)["refused"], len(alerts(done)), done.returncode), (1, 1, 0))
        done = watch("--rules", broken, "--rules", RULES, "--strict", "-", text=text)
        self.assertEqual((done.returncode, done.stdout), (65, ""))

    def test_maps_of_ones_own(self):
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "door.yml"), "w", encoding="utf-8") as f:
                f.write("map: door\nfrom: line\nlogsource: {product: linux, service: sshd}\npatterns:\n"
                        "  - {text: 'knock {src_ip:ip}', set: {action: login, outcome: failure, method: password}}\n")
            done = watch("--rules", RULES, "--maps", folder, "-", text="knock 192.0.2.1\n" * 10)
            self.assertEqual([a["group"] for a in alerts(done)], [{"src_ip": "192.0.2.1"}])
        maps = os.path.join(ROOT, "tests", "boundary", "maps")
        done = watch("--rules", RULES, "--maps", maps, "-", text="")
        self.assertEqual(done.returncode, 65)
        self.assertIn("N33", done.stderr)


if __name__ == "__main__":
    result = unittest.main(exit=False, verbosity=0).result
    failed = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)
