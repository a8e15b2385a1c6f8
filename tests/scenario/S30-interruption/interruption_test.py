#!/usr/bin/env python3
"""S30 Daemon crash, network loss, offline reporting: over HTTPS in a real folder, under a clock that goes on while it is down."""
import json
import os
import shutil
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from scene import LEVEL4, ROOT, Scene, UNITS, confirm_case, main, moves  # noqa: E402
from played import Played, on_our_clock  # noqa: E402

RULES = os.path.join(ROOT, "rules")
GUESSED = "358f5158-654f-427e-b6f4-e79d024d7cd7"
QUEUED = ("值班电话无法接通", "业务系统响应缓慢", "发现异常外联")
DOWN_S = 20 * 60


@on_our_clock
class Interrupted(Played, Scene):
    """The story is played once; each test looks at what it left."""

    cites = "T060 T061 N28"
    goals = {"G17": "test_the_second_site_is_the_first_up_to_the_backup test_what_the_backup_lacks_is_said_before_and_after",
             "G29": "test_lines_that_were_acknowledged_are_counted_and_the_rest_is_shown",
             "G32": "test_health_and_status_say_how_it_was_found",
             "G41": "test_the_chain_goes_on_over_every_restart test_a_stranger_holds_the_receipts_against_the_record"}
    folder = {"units": ("edu", "tax"), "rules": RULES}

    def play(self, d):
        self.given(d)
        self.killed_in_decisions(d)
        self.down_over_deadlines(d)
        self.link_is_back(d)
        self.more_lines_than_agreed(d)
        self.second_site(d)

    # ---- given ---------------------------------------------------------------------------------------

    def given(self, d):
        """A level-4 case that waits for the Leading Group; a monitoring system posts lines; unit R has its form."""
        cls = type(self)
        cls.case, cls.systems = confirm_case(d, LEVEL4, aware_at=cls.clock.moment(minutes=10))
        cls.intake = d.web.token("sca01", "intake", source="edu-fw01")
        cls.form = d.cli("report", "--form", lang="zh")
        cls.report = d.web.token("uop_tax", "report")
        cls.seen_lines = self.post_lines(d, 25)

    def post_lines(self, d, count):
        at = time.strftime("%b %e %H:%M:%S", time.gmtime())
        return d.web.lines("edu-fw01", [f"<38>{at} edu-web01 sshd[8{n}]: Connection closed by 192.0.2.{n % 250} port 40{n:03} [preauth]"
                                        for n in range(count)], token=type(self).intake)

    # ---- kill -9 during a decision -----------------------------------------------------------------------

    def cut(self, d, login, path, body, key, after_s):
        """Send a decision and end the daemon before the answer is read."""
        link = d.web.connect()
        link.connect()
        link.request("POST", path, json.dumps(body).encode(), {**d.web.who(login), "Content-Type": "application/json",
                                                               "Idempotency-Key": key})
        time.sleep(after_s)
        d.kill()
        link.close()
        begin = time.monotonic()
        d.start()
        return time.monotonic() - begin

    def decisions(self, d):
        """The start of the plan, and orders to a unit: who, where, what."""
        cls = type(self)
        yield "lg01", f"/api/v1/incident/{cls.case}/start", {"input": {"lead": "cl01", "conflict_declared": False}}
        for n in range(5):
            yield "dir01", "/api/v1/tasking", {"input": {
                "incident": cls.case, "text": f"断开第{n}台主机", "type": "order", "assignee": UNITS["edu"][0],
                "accountable": "uop_edu", "due_at": cls.clock.moment(days=-1)}}

    def killed_in_decisions(self, d):
        """The proof of six minutes ago is too old for the start; then kill after kill, each at another moment."""
        cls = type(self)
        d.web.who("lg01")
        cls.clock.forward(minutes=6)
        path = f"/api/v1/incident/{cls.case}/start"
        body = {"input": {"lead": "cl01", "conflict_declared": False}}
        stale = d.web.ask("POST", path, body, login="lg01", patient=False)
        cls.stale = (stale.status, stale.fault)
        d.web.step_up("lg01")
        cls.rounds = []
        for n, (login, path, body) in enumerate(self.decisions(d)):
            before = d.ask(op="checkpoint")["checkpoint"]
            ready = self.cut(d, login, path, body, f"k-{n}", (0, 0.002, 0.005, 0.01, 0.02, 0.05)[n])
            there = self.there(d, path, body)
            again = d.web.post(path, body, login=login, headers={"Idempotency-Key": f"k-{n}"})
            once = d.web.post(path, body, login=login, headers={"Idempotency-Key": f"k-{n}"})
            cls.rounds.append({"ready": ready, "there": there, "again": again, "once": once, "before": before,
                               "after": self.there(d, path, body)})

    def there(self, d, path, body):
        """How often it happened: by the record and by what is shown."""
        if path.endswith("/start"):
            entries = [m for m in moves(d, type(self).case, "dir01") if m["move"] == "start"]
            return len(entries), int(d.states(type(self).case)["command"] == "active")
        found = d.list("tasking", f'"{body["input"]["text"]}"', as_="dir01")
        return len(found), sum(len(d.history(row.ref, "dir01")) for row in found)

    # ---- deadlines that pass while nobody is there ---------------------------------------------------------

    def down_over_deadlines(self, d):
        """R is aware of something since 58 minutes and has not reported; an urgent report waits for the duty officer."""
        cls = type(self)
        cls.draft = d.done("uop_tax", "report", "create", unit=d.unit["tax"], aware_at=cls.clock.moment(minutes=58), reporter="联络员",
                           what="报税系统登录异常")
        cls.waiting = d.done("uop_edu", "report", "create", unit=d.unit["edu"], aware_at=cls.clock.moment(minutes=1), reporter="联络员",
                             what="教务系统又有异常")
        cls.receipt = d.done("uop_edu", "report", "submit", cls.waiting)
        cls.running = {c["code"]: c["due"] for c in d.show(cls.case)["clocks"] if c["state"] == "running"}
        d.kill()
        cls.unreachable = self.queue(d)
        cls.clock.forward(seconds=DOWN_S)
        begin = time.monotonic()
        d.start()
        cls.rounds.append({"ready": time.monotonic() - begin})
        cls.found = d.status()["before"]
        cls.health = d.web.raw("GET", "/health")

    def queue(self, d):
        """The unit's program cannot reach us: what it had to say waits there, with its keys and its times."""
        cls = type(self)
        cls.waits = [{"key": f"tax-{n}", "occurred": cls.clock.moment(hours=3 - n), "what": what} for n, what in enumerate(QUEUED)]
        try:
            d.web.close()
            self.send(d, cls.waits[0])
        except OSError:
            return True
        return False

    def send(self, d, one):
        """One queued report: made and handed in, with the moment at which it was written on paper."""
        token = {"token": type(self).report}
        made = d.web.post("/api/v1/report", {"occurred": one["occurred"], "input": {
            "unit": UNITS["tax"][0], "aware_at": one["occurred"], "via": "paper", "reporter": "联络员", "what": one["what"]}},
            headers={"Idempotency-Key": one["key"]}, **token)
        if made.status != 201:
            raise AssertionError(made)
        handed = d.web.post(f"/api/v1/report/{made.json['number']}/submit", {"occurred": one["occurred"]},
                            headers={"Idempotency-Key": one["key"] + "-submit"}, **token)
        return made, handed

    def link_is_back(self, d):
        """All that waited is sent, and sent once more because the answers were lost on the way."""
        cls = type(self)
        cls.sent = [self.send(d, one) for one in cls.waits]
        cls.resent = [self.send(d, one) for one in cls.waits]
        cls.backdated = [
            d.web.post("/api/v1/report", {"input": {"unit": UNITS["tax"][0], "aware_at": one, "what": "x", **more}}, token=cls.report)
            for one, more in ((cls.clock.moment(hours=1), {"recorded_at": cls.clock.moment(hours=3)}),
                              (cls.clock.moment(hours=-1), {}))]
        cls.ahead = d.web.post("/api/v1/report", {"occurred": cls.clock.moment(hours=-1), "input": {
            "unit": UNITS["tax"][0], "aware_at": cls.clock.moment(hours=1), "what": "x"}}, token=cls.report)

    def more_lines_than_agreed(self, d):
        """The source is given a quota; a kill right after the answer loses none of what was acknowledged."""
        cls = type(self)
        with open(os.path.join(d.folder, "sources"), "w", encoding="utf-8") as f:
            f.write("edu-fw01 rate=1 burst=40\n")
        d.restart()
        cls.flood, cls.too_soon = self.post_lines(d, 200), self.post_lines(d, 200)
        d.kill()
        d.start()
        cls.source = next(s for s in d.status()["sources"] if s["name"] == "edu-fw01")

    # ---- the second site -----------------------------------------------------------------------------------

    def second_site(self, d):
        """A backup while the daemon works; later acts; the first site burns down; the second goes on."""
        cls = type(self)
        cls.to, cls.second = os.path.join(cls.place, "to"), os.path.join(cls.place, "second")
        d.cli("backup", cls.to)
        cls.in_backup = d.ask(op="checkpoint")["checkpoint"]
        cls.after = d.done("uop_edu", "report", "create", unit=d.unit["edu"], aware_at=cls.clock.moment(minutes=1), reporter="联络员",
                           what="备份之后的报告")
        cls.lost_receipt = d.done("uop_edu", "report", "submit", cls.after)
        cls.handed_over = d.ask(op="checkpoint")["checkpoint"]

    def restored(self, *args):
        done = subprocess.run([self.d.program, "restore", self.to, "--data", self.second, *args, "--lang", "en"], capture_output=True,
                              text=True, env={**os.environ, **self.clock.env})
        return done.returncode, done.stdout + done.stderr

    # ---- what it left ----------------------------------------------------------------------------------------

    def test_what_starts_the_plan_wants_a_fresh_proof(self):
        self.assertEqual(self.stale, (401, "step_up"))

    def test_each_decision_is_there_once_or_not_at_all(self):
        for n, one in enumerate(self.rounds[:6]):
            self.assertIn(one["there"], ((0, 0), (1, 1)), f"round {n}: half a decision")
            self.assertIn(one["again"].status, (200, 201), one["again"])
            self.assertEqual(one["after"], (1, 1), f"round {n}: once, after the retry and another")
            self.assertEqual(one["again"].json, one["once"].json)

    def test_it_is_back_within_seconds(self):
        worst = max(one["ready"] for one in self.rounds)
        print(f"ready again after {worst:.2f} s at most")
        self.assertLess(worst, 10)

    def test_the_chain_goes_on_over_every_restart(self):
        notes = "\n".join(one["before"] for one in self.rounds if "before" in one)
        out = self.d.verify("--against", self.kept("before", notes))
        self.assertIn("Held against 6", out)

    def test_deadlines_that_passed_meanwhile_alarm_late_and_say_so(self):
        for ref, code in ((self.draft, "CK03"), (self.waiting, "CK02")):
            alarm = [e for e in self.d.history(ref.ref, "dir01") if e["type"] == "clock.missed"]
            self.assertEqual(len(alarm), 1, f"{code} fires once")
            late = alarm[0]["change"]["late_alarm"]
            self.assertTrue(60 < late < DOWN_S, f"{code}: {late} s late")
            self.assertGreater(alarm[0]["at"], self.found["last_alive"])
        self.assertRegex(self.d.cli("report", "history", self.draft.number), r"late alarm: 1\d min after its time")
        self.assertRegex(self.d.cli("report", "history", self.draft.number, lang="zh"), r"迟到告警：超时 1\d 分钟后发出")

    def test_clocks_go_on_by_wall_time(self):
        after = {c["code"]: c for c in self.d.show(self.case)["clocks"]}
        for code, due in self.running.items():
            self.assertEqual(after[code]["due"], due, f"{code} was not put off by the gap")

    def test_health_and_status_say_how_it_was_found(self):
        self.assertIs(self.found["clean"], False)
        self.assertTrue(DOWN_S <= self.found["gap_s"] < DOWN_S + 60, self.found)
        self.assertEqual((self.health.status, self.health.json["status"]), (200, "ok"))

    def test_the_form_for_paper_has_every_field(self):
        kind = [k for k in self.d.catalogue()["kinds"] if k["name"] == "report"][0]
        for field in kind["fields"]:
            self.assertIn(field["zh"], self.form)

    def test_what_waited_at_the_unit_is_there_once_with_both_times(self):
        self.assertTrue(self.unreachable, "the daemon was down")
        for one, (made, handed), (again, same) in zip(self.waits, self.sent, self.resent):
            self.assertEqual((made.json["number"], handed.json["receipt"]), (again.json["number"], same.json["receipt"]))
            found = self.d.list("report", f'"{one["what"]}"', as_="dir01")
            self.assertEqual([r.number for r in found], [made.json["number"]])
            entry = next(m for m in moves(self.d, found[0].ref, "dir01") if m["move"] == "submit")
            self.assertEqual(entry["entry"]["change"]["occurred"][:19], one["occurred"][:19])
            self.assertGreater(entry["at"], self.found["last_alive"], "recorded when it came, not when it was written")
        late = [next(m for m in moves(self.d, made.json["number"], "dir01") if m["move"] == "submit").get("late", False)
                for made, _ in self.sent]
        self.assertEqual(late, [True, True, False], "CK17: more than two hours are marked, never refused")

    def test_nobody_dates_an_entry_back(self):
        for reply in self.backdated:
            self.assertEqual((reply.status, reply.codes), (403, {"N28"}), reply)
        self.assertEqual(self.ahead.status, 422, self.ahead)
        self.assertIn("has not come yet", self.ahead.json["en"])

    def test_lines_that_were_acknowledged_are_counted_and_the_rest_is_shown(self):
        self.assertEqual((self.seen_lines.status, self.seen_lines.json["stored"]), (200, 25))
        said = self.flood.json
        self.assertEqual((self.flood.status, said["stored"], said["limited"]), (200, 40, 160), said)
        self.assertGreater(said["retry_after_s"], 0, "whoever sends goes on behind line 40, later")
        self.assertEqual(self.too_soon.status, 429, self.too_soon)
        self.assertIn("retry-after", self.too_soon.headers)
        s = self.source
        self.assertEqual(s["received"], s["stored"] + s["limited"] + s["malformed"])
        self.assertEqual((s["stored"], s["limited"]), (65, 160), s)

    def test_a_stranger_holds_the_receipts_against_the_record(self):
        receipts = [handed.json for _, handed in self.sent] + [dict(self.receipt), dict(self.lost_receipt)]
        for n, receipt in enumerate(receipts):
            self.assertIn("Held against 1", self.d.verify("--against", self.kept(f"receipt-{n}", receipt)))
            entry = [e for e in self.d.history(receipt["receipt"]["record"], "dir01") if e["seq"] == receipt["receipt"]["seq"]]
            self.assertEqual(entry[0]["change"]["state"], {"life": "receipted"})

    def test_what_the_backup_lacks_is_said_before_and_after(self):
        """Data loss is shown before the restore, and stands in the record of the second site."""
        self.rebuild_second()
        status, out = self.restored("--against", self.kept("handed", self.handed_over))
        self.assertEqual((status, os.path.exists(self.second)), (77, False), out)
        lost = int(self.handed_over.splitlines()[1]) - int(self.in_backup.splitlines()[1])
        self.assertRegex(out, rf"\b{lost} entries after 20")
        status, out = self.restored("--against", self.kept("handed", self.handed_over), "--accept-loss")
        self.assertEqual(status, 0, out)
        with self.at_second() as second:
            self.assertEqual(second.status()["before"]["restored"]["lost"], lost)

    def test_the_second_site_is_the_first_up_to_the_backup(self):
        self.rebuild_second()
        status, out = self.restored("--against", self.kept("backup", self.in_backup))
        self.assertEqual(status, 0, out)
        with self.at_second() as second:
            for kind in ("incident", "tasking"):
                self.assertEqual(len(second.list(kind)), len(self.d.list(kind)))
            self.assertEqual(second.list("report", '"备份之后的报告"'), [])
            second.web.passwords = self.d.web.passwords
            self.assertEqual(second.history(self.case, "dir01"), self.d.history(self.case, "dir01"))
            again = second.done("uop_edu", "report", "create", unit=self.d.unit["edu"], aware_at=self.clock.moment(minutes=1),
                                reporter="联络员", what="在第二地点继续")
            second.done("uop_edu", "report", "submit", again)
            now = self.kept("second-now", second.ask(op="checkpoint")["checkpoint"])
            second.verify("--against", self.kept("receipt", self.sent[0][1].json))
            self.assertIn("TAMPERED", second.verify("--against", self.kept("lost", dict(self.lost_receipt)), expect=1),
                          "who holds a receipt from after the backup sees that it is missing")
        # The old folder is another history from here on: whoever holds a checkpoint of the second site sees it.
        self.assertIn("TAMPERED", self.d.verify("--against", now, expect=1))

    def rebuild_second(self):
        shutil.rmtree(self.second, ignore_errors=True)

    def at_second(self):
        from web import HttpDaemon

        class Second(HttpDaemon):
            scheme = "https"
        return Second(folder=self.second, demo=False, env=self.clock.env, rules=RULES)


if __name__ == "__main__":
    main()
