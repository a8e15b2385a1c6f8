#!/usr/bin/env python3
"""inputs_test -- what `fengsui watch` reads: files, folders, pipes, gzip; in which order; what it passes over."""
import fcntl
import gzip
import json
import os
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FENGSUI = os.environ.get("FENGSUI") or os.path.join(ROOT, "build", "fengsui")
RULES = os.path.join(ROOT, "rules")
GUESS = "<38>Nov 25 22:48:%02d %s sshd[1]: Failed password for root from %s port 1 ssh2\n"
RULE = """title: Said
id: 5f4a8c2e-6b1d-4d7e-9a53-0d6f3b1c2e47
author: Somebody
level: low
tags: [attack.t1110]
logsource: {product: linux}
detection: {words: [loud], condition: words}
"""


def said(host, text="loud"):
    return f"<38>Nov 25 22:48:00 {host} app[1]: {text}\n"


def guesses(host="h", address="203.0.113.66", count=10):
    return "".join(GUESS % (second, host, address) for second in range(count))


def waiting(pipe):
    """Bytes in it that nobody has read yet."""
    return struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)))[0]


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.at = folder.name
        self.rule = self.file("rule.yml", RULE)
        os.mkdir(self.path("logs"))

    def path(self, *names):
        return os.path.join(self.at, *names)

    def file(self, name, content):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(content.encode() if isinstance(content, str) else content)
        return path

    def watch(self, *args, data=b"", own=False):
        rules = [] if own else ["--rules", self.rule]
        done = subprocess.run([FENGSUI, "watch", "--lang", "en", *rules, *args], input=data, capture_output=True, timeout=60)
        done.out, done.err = done.stdout.decode(), done.stderr.decode()
        done.alerts = [json.loads(line) for line in done.out.splitlines() if line.startswith("{")]
        return done

    def names(self, done):
        return [os.path.relpath(a["source"], self.path("logs")) for a in done.alerts]


class Files(Case):
    def test_rules_come_with_the_program(self):
        log = self.file("auth.log", guesses())
        with_own, with_these = self.watch(log, own=True), self.watch("--rules", RULES, log, own=True)
        self.assertEqual(with_own.out, with_these.out)
        self.assertEqual([a["title"] for a in with_own.alerts], ["SSH Password Guessing"])

    def test_each_file_counts_its_own_lines(self):
        one = self.file("one", "quiet\n" + said("a"))
        other = self.file("other", "quiet\nquiet\n" + said("b"))
        done = self.watch(one, other, "-", data=said("c").encode())
        self.assertEqual([(a["source"], a["line"]) for a in done.alerts], [(one, 2), (other, 3), ("stdin", 1)])
        self.assertEqual((done.err, done.returncode), ("", 0))

    def test_each_file_has_a_year_of_its_own(self):
        # The first runs over a turn of the year; the second begins in the year that was said.
        one = self.file("one", "<38>Dec 31 23:59:59 h app[1]: loud\n<38>Jan  1 00:00:01 h app[1]: loud\n")
        other = self.file("other", "<38>Dec 31 23:59:59 h app[1]: loud\n")
        done = self.watch("--year", "2020", one, other)
        self.assertEqual([(a["source"], a["time"][:4]) for a in done.alerts], [(one, "2020"), (other, "2020"), (one, "2021")])

    def test_what_happened_in_two_files_is_one_story(self):
        one = self.file("one", guesses("a", count=5))
        other = self.file("other", guesses("b", count=5))
        self.assertEqual([a["hits"] for a in self.watch(one, other, own=True).alerts], [10])

    def test_files_are_told_by_time(self):
        # Each of them alone would make the other's hits come too late.
        for order in ("ab", "ba"):
            files = [self.file(x, "".join(GUESS % (second, x, "203.0.113.66") for second in range(x == "b", 20, 2))
                               + f"<38>Nov 26 10:00:0{'ab'.index(x)} {x} app[1]: loud\n" + "no time at all, loud\n") for x in order]
            done = self.watch("--stats", *files, own=True)
            self.assertEqual([(a["hits"], a["time"][11:19]) for a in done.alerts], [(10, "22:48:09")], order)
            self.assertEqual(json.loads(done.err)["late"], 0)
            told = [(os.path.basename(a["source"]), a["line"]) for a in self.watch(*files).alerts]
            self.assertEqual(told, [("a", 11), ("a", 12), ("b", 11), ("b", 12)], order)

    def test_more_files_than_are_merged(self):
        files = [self.file(f"logs/{chr(97 + i // 26)}{chr(97 + i % 26)}.log", said(f"h{i}")) for i in range(200)]
        self.assertEqual([a["source"] for a in self.watch(self.path("logs")).alerts], sorted(files))

    def test_a_pipe_is_waited_for_by_nobody_before_it(self):
        one, other = self.file("one", said("one")), self.file("other", said("other"))
        with subprocess.Popen([FENGSUI, "watch", "--rules", self.rule, one, "-", other], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True, bufsize=1) as p:
            self.assertEqual(json.loads(p.stdout.readline())["host"], "one")
            p.stdin.write(said("pipe"))
            self.assertEqual(json.loads(p.stdout.readline())["host"], "pipe")
            p.stdin.close()
            self.assertEqual(json.loads(p.stdout.readline())["host"], "other")
            self.assertEqual(p.wait(timeout=20), 0)

    def test_a_missing_file_is_named_and_the_rest_is_read(self):
        here = self.file("here", said("a"))
        done = self.watch(self.path("gone"), here)
        self.assertEqual((len(done.alerts), done.returncode), (1, 66))
        self.assertIn(self.path("gone") + ": No such file or directory", done.err)

    def test_a_last_line_without_an_end_is_a_line(self):
        one = self.file("one", said("a").rstrip("\n"))
        other = self.file("other", said("b").rstrip("\n"))
        self.assertEqual([a["line"] for a in self.watch(one, other).alerts], [1, 1])


class Folders(Case):
    def test_the_order_lets_time_go_on(self):
        wanted = ["a/deep.log", "auth.log.10.gz", "auth.log.2.gz", "auth.log.1", "auth.log", "b.log-20260131",
                  "b.log-20260201.gz", "b.log", "c.log"]
        for name in sorted(wanted, reverse=True):
            content = said("h").encode()
            self.file("logs/" + name, gzip.compress(content) if name.endswith(".gz") else content)
        done = self.watch(self.path("logs"))
        self.assertEqual(self.names(done), wanted)
        self.assertEqual(self.names(self.watch(self.path("logs") + "///")), wanted)

    def test_patterns(self):
        for name in ("a.log", "b.txt", "sub/c.log", "sub/d.log.gz"):
            content = said("h").encode()
            self.file("logs/" + name, gzip.compress(content) if name.endswith(".gz") else content)
        rows = [
            (["--include", "*.log"], ["a.log", "sub/c.log"], "by name"),
            (["--include", "*.log", "--include", "*.gz"], ["a.log", "sub/c.log", "sub/d.log.gz"], "two"),
            (["--include", "sub/*"], ["sub/c.log", "sub/d.log.gz"], "by path"),
        ]
        for args, wanted, why in rows:
            self.assertEqual(self.names(self.watch(*args, self.path("logs"))), wanted, why)
        named = self.watch("--include", "*.log", self.path("logs", "b.txt"))
        self.assertEqual(self.names(named), ["b.txt"], "what is named is wanted")
        self.assertEqual(self.watch("--include", "*.none", self.path("logs")).returncode, 66)

    def test_what_is_passed_over_is_named(self):
        self.file("logs/a.log", said("h"))
        self.file("logs/.hidden", said("h"))
        self.file("logs/x.xz", b"\xfd7zXZ\0" + bytes(20))
        os.symlink(self.path("logs"), self.path("logs", "loop"))
        os.symlink(self.path("nowhere"), self.path("logs", "dangling"))
        os.mkfifo(self.path("logs", "pipe"))
        done = self.watch(self.path("logs"))
        self.assertEqual((self.names(done), done.returncode), (["a.log"], 0), done.err)
        for name, says in ((".hidden", "hidden"), ("x.xz", "xz -dc"), ("loop", "a link to a folder"), ("dangling", "No such file"),
                           ("pipe", "no ordinary file")):
            self.assertRegex(done.err, f"{name}: .*{says}")

    def test_many_of_them_are_counted(self):
        self.file("logs/a.log", said("h"))
        for i in range(25):
            self.file(f"logs/.hidden{i}", "")
        err = self.watch(self.path("logs")).err.splitlines()
        self.assertEqual((len(err), err[-1]), (11, "fengsui watch: and 15 more entries of folders were not read"))

    @unittest.skipIf(os.geteuid() == 0, "root may read everything")
    def test_an_unreadable_file_is_named(self):
        self.file("logs/a.log", said("h"))
        os.chmod(self.file("logs/secret.log", said("h")), 0)
        done = self.watch(self.path("logs"))
        self.assertEqual((self.names(done), done.returncode), (["a.log"], 0))
        self.assertIn("secret.log: Permission denied", done.err)

    def test_an_empty_folder(self):
        done = self.watch(self.path("logs"))
        self.assertEqual((done.returncode, done.out), (66, ""))
        self.assertIn("there is no file to read in it", done.err)


class Gzip(Case):
    def test_by_its_bytes_and_not_by_its_name(self):
        packed = gzip.compress("".join(said(f"h{i}") for i in range(1000)).encode())
        for name in ("plain", "packed.gz"):
            done = self.watch(self.file(name, packed))
            self.assertEqual((len(done.alerts), done.alerts[-1]["line"], done.returncode), (1000, 1000, 0))
        named_wrong = self.watch(self.file("text.gz", said("h")))
        self.assertEqual((len(named_wrong.alerts), named_wrong.returncode), (1, 0))

    def test_from_a_pipe_byte_by_byte(self):
        packed = gzip.compress(said("a").encode()) + gzip.compress(said("b").encode())
        for data, wanted in ((packed, ["a", "b"]), (said("a").encode(), ["a"]), (b"\x1f", []), (b"BZ" + said("a").encode(), ["a"])):
            with subprocess.Popen([FENGSUI, "watch", "--rules", self.rule, "-"], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE, bufsize=0) as p:
                for i in range(len(data)):
                    p.stdin.write(data[i:i + 1])
                    while i < 10 and waiting(p.stdin):
                        time.sleep(0.001)
                p.stdin.close()
                hosts = [json.loads(line).get("host") for line in p.stdout]
                self.assertEqual((len(hosts), p.wait(timeout=20)), (len(wanted), 0))

    def test_broken_in_the_middle(self):
        packed = gzip.compress("".join(said(f"h{i}") for i in range(20000)).encode())
        spoilt = packed[:len(packed) // 2] + bytes(8) + packed[len(packed) // 2 + 8:]
        rows = [(packed[:len(packed) // 2], "cut off"), (spoilt, "spoilt"), (packed + b"rubbish", "rubbish behind it")]
        for content, why in rows:
            broken, good = self.file("broken.gz", content), self.file("good", said("good"))
            done = self.watch(broken, good)
            self.assertGreater(len(done.alerts), 100, why)
            self.assertEqual((done.alerts[-1]["source"], done.returncode), (good, 74), why)
            self.assertRegex(done.err, "broken.gz: .*gzip", why)

    def test_a_bomb_is_named_and_the_rest_is_read(self):
        bomb = self.file("bomb.gz", gzip.compress((("x" * 1000) + "\n").encode() * 20000))
        done = self.watch(bomb, self.file("good", said("good")))
        self.assertEqual((len(done.alerts), done.returncode), (1, 74))
        self.assertIn("bomb.gz: it unpacks to more than 400 times its size", done.err)


class Others(Case):
    def test_what_is_no_text_is_refused_with_what_to_do(self):
        rows = [
            (b"\xfd7zXZ\0" + bytes(9), "xz -dc"), (b"\x28\xb5\x2f\xfd" + bytes(9), "zstd -dc"), (b"BZh9" + bytes(9), "bzip2 -dc"),
            (b"PK\x03\x04" + bytes(9), "zip"), (b"LPKSHHRH" + bytes(9), "journalctl"), (b"ElfFile\0" + bytes(9), "EVTX"),
            (b"\x7fELF" + bytes(9), "a program"),
        ]
        for content, says in rows:
            done = self.watch(self.file("thing", content))
            self.assertEqual((done.out, done.returncode), ("", 66), says)
            self.assertIn(says, done.err)

    def test_lines_that_are_none_are_counted_by_file_and_readable(self):
        one = self.file("one", "{broken\n" + said("a") + "x" * 300000 + "\n" + said("a"))
        other = self.file("other", said("b") + "{\"a\":\n")
        rejects = self.path("rejects")
        done = self.watch("--rejects", rejects, one, other)
        self.assertEqual(len(done.alerts), 3)
        self.assertIn("one: 4 行中有 2 行不是日志 / 2 of 4 lines are no log lines", done.err)
        self.assertIn("other: 2 行中有 1 行不是日志 / 1 of 2 lines are no log lines", done.err)
        with open(rejects, encoding="utf-8") as f:
            kept = sorted((json.loads(line) for line in f), key=lambda r: (r["source"], r["line"]))
        self.assertEqual([(r["source"], r["line"], r.get("raw")) for r in kept],
                         [(one, 1, "{broken"), (one, 3, None), (other, 2, "{\"a\":")])
        self.assertEqual(kept[1]["reason"], "longer than 262144 bytes")
        self.assertTrue(all(r["reason"] and r["source"] not in r["reason"] for r in kept))

    def test_rejects_that_cannot_be_written(self):
        log = self.file("one", "{broken\n")
        self.assertEqual(self.watch("--rejects", self.path("no", "folder"), log).returncode, 74)
        self.assertEqual(self.watch("--rejects", "/dev/full", log).returncode, 74)

    def test_many_rejects_take_no_room(self):
        done = self.watch("--format", "summary", self.file("one", "{\n" * 1000), self.file("other", "{\n" * 5))
        self.assertIn("1005 lines are no log lines", done.out)
        self.assertEqual(done.out.count("a string in quotes is expected"), 6)
        self.file("logs/app.log.1", "{\n" * 1000)
        self.file("logs/app.log", "{\n" * 5)
        self.assertEqual(self.watch("--format", "summary", self.path("logs")).out.count("a string in quotes is expected"), 6)

    def test_an_interrupt_finishes_what_was_read(self):
        with subprocess.Popen([FENGSUI, "watch", "--lang", "en", "--rules", self.rule, "--stats", "-", self.file("never", said("n"))],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as p:
            p.stdin.write(said("a") + said("b").rstrip("\n"))
            p.stdin.flush()
            self.assertEqual(json.loads(p.stdout.readline())["host"], "a")
            p.send_signal(signal.SIGINT)
            out, err = p.communicate(timeout=20)
        self.assertEqual((p.returncode, [json.loads(line)["host"] for line in out.splitlines()]), (0, ["b"]))
        self.assertEqual(json.loads(err)["events"], 2)

    def test_a_reader_who_leaves_is_no_fault(self):
        log = self.file("long", said("a") * 200000)
        with subprocess.Popen([FENGSUI, "watch", "--rules", self.rule, "--stats", log], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True) as p:
            p.stdout.readline()
            p.stdout.close()
            err = p.stderr.read()
            self.assertEqual((p.wait(timeout=20), err.count("\n")), (0, 1), err)
            self.assertLess(json.loads(err)["events"], 200000)


if __name__ == "__main__":
    result = unittest.main(exit=False, verbosity=0).result
    failed = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)
