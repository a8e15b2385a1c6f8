#!/usr/bin/env python3
"""S09 Level lowered while the case is being handled: nothing ends by itself, nothing is forgotten."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from scene import (LEVEL2, LEVEL3, Scene, activated, containing, evidence, last, levels, main, said,  # noqa: E402
                   to_followup, told)


class LevelLowered(Scene):
    def lowered(self, d):
        case, systems = activated(d, LEVEL3)
        proof = evidence(d, case, label="资产清单：仅测试系统受影响")
        containing(d, case)
        d.pass_time("3 h")
        d.done("rsp01", "incident", "question", case, scores=LEVEL2, reason="仅测试系统受影响", evidence_ref=proof)
        return case, systems, proof

    def test_lowering_without_evidence_or_reason_is_refused(self):
        with self.city() as d:
            case, _ = activated(d, LEVEL3)
            proof = evidence(d, case)
            d.refused("N14", "rsp01", "incident", "question", case, scores=LEVEL2, reason="仅测试系统受影响")
            d.refused("N14", "rsp01", "incident", "question", case, scores=LEVEL2, evidence_ref=proof)
            d.expect_state(case, grade="confirmed")
            d.expect_field(case, confirmed_level=3)

    def test_who_proposes_a_lower_level_does_not_confirm_it(self):
        with self.city() as d:
            case, _ = activated(d, LEVEL3)
            proof = evidence(d, case)
            d.done("dir01", "incident", "question", case, scores=LEVEL2, reason="仅测试系统受影响", evidence_ref=proof)
            d.refused("N15", "dir01", "incident", "accept_grade", case)
            d.done("dir02", "incident", "accept_grade", case)
            d.expect_field(case, confirmed_level=2)

    def test_the_case_stays_active_and_the_leading_group_is_told(self):
        with self.city() as d:
            case, _, _ = self.lowered(d)
            d.done("dir01", "incident", "accept_grade", case)
            d.expect_state(case, command="active", grade="confirmed", handling="contain")
            self.assertIn("organ:leading_group", told(last(d, case, "accept_grade")["entry"]))
            d.pass_time("3 d")
            d.expect_state(case, command="active")

    def test_grade_history_has_both_levels_with_reasons_and_times(self):
        with self.city() as d:
            case, _, proof = self.lowered(d)
            d.done("dir01", "incident", "accept_grade", case)
            self.assertEqual(levels(d, case), [("2026-03-02T08:00:00.000000Z", 3), ("2026-03-02T11:00:00.000000Z", 2)])
            asked = last(d, case, "question")
            self.assertEqual(said(asked, "reason"), "仅测试系统受影响")
            self.assertEqual(asked["entry"]["change"]["set"]["evidence_ref"], proof.id)
            sheets = d.linked(case, "score_sheet")
            bases = [(d.show(s.ref)["fields"]["basis"], d.show(s.ref)["fields"]["level"]) for s in sheets]
            self.assertEqual(bases, [("provisional", 3), ("confirmed", 3), ("regrade", 2)])

    def test_a_clock_missed_at_level_3_stays_missed(self):
        with self.city() as d:
            case, _, _ = self.lowered(d)
            before = d.clock(case, "CK06")
            self.assertEqual(before["missed"], "2026-03-02T10:00:00.000000Z")
            stopped = [c for c in d.show(case)["clocks"] if c["state"] == "stopped"]
            d.done("dir01", "incident", "accept_grade", case)
            self.assertEqual(d.clock(case, "CK06").get("missed"), before["missed"])
            after = d.show(case)["clocks"]
            for clock in stopped:
                self.assertIn(clock, after)

    def test_stand_down_ends_the_response_and_the_unit_handles_on(self):
        with self.city() as d:
            case, systems, _ = self.lowered(d)
            d.refused("N04", "dir01", "incident", "stand_down", case, hand_back_plan="由单位继续")
            d.done("dir01", "incident", "accept_grade", case)
            d.refused("N04", "dir01", "incident", "stand_down", case)
            d.done("dir01", "incident", "stand_down", case, hand_back_plan="由市教育局信息中心继续处置")
            d.refused("N01", "dir02", "incident", "end", case)
            d.done("lg01", "incident", "end", case)
            d.expect_state(case, command="ended", handling="contain")
            d.expect_field(case, owner=d.show(d.unit["edu"])["id"])
            to_followup(d, case, systems)
            d.expect_state(case, command="ended", handling="followup")

    def test_teams_are_released_before_the_end(self):
        with self.city() as d:
            case, _, _ = self.lowered(d)
            team = d.done("dir01", "team", "create", name="应急响应一队", type="rt")
            d.done("dir01", "team_member", "create", team=team, person="响应人员三", corps_role="responder", available=True,
                   qualified_until="2027-01-01T00:00:00Z")
            support = d.done("cl01", "support_request", "create", incident=case, requester=d.unit["edu"])
            d.done("cl01", "support_request", "submit", support, needs_text="取证", skills="取证", place="机房", contact="张三")
            d.done("dir01", "support_request", "accept", support)
            d.done("dir01", "support_request", "dispatch", support, team=team, members=["响应人员三"], leader="响应人员三")
            d.done("rsp03", "support_request", "arrive", support)
            d.done("dir01", "incident", "accept_grade", case)
            d.done("dir01", "incident", "stand_down", case, hand_back_plan="由单位继续")
            d.refused("N23", "lg01", "incident", "end", case)
            d.proposed("dir01", "support_request", "release", support, hand_over_note="已交接")
            d.done("uhd_edu", "support_request", "release", support)
            d.done("lg01", "incident", "end", case)

    def test_obligations_of_level_3_stay_and_are_waived_one_by_one(self):
        with self.city() as d:
            case, _, _ = self.lowered(d)
            mandatory = d.done("dir01", "upward_report", "create", incident=case, recipient="省网络与信息安全协调机构",
                               type="initial", within_min=60, mandatory=True)
            other = d.done("dir01", "upward_report", "create", incident=case, recipient="上级主管部门", type="initial",
                           within_min=120, mandatory=False)
            d.done("dir01", "incident", "accept_grade", case)
            d.expect_state(mandatory, life="open")
            d.expect_state(other, life="open")
            d.refused("N22", "dir01", "upward_report", "waive", mandatory, reason="级别已降", authority="办公室主任")
            d.refused("N22", "dir01", "upward_report", "waive", other, reason="级别已降")
            d.refused("N22", "cl01", "upward_report", "waive", other, reason="级别已降", authority="无")
            d.done("dir01", "upward_report", "waive", other, reason="级别已降", authority="预案第5.4条")
            d.expect_state(mandatory, life="open")


if __name__ == "__main__":
    main()
