#!/usr/bin/env python3
"""S11 False alarm: dismissed by two with a reason, suppressed until a date, reopened when it was none."""
import datetime
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from scene import LEVEL3, ROOT, Scene, last, main, moves, said  # noqa: E402

RULES = os.path.join(ROOT, "rules")
SCANNER = "198.51.100.77"


def guessing(at, host="f-web01", address=SCANNER, tries=12):
    """What a host logs when an address tries passwords, a second apart."""
    when = datetime.datetime.fromisoformat(at.replace("Z", "+00:00"))
    stamps = [when + datetime.timedelta(seconds=i) for i in range(tries)]
    return [f"<38>{t:%b} {t.day:2d} {t:%H:%M:%S} {host} sshd[{900 + i}]: "
            f"Failed password for root from {address} port {40000 + i} ssh2" for i, t in enumerate(stamps)]


class FalseAlarm(Scene):
    def listening(self):
        return self.city(rules=RULES)

    def scan(self, d, at=None, **more):
        """The scanner at work; gives what became of its alerts."""
        d.ingest("udp:514", guessing(at or d.now, **more))
        return d.list("alert")

    def unit_f(self, d):
        d.do(None, "system", "create", name="F系统", owner=d.unit["edu"], hosts=["f-web01"])

    def case(self, d):
        """An alert of unit F, a case opened with it, provisional level 3."""
        self.unit_f(d)
        alert = self.scan(d)[0]
        d.done("dut01", "alert", "promote", alert)
        case = d.linked(alert.ref, "incident")[0].number
        d.done("dut01", "incident", "acknowledge", case)
        d.done("dut01", "incident", "score", case, scores=LEVEL3)
        return case, alert

    def test_the_rule_raises_one_alert_of_the_units_system(self):
        with self.listening() as d:
            self.unit_f(d)
            alerts = self.scan(d)
            self.assertEqual(len(alerts), 1, alerts)
            fields = d.show(alerts[0].ref)["fields"]
            self.assertEqual((fields["unit"]["title"], fields["source"], fields["group"]),
                             ("市教育局信息中心", "f-web01", SCANNER))
            d.pass_time("10 min")
            self.assertEqual([a.ref for a in self.scan(d)], [alerts[0].ref])
            self.assertGreater(d.show(alerts[0].ref)["fields"]["count"], fields["count"])

    def test_dismissal_at_level_3_takes_two(self):
        with self.listening() as d:
            case, _ = self.case(d)
            d.refused("N04", "dut01", "incident", "dismiss", case)
            d.proposed("dut01", "incident", "dismiss", case, reason="授权扫描")
            d.expect_state(case, handling="triage")
            d.refused("N15", "dut01", "incident", "dismiss", case)
            d.refused("N15", "dut02", "incident", "dismiss", case)
            d.done("dir01", "incident", "dismiss", case)
            d.expect_state(case, handling="dismissed")
            self.assertEqual(d.clock(case, "CK04")["state"], "stopped")
            made = last(d, case, "dismiss")
            self.assertEqual((made["rows"], made["proposer"], made["who"]),
                             (["T004"], int(d.who["dut01"][1:]), int(d.who["dir01"][1:])))

    def test_the_director_alone_does_not_dismiss_it(self):
        with self.listening() as d:
            case, _ = self.case(d)
            d.refused("N15", "dir01", "incident", "dismiss", case, reason="授权扫描")
            d.expect_state(case, handling="triage")

    def test_nor_from_verification_by_one(self):
        with self.listening() as d:
            case, _ = self.case(d)
            d.done("dut01", "incident", "accept", case, on_scene=["rsp01"])
            d.proposed("rsp01", "incident", "not_incident", case, reason="授权扫描")
            d.refused("N15", "rsp01", "incident", "not_incident", case)
            d.done("dir01", "incident", "not_incident", case)
            d.expect_state(case, handling="dismissed")
            self.assertEqual(last(d, case, "not_incident")["rows"], ["T008"])

    def test_the_record_of_a_dismissed_case_is_kept_and_put_away_lightly(self):
        with self.listening() as d:
            case, _ = self.case(d)
            d.both("dut01", "dir01", "incident", "dismiss", case, reason="授权扫描")
            d.refused("N10", "dir01", "incident", "delete", case)
            d.done("dir01", "incident", "set_retention", case, retention="short", retention_until="2026-04-01T00:00:00Z")
            d.pass_time("40 d")
            d.expect_state(case, handling="archived")
            shelved = last(d, case, "shelve")
            self.assertEqual((shelved["rows"], shelved["record"]), (["T024"], ["archive_package"]))
            d.refused("N09", "dir01", "incident", "revive", case, reason="再查")

    def test_no_suppression_without_an_end(self):
        with self.listening() as d:
            _, alert = self.case(d)
            rule = d.show(alert.ref)["fields"]["rule"]
            d.refused("N42", "dut01", "suppression", "create", rule=rule, source="f-web01", reason="授权扫描")
            d.refused("N42", "dut01", "suppression", "create", rule=rule, source="f-web01", until="2026-03-05T00:00:00Z")

    def test_suppressed_until_its_date_and_heard_again_after_it(self):
        with self.listening() as d:
            _, alert = self.case(d)
            rule = d.show(alert.ref)["fields"]["rule"]
            suppression = d.done("dut01", "suppression", "create", rule=rule, source="f-web01", until="2026-03-06T00:00:00Z",
                                 reason="授权扫描")
            d.set_time("2026-03-04T09:00:00Z")
            quiet = [a for a in self.scan(d) if a.ref != alert.ref]
            self.assertEqual([a.states["life"] for a in quiet], ["suppressed"])
            self.assertEqual(d.show(quiet[0].ref)["fields"]["suppression"]["id"], suppression.id)
            other = [a for a in self.scan(d, host="g-web01", address="198.51.100.200")
                     if d.show(a.ref)["fields"]["source"] == "g-web01"]
            self.assertEqual([a.states["life"] for a in other], ["new"])
            d.set_time("2026-03-06T10:00:00Z")
            known = {a.ref for a in d.list("alert")}
            loud = [a for a in self.scan(d) if a.ref not in known]
            self.assertEqual([a.states["life"] for a in loud], ["new"])

    def test_the_false_alarm_that_was_none_is_reopened_and_the_count_corrected(self):
        with self.listening() as d:
            case, _ = self.case(d)
            d.both("dut01", "dir01", "incident", "dismiss", case, reason="授权扫描")
            second = [a for a in self.scan(d, host="g-web01", address="198.51.100.200") if a.states["life"] == "new"][0]
            d.done("dut01", "alert", "dismiss", second, reason="授权扫描")
            count = lambda: (len(d.list("incident", "handling:dismissed")), len(d.list("alert", "life:false")))  # noqa: E731
            self.assertEqual(count(), (1, 1))
            d.pass_time("1 d")
            self.assertFalse(d.try_("dut01", "incident", "revive", case, reason="扫描未经授权").ok)
            d.done("dir01", "incident", "revive", case, reason="扫描未经授权")
            d.done("dir01", "alert", "reconsider", second, reason="扫描未经授权")
            self.assertEqual(count(), (0, 0))
            d.expect_state(case, handling="triage")
            self.assertEqual(d.clock(case, "CK04")["state"], "running")
            told = [(m["move"], said(m, "reason")) for m in moves(d, case) if m["move"] in ("dismiss", "revive")]
            self.assertEqual(told, [("dismiss", "授权扫描"), ("revive", "扫描未经授权")])
            told = [(m["move"], said(m, "reason")) for m in moves(d, second.ref) if m["move"] in ("dismiss", "reconsider")]
            self.assertEqual(told, [("dismiss", "授权扫描"), ("reconsider", "扫描未经授权")])
            self.assertEqual(last(d, case, "revive")["rows"], ["T023"])


if __name__ == "__main__":
    main()
