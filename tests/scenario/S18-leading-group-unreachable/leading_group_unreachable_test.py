#!/usr/bin/env python3
"""S18 Leading Group unreachable: the Office director starts under delegation, the Group ratifies or does not."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from scene import (LEVEL3, LEVEL4, LEVEL5, Scene, archive_text, archived,  # noqa: E402
                   confirm_case, containing, last, main, to_followup, told)

NIGHT = "2026-03-02T03:00:00+08:00"


class LeadingGroupUnreachable(Scene):
    def delegate(self, d, to="dir01", until="2026-12-31T00:00:00Z", since="2026-01-01T00:00:00Z", least=4):
        return d.done("lg01", "delegation", "create", grantee=d.who[to], power="provisional_activation", min_level=least,
                      valid_from=since, valid_to=until, document_no="济信授[2026]1号")

    def night(self, d, scores=LEVEL5):
        case, systems = confirm_case(d, scores, aware_at="2026-03-01T18:40:00Z")
        d.expect_state(case, command="proposed")
        return case, systems

    def call(self, d, case, people=("lg01", "lg02"), by="dut01"):
        return [d.done(by, "call_attempt", "create", incident=case, person=d.who[who], channel="phone", result=result)
                for who in people for result in ("no_answer", "unreachable")]

    def started(self, d, scores=LEVEL5):
        letter = self.delegate(d)
        case, systems = self.night(d, scores)
        calls = self.call(d, case)
        d.pass_time("1 h")
        d.done("dir01", "incident", "start_delegated", case, lead="cl01", reason="领导小组联系不上")
        return case, systems, letter, calls

    def test_the_director_starts_when_the_time_has_passed_and_calls_are_logged(self):
        with self.city(at=NIGHT) as d:
            letter = self.delegate(d)
            case, _ = self.night(d)
            self.call(d, case)
            start = dict(lead="cl01", reason="领导小组联系不上")
            d.refused("N01", "dir01", "incident", "start_delegated", case, **start, says="still has time")
            d.pass_time("30 min")
            self.assertTrue(d.clock(case, "CK05")["missed"])
            d.done("dir01", "incident", "start_delegated", case, **start)
            d.expect_state(case, command="provisional")
            d.expect_field(case, owner="市信息产业局")
            self.assertEqual(d.expect_clock(case, "CK25", "running")["due"], "2026-03-01T21:30:00.000000Z")
            made = last(d, case, "start_delegated")
            self.assertEqual(made["authority"]["delegation"], letter.id)
            self.assertIn("organ:leading_group", told(made["entry"]))

    def test_without_logged_calls_there_is_no_provisional_start(self):
        with self.city(at=NIGHT) as d:
            self.delegate(d)
            case, _ = self.night(d)
            d.pass_time("1 h")
            d.refused("N01", "dir01", "incident", "start_delegated", case, lead="cl01", reason="联系不上", says="no call attempts")

    def test_not_at_level_3_and_not_below_what_the_delegation_says(self):
        with self.city(at=NIGHT) as d:
            self.delegate(d)
            case, _ = self.night(d, LEVEL3)
            self.call(d, case)
            d.pass_time("2 h")
            d.refused("N01", "dir01", "incident", "start_delegated", case, lead="cl01", reason="联系不上")
        with self.city(at=NIGHT) as d:
            self.delegate(d, least=5)
            case, _ = self.night(d, LEVEL4)
            self.call(d, case)
            d.pass_time("2 h")
            d.refused("N01", "dir01", "incident", "start_delegated", case, lead="cl01", reason="联系不上")

    def test_not_by_the_duty_officer(self):
        with self.city(at=NIGHT) as d:
            self.delegate(d)
            case, _ = self.night(d)
            self.call(d, case)
            d.pass_time("1 h")
            d.refused("N01", "dut01", "incident", "start_delegated", case, lead="cl01", reason="联系不上")

    def test_not_with_an_expired_delegation_and_not_without_one(self):
        with self.city(at=NIGHT) as d:
            self.delegate(d, until="2026-02-28T00:00:00Z")
            case, _ = self.night(d)
            self.call(d, case)
            d.pass_time("1 h")
            d.refused("N36", "dir01", "incident", "start_delegated", case, lead="cl01", reason="联系不上")
            d.refused("N01", "dir02", "incident", "start_delegated", case, lead="cl01", reason="联系不上")

    def test_a_delegation_has_an_end_and_comes_from_the_leading_group(self):
        with self.city(at=NIGHT) as d:
            given = dict(grantee=d.who["dir01"], power="provisional_activation", min_level=4,
                         valid_from="2026-01-01T00:00:00Z", document_no="1号")
            d.refused("N42", "lg01", "delegation", "create", **given)
            d.refused("N01", "dir01", "delegation", "create", **given, valid_to="2026-12-31T00:00:00Z")

    def test_ratification_links_attempts_delegation_and_proposal(self):
        with self.city(at=NIGHT) as d:
            case, _, letter, calls = self.started(d)
            d.set_time("2026-03-02T04:20:00+08:00")
            d.refused("N01", "dir01", "incident", "ratify", case)
            d.done("lg02", "incident", "ratify", case)
            d.expect_state(case, command="active")
            self.assertEqual(d.clock(case, "CK25")["state"], "stopped")
            self.assertNotIn("missed", d.clock(case, "CK25"))
            self.assertTrue(d.show(case)["fields"]["document_no"])
            because = last(d, case, "ratify")["entry"]["change"]["snapshot"]
            self.assertEqual(because["calls"], [f"call_attempt {c.ref}" for c in calls])
            self.assertEqual(because["delegation"], letter.id)
            d.expect_field(case, delegation=letter.id)
            proposal = last(d, case, "propose")["entry"]
            self.assertLess(proposal["seq"], last(d, case, "ratify")["entry"]["seq"])
            self.assertIn("snapshot", proposal["change"])

    def test_not_ratified_the_case_returns_and_what_was_done_stays(self):
        with self.city(at=NIGHT) as d:
            case, systems, _, _ = self.started(d)
            tasking = d.done("dir01", "tasking", "create", incident=case, text="断网", type="order", assignee=d.unit["edu"],
                             accountable=d.who["uhd_edu"], due_at="2026-03-02T03:00:00Z")
            d.done("uop_edu", "tasking", "ack", tasking)
            d.refused("N01", "lg01", "incident", "not_ratified", case)
            d.done("lg01", "incident", "not_ratified", case, reason="依据不足，请核实")
            d.expect_state(case, command="returned")
            d.expect_state(tasking, life="acked")
            self.assertEqual(d.clock(case, "CK04")["state"], "running")
            self.assertEqual(last(d, case, "start_delegated")["to"], "provisional")

    def test_a_ratification_that_does_not_come_is_escalated(self):
        with self.city(at=NIGHT) as d:
            case, _, _, _ = self.started(d)
            d.pass_time("3 h")
            self.assertTrue(d.clock(case, "CK25")["missed"])
            missed = [e for e in d.history(case) if e["type"] == "clock.missed"
                      and any(c["code"] == "CK25" for c in e["change"]["clocks"])]
            self.assertIn("organ:leading_group", told(missed[0]))
            d.done("lg01", "incident", "ratify", case)

    def test_the_letter_of_delegation_is_in_the_archive(self):
        with self.city(at=NIGHT) as d:
            case, systems, letter, calls = self.started(d, LEVEL4)
            d.done("lg01", "incident", "ratify", case)
            containing(d, case)
            to_followup(d, case, systems)
            for duty in d.linked(case, "upward_report"):
                d.done("cl01", "upward_report", "draft", duty.ref, text="经过")
                d.done("lg01", "upward_report", "approve", duty.ref)
                d.done("dir01", "upward_report", "send", duty.ref)
                d.done("dut01", "upward_report", "receipt", duty.ref, receipt="鲁-1")
            archived(d, case)
            self.assertIn("济信授[2026]1号", archive_text(d, case))


if __name__ == "__main__":
    main()
