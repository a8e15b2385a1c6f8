#!/usr/bin/env python3
"""S02 Defacement of a portal: calls are one case, handled by the unit and archived without the Leading Group."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from scene import (LEVEL2, ROOT, Scene, add_system, archived, containing, contain_system, evidence, main, moves,  # noqa: E402
                   remove_cause, restore)

CALL = {"reporter": "市民李某", "contact": "0531-82000000", "what": "教育局门户首页被替换", "aware_at": "2026-03-02T07:55:00Z"}


class Defacement(Scene):
    def called(self, d, **more):
        """What the citizen said, written down by the duty officer; gives the report."""
        report = d.done("dut01", "report", "create", unit={"unknown": "市民来电，不属任何单位"}, via="phone", **{**CALL, **more})
        d.done("dut01", "report", "submit", report)
        return report

    def case(self, d):
        """The alert is promoted, the call joins it; a case in verification with its portal."""
        d.do(None, "system", "create", name="门户网站", owner=d.unit["edu"], hosts=["portal-01"])
        report = self.called(d)
        case = d.done("dut01", "incident", "create", title="门户首页被篡改", unit=d.unit["edu"], reporter=CALL["reporter"],
                      aware_at=CALL["aware_at"], what=CALL["what"], report=report).number
        d.done("dut01", "incident", "acknowledge", case)
        d.done("dut01", "incident", "score", case, scores=LEVEL2)
        d.done("dut01", "incident", "accept", case, on_scene=["rsp01", "rsp02", "uop_edu"])
        d.done("dir01", "incident", "name_lead", case, lead="cl01")
        return case, report, add_system(d, case)

    def confirmed(self, d, sealed=True):
        case, _, system = self.case(d)
        if sealed:
            evidence(d, case, label="首页截图与网页日志")
        d.both("rsp01", "dir01", "incident", "fix", case, scores=list(LEVEL2))
        d.both("cl01", "uhd_edu", "incident", "confirm", case, **{"class": "defacement"}, consequence=["data_damage"],
               source={"unknown": "尚在分析"}, scope="门户网站", impact="首页停止公开信息",
               reason=None if sealed else "证据随后封存")
        return case, system

    def test_a_call_is_written_down_with_its_number_and_its_times(self):
        with self.city() as d:
            d.refused("N04", "dut01", "report", "submit", d.done("dut01", "report", "create", unit={"unknown": "市民来电"}, via="phone",
                                                                 **{**CALL, "contact": None}), says="call back")
            report = self.called(d)
            fields = d.show(report)["fields"]
            self.assertEqual((fields["via"], fields["contact"]), ("phone", CALL["contact"]))
            self.assertTrue(fields["receipt_no"])
            d.expect_clock(report, "CK02", "running")

    def test_the_call_joins_the_case_of_the_portal(self):
        with self.city() as d:
            case, report, _ = self.case(d)
            second = self.called(d, reporter="市民赵某")
            d.done("dut01", "report", "link_case", second, incident=case)
            self.assertEqual({r.number for r in d.linked(case, "report")}, {report.number, second.number})
            d.expect_clock(second, "CK02", "stopped")

    def test_no_page_is_put_back_before_evidence_is_kept(self):
        with self.city() as d:
            case, system = self.confirmed(d, sealed=False)
            containing(d, case)
            contain_system(d, case, system)
            d.done("cl01", "incident", "contained", case, business_impact="首页停止公开信息")
            with self.assertRaisesRegex(Exception, "N07"):
                remove_cause(d, case, system)

    def test_nothing_is_cleaned_before_evidence_and_nothing_restored_before_the_cause(self):
        with self.city() as d:
            case, system = self.confirmed(d)
            containing(d, case)
            contain_system(d, case, system)
            d.refused("N05", "cl01", "affected_system", "eradicated", system)

    def test_what_the_page_said_has_no_place(self):
        with self.city() as d:
            case, _, _ = self.case(d)
            for name in ("opinion", "page_text", "keyword"):
                d.fault("invalid", "dut01", "incident", "update", case, **{name: "x"})
            d.fault("invalid", "dut01", "page_text", "create", text="x")
            codes = {c["code"] for c in d.catalogue()["enums"]["incident_class"]}
            self.assertFalse(codes & {"rumour", "content", "opinion", "harmful_information", "other"})

    def test_level_2_goes_to_the_archive_without_the_leading_group(self):
        with self.city() as d:
            case, system = self.confirmed(d)
            self.assertEqual(d.states(case)["command"], "none")
            containing(d, case)
            contain_system(d, case, system)
            d.done("cl01", "incident", "contained", case, business_impact="首页停止公开信息")
            remove_cause(d, case, system)
            d.done("cl01", "incident", "eradicated", case)
            restore(d, case, system)
            d.done("cl01", "incident", "recovered", case)
            d.pass_time("3 d")
            archived(d, case)
            d.expect_state(case, handling="archived", command="none")
            self.assertEqual(d.show(case)["fields"]["class"], "defacement")
            leading = {int(d.who[one][1:]) for one in ("lg01", "lg02")}
            self.assertFalse(leading & {m["who"] for m in moves(d, case)})


if __name__ == "__main__":
    main()
