#!/usr/bin/env python3
"""S13 Report upward: by the plan's own rules and by laws that the site adopted, from the case to the receipt."""
import hashlib
import io
import os
import re
import sys
import zipfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from scene import (LEVEL3, LEVEL4, Scene, activated, closing_material, confirm_case, containing,  # noqa: E402
                   end_response, evidence, last, main, person, to_followup, told, verify_case)
from channels import Channels, states, wait_until  # noqa: E402
from smtp import Mailserver  # noqa: E402

PROVINCE = "省网络与信息安全协调机构"
CONFIRMED = "2026-03-02T08:00:00.000000Z"
AWARE = "2026-03-02T07:50:00.000000Z"


def adopt(d, regime, confirm=True, **more):
    """The site says that it is bound; the legal officer has read the text."""
    if "law01" not in d.who:
        person(d, "law01", "法制审核", "市信息产业局", "LAW")
    ref = d.done("dir01", "regime_adoption", "create", regime=regime, why="本单位属于其适用范围", **more).ref
    if confirm:
        confirmed(d, ref)
    return ref


def confirmed(d, ref, **more):
    d.done("law01", "regime_adoption", "confirm", ref, source="公报原文", edition="2025年版", **more)


def board(d, as_="dir01", **more):
    answer = d.ask(op="deadlines", **{"as": as_}, **more)
    assert answer.ok, answer.brief()
    return answer["deadlines"]


def stages(d, case):
    """What the case owes of laws: regime/stage -> reference."""
    out = {}
    for link in d.linked(case, "upward_report"):
        fields = d.show(link.ref)["fields"]
        if "stage" in fields:
            out.setdefault(f"{fields['regime']}/{fields['stage']}", link.ref)
    return out


def own(d, case):
    return {d.show(u.ref)["fields"]["regime"]: u.ref for u in d.linked(case, "upward_report")}


def sent(d, ref, by="dir01", approver="lg01", **more):
    d.done("cl01", "upward_report", "draft", ref, text="情况报告")
    d.done(approver, "upward_report", "approve", ref)
    d.done(by, "upward_report", "send", ref, **more)


class ReportUpward(Scene):
    cites = "T120 T121 T122 T123 T124 T125 N22 N15 N23 N28 N41 N32 N43 N08"
    goals = {"G44": "test_the_mandatory_one_goes_its_way_to_the_receipt test_missed_stays_missed_whatever_comes_after"}

    def level4(self, d, personal=True):
        case, _ = confirm_case(d, LEVEL4)
        if personal:
            d.done("rsp01", "incident", "record_facts", case, personal_data=True)
        return case

    # ---- the plan's own rules ------------------------------------------------------------------

    def test_the_deadline_counts_from_the_confirmation(self):
        with self.city() as d:
            case = self.level4(d, personal=False)
            clock = d.clock(own(d, case)["province-60"], "CK12")
            self.assertEqual((clock["started"], clock["due"]), (CONFIRMED, "2026-03-02T09:00:00.000000Z"))

    def test_the_mandatory_one_goes_its_way_to_the_receipt(self):
        with self.city() as d:
            case = self.level4(d)
            ref = own(d, case)["province-60"]
            d.done("cl01", "upward_report", "propose_text", ref)
            fields = d.show(ref)["fields"]
            self.assertIn(d.show(case)["number"], fields["proposed_text"])
            self.assertIn("Initial report", fields["proposed_text"])
            d.done("cl01", "upward_report", "draft", ref, text="受影响主机12台")
            d.refused("N01", "cl01", "upward_report", "approve", ref)
            d.done("lg01", "upward_report", "reject", ref, reason="数字有误")
            d.expect_state(ref, life="open")
            d.done("cl01", "upward_report", "draft", ref, text="受影响主机21台")
            d.refused("N01", "dir01", "upward_report", "approve", ref)  # level 4: the Leading Group
            d.done("lg01", "upward_report", "approve", ref)
            d.refused("N43", "cl01", "upward_report", "draft", ref, text="受影响主机12台")
            d.fault("invalid", "dir01", "upward_report", "send", ref, text="受影响主机12台")  # nothing but what was approved
            d.done("dir01", "upward_report", "send", ref, channel="fax")
            after = d.show(ref)["fields"]
            self.assertEqual(after["sent_text"], after["approved_text"])
            self.assertEqual((after["channel"], after["sent_at"]), ("fax", CONFIRMED))
            self.assertIn("省网络与信息安全协调机构", told(last(d, ref, "send")["entry"]))
            d.refused("N23", "dir01", "upward_report", "receipt", ref)
            # Of the two ways one is named, so that a form may ask for it.
            shown = next(m for m in d.show(ref, "dir01")["moves"] if m["move"] == "receipt")
            self.assertEqual(shown["refusals"][0]["missing"][0]["what"], "receipt")
            d.done("dir01", "upward_report", "receipt", ref, receipt="鲁网[2026]3号")
            d.expect_clock(ref, "CK12", "stopped")
            self.assertNotIn("missed", d.clock(ref, "CK12"))

    def test_it_leaves_by_mail_with_the_documents_that_were_kept(self):
        with Mailserver() as server, Channels(mail=server.channel(), recipients={PROVINCE: {"mail": "province@example.org"}}) as file, \
                self.city(args=["--channels", file.path]) as d:
            case = self.level4(d, personal=False)
            ref = own(d, case)["province-60"]
            d.done("cl01", "upward_report", "draft", ref, text="受影响主机21台")
            d.done("lg01", "upward_report", "approve", ref)
            # Nothing has left before it was sent, and what is drafted anew has to be approved anew.
            self.assertEqual(server.messages(), [])
            d.done("dir01", "upward_report", "redraft", ref, reason="补充")
            d.refused("N04", "dir01", "upward_report", "send", ref, channel="mail")
            d.done("lg01", "upward_report", "reject", ref, reason="数字更正")
            d.done("cl01", "upward_report", "draft", ref, text="受影响主机22台")
            d.done("lg01", "upward_report", "approve", ref)
            d.pass_time("20 min")
            d.done("dir01", "upward_report", "send", ref, channel="mail")
            message, = server.wait_for(1)
            self.assertEqual(str(message["To"]), "province@example.org")
            body = message.get_body(("plain",)).get_content()
            for word in ("受影响主机22台", "Report on a network", PROVINCE, d.show(case)["number"]):
                self.assertIn(word, body)
            self.assertNotIn("sign in", body, "who is outside cannot")
            kept = {f["name"]: f for f in (d.show(f"#{row['id']}")["fields"] for row in d.show(ref)["linked"] if row["kind"] == "issued_document")}
            files = {part.get_filename(): part.get_payload(decode=True) for part in message.walk() if part.get_filename()}
            self.assertEqual(set(files), set(kept))
            self.assertEqual(sorted((f["language"], f["format"]) for f in kept.values()),
                             [("en", "docx"), ("en", "pdf"), ("zh", "docx"), ("zh", "pdf")])
            for name, content in files.items():
                self.assertEqual(hashlib.sha256(content).hexdigest(), kept[name]["file"])
                self.assertTrue(content.startswith(b"%PDF-" if name.endswith(".pdf") else b"PK"), name)
            words = self.docx_words(next(c for n, c in files.items() if n.endswith("zh.docx")))
            self.assertIn("受影响主机22台", words)
            self.assertNotIn("受影响主机21台", words)
            # The clock stopped at the sending; that it left stands in the record, and its receipt by its number.
            clock = d.expect_clock(ref, "CK12", "stopped")
            self.assertEqual(clock["stopped"], "2026-03-02T08:20:00.000000Z")
            wait_until(lambda: states(d, "mail") == {"sent": 1})
            d.refused("N23", "dir01", "upward_report", "receipt", ref)
            d.done("dut01", "upward_report", "receipt", ref, receipt="鲁网[2026]3号")
            d.expect_state(ref, life="receipted")

    def docx_words(self, content):
        with zipfile.ZipFile(io.BytesIO(content)) as docx:
            return re.sub("<[^>]+>", "", docx.read("word/document.xml").decode())

    def test_the_daemon_was_dead_over_the_hour_of_the_province(self):
        with self.city() as d:
            case = self.level4(d, personal=False)
            ref = own(d, case)["province-60"]
            d.stop()
            d.command[d.command.index("--at") + 1] = "2026-03-02T11:00:00Z"
            d.start()
            d.pass_time("1 min")
            clock = d.clock(ref, "CK12")
            self.assertEqual((clock["due"][:16], clock["missed"][:16]), ("2026-03-02T09:00", "2026-03-02T11:00"), "noticed at the start")
            late = [e for e in d.history(ref) if "late_alarm" in e["change"]]
            self.assertEqual([e["change"]["late_alarm"] for e in late], [2 * 3600])
            self.assertIn("organ:leading_group", told(late[0]))
            missed = d.clock(ref, "CK12")["missed"]
            sent(d, ref)
            self.assertEqual(d.clock(ref, "CK12")["missed"], missed, "the mark stays")

    def test_closing_asks_whether_to_report_and_shows_what_was_sent(self):
        with self.city() as d:
            case, systems = activated(d, LEVEL4)
            ref = own(d, case)["province-60"]
            sent(d, ref)
            d.done("dut01", "upward_report", "receipt", ref, receipt="鲁网[2026]3号")
            containing(d, case)
            to_followup(d, case, systems)
            end_response(d, case)
            d.done("dir01", "incident", "evaluate", case, watch_continues="并行跟踪")
            self.assertIn("to be reported upward is missing", d.refused(("N08",), "dir01", "incident", "close", case).brief().lower())
            # What was sent stands with the case, with its receipt.
            shown = [d.show(u.ref) for u in d.linked(case, "upward_report")]
            self.assertEqual([(u["fields"]["type"], u["fields"]["receipt"], u.states["life"]) for u in shown],
                             [("initial", "鲁网[2026]3号", "receipted")])
            # Asked for the final report: it is owed, and the case waits for it.
            final = d.done("dir01", "upward_report", "create", incident=case, recipient=PROVINCE, type="final", within_min=1440, mandatory=True,
                           channel="phone").ref
            closing_material(d, case)
            d.refused("N23", "dir01", "incident", "close", case)
            sent(d, final)
            d.done("dut01", "upward_report", "receipt", final, receipt="鲁网[2026]4号")
            d.done("dir01", "incident", "close", case)

    def test_who_drafted_it_does_not_approve_it(self):
        with self.city() as d:
            case, _ = confirm_case(d, LEVEL3)
            ref = d.done("dir01", "upward_report", "create", incident=case, recipient="省厅", type="initial",
                         within_min=120, mandatory=False, channel="phone").ref
            d.done("dir01", "upward_report", "draft", ref, text="情况")
            d.refused("N15", "dir01", "upward_report", "approve", ref)
            d.done("dir02", "upward_report", "approve", ref)

    def test_the_mandatory_one_is_not_waived_the_other_with_authority_and_reason(self):
        with self.city() as d:
            d.who["law01"] = person(d, "law01", "法制审核", "市信息产业局", "LAW")
            case, _ = confirm_case(d, LEVEL4)
            d.done("rsp01", "incident", "record_facts", case, personal_data=True)
            d.done("rsp01", "incident", "question", case, scores=LEVEL4, reason="发现个人信息", evidence_ref=evidence(d, case))
            d.done("dir01", "incident", "accept_grade", case)
            duties = own(d, case)
            d.refused("N22", "dir01", "upward_report", "waive", duties["province-60"], reason="不必", authority="无")
            d.refused("N22", "dir01", "upward_report", "waive", duties["personal-data"], reason="未泄露")
            d.refused("N22", "dir01", "upward_report", "waive", duties["personal-data"], authority="规定第三条")
            d.refused("N22", "cl01", "upward_report", "waive", duties["personal-data"], reason="未外泄", authority="规定第三条")
            d.refused("N22", "lg01", "upward_report", "waive", duties["province-60"], reason="不必", authority="领导小组")
            d.done("dir01", "upward_report", "waive", duties["personal-data"], reason="未外泄", authority="规定第三条")
            d.refused("N22", "dir01", "upward_report", "not_reportable", duties["province-60"], reason="不够级别")

    def test_without_a_channel_on_record_nothing_is_sent(self):
        with self.city() as d:
            case = self.level4(d, personal=False)
            ref = d.done("dir01", "upward_report", "create", incident=case, recipient="邻市", type="initial",
                         within_min=120, mandatory=False).ref
            d.done("cl01", "upward_report", "draft", ref, text="情况")
            d.done("lg01", "upward_report", "approve", ref)
            d.refused("N32", "dir01", "upward_report", "send", ref)
            d.expect_clock(ref, "CK12", "running")
            d.done("dir01", "upward_report", "send", ref, channel="phone")
            d.expect_clock(ref, "CK12", "stopped")

    def test_the_end_of_the_handling_asks_for_the_final_report_and_closing_waits_for_it(self):
        with self.city() as d:
            adopt(d, "cn-cac-2025", variant="other")
            case, systems = activated(d)
            d.pass_time("5 h")
            first = stages(d, case)["cn-cac-2025/other.op"]
            missed = d.clock(first, "CK12_stage")["missed"]
            self.assertTrue(missed)
            containing(d, case)
            to_followup(d, case, systems)
            end_response(d, case)
            d.done("dir01", "incident", "evaluate", case, watch_continues="并行跟踪")
            closing_material(d, case)
            owed = stages(d, case)
            self.assertEqual(d.show(owed["cn-cac-2025/final"])["fields"]["due_at"], "2026-04-01T13:00:00.000000Z")
            d.done("cl01", "upward_report", "propose_text", owed["cn-cac-2025/final"])
            empty = d.show(owed["cn-cac-2025/final"])["fields"]["still_empty"]
            text = d.show(owed["cn-cac-2025/final"])["fields"]["proposed_text"]
            for words in ("报送：原接收机关", "To: Whoever had the first report", "造成的危害：部分业务中断", "Cause: 弱口令", "Lessons: (to be filled in)"):
                self.assertIn(words, text)
            self.assertEqual([e.split(" / ")[1] for e in empty], ["Who was held to account", "What was put right", "Lessons"])
            for name, ref in sorted(owed.items()):
                d.refused("N23", "dir01", "incident", "close", case)
                sent(d, ref, approver="dir02", channel="web")
                d.done("dir01", "upward_report", "receipt", ref, receipt="12387-1")
            d.done("dir01", "incident", "close", case)
            d.done("arc01", "incident", "build_package", case)
            d.done("arc01", "incident", "archive", case)
            d.restart()
            self.assertEqual(d.clock(first, "CK12_stage")["missed"], missed)
            d.refused("N09", "dir01", "case_fact", "correct", d.linked(case, "case_fact")[0].ref, happened_at="2026-03-02T07:00:00Z", reason="迟")

    # ---- laws ------------------------------------------------------------------------------------

    def test_an_unconfirmed_law_is_shown_and_counts_for_nothing(self):
        with self.city() as d:
            ref = adopt(d, "cn-cac-2025", confirm=False, variant="other")
            case = self.level4(d, personal=False)
            duty = stages(d, case)["cn-cac-2025/other.op"]
            row = next(r for r in board(d) if r.get("stage") == "other.op")
            self.assertEqual((row["state"], row["counts"], row["certainty"]), ("unconfirmed", False, "read"))
            self.assertEqual(row["due"], "2026-03-02T11:50:00.000000Z")
            d.pass_time("2 d")
            self.assertIsNone(d.clock(duty, "CK12_stage"))
            self.assertEqual({r["state"] for r in board(d) if r["regime"] == "cn-cac-2025"}, {"unconfirmed"})
            # From the confirmation on it counts: what is behind its time then is missed then, and says how late.
            confirmed(d, ref)
            d.pass_time("1 min")
            self.assertTrue(d.clock(duty, "CK12_stage")["missed"])

    def test_only_the_stages_that_the_officer_named_count(self):
        with self.city() as d:
            ref = adopt(d, "eu-nis2", confirm=False)
            confirmed(d, ref, stages=["ew"])
            case = self.level4(d, personal=False)
            states = {r["stage"]: r["state"] for r in board(d) if r["regime"] == "eu-nis2"}
            self.assertEqual(states, {"ew": "running", "in": "unconfirmed"})
            self.assertEqual(set(stages(d, case)), {"eu-nis2/ew", "eu-nis2/in"})

    def test_who_proposes_does_not_confirm_and_only_a_legal_officer_does(self):
        with self.city() as d:
            person(d, "law02", "法制乙", "市信息产业局", "LAW")
            ref = adopt(d, "eu-gdpr", confirm=False)
            d.refused("N21", "dir02", "regime_adoption", "confirm", ref, source="x", edition="y")
            mine = d.done("law02", "regime_adoption", "create", regime="eu-nis2", why="适用").ref
            d.refused("N15", "law02", "regime_adoption", "confirm", mine, source="x", edition="y")
            d.refused("N41", "law01", "regime_adoption", "confirm", ref, edition="y")
            d.refused("N41", "dir01", "regime_adoption", "create", regime="eu-nis9", why="适用")
            d.refused("N41", "dir01", "regime_adoption", "create", regime="cn-cac-2025", why="适用")  # which of three?
            d.refused("N41", "dir01", "regime_adoption", "create", regime="province-60", why="适用")  # the plan's own

    def test_several_laws_for_one_case_and_stage_after_stage(self):
        with self.city() as d:
            adopt(d, "cn-cac-2025", variant="cii")
            adopt(d, "eu-nis2")
            case = self.level4(d, personal=False)
            owed = stages(d, case)
            self.assertEqual(set(owed), {"cn-cac-2025/cii.op", "cn-cac-2025/police", "eu-nis2/ew", "eu-nis2/in"})
            d.set_time("2026-03-04T09:00:00Z")
            sent(d, owed["eu-nis2/in"], channel="web")
            final = stages(d, case)["eu-nis2/fr"]
            self.assertEqual(d.show(final)["fields"]["due_at"], "2026-04-04T08:00:00.000000Z")  # the hour of Brussels
            d.done("dir01", "case_fact", "create", incident=case, fact="received_from_operator", happened_at=d.now)
            relay = d.show(stages(d, case)["cn-cac-2025/cii.up"])["fields"]
            self.assertEqual(relay["due_at"], "2026-03-04T09:30:00.000000Z")

    def test_at_once_is_never_in_time_before_it_is_sent(self):
        with self.city() as d:
            adopt(d, "cn-cac-2025", variant="other")
            case = self.level4(d, personal=False)
            row = next(r for r in board(d) if r.get("stage") == "police")
            self.assertEqual((row["state"], "due" in row), ("at_once", False))
            self.assertEqual(board(d)[0]["state"], "at_once")
            sent(d, stages(d, case)["cn-cac-2025/police"], channel="phone")
            self.assertEqual(next(r for r in board(d) if r.get("stage") == "police")["state"], "sent")

    # ---- facts to the minute ----------------------------------------------------------------------

    def test_a_fact_is_set_once_and_corrected_with_a_reason(self):
        with self.city() as d:
            adopt(d, "cn-cac-2025", variant="other")
            case = self.level4(d, personal=False)
            fact = next(f.ref for f in d.linked(case, "case_fact") if d.show(f.ref)["fields"]["fact"] == "aware")
            self.assertEqual(d.show(fact)["fields"]["happened_at"], AWARE)
            d.refused("N28", "dir01", "case_fact", "create", incident=case, fact="aware", happened_at=AWARE)
            d.refused("N28", "dir01", "case_fact", "create", incident=case, fact="fix_available", happened_at="2026-03-03T08:00:00Z")
            d.refused("N28", "dir01", "case_fact", "correct", fact, happened_at="2026-03-02T07:00:00Z")  # no reason
            duty = stages(d, case)["cn-cac-2025/other.op"]
            self.assertEqual(d.clock(duty, "CK12_stage")["due"], "2026-03-02T11:50:00.000000Z")
            d.done("dir01", "case_fact", "correct", fact, happened_at="2026-03-02T07:00:00Z", reason="值班记录为七时")
            self.assertEqual(d.clock(duty, "CK12_stage")["due"], "2026-03-02T11:00:00.000000Z")
            self.assertEqual(d.show(duty)["fields"]["due_at"], "2026-03-02T11:00:00.000000Z")
            self.assertEqual(len([u for u in d.linked(case, "upward_report") if "stage" in d.show(u.ref)["fields"]]), 2)

    def test_facts_that_come_again_open_their_stages_anew(self):
        with self.city() as d:
            adopt(d, "kr-network-act")
            case = self.level4(d, personal=False)
            for at in ("2026-03-02T08:30:00Z", "2026-03-02T09:30:00Z"):
                d.set_time(at)
                d.done("dir01", "case_fact", "create", incident=case, fact="new_facts_known", happened_at=at)
            again = [d.show(u.ref)["fields"] for u in d.linked(case, "upward_report")]
            self.assertEqual(sorted(f["due_at"] for f in again if f.get("stage") == "s"),
                             ["2026-03-03T08:30:00.000000Z", "2026-03-03T09:30:00.000000Z"])

    def test_facts_of_before_the_confirmation_open_nothing_until_then(self):
        with self.city() as d:
            adopt(d, "au-csa-ransom")
            case = verify_case(d, LEVEL3)
            d.done("dir01", "case_fact", "create", incident=case, fact="ransom_paid", happened_at="2026-03-02T07:55:00Z")
            self.assertEqual(stages(d, case), {})
            evidence(d, case)
            d.both("rsp01", "dir01", "incident", "fix", case, scores=LEVEL3)
            d.both("cl01", "dir01", "incident", "confirm", case, **{"class": "malware"}, consequence=["data_damage"],
                   source={"unknown": "尚在分析"}, scope="业务系统", impact="中断")
            self.assertEqual(d.show(stages(d, case)["au-csa-ransom/rp"])["fields"]["due_at"], "2026-03-05T07:55:00.000000Z")

    # ---- missed ------------------------------------------------------------------------------------

    def test_missed_stays_missed_whatever_comes_after(self):
        with self.city() as d:
            adopt(d, "cn-cac-2025", variant="other")
            case = self.level4(d, personal=False)
            duty, province = stages(d, case)["cn-cac-2025/other.op"], own(d, case)["province-60"]
            d.pass_time("5 h")
            for ref, code in ((duty, "CK12_stage"), (province, "CK12")):
                self.assertTrue(d.clock(ref, code)["missed"])
                self.assertIn("organ:leading_group", [t for e in d.history(ref) for t in told(e)])
            missed = d.clock(duty, "CK12_stage")["missed"]
            fact = next(f.ref for f in d.linked(case, "case_fact") if d.show(f.ref)["fields"]["fact"] == "aware")
            d.done("dir01", "case_fact", "correct", fact, happened_at="2026-03-02T12:59:00Z", reason="更正为实际获知时间")
            self.assertEqual(d.clock(duty, "CK12_stage")["missed"], missed)
            self.assertEqual(d.show(duty)["fields"]["due_at"], "2026-03-02T11:50:00.000000Z")
            d.done("rsp01", "incident", "question", case, scores=LEVEL3, reason="影响小于预计", evidence_ref=evidence(d, case))
            d.done("dir01", "incident", "accept_grade", case)
            self.assertEqual(d.clock(duty, "CK12_stage")["missed"], missed)
            sent(d, duty, approver="dir02", channel="web")
            self.assertEqual((d.clock(duty, "CK12_stage")["state"], d.clock(duty, "CK12_stage")["missed"]), ("stopped", missed))
            d.restart()
            self.assertEqual(d.clock(duty, "CK12_stage")["missed"], missed)
            row = next(r for r in board(d) if r.get("stage") == "other.op")
            self.assertEqual((row["state"], row["missed"]), ("sent", missed))

    def test_a_deadline_over_which_the_daemon_was_dead_alarms_at_its_start(self):
        with self.city() as d:
            adopt(d, "in-certin")
            case = self.level4(d, personal=False)
            duty = stages(d, case)["in-certin/rep"]
            d.stop()
            d.command[d.command.index("--at") + 1] = "2026-03-02T20:00:00Z"
            d.start()
            d.pass_time("1 min")
            alarm = [e for e in d.history(duty) if "late_alarm" in e["change"]]
            self.assertEqual([e["change"]["late_alarm"] for e in alarm], [(6 * 60 + 10) * 60])
            self.assertIn("organ:office", told(alarm[0]))
            self.assertTrue(d.clock(duty, "CK12_stage")["missed"])

    def test_not_reportable_is_judged_by_the_legal_officer_and_recorded(self):
        with self.city() as d:
            adopt(d, "in-certin")
            case = self.level4(d, personal=False)
            duty = stages(d, case)["in-certin/rep"]
            d.refused("N22", "dir01", "upward_report", "waive", duty, reason="不必", authority="无")
            d.pass_time("7 h")
            d.both("dir01", "law01", "upward_report", "not_reportable", duty, reason="不属附件一所列二十类")
            d.expect_state(duty, life="waived")
            self.assertTrue(d.clock(duty, "CK12_stage")["missed"])

    def test_statistics_count_stages_as_they_count_other_clocks(self):
        with self.city() as d:
            adopt(d, "in-certin")
            adopt(d, "kr-network-act")
            case = self.level4(d, personal=False)
            d.pass_time("7 h")
            sent(d, stages(d, case)["kr-network-act/i"], channel="web")
            answer = d.ask(op="statistics", kind="incident", **{"as": "dir01"})
            clocks = {c["code"]: (c["kept"], c["missed"], c["running"]) for c in answer["groups"][0]["clocks"]}
            self.assertEqual(clocks["CK12_stage"], (1, 1, 0))
            self.assertEqual(clocks["CK12"], (0, 1, 0))

    # ---- holidays -----------------------------------------------------------------------------------

    def test_a_day_that_the_site_enters_counts_before_what_the_pack_says(self):
        with self.city() as d:
            adopt(d, "us-sec-8k")
            d.refused("N41", "dir01", "calendar_day", "create", calendar="US", day="2026-3-5", works=False, source="x")
            d.done("dir01", "calendar_day", "create", calendar="US", day="2026-03-05", works=False, source="州长令")
            case = self.level4(d, personal=False)
            d.done("dir01", "case_fact", "create", incident=case, fact="materiality_determined", happened_at="2026-03-02T08:00:00Z")
            due = d.show(stages(d, case)["us-sec-8k/8k"])["fields"]["due_at"]
            # Monday 2 March, 03:00 in New York: 3, 4, 6 and 9 March, until its last second; summer time began on the 8th.
            self.assertEqual(due, "2026-03-10T03:59:59.000000Z")

    def test_working_days_of_the_plan_know_the_holidays_of_the_site(self):
        due = {}
        for off in (False, True):
            with self.city() as d:
                if off:
                    person(d, "law01", "法制审核", "市信息产业局", "LAW")
                    for day in ("2026-03-10", "2026-03-14"):  # a Tuesday that is free, a Saturday that is worked
                        d.done("dir01", "calendar_day", "create", calendar="working", day=day, works=day == "2026-03-14", source="放假通知")
                    d.done("dir01", "calendar_day", "create", calendar="working", day="2026-03-17", works=False, source="放假通知")
                case, systems = activated(d)
                containing(d, case)
                to_followup(d, case, systems)
                due[off] = d.clock(case, "CK15")["due"][:16]
        self.assertEqual(due, {False: "2026-03-30T08:00", True: "2026-03-31T08:00"})

    def test_one_that_is_read_anew_counts_only_when_it_is_confirmed_again(self):
        with self.city() as d:
            ref = adopt(d, "in-certin")
            d.done("law01", "regime_adoption", "reread", ref, reason="2026年修订")
            case = self.level4(d, personal=False)
            self.assertIsNone(d.clock(stages(d, case)["in-certin/rep"], "CK12_stage"))
            confirmed(d, ref)
            self.assertEqual(d.clock(stages(d, case)["in-certin/rep"], "CK12_stage")["due"], "2026-03-02T13:50:00.000000Z")
            d.done("law01", "regime_adoption", "end", ref, reason="不再经营该业务")
            second = self.level4(d, personal=False)
            self.assertEqual(stages(d, second), {})

    def test_a_law_that_is_adopted_while_the_case_runs_is_found_when_somebody_looks(self):
        with self.city() as d:
            case = self.level4(d, personal=False)
            adopt(d, "in-certin")
            self.assertEqual(stages(d, case), {})
            d.done("law01", "incident", "recheck_duties", case)
            d.done("cl01", "incident", "recheck_duties", case)
            self.assertEqual(d.show(stages(d, case)["in-certin/rep"])["fields"]["due_at"], "2026-03-02T13:50:00.000000Z")
            self.assertEqual(len([u for u in d.linked(case, "upward_report") if "stage" in d.show(u.ref)["fields"]]), 1)

    def test_a_regime_may_begin_at_a_level_and_tell_someone_else(self):
        with self.city() as d:
            adopt(d, "in-certin", from_level=4, recipient="驻地联络处", channel="mail")
            adopt(d, "us-sec-8k", from_level=4, calendar="CN")
            low, _ = confirm_case(d, LEVEL3)
            high = self.level4(d, personal=False)
            self.assertEqual(stages(d, low), {})
            fields = d.show(stages(d, high)["in-certin/rep"])["fields"]
            self.assertEqual((fields["recipient"], fields["channel"]), ("驻地联络处", "mail"))
            d.done("dir01", "case_fact", "create", incident=high, fact="materiality_determined", happened_at=CONFIRMED)
            # Monday and four working days, by the days and the midnight of China.
            self.assertEqual(d.show(stages(d, high)["us-sec-8k/8k"])["fields"]["due_at"], "2026-03-06T15:59:59.000000Z")

    def test_the_command_line_shows_the_board_in_both_languages(self):
        with self.city() as d:
            adopt(d, "cn-cac-2025", variant="other")
            case = self.level4(d, personal=False)
            number = d.show(case)["number"]
            for lang, word in (("en", "AT ONCE"), ("zh", "立即上报")):
                out = d.cli("deadlines", "--as", "dir01", lang=lang)
                self.assertIn(number, out)
                self.assertIn(word, out)
                self.assertIn("cn-cac-2025/other.op", out)
            self.assertFalse(d.ask(op="deadlines", state="late", **{"as": "dir01"}).ok)
            self.assertEqual(board(d, "uop_tax"), [])


if __name__ == "__main__":
    main()
