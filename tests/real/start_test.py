"""start -- a real folder from its first minute, and a demonstration folder that stays one for ever."""
import contextlib
import datetime
import json
import os
import pwd
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lib"))
from fengsui import ROOT, Daemon, binary  # noqa: E402

OWN = os.path.join(ROOT, "packs", "jinan-2007")
OFFICE = "市信息产业局"
ME = pwd.getpwuid(os.geteuid()).pw_name
CASE = {"title": "t", "reporter": "r", "aware_at": "2026-03-02T07:50:00Z", "what": "w", "unit": OFFICE}

# What nobody enters before there are accounts: kind, move, input.
NOT_BY_THE_OWNER = [
    ("incident", "create", CASE), ("system", "create", {"name": "s", "owner": OFFICE}), ("resource", "create", {"name": "r"}),
    ("duty_shift", "create", {"person": "sca01", "starts_at": "2026-01-01T00:00:00Z", "ends_at": "2030-01-01T00:00:00Z"}),
    ("setting", "create", {"name": "threshold", "value": "2"}), ("delegation", "create", {"power": "LG"}),
    ("team", "create", {"name": "t"}), ("organ_member", "create", {}), ("sector", "create", {"name": "x"}),
    ("evidence", "create", {"type": "log"}), ("warning", "create", {}), ("drill", "create", {"year": 2026}),
    ("detection_switch", "create", {}), ("revision", "create", {"origin": "other", "text": "x"}),
    ("unit", "update", {"name": "x"}), ("person", "update", {"name": "x"}),
]


def serve(*args):
    """What a start that must fail says."""
    return subprocess.run([binary(), "serve", *args], capture_output=True, text=True, timeout=60)


class Real(unittest.TestCase):
    @contextlib.contextmanager
    def folder(self, **more):
        with Daemon(demo=False, **more) as d:
            yield d

    def first_administrator(self, d, login="sca01"):
        d.do(None, "person", "create", name="账户管理员", login=login, unit=OFFICE)
        d.do(None, "post", "create", person=login, role="SCA")

    def test_an_empty_folder_becomes_a_real_one(self):
        with self.folder() as d:
            status = d.status()
            self.assertIs(status["demo"], False)
            self.assertFalse(status["record"]["origin"].startswith("demo."))
            self.assertNotIn("DEMONSTRATION", d.said() + d.cli("status"))
            self.assertNotIn("演示", d.cli("status", lang="zh"))
            self.assertNotIn("demo", {k for k, v in d.ask(op="whoami").items() if v})
            self.assertEqual([d.list(kind) for kind in ("incident", "post", "person")], [[], [], []])

    def test_its_time_is_that_of_the_machine(self):
        with self.folder() as d:
            self.first_administrator(d)
            at = d.history(d.list("person")[0].ref)[0]["at"]
            moment = datetime.datetime.fromisoformat(at.replace("Z", "+00:00"))
            self.assertLess(abs((datetime.datetime.now(datetime.timezone.utc) - moment).total_seconds()), 60)

    def test_given_time_is_refused_everywhere(self):
        with self.folder() as d:
            for request in ({"op": "tick", "at": "2030-01-01T00:00:00Z"}, {"op": "tick", "at": "+1 h"},
                            {"op": "do", "kind": "person", "move": "create", "input": {}, "at": "2030-01-01T00:00:00Z"},
                            {"op": "ingest", "source": "x", "lines": [], "at": "+1 s"},
                            {"op": "blob", "step": "begin", "at": "+1 s"}):
                answer = d.ask(**request)
                self.assertEqual(answer.get("fault"), "refused", request)
                self.assertIn("demonstration folders only", answer["en"])
            self.assertIn("real folder", d.cli("tick", "+1 h", expect=77))
        with tempfile.TemporaryDirectory() as where:
            folder = os.path.join(where, "d")
            done = serve("--data", folder, "--at", "2026-03-02T08:00:00Z")
            self.assertEqual(done.returncode, 77)
            self.assertIn("--at needs --demo", done.stderr)
            self.assertFalse(os.path.exists(folder), "nothing was made")

    def test_nobody_acts_as_another(self):
        with self.folder() as d:
            self.first_administrator(d)
            for request in ({"op": "do", "kind": "incident", "move": "create", "input": CASE}, {"op": "list", "kind": "person"},
                            {"op": "whoami"}, {"op": "show", "ref": "#1"}, {"op": "publish", "pack": OWN}):
                answer = d.ask(**request, **{"as": "sca01"})
                self.assertEqual(answer.get("fault"), "refused", request)
                self.assertIn("demonstration folders only", answer["en"])
            self.assertIn("real folder", d.cli("person", "list", "--as", "sca01", expect=77))

    def test_the_owner_enters_the_first_administrator_and_director_and_nothing_else(self):
        with self.folder() as d:
            for role in ("LG", "DUT", "SYS", "AUD"):
                d.do(None, "person", "create", name=role, login=role.lower(), unit=OFFICE)
                answer = d.try_(None, "post", "create", person=role.lower(), role=role)
                self.assertEqual(answer.get("fault"), "refused", role)
                self.assertIn("SCA", answer["en"])
            self.nothing_else(d)
            d.do(None, "person", "create", name="主任", login="dir", unit=OFFICE)
            self.first_administrator(d)
            self.nothing_else(d)
            d.do(None, "post", "create", person="dir", role="DIR")  # each needs the other from now on
            for kind, input_ in (("person", {"name": "x", "login": "x", "unit": OFFICE}), ("post", {"person": "lg", "role": "DIR"}),
                                 ("post", {"person": "dir", "role": "SCA"}), ("unit", {"name": "x", "type": "bureau"})):
                answer = d.try_(None, kind, "create", **input_)
                self.assertEqual(answer.get("fault"), "refused", kind)
                self.assertIn("SCA", answer["en"])

    def nothing_else(self, d):
        size = d.status()["record"]["entries"]
        for kind, move, input_ in NOT_BY_THE_OWNER:
            answer = d.try_(None, kind, move, *([] if move == "create" else ["#1"]), **input_)
            self.assertEqual(answer.get("fault"), "refused", f"{kind} {move}: {answer}")
        self.assertEqual(d.ask(op="publish", pack=OWN).get("fault"), "refused")
        self.assertEqual(d.status()["record"]["entries"], size)

    def test_the_administrator_registers_people_but_decides_no_case(self):
        """The user who runs these tests is that administrator."""
        with self.folder() as d:
            self.first_administrator(d, ME)
            self.assertEqual(d.ask(op="whoami").get("person"), d.list("person")[0].id)
            d.done(None, "person", "create", name="值班员", login="duty01", unit=OFFICE)
            d.done(None, "post", "create", person="duty01", role="DUT")
            self.assertFalse(d.try_(None, "incident", "create", **CASE).ok)
            self.assertEqual(d.list("incident"), [])
            d.restart()
            self.assertEqual([p["fields"]["name"] for p in d.list("person")].count("值班员"), 1)

    def test_a_real_folder_does_not_become_a_demonstration(self):
        with self.folder() as d:
            d.stop()
            done = serve("--data", d.folder, "--demo")
            self.assertEqual(done.returncode, 77)
            self.assertIn(f"{d.folder} is a real data folder", done.stderr)
            d.start()
            self.assertIs(d.status()["demo"], False)

    def test_nobody_else_on_the_machine_reads_it(self):
        with self.folder() as d:
            self.assertEqual(os.stat(d.folder).st_mode & 0o077, 0)
            self.assertEqual(os.stat(os.path.join(d.folder, "fengsui.sock")).st_mode & 0o077, 0)
            for name in os.listdir(os.path.join(d.folder, "keys")):
                self.assertEqual(os.stat(os.path.join(d.folder, "keys", name)).st_mode & 0o077, 0, name)


class Demonstration(unittest.TestCase):
    def test_every_answer_says_so(self):
        with Daemon() as d:
            for request in ({"op": "status"}, {"op": "whoami"}, {"op": "catalogue"}, {"op": "list", "kind": "unit"},
                            {"op": "show", "ref": "#1"}, {"op": "history", "ref": "#1"}, {"op": "tick", "at": "+1 s"},
                            {"op": "checkpoint"}, {"op": "rebuild", "check": True}, {"op": "blob", "step": "begin"},
                            {"op": "do", "kind": "unit", "move": "create", "input": {"name": "x", "type": "bureau"}},
                            {"op": "do", "kind": "incident", "move": "create", "input": {}}, {"op": "nonsense"},
                            {"op": "show", "ref": "#999999"}):
                self.assertIs(d.ask(**request).get("demo"), True, request)
            self.assertIn("DEMONSTRATION", d.cli("status"))
            self.assertIn("演示目录", d.cli("status", lang="zh"))
            self.assertIn("演示", d.said())
            self.assertTrue(d.status()["record"]["origin"].startswith("demo."))

    def test_no_start_makes_it_real(self):
        with Daemon() as d:
            origin = d.status()["record"]["origin"]
            for args in ([], ["--origin", "real.example"], ["--pack", OWN]):
                d.stop()
                d.command = [binary(), "serve", "--data", d.folder, *args]
                d.start()
                self.assertIs(d.status()["demo"], True, args)
                self.assertEqual(d.status()["record"]["origin"], origin)

    def test_the_mark_cannot_be_wiped_off(self):
        """Whoever changes the mark below the house is found by the daemon, or by verify, or both."""
        for change in ("UPDATE logs SET given_time = 0", "UPDATE logs SET origin = substr(origin, 6)",
                       "UPDATE logs SET given_time = 0, origin = substr(origin, 6), vkey = substr(vkey, 6)"):
            with self.subTest(change), Daemon(verify=False) as d:
                d.stop()
                with contextlib.closing(sqlite3.connect(os.path.join(d.folder, "fengsui.db"))) as db:
                    db.execute(change)
                    db.commit()
                done = subprocess.run([binary(), "verify", d.folder], capture_output=True, text=True)
                self.assertEqual(done.returncode, 1, done.stdout)
                self.stays_marked(d)

    def stays_marked(self, d):
        process = subprocess.Popen([binary(), "serve", "--data", d.folder], stderr=subprocess.PIPE, text=True)
        said = process.stderr.readline()
        if "serving" in said:
            process.terminate()
        process.communicate(timeout=60)
        self.assertTrue(process.returncode == 70 or "DEMONSTRATION" in said, f"exit {process.returncode}: {said}")

    def test_what_leaves_it_says_so(self):
        with Daemon() as d:
            d.person("duty01", ["DUT"])
            case = d.do("duty01", "incident", "create", **CASE).number
            with tempfile.TemporaryDirectory() as where:
                bundle = os.path.join(where, "bundle")
                d.cli("bundle", bundle, case)
                with open(os.path.join(bundle, "manifest.json"), encoding="utf-8") as f:
                    manifest = json.load(f)
                self.assertIs(manifest["given_time"], True)
                self.assertTrue(manifest["origin"].startswith("demo."))
                shutil.rmtree(bundle)
            self.assertTrue(d.ask(op="checkpoint")["checkpoint"].startswith("demo."))


if __name__ == "__main__":
    program = unittest.main(exit=False, verbosity=0, warnings="ignore")
    bad = len(program.result.failures) + len(program.result.errors)
    print(f"{program.result.testsRun - bad} passed, {bad} failed")
    sys.exit(1 if bad else 0)
