#!/usr/bin/env python3
"""S10 Level raised while the unit handles: the Leading Group is asked at once, and clocks count from now."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from scene import LEVEL2, LEVEL4, Scene, containing, evidence, last, main, record_size, told  # noqa: E402

RAISED = "2026-03-02T13:00:00.000000Z"


class LevelRaised(Scene):
    def small(self, d):
        """A level-2 case, handled by the unit for five hours; personal data may be concerned."""
        d.authority = d.do(None, "unit", "create", name="市教育局主管处", type="authority", bound=True).ref
        d.do(None, "person", "create", name="行业主管", login="sec_uni", unit=d.authority)
        d.do(None, "post", "create", person="行业主管", role="SEC")
        d.unit["col"] = d.do(None, "unit", "create", name="市职业学院", type="university", bound=True,
                             authority=d.authority).ref
        d.system["col"] = d.do(None, "system", "create", name="教务系统", owner=d.unit["col"]).ref
        for role in ("UOP", "UHD"):
            login = role.lower() + "_col"
            d.do(None, "person", "create", name="学院" + role, login=login, unit=d.unit["col"])
            d.do(None, "post", "create", person="学院" + role, role=role)
        case = d.do("dut01", "incident", "create", title="教务系统异常", reporter="学院", unit=d.unit["col"],
                    aware_at="2026-03-02T07:50:00Z", what="数据库异常访问").number
        d.done("dut01", "incident", "acknowledge", case)
        d.done("dut01", "incident", "score", case, scores=LEVEL2)
        d.done("dut01", "incident", "accept", case, on_scene=["rsp01", "uop_col"])
        d.done("dir01", "incident", "name_lead", case, lead="cl01")
        d.done("cl01", "affected_system", "create", incident=case, system=d.system["col"], unit=d.unit["col"], name="教务系统")
        d.done("rsp01", "incident", "record_facts", case, personal_data=True)
        evidence(d, case)
        d.both("rsp01", "dir01", "incident", "fix", case, scores=LEVEL2)
        d.both("uop_col", "uhd_col", "incident", "confirm", case, **{"class": "data"}, consequence=["theft"],
               source={"unknown": "尚在分析"}, scope="教务系统", impact="查询缓慢")
        containing(d, case)
        d.pass_time("5 h")
        return case

    def raised(self, d):
        case = self.small(d)
        leak = evidence(d, case, label="泄露20万条记录的样本")
        d.before = d.show(case)["clocks"]
        d.done("rsp01", "incident", "question", case, scores=LEVEL4, reason="发现20万条记录泄露", evidence_ref=leak)
        d.done("dir01", "incident", "accept_grade", case)
        return case

    def test_the_leading_group_is_asked_in_the_act_that_confirms_the_level(self):
        with self.city() as d:
            case = self.raised(d)
            d.expect_state(case, command="proposed", grade="confirmed")
            d.expect_field(case, confirmed_level=4)
            confirmed, proposed = last(d, case, "accept_grade"), last(d, case, "propose")
            self.assertEqual(confirmed["entry"]["seq"], proposed["entry"]["seq"])
            self.assertEqual(proposed["at"], RAISED)
            self.assertIn("organ:leading_group", told(proposed["entry"]))
            self.assertIn("snapshot", proposed["entry"]["change"])

    def test_clocks_are_planned_anew_from_now_and_never_later_than_before(self):
        with self.city() as d:
            case = self.raised(d)
            before = {c["code"]: c for c in d.before if c["state"] == "running"}
            now = {c["code"]: c for c in d.show(case)["clocks"] if c["state"] == "running"}
            self.assertEqual(now["CK06"]["due"], "2026-03-02T14:00:00.000000Z")
            self.assertEqual(now["CK13"]["due"], "2026-03-02T17:00:00.000000Z")
            for code in before:
                self.assertLessEqual(now[code]["due"], before[code]["due"], code)

    def test_the_report_of_level_4_counts_from_the_decision_and_the_older_duty_stays(self):
        with self.city() as d:
            case = self.raised(d)
            duties = {d.show(u.ref)["fields"]["regime"]: u.ref for u in d.linked(case, "upward_report")}
            self.assertEqual(set(duties), {"personal-data", "province-60"})
            new, old = d.clock(duties["province-60"], "CK12"), d.clock(duties["personal-data"], "CK12")
            self.assertEqual((new["started"], new["due"]), (RAISED, "2026-03-02T14:00:00.000000Z"))
            self.assertEqual((old["started"], old["due"], old["state"]),
                             ("2026-03-02T08:00:00.000000Z", "2026-03-03T08:00:00.000000Z", "running"))

    def test_new_recipients_read_the_whole_history(self):
        with self.city() as d:
            case = self.raised(d)
            whole = [e["seq"] for e in d.history(case)]
            for reader in ("lg01", "sec_uni"):
                self.assertEqual([e["seq"] for e in d.history(case, reader)], whole, reader)
            self.assertFalse(d.ask(op="show", ref=case, **{"as": "uhd_tax"}).ok)

    def test_ownership_moves_to_the_office_on_start(self):
        with self.city() as d:
            case = self.raised(d)
            d.expect_field(case, owner="市职业学院")
            d.refused("N01", "dir01", "incident", "start", case, lead="cl01", conflict_declared=False)
            d.done("lg01", "incident", "start", case, lead="cl01", conflict_declared=False)
            d.expect_state(case, command="active")
            d.expect_field(case, owner="市信息产业局", threshold_applied=3)

    def test_the_unit_head_cannot_refuse_the_upgrade_and_the_attempt_is_logged(self):
        with self.city() as d:
            case = self.small(d)
            leak = evidence(d, case)
            d.done("rsp01", "incident", "question", case, scores=LEVEL4, reason="泄露", evidence_ref=leak)
            size = record_size(d)
            d.refused("N01", "uhd_col", "incident", "keep_grade", case, reason="单位认为影响不大")
            self.assertEqual(record_size(d), size + 1)
            d.refused("N01", "uhd_col", "incident", "accept_grade", case)
            d.expect_state(case, grade="regrade")
            d.done("dir01", "incident", "accept_grade", case)

    def test_a_proposal_at_level_4_cannot_be_closed_unofficially(self):
        with self.city() as d:
            case = self.raised(d)
            d.refused("N03", "lg01", "incident", "decline", case, reason="暂不启动")
            d.refused(("N01", ), "dir01", "incident", "decline", case, reason="内部处理即可")
            d.expect_state(case, command="proposed")
            d.pass_time("2 h")
            self.assertTrue(d.clock(case, "CK05")["missed"])
            d.expect_state(case, command="proposed")


if __name__ == "__main__":
    main()
