#!/usr/bin/env python3
"""D02 What is sent twice happens once, and nobody overwrites what they have not seen."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from scene import Scene, evidence, main, open_case, record_size  # noqa: E402


def without_id(answer):
    return {k: v for k, v in answer.items() if k != "request"}


class Repeats(Scene):
    def create(self, d, what="首页打不开", by="dut01", key="K-1"):
        return d.try_(by, "incident", "create", key=key, title="网页异常", reporter="联络员", unit=d.unit["edu"],
                      aware_at="2026-03-02T07:50:00Z", what=what)

    def test_the_same_key_gives_the_same_answer_and_one_entry(self):
        with self.city() as d:
            first = self.create(d)
            size = record_size(d)
            for _ in range(3):
                self.assertEqual(without_id(self.create(d)), without_id(first))
            self.assertEqual(record_size(d), size)
            self.assertEqual(len(d.list("incident")), 1)

    def test_the_same_key_with_other_content_is_refused(self):
        with self.city() as d:
            self.create(d)
            answer = self.create(d, what="另一事件")
            self.assertEqual(answer.codes, {"N31"}, answer.brief())
            self.assertEqual(len(d.list("incident")), 1)

    def test_the_key_of_one_person_gives_no_answer_to_another(self):
        with self.city() as d:
            self.create(d)
            answer = self.create(d, by="dut02")
            self.assertEqual(answer.codes, {"N31"}, answer.brief())

    def test_another_key_is_another_case(self):
        with self.city() as d:
            first, second = self.create(d), self.create(d, key="K-2")
            self.assertNotEqual(first.number, second.number)

    def test_a_refused_request_may_be_sent_again_with_its_key(self):
        with self.city() as d:
            case = open_case(d)
            d.refused("N04", "dut01", "incident", "accept", case, key="K-9", on_scene=["rsp01"])
            d.done("dut01", "incident", "score", case, scores=[1, 1, 1, 1, 1, 1])
            d.done("dut01", "incident", "accept", case, key="K-9", on_scene=["rsp01"])
            d.done("dut01", "incident", "accept", case, key="K-9", on_scene=["rsp01"])

    def test_after_a_crash_the_repeat_still_gives_one_result(self):
        with self.city() as d:
            first = self.create(d)
            d.kill()
            d.start()
            self.assertEqual(without_id(self.create(d)), without_id(first))
            self.assertEqual(len(d.list("incident")), 1)

    def test_a_move_is_repeated_under_its_key_only(self):
        with self.city() as d:
            case = self.create(d).number
            first = d.done("dut01", "incident", "acknowledge", case, key="K-3")
            self.assertEqual(without_id(d.done("dut01", "incident", "acknowledge", case, key="K-3")), without_id(first))
            d.refused("N04", "dut01", "incident", "acknowledge", case)
            self.assertEqual([e["type"] for e in d.history(case)].count("incident.acknowledge"), 1)


class Conflicts(Scene):
    def test_who_saw_an_older_version_is_told_both(self):
        with self.city() as d:
            case = open_case(d)
            seen = d.show(case)["version"]
            d.done("dut01", "incident", "record_facts", case, seen=seen, impact="首页被改")
            answer = d.fault("conflict", "dir01", "incident", "record_facts", case, seen=seen, impact="数据库被改")
            self.assertIn(str(seen), answer["en"])
            self.assertIn(str(d.show(case)["version"]), answer["en"])
            d.expect_field(case, impact="首页被改")
            d.done("dir01", "incident", "record_facts", case, seen=d.show(case)["version"], impact="首页和数据库被改")

    def test_the_version_of_an_answer_is_the_one_to_say_next(self):
        with self.city() as d:
            case = open_case(d)
            made = evidence(d, case, by="dut01")
            self.assertEqual(d.show(made.ref)["version"], made["version"])
            answer = d.done("dut01", "incident", "record_facts", case, impact="一")
            d.done("dut02", "incident", "record_facts", case, seen=answer["version"], impact="二")
            d.fault("conflict", "dut01", "incident", "record_facts", case, seen=answer["version"], impact="三")

    def test_nothing_is_recorded_of_a_conflict(self):
        with self.city() as d:
            case = open_case(d)
            d.done("dut01", "incident", "record_facts", case, impact="一")
            before, size = d.history(case), record_size(d)
            d.fault("conflict", "dut02", "incident", "record_facts", case, seen=0, impact="二")
            self.assertEqual((d.history(case), record_size(d)), (before, size))


if __name__ == "__main__":
    main()
