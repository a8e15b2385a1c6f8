#!/usr/bin/env python3
"""S17 A unit does not acknowledge a warning: a bounce, the chain of contacts, late, unanswered, and the count stays right."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from scene import OFFICE, Scene, last, main, open_case, person  # noqa: E402
from channels import Channels, contact, rows, states, wait_until  # noqa: E402
from smtp import Mailserver  # noqa: E402

MANY, LATE, NEVER = 40, "单位39", "单位40"
BOARD, CHIEF, ABOVE = "board@example.org", "head39@example.org", "authority@example.org"


class WarningUnanswered(Scene):
    cites = "T103 T105 T110 T111 T112 T113 T114 T115 T117 T118 N26 N44"
    goals = {"G31": "test_thirty_eight_in_time_one_late_one_never test_one_bounces_and_one_is_chased_up_the_chain",
             "G07": "test_nobody_answers_for_another"}

    def warned(self, d, mail=False):
        sector = next(s.ref for s in d.list("sector", limit=50) if s["fields"]["name"] == "卫生")
        d.authority = d.do(None, "unit", "create", name="卫生主管部门", type="authority", bound=True).ref
        d.done("dir01", "sector", "edit", sector, authority=d.authority)
        person(d, "sec_health", "卫生主管", d.authority, "SEC")
        d.member = {}
        for n in range(1, MANY + 1):
            name = f"单位{n:02d}"
            d.member[name] = f"uop_{n:02d}"
            d.unit[name] = d.do(None, "unit", "create", name=name, type="bureau", bound=True, sector=sector).ref
            person(d, d.member[name], name + "联络员", d.unit[name], "UOP")
            if mail:
                contact(d, name, "mail", "nobody@example.org" if name == NEVER else f"first{n:02d}@example.org", 1)
        if mail:
            self.chain(d)
        warning = d.done("dut01", "warning", "create", title="蠕虫传播", hazard="利用弱口令").number
        d.done("dir01", "warning", "review", warning)
        d.done("dut01", "warning", "add_targets", warning, sector=sector)
        d.done("dut01", "warning", "edit", warning, level=4, measures="停用口令登录", marking="members")
        d.done("dir01", "warning", "approve", warning)
        d.done("dir01", "warning", "publish", warning)
        targets = {d.show(t.ref)["fields"]["unit"]["title"]: t.ref for t in d.linked(warning, "warning_target")}
        self.assertEqual(len(targets), MANY)
        return warning, targets

    def chain(self, d):
        """Who stands behind the first contact: K has a second, a head and an authority with addresses, J a telephone."""
        contact(d, LATE, "mail", "second39@example.org", 2)
        contact(d, NEVER, "mail", "nobody2@example.org", 2)
        contact(d, NEVER, "phone", "0531-40", 3)
        d.unit["above"] = d.authority
        contact(d, "above", "mail", ABOVE, 1)
        chief = person(d, "uhd_39", "单位39负责人", d.unit[LATE], "UHD")
        person(d, "sca01", "账户管理员", OFFICE, "SCA")
        d.done("sca01", "person", "edit", chief, mail=CHIEF)

    def steps(self, d, target):
        """What left about a target after its publication: (minute of the day, channel, recipient)."""
        return [(e["at"][11:16], row["channel"], row["recipient"]) for e in d.history(target) for row in e["change"].get("out", [])]

    def test_one_bounces_and_one_is_chased_up_the_chain(self):
        with Mailserver(acl_rcpt="refuse_all_nobodies", acls=NOBODIES) as server, \
                Channels(mail=server.channel(refusals=1), recipients={"office": {"mail": BOARD}}) as file, \
                self.city(args=["--channels", file.path]) as d:
            warning, targets = self.warned(d, mail=True)
            to = lambda: [str(m["To"]) for m in server.messages()]  # noqa: E731
            # J: its mail comes back, then that of its next contact; then it stands on the call list and the duty officer knows.
            wait_until(lambda: states(d, "mail").get("failed") == 2, 60, "both of J come back")
            tries = rows(d, "SELECT address, result, code FROM attempts WHERE result <> 'sent' ORDER BY message")
            self.assertEqual(tries, [("nobody@example.org", "refused", 550), ("nobody2@example.org", "refused", 550)])
            wait_until(lambda: "call" in [c for _, c, _ in self.steps(d, targets[NEVER])], 30, "on the call list")
            self.assertIn("0531-40", d.cli("channel", "calls", warning, "--as", "dut01"))
            d.expect_state(targets[NEVER], life="pending")
            wait_until(lambda: d.states(targets[LATE])["life"] == "delivered", 60, "K has it")
            wait_until(lambda: sum(d.states(t)["life"] == "delivered" for t in targets.values()) == 39, 60, "all but J have it")
            for name, ref in targets.items():
                if name not in (LATE, NEVER):
                    d.done(d.member[name], "warning_target", "ack", ref)
            # K: read, and nothing said.
            for after, address in (("61 min", "second39@example.org"), ("10 min", CHIEF), ("10 min", ABOVE), ("10 min", BOARD)):
                before = to().count(address)
                self.assertTrue(before == 0 or address == BOARD, address)
                d.pass_time(after)
                wait_until(lambda: to().count(address) > before, 30, address)  # noqa: B023
            self.assertEqual([(m["move"], m["rows"], m["at"][11:16]) for m in self.chased(d, targets[LATE])], [("chase_silent", ["T112"], "09:00")])
            self.assertEqual([(m["move"], m["rows"], m["at"][11:16]) for m in self.chased(d, targets[NEVER])], [("chase", ["T111"], "09:00")])
            times = {who: at for at, _, who in self.steps(d, targets[LATE])}
            self.assertEqual([times[who] for who in (d.who["uhd_39"].replace("#", "person:"), d.authority.replace("#", "unit:"), "organ:office")],
                             ["09:10", "09:20", "09:30"])
            self.assertTrue(any(who.startswith("duty_shift:") for who in times), "the duty officer is told")
            # Its competent authority was told, and does not speak for it.
            d.refused("N26", "sec_health", "warning_target", "ack_late", targets[LATE])
            d.set_time("2026-03-02T12:00:00Z")
            d.done(d.member[LATE], "warning_target", "ack_late", targets[LATE])
            d.done(d.member[LATE], "warning_target", "acted", targets[LATE], measures="已停用口令登录")
            d.done("dir01", "warning", "lift", warning, reason="已清除")
            self.assertEqual(self.counted(d, targets), (38, 1, 1))
            self.on_the_record_of_j(d, warning)

    def chased(self, d, target):
        return [m for e in d.history(target) for m in [{**r, "at": e["at"]} for r in e["change"].get("moves", [])]
                if m["move"].startswith("chase")]

    def counted(self, d, targets):
        """In time, late, never."""
        all_ = [d.show(ref)["fields"] for ref in targets.values()]
        return (sum(bool(f.get("acked_at")) and not f.get("late") for f in all_), sum(bool(f.get("late")) for f in all_),
                sum(not f.get("acked_at") for f in all_))

    def numbers(self, d, ref, as_=None):
        return [w["number"] for w in d.show(ref, as_)["fields"].get("unanswered", [])]

    def on_the_record_of_j(self, d, warning):
        """The mark stands on the unit, for good; a case of that unit shows it within the week, one of another unit never."""
        self.assertEqual(self.numbers(d, d.unit[NEVER]), [warning])
        for name in (LATE, "单位01"):
            self.assertEqual(self.numbers(d, d.unit[name]), [])
        d.fault("invalid", "dir01", "unit", "edit", d.unit[NEVER], unanswered=[])
        d.pass_time("4 d")
        self.assertEqual(self.numbers(d, open_case(d, NEVER)), [warning])
        self.assertIn(warning, d.cli("incident", "show", self.last_case(d), "--as", "dut01"))
        self.assertEqual(self.numbers(d, open_case(d, LATE)), [])
        d.pass_time("4 d")
        self.assertEqual(self.numbers(d, open_case(d, NEVER)), [])
        self.assertEqual(self.numbers(d, d.unit[NEVER]), [warning])

    def last_case(self, d):
        return d.list("incident", limit=1)[0].number

    def test_a_case_that_is_open_already_shows_it_too(self):
        with self.city() as d:
            warning, targets = self.warned(d)
            before = open_case(d, NEVER)
            d.pass_time("2 h")
            during = open_case(d, NEVER)
            self.assertEqual((self.numbers(d, before), self.numbers(d, during)), ([], [warning]))
            d.done("dir01", "warning", "lift", warning, reason="已清除")
            self.assertEqual((self.numbers(d, before), self.numbers(d, during)), ([warning], [warning]))

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
            states_ = [d.states(ref)["life"] for name, ref in targets.items() if name not in (LATE, NEVER)]
            self.assertEqual(set(states_), {"closed_unanswered"}, "acknowledged, and no measures were reported")
            self.assertEqual(self.counted(d, targets), (38, 1, 1))
            d.expect_state(targets[LATE], life="acted")
            d.expect_state(targets[NEVER], life="closed_unanswered")
            self.assertIn("T117", last(d, targets[NEVER], "close")["rows"])
            self.assertIn("T118", last(d, targets["单位01"], "close_no_measures")["rows"])
            self.assertTrue(d.show(targets[NEVER])["fields"]["mark"])

    def test_nobody_answers_for_another(self):
        with self.city() as d:
            warning, targets = self.warned(d)
            d.done(d.member["单位01"], "warning_target", "reached", targets["单位01"])
            d.refused("N26", "sec_health", "warning_target", "ack", targets["单位01"])
            self.assertEqual(d.try_("uop_02", "warning_target", "ack", targets["单位01"]).get("fault"), "absent")
            d.done("dut01", "warning_target", "ack", targets["单位01"], by_phone=True)
            said = last(d, targets["单位01"], "ack")
            self.assertEqual((said["who"], said["input"].get("by_phone")), (int(d.who["dut01"][1:]), True))

    def test_who_is_reached_by_telephone_alone_has_acknowledged(self):
        with self.city() as d:
            warning, targets = self.warned(d)
            target = targets["单位02"]
            d.expect_state(target, life="pending")
            self.assertFalse(d.try_("dut01", "warning_target", "ack", target, by_phone=True).ok)
            self.assertFalse(d.try_("dut01", "warning_target", "ack_unreached", target).ok, "it has to be said that it was by telephone")
            self.assertFalse(d.try_("uop_02", "warning_target", "ack_unreached", target, by_phone=True).ok)
            d.done("dut01", "warning_target", "ack_unreached", target, by_phone=True)
            d.expect_state(target, life="acked")
            fields = d.show(target)["fields"]
            self.assertEqual((fields["phoned"], fields["delivered_at"], fields["acked_by"]["id"]), (True, fields["acked_at"], int(d.who["dut01"][1:])))
            self.assertEqual([c["state"] for c in d.show(target)["clocks"] if c["code"] == "CK11"], ["stopped"])
            d.pass_time("3 d")
            d.expect_state(target, life="acked")

    def test_no_target_is_taken_away(self):
        with self.city() as d:
            warning, targets = self.warned(d)
            for move in ("delete", "remove"):
                answer = d.try_("dir01", "warning_target", move, targets[NEVER])
                self.assertFalse(answer.ok)
                self.assertTrue(answer.codes & {"N10", "N44"}, answer.brief())
            d.refused("N44", "dut01", "warning", "add_targets", warning, product="x")
            self.assertEqual(len(d.linked(warning, "warning_target")), MANY)


NOBODIES = """refuse_all_nobodies:
  deny local_parts = nobody : nobody2
       message = no such user here
  accept
"""

if __name__ == "__main__":
    main()
