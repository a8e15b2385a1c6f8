#!/usr/bin/env python3
"""S01 Worm outbreak across units: one case over three units, a warning before the start, each system at its own speed."""
import contextlib
import hashlib
import os
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from scene import (LEVEL4, ROOT, UNITS, Scene, archive_text, closing_material, contain_system, evidence, last, main,  # noqa: E402
                   moves, person, remove_cause, restore, told)
import cap  # noqa: E402
from channels import Channels, contact, wait_until  # noqa: E402
from smtp import Mailserver  # noqa: E402

WORM = "10.20.1.11"
HOSTS = {"edu": "edu-web01", "tax": "tax-app01", "hosp": "hosp-web01"}


def login(host, at):
    return f"<38>Mar  2 {at} {host} sshd[83]: Accepted password for opsvc from {WORM} port 50100 ssh2"


class WormOutbreak(Scene):
    """The story is played once; each test looks at what it left."""
    cites = "T001 T007 T010 T030 T031 T100 T101 T103 T104 T105 N04 N11 N23"
    goals = {"G25": "test_one_case_over_three_units", "G45": "test_the_warning_is_published_before_the_decision_to_start",
             "G31": "test_each_unit_is_reached_by_two_ways_and_the_mail_carries_the_cap_file"}

    @classmethod
    def setUpClass(cls):
        cls.scene = cls("test_one_case_over_three_units")
        with contextlib.ExitStack() as opened:
            cls.server = opened.enter_context(Mailserver())
            file = opened.enter_context(Channels(mail=cls.server.channel()))
            cls.d = opened.enter_context(cls.scene.city(rules=os.path.join(ROOT, "rules"), args=["--channels", file.path]))
            cls.play(cls.scene, cls.d)
            cls.opened = opened.pop_all()

    @classmethod
    def tearDownClass(cls):
        cls.opened.close()

    def play(self, d):
        cls = type(self)
        for key, host in HOSTS.items():
            d.do(None, "system", "create", name=f"{key}主机", owner=d.unit[key], hosts=[host])
        for key in UNITS:
            contact(d, key, "mail", f"{key}@example.org")
        person(d, "uop_centre", "支援中心联络员", "应急支援中心", "UOP")
        cls.case = self.heard(d)
        cls.warning = self.warned(d)
        cls.systems = self.joined(d)
        self.started(d)
        self.handled(d)
        self.ended(d)

    def heard(self, d):
        """08:00: the same account on hosts of A and B; the duty officer makes one case of it."""
        d.ingest("udp:514", [login(HOSTS["edu"], "07:58:10"), login(HOSTS["tax"], "07:59:20")])
        alerts = d.list("alert")
        self.assertEqual(len(alerts), 1, "one correlated alert")
        d.done("dut01", "alert", "promote", alerts[0])
        case = d.linked(alerts[0].ref, "incident")[0].number
        d.done("dut01", "incident", "acknowledge", case)
        d.pass_time("2 min")
        d.ingest("udp:514", [login(HOSTS["edu"], "08:01:10"), login(HOSTS["tax"], "08:01:20")])
        type(self).alerts = d.list("alert")
        d.done("dut01", "incident", "score", case, scores=LEVEL4)
        return case

    def warned(self, d):
        """The spread flag in triage, A submits, the Office reviews and publishes to all units."""
        case = self.case
        d.done("dut01", "incident", "flag_spread", case)
        duty = d.linked(case, "warning_duty")[0].ref
        self.assertEqual(d.clock(duty, "CK10")["due"], "2026-03-02T08:32:00.000000Z")
        d.done("dut01", "affected_system", "create", incident=case, system="edu主机", unit=d.unit["edu"], name="教育主机")
        d.pass_time("10 min")
        warning = d.done("uop_edu", "warning", "create", incident=case, warning_duty=duty, submitter=d.unit["edu"],
                         title="蠕虫经弱口令传播", hazard="利用弱口令登录并下载执行").number
        d.expect_state(duty, life="submitted")
        d.done("dir01", "warning", "review", warning)
        d.done("dut01", "warning", "edit", warning, level=4, measures="停用口令登录，封锁指标地址", marking="members")
        for key in UNITS:
            d.done("dut01", "warning_target", "create", warning=warning, unit=d.unit[key])
        d.done("dut01", "indicator", "create", incident=case, warning=warning, type="ip", value=WORM, marking="members",
               confidence="high", expires_at="2026-04-02T00:00:00Z")
        d.refused("N11", "uop_edu", "warning", "approve", warning)
        d.done("dir01", "warning", "approve", warning)
        d.refused("N11", "uop_edu", "warning", "publish", warning)
        d.refused("N11", "uhd_edu", "warning", "publish", warning)
        d.done("dir01", "warning", "publish", warning)
        return warning

    def target(self, d, key):
        for row in d.linked(self.warning, "warning_target"):
            if d.show(row.ref)["fields"]["unit"]["title"] == UNITS[key][0]:
                return row.ref
        self.fail(f"{key} is no target")

    def joined(self, d):
        """C finds the indicator in its logs and reports; the report goes to the same case. Acknowledgements come in."""
        case = self.case
        for key, span in (("tax", "5 min"), ("edu", "10 min"), ("hosp", "15 min")):
            d.pass_time(span)
            target = self.target(d, key)
            d.try_("uop_" + key, "warning_target", "reached", target)  # unless the mail was faster
            d.done("uop_" + key, "warning_target", "ack", target)
        report = d.done("uop_hosp", "report", "create", unit=d.unit["hosp"], aware_at="2026-03-02T08:40:00Z", reporter="医院",
                        what="发现指标地址 " + WORM).number
        d.done("uop_hosp", "report", "submit", report)
        d.done("dut01", "report", "link_case", report, incident=case)
        type(self).report = report
        d.done("dut01", "affected_system", "create", incident=case, system="hosp主机", unit=d.unit["hosp"], name="医院主机")
        return {next(k for k, v in UNITS.items() if v[0] == d.show(s.ref)["fields"]["unit"]["title"]): s.ref
                for s in d.linked(case, "affected_system")}

    def started(self, d):
        """Verified, level 4 confirmed, proposed by itself, started by the Leading Group, the plan's taskings issued."""
        case = self.case
        d.done("dut01", "incident", "accept", case, on_scene=["rsp01", "rsp02"])
        d.done("dir01", "incident", "name_lead", case, lead="cl01")
        for ref in self.systems.values():
            evidence(d, case, affected_system=ref)
        d.both("rsp01", "dir01", "incident", "fix", case, scores=LEVEL4)
        d.expect_state(case, command="proposed")
        d.both("cl01", "dir01", "incident", "confirm", case, **{"class": "worm"}, consequence=["sys_damage"], source="弱口令",
               scope="三个单位", impact="业务受影响")
        d.pass_time("15 min")
        d.done("lg01", "incident", "start", case, lead="cl01", conflict_declared=False)
        d.done("dir01", "incident", "start_plans", case)
        d.done("cl01", "incident", "choose_mode", case, mode="special")

    def handled(self, d):
        """A and B are contained soon, C is not: B goes on to eradication while the case waits for C."""
        case, cls = self.case, type(self)
        for key in ("edu", "tax"):
            contain_system(d, case, self.systems[key], "uop_" + key)
        remove_cause(d, case, self.systems["tax"])
        cls.ahead = (d.states(self.systems["tax"])["phase"], d.states(case)["handling"])
        d.refused("N04", "cl01", "incident", "contained", case, business_impact="中断", says=self.systems["hosp"])
        d.pass_time("30 min")
        contain_system(d, case, self.systems["hosp"], "uop_hosp")
        d.done("cl01", "incident", "contained", case, business_impact="门诊中断一小时")
        for key in ("edu", "hosp"):
            remove_cause(d, case, self.systems[key])
        d.proposed("cl01", "incident", "eradicated", case)
        d.done("dir01", "incident", "eradicated", case)
        for key, ref in self.systems.items():
            restore(d, case, ref, key)
        d.done("cl01", "incident", "recovered", case)

    def do_taskings(self, d):
        """Every step of the plan is done by its unit and verified by who issued it or by the Office."""
        cls = type(self)
        plan = d.linked(self.case, "special_plan")[0].ref
        cls.plan = plan
        cls.assignees = []
        by = {UNITS[k][0]: "uop_" + k for k in UNITS} | {"应急支援中心": "uop_centre"}
        for row in d.linked(plan, "tasking"):
            who = d.show(row.ref)["fields"]["assignee"]["title"]
            cls.assignees.append(who)
            d.done(by[who], "tasking", "ack", row.ref)
            d.done(by[who], "tasking", "begin", row.ref)
            d.done(by[who], "tasking", "done", row.ref, result="已完成")
            d.done("dir01", "tasking", "verify", row.ref)
        d.done("cl01", "special_plan", "complete", plan)

    def ended(self, d):
        """A second spread flag holds up the end; then the response ends, the warning is lifted, the case archived."""
        case = self.case
        self.do_taskings(d)
        d.done("rsp01", "incident", "flag_spread", case)
        d.done("dir01", "incident", "propose_end", case)
        d.refused("N23", "lg01", "incident", "end", case)
        duty = [w for w in d.linked(case, "warning_duty") if w["states"]["life"] == "open"][0]
        d.done("dir01", "warning_duty", "drop", duty.ref, reason="原预警仍有效")
        d.done("lg01", "incident", "end", case)
        d.both("dut01", "dir01", "warning", "update", self.warning, level=3, measures="保持监测，逐步恢复口令登录", marking="members")
        d.done("dir01", "warning", "lift", self.warning, reason="蠕虫已清除")
        for duty in d.linked(case, "upward_report"):
            d.done("cl01", "upward_report", "draft", duty.ref, text="三个单位，已清除")
            d.done("lg01", "upward_report", "approve", duty.ref)
            d.done("dir01", "upward_report", "send", duty.ref)
            d.done("dut01", "upward_report", "receipt", duty.ref, receipt="鲁信收1号")
        d.pass_time("14 d")
        d.done("dir01", "incident", "evaluate", case)
        closing_material(d, case)
        d.done("dir01", "incident", "close", case)
        d.done("arc01", "incident", "archive", case)

    # ---- what it left ----------------------------------------------------------------------------

    def test_one_case_over_three_units(self):
        self.assertEqual([c["number"] for c in self.d.list("incident")], [self.case])
        self.assertEqual(set(self.systems), {"edu", "tax", "hosp"})
        self.d.expect_state(self.report, life="linked")
        self.d.expect_field(self.report, incident=self.case)
        self.d.expect_state(self.case, handling="archived", command="ended", grade="confirmed")

    def test_later_alerts_of_the_same_kind_make_no_second_case(self):
        self.assertEqual(len(self.alerts), 1)
        self.assertGreater(self.d.show(self.alerts[0].ref)["fields"]["count"], 1)

    def test_the_warning_is_published_before_the_decision_to_start(self):
        self.assertLess(last(self.d, self.warning, "publish")["at"], last(self.d, self.case, "start")["at"])
        self.assertTrue(self.d.show(self.warning)["fields"]["document_no"])

    def files_of(self, message):
        return {part.get_filename(): part.get_payload(decode=True) for part in message.walk() if part.get_filename()}

    def test_each_unit_is_reached_by_two_ways_and_the_mail_carries_the_cap_file(self):
        d = self.d
        published = last(d, self.warning, "publish")["entry"]["act"]
        for key in UNITS:
            ways = {row["channel"] for e in d.history(self.target(d, key)) if e["act"] == published for row in e["change"].get("out", [])
                    if row["recipient"] == "unit:" + d.unit[key][1:]}
            self.assertGreaterEqual(ways, {"portal", "mail"}, key)
        editions = {e["edition_no"]: e for e in (d.show(x.ref)["fields"] for x in d.linked(self.warning, "edition"))}
        wanted = {editions[1]["cap_file"], editions[2]["cap_file"], editions[2]["cap_cancel"]}
        self.assertEqual(len(wanted), 3)
        for key in UNITS:
            wait_until(lambda: self.cap_files(key) == wanted, 30, key)  # noqa: B023
        first = next(m for m in self.server.messages() if editions[1]["cap_id"] + ".xml" in self.files_of(m))
        path = os.path.join(self.folder_of_files(), "warning.xml")
        with open(path, "wb") as f:
            f.write(self.files_of(first)[editions[1]["cap_id"] + ".xml"])
        self.assertEqual(cap.check(path)[path]["findings"], [])
        self.assertEqual(d.cli("cap", "verify", path).count("good"), 1)

    def cap_files(self, key):
        sent = [m for m in self.server.messages() if str(m["To"]) == f"{key}@example.org"]
        return {hashlib.sha256(content).hexdigest() for m in sent for name, content in self.files_of(m).items() if name.endswith(".xml")}

    def folder_of_files(self):
        folder = tempfile.mkdtemp(prefix="fengsui-s01-")
        self.addCleanup(shutil.rmtree, folder)
        return folder

    def test_each_units_acknowledgement_has_its_time(self):
        times = {key: self.d.show(self.target(self.d, key))["fields"]["acked_at"][11:16] for key in HOSTS}
        self.assertEqual(times, {"tax": "08:17", "edu": "08:27", "hosp": "08:42"})

    def test_who_did_not_acknowledge_was_chased_and_is_marked(self):
        silent = self.target(self.d, "power")
        rows = {row for m in moves(self.d, silent) for row in m.get("rows", [])}
        self.assertTrue(rows & {"T111", "T112"}, rows)
        self.assertIn("T117", rows)
        self.d.expect_state(silent, life="closed_unanswered")
        self.assertTrue(self.d.show(silent)["fields"]["mark"])

    def test_one_system_was_ahead_of_the_case(self):
        self.assertEqual(self.ahead, ("recover", "contain"))
        b = next(m["at"] for m in moves(self.d, self.systems["tax"]) if m["move"] == "contained")
        self.assertLess(b, last(self.d, self.case, "contained")["at"])

    def test_the_plan_gave_each_unit_its_taskings(self):
        for key in HOSTS:
            self.assertEqual(self.assignees.count(UNITS[key][0]), 4, key)
        self.assertEqual(self.assignees.count("应急支援中心"), 1)
        self.d.expect_state(self.plan, life="completed")

    def test_all_targets_are_told_of_the_lift(self):
        lifted = last(self.d, self.warning, "lift")["entry"]
        entries = [lifted] + [e for key in UNITS for e in self.d.history(self.target(self.d, key)) if e["act"] == lifted["act"]]
        recipients = {r for e in entries for r in told(e)}
        for key in UNITS:
            self.assertIn("unit:" + self.d.unit[key][1:], recipients, key)

    def test_the_warning_went_down_a_level_before_it_was_lifted(self):
        editions = {e["fields"]["edition_no"]: e for e in (self.d.show(x.ref) for x in self.d.linked(self.warning, "edition"))}
        self.assertEqual({n: (e["fields"]["level"], e.states["life"]) for n, e in editions.items()},
                         {1: (4, "replaced"), 2: (3, "withdrawn")})

    def test_the_archive_tells_the_story(self):
        text = archive_text(self.d, self.case)
        for word in (self.case, self.warning, self.report):
            self.assertIn(word, text)


if __name__ == "__main__":
    main()
