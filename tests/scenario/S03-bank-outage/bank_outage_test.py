#!/usr/bin/env python3
"""S03 Bank outage: a fault of a system that people depend on, and what the public is told of it."""
import glob
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from scene import (LEVEL3, LEVEL4, UNITS, Scene, closing_material, contain_system, containing, end_response, evidence, last, main,  # noqa: E402
                   person, remove_cause, told, verify_case)

NOTICE = dict(hazard="因设备故障，网上支付和柜员机转账暂时无法使用，未发现数据泄露，资金安全", services="网上银行、手机银行、柜员机转账",
              solution="请改用柜面或现金，恢复后排队交易自动处理，请勿重复提交", contact="市民热线 12345")
ENGLISH = dict(hazard_en="Payments on the web and at cash machines fail; no data and no money is lost",
               services_en="Web banking, mobile banking, transfers at cash machines",
               solution_en="Use the counter or cash; do not send a payment twice", contact_en="Citizens' line 12345")


def minutes_of(clock):
    return (int(clock["due"][11:13]) - int(clock["started"][11:13])) * 60 + int(clock["due"][14:16]) - int(clock["started"][14:16])


class BankOutage(Scene):
    cites = "T007 T140 T141 T142 T143 T144 T145 T146 T147 T148 N12 N15 N06 N08 N23"
    goals = {"G40": "test_the_duty_opens_on_confirmation test_the_editions_are_public_in_both_languages_with_their_times "
                    "test_what_is_restricted_does_not_get_out test_a_withdrawn_notice_stays_readable"}

    def outage(self, d, scores=LEVEL3):
        d.done("dir01", "system", "edit", d.system["bank"], key_sector=True, livelihood_key=True, rto_min=60)
        case = verify_case(d, scores, "bank", title="核心业务中断")
        system = d.done("cl01", "affected_system", "create", incident=case, system=d.system["bank"], unit=d.unit["bank"],
                        name="核心系统").ref
        evidence(d, case)
        d.both("rsp01", "dir01", "incident", "fix", case, scores=scores)
        d.both("cl01", "dir01", "incident", "confirm", case, **{"class": "fault"}, consequence=["interruption"],
               source={"unknown": "尚在分析"}, scope="核心业务", impact="支付中断")
        return case, system, d.linked(case, "notice")[0].number

    def written(self, d, notice, **more):
        d.done("pio01", "notice", "edit", notice, **{**NOTICE, **ENGLISH, **more})
        d.done("pio01", "notice", "ready", notice)

    def published(self, d, notice, **more):
        self.written(d, notice, **more)
        d.done("cl01", "notice", "facts_right", notice)
        d.expect_state(notice, life="release_check")
        d.done("dir01", "notice", "approve", notice)
        d.done("pio01", "notice", "publish", notice)

    def page(self, d, notice, edition, english=False):
        folder = os.path.join(d.folder, "public-export")
        answer = d.ask(op="public", dir=folder)
        self.assertTrue(answer.ok, answer)
        with open(os.path.join(folder, f"{notice}-{edition}{'.en' if english else ''}.html"), encoding="utf-8") as f:
            return f.read()

    def test_the_duty_opens_on_confirmation(self):
        with self.city() as d:
            case, _, notice = self.outage(d)
            d.expect_state(case, command="proposed")
            d.expect_state(notice, life="draft")
            self.assertEqual(d.clock(notice, "CK14")["due"], "2026-03-02T12:00:00.000000Z")
            d.pass_time("4 h")
            self.assertTrue(d.clock(notice, "CK14")["missed"], "a missed clock is on record")

    def test_the_sector_authority_takes_part_by_itself(self):
        with self.city() as d:
            sector = next(s.ref for s in d.list("sector", limit=50) if s["fields"]["name"] == "银行")
            authority = d.do(None, "unit", "create", name="金融主管部门", type="authority", bound=True).ref
            d.done("dir01", "sector", "edit", sector, authority=authority)
            d.done("dir01", "unit", "edit", d.unit["bank"], sector=sector)
            person(d, "sec_bank", "金融主管", authority, "SEC")
            case, _, notice = self.outage(d)
            self.assertIn("unit:" + authority[1:], told(last(d, case, "confirm")["entry"]))
            self.assertEqual(d.show(case, "sec_bank")["fields"]["title"], "核心业务中断")
            d.done("lg01", "incident", "start", case, lead="cl01", conflict_declared=False)
            self.assertIn("unit:" + authority[1:], told(last(d, case, "start")["entry"]))
            # A system of no key sector does not bring it in.
            d.done("dir01", "system", "edit", d.system["bank"], key_sector=False)
            other = verify_case(d, LEVEL3, "bank", title="办公系统中断")
            d.done("cl01", "affected_system", "create", incident=other, system=d.system["bank"], unit=d.unit["bank"], name="办公系统")
            evidence(d, other)
            d.both("rsp01", "dir01", "incident", "fix", other, scores=LEVEL3)
            d.both("cl01", "dir01", "incident", "confirm", other, **{"class": "fault"}, consequence=["interruption"],
                   source={"unknown": "尚在分析"}, scope="办公", impact="中断")
            self.assertNotIn("unit:" + authority[1:], told(last(d, other, "confirm")["entry"]))

    def test_the_editions_are_public_in_both_languages_with_their_times(self):
        with self.city() as d:
            case, system, notice = self.outage(d)
            d.done("lg01", "incident", "start", case, lead="cl01", conflict_declared=False)
            d.pass_time("30 min")
            self.published(d, notice)
            self.assertNotIn("missed", d.clock(notice, "CK14"))
            d.pass_time("2 h")
            d.done("pio01", "notice", "revise", notice)
            self.published(d, notice, hazard="网上支付已于 11:20 恢复，排队交易正在处理", hazard_en="Payments work again since 11:20")
            d.done("dir01", "notice", "final", notice, solved=True)
            editions = {e["fields"]["edition_no"]: e for e in (d.show(x.ref) for x in d.linked(notice, "edition"))}
            self.assertEqual([(n, e.states["life"], e["fields"]["published_at"][11:16]) for n, e in sorted(editions.items())],
                             [(1, "replaced", "08:30"), (2, "closed", "10:30")])
            first, second = self.page(d, notice, 1), self.page(d, notice, 2, english=True)
            for word in (NOTICE["hazard"], NOTICE["services"], NOTICE["solution"], NOTICE["contact"], "2026-03-02 08:30 UTC",
                         "应急领导小组办公室", "已更新"):
                self.assertIn(word, first)
            for word in ("Payments work again since 11:20", "2026-03-02 10:30 UTC", "Citizens&#39; line 12345", "Final"):
                self.assertIn(word, second)

    def test_what_is_restricted_does_not_get_out(self):
        with self.city() as d:
            case, _, notice = self.outage(d)
            self.written(d, notice, hazard="核心库 10.31.7.250 上的账户：8800123456 受影响")
            answer = d.done("cl01", "notice", "facts_right", notice)
            self.assertEqual(answer.states["life"], "draft", "the check sends it back by itself")
            found = d.show(notice)["fields"]["found"]
            self.assertIn("10.31.7.250", found)
            self.assertIn("8800123456", found)
            self.assertIn("hazard 4-15 网络地址 / network address", found)
            self.assertEqual(last(d, notice, "restricted")["rows"], ["T143"])
            self.written(d, notice)
            d.done("cl01", "notice", "facts_right", notice)
            d.done("pio01", "notice", "edit", notice, solution="请联系" + UNITS["bank"][0])
            d.refused("N12", "dir01", "notice", "approve", notice, says=UNITS["bank"][0])
            d.done("dir01", "notice", "restricted", notice, findings="含单位名称")
            d.expect_state(notice, life="draft")
            self.written(d, notice)
            d.done("cl01", "notice", "facts_wrong", notice, reason="恢复时间未核实")
            d.expect_state(notice, life="draft")
            self.assertEqual(glob.glob(os.path.join(d.folder, "public-export", "NOT-*")), [])

    def test_what_was_declared_public_may_leave_and_the_list_is_a_decision(self):
        with self.city() as d:
            case, _, notice = self.outage(d)
            d.refused("N21", "pio01", "release_entry", "create", list="public_contact", text="0531-12345678", reason="客服")
            d.refused("N42", "dir01", "release_entry", "create", list="allowed", text="市商业银行", reason="本次公告须点名")
            self.written(d, notice, contact="市商业银行客服 0531-12345678")
            d.done("cl01", "notice", "facts_right", notice)
            d.expect_state(notice, life="draft")
            d.done("dir01", "release_entry", "create", list="public_contact", text="0531-12345678", reason="银行客服，已公开")
            d.done("dir01", "release_entry", "create", list="allowed", text="市商业银行", reason="本次公告须点名",
                   valid_to="2026-03-03T00:00:00Z")
            self.written(d, notice, contact="市商业银行客服 0531-12345678")
            d.done("cl01", "notice", "facts_right", notice)
            d.expect_state(notice, life="release_check")
            d.pass_time("24 h")
            d.refused("N12", "dir01", "notice", "approve", notice, says="市商业银行")

    def test_who_writes_does_not_approve(self):
        with self.city() as d:
            case, _, notice = self.outage(d)
            self.written(d, notice)
            d.done("cl01", "notice", "facts_right", notice)
            d.refused("N15", "pio01", "notice", "approve", notice)
            d.done("dir01", "notice", "approve", notice)
            d.done("pio01", "notice", "edit", notice, hazard="另一种说法")
            d.refused("N43", "pio01", "notice", "publish", notice)

    def test_above_level_3_the_leading_group_approves(self):
        with self.city() as d:
            case, _, notice = self.outage(d, LEVEL4)
            self.written(d, notice)
            d.done("cl01", "notice", "facts_right", notice)
            d.refused("N01", "dir01", "notice", "approve", notice)
            d.done("lg01", "notice", "approve", notice)

    def test_a_withdrawn_notice_stays_readable(self):
        with self.city() as d:
            case, _, notice = self.outage(d)
            self.published(d, notice)
            d.refused("N12", "dir01", "notice", "withdraw", notice, reason="市商业银行来电更正", says="市商业银行")
            d.done("dir01", "notice", "withdraw", notice, reason="恢复时间有误")
            text = self.page(d, notice, 1)
            for word in (NOTICE["hazard"], "已撤回或解除", "恢复时间有误", 'class="withdrawn"'):
                self.assertIn(word, text)

    def test_the_notice_is_not_dropped_in_silence(self):
        with self.city() as d:
            case, system, notice = self.outage(d)
            d.done("lg01", "incident", "start", case, lead="cl01", conflict_declared=False)
            containing(d, case)
            contain_system(d, case, system)
            d.done("cl01", "incident", "contained", case, business_impact="支付中断两小时")
            remove_cause(d, case, system)
            d.both("cl01", "dir01", "incident", "eradicated", case)
            switch = d.done("rsp01", "recovery_step", "create", incident=case, affected_system=system, type="service",
                            destructive=True, source="灾备中心", target="核心系统", backup_ref="DR-0301", snapshot_ref="SN-0302")
            d.proposed("rsp01", "recovery_step", "carry_out", switch)
            d.refused("N15", "rsp01", "recovery_step", "carry_out", switch)
            alone = d.done("rsp01", "recovery_step", "create", incident=case, affected_system=system, type="data",
                           destructive=True, source="灾备中心", target="核心系统")
            d.refused("N06", "rsp01", "recovery_step", "carry_out", alone)
            d.done("dir01", "recovery_step", "refuse", alone, reason="没有备份")
            d.done("dir01", "recovery_step", "carry_out", switch)
            d.done("rsp01", "recovery_step", "passed", switch, integrity_result="对账一致")
            clock = d.clock(system, "CK09") or d.clock(case, "CK09")
            self.assertIsNotNone(clock, "the recovery time objective was measured")
            self.assertEqual(minutes_of(clock), 60, "that of the system")
            d.pass_time("40 min")
            d.done("uhd_bank", "affected_system", "signed_off", system)
            clock = d.clock(system, "CK09")
            self.assertEqual((clock["state"], "missed" in clock), ("stopped", False), "restored in time, and the result stays")
            d.done("cl01", "incident", "recovered", case)
            end_response(d, case)
            d.done("dir01", "incident", "evaluate", case, watch_continues="并行跟踪")
            d.refused("N23", "dir01", "notice", "abandon", notice)
            answer = d.refused("N08", "dir01", "incident", "close", case)
            self.assertIn("N23", answer.codes, "the notice is open")
            closing_material(d, case)
            d.refused("N23", "dir01", "incident", "close", case)
            self.published(d, notice)
            d.refused("N23", "dir01", "incident", "close", case)
            d.done("dir01", "notice", "final", notice, solved=True)
            self.others_end(d, case)
            d.done("dir01", "incident", "close", case)

    def others_end(self, d, case):
        """What else the case owes."""
        for duty in d.linked(case, "upward_report"):
            d.done("cl01", "upward_report", "draft", duty.ref, text="已恢复")
            d.done("dir01", "upward_report", "approve", duty.ref)
            d.done("dir01", "upward_report", "send", duty.ref)
            d.done("dut01", "upward_report", "receipt", duty.ref, receipt="鲁信收1号")


if __name__ == "__main__":
    main()
