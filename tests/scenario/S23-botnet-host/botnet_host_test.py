#!/usr/bin/env python3
"""S23 A botnet control host inside the city: tasking to its unit, referral to the police, and what was hashed stays so."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from scene import LEVEL2, Scene, last, main, open_case, verify_case  # noqa: E402


class BotnetHost(Scene):
    cites = "T006 T090 T095 T096 N45"

    def test_the_university_cleans_and_is_verified(self):
        with self.city() as d:
            case = verify_case(d, LEVEL2, "uni", title="校内主机控制僵尸网络")
            task = d.done("cl01", "tasking", "create", incident=case, type="order", text="清理主机并留存样本", assignee=d.unit["uni"],
                          accountable=d.who["uhd_uni"], due_at="2026-03-03T08:00:00Z")
            d.done("uop_uni", "tasking", "ack", task)
            d.done("uop_uni", "tasking", "begin", task)
            sample = d.upload(b"MZ sample" * 100)
            evidence = d.done("uop_uni", "evidence", "create", incident=case, type="sample", label_text="控制端样本", blob=sample)
            d.done("uop_uni", "tasking", "done", task, result="已清理，样本已留存")
            d.done("cl01", "tasking", "verify", task)
            self.assertEqual(d.show(evidence.ref)["fields"]["blob"], sample)

    def test_the_police_get_it_with_a_package(self):
        with self.city() as d:
            case = open_case(d, "uni", title="校内主机控制僵尸网络")
            d.done("dir01", "incident", "refer", case, receiving_authority="市公安局")
            d.expect_state(case, handling="referred")
            self.assertIn("T006", last(d, case, "refer")["rows"])

    def test_what_nobody_vouches_for_is_refused(self):
        with self.city() as d:
            said = dict(title="僵尸网络通报", source="未知来源", reference="x", product="路由器", hazard="受控")
            d.refused("N45", "uop_edu", "advisory", "create", **said)
            d.refused("N45", "pio01", "advisory", "create", **said)
            d.done("sup01", "advisory", "create", **{**said, "source": "市公安局"})


if __name__ == "__main__":
    main()
