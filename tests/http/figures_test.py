#!/usr/bin/env python3
"""figures -- questions over all records: what they answer is what one finds by looking at each record that one sees."""
import datetime
import importlib.util
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from rights import yaml  # noqa: E402
from people import Results, Unexpected, full_house, open_case, quoted  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
A = "/api/v1"
EVERYBODY = ("dir01", "dut01", "cl01", "rsp01", "uop_edu", "uop_tax", "uop_hosp", "sec_edu", "ped01", "sca01", "aud01", "nopost01", "late01")


def same(one, other, what=""):
    if one != other:
        raise Unexpected(f"{what}:\n     {one!r}\n  is not\n     {other!r}")


def good(reply, what=""):
    if reply.status != 200:
        raise Unexpected(f"{what}: {reply}")
    return reply.json


# ---- what one sees, record by record ---------------------------------------------------------------


def seen(h, login, space="real"):
    """Every record of every kind that this person sees, as `show` says it."""
    records = []
    for kind in h.kinds:
        path = f"{A}/{kind['name']}?limit=500&space={space}"
        rows = good(h.web.get(path, login=login))["rows"]
        records += [good(h.web.get(f"{A}/{kind['name']}/{row['id']}", login=login)) for row in rows]
    return records


def is_open(h, record):
    kind = next(k for k in h.kinds if k["name"] == record["kind"])
    main = kind["regions"][0] if kind["regions"] else None
    return main and not next(s["end"] for s in main["states"] if s["name"] == record["states"][main["name"]])


def clocks_of(h, login, space="real", state=None, before="9999"):
    found = []
    for record in seen(h, login, space):
        for clock in record["clocks"]:
            runs, missed = clock["state"] == "running", "missed" in clock
            wanted = (state != "missed" and runs) or (state != "running" and missed)
            if clock["code"][0] != "@" and is_open(h, record) and "due" in clock and wanted and clock["due"] < before:
                found.append((clock["due"], record["id"], clock["code"], clock["state"], clock["started"], clock.get("missed")))
    return sorted(found)


def answered(rows):
    return sorted((r["due"], r["id"], r["code"], r["state"], r["started"], r.get("missed")) for r in rows)


# ---- clocks ----------------------------------------------------------------------------------------


def there_is_something_to_see(h):
    """Each sort of clock, in either space, and one that must not be shown: else the cases below say nothing."""
    said = good(h.web.get(f"{A}/clocks?limit=500", login="dir01"))["clocks"]
    same({(r["state"], "missed" in r) for r in said}, {("running", True), ("running", False), ("stopped", True)})
    same(len(good(h.web.get(f"{A}/clocks?space=drill", login="dir01"))["clocks"]) > 0, True, "of the drill")
    over = good(h.web.get(f"{A}/incident/{h.over}", login="dir01"))
    same((any("missed" in c for c in over["clocks"]), is_open(h, over)), (True, False), "missed in a case that is over")
    same(over["id"] in {r["id"] for r in said}, False)
    same(len(good(h.web.get(f"{A}/clocks?limit=500", login="uop_edu"))["clocks"]) < len(said), True, "a unit sees less")


def clocks_are_those_of_the_records(h, login, space, state):
    query = f"?limit=500&space={space}" + (f"&state={state}" if state else "")
    said = good(h.web.get(f"{A}/clocks{query}", login=login))
    same(answered(said["clocks"]), clocks_of(h, login, space, state), f"{login} {space} {state}")
    same([r["due"] for r in said["clocks"]], sorted(r["due"] for r in said["clocks"]), "soonest first")
    same(said["more"], False)
    for row in said["clocks"]:
        record = good(h.web.get(f"{A}/{row['kind']}/{row['id']}", login=login))
        same(row.get("number"), record.get("number"))
        same((row["zh"], row["en"]), next((c["zh"], c["en"]) for c in record["clocks"] if c["code"] == row["code"]))


def clocks_by_pages_and_times(h):
    every = good(h.web.get(f"{A}/clocks?limit=500", login="dir01"))["clocks"]
    for limit in (1, 2, len(every) - 1, len(every), len(every) + 1):
        said = good(h.web.get(f"{A}/clocks?limit={limit}", login="dir01"))
        same((said["clocks"], said["more"]), (every[:limit], limit < len(every)), f"limit {limit}")
    for row in (every[0], every[len(every) // 2], every[-1]):
        said = good(h.web.get(f"{A}/clocks?limit=500&before={quoted(row['due'])}", login="dir01"))["clocks"]
        same(said, [r for r in every if r["due"] < row["due"]], f"before {row['due']}")


def clocks_say_nothing_of_what_is_hidden(h):
    """A page that is full for the unit says that there is more only where the unit sees more."""
    own = good(h.web.get(f"{A}/clocks?limit=500", login="uop_edu"))["clocks"]
    said = good(h.web.get(f"{A}/clocks?limit={len(own)}", login="uop_edu"))
    same((said["clocks"], said["more"]), (own, False))


def what_is_no_question(h):
    for query in ("state=over", "state=", "before=yesterday", "limit=0", "limit=501", "limit=x", "space=both", "kind=incident", "limit=1&limit=2"):
        reply = h.web.get(f"{A}/clocks?{query}", login="dut01")
        if reply.status != 422 or not (reply.json["zh"] and reply.json["en"]):
            raise Unexpected(f"{query}: {reply}")


# ---- deadlines ----------------------------------------------------------------------------------------


def deadlines_are_the_duties_that_one_sees(h, login):
    said = good(h.web.get(f"{A}/deadlines?limit=500", login=login))
    records = {r["id"]: r for r in seen(h, login) if r["kind"] == "upward_report" and is_open(h, r)}
    same(sorted(row["duty"]["id"] for row in said["deadlines"]), sorted(records), login)
    for row in said["deadlines"]:
        record = records[row["duty"]["id"]]
        clock = next(c for c in record["clocks"] if c["code"].startswith("CK12"))
        same((row["due"], row.get("missed"), row["state"], row["recipient"]),
             (clock["due"], clock.get("missed"), "missed" if "missed" in clock else "running", record["fields"]["recipient"]))
        same(row["case"]["number"], record["fields"]["incident"]["number"])
        same(row["left_s"] < 0, "missed" in clock)
    for state in ("running", "missed", "sent", "at_once", "unconfirmed"):
        some = good(h.web.get(f"{A}/deadlines?limit=500&state={state}", login=login))["deadlines"]
        same(some, [r for r in said["deadlines"] if r["state"] == state], state)


def there_are_deadlines(h):
    said = good(h.web.get(f"{A}/deadlines", login="dir01"))
    same({r["state"] for r in said["deadlines"]}, {"running", "missed"})
    same((said["more"], good(h.web.get(f"{A}/deadlines?limit=1", login="dir01"))["more"]), (False, True))
    same(good(h.web.get(f"{A}/deadlines?space=drill", login="dir01"))["deadlines"], [])
    for query in ("state=late", "limit=0", "limit=501", "space=both", "before=2026"):
        reply = h.web.get(f"{A}/deadlines?{query}", login="dut01")
        if reply.status != 422 or not (reply.json["zh"] and reply.json["en"]):
            raise Unexpected(f"{query}: {reply}")


# ---- counts ----------------------------------------------------------------------------------------


def values_of(h, record, name):
    """What stands in the facets of this record, as people filter by it."""
    if name == "open":
        return ["yes" if is_open(h, record) else "no"]
    if name in record["states"]:
        return [record["states"][name]]
    field = next(f for k in h.kinds if k["name"] == record["kind"] for f in k["fields"] if f["name"] == name)
    value = record["fields"].get(name)
    found = []
    for one in value if isinstance(value, list) else [] if value is None else [value]:
        if field["type"] == "ref":
            target = h.everything[one["id"]]
            named = target.get("number") or target["fields"].get("login") or target["fields"].get("name")
            hidden = target.get("number") or f"{target['kind']} #{target['id']}"
            found.append(named if one["id"] in h.visible else hidden)
        elif isinstance(one, bool):
            found.append("yes" if one else "no")
        elif isinstance(one, dict):
            found.append("unknown")
        else:
            found.append(str(one))
    return found or [None]


def counted(h, records, by):
    found = {}
    for record in records:
        for first in values_of(h, record, by[0]):
            for second in values_of(h, record, by[1]) if len(by) > 1 else [None]:
                key = (first, second) if len(by) > 1 else (first,)
                found[key] = found.get(key, 0) + 1
    return found


def counts_are_those_of_the_records(h, login, kind, by, where="", space="real"):
    rows = good(h.web.get(f"{A}/{kind}?limit=500&space={space}&where={quoted(where)}", login=login))["rows"]
    records = [good(h.web.get(f"{A}/{kind}/{row['id']}", login=login)) for row in rows]
    said = good(h.web.get(f"{A}/counts?kind={kind}&by={by}&space={space}&where={quoted(where)}", login=login))
    same((said["kind"], said["by"], said["total"], said["others"], said["all"]), (kind, by.split(","), len(records), 0, True))
    same({tuple(g["values"]): g["count"] for g in said["groups"]}, counted(h, records, by.split(",")), f"{login} {kind} {by} {where}")
    same([g["count"] for g in said["groups"]], sorted((g["count"] for g in said["groups"]), reverse=True), "most frequent first")


QUESTIONS = [("incident", "handling", ""), ("incident", "confirmed_level", ""), ("incident", "unit", ""), ("incident", "unit,handling", ""),
             ("incident", "handling,unit", "open:yes"), ("incident", "open", "迟确认"), ("incident", "lead", ""), ("incident", "open,lead", ""),
             ("incident", "class,confirmed_level", ""), ("incident", "handling", "unit:nothing"), ("incident", "aware_at", ""),
             ("incident", "external_command", "NOT handling:triage"), ("evidence", "type", ""), ("affected_system", "incident", ""),
             ("affected_system", "unit,incident", ""), ("person", "unit", ""), ("person", "login", ""), ("post", "role", ""),
             ("post", "person,role", ""), ("report", "life", ""), ("note", "incident", ""), ("unit", "sector", ""),
             ("incident", "on_scene", ""), ("incident", "handling,on_scene", ""), ("incident", "handling,consequence", "")]


def reached_by_way_of_a_system(h):
    same(good(h.web.get(f"{A}/counts?kind=incident&by=unit", login="uop_hosp"))["total"], 1)
    same(good(h.web.get(f"{A}/counts?kind=incident&by=unit", login="sec_edu"))["total"] > 1, True, "by way of the sector")
    same(good(h.web.get(f"{A}/counts?kind=incident&by=unit", login="rsp01"))["total"], 1, "by way of the group on the scene")


def counts_of_everybody(h):
    """Whoever sees all of it: the people that records refer to are not all seen by all who see the records."""
    h.everything = {}
    for login in EVERYBODY:
        for space in ("real", "drill"):
            h.everything.update({r["id"]: r for r in seen(h, login, space)})


def counts(h, results):
    counts_of_everybody(h)
    for login in EVERYBODY:
        h.visible = {r["id"] for space in ("real", "drill") for r in seen(h, login, space)}
        for kind, by, where in QUESTIONS:
            results.case(f"counts: {login} {kind} {by} {where}", counts_are_those_of_the_records, h, login, kind, by, where)
        results.case(f"counts: {login} drill", counts_are_those_of_the_records, h, login, "incident", "handling,unit", "", "drill")


def a_question_is_told_what_is_wrong_with_it(h):
    for query in ("kind=incident", "by=open", "kind=nothing&by=open", "kind=incident&by=", "kind=incident&by=what", "kind=incident&by=nothing",
                  "kind=incident&by=open,", "kind=incident&by=,open", "kind=incident&by=open,open", "kind=incident&by=open,unit,lead",
                  "kind=incident&by=consequence,open", "kind=incident&by=on_scene,open", "kind=incident&by=open&where=level:",
                  "kind=incident&by=open&where=nothing:3", "kind=incident&by=open&space=x", "kind=incident&by=open&limit=3"):
        reply = h.web.get(f"{A}/counts?{query}", login="dut01")
        if reply.status != 422 or not (reply.json["zh"] and reply.json["en"]):
            raise Unexpected(f"{query}: {reply}")


def rare_values_are_others(h):
    """250 values and one that is frequent: 200 groups, and the rest is counted."""
    for i in range(250):
        h.d.do(None, "unit", "create", name=f"小单位{i:03}", type="bureau", bound=True)
    for i in range(30):
        h.d.do(None, "unit", "create", name="同名单位", type="bureau", bound=True)
    said = good(h.web.get(f"{A}/counts?kind=unit&by=name", login="dir01"))
    same((len(said["groups"]), said["groups"][0]), (200, {"values": ["同名单位"], "count": 30}))
    same(sum(g["count"] for g in said["groups"]) + said["others"], said["total"])
    said = good(h.web.get(f"{A}/counts?kind=unit&by=name,type", login="dir01"))
    same((len(said["groups"]), said["groups"][0]), (200, {"values": ["同名单位", "bureau"], "count": 30}))
    same(sum(g["count"] for g in said["groups"]) + said["others"], said["total"])


# ---- statistics ------------------------------------------------------------------------------------


STEPS = {"acknowledged": {"acknowledge"}, "verified": {"confirm", "dismiss", "not_incident"}, "decided": {"start", "start_delegated", "decline"},
         "contained": {"contained"}, "recovered": {"recovered"}, "closed": {"close"}}


def moment_of(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def cases_of(h, login, numbers, step):
    """id -> seconds of those that came to this step."""
    took = {}
    for number in numbers:
        entries = good(h.web.get(f"{A}/incident/{number}/history", login=login))["entries"]
        done = [e["at"] for e in entries if e["type"] in {f"incident.{m}" for m in STEPS[step]}]
        if done:
            took[number] = int((moment_of(done[0]) - moment_of(entries[0]["at"])).total_seconds())
    return took


def the_cases_of_a_step(h, login, by):
    """The very cases behind each figure: as many, and the slowest and the middle one are what it says."""
    for step in STEPS:
        said = good(h.web.get(f"{A}/statistics?kind=incident&step={step}" + (f"&by={by}" if by else ""), login=login))
        plain = good(h.web.get(f"{A}/statistics?kind=incident" + (f"&by={by}" if by else ""), login=login))
        same([{k: v for k, v in g.items() if k != "cases"} for g in said["groups"]], plain["groups"], "and nothing else is said")
        for group in said["groups"]:
            listed = [row["id"] for row in good(h.web.get(f"{A}/incident?limit=500&where={quoted(group['where'])}", login=login))["rows"]]
            took = [case["took_s"] for case in group["cases"]]
            same({case["id"]: case["took_s"] for case in group["cases"]}, cases_of(h, login, listed, step), f"{login} {by} {step}")
            same(took, sorted(took, reverse=True), "the slowest first")
            times = group["times"].get(step)
            same((len(took), took[:1]), (times["count"], [times["worst_s"]]) if times else (0, []))
            for case in group["cases"]:
                record = good(h.web.get(f"{A}/incident/{case['id']}", login=login))
                same((case["kind"], case["number"], case["title"]), ("incident", record["number"], record["fields"]["title"]))


def spans_of(h, login, numbers):
    """Seconds from the receipt to each step, case by case from its history; and the clocks by code."""
    spans, clocks = {}, {}
    awaited = {code for code, text in h.clocks.items() if text.get("waits") == "yes"}
    for number in numbers:
        entries = good(h.web.get(f"{A}/incident/{number}/history", login=login))["entries"]
        for step, moves in STEPS.items():
            done = [e["at"] for e in entries if e["type"] in {f"incident.{m}" for m in moves}]
            if done:
                spans.setdefault(step, []).append(int((moment_of(done[0]) - moment_of(entries[0]["at"])).total_seconds()))
        case = good(h.web.get(f"{A}/incident/{number}?with=linked", login=login))
        duties = [link["id"] for link in case.get("linked", []) if link["kind"] == "upward_report"]
        owed = [c for i in duties for c in good(h.web.get(f"{A}/upward_report/{i}", login=login))["clocks"]]
        for clock in case["clocks"] + owed:
            if "due" in clock and clock["code"][0] != "@" and clock["code"] not in awaited:
                how = "missed" if "missed" in clock else "kept" if clock["state"] == "stopped" else "running"
                clocks.setdefault(clock["code"], {"kept": 0, "missed": 0, "running": 0})[how] += 1
    rank = lambda values, share: sorted(values)[-(-len(values) * share // 100) - 1]  # noqa: E731
    return ({step: {"count": len(v), "median_s": rank(v, 50), "p90_s": rank(v, 90), "worst_s": max(v)} for step, v in spans.items()},
            clocks)


def statistics_are_those_of_the_histories(h, login, by, period, space="real"):
    query = "&".join(f"{k}={quoted(v)}" for k, v in (("by", by), *zip(("from", "to"), period), ("space", space)) if v)
    said = good(h.web.get(f"{A}/statistics?kind=incident&{query}", login=login))
    rows = good(h.web.get(f"{A}/incident?limit=500&space={space}", login=login))["rows"]
    aware = {row["id"]: row["fields"]["aware_at"] for row in rows}
    low, high = (moment_of(at) if at else None for at in period)
    cases = {i for i, at in aware.items() if (not low or low <= moment_of(at)) and (not high or moment_of(at) < high)}
    same((said["total"], said["all"], said["others"]), (len(cases), True, 0), query)
    found = []
    for group in said["groups"]:
        listed = good(h.web.get(f"{A}/incident?limit=500&space={space}&where={quoted(group['where'])}", login=login), group["where"])["rows"]
        found += [row["id"] for row in listed]
        times, clocks = spans_of(h, login, [row["id"] for row in listed])
        same((group["count"], group["times"]), (len(listed), times), f"{login} {query} {group['where']}")
        same({c["code"]: {k: c[k] for k in ("kept", "missed", "running")} for c in group["clocks"]}, clocks, group["where"])
        if by == "month":
            same({aware[row["id"]][:7] for row in listed}, {group["value"]})
        if by == "unit" and group["value"]:
            same((group["unit"]["title"], {row["fields"]["unit"] for row in listed}), (group["value"], {group["value"]}))
    same(sorted(found), sorted(cases), f"each case once: {query}")


PERIODS = [(None, None), ("2026-03-02T07:00:00Z", None), ("2026-03-02T07:00:00.000001Z", None), (None, "2026-03-02T07:00:00Z"),
           ("2026-02-01T00:00:00Z", "2026-03-02T07:00:01Z"), ("2026-03-02T15:00:00+08:00", "2026-03-03T00:00:00Z"), ("2027-01-01T00:00:00Z", None)]


def statistics(h, results):
    with open(os.path.join(ROOT, "packs", "jinan-2007", "clocks.yml"), encoding="utf-8") as f:
        h.clocks = yaml.load(f, Loader=yaml.BaseLoader)["clocks"]
    for login in EVERYBODY:
        for by in (None, "level", "unit", "month"):
            for period in PERIODS if login in ("dir01", "uop_tax") else PERIODS[:1]:
                results.case(f"statistics: {login} {by} {period}", statistics_are_those_of_the_histories, h, login, by, period)
        for by in (None, "level", "unit"):
            results.case(f"statistics: cases of {login} {by}", the_cases_of_a_step, h, login, by)
        results.case(f"statistics: {login} drill", statistics_are_those_of_the_histories, h, login, "month", (None, None), "drill")


def there_are_times_of_all_steps(h):
    said = good(h.web.get(f"{A}/statistics?kind=incident", login="dir01"))["groups"][0]
    same(set(said["times"]) >= {"acknowledged", "verified"}, True, f"{said['times']}")
    same(said["times"]["acknowledged"]["worst_s"] > said["times"]["acknowledged"]["median_s"], True)
    same({k for c in said["clocks"] for k in ("kept", "missed", "running") if c[k]}, {"kept", "missed", "running"})


def no_statistics(h):
    for query in ("", "kind=report", "kind=incident&by=lead", "kind=incident&by=", "kind=incident&from=x", "kind=incident&to=2026",
                  "kind=incident&where=open:yes", "kind=incident&space=both", "kind=incident&step=", "kind=incident&step=x"):
        reply = h.web.get(f"{A}/statistics?{query}", login="dut01")
        if reply.status != 422 or not (reply.json["zh"] and reply.json["en"]):
            raise Unexpected(f"{query}: {reply}")


def drill_of():
    """How a drill is brought to run, from the scenario about it."""
    path = os.path.join(ROOT, "tests", "scenario", "D01-drill-namespace", "drill_namespace_test.py")
    spec = importlib.util.spec_from_file_location("drill_namespace", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def prepare(h):
    """Clocks that run, are missed and run on, are missed and over; in open cases, in one that is over, and in a drill."""
    d = h.d
    h.kinds = d.catalogue()["kinds"]
    open_case(d, "edu", title="仍在研判")
    # A unit sees the case of another by way of a system of its own.
    d.done("dut01", "affected_system", "create", incident=h.records["verified"]["edu"].number, system=d.system["hosp"],
           unit=d.unit["hosp"], name="医院系统")
    for within in (30, 90000):
        d.done("dir01", "upward_report", "create", incident=h.records["verified"]["edu"].number, recipient="省厅", type="initial",
               within_min=within, mandatory=False, channel="phone")
    d.pass_time("3 h")
    late = d.do("dut01", "incident", "create", title="迟确认", reporter="联络员", unit=d.unit["tax"], aware_at=h.aware_at, what="x").number
    d.pass_time("40 min")
    d.done("dut01", "incident", "acknowledge", late)
    old = d.do("dut01", "incident", "create", title="上月", reporter="联络员", unit=d.unit["bank"], aware_at="2026-02-11T03:00:00Z", what="x").number
    d.done("dut01", "incident", "acknowledge", old)
    d.pass_time("26 h")
    d.done("dut01", "incident", "dismiss", old, reason="误报")
    over = d.do("dut01", "incident", "create", title="已结", reporter="联络员", unit=d.unit["tax"], aware_at=h.aware_at, what="x").number
    d.pass_time("40 min")
    d.done("dut01", "incident", "acknowledge", over)
    d.done("dut01", "incident", "merge", over, target_case=late)
    h.over = over
    drill_of().running(d)
    d.do("dut01", "incident", "create", title="演练案", reporter="联络员", unit=d.unit["edu"], aware_at=h.aware_at, what="x", space=2)
    d.pass_time("20 min")
    d.do("dut01", "incident", "create", title="刚接收", reporter="联络员", unit=d.unit["uni"], aware_at=h.aware_at, what="x")


def main():
    results = Results("figures")
    with full_house() as h:
        prepare(h)
        results.case("something to see", there_is_something_to_see, h)
        for login in EVERYBODY:
            for space in ("real", "drill"):
                for state in (None, "running", "missed"):
                    results.case(f"clocks: {login} {space} {state}", clocks_are_those_of_the_records, h, login, space, state)
        for login in EVERYBODY:
            results.case(f"deadlines: {login}", deadlines_are_the_duties_that_one_sees, h, login)
        results.case("some deadlines", there_are_deadlines, h)
        results.case("clocks by pages and times", clocks_by_pages_and_times, h)
        results.case("clocks hidden", clocks_say_nothing_of_what_is_hidden, h)
        results.case("no question", what_is_no_question, h)
        results.case("reached", reached_by_way_of_a_system, h)
        counts(h, results)
        results.case("no counts", a_question_is_told_what_is_wrong_with_it, h)
        results.case("times of all steps", there_are_times_of_all_steps, h)
        statistics(h, results)
        results.case("no statistics", no_statistics, h)
        results.case("rare values", rare_values_are_others, h)
    results.end()


main()
