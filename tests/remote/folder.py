"""folder -- a real folder over HTTPS, whose people came in by command, for the tests of this part."""
import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from fengsui import ROOT, Daemon, binary  # noqa: E402
from terminal import Terminal  # noqa: E402
from web import address  # noqa: E402

OFFICE = "市信息产业局"
RULES = os.path.join(ROOT, "rules")
ROSTER = "edu-fw01 rate=50 burst=3900\n"


def password(login):
    """Long, of its own for each, and without the login in it."""
    return "battery-staple-" + hashlib.sha256(login.encode()).hexdigest()[:12]


class RealFolder(unittest.TestCase):
    """One real folder; sca01 and dir01 have their first codes from whoever owns it. Each test has its own state folder."""

    @classmethod
    def setUpClass(cls):
        cls.shared = tempfile.mkdtemp(prefix="fengsui-story-")
        cls.addClassCleanup(shutil.rmtree, cls.shared, ignore_errors=True)
        roster = os.path.join(cls.shared, "sources")
        with open(roster, "w", encoding="utf-8") as f:
            f.write(ROSTER)
        cls.d = Daemon(demo=False, rules=RULES, args=["--https", "127.0.0.1:0", "--sources", roster])
        cls.addClassCleanup(cls.d.__exit__, None, None, None)  # also where what follows fails
        cls.url = f"https://127.0.0.1:{address(cls.d, 'https')[1]}"
        cls.pin = re.search(r"SHA-256 ([0-9a-f]{64})", cls.d.said()).group(1)
        for login in ("sca01", "dir01"):
            cls.d.do(None, "person", "create", name=login, login=login, unit=OFFICE)
        for login, role in (("sca01", "SCA"), ("dir01", "DIR")):
            cls.d.do(None, "post", "create", person=login, role=role)
        cls.state_of = {}
        for login in ("sca01", "dir01"):
            cls.enter(login, re.search(r"\n\n +(\S+)\n\n", cls.d.cli("user", "invite", login)).group(1))

    # ---- typing ------------------------------------------------------------------------------------

    @classmethod
    def env(cls, state):
        return {**os.environ, "FENGSUI_URL": cls.url, "XDG_STATE_HOME": state, "COLUMNS": "120"}

    @classmethod
    def on_terminal(cls, state, *args, lang="en"):
        return Terminal([binary(), *args, "--lang", lang], cls.env(state))

    @classmethod
    def typed(cls, state, *args, lang="en", env=None):
        return subprocess.run([binary(), *args, "--lang", lang], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                              env={**cls.env(state), **(env or {})}, timeout=60)

    @classmethod
    def enter(cls, login, code):
        """Enrolled and signed in by command, with the pin typed; gives the state folder."""
        state = os.path.join(cls.shared, login)
        t = cls.on_terminal(state, "enrol", login, "--pin", cls.pin)
        t.answer("Code of the invitation", code)
        t.answer("New password", password(login))
        t.answer("The same again", password(login))
        t.until("password is set")
        assert t.end() == 0, t.all
        t = cls.on_terminal(state, "sign-in", login)
        t.answer(f"Password of {login}", password(login))
        t.until(f"as {login}")
        assert t.end() == 0, t.all
        cls.state_of[login] = state
        return state

    def good(self, login, *args, **more):
        done = self.typed(self.state_of[login], *args, **more)
        self.assertEqual(done.returncode, 0, done)
        return done.stdout

    def bad(self, status, state, *args, says=(), **more):
        done = self.typed(state, *args, **more)
        self.assertEqual(done.returncode, status, done)
        for word in [says] if isinstance(says, str) else says:
            self.assertIn(word, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def fresh_state(self):
        folder = tempfile.mkdtemp(prefix="fengsui-state-")
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        return folder

    def register(self, login, *roles, unit=OFFICE):
        """By the administrator, over HTTPS; gives the state folder of whoever came in."""
        self.good("sca01", "person", "create", "--name", login, "--login", login, "--unit", f"@{unit}")
        for role in roles:
            self.good("sca01", "post", "create", "--person", f"@{login}", "--role", role, "--unit", f"@{unit}")
        said = self.good("sca01", "accounts", "invite", login)
        return self.enter(login, re.search(r"\n\n +(\S+)\n\n", said).group(1))

    def age(self, login, seconds=301):
        """The proof of somebody's sessions is made old in the store: the clock is the machine's."""
        person = json.loads(self.good(login, "whoami", "--json"))["person"]
        store = sqlite3.connect(os.path.join(self.d.folder, "fengsui.db"), timeout=20)
        store.execute("UPDATE sessions SET proven_at = proven_at - ? WHERE person = ?", (seconds * 1000000, person))
        store.commit()
        store.close()


def main():
    program = unittest.main(exit=False)
    bad = len(program.result.failures) + len(program.result.errors)
    print(f"{max(0, program.result.testsRun - bad)} passed, {bad} failed")
    sys.exit(1 if bad else 0)
