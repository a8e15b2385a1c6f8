#!/usr/bin/env python3
"""escalation -- a unit that does not answer: the next contact, its head, its competent authority, the Office (S17, CK11)."""
import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
from cast import OFFICE, city, person  # noqa: E402
from channels import Channels, contact, main, published, rows, wait_until  # noqa: E402
from smtp import Mailserver  # noqa: E402


class Escalation(unittest.TestCase):
    def told(self, d, target, type_=None):
        return [(row["channel"], row["recipient"]) for e in d.history(target) if type_ in (None, e["type"])
                for row in e["change"].get("out", [])]

    def to(self, server):
        return {str(m["To"]) for m in server.messages()}

    def test_step_by_step_up_the_chain(self):
        with Mailserver() as server, Channels() as file:
            file.write(mail=server.channel(), recipients={"office": {"mail": "office-board@example.org"}})
            with city(args=["--channels", file.path]) as d:
                contact(d, "edu", "mail", "first@example.org", 1)
                contact(d, "edu", "mail", "second@example.org", 2)
                contact(d, "edu", "phone", "0531-1", 3)
                person(d, "sca01", "账户管理员", OFFICE, "SCA")
                d.done("sca01", "person", "edit", d.who["uhd_edu"], mail="head@example.org")
                d.done("dir01", "unit", "edit", d.unit["edu"], authority=d.unit["uni"])
                contact(d, "uni", "mail", "authority@example.org", 1)
                warning, targets = published(d, ("edu", "tax"))
                wait_until(lambda: "first@example.org" in self.to(server))
                self.assertNotIn("second@example.org", self.to(server))
                wait_until(lambda: d.show(targets["edu"])["states"]["life"] == "delivered")
                # Nobody can be reached: the unit stands on the call list from the beginning.
                self.assertIn(("call", d.unit["tax"].replace("#", "unit:")), self.told(d, targets["tax"]))
                d.expect_state(targets["tax"], life="pending")
                for after, address in (("61 min", "second@example.org"), ("10 min", "head@example.org"),
                                       ("10 min", "authority@example.org"), ("10 min", "office-board@example.org")):
                    came = lambda: sum(str(m["To"]) == address for m in server.messages())  # noqa: E731, B023
                    before = came()
                    self.assertTrue(before == 0 or address.startswith("office-board"), address)
                    d.pass_time(after)
                    wait_until(lambda: came() > before, 30, address)  # noqa: B023
                for key in targets:
                    d.expect_state(targets[key], life="escalated")
                steps = [r for _, r in self.told(d, targets["edu"])]
                for recipient in (d.who["uhd_edu"].replace("#", "person:"), d.unit["uni"].replace("#", "unit:"), "organ:office"):
                    self.assertIn(recipient, steps)
                self.assertTrue(any(r.startswith("duty_shift:") for r in steps), "the duty officer is told")
                # Late, then its measures.
                d.done("uop_edu", "warning_target", "ack_late", targets["edu"])
                d.done("uop_edu", "warning_target", "acted", targets["edu"], measures="已断网")
                d.expect_field(targets["edu"], late=True)
                before = len(server.messages())
                d.pass_time("1 d")
                d.done("dir01", "warning", "lift", warning, reason="处置完毕")
                d.expect_state(targets["tax"], life="closed_unanswered")
                self.assertTrue(d.show(targets["tax"])["fields"]["mark"])
                # All are told of the lift, in its own words.
                wait_until(lambda: any("预警解除" in str(m["Subject"]) for m in server.messages()[before:]))
                self.assertTrue(d.ask(op="rebuild", check=True).ok)

    def test_in_an_exercise_the_steps_are_recorded_and_nobody_is_reached(self):
        sys.path[:0] = [os.path.join(HERE, "..", "drill"), os.path.join(HERE, "..", "rows")]
        from recipes import begin
        from rows_test import Plan
        from world import World
        with Mailserver() as server, Channels(mail=server.channel(), recipients={"office": {"mail": "board@example.org"},
                                                                                  "leading_group": {"mail": "lg@example.org"}}) as file, \
                World(args=["--channels", file.path]) as w:
            Plan(w)
            begin(w, "DRL.RUNNING")
            wait_until(lambda: server.messages() or True)
            before = rows(w, "SELECT count(*) FROM attempts")[0][0]
            case = w.done("dut", "incident", "create", title="演练案件", reporter="联络员", aware_at=w.now, what="演练", unit=w.u("edu"), space=2)
            w.pass_time("1 d")
            self.assertTrue(rows(w, "SELECT 1 FROM outbox WHERE space = 2"))
            self.assertEqual(rows(w, "SELECT count(*) FROM outbox WHERE space = 2 AND channel <> 'exercise'"), [(0,)])
            letters = [t for t, in rows(w, "SELECT text FROM letters WHERE space = 2")]
            self.assertTrue(letters and all("【演练】" in t and "EXERCISE" in t for t in letters), letters[:1])
            self.assertEqual([a for a, in rows(w, "SELECT a.message FROM attempts a JOIN outbox o ON o.id = a.message WHERE o.space = 2")], [])
            self.assertTrue(before >= 0 and case)


if __name__ == "__main__":
    main()
