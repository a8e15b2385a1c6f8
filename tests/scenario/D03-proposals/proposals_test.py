#!/usr/bin/env python3
"""D03 Proposals that wait for a second person: seen, withdrawn, replaced, lapsed, and asked again when confirmed."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from scene import LEVEL2, LEVEL3, Scene, add_system, evidence, last, main, open_case, verify_case  # noqa: E402

FACTS = {"class": "net_attack", "consequence": ["data_damage"], "source": "外网", "scope": "业务系统", "impact": "中断"}


class Proposals(Scene):
    def dismissal(self, d):
        case = open_case(d)
        d.done("dut01", "incident", "score", case, scores=LEVEL3)
        return case, d.proposed("dut01", "incident", "dismiss", case, reason="误报").pending

    def states_of(self, d, ref, move):
        """How the proposals of a move ended, in the order they were made."""
        seen = {}
        for entry in d.history(ref):
            for row in entry["change"].get("proposals", []):
                if row["move"] == move:
                    seen[row["id"]] = row["state"]
        return [seen[i] for i in sorted(seen)]

    def test_a_proposal_changes_nothing_and_says_whom_it_waits_for(self):
        with self.city() as d:
            case, pending = self.dismissal(d)
            self.assertEqual(pending["waits_for"], ["DIR"])
            d.expect_state(case, handling="triage")
            shown = d.show(case, "dir01")["proposals"]
            self.assertEqual([(p["id"], p["move"], p["input"]["reason"]) for p in shown], [(pending["proposal"], "dismiss", "误报")])
            self.assertEqual(d.clock(case, "CK04")["state"], "running")

    def test_who_holds_both_roles_is_still_one_person(self):
        """The engine asks for it; dismissal has no guard of the pack that would."""
        with self.city() as d:
            d.do(None, "post", "create", person=d.who["dut01"], role="DIR")
            case, _ = self.dismissal(d)
            d.refused("N15", "dut01", "incident", "dismiss", case, reason="误报")
            d.refused("N15", "dut01", "incident", "dismiss", case)
            d.expect_state(case, handling="triage")
            d.done("dir01", "incident", "dismiss", case)

    def test_only_who_proposed_takes_it_back(self):
        with self.city() as d:
            case, pending = self.dismissal(d)
            other = d.ask(op="withdraw", proposal=pending["proposal"], **{"as": "dut02"})
            self.assertEqual(other.codes, {"N21"}, other.brief())
            d.withdraw("dut01", pending["proposal"])
            self.assertEqual(d.show(case)["proposals"], [])
            d.refused("N15", "dir01", "incident", "dismiss", case, reason="误报")
            self.assertEqual(self.states_of(d, case, "dismiss"), ["withdrawn"])
            again = d.ask(op="withdraw", proposal=pending["proposal"], **{"as": "dut01"})
            self.assertEqual(again.get("fault"), "absent", again.brief())

    def test_a_new_proposal_replaces_the_old_and_its_words_count(self):
        with self.city() as d:
            case, _ = self.dismissal(d)
            second = d.proposed("dut02", "incident", "dismiss", case, reason="授权扫描").pending
            self.assertEqual([p["id"] for p in d.show(case)["proposals"]], [second["proposal"]])
            d.done("dir01", "incident", "dismiss", case)
            self.assertEqual(self.states_of(d, case, "dismiss"), ["replaced", "done"])
            self.assertEqual(last(d, case, "dismiss")["proposer"], int(d.who["dut02"][1:]))

    def test_it_lapses_when_the_case_goes_on_without_it(self):
        with self.city() as d:
            case, _ = self.dismissal(d)
            d.done("dut02", "incident", "accept", case, on_scene=["rsp01"])
            self.assertEqual(d.show(case)["proposals"], [])
            self.assertEqual(self.states_of(d, case, "dismiss"), ["lapsed"])
            d.refused("N04", "dir01", "incident", "dismiss", case)

    def test_guards_are_asked_again_at_confirmation(self):
        with self.city() as d:
            case = verify_case(d, LEVEL3)
            add_system(d, case)
            proof = evidence(d, case)
            d.both("rsp01", "dir01", "incident", "fix", case, scores=LEVEL3)
            d.proposed("cl01", "incident", "confirm", case, **FACTS)
            d.done("rsp01", "incident", "question", case, scores=LEVEL2, reason="影响有限", evidence_ref=proof)
            d.refused("N04", "dir01", "incident", "confirm", case)
            d.expect_state(case, handling="verify", grade="regrade")
            self.assertEqual([p["move"] for p in d.show(case)["proposals"]], ["confirm"])
            d.done("dir01", "incident", "keep_grade", case, reason="事实未变")
            d.done("dir01", "incident", "confirm", case)
            d.expect_state(case, handling="confirm")

    def test_what_is_missing_is_said_when_proposing_all_at_once(self):
        with self.city() as d:
            case = verify_case(d, LEVEL3)
            answer = d.refused("N04", "cl01", "incident", "confirm", case)
            self.assertEqual({m["what"] for r in answer["refusals"] for m in r["missing"] if "what" in m},
                             {"class", "consequence", "source", "scope", "impact", "reason"}, "reason: why there is no evidence")
            self.assertGreater(len(answer.missing), 5, answer.missing)
            self.assertEqual(d.show(case)["proposals"], [])

    def test_signatures_are_of_different_people_in_any_order(self):
        with self.city() as d:
            case = open_case(d)
            made = d.done("dut01", "evidence", "create", incident=case, type="log", label_text="日志")
            d.done("dut01", "evidence", "seal", made, place="柜", capturer=d.who["dut01"], custodian=d.who["dir01"])
            d.proposed("sup01", "evidence", "transfer", made, receiver=d.who["sup01"])
            d.refused("N15", "sup01", "evidence", "transfer", made)
            d.done("dir01", "evidence", "transfer", made)
            d.expect_state(made, life="transferred")
            self.assertEqual(self.states_of(d, made.ref, "transfer"), ["done"])

    def test_a_proposal_survives_a_restart(self):
        with self.city() as d:
            case, pending = self.dismissal(d)
            d.kill()
            d.start()
            self.assertEqual([p["id"] for p in d.show(case)["proposals"]], [pending["proposal"]])
            d.done("dir01", "incident", "dismiss", case)
            d.expect_state(case, handling="dismissed")


if __name__ == "__main__":
    main()
