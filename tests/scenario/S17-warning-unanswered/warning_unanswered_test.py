#!/usr/bin/env python3
"""S17 A unit does not acknowledge a warning: chased, late, unanswered, and the count stays right."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from scene import Scene, last, main, person  # noqa: E402

MANY, LATE, NEVER = 40, "单位39", "单位40"


class WarningUnanswered(Scene):
    cites = "T103 T105 T110 T111 T112 T113 T114 T115 T117 T118 N26 N44"
    goals = {"G31": "test_thirty_eight_in_time_one_late_one_never", "G07": "test_nobody_answers_for_another"}

    def warned(self, d):
        sector = next(s.ref for s in d.list("sector", limit=50) if s["fields"]["name"] == "卫生")
        authority = d.do(None, "unit", "create", name="卫生主管部门", type="authority", bound=True).ref
        d.done("dir01", "sector", "edit", sector, authority=authority)
        person(d, "sec_health", "卫生主管", authority, "SEC")
        d.member = {}
        for n in range(1, MANY + 1):
            name = f"单位{n:02d}"
            d.member[name] = f"uop_{n:02d}"
            unit = d.do(None, "unit", "create", name=name, type="bureau", bound=True, sector=sector).ref
            person(d, d.member[name], name + "联络员", unit, "UOP")
        warning = d.done("dut01", "warning", "create", title="蠕虫传播", hazard="利用弱口令").number
        d.done("dir01", "warning", "review", warning)
        d.done("dut01", "warning", "add_targets", warning, sector=sector)
        d.done("dut01", "warning", "edit", warning, level=4, measures="停用口令登录", marking="members")
        d.done("dir01", "warning", "approve", warning)
        d.done("dir01", "warning", "publish", warning)
        targets = {d.show(t.ref)["fields"]["unit"]["title"]: t.ref for t in d.linked(warning, "warning_target")}
        self.assertEqual(len(targets), MANY)
        return warning, targets

    def test_thirty_eight_in_time_one_late_one_never(self):
        with self.city() as d:
            warning, targets = self.warned(d)
            d.pass_time("20 min")
            for name, ref in targets.items():
                if name != NEVER:
                    d.done(d.member[name], "warning_target", "reached", ref)
                if name not in (LATE, NEVER):
                    d.done(d.member[name], "warning_target", "ack", ref)
            d.pass_time("1 h")
            for name in (LATE, NEVER):
                d.expect_state(targets[name], life="escalated")
                self.assertTrue(d.clock(targets[name], "CK11")["missed"])
            d.pass_time("160 min")
            d.done(d.member[LATE], "warning_target", "ack_late", targets[LATE])
            d.done(d.member[LATE], "warning_target", "acted", targets[LATE], measures="已停用口令登录")
            self.assertTrue(d.show(targets[LATE])["fields"]["late"])
            d.done("dir01", "warning", "lift", warning, reason="已清除")
            states = [d.states(ref)["life"] for name, ref in targets.items() if name not in (LATE, NEVER)]
            self.assertEqual(set(states), {"closed_unanswered"}, "acknowledged, and no measures were reported")
            self.assertEqual(sum(bool(d.show(r)["fields"].get("acked_at")) and not d.show(r)["fields"].get("late")
                                 for r in targets.values()), 38)
            d.expect_state(targets[LATE], life="acted")
            d.expect_state(targets[NEVER], life="closed_unanswered")
            self.assertNotIn("acked_at", d.show(targets[NEVER])["fields"])
            self.assertIn("T117", last(d, targets[NEVER], "close")["rows"])

    def test_nobody_answers_for_another(self):
        with self.city() as d:
            warning, targets = self.warned(d)
            d.done(d.member["单位01"], "warning_target", "reached", targets["单位01"])
            d.refused("N26", "sec_health", "warning_target", "ack", targets["单位01"])
            self.assertEqual(d.try_("uop_02", "warning_target", "ack", targets["单位01"]).get("fault"), "absent")
            d.done("dut01", "warning_target", "ack", targets["单位01"], by_phone=True)
            said = last(d, targets["单位01"], "ack")
            self.assertEqual((said["who"], said["input"].get("by_phone")), (int(d.who["dut01"][1:]), True))

    def test_no_target_is_taken_away(self):
        with self.city() as d:
            warning, targets = self.warned(d)
            for move in ("delete", "remove"):
                answer = d.try_("dir01", "warning_target", move, targets[NEVER])
                self.assertFalse(answer.ok)
                self.assertTrue(answer.codes & {"N10", "N44"}, answer.brief())
            d.refused("N44", "dut01", "warning", "add_targets", warning, product="x")
            self.assertEqual(len(d.linked(warning, "warning_target")), MANY)


if __name__ == "__main__":
    main()
