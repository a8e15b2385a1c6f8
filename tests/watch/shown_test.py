#!/usr/bin/env python3
"""shown_test -- what `fengsui watch` shows: JSON lines, a table, a summary, a bar; and its exit status."""
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import unicodedata
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "lib"))
from terminal import Terminal  # noqa: E402

FENGSUI = os.environ.get("FENGSUI") or os.path.join(ROOT, "build", "fengsui")
LOGS = os.path.join(ROOT, "example", "logs")
RULES = """title: Told by %s
id: 5f4a8c2e-6b1d-4d7e-9a53-0d6f3b1c2e4%d
name: told_%s
author: Author of %s
level: %s
tags: [attack.t1110.001, attack.credential_access, car.2013-01-001]
logsource: {product: linux}
detection: {words: ['word-%s'], condition: words}
"""
LEVELS = ["informational", "low", "medium", "high", "critical"]
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def line(level, host="h", second=0, more=""):
    return f"<38>Nov 25 22:48:{second:02} {host} app[1]: word-{level} {more}\n"


def columns(text):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.at = folder.name
        self.rules = os.path.join(self.at, "rules.yml")
        with open(self.rules, "w", encoding="utf-8") as f:
            f.write("---\n".join(RULES % (level, i, level, level, level, level) for i, level in enumerate(LEVELS)))

    def file(self, text, name="log"):
        path = os.path.join(self.at, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        return path

    def watch(self, *args, lang="en"):
        return subprocess.run([FENGSUI, "watch", "--lang", lang, "--rules", self.rules, "--year", "2026", *args],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)

    def terminal(self, *args, width=120, env=None, lang="en"):
        t = Terminal([FENGSUI, "watch", "--lang", lang, "--rules", self.rules, "--year", "2026", *args],
                     {"COLUMNS": str(width), "TERM": "xterm", **(env or {})})
        t.status = t.end()
        return t


class Status(Case):
    def test_what_a_script_reads(self):
        high, low, rubbish = self.file(line("high"), "high"), self.file(line("low"), "low"), self.file("{\n", "rubbish")
        gone = os.path.join(self.at, "gone")
        rows = [
            (0, [high], "without --level the status says that it was done"),
            (1, ["--level", "medium", high], "something at the level or above"),
            (1, ["--level", "high", high], "the level itself"),
            (0, ["--level", "critical", high], "nothing so bad"),
            (0, ["--level", "medium", low], "nothing so bad"),
            (1, ["--level", "medium", low, high], "in one of them"),
            (1, ["--level", "low", "--format", "summary", low], "whatever the format"),
            (0, ["--level", "low", "--rule", "told_high", low], "only the rule that was asked for"),
            (0, ["--level", "low", rubbish], "lines that are none are no match"),
            (66, ["--level", "low", high, gone], "an answer that lacks a file is none"),
            (64, ["--level", "bad", high], "no such level"),
            (64, ["--format", "xml", high], "no such format"),
            (64, ["--limit", "0", high], "no such limit"),
            (64, ["--limit", "-1", high], "no such limit"),
            (65, ["--rule", "told_nothing", high], "no such rule"),
        ]
        for status, args, why in rows:
            done = self.watch(*args)
            self.assertEqual(done.returncode, status, (args, why, done.stderr))

    def test_help_teaches_in_both_languages(self):
        for lang, words in (("en", "Exit status"), ("zh", "退出状态")):
            done = self.watch("--help", lang=lang)
            self.assertEqual(done.returncode, 0)
            self.assertIn(words, done.stdout)
            for option in ("--rules", "--maps", "--include", "--format", "--level", "--rule ", "--limit", "--rejects", "--state", "--output", "--year",
                           "--zone", "--product", "--strict", "--stats", "--no-progress"):
                self.assertIn(option, done.stdout, lang)
            self.assertLessEqual(max(columns(text) for text in done.stdout.splitlines()), 110)


class Choice(Case):
    def titles(self, *args):
        text = "".join(line(level) for level in LEVELS) * 2
        return [json.loads(alert)["level"] for alert in self.watch(*args, self.file(text)).stdout.splitlines()]

    def test_what_is_shown(self):
        rows = [
            ([], LEVELS * 2, "everything"),
            (["--level", "high"], ["high", "critical"] * 2, "from a level on"),
            (["--rule", "told_low"], ["low"] * 2, "by name"),
            (["--rule", "5f4a8c2e-6b1d-4d7e-9a53-0d6f3b1c2e44", "--rule", "told_low"], ["low", "critical"] * 2, "by id"),
            (["--limit", "3"], LEVELS[:3], "so many"),
            (["--limit", "3", "--level", "high"], ["high", "critical", "high"], "so many of those that are wanted"),
        ]
        for args, wanted, why in rows:
            self.assertEqual(self.titles(*args), wanted, why)

    def test_an_input_that_was_read_as_far_as_wanted_is_one(self):
        done = self.watch("--limit", "1", "--format", "table", self.file("".join(line(level) for level in LEVELS)))
        self.assertRegex(done.stdout + done.stderr, r" of 1 input, |来自 1 项输入")

    def test_json_is_what_a_pipe_gets(self):
        log = self.file("".join(line(level) for level in LEVELS))
        self.assertEqual(self.watch(log).stdout, self.watch("--format", "json", log).stdout)
        self.assertEqual(self.watch(log).stderr, "")


class Summary(Case):
    def test_by_level_then_by_count(self):
        text = line("low", "b", 1) + line("high", "a", 2) * 2 + line("low", "a", 3) + line("critical", "c", 4) + line("low", "b", 5)
        done = self.watch("--format", "summary", self.file(text + "{\n"))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        blocks = re.findall(r"^(\w+) +(\d+)  (Told by \w+)\n +(.*)\n +on (.*)\n +by (.*)$", done.stdout, re.M)
        self.assertEqual(blocks, [
            ("critical", "1", "Told by critical", "at 2026-11-25 22:48:04 UTC", "c (1)",
             "Author of critical; ATT&CK T1110.001, TA0006; 5f4a8c2e-6b1d-4d7e-9a53-0d6f3b1c2e44"),
            ("high", "2", "Told by high", "from 2026-11-25 22:48:02 to 2026-11-25 22:48:02 UTC", "a (2)",
             "Author of high; ATT&CK T1110.001, TA0006; 5f4a8c2e-6b1d-4d7e-9a53-0d6f3b1c2e43"),
            ("low", "3", "Told by low", "from 2026-11-25 22:48:01 to 2026-11-25 22:48:05 UTC", "b (2), a (1)",
             "Author of low; ATT&CK T1110.001, TA0006; 5f4a8c2e-6b1d-4d7e-9a53-0d6f3b1c2e41"),
        ])
        self.assertIn("6 alerts: critical 1, high 2, low 3; 5 rules\n7 events of 1 input", done.stdout)
        self.assertIn("1 line is no log line\n  " + os.path.join(self.at, "log") + ":7: byte 2", done.stdout)

    def test_many_hosts_take_no_room(self):
        done = self.watch("--format", "summary", self.file("".join(line("low", f"h{i % 1000}") for i in range(3000))))
        hosts = re.search(r"on (.*)", done.stdout).group(1)
        self.assertEqual(hosts, ", ".join(f"h{i} (3)" for i in (0, 1, 10, 11, 12, 13, 14, 15)) + ", elsewhere (2976)")

    def test_in_chinese(self):
        done = self.watch("--format", "summary", self.file(line("critical")), lang="zh")
        self.assertIn("严重", done.stdout)
        self.assertIn("作者 Author of critical；ATT&CK T1110.001, TA0006", done.stdout)

    def test_refused_rules_and_late_hits_are_said(self):
        with open(self.rules, "a", encoding="utf-8") as f:
            f.write("---\ntitle: broken\n")
        done = self.watch("--format", "summary", self.file(line("low")))
        self.assertIn("1 alert: low 1; 5 rules, 1 refused", done.stdout)
        guess = "<38>Nov 25 22:%02d:00 h sshd[1]: Failed password for root from 203.0.113.66 port 1 ssh2\n"
        done = subprocess.run([FENGSUI, "watch", "--lang", "en", "--format", "summary", "-"], text=True, capture_output=True,
                              input=guess % 40 + guess % 10)
        self.assertRegex(done.stdout, r"hits that came too late .*: [1-9]")


class Table(Case):
    def rows(self, t):
        return [COLOUR.sub("", row) for row in t.all.replace("\r", "").split("\n")]

    def test_on_a_terminal_every_row_fits(self):
        text = line("critical", "host-with-a-very-long-name-indeed", 1, "x" * 300) + line("low", "主机名称很长的一台服务器", 2, "口令" * 100) + \
            line("high", "h", 3)
        name = "a-folder-of-a-very-long-name-that-has-no-room-in-its-column.log"
        for lang in ("en", "zh"):
            for width in (60, 80, 89, 90, 120, 200):
                t = self.terminal("--no-progress", self.file(text, name), width=width, lang=lang)
                self.assertEqual(t.status, 0)
                table = self.rows(t)[:7]
                self.assertLessEqual(max(map(columns, table)), max(width, 70), (lang, width, table))
                self.assertTrue(table[1].endswith(".log:1"), "the line is what one goes to")
                self.assertEqual([columns(row[:row.rindex(".log:")]) for row in table[1:6:2]],
                                 [columns(table[1][:table[1].rindex(".log:")])] * 3, "columns stand below each other")
                for i, level in enumerate(("critical", "low", "high")):
                    self.assertIn("Author of " + level, table[2 + 2 * i])

    def test_the_author_stands_with_the_first_match(self):
        t = self.terminal("--no-progress", self.file(line("high") * 3 + line("low")))
        self.assertEqual((t.all.count("Author of high"), t.all.count("Author of low"), t.all.count("Told by high")), (1, 1, 3))

    def test_levels_are_coloured_unless_somebody_minds(self):
        log = self.file("".join(map(line, LEVELS)))
        colours = {"critical": "1;31", "high": "31", "medium": "33", "low": "36"}
        said = self.terminal("--no-progress", log).all
        for level, colour in colours.items():
            self.assertIn(f"\x1b[{colour}m{level}", said)
        self.assertNotIn("\x1b", self.terminal("--no-progress", log, env={"NO_COLOR": "1"}).all)
        self.assertNotIn("\x1b", self.watch("--format", "table", log).stdout)

    def test_in_a_pipe_nothing_is_cut(self):
        long = "y" * 400
        out = self.watch("--format", "table", self.file(line("low", "h", 0, long))).stdout
        self.assertIn(long, out)
        self.assertIn(os.path.join(self.at, "log") + ":1\n", out)

    def test_a_line_cannot_write_on_the_terminal(self):
        log = self.file(line("low", "h", 0, "\x1b[2J\x07\u202e\x9b") + line("high\x1b]0;x\x07", "h\x1b[31m"))
        for said in (self.terminal("--no-progress", log, env={"NO_COLOR": "1"}).all, self.watch("--format", "table", log).stdout,
                     self.watch("--format", "summary", log).stdout):
            self.assertIsNone(re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202e]", said))

    def test_numbers_come_at_the_end(self):
        done = self.watch("--format", "table", self.file(line("low")))
        self.assertIn("1 alert: low 1; 5 rules\n1 event of 1 input", done.stderr)
        self.assertNotIn("1 event of", done.stdout)


class Bar(Case):
    BAR = re.compile(r"\r(\[[#-]{24}\] )?(\d+) %  (\d+) events/s, [\d.]+ MB/s(?:, (?:\d+:)?\d+:\d\d left)?([^\x1b\r]*)\x1b\[K")

    def slowly(self, *args, width=120):
        """Whoever reads the output now and then takes his time: the bar moves meanwhile."""
        log = self.file((line("high") + line("none") * 9) * 3000)
        t = Terminal([FENGSUI, "watch", "--lang", "en", "--rules", self.rules, *args, "--format", "json", log], {"COLUMNS": str(width)})
        pauses = 0
        while t.take(60):
            if len(t.all) > pauses * 200000:
                pauses += 1
                time.sleep(0.25)
        t.status = t.end()
        return t

    def test_it_moves_and_goes(self):
        t = self.slowly()
        self.assertEqual(t.status, 0)
        shares = [int(found[1]) for found in self.BAR.findall(t.all)]
        self.assertGreater(len(shares), 1)
        self.assertEqual(shares, sorted(shares))
        self.assertIn("high", "".join(found[3] for found in self.BAR.findall(t.all)))
        self.assertTrue(all(found[0] for found in self.BAR.findall(t.all)))
        # Whatever stands behind a bar begins by taking it away.
        left = self.BAR.sub("", t.all)
        for after in self.BAR.split(t.all)[5::5]:
            self.assertTrue(after == "" or after.startswith("\r\x1b[K"), after[:50])
        self.assertEqual(len([text for text in left.replace("\r\x1b[K", "").splitlines() if text]), 3000)

    def test_a_narrow_terminal_has_no_bar_but_a_number(self):
        found = re.findall(r"\r([^\r\n\x1b]+)\x1b\[K", self.slowly(width=50).all)
        self.assertGreater(len(found), 0)
        for bar in found:
            self.assertLess(columns(bar), 50)
            self.assertRegex(bar, r"^\d+ %  ")

    def test_only_on_a_terminal(self):
        self.assertNotIn("\x1b", self.slowly("--no-progress").all)
        with subprocess.Popen([FENGSUI, "watch", "--rules", self.rules, "-"], stdin=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True) as p:
            time.sleep(0.5)
            self.assertEqual(p.communicate()[1], "")

    def test_a_silent_pipe_keeps_it(self):
        # No percent and no time left where nobody knows how much will come.
        t = Terminal(["/bin/sh", "-c", f"(sleep 1; printf '{line('high').strip()}\\n'; sleep 1) | {FENGSUI} watch --lang en --rules "
                      f"{self.rules} -"], {"COLUMNS": "120"})
        t.until(r"\r\d+ events/s, [\d.]+ MB/s  high 1\x1b\[K")
        self.assertEqual(t.end(), 0)
        self.assertNotIn("%", t.all)
        self.assertNotIn("left", t.all)


if __name__ == "__main__":
    result = unittest.main(exit=False, verbosity=0).result
    failed = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)
