#!/usr/bin/env python3
"""S21 Evidence tampering and waiver: who cleans has evidence or a waiver; a changed byte is found by name."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from scene import (LEVEL3, Scene, activated, add_system, archive_text, archived, contain_system,  # noqa: E402
                   containing, last, main, moves, restore, remove_cause, told, verify_case)

IMAGE = b"disk image of edu-db01\n" * 4000


class EvidenceTampering(Scene):
    def image(self, d, case, system=None, seal=True):
        """A disk image, captured and sealed in the hands of rsp01."""
        digest = d.upload(IMAGE, as_="rsp01")
        made = d.done("rsp01", "evidence", "create", incident=case, affected_system=system, type="image", label_text="数据库服务器镜像",
                      blob=digest, captured_at="2026-03-02T08:00:00Z")
        if seal:
            d.done("rsp01", "evidence", "seal", made, place="证物室3号柜", capturer=d.who["rsp01"], custodian=d.who["rsp01"])
        return made, digest

    def blob(self, d, digest):
        return os.path.join(d.folder, "blobs", digest[:2], digest)

    def change_byte(self, d, digest, at=1234):
        """As somebody does who has the disk: one bit of the file, its times as before."""
        path = self.blob(d, digest)
        os.chmod(path, 0o600)
        with open(path, "r+b") as f:
            f.seek(at)
            old = f.read(1)
            f.seek(at)
            f.write(bytes([old[0] ^ 1]))

    def cleaning(self, d):
        """A case in eradication over two systems; evidence was taken of one of them only."""
        case = verify_case(d, LEVEL3)
        refs = {key: add_system(d, case, key) for key in ("edu", "tax")}
        d.done("rsp01", "evidence", "create", incident=case, affected_system=refs["edu"], type="log", label_text="日志")
        d.both("rsp01", "dir01", "incident", "fix", case, scores=LEVEL3)
        d.both("cl01", "dir01", "incident", "confirm", case, **{"class": "net_attack"}, consequence=["sys_damage"],
               source="外网", scope="两个系统", impact="生产停顿")
        containing(d, case)
        for ref in refs.values():
            contain_system(d, case, ref)
        d.done("cl01", "incident", "contained", case, business_impact="生产停顿")
        step = d.done("uop_tax", "recovery_step", "create", incident=case, affected_system=refs["tax"], type="clean",
                      destructive=False, target="生产服务器")
        return case, refs, step

    def test_cleaning_without_capture_or_waiver_is_refused(self):
        with self.city() as d:
            case, refs, step = self.cleaning(d)
            d.refused("N07", "uop_tax", "recovery_step", "carry_out", step)
            d.refused("N21", "uop_tax", "evidence_waiver", "create", incident=case, affected_system=refs["tax"],
                      reason="内存无法采集")
            d.refused("N07", "cl01", "evidence_waiver", "create", incident=case, affected_system=refs["tax"])
            waiver = d.done("cl01", "evidence_waiver", "create", incident=case, affected_system=refs["tax"],
                            reason="内存无法采集，须立即恢复生产")
            d.done("uop_tax", "recovery_step", "carry_out", step)
            self.assertEqual(d.show(waiver.ref)["fields"]["waived_by"]["id"], int(d.who["cl01"][1:]))
            self.assertEqual(moves(d, waiver.ref)[0]["record"], ["decision.waive_evidence"])

    def test_the_waiver_is_printed_with_the_archived_case(self):
        with self.city() as d:
            case, refs, step = self.cleaning(d)
            d.done("cl01", "evidence_waiver", "create", incident=case, affected_system=refs["tax"], reason="内存无法采集，须立即恢复生产")
            d.done("uop_tax", "recovery_step", "carry_out", step)
            d.done("uop_tax", "recovery_step", "passed", step, integrity_result="与基线一致")
            for key, ref in refs.items():
                remove_cause(d, case, ref)
            d.done("cl01", "incident", "eradicated", case)
            for key, ref in refs.items():
                restore(d, case, ref, key)
            d.done("cl01", "incident", "recovered", case)
            d.done("lg01", "incident", "start", case, lead="cl01", conflict_declared=False)
            archived(d, case)
            self.assertIn("内存无法采集，须立即恢复生产", archive_text(d, case))

    def test_cleaning_after_capture_needs_no_waiver(self):
        with self.city() as d:
            case, refs, step = self.cleaning(d)
            self.image(d, case, refs["tax"])
            d.done("uop_tax", "recovery_step", "carry_out", step)

    def test_a_transfer_takes_both_signatures_and_checks_the_digest(self):
        with self.city() as d:
            case, _ = activated(d, LEVEL3)
            made, _ = self.image(d, case)
            d.pass_time("1 h")
            d.proposed("rsp01", "evidence", "transfer", made, receiver=d.who["sup01"])
            d.expect_state(made, life="sealed")
            d.refused("N15", "rsp01", "evidence", "transfer", made)
            d.refused("N18", "dir01", "evidence", "transfer", made)
            d.done("sup01", "evidence", "transfer", made)
            d.expect_state(made, life="transferred")
            d.expect_field(made, custodian="公安联络员")
            checks = [row for e in d.history(made.ref) for row in e["change"].get("checks", [])]
            self.assertTrue(all(c["good"] for c in checks))
            self.assertEqual(checks[-1]["at"] // 1000000, 1772442000)  # within the hand-over itself
            both = last(d, made.ref, "transfer")
            self.assertEqual((both["proposer"], both["who"]), (int(d.who["rsp01"][1:]), int(d.who["sup01"][1:])))
            d.proposed("sup01", "evidence", "return", made, receiver=d.who["rsp01"])
            d.done("rsp01", "evidence", "return", made)
            d.expect_state(made, life="sealed")

    def test_an_altered_byte_raises_an_alarm_that_names_the_object(self):
        with self.city() as d:
            case, _ = activated(d, LEVEL3)
            other = d.done("rsp01", "evidence", "create", incident=case, type="log", label_text="日志",
                           blob=d.upload(b"another file", as_="rsp01"))
            made, digest = self.image(d, case)
            d.proposed("rsp01", "evidence", "transfer", made, receiver=d.who["sup01"])
            d.done("sup01", "evidence", "transfer", made)
            d.pass_time("2 h")
            d.done("sup01", "evidence", "verify_digest", made)
            d.expect_field(made, quarantined=False)
            d.pass_time("2 h")
            self.change_byte(d, digest)
            d.done("aud01", "evidence", "verify_digest", made)
            d.done("aud01", "evidence", "verify_digest", other)
            alarm = d.history(made.ref)[-1]
            self.assertEqual((alarm["type"], alarm["change"]["checks"][0]["good"]), ("check.digest", 0))
            self.assertIn("organ:office", told(alarm))
            letters = {letter["id"]: letter for letter in alarm["change"]["letters"]}
            for row in alarm["change"]["out"]:
                letter = letters[row["letter"]]
                self.assertTrue(made.number in letter["zh"] and made.number in letter["en"], letter)
            d.expect_field(made, quarantined=True)
            d.expect_field(other, quarantined=False)
            good = [e["at"] for e in d.history(made.ref) for row in e["change"].get("checks", []) if row["good"]]
            self.assertEqual(good[-1], "2026-03-02T10:00:00.000000Z")
            d.refused("N18", "sup01", "evidence", "return", made, receiver=d.who["rsp01"])
            d.expect_state(made, life="transferred")
            self.assertEqual([r.number for r in d.list("evidence", "quarantined:yes")], [made.number])
            d.refused("N18", "dir01", "evidence", "lift_quarantine", made, reason="误报")
            self.change_byte(d, digest)
            d.done("sup01", "evidence", "verify_digest", made)
            d.both("dir01", "aud01", "evidence", "lift_quarantine", made, reason="已由备份恢复并核对")
            d.expect_field(made, quarantined=False)

    def test_evidence_is_not_deleted_and_not_disposed_of_under_a_hold(self):
        with self.city(erased=True) as d:
            case, _ = activated(d, LEVEL3)
            made, digest = self.image(d, case)
            d.both("dir01", "arc01", "evidence", "set_retention", made, retention_until="2026-04-01T00:00:00Z")
            d.done("sup01", "evidence", "hold", made, reason="公安立案")
            d.pass_time("60 d")
            d.refused("N18", "dir01", "evidence", "delete", made)
            d.refused("N18", "dir01", "evidence", "dispose", made)
            self.assertTrue(os.path.exists(self.blob(d, digest)))
            d.proposed("sup01", "evidence", "release_hold", made, reason="结案")
            d.refused("N15", "sup01", "evidence", "release_hold", made)
            d.done("dir01", "evidence", "release_hold", made)
            d.proposed("dir01", "evidence", "dispose", made)
            d.refused("N15", "dir01", "evidence", "dispose", made)
            d.expect_state(made, life="sealed")
            d.done("aud01", "evidence", "dispose", made)
            d.expect_state(made, life="disposed")
            self.assertEqual(last(d, made.ref, "dispose")["record"], ["disposal"])

    def test_before_the_retention_ends_nothing_is_disposed_of(self):
        with self.city() as d:
            case, _ = activated(d, LEVEL3)
            made, _ = self.image(d, case)
            d.both("dir01", "arc01", "evidence", "set_retention", made, retention_until="2036-04-01T00:00:00Z")
            d.refused("N18", "dir01", "evidence", "dispose", made)
            d.refused("N18", "aud01", "evidence", "dispose", made)


if __name__ == "__main__":
    main()
