"""line -- what becomes of a command when the line is cut, slow or leads elsewhere; once is once."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from between import Impostor, Line  # noqa: E402
from fengsui import Daemon, binary  # noqa: E402
from web import address  # noqa: E402

MIB = 1 << 20
CREATE = ["incident", "create", "--title", "网页被篡改", "--reporter", "r", "--aware-at", "2026-03-02T07:50:00Z", "--what", "w",
          "--unit", "@市教育局", "--as", "duty01"]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


class OnTheLine(unittest.TestCase):
    """One demonstration folder for all; each test has its own line to it."""

    @classmethod
    def setUpClass(cls):
        cls.d = Daemon(args=["--http", "127.0.0.1:0"])
        cls.addClassCleanup(cls.d.__exit__, None, None, None)  # also where what follows fails
        cls.d.person("duty01", ["DUT"])
        cls.port = address(cls.d)[1]
        cls.folder = tempfile.mkdtemp(prefix="fengsui-line-")
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.file = os.path.join(cls.folder, "disk.img")
        with open(cls.file, "wb") as f:
            for _ in range(20):
                f.write(os.urandom(MIB))

    def typed(self, *args, url=None, env=None, lang="en"):
        return subprocess.run([binary(), *args, *(["--url", url] if url else []), "--lang", lang], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=100,
                              env={**os.environ, "XDG_STATE_HOME": self.folder, "FENGSUI_TEST_PAUSE_MS": "20", **(env or {})})

    def cases(self):
        return len(self.d.list("incident", limit=500))

    def said(self, done, status, *words):
        self.assertEqual(done.returncode, status, done)
        for word in words:
            self.assertIn(word, done.stdout + done.stderr)
        return done.stdout + done.stderr

    # ---- moves -------------------------------------------------------------------------------------

    def test_an_answer_that_was_lost_is_asked_for_again_and_the_case_is_one(self):
        line, before = Line(self.port), self.cases()
        line.swallow, line.swallows = "POST /api/v1/incident", 2
        self.said(self.typed(*CREATE, url=line.url), 0, "INC-2026-")
        self.assertEqual(line.count("POST /api/v1/incident"), 3)
        self.assertEqual(self.cases(), before + 1, "three requests, one key, one case")

    def test_without_any_answer_it_says_how_to_make_sure(self):
        line, before = Line(self.port), self.cases()
        line.swallow, line.swallows = "POST /api/v1/incident", 99
        said = self.said(self.typed(*CREATE, url=line.url), 69, "ended before the answer", "is not known", line.url)
        self.assertEqual(line.count("POST /api/v1/incident"), 4, "once, and three times more")
        key = re.search(r"--key (\S+)", said).group(1)
        line.swallows = 0
        for _ in range(2):
            self.said(self.typed(*CREATE, "--key", key, url=line.url), 0, "INC-2026-")
        self.assertEqual(self.cases(), before + 1, "it had been done, and is not done again")
        self.assertIn("是否已办理尚不可知", self.lost("zh"))

    def lost(self, lang):
        line = Line(self.port)
        line.swallow, line.swallows = "POST /api/v1/incident", 99
        return self.said(self.typed(*CREATE, url=line.url, lang=lang), 69)

    def test_what_has_no_key_is_sent_once(self):
        line = Line(self.port)
        line.swallow, line.swallows = "DELETE /api/v1/proposals", 99
        said = self.said(self.typed("withdraw", "99", "--as", "duty01", url=line.url), 69, "look before doing it again")
        self.assertEqual(line.count("DELETE /api/v1/proposals"), 1)
        self.assertNotIn("--key", said)

    def test_reading_is_simply_done_again(self):
        line = Line(self.port)
        line.swallow, line.swallows = "GET /api/v1/incident", 3
        self.said(self.typed("incident", "list", "--as", "duty01", url=line.url), 0)
        self.assertEqual(line.count("GET /api/v1/incident"), 4)

    def test_the_daemon_is_begun_again_meanwhile(self):
        """Lost once, then nobody is there for a moment: it is tried until the daemon is back."""
        line = Line(self.port)
        line.swallow, line.swallows = "GET /api/v1/incident", 1

        def away():
            while not line.count("GET /api/v1/incident"):
                time.sleep(0.005)
            line.close()
            time.sleep(0.3)
            line.again()

        thread = threading.Thread(target=away)
        thread.start()
        done = self.typed("incident", "list", "--as", "duty01", url=line.url, env={"FENGSUI_TEST_PAUSE_MS": "200"})
        thread.join()
        self.said(done, 0)

    # ---- files -------------------------------------------------------------------------------------

    def case(self):
        said = self.said(self.typed(*CREATE, url=f"http://127.0.0.1:{self.port}"), 0)
        return re.search(r"INC-2026-\d+", said).group(0)

    def attach(self, line, case, file=None, **more):
        return self.typed("incident", "attach", case, file or self.file, "--type", "image", "--as", "duty01", url=line.url,
                          **more)

    def whole(self, case):
        """The evidence of a case has the digest of the file."""
        done = subprocess.run(["sha256sum", self.file], capture_output=True, text=True, check=True)
        evidence = self.d.linked(case, "evidence")
        self.assertEqual(len(evidence), 1)
        self.assertIn(done.stdout.split()[0], json.dumps(self.d.show(evidence[0].ref)["fields"]))

    def test_a_file_goes_on_where_it_was_cut(self):
        line, case = Line(self.port), self.case()
        line.cut_after, line.cuts = 7 * MIB, 2
        self.said(self.attach(line, case), 0, "EVD-2026-")
        self.assertEqual(line.cuts, 0, "it was cut twice")
        self.assertEqual(line.count("POST /api/v1/uploads"), 2, "one begin and one end")
        self.assertLess(line.bytes, 20 * MIB + 2 * 5 * MIB, "what had arrived was not sent again")
        self.whole(case)

    def test_the_same_command_goes_on_after_it_was_given_up(self):
        line, case = Line(self.port), self.case()
        line.cut_after, line.cuts = 9 * MIB, 99
        watch = threading.Thread(target=self.close_after, args=(line, 1))
        watch.start()
        done = self.attach(line, case)
        watch.join()
        said = self.said(done, 69, "the same command goes on there", line.url)
        arrived = int(re.search(r"(\d+) of \d+ bytes have arrived", said).group(1))
        self.assertGreaterEqual(arrived, 4 * MIB)
        line.again()
        line.cuts, line.bytes, line.asked = 0, 0, []
        said = self.said(self.attach(line, case), 0, "going on behind", "EVD-2026-")
        self.assertLess(line.bytes, 20 * MIB - arrived + MIB)
        self.assertEqual(line.count("POST /api/v1/uploads"), 1, "the end alone")
        self.whole(case)

    def close_after(self, line, cuts):
        while line.cuts > 99 - cuts:
            time.sleep(0.005)
        line.close()

    def test_a_file_that_changed_meanwhile_is_another(self):
        line, case = Line(self.port), self.case()
        path = os.path.join(self.folder, "log.txt")
        with open(path, "wb") as f:
            f.write(b"a" * (9 * MIB))
        line.cut_after, line.cuts = 5 * MIB, 99
        watch = threading.Thread(target=self.close_after, args=(line, 1))
        watch.start()
        self.said(self.attach(line, case, path), 69)
        watch.join()
        with open(path, "wb") as f:
            f.write(b"b" * (9 * MIB))
        line.again()
        line.cuts, line.asked = 0, []
        done = self.attach(line, case, path)
        self.assertNotIn("going on", self.said(done, 0, "EVD-2026-"))
        self.assertEqual(line.count("POST /api/v1/uploads"), 2)

    def test_the_answer_to_the_end_of_a_file_is_lost(self):
        line, case = Line(self.port), self.case()

        def find_end():
            line.swallow, line.swallows = "POST /api/v1/uploads/", 1

        find_end()
        self.said(self.attach(line, case), 0, "EVD-2026-")
        self.assertEqual(line.swallows, 0)
        self.whole(case)

    def test_another_command_renews_the_session_meanwhile(self):
        """A long upload goes on with the secret that a shorter command was given, and does not put the old one back."""
        line, case = Line(self.port), self.case()
        self.said(self.typed("sign-in", "duty01", url=line.url), 0)
        line.hold, line.hold_after = threading.Event(), 6 * MIB
        done = []
        thread = threading.Thread(target=lambda: done.append(
            self.typed("incident", "attach", case, self.file, "--type", "image", url=line.url)))
        thread.start()
        while line.bytes < 6 * MIB:
            time.sleep(0.005)
        self.d.pass_time("20 min")
        self.said(self.typed("tokens", "make", "t", "--scopes", "read", "--expires", "1 d", url=line.url), 0, "fs_")
        line.hold.set()
        thread.join()
        self.said(done[0], 0, "EVD-2026-")
        self.said(self.typed("whoami", url=line.url), 0, "duty01")
        self.whole(case)

    def test_a_pipe_has_no_length(self):
        os.mkfifo(os.path.join(self.folder, "pipe"))
        threading.Thread(target=lambda: open(os.path.join(self.folder, "pipe"), "wb").close(), daemon=True).start()
        line, case = Line(self.port), self.case()
        self.said(self.attach(line, case, os.path.join(self.folder, "pipe")), 65, "length is known")

    # ---- elsewhere ---------------------------------------------------------------------------------

    def test_a_redirect_is_not_followed(self):
        with Impostor(HEAD + b"Content-Length: 2\r\n\r\n{}") as target:
            with Impostor(b"HTTP/1.1 307 Elsewhere\r\nLocation: " + target.url.encode() + b"/api/v1/session\r\nContent-Length: 0\r\n\r\n") as one:
                self.said(self.typed("status", url=one.url), 77, "is not followed", target.url)
                self.said(self.typed("status", url=one.url, lang="zh"), 77, "不予跟随")
            self.assertEqual(target.asked, 0)

    def test_what_is_not_fengsui_says_so(self):
        for say in (HEAD + b"Content-Length: 5\r\n\r\n<html", HEAD + b"Content-Length: 2\r\n\r\n[]",
                    b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 3\r\n\r\n{}\n"):
            with Impostor(say) as one:
                self.said(self.typed("status", url=one.url), 69, "is not Fengsui", one.url)
        with Impostor(b"SSH-2.0-OpenSSH_9.2\r\n") as one:
            self.assertNotEqual(self.typed("status", url=one.url).returncode, 0)

    def test_an_answer_without_end_is_broken_off(self):
        taken = [0]

        def flood(s):
            s.sendall(HEAD + b"\r\n[")
            while taken[0] < 200:
                s.sendall(b"0," * (MIB // 2))
                taken[0] += 1

        with Impostor(flood) as one:
            self.said(self.typed("status", url=one.url), 65, "longer than 64 MiB")
            self.assertLess(taken[0], 100)

    def test_no_answer_comes_to_an_end(self):
        with Impostor(lambda s: s.recv(1)) as one:
            begin = time.monotonic()
            self.said(self.typed("status", url=one.url, env={"FENGSUI_TEST_PATIENCE_S": "1"}), 69, "did not answer in time", one.url)
            self.assertLess(time.monotonic() - begin, 10)
            self.assertEqual(one.asked, 1, "who is slow is not asked four times")

    def test_gone_in_the_middle_of_the_answer(self):
        with Impostor(HEAD + b"Content-Length: 500\r\n\r\n{\"ok\":") as one:
            self.said(self.typed("status", url=one.url), 69, "ended before the answer", one.url)
            self.assertEqual(one.asked, 4)

    def test_nobody_is_there(self):
        line = Line(self.port)
        line.close()
        begin = time.monotonic()
        self.said(self.typed("status", url=line.url, env={"FENGSUI_TEST_PAUSE_MS": "5000"}), 69, "cannot reach", line.url)
        self.said(self.typed("status", url=line.url, lang="zh"), 69, "不能连接")
        self.assertLess(time.monotonic() - begin, 4, "who was never there is not waited for")

    def test_no_proxy_of_the_environment_and_one_that_is_asked_for(self):
        with Impostor(b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n") as proxy:
            env = {name: proxy.url for name in ("http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY", "ALL_PROXY")}
            url = f"http://127.0.0.1:{self.port}"
            self.said(self.typed("whoami", "--as", "duty01", url=url, env=env), 0, "duty01")
            self.assertEqual(proxy.asked, 0)
            self.assertNotEqual(self.typed("whoami", "--as", "duty01", "--proxy", proxy.url, url=url,
                                           env={"no_proxy": "*"}).returncode, 0)
            self.assertEqual(proxy.asked, 1)

    def test_a_header_that_was_typed_is_one_line(self):
        line = Line(self.port)
        done = self.typed(*CREATE, "--key", "k\r\nX-Forged: 1", url=line.url)
        self.said(done, 65, "--key has 1 to")
        self.assertEqual(line.count("POST /api/v1/incident"), 0)


if __name__ == "__main__":
    program = unittest.main(exit=False)
    bad = len(program.result.failures) + len(program.result.errors)
    print(f"{max(0, program.result.testsRun - bad)} passed, {bad} failed")
    sys.exit(1 if bad else 0)
