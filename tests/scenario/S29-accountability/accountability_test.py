#!/usr/bin/env python3
"""S29 Accountability enquiry and tampering administrator: over HTTPS in a real folder, a year after a level-4 case."""
import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "tamper"))
from scene import (LEVEL1, LEVEL4, OFFICE, UNITS, VERIFIER, Scene, archived, confirm_case, containing,  # noqa: E402
                   main, moves, open_case, to_followup, told)
from ledger import Folder  # noqa: E402
from played import Played, on_our_clock  # noqa: E402

IMAGE = b"disk image of edu-db01, level 4\n" * 3000


@on_our_clock
class Accountability(Played, Scene):
    """The case is handled and archived once, a year passes; each test asks or tampers."""

    cites = "T020 T022 T134 N09 N10 N15 N18 N21 N32 N35 N39"
    goals = {"G02": "test_the_list_names_who_was_accountable_for_what test_it_is_the_same_when_the_person_is_gone",
             "G41": "test_one_changed_time_and_one_deleted_row_are_found_at_their_places test_signed_anew_with_the_key "
                    "test_an_old_backup_put_in_place test_the_traces_of_an_account",
             "G42": "test_the_package_alone_shows_the_original_on_another_machine test_through_the_product_nothing_is_changed"}
    folder = {"erased": True}

    def play(self, d):
        cls = type(self)
        d.hire("sys01", "系统管理员", OFFICE, "SYS")
        self.begun(d)
        d.cli("backup", os.path.join(cls.place, "backup"))
        self.handled(d)
        self.put_away(d)
        self.year_passes(d)
        self.asked_for(d)
        self.disposed(d)

    # ---- the case ----------------------------------------------------------------------------------------

    def sealed(self, d, case, system=None, bytes_=IMAGE):
        made = d.done("rsp01", "evidence", "create", incident=case, affected_system=system, type="image", label_text="数据库镜像",
                      blob=d.upload(bytes_, as_="rsp01"))
        d.done("rsp01", "evidence", "seal", made, place="证物室3号柜", capturer=d.who["rsp01"], custodian=d.who["rsp01"])
        d.both("dir01", "arc01", "evidence", "set_retention", made, retention_until=type(self).clock.moment(days=-300))
        return made

    def begun(self, d):
        """Confirmed at level 4; the Leading Group takes two hours where one is allowed."""
        cls = type(self)
        cls.case, cls.systems = confirm_case(d, LEVEL4, aware_at=cls.clock.moment(minutes=5))
        cls.image = self.sealed(d, cls.case, cls.systems["edu"])
        cls.other = open_case(d, "edu", "扫描器误触发", aware_at=cls.clock.moment(minutes=5))
        d.done("dut01", "incident", "name_group", cls.other, on_scene=["rsp01"])
        cls.spare = self.sealed(d, cls.other, bytes_=b"capture of a test scan" * 50)
        d.done("dut01", "incident", "score", cls.other, scores=LEVEL1)
        d.done("dut01", "incident", "dismiss", cls.other, reason="本单位授权扫描")
        cls.clock.forward(hours=2)
        d.done("lg01", "incident", "start", cls.case, lead="cl01", conflict_declared=False)

    def handled(self, d):
        """An order with a name and a time on it, and one measure that could wait for no capture."""
        cls = type(self)
        d.refused("N32", "dir01", "tasking", "create", incident=cls.case, text="断开业务区", type="order", assignee=d.unit["edu"])
        cls.order = d.done("dir01", "tasking", "create", incident=cls.case, text="断开业务区", type="order", assignee=d.unit["edu"],
                           accountable=d.who["uop_edu"], due_at=cls.clock.moment(minutes=-30))
        d.done("uop_edu", "tasking", "ack", cls.order)
        d.done("uop_edu", "tasking", "begin", cls.order)
        cls.clock.forward(hours=1)
        d.done("uop_edu", "tasking", "done", cls.order, result="已断开")
        d.done("dir01", "tasking", "verify", cls.order)
        d.done("cl01", "evidence_waiver", "create", incident=cls.case, affected_system=cls.systems["edu"], reason="内存无法采集，须立即恢复")
        containing(d, cls.case)
        to_followup(d, cls.case, cls.systems)
        for duty in d.linked(cls.case, "upward_report"):
            d.done("cl01", "upward_report", "draft", duty.ref, text="教育局系统被入侵，已清除")
            d.done("lg01", "upward_report", "approve", duty.ref)
            d.done("dir01", "upward_report", "send", duty.ref)
            d.done("dut01", "upward_report", "receipt", duty.ref, receipt="鲁信收1号")

    def put_away(self, d):
        """Closing and archiving want a fresh proof each; what is kept elsewhere is a checkpoint and the package."""
        cls = type(self)
        cls.stale = []
        for who in ("dir01", "arc01"):
            d.signed_in(who)
        cls.clock.forward(minutes=6)
        before = d.web.step_up

        def noted(login, **proof):
            cls.stale.append(login)
            return before(login, **proof)
        d.web.step_up = noted
        archived(d, cls.case)
        d.web.step_up = before
        cls.checkpoint = self.kept("checkpoint", d.web.post("/api/v1/checkpoint", login="aud01").json["checkpoint"])
        cls.package = os.path.join(cls.place, "elsewhere")
        shutil.copytree(os.path.join(d.folder, "archive", cls.case), cls.package)
        cls.early_list = self.accountability(d)

    def year_passes(self, d):
        """A year later the case lead has left; the administrator has taken the account away."""
        cls = type(self)
        cls.clock.forward(days=370)
        self.assertEqual(d.web.post("/api/v1/accounts/cl01/disable", login="sca01").status, 200)
        d.done("sca01", "person", "edit", d.who["cl01"], active=False)
        cls.late_list = self.accountability(d)
        cls.copy_before_disposal = self.copied(d, "base")

    # ---- the enquiry ---------------------------------------------------------------------------------------

    def asked(self, d, path):
        reply = d.web.get(path, login="aud01")
        self.assertEqual(reply.status, 200, reply)
        return reply.json

    def accountability(self, d):
        """What an auditor reads over HTTPS of one case: decisions, orders, time limits, waivers, who was told what when."""
        case = self.asked(d, f"/api/v1/incident/{type(self).case}?with=linked")
        found = {"decisions": [], "orders": [], "missed": [], "waivers": [], "told": []}
        for one in [case] + case["linked"]:
            at = f"/api/v1/{one['kind']}/{one['id']}"
            record, history = self.asked(d, at), self.asked(d, at + "/history")
            self.from_entries(d, one, history, found)
            fields = record["fields"]
            if one["kind"] == "tasking":
                found["orders"].append({"what": fields["text"], "unit": fields["assignee"]["title"],
                                        "accountable": fields["accountable"]["title"], "due": fields["due_at"],
                                        "done": self.when(history, "done"), "by": fields["doer"]["title"]})
            if one["kind"] == "evidence_waiver":
                found["waivers"].append((fields["waived_by"]["title"], fields["reason"], record["created_at"]))
        return found

    def when(self, history, move):
        return next(e["at"] for e in history["entries"] if any(m["move"] == move for m in e["change"].get("moves", [])))

    def from_entries(self, d, one, history, found):
        for e in history["entries"]:
            for m in e["change"].get("moves", []):
                if any(r.startswith("decision") or r == "grade_decision" for r in m.get("record", [])) and not m.get("proposed"):
                    proposer = self.asked(d, f"/api/v1/person/{m['proposer']}")["fields"]["name"] if m.get("proposer") else None
                    found["decisions"].append((one["kind"], m["move"], proposer, e["who"]["title"], e["at"]))
            if e["type"] == "clock.missed":
                found["missed"] += [(one["kind"], c["code"], e["at"], tuple(sorted(told(e)))) for c in e["change"]["clocks"]]
            for out in e["change"].get("out", []):
                found["told"].append((e["type"], out["recipient"], e["at"]))

    def asked_for(self, d):
        """What an administrator, and whoever else, tries through the product."""
        cls, case = type(self), type(self).case
        cls.blind = [d.web.get(f"/api/v1/{path}", login=who).status for who in ("sys01", "sca01") for path in (
            f"incident/{case}", f"incident/{case}/history", f"evidence/{cls.image.number}", f"evidence/{cls.image.number}/file/blob")]
        d.refused("N21", "sys01", "incident", "create", title="x", reporter="x", unit=OFFICE, aware_at=cls.clock.moment(minutes=1), what="x")
        for who, kind, move, ref, more in (("dir01", "incident", "record_facts", case, {"impact": "更小"}),
                                           ("arc01", "incident", "set_retention", case, {"retention": "long"}),
                                           ("dir01", "lesson", "create", None, {"incident": case, "text": "补记"})):
            d.refused("N09", who, kind, move, ref, **more)
        d.refused("N10", "dir01", "incident", "delete", case)
        d.refused("N18", "dir01", "evidence", "delete", cls.image)
        d.refused("N35", "sca01", "post", "create", person=d.who["sys01"], role="AUD")
        post = next(row for row in d.list("post", "role:AUD"))
        d.refused("N39", "sca01", "post", "end", post.ref, valid_to=cls.clock.moment(minutes=1), reason="精简")
        d.done("arc01", "addendum", "create", incident=case, text="审计提出的问题记录于此")

    # ---- retention -----------------------------------------------------------------------------------------

    def disposed(self, d):
        """Kept 300 days; under a hold nothing goes; then two sign, of whom one is the auditor."""
        cls = type(self)
        cls.image_there = self.holders(d, IMAGE[:32])
        for made, move in ((cls.spare, "dispose"), (cls.image, "dispose_archived")):
            d.done("dir01", "evidence", "hold", made, reason="检察机关要求")
            d.refused("N18", "dir01", "evidence", move, made)
            d.proposed("dir01", "evidence", "release_hold", made, reason="已结案")
            d.refused("N15", "dir01", "evidence", "release_hold", made)
            d.done("aud01", "evidence", "release_hold", made)
            d.proposed("dir01", "evidence", move, made)
            d.refused("N15", "dir01", "evidence", move, made)
            d.done("aud01", "evidence", move, made)
            d.expect_state(made, life="disposed")
        cls.image_gone = self.holders(d, IMAGE[:32])

    def holders(self, d, bytes_):
        found = []
        for where, _, names in os.walk(d.folder):
            for name in names:
                if not name.endswith(".sock"):
                    with open(os.path.join(where, name), "rb") as f:
                        if bytes_ in f.read():
                            found.append(os.path.relpath(os.path.join(where, name), d.folder))
        return found

    # ---- copies to tamper with -----------------------------------------------------------------------------

    def copied(self, d, name):
        """The folder as a backup has it, but with everything in it, taken while nothing is written."""
        where = os.path.join(type(self).place, name)
        d.stop()
        shutil.copytree(d.folder, where, ignore=lambda *_: ["fengsui.sock", "ballast"])
        d.start()
        return where

    @contextlib.contextmanager
    def tampered(self):
        """A copy of the folder of a year later, to be changed behind the daemon's back."""
        where = tempfile.mkdtemp(dir=self.place)
        path = os.path.join(where, "d")
        shutil.copytree(self.copy_before_disposal, path)
        yield path
        shutil.rmtree(where)

    @contextlib.contextmanager
    def store(self, path):
        with contextlib.closing(sqlite3.connect(os.path.join(path, "fengsui.db"))) as db:
            yield db
            db.commit()

    def found(self, path, *args):
        """Exit status of verify, and its findings as {word: [details]}."""
        done = subprocess.run([self.d.program, "verify", path, "--json", *args], capture_output=True, text=True)
        words = {}
        for one in json.loads(done.stdout)["findings"]:
            words.setdefault(one["code"], []).append(one)
        return done.returncode, words

    def started(self, path):
        """Exit status of a daemon on it, 0 when it serves; and what it says."""
        process = subprocess.Popen([self.d.program, "serve", "--data", path, "--ballast", "0"], stderr=subprocess.PIPE, text=True,
                                   env={**os.environ, **self.clock.env})
        line = process.stderr.readline()
        if "serving" in line:
            process.send_signal(signal.SIGTERM)
        line += process.communicate(timeout=60)[1]
        return process.returncode, line

    def grade_entry(self, db):
        """Where the level was confirmed."""
        for seq, text in db.execute("SELECT seq, bytes FROM payloads WHERE log = 1 AND part = 0 ORDER BY seq"):
            if json.loads(text).get("set", {}).get("confirmed_level") == 4:
                return seq
        self.fail("no grade in the record")

    # ---- what was asked ------------------------------------------------------------------------------------

    def test_what_closes_and_archives_wants_a_fresh_proof(self):
        self.assertIn("dir01", self.stale)
        self.assertIn("arc01", self.stale)

    def test_the_list_names_who_was_accountable_for_what(self):
        decisions = {(kind, move): (proposer, decider) for kind, move, proposer, decider, _ in self.late_list["decisions"]}
        for what, who in ((("incident", "fix"), ("响应人员一", "办公室主任")), (("incident", "confirm"), ("处理负责人一", "办公室主任")),
                          (("incident", "start"), (None, "组长甲")), (("incident", "end"), (None, "组长甲"))):
            self.assertEqual(decisions.get(what), who, what)
        [order] = [o for o in self.late_list["orders"] if o["what"] == "断开业务区"]
        self.assertEqual((order["unit"], order["accountable"], order["by"]),
                         (UNITS["edu"][0], UNITS["edu"][0] + "联络员", UNITS["edu"][0] + "联络员"))
        self.assertGreater(order["done"], order["due"], "done half an hour late")
        self.assertEqual([(w[0], w[1]) for w in self.late_list["waivers"]], [("处理负责人一", "内存无法采集，须立即恢复")])

    def test_it_says_who_knew_what_when(self):
        """The Leading Group was told of the proposal before it decided, and of the missed limit at its time."""
        told_at = [at for type_, who, at in self.late_list["told"] if who == "organ:leading_group"]
        start = next(at for kind, move, _, _, at in self.late_list["decisions"] if move == "start")
        self.assertTrue(told_at and min(told_at) < start)
        missed = {code: (at, who) for kind, code, at, who in self.late_list["missed"] if kind == "incident"}
        self.assertIn("CK05", missed, "the decision was later than its limit")
        self.assertLess(missed["CK05"][0], start)
        self.assertTrue(missed["CK05"][1], "somebody was woken")
        self.assertTrue(any(kind == "tasking" for kind, *_ in self.late_list["missed"]), "the order was late as well")

    def test_it_is_the_same_when_the_person_is_gone(self):
        self.assertEqual(self.early_list, self.late_list)

    def test_the_case_is_found_by_what_it_was(self):
        rows = self.d.list("incident", "handling:archived AND confirmed_level:4", as_="aud01")
        self.assertEqual([r["number"] for r in rows], [self.case])
        self.assertEqual([r["number"] for r in self.d.list("incident", "handling:dismissed", as_="aud01")], [self.other])

    # ---- through the product ---------------------------------------------------------------------------------

    def test_who_runs_the_software_sees_no_case(self):
        self.assertEqual(self.blind, [404] * 8)

    def test_through_the_product_nothing_is_changed(self):
        history = self.d.history(self.case, "aud01")
        self.assertTrue(all(e["at"] < self.clock.moment(days=300) for e in history), "nothing was added in a year")
        self.d.expect_state(self.case, handling="archived")
        tried = [json.loads(t) for t in self.texts(self.d.folder) if '"refused"' in t]
        codes = {c for t in tried for c in t.get("refused", {}).get("codes", [])}
        self.assertLessEqual({"N10", "N15", "N18", "N21", "N35", "N39"}, codes, "who tried stands in the record")

    def texts(self, folder):
        with contextlib.closing(sqlite3.connect(f"file:{folder}/fengsui.db?mode=ro", uri=True)) as db:
            return [bytes(t).decode() if isinstance(t, bytes) else t for (t,) in db.execute("SELECT bytes FROM payloads WHERE part = 0")]

    def test_evidence_is_disposed_of_after_its_time_by_two(self):
        for made, move in ((self.spare, "dispose"), (self.image, "dispose_archived")):
            row = next(m for m in moves(self.d, made.ref, "aud01") if m["move"] == move)
            self.assertEqual(row["record"], ["disposal"])
            self.assertEqual({row["proposer"], row["who"]}, {int(self.d.who["dir01"][1:]), int(self.d.who["aud01"][1:])})
        self.assertTrue(self.image_there, "it was there before, or this proves nothing")
        self.assertEqual(self.image_gone, [], "and is nowhere in the folder any more")

    # ---- behind its back -------------------------------------------------------------------------------------

    def test_untouched_it_is_as_it_should_be(self):
        status, words = self.found(self.copy_before_disposal, "--against", self.checkpoint)
        self.assertEqual((status, words), (0, {}))

    def test_one_changed_time_and_one_deleted_row_are_found_at_their_places(self):
        with self.tampered() as path:
            with self.store(path) as db:
                grade = self.grade_entry(db)
                db.execute("UPDATE records SET at = at - 3600000000 WHERE log = 1 AND seq = ?", (grade,))
                db.execute("DELETE FROM records WHERE log = 1 AND seq = ?", (grade + 20,))
            status, words = self.found(path)
            self.assertEqual(status, 1)
            self.assertEqual([one["seq"] for one in words["row.differs"]], [grade], "the first bad entry")
            self.assertIn(f"entry {grade + 20} was to come here", words["seq.gap"][0]["detail"])

    def test_the_words_of_a_grade_are_changed_in_the_entry_itself(self):
        with self.tampered() as path:
            with self.store(path) as db:
                grade = self.grade_entry(db)
                db.execute("UPDATE payloads SET bytes = CAST(replace(CAST(bytes AS TEXT), '\"confirmed_level\":4', '\"confirmed_level\":2') AS BLOB)"
                           " WHERE log = 1 AND seq = ? AND part = 0", (grade,))
            status, words = self.found(path)
            self.assertEqual((status, [one["seq"] for one in words["payload.differs"]]), (1, [grade]))

    def test_what_is_shown_is_changed_and_not_the_record(self):
        with self.tampered() as path:
            with self.store(path) as db:
                db.execute("UPDATE objects SET body = replace(body, '\"confirmed_level\":4', '\"confirmed_level\":2') WHERE kind = 'incident'")
            self.assertEqual(self.found(path)[0], 0, "the record is whole")
            process = subprocess.Popen([self.d.program, "serve", "--data", path, "--ballast", "0"], stderr=subprocess.PIPE, text=True,
                                       env={**os.environ, **self.clock.env})
            try:
                process.stderr.readline()
                check = [self.d.program, "rebuild", "--check", "--data", path, "--lang", "en"]
                done = subprocess.run(check, capture_output=True, text=True)
                self.assertEqual((done.returncode, done.stdout), (70, "1 rows differed from the record\n"), done)
                self.assertEqual(subprocess.run(check[:2] + check[3:], capture_output=True).returncode, 0)
                self.assertEqual(subprocess.run(check, capture_output=True).returncode, 0, "made again from the record")
            finally:
                process.terminate()
                process.communicate(timeout=60)

    def test_without_the_key_even_the_start_finds_it(self):
        with self.tampered() as path:
            folder = Folder(path)
            del folder.logs[1].entries[len(folder.logs[1].entries) // 2]
            folder.logs[1].settle()
            folder.logs[1].settle_frontier()
            folder.write()
            folder.close()
            self.assertEqual(self.found(path)[0], 1)
            status, said = self.started(path)
            self.assertEqual(status, 70)
            self.assertIn("not written by who has the key", said)

    def test_signed_anew_with_the_key(self):
        """All of it made to agree again, signatures included: by itself as it should be; not against what was kept elsewhere."""
        with self.tampered() as path:
            folder = Folder(path)
            log, key = folder.logs[1], folder.key(1)
            del log.entries[len(log.entries) // 3]
            log.settle()
            log.settle_frontier(key)
            log.sign(key)
            folder.write()
            folder.write_signed(1)
            folder.close()
            self.assertEqual(self.found(path)[0], 0)
            status, words = self.found(path, "--against", self.checkpoint)
            self.assertEqual((status, list(words)), (1, ["against.root"]))

    def test_an_old_backup_put_in_place(self):
        path = os.path.join(self.place, "old")
        restore = [self.d.program, "restore", os.path.join(self.place, "backup"), "--data", path]
        done = subprocess.run([*restore, "--against", self.checkpoint], capture_output=True, text=True)
        self.assertEqual(done.returncode, 77, done.stderr)
        self.assertFalse(os.path.exists(path))
        subprocess.run(restore, check=True, capture_output=True)
        status, words = self.found(path, "--against", self.checkpoint)
        self.assertEqual((status, list(words)), (1, ["against.size"]), "the record went back")

    def test_an_old_store_under_the_newer_signature(self):
        """Only the database is put back: the daemon itself does not open what is older than what it signed last."""
        with self.tampered() as path:
            old = os.path.join(self.place, "older")
            subprocess.run([self.d.program, "restore", os.path.join(self.place, "backup"), "--data", old], check=True, capture_output=True)
            for name in os.listdir(path):
                if name.startswith("fengsui.db"):
                    os.unlink(os.path.join(path, name))
            shutil.copy(os.path.join(old, "fengsui.db"), path)
            shutil.rmtree(old)
            self.assertEqual(self.found(path)[0], 1)
            status, said = self.started(path)
            self.assertEqual(status, 70, said)

    def test_the_traces_of_an_account(self):
        """The tables of accounts are no record: what was done with an account stands there all the same."""
        with self.tampered() as path:
            person = int(self.d.who["cl01"][1:])
            with self.store(path) as db:
                for table in ("accounts", "sessions", "tokens", "known_places"):
                    db.execute(f"DELETE FROM {table} WHERE person = ?", (person,))
                told_of = self.account_entries(path, person)
                self.assertIn("account.disabled", told_of)
                self.assertIn("account.enrol", told_of)
                self.assertIn("account.sign_in", told_of)
                seq = db.execute("SELECT seq FROM records WHERE log = 1 AND json_extract(CAST(leaf AS TEXT), '$.type') ="
                                 " 'account.disabled'").fetchone()[0]
            self.assertEqual(self.found(path)[0], 0, "the record is whole, and tells it")
            with self.store(path) as db:
                db.execute("DELETE FROM records WHERE log = 1 AND seq = ?", (seq,))
            status, words = self.found(path)
            self.assertEqual(status, 1)
            self.assertIn(f"entry {seq} was to come here", words["seq.gap"][0]["detail"])

    def account_entries(self, path, person):
        with contextlib.closing(sqlite3.connect(f"file:{path}/fengsui.db?mode=ro", uri=True)) as db:
            rows = db.execute("SELECT json_extract(CAST(r.leaf AS TEXT), '$.type'), p.bytes FROM records r JOIN payloads p"
                              " ON p.log = r.log AND p.seq = r.seq AND p.part = 0 WHERE r.log = 1").fetchall()
        return {type_ for type_, text in rows if type_.startswith("account.") and json.loads(text).get("fact", {}).get("person") == person}

    def test_a_key_or_a_folder_that_others_may_read_is_named_by_the_doctor(self):
        with self.tampered() as path:
            key = os.path.join(path, "keys", "record.key")
            os.chmod(key, 0o644)
            done = subprocess.run([self.d.program, "doctor", "--data", path, "--json"], capture_output=True, text=True)
            finding = next(f for f in json.loads(done.stdout)["findings"] if f["check"] == "permissions")
            self.assertEqual((done.returncode, finding["health"]), (2, "trouble"))
            self.assertIn(key, finding["en"])

    # ---- the package -----------------------------------------------------------------------------------------

    def verdicts(self, path):
        """Both verifiers, somewhere else, with nothing of the product but themselves."""
        with tempfile.TemporaryDirectory() as elsewhere:
            copy = os.path.join(elsewhere, "package")
            shutil.copytree(path, copy)
            alone = {"PATH": os.environ["PATH"], "HOME": elsewhere}
            made = [subprocess.run([self.d.program, "verify", copy], capture_output=True, env=alone, cwd=elsewhere).returncode]
            if shutil.which("node"):
                script = shutil.copy(VERIFIER, elsewhere)
                made.append(subprocess.run(["node", script, copy], capture_output=True, env=alone, cwd=elsewhere).returncode)
        return set(made)

    def test_the_package_alone_shows_the_original_on_another_machine(self):
        self.assertEqual(self.verdicts(self.package), {0})
        with open(os.path.join(self.package, "payloads.jsonl"), encoding="utf-8") as f:
            levels = [json.loads(json.loads(line)["bytes"]).get("set", {}).get("confirmed_level") for line in f
                      if json.loads(line).get("part") == 0]
        self.assertIn(4, levels, "the grade as it was")
        changed = os.path.join(self.place, "changed")
        shutil.copytree(self.package, changed)
        path = os.path.join(changed, "payloads.jsonl")
        with open(path, encoding="utf-8") as f:
            text = f.read()
        with open(path, "w", encoding="utf-8") as f:
            f.write(text.replace('\\"confirmed_level\\":4', '\\"confirmed_level\\":2'))
        self.assertEqual(self.verdicts(changed), {1})


if __name__ == "__main__":
    main()
