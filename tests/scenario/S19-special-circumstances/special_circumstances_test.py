#!/usr/bin/env python3
"""S19 Special circumstances: the threshold lowered for a time, and one case that needs a reason of its own."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from scene import LEVEL1, LEVEL2, Scene, confirm_case, containing, last, main, record_size, told  # noqa: E402

TEN_DAYS = dict(name="threshold", value="2", valid_from="2026-03-02T08:00:00Z", valid_to="2026-03-12T08:00:00Z",
                reason="重大活动期间")


class SpecialCircumstances(Scene):
    def test_within_the_period_a_level_2_case_is_proposed_by_itself(self):
        with self.city() as d:
            d.done("lg01", "setting", "create", **TEN_DAYS)
            case, _ = confirm_case(d, LEVEL2)
            d.expect_state(case, command="proposed")
            made = last(d, case, "propose")
            self.assertEqual(made["rows"], ["T030"])
            self.assertIn("organ:leading_group", told(made["entry"]))

    def test_a_case_already_confirmed_is_proposed_when_the_threshold_falls(self):
        with self.city() as d:
            case, _ = confirm_case(d, LEVEL2)
            d.expect_state(case, command="none")
            d.done("lg01", "setting", "create", **TEN_DAYS)
            d.expect_state(case, command="proposed")

    def test_after_the_period_it_is_not(self):
        with self.city() as d:
            d.done("lg01", "setting", "create", **TEN_DAYS)
            d.pass_time("10 d")
            case, _ = confirm_case(d, LEVEL2)
            d.expect_state(case, command="none")

    def test_a_case_started_so_is_marked_with_the_standard_that_applied(self):
        with self.city() as d:
            d.done("lg01", "setting", "create", **TEN_DAYS)
            case, _ = confirm_case(d, LEVEL2)
            d.done("lg01", "incident", "start", case, lead="cl01", conflict_declared=False)
            d.expect_field(case, threshold_applied=2, confirmed_level=2)

    def test_a_level_1_case_wants_its_special_reason(self):
        with self.city() as d:
            case, _ = confirm_case(d, LEVEL1, title="票务系统探测")
            d.refused("N02", "dir01", "incident", "propose", case)
            d.expect_state(case, command="none")
            d.done("dir01", "incident", "propose", case, special_reason="重大活动票务系统")
            d.expect_state(case, command="proposed")

    def test_declined_the_case_goes_on_without_the_plan(self):
        with self.city() as d:
            case, _ = confirm_case(d, LEVEL1)
            d.done("dir01", "incident", "propose", case, special_reason="重大活动票务系统")
            d.refused("N03", "lg01", "incident", "decline", case)
            d.done("lg01", "incident", "decline", case, reason="影响有限")
            d.expect_state(case, command="none")
            self.assertEqual(d.clock(case, "CK05")["state"], "stopped")
            containing(d, case)
            d.expect_state(case, handling="contain", command="none")

    def test_the_office_does_not_set_the_threshold(self):
        with self.city() as d:
            size = record_size(d)
            d.refused("N01", "dir01", "setting", "create", **TEN_DAYS)
            self.assertEqual(record_size(d), size + 1)

    def test_no_threshold_without_an_end_and_none_above_the_plan(self):
        with self.city() as d:
            d.refused("N42", "lg01", "setting", "create", **{**TEN_DAYS, "valid_to": None})
            d.refused("N42", "lg01", "setting", "create", **{**TEN_DAYS, "value": "4"})
            d.refused("N42", "lg01", "setting", "create", **{**TEN_DAYS, "value": "0"})
            case, _ = confirm_case(d, LEVEL2)
            d.expect_state(case, command="none")

    def test_the_grade_is_not_changed_to_match(self):
        with self.city() as d:
            case, _ = confirm_case(d, LEVEL1)
            d.refused("N14", "dir01", "incident", "question", case, scores=LEVEL2)
            d.refused("N14", "dir01", "incident", "question", case, scores=LEVEL2, reason="活动需要")
            d.expect_field(case, confirmed_level=1)

    def test_the_history_of_the_setting_has_start_end_and_decision(self):
        with self.city() as d:
            made = d.done("lg01", "setting", "create", **TEN_DAYS)
            fields = d.show(made.ref)["fields"]
            self.assertEqual((fields["value"], fields["valid_from"][:10], fields["valid_to"][:10]),
                             ("2", "2026-03-02", "2026-03-12"))
            self.assertTrue(fields["document_no"])
            d.pass_time("4 d")
            d.refused("N01", "dir01", "setting", "end", made.ref, reason="活动提前结束")
            d.done("lg01", "setting", "end", made.ref, reason="活动提前结束")
            entries = d.history(made.ref)
            self.assertEqual([e["type"] for e in entries], ["setting.create", "setting.end"])
            self.assertEqual([m["record"] for e in entries for m in e["change"]["moves"]],
                             [["decision.threshold"], ["decision.threshold"]])
            case, _ = confirm_case(d, LEVEL2)
            d.expect_state(case, command="none")


if __name__ == "__main__":
    main()
