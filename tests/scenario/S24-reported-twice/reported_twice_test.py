#!/usr/bin/env python3
"""S24 The same incident by several ways: repeated, by telephone, referred by the police; one case, nothing lost."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from scene import Scene, main  # noqa: E402

AWARE = "2026-03-02T07:50:00Z"


class ReportedTwice(Scene):
    def by_api(self, d, key="unit-7731", what="教务系统被入侵"):
        """A unit's program: made and handed in with keys of its own; gives both answers."""
        made = d.try_("uop_edu", "report", "create", key=key, unit=d.unit["edu"], aware_at=AWARE, via="api", reporter="联络员",
                      what=what)
        return made, d.try_("uop_edu", "report", "submit", f"#{made['id']}", key=key + "+submit") if made.ok else None

    def by_phone(self, d):
        report = d.done("dut01", "report", "create", unit=d.unit["edu"], aware_at=AWARE, via="phone", reporter="值班教师",
                        contact="0531-1", what="学生成绩无法查询")
        d.done("dut01", "report", "submit", report)
        return report

    def by_police(self, d):
        report = d.done("sup01", "report", "create", unit=d.unit["edu"], aware_at=AWARE, via="meeting", reporter="网安支队",
                        what="教务系统入侵线索", police_no="济公网〔2026〕17号")
        d.done("sup01", "report", "submit", report)
        return report

    def case(self, d, report):
        return d.done("dut01", "incident", "create", title="教务系统被入侵", unit=d.unit["edu"], reporter="联络员", aware_at=AWARE,
                      what="教务系统被入侵", report=report).number

    def test_the_repeat_has_the_same_receipt_and_leaves_nothing(self):
        with self.city() as d:
            first, receipt = self.by_api(d)
            entries = d.status()["record"]["entries"]
            again, same = self.by_api(d)
            self.assertEqual((again.number, same["receipt"]), (first.number, receipt["receipt"]))
            self.assertEqual(d.status()["record"]["entries"], entries)
            self.assertEqual(len(d.list("report")), 1)

    def test_the_same_key_with_other_words_is_refused(self):
        with self.city() as d:
            self.by_api(d)
            other, _ = self.by_api(d, what="别的事件")
            self.assertFalse(other.ok)
            self.assertEqual(other.codes, {"N31"})
            self.assertEqual(len(d.list("report")), 1)

    def test_one_case_three_reports_all_readable(self):
        with self.city() as d:
            made, _ = self.by_api(d)
            call, referral = self.by_phone(d), self.by_police(d)
            same = d.list("report", 'life:receipted AND unit:"市教育局信息中心"')
            self.assertEqual(len(same), 3, "the duty officer finds what else came from this unit")
            case = self.case(d, made)
            for report in (call, referral):
                d.done("dut01", "report", "link_case", report, incident=case)
            self.assertEqual(len(d.list("incident")), 1)
            self.assertEqual({r.number for r in d.linked(case, "report")}, {made.number, call.number, referral.number})
            for report, what, who in ((made, "教务系统被入侵", "uop_edu"), (call, "学生成绩无法查询", "uop_edu"),
                                      (referral, "教务系统入侵线索", "dut01")):
                fields = d.show(report, as_=who)["fields"]
                self.assertEqual((fields["what"], fields["incident"]["number"]), (what, case))
                d.expect_clock(report, "CK02", "stopped")
            self.assertEqual(d.list("report", '"济公网〔2026〕17号"')[0].number, referral.number)

    def test_nothing_is_joined_to_a_case_that_is_put_away(self):
        with self.city() as d:
            made, _ = self.by_api(d)
            case = self.case(d, made)
            d.done("dut01", "incident", "acknowledge", case)
            d.done("dut01", "incident", "score", case, scores=[1, 1, 1, 1, 1, 1])
            d.both("dut01", "dir01", "incident", "dismiss", case, reason="演示") if d.try_(
                "dut01", "incident", "dismiss", case, reason="演示").pending else None
            d.expect_state(case, handling="dismissed")
            call = self.by_phone(d)
            answer = d.try_("dut01", "report", "link_case", call, incident=case)
            self.assertFalse(answer.ok, answer.brief())
            d.expect_state(call, life="receipted")


if __name__ == "__main__":
    main()
