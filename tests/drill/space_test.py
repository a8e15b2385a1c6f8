"""space -- below the surface of a drill: its own log that verify reads, its own numbers, and nothing in the real ones.

What people see of it is in tests/scenario/D01-drill-namespace.
"""
import contextlib
import json
import os
import sqlite3
import subprocess
import sys
import unittest

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [os.path.join(TESTS, "lib"), os.path.join(TESTS, "rows")]
from recipes import begin  # noqa: E402
from rows_test import Plan  # noqa: E402
from world import World  # noqa: E402

REAL, DRILL = 1, 2


def case(w, space=None):
    return w.done("dut", "incident", "create", title="案件", reporter="联络员", aware_at=w.now, what="测试", unit=w.u("edu"),
                  space=space).number


def rows(folder, sql, *values):
    with contextlib.closing(sqlite3.connect(f"file:{folder}/fengsui.db?mode=ro", uri=True)) as db:
        return db.execute(sql, values).fetchall()


def verdict(w):
    done = subprocess.run([w.program, "verify", w.folder, "--json"], capture_output=True, text=True)
    return done.returncode, json.loads(done.stdout)


class Space(unittest.TestCase):
    @contextlib.contextmanager
    def drilling(self, **more):
        with World(**more) as w:
            Plan(w)  # the recipes learn from it what the moves of their rows are called
            w.drill = begin(w, "DRL.RUNNING")
            yield w

    def test_numbers_of_either_kind_run_without_a_gap(self):
        with self.drilling() as w:
            spaces = [None, DRILL, DRILL, None, DRILL, None, None, DRILL]
            before = len(w.list("incident"))
            made = [case(w, space) for space in spaces]
            w.restart()
            made.append(case(w, DRILL))
            made.append(case(w))
            for start, name in ((before, "INC-"), (0, "EX-INC-")):
                numbers = [int(n.split("-")[-1]) for n in made if n.startswith(name)]
                self.assertEqual(numbers, list(range(start + 1, start + 1 + len(numbers))), made)

    def test_verify_reads_the_log_of_the_drill_and_finds_what_was_changed_there(self):
        with self.drilling(verify=False) as w:
            size = w.status()["drill"]["entries"]
            case(w, DRILL)
            case(w)
            self.assertEqual(w.status()["drill"]["entries"], size + 1)
            w.stop()
            status, said = verdict(w)
            self.assertEqual(status, 0, said)
            logs = {log["origin"]: log["entries"] for log in said["logs"]}
            self.assertEqual([n for origin, n in logs.items() if origin.endswith("/drill")], [size + 1])
            with contextlib.closing(sqlite3.connect(os.path.join(w.folder, "fengsui.db"))) as db:
                db.execute("UPDATE payloads SET bytes = x'78' WHERE log = 2 AND seq = ? AND part = 1", (size,))
                db.commit()
            self.assertEqual(verdict(w)[0], 1)

    def test_a_child_goes_where_its_case_is_and_no_case_changes_its_space(self):
        with self.drilling() as w:
            real, drill = case(w), case(w, DRILL)
            for space in (None, REAL, DRILL):
                note = w.done("dut", "note", "create", incident=drill, type="analysis", text="记录", space=space)
                self.assertEqual(w.show(note.ref)["space"], "drill")
            answer = w.try_("dut", "note", "create", incident=real, type="analysis", text="记录", space=DRILL)
            if answer.ok:  # never a drill record in a real case
                self.assertEqual(w.show(answer.ref)["space"], "real")
            w.try_("dut", "incident", "record_facts", drill, space=REAL)
            w.try_("dut", "incident", "record_facts", real, space=DRILL)
            for space, ref in (("real", real), ("drill", drill)):
                self.assertEqual(w.show(ref)["space"], space)

    def test_nothing_of_it_waits_for_a_real_channel_or_stands_in_a_real_list(self):
        with self.drilling() as w:
            drill = case(w, DRILL)
            w.done("dut", "incident", "acknowledge", drill)
            w.pass_time("1 d")
            for _ in ("as it is", "made again from the record", "after a restart"):
                out = rows(w.folder, "SELECT channel, count(*) FROM outbox WHERE space = 2 GROUP BY channel")
                self.assertTrue(out)
                self.assertEqual({channel for channel, _ in out}, {"exercise"})
                self.assertEqual(rows(w.folder, "SELECT count(*) FROM outbox WHERE space = 1 AND channel = 'exercise'"), [(0,)])
                self.assertEqual(rows(w.folder, "SELECT count(*) FROM outbox x JOIN objects o ON o.id = x.object"
                                                " WHERE x.space <> o.space"), [(0,)])
                self.assertNotIn(drill, [row.get("number") for row in w.list("incident")])
                self.assertIn(drill, [row.get("number") for row in w.list("incident", space=DRILL)])
                self.assertTrue(w.ask(op="rebuild").ok)
                w.restart()

    def test_when_it_ends_its_clocks_end_also_after_a_restart(self):
        with self.drilling() as w:
            drill, real = case(w, DRILL), case(w)
            w.restart()
            self.assertIn("running", {c["state"] for c in w.show(drill)["clocks"]})
            w.act("dir", w.drill, "abort", reason="真实事件发生")
            self.assertNotIn("running", {c["state"] for c in w.show(drill)["clocks"]})
            self.assertIn("running", {c["state"] for c in w.show(real)["clocks"]})
            size = w.status()["drill"]["entries"]
            w.pass_time("2 d")
            self.assertEqual(w.status()["drill"]["entries"], size, "nothing fires in a drill that is over")

    def test_without_a_drill_there_is_no_space_for_it(self):
        with World() as w:
            for space in (DRILL, 3, -1, 99):
                answer = w.try_("dut", "incident", "create", title="t", reporter="r", aware_at=w.now, what="w", unit=w.u("edu"),
                                space=space)
                self.assertFalse(answer.ok, f"space {space}: {answer}")
            self.assertIn("N20", w.try_("dut", "incident", "create", title="t", reporter="r", aware_at=w.now, what="w",
                                        unit=w.u("edu"), space=DRILL).brief())
            self.assertEqual(rows(w.folder, "SELECT count(*) FROM objects WHERE space <> 1"), [(0,)])


if __name__ == "__main__":
    program = unittest.main(exit=False, verbosity=0, warnings="ignore")
    bad = len(program.result.failures) + len(program.result.errors)
    print(f"{program.result.testsRun - bad} passed, {bad} failed")
    sys.exit(1 if bad else 0)
