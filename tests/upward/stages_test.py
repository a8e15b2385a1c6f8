#!/usr/bin/env python3
"""stages -- every stage of every regime, opened by its fact, due when the law says, driven to its receipt."""
import calendar
import os
import sys
import unittest
import zoneinfo
from datetime import datetime, timedelta, timezone

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "lib"))
sys.path.insert(0, HERE)

from cast import city, confirm_case, person  # noqa: E402
from fengsui import ROOT  # noqa: E402
from figures_test import table  # noqa: E402

LEVEL3, LEVEL5 = [3, 3, 2, 1, 2, 2], [5, 5, 4, 1, 3, 4]
ZONES = {"cn": "Asia/Shanghai", "eu": "Europe/Brussels", "us": "America/New_York", "in": "Asia/Kolkata", "sg": "Asia/Singapore",
         "hk": "Asia/Hong_Kong", "tw": "Asia/Taipei", "jp": "Asia/Tokyo", "au": "Australia/Sydney", "kr": "Asia/Seoul"}
FREE = {"2026-11-26", "2026-12-25", "2027-01-01", "2027-01-18", "2027-02-15"}  # in the United States
ONCE = ["materiality_determined", "fix_available", "handling_finished"]
AGAIN = ["received_from_operator", "ransom_paid", "new_facts_known", "notice_requested"]
FOLLOWED = ["eu-nis2/in", "eu-dora/in", "eu-dora/ir", "eu-cra/nt", "sg-cii/n"]

BEGINS = [
    ("2026-11-20T20:00:00Z", "Thanksgiving lies ahead"),
    ("2027-01-31T10:00:00Z", "the next month has 28 days"),
    ("2028-01-31T10:00:00Z", "the next month has 29 days"),
    ("2028-02-28T22:30:00Z", "a leap day lies ahead"),
    ("2026-10-24T20:30:00Z", "clocks go back in Europe that night"),
    ("2027-03-27T22:30:00Z", "clocks go on in Europe that night"),
    ("2027-03-13T22:30:00Z", "clocks go on in New York that night"),
    ("2026-10-31T22:30:00Z", "clocks go back in New York that night"),
    ("2026-12-31T23:30:00Z", "the year ends"),
]


def read(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def write(moment):
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def months_on(local, count):
    year, month = divmod(local.month - 1 + count, 12)
    year, month = local.year + year, month + 1
    return local.replace(year=year, month=month, day=min(local.day, calendar.monthrange(year, month)[1]))


def business_days_on(local, count):
    while count:
        local += timedelta(days=1)
        count -= local.weekday() < 5 and local.strftime("%Y-%m-%d") not in FREE
    return local.replace(hour=23, minute=59, second=59, microsecond=0)


def after(moment, value, unit, zone):
    """When a term is over, by the time zones of this machine."""
    if unit == "h":
        return moment + timedelta(hours=float(value))
    local = moment.astimezone(zoneinfo.ZoneInfo(zone)).replace(tzinfo=None)
    local = {"d": lambda: local + timedelta(days=int(value)), "month": lambda: months_on(local, int(value)),
             "bd": lambda: business_days_on(local, int(value))}[unit]()
    return local.replace(tzinfo=zoneinfo.ZoneInfo(zone))


class World:
    """A city that has adopted every regime, with a case of level 5 and one of level 3."""

    def __init__(self, d, begin):
        self.d, self.begin = d, read(begin)
        person(d, "law01", "法制审核", "市信息产业局", "LAW")
        d.do(None, "duty_shift", "create", person=d.who["dut01"], starts_at="2028-01-01T00:00:00Z", ends_at="2029-01-01T00:00:00Z")
        for regime in sorted({r["regime"] for r in table()}):
            for variant in ("cii", "central", "other") if regime == "cn-cac-2025" else (None,):
                self.adopt(regime, **({"variant": variant} if variant else {}))
        self.aware = self.begin - timedelta(minutes=10)
        self.cases = [self.case(LEVEL5), self.case(LEVEL3)]

    def adopt(self, regime, **more):
        ref = self.d.done("dir01", "regime_adoption", "create", regime=regime, why="适用", **more).ref
        self.d.done("law01", "regime_adoption", "confirm", ref, source="原文", edition="现行")

    def case(self, scores):
        case, _ = confirm_case(self.d, scores, aware_at=write(self.aware))
        self.d.done("rsp01", "incident", "record_facts", case, personal_data=True)
        return case

    def fact(self, case, name, **more):
        return self.d.done("dir01", "case_fact", "create", incident=case, fact=name, happened_at=write(self.begin), **more)

    def owed(self, case):
        """regime/stage -> (reference, fields)"""
        out = {}
        for link in self.d.linked(case, "upward_report"):
            shown = self.d.show(link.ref)
            if "stage" in shown["fields"]:
                out[f"{shown['fields']['regime']}/{shown['fields']['stage']}"] = (link.ref, shown["fields"])
        return out

    def send(self, ref):
        d = self.d
        d.done("cl01", "upward_report", "propose_text", ref)
        d.done("cl01", "upward_report", "draft", ref, text=d.show(ref)["fields"]["proposed_text"])
        d.done("lg01", "upward_report", "approve", ref)
        d.done("dir01", "upward_report", "send", ref, channel="web")

    def all_facts(self):
        for case in self.cases:
            for name in ONCE + AGAIN:
                self.fact(case, name)
            for stage in ("crit", "oth"):
                self.fact(case, "oral_report_given", stage=stage)


class Stages(unittest.TestCase):
    maxDiff = None

    def city(self, begin):
        return city(at=begin, pack=os.path.join(ROOT, "packs", "jinan-2007"))

    def due(self, w, row, name, sent):
        """When the law says, by the row of the table; None: at once."""
        zone = ZONES[row["regime"].split("-")[0]]
        moments = []
        for clock, value in zip(row["from"].split("|"), row["value"].split("|")):
            source, _, of = clock.partition(":")
            moment = sent[f"{row['regime']}/{of}"] if source == "previous_stage_submitted" else \
                w.aware if source == "aware" else w.begin
            moments.append(after(moment, value, row["unit"], zone) if row["unit"] != "asap" else None)
        return write(min(moments)) if moments[0] else None

    def check(self, w, sent, seen):
        """Every duty that is open is due when the table says."""
        rows = {f"{r['regime']}/{r['stage']}": r for r in table()}
        for case in w.cases:
            for name, (ref, fields) in w.owed(case).items():
                with self.subTest(name):
                    self.assertEqual(fields.get("due_at"), self.due(w, rows[name], name, sent[case]))
                    self.assertEqual((fields["certainty"], fields["counts"]), (rows[name]["certainty"], True))
                    seen.add(name)

    def test_every_stage_is_due_when_the_law_says(self):
        for begin, why in BEGINS:
            with self.subTest(why), self.city(begin) as d:
                w, seen, sent = World(d, begin), set(), {}
                w.all_facts()
                for case in w.cases:
                    sent[case] = {}
                self.check(w, sent, seen)
                for hours, name in enumerate(FOLLOWED, 1):
                    d.set_time(write(w.begin + timedelta(hours=hours)))
                    for case in w.cases:
                        w.send(w.owed(case)[name][0])
                        sent[case][name] = w.begin + timedelta(hours=hours)
                    self.check(w, sent, seen)
                self.assertEqual(seen, {f"{r['regime']}/{r['stage']}" for r in table()})

    def test_every_stage_goes_from_its_fact_to_its_receipt(self):
        with self.city(BEGINS[0][0]) as d:
            w, done = World(d, BEGINS[0][0]), set()
            w.all_facts()
            for case in w.cases:
                while todo := {n: ref for n, (ref, f) in w.owed(case).items() if "sent_at" not in f}:
                    for name, ref in todo.items():
                        w.send(ref)
                        d.done("dir01", "upward_report", "receipt", ref, receipt="回执1号")
                        clock = d.clock(ref, "CK12_stage")
                        self.assertEqual((clock or {}).get("state", "stopped"), "stopped", name)
                        done.add(name)
            self.assertEqual(done, {f"{r['regime']}/{r['stage']}" for r in table()})
            self.assertEqual([r for r in d.ask(op="deadlines", limit=500, **{"as": "dir01"})["deadlines"] if "stage" in r], [])

    def test_every_stage_is_missed_at_its_own_second(self):
        with self.city(BEGINS[0][0]) as d:
            w = World(d, BEGINS[0][0])
            w.all_facts()
            d.set_time(write(w.begin + timedelta(days=70)))
            for case in w.cases:
                for name, (ref, fields) in w.owed(case).items():
                    clock = d.clock(ref, "CK12_stage")
                    self.assertEqual((clock or {}).get("missed"), fields.get("due_at"), name)

    def test_a_month_is_kept_where_the_hour_of_the_place_changes(self):
        # NIS2: notified at 10:00 of 28 February in Brussels, one month on it is summer time there.
        with self.city("2027-02-28T08:00:00Z") as d:
            w = World(d, "2027-02-28T08:00:00Z")
            d.set_time("2027-02-28T09:00:00Z")
            w.send(w.owed(w.cases[0])["eu-nis2/in"][0])
            self.assertEqual(w.owed(w.cases[0])["eu-nis2/fr"][1]["due_at"], "2027-03-28T08:00:00.000000Z")

    def test_exceptions_count_for_those_who_adopted_them_and_for_such_cases(self):
        with self.city("2026-11-23T00:00:00Z") as d:
            person(d, "law01", "法制审核", "市信息产业局", "LAW")
            w = World.__new__(World)
            w.d, w.begin = d, read("2026-11-23T00:00:00Z")
            w.aware = w.begin
            w.adopt("eu-nis2", variant="trust_service_provider")
            w.adopt("jp-appi")
            case, _ = confirm_case(d, LEVEL3, aware_at=write(w.begin))
            d.done("cl01", "incident", "record_cause", case, cause="attack", root_cause="弱口令")
            d.done("rsp01", "incident", "record_facts", case, personal_data=True)
            owed = w.owed(case)
            self.assertEqual(owed["eu-nis2/in"][1]["due_at"], "2026-11-24T00:00:00.000000Z")
            self.assertEqual(owed["jp-appi/f"][1]["due_at"], "2027-01-22T00:00:00.000000Z")

    def test_vectors_of_the_facts(self):
        """DORA: aware at 00:00; classified at 22:00, or 30 hours later."""
        for hours, due in ((22, "2026-11-24T00:00:00.000000Z"), (30, "2026-11-24T10:00:00.000000Z")):
            with self.subTest(hours), self.city("2026-11-23T00:00:00Z") as d:
                person(d, "law01", "法制审核", "市信息产业局", "LAW")
                w = World.__new__(World)
                w.d, w.begin = d, read("2026-11-23T00:00:00Z")
                w.adopt("eu-dora")
                from cast import verify_case
                case = verify_case(d, LEVEL3, aware_at="2026-11-23T00:00:00Z")
                d.done("rsp01", "evidence", "create", incident=case, type="log", label_text="主机日志")
                d.both("rsp01", "dir01", "incident", "fix", case, scores=LEVEL3)
                d.pass_time(f"{hours} h")
                d.both("cl01", "dir01", "incident", "confirm", case, **{"class": "net_attack"}, consequence=["data_damage"],
                       source={"unknown": "尚在分析"}, scope="业务系统", impact="中断")
                self.assertEqual(w.owed(case)["eu-dora/in"][1]["due_at"], due)


if __name__ == "__main__":
    result = unittest.main(exit=False).result
    wrong = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - min(wrong, result.testsRun)} passed, {wrong} failed")
    sys.exit(1 if wrong else 0)
