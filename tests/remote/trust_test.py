"""trust -- whose certificate it is: shown, compared, pinned, or signed by an authority; never taken silently."""
import json
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import folder  # noqa: E402
from folder import Daemon, address, main, password  # noqa: E402


def openssl(*words):
    subprocess.run(["openssl", *words], capture_output=True, check=True)


class WhoseCertificate(folder.RealFolder):
    def test_a_certificate_that_nobody_vouches_for_is_shown_and_asked_about(self):
        state = self.fresh_state()
        t = self.on_terminal(state, "sign-in", "dir01")
        t.until(self.pin)
        t.answer("Is it the same", "no")
        self.assertEqual(t.end(), 77, t.all)
        self.assertNotIn("Password", t.all, "no password is asked for a stranger")
        self.assertEqual(os.listdir(state), [], "and nothing is remembered")
        t = self.on_terminal(state, "sign-in", "dir01", lang="zh")
        t.until(self.pin)
        t.answer("两者相同吗", "yes")
        t.answer("dir01 的口令", password("dir01"))
        t.until("已登录")
        self.assertEqual(t.end(), 0)
        self.assertEqual(self.typed(state, "whoami").returncode, 0, "asked once for all")

    def test_without_a_terminal_it_is_never_trusted_silently(self):
        state = self.fresh_state()
        self.bad(77, state, "status", says=["is not trusted", self.pin, "--pin"])
        self.bad(77, state, "status", says=["证书不可信", self.pin], lang="zh")
        self.assertEqual(os.listdir(state), [])

    def test_another_certificate_than_the_pinned_one(self):
        state, wrong = self.fresh_state(), "ab" * 32
        self.bad(77, state, "whoami", "--pin", wrong, says=["another certificate", self.pin, wrong])
        self.assertEqual(os.listdir(state), [], "a pin that was wrong is not remembered")
        shutil.copytree(self.state_of["dir01"], os.path.join(state, "x"))
        for name in os.listdir(os.path.join(state, "x", "fengsui")):
            path = os.path.join(state, "x", "fengsui", name)
            with open(path, encoding="utf-8") as f:
                facts = json.load(f)
            with open(path, "w", encoding="utf-8") as f:
                json.dump({**facts, "pin": wrong}, f)
        t = self.on_terminal(os.path.join(state, "x"), "whoami")
        t.until("another certificate")
        self.assertEqual(t.end(), 77)
        self.assertNotIn("?", t.all, "on a terminal neither is it asked about")

    def test_a_pin_may_be_typed_as_other_programs_print_it(self):
        colons = ":".join(re.findall("..", self.pin.upper()))
        self.bad(77, self.fresh_state(), "status", "--pin", colons, says="not signed in")

    def test_an_authority_of_ones_own(self):
        folder = self.fresh_state()
        name = lambda file: os.path.join(folder, file)  # noqa: E731
        for who in ("one", "other"):
            openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                    f"/CN={who}", "-keyout", name(who + ".key"), "-out", name(who + ".pem"))
        for site, subject in (("site", "IP:127.0.0.1"), ("elsewhere", "DNS:elsewhere.example")):
            openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=site", "-addext",
                    f"subjectAltName={subject}", "-keyout", name(site + ".key"), "-out", name(site + ".csr"))
            openssl("x509", "-req", "-in", name(site + ".csr"), "-CA", name("one.pem"), "-CAkey", name("one.key"), "-days", "2",
                    "-CAcreateserial", "-copy_extensions", "copy", "-out", name(site + ".pem"))
        for site, ca, status, says in (("site", "one.pem", 0, "duty01"), ("site", "other.pem", 77, "is not trusted"),
                                       ("elsewhere", "one.pem", 77, "127.0.0.1"), ("site", "site.key", 65, "no certificates")):
            with Daemon(args=["--https", "127.0.0.1:0", "--cert", name(site + ".pem"), "--key", name(site + ".key")]) as d:
                d.person("duty01", ["DUT"])
                url = f"https://127.0.0.1:{address(d, 'https')[1]}"
                done = self.typed(folder, "whoami", "--as", "duty01", "--url", url, "--ca", name(ca))
                self.assertEqual(done.returncode, status, done)
                self.assertIn(says, done.stdout + done.stderr)


if __name__ == "__main__":
    main()
