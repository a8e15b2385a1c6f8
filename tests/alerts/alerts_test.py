#!/usr/bin/env python3
"""alerts -- equal ones join, suppressions end by themselves, cases take what the plan says, and nothing is lost."""
import contextlib
import datetime
import glob
import hashlib
import os
import random
import shutil
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "scenario"))
from scene import ROOT, Scene, last, main, moves  # noqa: E402
from fengsui import Connection  # noqa: E402

RULES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "rules")
PACK = os.path.join(ROOT, "packs", "jinan-2007")
AUTHOR, LICENSE = "A. Writer (Example Lab), B. Writer", "DRL 1.1"


def said_by(host, at, words, n):
    when = datetime.datetime.fromisoformat(at.replace("Z", "+00:00"))
    return f"<38>{when:%b} {when.day:2d} {when:%H:%M:%S} {host} sshd[{900 + n}]: {words}"


def wrong(d, host="h1", address="203.0.113.5", n=1, at=None):
    """Lines of n wrong passwords on a host."""
    return [said_by(host, at or d.now, f"Failed password for root from {address} port {4000 + i} ssh2", i) for i in range(n)]


def scanned(d, host, address="198.51.100.7", at=None):
    return [said_by(host, at or d.now, f"Connection closed by {address} port 4000 [preauth]", 0)]


def accepted(d, host, user, at=None):
    return [said_by(host, at or d.now, f"Accepted password for {user} from 203.0.113.9 port 4000 ssh2", 0)]


@contextlib.contextmanager
def plan_with(before, after):
    """The plan with one change in its alerts."""
    folder = tempfile.mkdtemp(prefix="fengsui-pack-")
    try:
        shutil.copytree(PACK, folder, dirs_exist_ok=True)
        path = os.path.join(folder, "kinds", "alert.yml")
        with open(path, encoding="utf-8") as f:
            text = f.read()
        assert before in text, before
        with open(path, "w", encoding="utf-8") as f:
            f.write(text.replace(before, after))
        yield folder
    finally:
        shutil.rmtree(folder)


class Alerts(Scene):
    def listening(self, **more):
        return self.city(rules=RULES, **more)

    def fields(self, d, ref):
        return d.show(ref)["fields"]

    def alerts(self, d, where=None):
        """Oldest first."""
        return sorted(d.list("alert", where, limit=500), key=lambda a: a.id)

    def host(self, d, key, name):
        d.do(None, "system", "create", name=name + "系统", owner=d.unit[key], hosts=[name])

    def suppress(self, d, by="dut01", until="2026-03-03T08:00:00Z", **more):
        return d.done(by, "suppression", "create", rule="wrong-password", until=until, reason="授权扫描", **more)

    def bundle_text(self, d, case):
        out = tempfile.mkdtemp(dir=d.folder) + "/bundle"
        answer = d.ask(op="bundle", refs=[case], dir=out)
        self.assertTrue(answer.ok, answer.brief())
        return "".join(open(p, encoding="utf-8", errors="replace").read()
                       for p in glob.glob(os.path.join(out, "**"), recursive=True) if os.path.isfile(p))

    def raw(self, d, digest):
        paths = [p for p in glob.glob(os.path.join(d.folder, "**", digest), recursive=True) if os.path.isfile(p)]
        self.assertEqual(len(paths), 1, f"no file {digest}")
        with open(paths[0], "rb") as f:
            bytes_ = f.read()
        self.assertEqual(hashlib.sha256(bytes_).hexdigest(), digest)
        return bytes_.decode()


class Join(Alerts):
    def test_a_flood_of_the_same_is_one_alert_with_a_count(self):
        with self.listening() as d:
            lines = []
            for part in range(20):
                batch = wrong(d, n=100)
                lines += batch
                d.ingest("udp:514", batch)
                d.pass_time("1 s")      # so that no file is like another
            alerts = self.alerts(d)
            self.assertEqual(len(alerts), 1)
            fields = self.fields(d, alerts[0].ref)
            self.assertEqual(fields["count"], 2000)
            # Four files of what made it, and no file that nothing names.
            self.assertEqual(len(fields["events"]), 4)
            self.assertEqual("".join(self.raw(d, digest) for digest in fields["events"]),
                             "".join(line + "\n" for line in lines[:400]))
            stored = glob.glob(os.path.join(d.folder, "blobs", "**", "*"), recursive=True)
            self.assertEqual(sorted({os.path.basename(p) for p in stored if len(os.path.basename(p)) == 64}),
                             sorted(set(fields["events"])))

    def test_two_hosts_two_senders_and_two_rules_are_others(self):
        with self.listening() as d:
            d.ingest("a", wrong(d, "h1") + wrong(d, "h2") + accepted(d, "h1", "root"))
            d.ingest("b", wrong(d, "h1"))
            seen = sorted((f["rule"], f["source"], f["sensor"]) for f in (self.fields(d, a.ref) for a in self.alerts(d)))
            self.assertEqual(seen, [("password-accepted", "h1", "a"), ("wrong-password", "h1", "a"),
                                    ("wrong-password", "h1", "b"), ("wrong-password", "h2", "a")])

    def test_it_is_found_among_many_of_the_same_rule(self):
        with self.listening() as d:
            d.ingest("a", [line for n in range(120) for line in wrong(d, f"h{n}")])
            d.ingest("a", [line for n in range(120) for line in wrong(d, f"h{n}")])
            alerts = self.alerts(d)
            self.assertEqual(len(alerts), 120)
            self.assertEqual({self.fields(d, a.ref)["count"] for a in alerts}, {2})

    def test_after_a_quiet_day_the_next_one_begins_anew(self):
        with self.listening() as d:
            for pause, count in (("1 min", 1), ("23 h", 1), ("23 h", 1), ("25 h", 2)):
                d.pass_time(pause)
                d.ingest("a", wrong(d))
                self.assertEqual(len(self.alerts(d)), count, pause)
            first, second = self.alerts(d)
            self.assertEqual(first.states["life"], "new")
            self.assertEqual((self.fields(d, first.ref)["count"], self.fields(d, second.ref)["count"]), (3, 1))
            self.assertEqual(self.fields(d, second.ref)["earlier"], first.number)
            fields = self.fields(d, first.ref)
            self.assertEqual(fields["first_at"][:16], "2026-03-02T08:01")
            self.assertEqual(fields["last_at"][:16], "2026-03-04T06:01")

    def test_after_a_week_without_a_pause_too(self):
        with self.listening() as d:
            for _ in range(17):
                d.ingest("a", wrong(d))
                d.pass_time("12 h")
            first, second = self.alerts(d)
            self.assertEqual((self.fields(d, first.ref)["count"], self.fields(d, second.ref)["count"]), (15, 2))

    def test_a_line_that_lies_about_its_time_splits_nothing(self):
        with self.listening() as d:
            for year in ("1970", "2106", "2026", "1999"):
                d.ingest("a", [f"<38>1 {year}-03-02T08:00:00Z h1 sshd 7 - - Failed password for root from 203.0.113.5 port 1 ssh2"])
            self.assertEqual([self.fields(d, a.ref)["count"] for a in self.alerts(d)], [4])

    def test_a_rule_says_what_is_equal_and_for_how_long(self):
        with self.listening() as d:
            d.ingest("a", accepted(d, "h1", "eve") + accepted(d, "h2", "eve") + accepted(d, "h1", "mallory"))
            d.ingest("b", accepted(d, "h3", "eve"))
            self.assertEqual([self.fields(d, a.ref)["count"] for a in self.alerts(d)], [3, 1])
            for _ in range(5):      # 29 minutes apart: joined for two hours, and no longer
                d.pass_time("29 min")
                d.ingest("a", accepted(d, "h1", "eve"))
            self.assertEqual([self.fields(d, a.ref)["count"] for a in self.alerts(d)], [7, 1, 1])
            d.pass_time("31 min")
            d.ingest("a", accepted(d, "h1", "eve"))
            self.assertEqual([self.fields(d, a.ref)["count"] for a in self.alerts(d)], [7, 1, 1, 1])

    def test_the_plan_has_the_last_word(self):
        with plan_with("  samples: 4\n", "  samples: 2\n  rules:\n    password-accepted: {by: [host], within: 5 min}\n"
                                         "    wrong-password: {by: [user, src_ip]}\n") as pack:
            with self.listening(pack=pack) as d:
                d.ingest("a", accepted(d, "h1", "eve") + accepted(d, "h1", "mallory") + accepted(d, "h2", "eve"))
                self.assertEqual([self.fields(d, a.ref)["count"] for a in self.alerts(d)], [2, 1])
                d.pass_time("6 min")
                d.ingest("a", accepted(d, "h1", "eve"))
                self.assertEqual(len(self.alerts(d)), 3)
                d.ingest("a", wrong(d, "h1") + wrong(d, "h2") + wrong(d, "h2", "198.51.100.1"))
                self.assertEqual([self.fields(d, a.ref)["count"] for a in self.alerts(d, "rule:wrong-password")], [2, 1])
                for _ in range(3):
                    d.ingest("a", wrong(d, "h1"))
                self.assertEqual(len(self.fields(d, self.alerts(d, "rule:wrong-password")[0].ref)["events"]), 2)

    def test_what_was_found_false_is_not_counted_on_in_silence(self):
        with self.listening() as d:
            d.ingest("a", wrong(d))
            first = self.alerts(d)[0]
            d.done("dut01", "alert", "dismiss", first, reason="授权扫描")
            d.ingest("a", wrong(d))
            first, second = self.alerts(d)
            self.assertEqual((first.states["life"], second.states["life"]), ("false", "new"))
            self.assertEqual(self.fields(d, first.ref)["count"], 1)
            self.assertEqual(self.fields(d, second.ref)["earlier"], first.number)


class Shown(Alerts):
    def test_author_licence_and_technique_stand_wherever_it_is_shown(self):
        with self.listening() as d:
            d.ingest("a", wrong(d))
            alert = self.alerts(d)[0]
            tags = ["attack.credential-access", "attack.t1110", "class.net_attack"]
            for fields in (self.fields(d, alert.ref), alert["fields"]):
                self.assertEqual((fields["author"], fields["license"], fields["tags"]), (AUTHOR, LICENSE, tags))
            for page in (("alert", "show", alert.number), ("alert", "list"), ("alert", "list", "--json"), ("alert", "show", alert.number, "--json")):
                text = d.cli(*page)
                for word in (AUTHOR, LICENSE, "attack.t1110"):
                    self.assertIn(word, text, page)
            self.assertEqual([a.id for a in d.list("alert", "tags:attack.t1110")], [alert.id])

    def test_the_answer_and_the_bundle_of_its_case_too(self):
        with self.listening() as d:
            self.host(d, "edu", "h1")
            d.ingest("a", wrong(d))
            d.done("dut01", "alert", "promote", self.alerts(d)[0])
            case = d.list("incident")[0]
            text = self.bundle_text(d, case.ref)
            for word in (AUTHOR, LICENSE, "attack.t1110", wrong(d)[0]):
                self.assertIn(word, text)


class Suppressed(Alerts):
    def test_what_it_takes_is_counted_and_wakes_nobody(self):
        with self.listening() as d:
            quiet = self.suppress(d, source="h1")
            d.expect_state(quiet, life="in_force")
            for _ in range(3):
                d.ingest("a", wrong(d, "h1", n=5) + wrong(d, "h2", n=2))
            one, other = sorted(self.alerts(d), key=lambda a: self.fields(d, a.ref)["source"])
            self.assertEqual((one.states["life"], other.states["life"]), ("suppressed", "new"))
            self.assertEqual((self.fields(d, one.ref)["count"], self.fields(d, other.ref)["count"]), (15, 6))
            self.assertEqual(self.fields(d, one.ref)["suppression"]["id"], quiet.id)
            self.assertEqual(self.fields(d, quiet.ref)["taken"], 15)
            self.assertEqual([m["move"] for m in moves(d, quiet.ref)], ["create", "begin", "take", "take", "take"])
            self.assertEqual([row["fields"].get("taken") for row in d.list("suppression")], [15])
            self.assertEqual([link.id for link in d.linked(quiet.ref, "alert")], [one.id])
            # Every line that was sent is somewhere.
            row = {r["name"]: r for r in d.status()["sources"]}["a"]
            self.assertEqual((row["received"], row["stored"], row["limited"]), (21, 21, 0))

    def test_an_alert_that_is_open_already_does_not_go_on_counting(self):
        with self.listening() as d:
            d.ingest("a", wrong(d))
            quiet = self.suppress(d, source="h1")
            d.ingest("a", wrong(d, n=3))
            first, second = self.alerts(d)
            self.assertEqual((first.states["life"], second.states["life"]), ("new", "suppressed"))
            self.assertEqual((self.fields(d, first.ref)["count"], self.fields(d, quiet.ref)["taken"]), (1, 3))

    def test_it_ends_by_itself_to_the_second(self):
        with self.listening() as d:
            quiet = self.suppress(d, source="h1", until="2026-03-02T10:00:00Z")
            d.set_time("2026-03-02T09:59:59Z")
            d.ingest("a", wrong(d))
            d.expect_state(quiet, life="in_force")
            d.set_time("2026-03-02T10:00:00Z")
            d.expect_state(quiet, life="ended")
            d.ingest("a", wrong(d))
            first, second = self.alerts(d)
            self.assertEqual((first.states["life"], second.states["life"]), ("suppressed", "new"))
            self.assertEqual(self.fields(d, quiet.ref)["taken"], 1)
            self.assertEqual([m["move"] for m in moves(d, quiet.ref)], ["create", "begin", "take", "expire"])

    def test_it_ends_while_nobody_is_there(self):
        with self.listening() as d:
            self.suppress(d, source="h1", until="2026-03-02T10:00:00Z")
            d.ingest("a", wrong(d))
            d.stop()
            d.command[d.command.index("--at") + 1] = "2026-03-02T11:00:00Z"
            d.start()
            d.ingest("a", wrong(d))
            self.assertEqual([a.states["life"] for a in self.alerts(d)], ["suppressed", "new"])

    def test_and_early_with_a_reason(self):
        with self.listening() as d:
            quiet = self.suppress(d, source="h1")
            d.refused("N42", "dut01", "suppression", "end", quiet)
            d.done("dut01", "suppression", "end", quiet, reason="扫描结束")
            d.ingest("a", wrong(d))
            self.assertEqual([a.states["life"] for a in self.alerts(d)], ["new"])

    def test_never_without_an_end_nor_too_long_nor_in_the_past(self):
        with self.listening() as d:
            for more in ({}, {"until": "2026-04-02T08:00:00Z"}, {"until": "2026-03-01T08:00:00Z"}, {"until": "2026-03-02T08:00:00Z"}):
                d.refused("N42", "dut01", "suppression", "create", rule="wrong-password", source="h1", reason="授权扫描", **more)
            d.refused("N42", "dut01", "suppression", "create", rule="wrong-password", source="h1", until="2026-03-03T08:00:00Z")
            d.refused("N42", "dut01", "suppression", "create", source="h1", until="2026-03-03T08:00:00Z", reason="授权扫描")
            self.assertFalse(d.try_("rsp01", "suppression", "create", rule="wrong-password", source="h1", until="2026-03-03T08:00:00Z", reason="扫").ok)
            self.assertEqual(d.list("suppression"), [])

    def test_for_all_hosts_or_long_it_takes_two(self):
        with self.listening() as d:
            for more in ({}, {"source": "h1", "until": "2026-03-20T08:00:00Z"}):
                quiet = self.suppress(d, **more)
                d.expect_state(quiet, life="asked")
                self.assertIn(d.ingest("a", wrong(d))["alerts"][0]["did"], ("raised", "repeated"))
                d.proposed("dut01", "suppression", "approve", quiet)
                d.refused("N15", "dut01", "suppression", "approve", quiet)
                d.expect_state(quiet, life="asked")
                d.done("dir01", "suppression", "approve", quiet)
                d.expect_state(quiet, life="in_force")
                self.assertEqual(d.ingest("a", wrong(d))["alerts"][0]["did"], "suppressed")
                d.done("dir01", "suppression", "end", quiet, reason="换一种")

    def test_the_director_alone_is_not_two(self):
        with self.listening() as d:
            quiet = self.suppress(d, by="dir01")
            d.proposed("dir01", "suppression", "approve", quiet)
            d.refused("N15", "dir01", "suppression", "approve", quiet)
            d.expect_state(quiet, life="asked")

    def test_each_key_that_it_names_must_be_the_same_to_the_letter(self):
        with self.listening() as d:
            self.host(d, "edu", "h1")
            cases = [({"sensor": "a"}, True), ({"sensor": "b"}, False), ({"unit": d.unit["edu"]}, True), ({"unit": d.unit["tax"]}, False),
                     ({"source": "h"}, False), ({"source": "h*"}, False), ({"source": "H1"}, False), ({"group": "203.0.113.5"}, False)]
            for more, taken in cases:
                quiet = self.suppress(d, source=more.pop("source", "h1"), **more)
                d.ingest("a", wrong(d))
                self.assertEqual(bool(self.fields(d, quiet.ref).get("taken")), taken, more)
                d.done("dut01", "suppression", "end", quiet, reason="换一种")


class Case(Alerts):
    def promoted(self, d, host="h1", key="edu"):
        """A case opened with an alert of this host; gives both."""
        self.host(d, key, host)
        d.ingest("a", wrong(d, host))
        alert = self.alerts(d)[-1]
        d.done("dut01", "alert", "promote", alert)
        return d.linked(alert.ref, "incident")[0].number, alert

    def test_another_rule_about_the_same_host_joins_and_the_case_says_so(self):
        with self.listening() as d:
            case, _ = self.promoted(d)
            d.ingest("a", accepted(d, "h1", "root"))
            joined = self.alerts(d)[-1]
            self.assertEqual(joined.states["life"], "merged")
            fields = self.fields(d, joined.ref)
            self.assertEqual((fields["incident"]["number"], fields["joined_by"]), (case, "same_host"))
            self.assertEqual(self.fields(d, case)["latest_alert"]["id"], joined.id)
            entry = last(d, case, "alert_joined")["entry"]
            self.assertEqual(entry["change"]["set"]["latest_alert"], joined.id)
            self.assertIn("An alert joined", d.cli("incident", "history", case))

    def test_by_unit_and_nature_within_four_hours(self):
        with self.listening() as d:
            case, _ = self.promoted(d)
            self.host(d, "edu", "h2")
            self.host(d, "tax", "h3")
            d.ingest("a", wrong(d, "h2") + wrong(d, "h3"))
            same, other = self.alerts(d)[-2:]
            self.assertEqual((same.states["life"], other.states["life"]), ("merged", "new"))
            self.assertEqual(self.fields(d, same.ref)["joined_by"], "same_kind")
            self.host(d, "edu", "h5")
            d.ingest("a", accepted(d, "h5", "root"))    # of a nature that its rule does not say
            self.assertEqual(self.alerts(d)[-1].states["life"], "new")
            self.host(d, "edu", "h4")
            d.pass_time("5 h")
            d.ingest("a", wrong(d, "h4"))
            self.assertEqual(self.alerts(d)[-1].states["life"], "new")

    def test_the_same_address_at_another_unit_joins_and_shows_neither_what_is_the_others(self):
        with self.listening() as d:
            self.host(d, "edu", "h1")
            self.host(d, "tax", "h2")
            d.ingest("a", scanned(d, "h1"))
            first = self.alerts(d)[0]
            d.done("dut01", "alert", "promote", first)
            case = d.linked(first.ref, "incident")[0].number
            d.ingest("a", scanned(d, "h2"))
            second = self.alerts(d)[-1]
            fields = self.fields(d, second.ref)
            self.assertEqual((fields["incident"]["number"], fields["joined_by"], fields["group"]), (case, "same_group", "198.51.100.7"))
            ours = {self.fields(d, e.ref)["unit"]["id"]: e.ref for e in d.linked(case, "evidence")}
            edu, tax = (int(d.unit[key][1:]) for key in ("edu", "tax"))
            self.assertEqual(set(ours), {edu, tax})
            for who, sees, not_sees in (("uop_edu", ours[edu], ours[tax]), ("uop_tax", ours[tax], ours[edu])):
                self.assertTrue(d.ask(op="show", ref=sees, **{"as": who}).ok, who)
                self.assertEqual(d.ask(op="show", ref=not_sees, **{"as": who}).get("fault"), "absent", who)

    def test_about_a_system_of_a_case_that_no_alert_opened(self):
        with self.listening() as d:
            system = d.do(None, "system", "create", name="h9系统", owner=d.unit["bank"], hosts=["h9"])
            case = d.do("dut01", "incident", "create", title="报告的案件", reporter="联络员", unit=d.unit["bank"],
                        aware_at="2026-03-02T07:50:00Z", what="电话报告").number
            d.done("dir01", "incident", "name_lead", case, lead="cl01")
            d.done("cl01", "affected_system", "create", incident=case, system=system, unit=d.unit["bank"], name="h9")
            d.ingest("a", accepted(d, "h9", "root"))
            fields = self.fields(d, self.alerts(d)[0].ref)
            self.assertEqual((fields["incident"]["number"], fields["joined_by"]), (case, "affected_host"))

    def test_where_the_plan_says_nothing_it_waits_for_the_duty_officer(self):
        with plan_with("""    same_host:     {zh: 同一主机, en: the same host, same: [source], within: 24 h}
    affected_host: {zh: 本案受影响系统, en: a system of the case, of: affected_system, same: [system], within: 24 h}
    same_kind:     {zh: 同一单位的同类事件, en: the same unit and nature, same: [unit, class], within: 4 h}
""", "") as pack:
            with self.listening(pack=pack) as d:
                case, _ = self.promoted(d)
                d.ingest("a", accepted(d, "h1", "root"))
                waits = self.alerts(d)[-1]
                self.assertEqual(waits.states["life"], "new")
                d.refused("N21", "dut01", "alert", "join", waits)
                d.done("dut01", "alert", "join", waits, incident=case)
                self.assertEqual(d.states(waits.ref)["life"], "merged")
                self.assertIsNotNone(last(d, case, "alert_joined"))
                self.assertEqual(len(d.linked(case, "evidence")), 2)

    def test_the_lines_are_sealed_as_evidence_with_their_custody(self):
        with self.listening() as d:
            case, alert = self.promoted(d)
            digest = self.fields(d, alert.ref)["events"][0]
            found = d.linked(case, "evidence")
            self.assertEqual(len(found), 1)
            ref = found[0].ref
            fields = self.fields(d, ref)
            self.assertEqual((fields["blob"], fields["alert"]["id"], d.states(ref)["life"]), (digest, alert.id, "sealed"))
            self.assertIn("Failed password", self.raw(d, digest))
            self.assertEqual(last(d, ref, "seal_events")["record"], ["seal", "custody_event"])
            # A join brings its lines, and so does what is counted on an alert of the case, as long as files are kept.
            d.ingest("a", accepted(d, "h1", "root"))
            self.assertEqual(len(d.linked(case, "evidence")), 2)
            for n in range(6):
                d.ingest("a", wrong(d, address=f"203.0.113.{n}"))
            self.assertEqual(len(d.linked(case, "evidence")), 5)
            self.assertEqual({d.states(e.ref)["life"] for e in d.linked(case, "evidence")}, {"sealed"})
            self.assertEqual(self.fields(d, alert.ref)["count"], 7)
            # The house keeps it until the first custodian takes it over; from him on two sign.
            d.refused("N18", "dir01", "evidence", "transfer", ref, receiver="rsp02")
            d.done("dut01", "evidence", "take_over", ref)
            self.assertEqual(self.fields(d, ref)["custodian"]["id"], int(d.who["dut01"][1:]))
            d.refused("N18", "dut02", "evidence", "take_over", ref)

    def test_when_its_case_is_done_with_the_alert_opens_its_own(self):
        with self.listening() as d:
            case, first = self.promoted(d)
            d.done("dut01", "incident", "acknowledge", case)
            d.ingest("a", wrong(d))
            self.assertEqual(self.fields(d, first.ref)["count"], 2)
            d.done("dut01", "incident", "score", case, scores=[1, 1, 1, 1, 1, 1])
            d.done("dut01", "incident", "dismiss", case, reason="授权扫描")
            d.expect_state(case, handling="dismissed")
            d.ingest("a", wrong(d))
            second = self.alerts(d)[-1]
            self.assertNotEqual(second.id, first.id)
            self.assertEqual(second.states["life"], "new")
            self.assertEqual((self.fields(d, first.ref)["count"], self.fields(d, second.ref)["earlier"]), (2, first.number))
            self.assertNotIn("incident", self.fields(d, second.ref))
            # What is no case's yet, or another's, is not in the bundle of the first.
            text = self.bundle_text(d, case)
            self.assertIn(first.number, text)
            self.assertNotIn(second.number, text)


class Disagreeing(Alerts):
    def test_a_plan_whose_moves_disagree_costs_no_alert(self):
        """The rows admit a closed case, the move does not: the alert waits for the duty officer."""
        with plan_with("  if: [{in: {handling: [received, triage,", "  if: [{in: {handling: [dismissed, received, triage,") as pack:
            with self.listening(pack=pack) as d:
                self.host(d, "edu", "h1")
                d.ingest("a", wrong(d))
                d.done("dut01", "alert", "promote", self.alerts(d)[0])
                case = d.list("incident")[0]
                d.done("dut01", "incident", "acknowledge", case)
                d.done("dut01", "incident", "score", case, scores=[1, 1, 1, 1, 1, 1])
                d.done("dut01", "incident", "dismiss", case, reason="授权扫描")
                self.assertEqual(d.ingest("a", wrong(d))["alerts"][0]["did"], "raised")
                self.assertEqual(self.alerts(d)[-1].states["life"], "new")
                self.assertEqual(d.status()["intake"]["alerts_dropped"], 0)


class Killed(Alerts):
    ROUNDS = 6

    def test_what_was_acknowledged_is_there_after_a_kill(self):
        """Six SIGKILLs while lines come in: each acknowledged line is counted, once or (unanswered) at most once more."""
        chance = random.Random(4)
        with self.listening() as d:
            acked = sent = 0
            for n in range(self.ROUNDS):
                lines, done = wrong(d, "h1", n=3) + wrong(d, f"k{n}"), []
                tally = [0, 0]
                worker = threading.Thread(target=self.feed, args=(d.folder, lines, tally, done))
                worker.start()
                until = time.monotonic() + 20
                while not tally[0] and time.monotonic() < until:
                    time.sleep(0.01)
                time.sleep(chance.uniform(0, 0.4))
                d.kill()
                worker.join()
                d.start()
                acked, sent = acked + tally[0], sent + tally[1]
                with self.subTest(round=n):
                    self.assertGreater(tally[0], 0, "nothing was acknowledged")
                    alerts = {self.fields(d, a.ref)["source"]: self.fields(d, a.ref) for a in self.alerts(d)}
                    self.assertLessEqual(3 * acked, alerts["h1"]["count"])
                    self.assertLessEqual(alerts["h1"]["count"], 3 * sent)
                    self.assertLessEqual(tally[0], alerts[f"k{n}"]["count"])
                    for fields in alerts.values():
                        for digest in fields["events"]:
                            self.raw(d, digest)
            self.assertEqual(d.ask(op="rebuild", check=True)["differing"], 0)

    @staticmethod
    def feed(folder, lines, tally, done):
        """[acknowledged, sent] requests until the daemon is gone."""
        connection = Connection(folder)
        try:
            while True:
                tally[1] += 1
                if not connection.ask(op="ingest", source="a", lines=lines).ok:
                    return
                tally[0] += 1
        except (OSError, ConnectionError, ValueError):
            pass


if __name__ == "__main__":
    main()
