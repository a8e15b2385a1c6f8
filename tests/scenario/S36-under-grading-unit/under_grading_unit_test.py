#!/usr/bin/env python3
"""S36 Under-grading unit: the unit says 1, the facts say 3, and both stay to be counted."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from scene import LEVEL1, LEVEL2, LEVEL3, Scene, add_system, evidence, last, main, verify_case  # noqa: E402

FACTS = {"class": "net_attack", "consequence": ["data_damage"], "source": {"unknown": "尚在分析"}, "scope": "业务系统",
         "impact": "业务中断"}


class UnderGrading(Scene):
    def proposed_low(self, d):
        case = verify_case(d, LEVEL1)
        add_system(d, case)
        evidence(d, case)
        d.proposed("uhd_edu", "incident", "fix", case, scores=LEVEL1)
        return case

    def test_the_office_confirms_3_with_facts_over_the_units_1(self):
        with self.city() as d:
            case = self.proposed_low(d)
            d.done("uhd_edu", "score_sheet", "create", incident=case, scores=LEVEL1)
            d.proposed("rsp01", "incident", "fix", case, scores=LEVEL3)
            d.done("dir01", "incident", "fix", case)
            d.expect_field(case, confirmed_level=3)
            d.expect_state(case, command="proposed")

    def test_the_units_view_and_the_confirmed_level_are_countable_per_unit(self):
        with self.city() as d:
            for _ in range(2):
                case = self.proposed_low(d)
                d.done("uhd_edu", "score_sheet", "create", incident=case, scores=LEVEL1)
                d.both("rsp01", "dir01", "incident", "fix", case, scores=LEVEL3)
            said = []
            for row in d.list("score_sheet"):
                fields = d.show(row.ref)["fields"]
                whose = d.show(f"#{fields['by']['id']}")["fields"].get("unit", {}) if "by" in fields else {}
                case = d.show(f"#{fields['incident']['id']}")["fields"]
                if whose.get("title") == "市教育局信息中心":
                    said.append((case["unit"]["title"], fields["level"], case["confirmed_level"]))
            self.assertEqual(said, [("市教育局信息中心", 1, 3)] * 2)

    def test_the_unit_does_not_confirm_its_own_level(self):
        with self.city() as d:
            case = self.proposed_low(d)
            d.refused("N15", "uop_edu", "incident", "fix", case)
            d.expect_state(case, grade="provisional")

    def test_the_unit_does_not_confirm_its_own_case_at_level_3(self):
        with self.city() as d:
            case = self.proposed_low(d)
            d.both("rsp01", "dir01", "incident", "fix", case, scores=LEVEL3)
            d.proposed("uop_edu", "incident", "confirm", case, **FACTS)
            d.refused("N15", "uhd_edu", "incident", "confirm", case)
            d.expect_state(case, handling="verify")
            d.done("dir01", "incident", "confirm", case)
            d.expect_state(case, handling="confirm")

    def test_up_to_level_2_the_unit_head_does(self):
        with self.city() as d:
            case = self.proposed_low(d)
            d.both("rsp01", "dir01", "incident", "fix", case, scores=LEVEL2)
            d.proposed("uop_edu", "incident", "confirm", case, **FACTS)
            d.done("uhd_edu", "incident", "confirm", case)
            d.expect_state(case, handling="confirm", command="none")
            self.assertEqual(last(d, case, "confirm")["proposer"], int(d.who["uop_edu"][1:]))


if __name__ == "__main__":
    main()
