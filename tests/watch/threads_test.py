#!/usr/bin/env python3
"""threads_test -- `fengsui watch --threads`: the same result byte for byte, whoever did the work.

What lines lean on (the year, the head of a table, the records of one call) comes from blocks that
another thread has; correlations count over all of them.
"""
import gzip
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FENGSUI = os.environ.get("FENGSUI") or os.path.join(ROOT, "build", "fengsui")
BLOCK = 256 * 1024
RULES = """title: Every Tenth
id: 5f4a8c2e-6b1d-4d7e-9a53-0d6f3b1c2e47
author: Somebody
level: low
tags: [attack.t1110]
logsource: {product: linux}
detection: {words: [loud], condition: words}
---
title: A Connection to a Port
id: 7a1d5c0b-3f0e-4b56-8c1f-2b9b6a1f0c11
author: Somebody
level: low
tags: [attack.t1110]
logsource: {product: zeek, service: conn}
detection: {port: {id.resp_p: 4444}, condition: port}
"""


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.at = folder.name
        self.rules = self.file("rules.yml", RULES)

    def file(self, name, content):
        path = os.path.join(self.at, name)
        with open(path, "wb") as f:
            f.write(content.encode() if isinstance(content, str) else content)
        return path

    def watch(self, threads, *args):
        rejects = os.path.join(self.at, f"rejects{threads}")
        done = subprocess.run([FENGSUI, "watch", "--lang", "en", "--rules", self.rules, "--rules", os.path.join(ROOT, "rules"),
                               "--stats", "--threads", str(threads), "--rejects", rejects, *args],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
        *said, stats = done.stderr.splitlines()
        stats = json.loads(stats)
        del stats["seconds"]
        self.tried = stats.pop("tried")  # some work is done twice
        with open(rejects, encoding="utf-8") as f:
            # Those of several files may alternate; those of each are in order.
            rejected = sorted(f.read().splitlines(), key=lambda line: json.loads(line)["source"])
        # A line without a time is taken at the time it was read.
        out = re.sub(r'"time":"[^"]*\.(?!000000)\d{6}Z"', '"time":"now"', done.stdout)
        return done.returncode, out, said, stats, rejected

    def same(self, *args, least=1, threads=(2, 4)):
        one, tried = self.watch(1, *args), self.tried
        self.assertGreaterEqual(one[1].count("\n"), least)
        for many in threads:
            for what, got, wanted in zip(("status", "alerts", "said", "numbers", "rejects"), self.watch(many, *args), one):
                # No diff: it takes minutes where all lines differ.
                self.assertTrue(got == wanted, (what, many, args))
            self.assertGreaterEqual(self.tried, tried)
        return one


def story(host, seconds, seed, start=0):
    """Guesses of many addresses among ordinary lines, now and then out of order, now and then rubbish."""
    dice = random.Random(seed)
    lines = []
    for second in range(start, start + seconds):
        for _ in range(dice.randrange(12)):
            at = max(0, second - dice.choice((0, 0, 0, 0, 30)))
            stamp = f"Nov {25 + at // 86400:2} {at // 3600 % 24:02}:{at // 60 % 60:02}:{at % 60:02}"
            address = f"203.0.113.{dice.randrange(60)}"
            lines.append(dice.choice((
                f"<38>{stamp} {host} sshd[1]: Failed password for root from {address} port 1 ssh2",
                f"<38>{stamp} {host} sshd[1]: Accepted password for op{dice.randrange(9)} from {address} port 1 ssh2",
                f"<38>{stamp} {host} app[1]: {'quiet ' * dice.randrange(30)}",
                f"<38>{stamp} {host} app[1]: loud {dice.random()}",
                f"{address} - - [25/Nov/2026:{at // 3600 % 24:02}:{at // 60 % 60:02}:{at % 60:02} +0000] "
                f"\"GET /p{dice.randrange(40)} HTTP/1.1\" 404 5 \"-\" \"{dice.choice(('Nikto/2', 'Mozilla'))}\"")))
            if dice.randrange(400) == 0:
                lines.append(dice.choice(("{broken", "", "x" * 300000, "no time, loud")))
    return lines


def text(lines):
    return "\n".join(lines) + "\n"


class OneFile(Case):
    def test_thousands_of_lines_with_correlations(self):
        log = self.file("log", text(story("h", 4000, 1)))
        self.assertGreater(os.path.getsize(log), 8 * BLOCK)
        code, out, _, stats, rejects = self.same("--year", "2026", log, least=3000, threads=(2, 3, 4, 8))
        titles = {json.loads(line)["title"] for line in out.splitlines()}
        self.assertLessEqual({"SSH Password Guessing", "SSH Password Guessed", "Web Scanner Gives Its Name", "Every Tenth"}, titles)
        self.assertGreater(stats["malformed"], 5)
        self.assertEqual(len(rejects), stats["malformed"])

    def test_at_every_byte_of_a_line(self):
        lines = [f"<38>Nov 25 10:{i // 60 % 60:02}:{i % 60:02} h sshd[1]: Failed password for root from 203.0.113.{i % 7} port 1 ssh2\n"
                 for i in range(6000)]
        body = "".join(lines)
        for pad in range(len(lines[0]) + 2):
            self.same("--year", "2026", self.file("log", "#" * pad + "\n" + body), threads=(4,))

    def test_the_year_goes_on_over_blocks(self):
        lines = []
        for year in range(4):
            for month in ("Jan", "Apr", "Aug", "Dec"):
                lines += [f"<38>{month} {1 + i % 28:2} 10:00:00 h app[1]: {'loud' if i % 50 == 0 else 'quiet'} {i}" for i in range(2500)]
        _, out, *_ = self.same("--year", "2020", self.file("log", text(lines)), least=500)
        self.assertEqual({json.loads(line)["time"][:4] for line in out.splitlines()}, {"2020", "2021", "2022", "2023"})

    def test_a_table_keeps_its_head_over_blocks(self):
        head = "#separator \\x09\n#path\tconn\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\n"
        rows = "".join(f"{1764000000 + i}.5\tC{i}\t10.0.0.{i % 250}\t{i % 60000}\t192.0.2.1\t{4444 if i % 100 == 0 else 80}\n"
                       for i in range(30000))
        _, out, *_ = self.same(self.file("conn.log", head + rows), least=300)
        self.assertEqual(out.count("A Connection to a Port"), 300)

    def test_packed(self):
        self.same("--year", "2026", self.file("log.gz", gzip.compress(text(story("h", 2000, 2)).encode())), least=1000)

    def test_broken_packing(self):
        packed = gzip.compress(text(story("h", 4000, 3)).encode())
        code, *_ = self.same("--year", "2026", self.file("log.gz", packed[:len(packed) // 2]), least=1000)
        self.assertEqual(code, 74)

    def test_a_limit_stops_at_the_same_alert(self):
        log = self.file("log", text(story("h", 3000, 4)))
        for limit in ("1", "500"):
            one, four = (self.watch(n, "--year", "2026", "--limit", limit, log)[1] for n in (1, 4))
            self.assertEqual((one, one.count("\n")), (four, int(limit)))

    def test_nothing_and_little(self):
        for content in ("", "\n", "loud", "<38>Nov 25 10:00:00 h app[1]: loud"):
            self.same("--year", "2026", self.file("log", content), least=0)


class ManyFiles(Case):
    def test_merged(self):
        files = [self.file(f"host{i}.log", text(story(f"host{i}", 900, i, start=i * 300))) for i in range(5)]
        _, out, *_ = self.same("--year", "2026", *files, least=2000)
        titles = [json.loads(line)["title"] for line in out.splitlines()]
        self.assertIn("One Account Logs In With a Password on Several Hosts", titles)

    def test_time_goes_on_over_blocks(self):
        # No rule matches the lines of the first block; the second begins with one that has no time.
        quiet = text([f"<38>Nov 25 1{i // 1200}:{i // 20 % 60:02}:00 h app[1]: {'quiet ' * 13}" for i in range(2600)])
        quiet = quiet[:BLOCK - 1] + "\n"
        self.assertEqual(len(quiet), BLOCK)
        one = self.file("one", quiet + "no time, loud\n")
        other = self.file("other", text(["<38>Nov 25 11:30:00 g app[1]: loud", "<38>Nov 25 12:30:00 g app[1]: loud"]))
        _, out, *_ = self.same("--year", "2026", one, other)
        self.assertEqual([os.path.basename(json.loads(line)["source"]) for line in out.splitlines()], ["other", "one", "other"])

    def test_the_same_rejects_are_shown(self):
        files = [self.file(f"host{i}.log", text(story(f"host{i}", 900, i))) for i in range(12)]
        shown = []
        for threads in ("1", "4", "4"):
            done = subprocess.run([FENGSUI, "watch", "--lang", "en", "--format", "summary", "--rules", self.rules, "--threads", threads,
                                   "--year", "2026", *files], capture_output=True, text=True)
            shown.append(done.stdout.split("no log lines\n")[1])
        self.assertEqual(shown[0].count("\n"), 20)
        self.assertEqual(shown[1:], [shown[0]] * 2)

    def test_a_folder_with_rotated_files(self):
        lines = story("h", 3000, 9)
        folder = os.path.join(self.at, "logs")
        os.mkdir(folder)
        for name, part in (("a.log.2.gz", lines[:6000]), ("a.log.1", lines[6000:12000]), ("a.log", lines[12000:])):
            content = text(part).encode()
            self.file("logs/" + name, gzip.compress(content) if name.endswith(".gz") else content)
        self.file("logs/b.log", text(story("g", 1000, 10)))
        self.same("--year", "2026", folder, least=1000)


class Ends(Case):
    def test_the_interrupt_of_a_long_run(self):
        log = self.file("log", text(story("h", 4000, 5)) * 20)
        with subprocess.Popen([FENGSUI, "watch", "--rules", self.rules, "--threads", "4", "--stats", log], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True) as p:
            p.stdout.readline()
            p.send_signal(signal.SIGINT)
            err = p.communicate(timeout=60)[1]
            self.assertEqual(p.returncode, 0)
            self.assertLess(json.loads(err.splitlines()[-1])["events"], 440000)

    def test_a_reader_who_leaves(self):
        log = self.file("log", text(story("h", 4000, 6)) * 5)
        with subprocess.Popen([FENGSUI, "watch", "--rules", self.rules, "--threads", "4", log], stdout=subprocess.PIPE) as p:
            p.stdout.readline()
            p.stdout.close()
            self.assertEqual(p.wait(timeout=60), 0)

    def test_what_is_no_number_of_threads(self):
        for threads in ("0", "65", "-1", "many", ""):
            done = subprocess.run([FENGSUI, "watch", "--threads", threads, "-"], stdin=subprocess.DEVNULL, capture_output=True)
            self.assertEqual(done.returncode, 64, threads)


if __name__ == "__main__":
    result = unittest.main(exit=False, verbosity=0).result
    failed = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)
