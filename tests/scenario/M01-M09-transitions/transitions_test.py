#!/usr/bin/env python3
"""M01 to M09: the transitions of the tables that no long scenario names."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from scene import (LEVEL2, LEVEL3, Scene, activated, add_system, closing_material, confirm_case,  # noqa: E402
                   containing, evidence, last, main, moves, open_case, said, to_followup, told, verify_case)


class M01QuietPath(Scene):
    """Normal happy path up to level 2 (T002 T003 T050 T051 T018 T039)."""

    def test_a_level_2_case_is_closed_without_the_leading_group(self):
        with self.city() as d:
            case = d.done("dut01", "incident", "create", title="网页异常", reporter="联络员", unit=d.unit["edu"],
                          aware_at="2026-03-02T07:50:00Z", what="首页打不开").number
            self.assertEqual(d.clock(case, "CK02")["state"], "running")
            d.pass_time("5 min")
            d.done("dut01", "incident", "acknowledge", case)
            self.assertEqual((d.clock(case, "CK02")["state"], d.clock(case, "CK04")["state"]), ("stopped", "running"))
            d.refused("N04", "dut01", "incident", "accept", case)
            d.done("dut01", "incident", "score", case, scores=LEVEL2)
            d.done("dut01", "incident", "accept", case, on_scene=["rsp01", "uop_edu"])
            d.done("dir01", "incident", "name_lead", case, lead="cl01")
            system = add_system(d, case)
            evidence(d, case)
            d.both("rsp01", "dir01", "incident", "fix", case, scores=LEVEL2)
            d.both("uop_edu", "uhd_edu", "incident", "confirm", case, **{"class": "defacement"}, consequence=["sys_damage"],
                   source="外网", scope="门户", impact="首页被改")
            self.assertEqual(d.clock(case, "CK04")["state"], "stopped")
            containing(d, case)
            to_followup(d, case, {"edu": system})
            d.refused("N04", "cl01", "incident", "evaluate", case)
            d.pass_time("3 d")
            d.done("cl01", "incident", "evaluate", case)
            self.assertNotIn("missed", d.clock(case, "CK28"))
            d.refused("N08", "uhd_edu", "incident", "close", case)
            closing_material(d, case)
            d.done("uhd_edu", "incident", "close", case)
            d.done("arc01", "incident", "archive", case)
            d.expect_state(case, handling="archived", command="none", grade="confirmed")
            who = {m["who"] for m in moves(d, case)}
            self.assertFalse(who & {int(d.who["lg01"][1:]), int(d.who["lg02"][1:])})

    def test_only_a_duty_officer_on_shift_acknowledges(self):
        with self.city() as d:
            d.do(None, "person", "create", name="值班员三", login="dut03", unit="市信息产业局")
            d.do(None, "post", "create", person="值班员三", role="DUT")
            case = d.done("dut01", "incident", "create", title="网页异常", reporter="联络员", unit=d.unit["edu"],
                          aware_at="2026-03-02T07:50:00Z", what="首页打不开").number
            d.refused("N04", "dut03", "incident", "acknowledge", case)
            d.pass_time("16 min")
            self.assertTrue(d.clock(case, "CK02")["missed"])
            d.done("dut02", "incident", "acknowledge", case)
            self.assertTrue(d.clock(case, "CK02")["missed"])

    def test_the_end_of_an_active_case_is_proposed_from_the_watch_only(self):
        with self.city() as d:
            case, systems = activated(d, LEVEL3)
            d.refused("N04", "dir01", "incident", "propose_end", case)
            containing(d, case)
            to_followup(d, case, systems)
            d.refused("N04", "dir01", "incident", "evaluate", case, watch_continues="并行")
            d.done("dir01", "incident", "propose_end", case)
            self.assertEqual(last(d, case, "propose_end")["rows"], ["T039"])
            d.done("lg01", "incident", "end", case)
            d.refused("N21", "cl01", "incident", "evaluate", case, watch_continues="并行")
            d.done("dir01", "incident", "evaluate", case, watch_continues="并行跟踪")


class M02DoubtAndMode(Scene):
    """Doubt after confirmation; mode changed during containment (T009 T011)."""

    def test_back_to_verification_with_a_reason_and_the_clock_runs_again(self):
        with self.city() as d:
            case, systems = confirm_case(d, LEVEL2)
            before = d.history(case)
            d.refused("N04", "cl01", "incident", "doubt", case)
            d.pass_time("1 h")
            d.done("cl01", "incident", "doubt", case, reason="日志时间有误")
            d.expect_state(case, handling="verify")
            clock = d.clock(case, "CK04")
            self.assertEqual((clock["state"], clock["started"]), ("running", "2026-03-02T09:00:00.000000Z"))
            self.assertEqual(d.history(case)[:len(before)], before)
            self.assertEqual(d.show(case)["fields"]["class"], "net_attack")
            d.both("cl01", "uhd_edu", "incident", "confirm", case, scope="门户及数据库")
            d.expect_state(case, handling="confirm")

    def test_the_mode_changes_during_containment_with_a_reason(self):
        with self.city() as d:
            case, systems = confirm_case(d, LEVEL2)
            containing(d, case)
            d.refused("N04", "cl01", "incident", "rethink", case)
            d.done("cl01", "incident", "rethink", case, reason="自身力量不足")
            d.expect_state(case, handling="confirm")
            d.refused("N04", "cl01", "incident", "choose_mode", case, mode="supported", says="support request")
            support = d.done("cl01", "support_request", "create", incident=case, requester=d.unit["edu"])
            d.refused("N04", "cl01", "incident", "choose_mode", case, mode="supported")
            d.done("cl01", "support_request", "submit", support, needs_text="取证", skills="取证", place="机房", contact="张三")
            d.done("cl01", "incident", "choose_mode", case, mode="supported")
            chosen = [m["entry"]["change"]["set"]["mode"] for m in moves(d, case) if m["move"] == "choose_mode"]
            self.assertEqual(chosen, ["own", "supported"])


class M03Returned(Scene):
    """Returned for re-verification, then resubmitted or regraded (T032 T033 T034)."""

    def returned(self, d):
        case, systems = confirm_case(d, LEVEL3)
        d.refused("N01", "dir01", "incident", "send_back", case, reason="依据不足", question="影响面多大")
        d.refused("N01", "lg01", "incident", "send_back", case, reason="依据不足")
        d.done("lg01", "incident", "send_back", case, reason="依据不足", question="影响面多大")
        return case, systems

    def test_the_question_is_visible_to_the_group_on_scene_and_the_answer_attached(self):
        with self.city() as d:
            case, _ = self.returned(d)
            self.assertEqual((d.clock(case, "CK05")["state"], d.clock(case, "CK04")["state"]), ("stopped", "running"))
            self.assertEqual(d.show(case, "rsp01")["fields"]["question"], "影响面多大")
            self.assertIn("person:" + d.who["rsp01"][1:], told(last(d, case, "send_back")["entry"]))
            d.done("rsp01", "incident", "answer_question", case, answer="涉及三个子系统")
            d.done("dir01", "incident", "resubmit", case)
            d.expect_state(case, command="proposed")
            self.assertEqual(d.show(case, "lg01")["fields"]["answer"], "涉及三个子系统")
            self.assertEqual(d.clock(case, "CK05")["state"], "running")

    def test_returned_is_no_parking_place(self):
        with self.city() as d:
            case, _ = self.returned(d)
            d.pass_time("4 h")
            d.expect_state(case, command="proposed")
            self.assertEqual(last(d, case, "resubmit")["rows"], ["T033"])
            self.assertIsNone(last(d, case, "resubmit")["who"])

    def test_regraded_below_the_threshold_it_is_withdrawn_with_notice(self):
        with self.city() as d:
            case, _ = self.returned(d)
            d.refused("N03", "dir01", "incident", "regraded_down", case)
            proof = evidence(d, case)
            d.done("rsp01", "incident", "question", case, scores=LEVEL2, reason="影响有限", evidence_ref=proof)
            d.done("dir01", "incident", "accept_grade", case)
            d.done("dir01", "incident", "regraded_down", case)
            d.expect_state(case, command="none")
            self.assertIn("organ:leading_group", told(last(d, case, "regraded_down")["entry"]))


class M04EndRefused(Scene):
    """End refused; relapse after the end (T042 T043 T021)."""

    def proposed_end(self, d):
        case, systems = activated(d, LEVEL3)
        containing(d, case)
        to_followup(d, case, systems)
        d.done("dir01", "incident", "propose_end", case)
        return case, systems

    def test_refused_the_response_goes_on_and_teams_stay_bound(self):
        with self.city() as d:
            case, systems = activated(d, LEVEL3)
            support = self.team_on_site(d, case)
            containing(d, case)
            to_followup(d, case, systems)
            d.done("dir01", "incident", "propose_end", case)
            d.refused("N01", "dir01", "incident", "end_refused", case, reason="再观察")
            d.refused("N01", "lg01", "incident", "end_refused", case)
            d.done("lg01", "incident", "end_refused", case, reason="再观察三天")
            d.expect_state(case, command="active", handling="followup")
            d.expect_state(support, life="on_site")
            self.assertTrue(d.show(case, "rsp03").ok)
            self.assertEqual(said(last(d, case, "end_refused"), "reason"), "再观察三天")

    def team_on_site(self, d, case):
        team = d.done("dir01", "team", "create", name="应急响应一队", type="rt")
        d.done("dir01", "team_member", "create", team=team, person="响应人员三", corps_role="responder", available=True,
               qualified_until="2027-01-01T00:00:00Z")
        support = d.done("cl01", "support_request", "create", incident=case, requester=d.unit["edu"])
        d.done("cl01", "support_request", "submit", support, needs_text="取证", skills="取证", place="机房", contact="张三")
        d.done("dir01", "support_request", "accept", support)
        d.done("dir01", "support_request", "dispatch", support, team=team, members=["响应人员三"], leader="响应人员三")
        d.done("rsp03", "support_request", "arrive", support)
        return support

    def test_a_relapse_while_the_end_is_proposed_continues_the_response(self):
        with self.city() as d:
            case, systems = self.proposed_end(d)
            d.done("cl01", "affected_system", "recurrence", systems["edu"], reason="再次外联")
            d.expect_state(case, command="active", handling="contain")
            self.assertEqual(last(d, case, "end_refused")["rows"], ["T042"])

    def test_a_relapse_after_the_end_proposes_anew_and_stands_beside_the_old_decision(self):
        with self.city() as d:
            case, systems = self.proposed_end(d)
            d.done("lg01", "incident", "end", case)
            d.done("cl01", "affected_system", "recurrence", systems["edu"], reason="再次外联")
            d.expect_state(case, command="proposed", handling="contain")
            command = [(m["move"], m["rows"][0]) for m in moves(d, case) if m.get("region") == "command"]
            self.assertEqual(command, [("propose", "T030"), ("start", "T031"), ("propose_end", "T039"), ("end", "T041"),
                                       ("relapse", "T043")])
            self.assertIn("snapshot", last(d, case, "relapse")["entry"]["change"])
            d.done("lg01", "incident", "start", case, lead="cl01", conflict_declared=False)

    def test_an_error_found_before_sealing_takes_the_case_back_to_evaluation(self):
        with self.city() as d:
            case, _ = self.proposed_end(d)
            d.done("lg01", "incident", "end", case)
            d.done("dir01", "incident", "evaluate", case, watch_continues="并行跟踪")
            closing_material(d, case)
            d.done("dir01", "incident", "close", case)
            report = d.linked(case, "case_report")[0]
            self.assertEqual(report["states"]["life"], "approved")
            d.refused("N43", "cl01", "case_report", "edit", report.ref, text_zh="改")
            d.refused("N04", "dir01", "incident", "reopen", case)
            d.done("dir01", "incident", "reopen", case, reason="损失金额有误")
            d.expect_state(case, handling="evaluate")
            d.expect_state(report.ref, life="draft")
            self.assertEqual(last(d, case, "reopen")["rows"], ["T021"])
            d.done("cl01", "case_report", "edit", report.ref, text_zh="更正损失")
            d.done("dir01", "incident", "close", case)

    def test_who_wrote_the_report_does_not_approve_it(self):
        with self.city() as d:
            case, _ = self.proposed_end(d)
            d.done("lg01", "incident", "end", case)
            d.done("dir01", "incident", "evaluate", case, watch_continues="并行跟踪")
            closing_material(d, case, author="dir01")
            d.refused("N15", "dir01", "incident", "close", case)
            d.done("dir02", "incident", "close", case)


class M05ReferralReturned(Scene):
    """A referral is returned by its receiver (T025)."""

    def test_the_case_goes_on_under_its_old_number(self):
        with self.city() as d:
            case = open_case(d)
            number = d.show(case)["number"]
            d.refused("N04", "dir01", "incident", "refer", case)
            d.done("dir01", "incident", "refer", case, receiving_authority="市公安局")
            d.expect_state(case, handling="referred")
            self.assertEqual(d.clock(case, "CK04")["state"], "paused")
            d.pass_time("2 d")
            d.refused("N04", "dir01", "incident", "handed_over", case)
            d.done("dir01", "incident", "returned", case)
            d.expect_state(case, handling="triage")
            self.assertEqual(d.show(case)["number"], number)
            clock = d.clock(case, "CK04")
            self.assertEqual(clock["state"], "running")
            self.assertNotIn("missed", clock)
            self.assertEqual(last(d, case, "returned")["rows"], ["T025"])

    def test_with_its_receipt_the_referral_is_put_away(self):
        with self.city() as d:
            case = open_case(d)
            d.done("dir01", "incident", "refer", case, receiving_authority="市公安局")
            d.done("dir01", "incident", "handed_over", case, hand_over_receipt="公网安受字1号")
            d.expect_state(case, handling="archived")
            d.refused("N09", "dir01", "incident", "returned", case)


class M06SilentUnit(Scene):
    """A report needs a supplement; the unit is silent (T063 T064)."""

    def report(self, d):
        report = d.done("uop_edu", "report", "create", unit=d.unit["edu"], aware_at="2026-03-02T07:40:00Z", reporter="联络员",
                        what="服务器异常").number
        d.done("uop_edu", "report", "submit", report)
        d.expect_state(report, life="receipted")
        self.assertTrue(d.show(report)["fields"]["receipt_no"])
        return report

    def test_the_duty_officer_goes_on_without_and_the_questions_stay_listed(self):
        with self.city() as d:
            report = self.report(d)
            d.refused("N04", "dut01", "report", "ask", report)
            d.done("dut01", "report", "ask", report, questions="受影响的系统有哪些")
            d.expect_state(report, life="supplement")
            d.pass_time("2 h")
            d.done("dut01", "report", "answer", report)
            d.expect_state(report, life="receipted")
            fields = d.show(report)["fields"]
            self.assertEqual(fields["questions"], "受影响的系统有哪些")
            self.assertNotIn("answer", fields)
            d.done("dut01", "incident", "create", title="服务器异常", reporter="联络员", unit=d.unit["edu"],
                   aware_at="2026-03-02T07:40:00Z", what="服务器异常", report=report)
            d.expect_state(report, life="linked")

    def test_the_unit_answers_its_own_report_and_no_other(self):
        with self.city() as d:
            report = self.report(d)
            d.done("dut01", "report", "ask", report, questions="受影响的系统有哪些")
            d.fault("absent", "uop_tax", "report", "answer", report, answer="我们答")
            d.done("uop_edu", "report", "answer", report, answer="教务系统")
            d.expect_state(report, life="receipted")
            self.assertEqual(d.show(report, "dut01")["fields"]["answer"], "教务系统")


class M07Support(Scene):
    """A support request withdrawn; a team recalled on its way (T073 T078)."""

    def asked(self, d):
        case, _ = confirm_case(d, LEVEL2)
        team = d.done("dir01", "team", "create", name="应急响应一队", type="rt")
        d.done("dir01", "team_member", "create", team=team, person="响应人员三", corps_role="responder", available=True,
               qualified_until="2027-01-01T00:00:00Z")
        support = d.done("uop_edu", "support_request", "create", incident=case, requester=d.unit["edu"]).number
        d.refused("N04", "uop_edu", "support_request", "submit", support)
        d.done("uop_edu", "support_request", "submit", support, needs_text="取证", skills="取证", place="机房", contact="张三")
        return case, team, support

    def test_withdrawn_by_its_requester_access_was_never_opened(self):
        with self.city() as d:
            case, _, support = self.asked(d)
            self.assertEqual(d.clock(support, "CK07")["state"], "running")
            d.refused("N21", "dir01", "support_request", "withdraw", support)
            d.done("uhd_edu", "support_request", "withdraw", support)
            d.expect_state(support, life="withdrawn")
            self.assertNotIn("access_from", d.show(support)["fields"])
            self.assertNotEqual(d.clock(support, "CK07")["state"], "running")

    def test_recalled_before_arrival_the_team_never_saw_the_case(self):
        with self.city() as d:
            case, team, support = self.asked(d)
            d.done("dir01", "support_request", "accept", support)
            d.done("dir01", "support_request", "dispatch", support, team=team, members=["响应人员三"], leader="响应人员三")
            self.assertFalse(d.ask(op="show", ref=case, **{"as": "rsp03"}).ok)
            d.refused("N04", "dir01", "support_request", "recall", support)
            d.done("dir01", "support_request", "recall", support, reason="单位已自行解决")
            d.expect_state(support, life="released")
            self.assertNotIn("access_from", d.show(support)["fields"])
            self.assertFalse(d.ask(op="show", ref=case, **{"as": "rsp03"}).ok)
            self.assertEqual(last(d, support, "recall")["rows"], ["T078"])

    def test_access_begins_with_the_arrival_of_the_leader_and_ends_with_the_release(self):
        with self.city() as d:
            case, team, support = self.asked(d)
            d.done("dir01", "support_request", "accept", support)
            d.done("dir01", "support_request", "dispatch", support, team=team, members=["响应人员三"], leader="响应人员三")
            d.pass_time("1 h")
            self.assertFalse(d.try_("rsp03", "evidence", "create", incident=case, type="log", label_text="日志").ok)
            d.done("rsp03", "support_request", "arrive", support)
            d.done("rsp03", "evidence", "create", incident=case, type="log", label_text="日志")
            d.pass_time("1 h")
            d.proposed("dir01", "support_request", "release", support, hand_over_note="已交接")
            d.done("uop_edu", "support_request", "release", support)
            fields = d.show(support)["fields"]
            self.assertEqual((fields["access_from"][11:16], fields["access_to"][11:16]), ("09:00", "10:00"))
            self.assertFalse(d.try_("rsp03", "evidence", "create", incident=case, type="log", label_text="日志").ok)

    def test_who_is_elsewhere_or_no_longer_qualified_is_not_sent_without_a_reason(self):
        with self.city() as d:
            case, team, support = self.asked(d)
            d.done("dir01", "support_request", "accept", support)
            member = d.linked(team.ref, "team_member")[0]
            d.done("dir01", "team_member", "edit", member.ref, available=False)
            sent = dict(team=team, members=["响应人员三"], leader="响应人员三")
            d.refused("N27", "dir01", "support_request", "dispatch", support, **sent)
            d.done("dir01", "support_request", "dispatch", support, **sent, override_reason="无人可替")


class M08Plans(Scene):
    """A special plan matched but not applicable; one replaced after suspension (T081 T085)."""

    def matched(self, d):
        case = verify_case(d, LEVEL3)
        add_system(d, case)
        evidence(d, case)
        d.both("rsp01", "dir01", "incident", "fix", case, scores=LEVEL3)
        d.both("cl01", "dir01", "incident", "confirm", case, **{"class": "ransomware"}, consequence=["data_damage"],
               source="外网", scope="业务系统", impact="文件被加密")
        plans = {d.show(p.ref)["fields"]["plan"]: p.ref for p in d.linked(case, "special_plan")}
        return case, plans

    def test_a_match_is_rejected_with_a_reason_only(self):
        with self.city() as d:
            case, plans = self.matched(d)
            self.assertTrue(plans, "no plan matched a ransomware case")
            d.refused("N04", "cl01", "incident", "choose_mode", case, mode="own", says="matched plan")
            for plan in plans.values():
                d.refused("N04", "cl01", "special_plan", "not_applicable", plan)
                d.done("cl01", "special_plan", "not_applicable", plan, reason="未发现扩散")
            self.assertEqual({m["rows"][0] for p in plans.values() for m in moves(d, p) if m["move"] == "not_applicable"}, {"T081"})
            d.done("cl01", "incident", "choose_mode", case, mode="own")

    def test_a_replaced_plan_cancels_its_taskings_and_leaves_their_trace(self):
        with self.city() as d:
            case, plans = self.matched(d)
            d.done("lg01", "incident", "start", case, lead="cl01", conflict_declared=False)
            d.done("dir01", "incident", "start_plans", case)
            plan = sorted(plans.values())[0]
            d.expect_state(plan, life="active")
            taskings = [t for t in d.linked(plan, "tasking")]
            self.assertTrue(taskings)
            d.refused("N04", "dir01", "special_plan", "replace", plan, reason="冲突", replaced_by="generic")
            conflicts = d.linked(case, "plan_conflict")
            conflict = conflicts[0].ref if conflicts else d.done(
                "dir01", "plan_conflict", "create", incident=case, description="隔离与保持运行冲突", settled_by_office=True).ref
            d.done("dir01", "special_plan", "suspend", plan, conflict=conflict)
            d.refused("N04", "dir01", "special_plan", "replace", plan)
            d.done("dir01", "special_plan", "replace", plan, reason="由另一预案替代", replaced_by="generic")
            d.expect_state(plan, life="completed")
            for t in taskings:
                shown = d.show(t.ref)
                self.assertEqual(shown["states"]["life"], "cancelled")
                self.assertTrue(shown["fields"]["text"])
                self.assertFalse([c for c in shown["clocks"] if c["state"] == "running"])


class M09Tasking(Scene):
    """The life of a tasking: progress, wrong result, cancelled (T094 to T099)."""

    def issued(self, d, **more):
        case, _ = confirm_case(d, LEVEL3)
        tasking = d.done("cl01", "tasking", "create", incident=case, **{**dict(
            text="隔离主机", type="order", assignee=d.unit["edu"], accountable=d.who["uhd_edu"], due_at="2026-03-02T12:00:00Z"), **more})
        return case, tasking.number

    def test_progress_result_and_verification_by_another(self):
        with self.city() as d:
            case, tasking = self.issued(d)
            d.fault("absent", "uop_tax", "tasking", "ack", tasking)
            d.done("uop_edu", "tasking", "ack", tasking)
            self.assertEqual(d.clock(tasking, "ack")["state"], "stopped")
            d.refused("N26", "uop_edu", "tasking", "progress", tasking, progress="一半")
            d.done("uop_edu", "tasking", "begin", tasking)
            d.done("uop_edu", "tasking", "progress", tasking, progress="一半")
            d.refused("N04", "uop_edu", "tasking", "done", tasking)
            d.done("uop_edu", "tasking", "done", tasking, result="已断网")
            self.assertEqual(d.clock(tasking, "due")["state"], "stopped")
            d.refused("N21", "uop_edu", "tasking", "verify", tasking)
            d.done("cl01", "tasking", "verify", tasking)
            d.expect_state(tasking, life="verified")

    def test_the_doer_does_not_verify(self):
        with self.city() as d:
            office = d.show(d.who["cl01"])["fields"]["unit"]["id"]
            case, tasking = self.issued(d, assignee=f"#{office}", accountable=d.who["cl01"])
            for move, more in (("ack", {}), ("begin", {}), ("done", {"result": "完成"})):
                d.done("cl01", "tasking", move, tasking, **more)
            d.refused("N15", "cl01", "tasking", "verify", tasking)
            d.done("dir01", "tasking", "verify", tasking)

    def test_a_wrong_result_goes_back_and_the_clock_runs_again(self):
        with self.city() as d:
            case, tasking = self.issued(d)
            for move, more in (("ack", {}), ("begin", {}), ("done", {"result": "已断网"})):
                d.done("uop_edu", "tasking", move, tasking, **more)
            d.refused("N21", "cl01", "tasking", "reject", tasking)
            d.done("cl01", "tasking", "reject", tasking, reason="仍有外联")
            d.expect_state(tasking, life="in_progress")
            self.assertEqual(d.clock(tasking, "due")["state"], "running")
            d.done("uop_edu", "tasking", "done", tasking, result="已拔线")
            d.done("cl01", "tasking", "verify", tasking)
            self.assertEqual([m["rows"][0] for m in moves(d, tasking) if m.get("rows")],
                             ["T090", "T094", "T095", "T097", "T095", "T096"])

    def test_cancelled_with_a_reason_it_stays_on_record(self):
        with self.city() as d:
            case, tasking = self.issued(d)
            d.refused("N21", "cl01", "tasking", "cancel", tasking)
            d.done("cl01", "tasking", "cancel", tasking, reason="不再需要")
            d.expect_state(tasking, life="cancelled")
            second = d.done("cl01", "tasking", "create", incident=case, text="备份日志", type="order", assignee=d.unit["edu"],
                            accountable=d.who["uhd_edu"], due_at="2026-03-02T12:00:00Z").number
            d.done("uop_edu", "tasking", "ack", second)
            d.done("cl01", "tasking", "cancel", second, reason="不再需要")
            self.assertEqual({t["number"] for t in d.linked(case, "tasking")}, {tasking, second})
            self.assertFalse([c for c in d.show(second)["clocks"] if c["state"] == "running"])
            d.refused("N10", "dir01", "tasking", "delete", second)

    def test_no_tasking_without_who_answers_for_it_and_by_when(self):
        with self.city() as d:
            case, _ = confirm_case(d, LEVEL3)
            order = dict(incident=case, text="隔离", type="order", assignee=d.unit["edu"])
            answer = d.refused("N32", "cl01", "tasking", "create", **order)
            self.assertEqual(len(answer.missing), 2, answer.missing)
            d.refused("N32", "cl01", "tasking", "create", **order, accountable=d.who["uhd_edu"])

    def test_an_enterprise_gets_a_request_or_an_order_with_its_legal_basis(self):
        with self.city() as d:
            case, _ = confirm_case(d, LEVEL3)
            order = dict(incident=case, text="隔离", assignee=d.unit["bank"], accountable=d.who["uhd_bank"], due_at="2026-03-02T12:00:00Z")
            d.refused("N41", "cl01", "tasking", "create", type="order", **order)
            d.done("cl01", "tasking", "create", type="request", **order)
            d.done("cl01", "tasking", "create", type="order", legal_basis="某法第某条", **order)

    def test_the_duty_officer_writes_down_an_acknowledgement_by_telephone(self):
        with self.city() as d:
            case, tasking = self.issued(d)
            d.refused("N26", "dut01", "tasking", "ack", tasking)
            d.done("dut01", "tasking", "ack", tasking, by_phone=True)
            self.assertEqual(last(d, tasking, "ack")["input"]["by_phone"], True)


if __name__ == "__main__":
    main()
