#!/usr/bin/env python3
"""S20 Recovery misoperation guarded: what can destroy data takes a backup, a snapshot and two persons."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from scene import LEVEL3, Scene, activated, contain_system, containing, last, main, moves, remove_cause, restore, said  # noqa: E402

STEP = dict(type="data", destructive=True, source="备份库 B1", target="生产数据库")


class RecoveryMisoperation(Scene):
    def recovering(self, d, systems=("edu", "tax")):
        case, refs = activated(d, LEVEL3, systems)
        containing(d, case)
        for ref in refs.values():
            contain_system(d, case, ref)
        d.done("cl01", "incident", "contained", case, business_impact="中断两小时")
        for ref in refs.values():
            remove_cause(d, case, ref)
        d.proposed("cl01", "incident", "eradicated", case)
        d.done("dir01", "incident", "eradicated", case)
        return case, refs

    def plan(self, d, case, system, **more):
        return d.done("rsp01", "recovery_step", "create", incident=case, affected_system=system, **{**STEP, **more})

    def test_a_destructive_step_wants_backup_snapshot_and_a_second_person(self):
        with self.city() as d:
            case, refs = self.recovering(d)
            step = self.plan(d, case, refs["edu"])
            d.refused("N06", "rsp01", "recovery_step", "carry_out", step)
            d.done("rsp01", "recovery_step", "edit", step, backup_ref="BK-0301")
            answer = d.refused("N06", "rsp01", "recovery_step", "carry_out", step)
            self.assertEqual(len(answer.missing), 1, answer.missing)
            d.done("rsp01", "recovery_step", "edit", step, snapshot_ref="SN-0302")
            d.proposed("rsp01", "recovery_step", "carry_out", step)
            d.expect_state(step, life="planned")
            d.refused("N15", "rsp01", "recovery_step", "carry_out", step)
            d.expect_state(step, life="planned")
            d.done("dir01", "recovery_step", "carry_out", step)
            d.expect_state(step, life="done")

    def test_the_second_person_sees_source_target_and_date_and_refuses(self):
        with self.city() as d:
            case, refs = self.recovering(d)
            wrong = self.plan(d, case, refs["edu"], source="备份链 2025-11", backup_ref="BK-1101", snapshot_ref="SN-0302",
                              backup_at="2025-11-01T02:00:00Z")
            d.proposed("rsp01", "recovery_step", "carry_out", wrong)
            seen = d.show(wrong.ref, "dir01")
            self.assertEqual((seen["fields"]["source"], seen["fields"]["target"], seen["fields"]["backup_at"][:10]),
                             ("备份链 2025-11", "生产数据库", "2025-11-01"))
            self.assertEqual([p["move"] for p in seen["proposals"]], ["carry_out"])
            d.done("dir01", "recovery_step", "refuse", wrong, reason="备份链错误：为去年十一月的备份")
            d.expect_state(wrong, life="refused")
            self.assertEqual(d.show(wrong.ref)["proposals"], [])
            d.refused("N04", "dir01", "recovery_step", "carry_out", wrong)
            right = self.plan(d, case, refs["edu"], backup_ref="BK-0301", snapshot_ref="SN-0302", backup_at="2026-03-01T02:00:00Z")
            d.both("rsp01", "dir01", "recovery_step", "carry_out", right)
            d.done("rsp01", "recovery_step", "passed", right, integrity_result="校验和一致")
            refused = last(d, wrong.ref, "refuse")
            self.assertEqual(said(refused, "reason"), "备份链错误：为去年十一月的备份")
            self.assertEqual(d.show(wrong.ref)["fields"]["snapshot_ref"], "SN-0302")
            self.assertEqual(d.show(right.ref)["fields"]["snapshot_ref"], "SN-0302")
            d.done("uhd_edu", "affected_system", "signed_off", refs["edu"])

    def test_a_system_that_fails_its_check_keeps_the_case_in_recovery(self):
        with self.city() as d:
            case, refs = self.recovering(d)
            restore(d, case, refs["edu"])
            step = self.plan(d, case, refs["tax"], backup_ref="BK-0301", snapshot_ref="SN-0302")
            d.both("rsp01", "dir01", "recovery_step", "carry_out", step)
            d.done("rsp01", "recovery_step", "failed", step, integrity_result="两张表行数不符")
            d.refused("N04", "uhd_tax", "affected_system", "signed_off", refs["tax"])
            d.refused("N04", "cl01", "incident", "recovered", case, says=refs["tax"])
            d.expect_state(case, handling="recover")
            d.expect_state(refs["tax"], phase="recover")

    def test_a_system_written_off_does_not_hold_the_case(self):
        with self.city() as d:
            case, refs = self.recovering(d)
            restore(d, case, refs["edu"])
            d.refused("N04", "cl01", "incident", "recovered", case)
            d.proposed("cl01", "affected_system", "write_off", refs["tax"], reason="设备报废")
            d.done("dir01", "affected_system", "write_off", refs["tax"])
            d.done("cl01", "incident", "recovered", case)
            d.expect_state(case, handling="followup")

    def test_a_hidden_webshell_takes_system_and_case_back_to_eradication(self):
        with self.city() as d:
            case, refs = self.recovering(d)
            restore(d, case, refs["edu"])
            d.pass_time("1 h")
            back = d.done("rsp01", "affected_system", "trouble_again", refs["tax"], reason="发现隐藏后门")
            d.expect_state(refs["tax"], phase="eradicate")
            d.expect_state(refs["edu"], phase="followup")
            d.expect_state(case, handling="eradicate")
            carried = last(d, case, "trouble_again")
            self.assertEqual((carried["rows"], carried["entry"]["act"]), (["T015"], back["act"]))
            remove_cause(d, case, refs["tax"])
            d.proposed("cl01", "incident", "eradicated", case)
            d.done("dir01", "incident", "eradicated", case)
            restore(d, case, refs["tax"], "tax")
            d.done("cl01", "incident", "recovered", case)
            self.assertEqual([m["to"] for m in moves(d, case) if m.get("region") == "handling"][-5:],
                             ["eradicate", "recover", "eradicate", "recover", "followup"])


if __name__ == "__main__":
    main()
