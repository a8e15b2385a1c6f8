#!/usr/bin/env python3
"""S24 The same incident by several ways: repeated, by telephone, referred by the police; one case, nothing lost."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from scene import Scene, main  # noqa: E402

AWARE = "2026-03-02T07:50:00Z"


class ReportedTwice(Scene):
    cites = "T005 T060 T061 N04 N31"
    goals = {"G19": "test_each_way_in_has_its_receipt_its_clock_and_its_end test_by_api_over_http_with_a_token"}

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
            self.assertEqual(self.alike(d, made), {call.number, referral.number})
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

    def test_by_api_over_http_with_a_token(self):
        """A unit's program, twice with the same keys, and once with other words."""
        with self.city(http=True) as d:
            token = d.web.token("uop_edu", "report")

            def send(what, key="unit-7731"):
                made = d.web.post("/api/v1/report", {"input": {"unit": "市教育局信息中心", "aware_at": AWARE, "via": "api",
                                                               "reporter": "监测程序", "what": what}},
                                  token=token, headers={"Idempotency-Key": key})
                if made.status != 201:
                    return made, None
                return made, d.web.post(f"/api/v1/report/{made.json['number']}/submit", {}, token=token,
                                        headers={"Idempotency-Key": key + "+submit"})
            made, receipt = send("教务系统被入侵")
            entries = d.status()["record"]["entries"]
            again, same = send("教务系统被入侵")
            self.assertEqual((again.json["number"], same.json["receipt"]), (made.json["number"], receipt.json["receipt"]))
            self.assertEqual(d.status()["record"]["entries"], entries, "the repeat leaves nothing")
            other, _ = send("别的事件")
            self.assertEqual((other.status, other.codes), (403, {"N31"}), other)
            self.assertEqual(len(d.list("report")), 1)
            link = d.web.post(f"/api/v1/report/{made.json['number']}/link_case", {"input": {"incident": "INC-2026-0001"}}, token=token)
            self.assertIn(link.status, (403, 422), "a token of reports decides nothing")
            d.expect_state(made.json["number"], life="receipted")

    def alike(self, d, ref, who="dut01"):
        """What is shown beside a record as maybe the same."""
        return {x["number"] for x in d.show(ref, as_=who)["alike"]}

    def test_what_may_be_the_same_is_shown_beside_it(self):
        """Same unit, within a day: first the other report, then the case that has it; not what is done with."""
        with self.city() as d:
            made, _ = self.by_api(d)
            elsewhere = d.done("uop_tax", "report", "create", unit=d.unit["tax"], aware_at=AWARE, what="税务系统异常")
            earlier = d.done("dut01", "report", "create", unit=d.unit["edu"], aware_at="2026-02-28T07:50:00Z", what="前天的事")
            call = self.by_phone(d)
            self.assertEqual(self.alike(d, call), {made.number})
            self.assertEqual(self.alike(d, made.ref), {call.number})
            self.assertEqual(self.alike(d, elsewhere), set())
            self.assertEqual(self.alike(d, earlier), set())
            case = self.case(d, made)
            self.assertEqual(self.alike(d, call), {case})
            self.assertEqual(self.alike(d, case), {call.number})
            self.assertIn("May be the same", d.cli("report", "show", call.number, "--as", "dut01"))
            self.assertIn("疑似重复", d.cli("report", "show", call.number, "--as", "dut01", lang="zh"))
            d.done("dut01", "report", "link_case", call, incident=case)
            self.assertEqual(self.alike(d, case), set())
            self.assertEqual(self.alike(d, call), set())

    def test_what_one_may_not_see_is_not_shown_as_alike(self):
        """Another unit that is affected reads the case, and not what the first unit reported besides."""
        with self.city() as d:
            made, _ = self.by_api(d)
            case = self.case(d, made)
            d.done("dut01", "affected_system", "create", incident=case, system=d.system["tax"], unit=d.unit["tax"], name="报税系统")
            call = self.by_phone(d)
            self.assertEqual(self.alike(d, case), {call.number})
            self.assertEqual(self.alike(d, case, "uop_tax"), set())

    def test_each_way_in_has_its_receipt_its_clock_and_its_end(self):
        """By API, telephone, portal and command line; each reporter finds by the receipt what became of it."""
        with self.city() as d:
            made, _ = self.by_api(d)
            call = self.by_phone(d)
            web = d.done("uop_edu", "report", "create", unit=d.unit["edu"], aware_at=AWARE, via="web", reporter="联络员", what="成绩库异常")
            d.done("uop_edu", "report", "submit", web)
            d.cli("report", "--what", "服务器自行重启", "--aware-at", AWARE, "--as", "uop_edu")
            reports = d.list("report", "life:receipted")
            receipts = {r["fields"]["receipt_no"] for r in reports}
            self.assertEqual((len(reports), len(receipts)), (4, 4))
            for r in reports:
                d.expect_clock(r.ref, "CK02", "running")
            case = self.case(d, made)
            for r in reports:
                if r.number != made.number:
                    d.done("dut01", "report", "link_case", r.ref, incident=case)
            for r in reports:
                [mine] = d.list("report", f'"{r["fields"]["receipt_no"]}"', as_="uop_edu")
                shown = d.show(mine.ref, as_="uop_edu")
                self.assertEqual((shown.states["life"], shown["fields"]["incident"]["number"]), ("linked", case))

    def two_cases(self, d):
        """The second duty officer has opened a case for the call before anybody saw that there is one."""
        made, _ = self.by_api(d)
        first = self.case(d, made)
        call = self.by_phone(d)
        second = d.done("dut02", "incident", "create", title="成绩无法查询", unit=d.unit["edu"], reporter="值班教师", aware_at=AWARE,
                        what="学生成绩无法查询", report=call).number
        for who, case in (("dut01", first), ("dut02", second)):
            d.done(who, "incident", "acknowledge", case)
        return made, call, first, second

    def test_two_cases_of_one_incident_become_one(self):
        with self.city() as d:
            made, call, first, second = self.two_cases(d)
            d.done("dut02", "incident", "merge", second, target_case=first)
            d.expect_state(second, handling="merged")
            d.expect_field(second, target_case=first)
            referral = self.by_police(d)
            d.done("dut01", "report", "link_case", referral, incident=first)
            d.done("dut01", "incident", "record_facts", first, referral_no="济公网〔2026〕17号")
            for report, who, what in ((made, "uop_edu", "教务系统被入侵"), (call, "uop_edu", "学生成绩无法查询"),
                                      (referral, "sup01", "教务系统入侵线索")):
                fields = d.show(report, as_=who)["fields"]
                self.assertEqual((fields["incident"]["number"], fields["what"]), (first, what), "all see one number, nothing is lost")
            for kind, number in (("report", referral.number), ("incident", first)):
                self.assertEqual([r.number for r in d.list(kind, '"济公网〔2026〕17号"')], [number], "tied by the number of the police")
            self.assertEqual([c["number"] for c in d.list("incident", "open:yes")], [first])
            self.assertEqual(len(d.list("report")), 3)

    def test_a_merge_that_was_wrong_is_undone(self):
        """The merged case stays at its end; what it had brought goes on as a new one. The other keeps its own."""
        with self.city() as d:
            made, call, first, second = self.two_cases(d)
            early = d.done("dut02", "incident", "create", title="教师邮箱异常", unit=d.unit["edu"], reporter="教师", aware_at=AWARE,
                           what="教师邮箱异常").number
            d.done("dut02", "incident", "acknowledge", early)
            system = d.done("dut02", "affected_system", "create", incident=early, system=d.system["edu"], unit=d.unit["edu"], name="邮件")
            d.refused("N04", "dut02", "incident", "separate", second, reason="未并案")
            d.done("dut02", "incident", "merge", early, target_case=second)
            d.done("dut02", "incident", "merge", second, target_case=first)
            d.refused("N21", "uop_edu", "incident", "separate", second, reason="非本案")
            done = d.done("dir01", "tasking", "create", incident=first, affected_system=system, text="检查邮件系统", type="order",
                          assignee=d.unit["edu"], accountable=d.who["uhd_edu"], due_at="2026-03-03T00:00:00Z")
            d.done("dut02", "incident", "separate", second, reason="两起事件")
            fresh, = [c["number"] for c in d.list("incident", "open:yes") if c["number"] != first]
            d.expect_state(second, handling="merged")
            d.expect_state(fresh, handling="received")
            d.expect_field(fresh, title="成绩无法查询", separated_from=second)
            d.expect_clock(fresh, "CK02", "running")
            self.assertEqual([r.number for r in d.linked(first, "report")], [made.number])
            self.assertEqual([r.number for r in d.linked(fresh, "report")], [call.number])
            self.assertEqual([s.id for s in d.linked(fresh, "affected_system")], [system.id], "what had come with an earlier merge too")
            self.assertEqual([t.number for t in d.linked(fresh, "tasking")], [done.number], "with what was done to it since")
            self.assertEqual(d.show(call, as_="uop_edu")["fields"]["incident"]["number"], fresh, "the reporter sees the number that holds now")
            d.refused("N04", "dut02", "incident", "separate", second, reason="再次")

    def test_no_case_is_merged_into_one_that_is_put_away(self):
        with self.city() as d:
            _, _, first, second = self.two_cases(d)
            d.done("dut01", "incident", "score", first, scores=[1, 1, 1, 1, 1, 1])
            d.done("dut01", "incident", "dismiss", first, reason="演示")
            d.refused("N04", "dut02", "incident", "merge", second, target_case=first)
            d.refused("N04", "dut02", "incident", "merge", second, target_case=second)
            d.expect_state(second, handling="triage")

    def test_nothing_is_joined_to_a_case_that_is_put_away(self):
        with self.city() as d:
            made, _ = self.by_api(d)
            case = self.case(d, made)
            d.done("dut01", "incident", "acknowledge", case)
            d.done("dut01", "incident", "score", case, scores=[1, 1, 1, 1, 1, 1])
            d.done("dut01", "incident", "dismiss", case, reason="演示")
            d.expect_state(case, handling="dismissed")
            call = self.by_phone(d)
            d.refused("N04", "dut01", "report", "link_case", call, incident=case)
            d.expect_state(call, life="receipted")


if __name__ == "__main__":
    main()
