#!/usr/bin/env python3
"""D01 Drills in a namespace of their own: numbers, record, clocks and channels are not those of real cases."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from scene import LEVEL4, Scene, last, main, open_case, prepared, record_size, running  # noqa: E402


def exercise(d, **more):
    """A case inside the drill."""
    return d.done("dut01", "incident", "create", title="演练：蠕虫", reporter="导调", unit=d.unit["edu"], space=2,
                  aware_at="2026-03-02T07:50:00Z", what="演练注入", **more).number


def channels(d, ref):
    return {row["channel"] for e in d.history(ref) for row in e["change"].get("out", [])}


class DrillNamespace(Scene):
    def test_before_the_drill_runs_nothing_is_made_in_its_space(self):
        with self.city() as d:
            prepared(d)
            answer = d.fault("refused", "dut01", "incident", "create", title="演练", reporter="导调", unit=d.unit["edu"], space=2,
                             aware_at="2026-03-02T07:50:00Z", what="演练注入")
            self.assertIn("N20", answer.codes | {answer.get("en", "")[:3]})
            self.assertEqual(d.list("incident", space=2), [])

    def test_numbers_say_so_and_take_none_of_the_real_series(self):
        with self.city() as d:
            running(d)
            self.assertEqual(exercise(d), "EX-INC-2026-0001")
            self.assertEqual(exercise(d), "EX-INC-2026-0002")
            self.assertEqual(open_case(d), "INC-2026-0001")
            self.assertEqual([r["number"] for r in d.list("incident")], ["INC-2026-0001"])
            self.assertEqual({r["number"] for r in d.list("incident", space=2)}, {"EX-INC-2026-0001", "EX-INC-2026-0002"})
            self.assertEqual(d.show("EX-INC-2026-0001")["space"], "drill")

    def test_the_record_of_the_drill_is_another_one(self):
        with self.city() as d:
            running(d)
            before = {space: d.ask(op="checkpoint", space=space)["checkpoint"].splitlines() for space in (1, 2)}
            case = exercise(d)
            d.done("dut01", "incident", "acknowledge", case)
            after = {space: d.ask(op="checkpoint", space=space)["checkpoint"].splitlines() for space in (1, 2)}
            self.assertNotEqual(after[1][0], after[2][0])
            self.assertIn("drill", after[2][0])
            self.assertEqual(after[1][1], before[1][1], "the real record does not grow")
            self.assertEqual(int(after[2][1]) - int(before[2][1]), 2)

    def test_attempts_refused_in_the_drill_stand_in_its_own_record(self):
        with self.city() as d:
            running(d)
            case = exercise(d)
            before = [record_size(d, space) for space in (1, 2)]
            d.refused("N10", "dir01", "incident", "delete", case)
            self.assertEqual([record_size(d, space) for space in (1, 2)], [before[0], before[1] + 1])

    def test_nothing_of_it_reaches_a_real_channel(self):
        with self.city() as d:
            running(d)
            case = exercise(d)
            d.done("dut01", "incident", "acknowledge", case)
            d.done("dut01", "incident", "score", case, scores=LEVEL4)
            d.done("dut01", "incident", "accept", case, on_scene=["rsp01", "uop_edu"])
            d.done("dut01", "incident", "flag_spread", case)
            d.both("rsp01", "dir01", "incident", "fix", case, scores=LEVEL4)
            d.expect_state(case, command="proposed")
            warning = d.done("uop_edu", "warning", "create", incident=case, title="演练预警", hazard="演练").number
            self.assertTrue(warning.startswith("EX-"), warning)
            d.done("dir01", "warning", "review", warning)
            d.done("dut01", "warning", "edit", warning, level=4, measures="演练", marking="public", category="malware",
                   starts_at="2026-03-02T08:00:00Z", scope="演练范围", matters="演练事项")
            d.done("dir01", "warning", "record_authorisation", warning, authorised_by=d.unit["edu"], authorisation="演练[2026]1号")
            target = d.done("dut01", "warning_target", "create", warning=warning, unit=d.unit["edu"])
            d.done("dir01", "warning", "approve", warning)
            d.done("dir01", "warning", "publish", warning)
            self.assertTrue(d.show(warning)["fields"]["document_no"].startswith("EX-"))
            d.pass_time("3 h")
            self.assertTrue(d.clock(case, "CK05")["missed"])
            for ref in [case, warning, target.ref] + [x.ref for x in d.linked(case, "warning_duty")]:
                self.assertLessEqual(channels(d, ref), {"exercise"}, ref)
            self.assertEqual(channels(d, case), {"exercise"})
            self.assertEqual(d.list("warning"), [])
            page = os.path.join(d.folder, "www")
            self.assertEqual(d.ask(op="public", dir=page)["files"], 3, "an index in two languages and a style, no page")
            self.assertNotIn("演练预警", open(os.path.join(page, "index.html"), encoding="utf-8").read())

    def test_a_drill_object_is_not_mixed_with_a_real_one(self):
        with self.city() as d:
            running(d)
            real, drill = open_case(d), exercise(d)
            d.done("dut01", "incident", "acknowledge", drill)
            d.refused("N19", "dut01", "incident", "merge", real, target_case=drill)
            d.refused("N19", "dut01", "incident", "merge", drill, target_case=real)
            system = d.done("dut01", "affected_system", "create", incident=real, system=d.system["edu"], unit=d.unit["edu"])
            d.refused("N19", "dut01", "evidence", "create", incident=drill, affected_system=system, type="log", label_text="演练日志")
            d.refused("N19", "dut01", "incident", "create", title="演练", reporter="导调", unit=d.unit["edu"], space=2,
                      aware_at="2026-03-02T07:50:00Z", what="演练", previous=real)
            again = d.done("dut01", "evidence", "create", incident=drill, type="log", label_text="演练日志")
            self.assertTrue(again.number.startswith("EX-"))

    def test_when_the_drill_is_conducted_its_clocks_stop_and_its_space_is_shut(self):
        with self.city() as d:
            drill = running(d)
            case = exercise(d)
            real = d.done("dut01", "incident", "create", title="真实", reporter="联络员", unit=d.unit["tax"],
                          aware_at="2026-03-02T07:50:00Z", what="真实事件").number
            for inject in d.linked(drill, "drill_inject"):
                d.done("dut01", "drill_inject", "inject", inject.ref)
            for line in d.linked(drill, "drill_line"):
                d.done("res01", "drill_line", "check", line.ref, result="good")
            d.done("dir01", "drill", "conduct", drill)
            self.assertFalse([c for c in d.show(case)["clocks"] if c["state"] == "running"])
            self.assertEqual(d.clock(real, "CK02")["state"], "running")
            d.pass_time("1 h")
            self.assertTrue(d.clock(real, "CK02")["missed"])
            self.assertNotIn("missed", d.clock(case, "CK02"))
            d.fault("refused", "dut01", "incident", "create", title="演练", reporter="导调", unit=d.unit["edu"], space=2,
                    aware_at="2026-03-02T07:50:00Z", what="演练注入")

    def test_a_real_incident_aborts_the_drill(self):
        with self.city() as d:
            drill = running(d)
            case = exercise(d)
            d.refused("N21", "rsp02", "drill", "abort", drill, reason="真实事件")
            d.refused("N21", "dut01", "drill", "abort", drill)
            d.done("dut01", "drill", "abort", drill, reason="真实事件")
            d.expect_state(drill, life="aborted")
            self.assertFalse([c for c in d.show(case)["clocks"] if c["state"] == "running"])
            self.assertIn("T207", last(d, drill, "abort")["rows"])

    def test_every_word_on_the_terminal_says_exercise(self):
        with self.city() as d:
            running(d)
            case = exercise(d)
            for lang, word in (("en", "EXERCISE"), ("zh", "演练")):
                self.assertIn(word, d.cli("incident", "show", case, "--as", "dir01", lang=lang))
            real = open_case(d)
            self.assertNotIn("EXERCISE", d.cli("incident", "show", real, "--as", "dir01"))


if __name__ == "__main__":
    main()
