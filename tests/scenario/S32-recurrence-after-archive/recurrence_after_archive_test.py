#!/usr/bin/env python3
"""S32 Recurrence: before the archive the case goes back to containment, after it a new case is linked."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from scene import (LEVEL3, Scene, activated, archived, contain_system, containing, end_response, last,  # noqa: E402
                   main, to_followup, told)


class Recurrence(Scene):
    def watched(self, d):
        case, refs = activated(d, LEVEL3)
        containing(d, case)
        to_followup(d, case, refs)
        return case, refs

    def test_during_the_watch_the_case_goes_back_to_containment(self):
        with self.city() as d:
            case, refs = self.watched(d)
            d.pass_time("2 d")
            d.done("cl01", "affected_system", "recurrence", refs["edu"], reason="再次外联")
            d.expect_state(case, handling="contain", command="active")
            d.expect_state(refs["edu"], phase="contain")
            back = last(d, case, "recurrence")
            self.assertEqual(back["rows"], ["T017"])
            self.assertIn("organ:office", told(back["entry"]))
            self.assertEqual(d.clock(case, "CK06")["state"], "running")
            self.assertNotEqual(d.clock(case, "CK28")["state"], "running")
            contain_system(d, case, refs["edu"])

    def test_during_evaluation_only_the_office_takes_it_back(self):
        with self.city() as d:
            case, refs = self.watched(d)
            end_response(d, case)
            d.done("dir01", "incident", "evaluate", case, watch_continues="并行跟踪")
            self.assertFalse(d.try_("cl01", "affected_system", "recurrence", refs["edu"], reason="再次外联").ok)
            d.done("dir01", "affected_system", "recurrence", refs["edu"], reason="再次外联")
            d.expect_state(case, handling="contain")
            self.assertEqual(last(d, case, "recurrence_late")["rows"], ["T019"])
            # level 3 still stands: the ended response is proposed anew by itself (T043)
            d.expect_state(case, command="proposed")
            self.assertEqual(last(d, case, "relapse")["rows"], ["T043"])

    def test_after_the_archive_a_new_case_is_linked_and_the_old_one_stays_shut(self):
        with self.city() as d:
            case, refs = self.watched(d)
            archived(d, case)
            before = d.history(case)
            for who, kind, move, ref, more in (
                    ("dir01", "incident", "reopen", case, {"reason": "复发"}),
                    ("dir01", "incident", "recurrence", case, {}),
                    ("dir01", "incident", "record_facts", case, {"impact": "更大"}),
                    ("dir01", "affected_system", "recurrence", refs["edu"], {"reason": "复发"}),
                    ("cl01", "lesson", "create", None, {"incident": case, "text": "补记"}),
                    ("rsp01", "evidence", "create", None, {"incident": case, "type": "log", "label_text": "补充"})):
                d.refused("N09", who, kind, move, ref, **more)
            d.refused("N10", "dir01", "incident", "delete", case)
            self.assertEqual(d.history(case), before)
            again = d.done("dut01", "incident", "create", title="同一主机再次外联", reporter="监测", unit=d.unit["edu"],
                           aware_at="2026-03-20T07:50:00Z", what="复发", previous=case).number
            d.done("dut01", "incident", "acknowledge", again)
            d.expect_field(again, previous=case)
            self.assertIn(again, [r.get("number") for r in d.linked(case, "incident")])
            d.expect_state(case, handling="archived")


if __name__ == "__main__":
    main()
