#!/usr/bin/env python3
"""D05 Clocks: alarms at their time, late ones that say so, rung after rung, once each."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from scene import LEVEL3, Scene, confirm_case, containing, contain_system, main, open_case, told  # noqa: E402


def alarms(d, ref, code):
    """Entries about this clock being missed or climbing: (when, type, who is told)."""
    return [(e["at"][11:16], e["type"], told(e)) for e in d.history(ref)
            if e["type"] in ("clock.missed", "clock.escalated") and any(c["code"] == code for c in e["change"]["clocks"])]


class Clocks(Scene):
    def received(self, d):
        return d.done("dut01", "incident", "create", title="网页异常", reporter="联络员", unit=d.unit["edu"],
                      aware_at="2026-03-02T07:50:00Z", what="首页打不开").number

    def late(self, d, at, how="stop"):
        """The daemon is away until `at`."""
        getattr(d, how)()
        d.command[d.command.index("--at") + 1] = at
        d.start()

    def test_an_alarm_comes_at_its_time_and_climbs_rung_by_rung(self):
        with self.city() as d:
            case = self.received(d)
            d.pass_time("14 min")
            self.assertEqual(alarms(d, case, "CK02"), [])
            d.pass_time("1 min")
            first = alarms(d, case, "CK02")
            self.assertEqual([(a[0], a[1]) for a in first], [("08:15", "clock.missed")])
            self.assertTrue(first[0][2][0].startswith("duty_shift:"), first)
            d.pass_time("15 min")
            self.assertEqual(alarms(d, case, "CK02")[1:], [("08:30", "clock.escalated", ["organ:office"])])
            d.pass_time("5 h")
            self.assertEqual(len(alarms(d, case, "CK02")), 2)

    def test_a_unit_that_does_not_report_is_reminded_by_the_level_it_sees(self):
        with self.city() as d:
            def draft(**more):
                return d.done("uop_tax", "report", "create", unit=d.unit["tax"], aware_at="2026-03-02T07:30:00Z", what="异常", **more)
            silent, low = draft(), draft(provisional_level="2")
            self.assertEqual(d.clock(silent, "CK03")["due"][:16], "2026-03-02T08:30", "who gives no level has the shortest time")
            self.assertEqual(d.clock(low, "CK03")["due"][:16], "2026-03-03T07:30")
            d.done("uop_tax", "report", "edit", low, provisional_level="4")
            self.assertEqual(d.clock(low, "CK03")["due"][:16], "2026-03-02T09:00", "from now on")
            d.done("uop_tax", "report", "edit", low, provisional_level="1")
            self.assertEqual(d.clock(low, "CK03")["due"][:16], "2026-03-02T09:00", "never put off")
            d.pass_time("30 min")
            [alarm] = alarms(d, silent, "CK03")
            self.assertEqual(alarm[:2], ("08:30", "clock.missed"))
            self.assertEqual(set(alarm[2]), {"unit:" + d.unit["tax"][1:], "organ:office"})
            d.done("uop_tax", "report", "submit", low, reporter="联络员")
            d.pass_time("2 h")
            self.assertEqual(alarms(d, low, "CK03"), [], "it was handed in in time")

    def test_one_long_step_does_the_same_as_many_short_ones(self):
        with self.city() as d:
            case = self.received(d)
            d.pass_time("6 h")
            long_ = alarms(d, case, "CK02")
        with self.city() as d:
            case = self.received(d)
            for _ in range(72):
                d.pass_time("5 min")
            self.assertEqual(alarms(d, case, "CK02"), long_)

    def test_a_deadline_that_passed_while_the_daemon_was_away_fires_late_and_says_so(self):
        for how in ("stop", "kill"):
            with self.subTest(how), self.city() as d:
                case = self.received(d)
                self.late(d, "2026-03-02T09:00:00Z", how)
                d.pass_time("1 min")
                entry = next(e for e in d.history(case) if e["type"] == "clock.missed")
                self.assertAlmostEqual(entry["change"]["late_alarm"], 45 * 60, delta=61)
                self.assertTrue(told(entry))
                self.assertTrue(d.clock(case, "CK02")["missed"] >= "2026-03-02T09:00")
                self.assertIn(("clock.escalated", ["organ:office"]), [a[1:] for a in alarms(d, case, "CK02")])

    def test_an_alarm_in_time_does_not_say_late(self):
        with self.city() as d:
            case = self.received(d)
            d.pass_time("1 h")
            self.assertFalse([e for e in d.history(case) if "late_alarm" in e["change"]])

    def test_what_was_missed_stays_missed_when_the_thing_is_done(self):
        with self.city() as d:
            case, refs = confirm_case(d, LEVEL3)
            containing(d, case)
            d.pass_time("3 h")
            contain_system(d, case, refs["edu"])
            clock = d.clock(case, "CK06")
            self.assertEqual((clock["state"], clock["missed"], clock["stopped"]),
                             ("stopped", "2026-03-02T10:00:00.000000Z", "2026-03-02T11:00:00.000000Z"))

    def test_a_paused_clock_waits_and_goes_on_with_what_was_left(self):
        with self.city() as d:
            case = open_case(d)
            d.done("dut01", "incident", "score", case, scores=LEVEL3)
            d.pass_time("1 h")
            d.done("dir01", "incident", "refer", case, receiving_authority="市公安局")
            left = d.clock(case, "CK04")
            d.pass_time("7 d")
            self.assertNotIn("missed", d.clock(case, "CK04"))
            self.assertEqual(d.clock(case, "CK04")["state"], "paused")
            d.done("dir01", "incident", "returned", case)
            due = d.clock(case, "CK04")["due"]
            self.assertGreater(due, left["due"])
            d.set_time(due)
            self.assertEqual(d.clock(case, "CK04")["missed"], due)

    def test_a_clock_ends_with_the_states_it_runs_in(self):
        with self.city() as d:
            case, _ = confirm_case(d, LEVEL3)
            d.done("cl01", "incident", "doubt", case, reason="重新核实")
            self.assertNotEqual(d.clock(case, "CK06")["state"], "running")
            d.pass_time("5 h")
            self.assertNotIn("missed", d.clock(case, "CK06"))

    def test_time_does_not_go_back(self):
        with self.city() as d:
            self.received(d)
            d.pass_time("1 h")
            answer = d.ask(op="tick", at="2026-03-02T08:10:00Z")
            self.assertFalse(answer.ok, answer)
            self.assertTrue(d.now.startswith("2026-03-02T09:00"))


if __name__ == "__main__":
    main()
