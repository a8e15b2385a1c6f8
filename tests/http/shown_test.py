#!/usr/bin/env python3
"""shown -- rules that are loaded or only tried, the record entry by entry, a case as a bundle: told to whom they are for, and right."""
import contextlib
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import signal
import sys
import tarfile
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from people import WORDS, Results, Unexpected, Web, everybody, full_house, open_case, quoted  # noqa: E402
from cast import city, person  # noqa: E402
from fengsui import Connection  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
A = "/api/v1"
LOGINS = ("lg01", "dir01", "dut01", "cl01", "rsp01", "uop_edu", "uhd_edu", "sec_edu", "sup01", "exp01", "pio01", "ped01", "fin01", "res01",
          "arc01", "sys01", "sca01", "aud01", "pub01", "nopost01", "late01")


def same(one, other, what=""):
    if one != other:
        raise Unexpected(f"{what}:\n     {one!r}\n  is not\n     {other!r}")


def good(reply, what=""):
    if reply.status != 200:
        raise Unexpected(f"{what}: {reply}")
    return reply.json


def refused(reply, status=403):
    if reply.status != status or not (reply.json["zh"] and reply.json["en"]):
        raise Unexpected(f"not {status}: {reply}")
    return reply.json


# ---- rules -----------------------------------------------------------------------------------------

SEE_SOURCES = {"dir01", "dut01", "cl01", "sys01", "aud01"}
LOADED = {
    "ssh/failed.yml": """title: 口令错误
id: 6d2a4b1e-0000-4000-8000-000000000001
author: 甲
license: DRL-1.1
status: test
tags: [attack.t1110]
logsource: {product: linux, service: sshd}
detection: {s: {sd|contains: Failed}, condition: s}
level: high
""".replace("sd|contains: Failed", "'|contains': Failed password"),
    "ssh/many.yml": """title: 口令多次错误
id: 6d2a4b1e-0000-4000-8000-000000000002
correlation: {type: event_count, rules: [6d2a4b1e-0000-4000-8000-000000000001], group-by: [src_ip], timespan: 5m, condition: {gte: 5}}
level: critical
""",
    "web.yml": """title: 网站后门
name: webshell
tags: [attack.t1505.003]
logsource: {category: webserver}
detection: {s: {cs-uri-stem|endswith: '/shell.php'}, condition: s}
""",
}
FAILED = "Mar  2 07:59:00 edu01 sshd[77]: Failed password for root from 203.0.113.9 port 4022 ssh2"
GOOD = "Mar  2 07:59:10 edu01 sshd[77]: Accepted password for root from 203.0.113.9 port 4022 ssh2"
OF_ROOT = """title: root
tags: [attack.t1110]
logsource: {product: linux, service: sshd}
detection: {s: {'user': root, 'src_ip|cidr': 203.0.113.0/24}, condition: s}
"""


@contextlib.contextmanager
def watching():
    """A house with rules, a list and a mapping of its own."""
    place = tempfile.mkdtemp(prefix="fengsui-")
    for folder, files in (("rules", LOADED), ("lists", {"Bad.txt": "203.0.113.9\n198.51.100.7\n"}), ("maps", {"own.yml": """map: own
from: line
logsource: {category: webserver}
patterns:
  - text: "OWN {c-ip:ip} {cs-uri-stem:word}"
"""})):
        for name, text in files.items():
            path = os.path.join(place, folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
    try:
        with city(args=["--http", "127.0.0.1:0", "--lists", f"{place}/lists", "--maps", f"{place}/maps"], rules=f"{place}/rules") as d:
            everybody(d)
            d.web, d.place = Web(d), place
            yield d
    finally:
        shutil.rmtree(place)


def tried(d, rule, *lines, login="dut01", **more):
    return d.web.post(f"{A}/rules/try", {"rule": rule, "lines": list(lines), **more}, login=login)


def rules_that_are_loaded(d):
    said = good(d.web.get(f"{A}/rules", login="dut01"))
    same(said["rules"][0], {"id": "6d2a4b1e-0000-4000-8000-000000000001", "title": "口令错误", "level": "high", "author": "甲", "license": "DRL-1.1",
                            "status": "test", "tags": ["attack.t1110"], "file": "ssh/failed.yml", "line": 1, "correlation": False,
                            "logsource": {"product": "linux", "service": "sshd"}})
    same([(r["id"], r["file"], r["correlation"]) for r in said["rules"][1:]],
         [("6d2a4b1e-0000-4000-8000-000000000002", "ssh/many.yml", True), ("webshell", "web.yml", False)])
    same((said["total"], "after" in said), (3, False))
    same(d.place in json.dumps(said), False, "where the folder lies")


def rules_by_pages(d):
    every = good(d.web.get(f"{A}/rules", login="dut01"))["rules"]
    for limit in (1, 2, 3, 4):
        found, after = [], ""
        while after is not None:
            said = good(d.web.get(f"{A}/rules?limit={limit}" + (f"&after={quoted(after)}" if after else ""), login="dut01"))
            same(len(said["rules"]) <= limit, True)
            found += said["rules"]
            after = said.get("after")
        same(found, every, f"limit {limit}")
    for query in ("limit=0", "limit=5001", "limit=x", "limit=-1", "after=nothing", "where=x"):
        refused(d.web.get(f"{A}/rules?{query}", login="dut01"), 422)


def rules_are_for_who_sees_sources(d):
    for login in LOGINS:
        for reply in (d.web.get(f"{A}/rules", login=login), tried(d, OF_ROOT, FAILED, login=login)):
            same(reply.status, 200 if login in SEE_SOURCES else 403, login)
            same("口令错误" in reply.body.decode() and login not in SEE_SOURCES, False)


MATCHES = [
    (OF_ROOT, [FAILED, GOOD, FAILED.replace("203.0.113.9", "203.0.114.9"), FAILED.replace("root", "toor")], [True, True, False, False], "as it is"),
    (LOADED["ssh/failed.yml"], [FAILED, GOOD], [True, False], "one that is loaded: its name is not taken"),
    (OF_ROOT.replace("'src_ip|cidr': 203.0.113.0/24", "'src_ip|expand': '%Bad%'"), [FAILED, FAILED.replace(".9 ", ".8 ")], [True, False],
     "with the daemon's lists"),
    (LOADED["web.yml"], ["OWN 192.0.2.1 /a/shell.php", "OWN 192.0.2.1 /index.php", FAILED], [True, False, False], "with the daemon's mappings"),
    (OF_ROOT, [], [], "no line"),
    (LOADED["web.yml"], ["#Software: Microsoft Internet Information Services 10.0", "#Fields: date time c-ip cs-method cs-uri-stem sc-status",
                         "2026-03-02 07:00:00 192.0.2.1 GET /shell.php 200"], [False, False, True], "a table: its head is kept"),
]


def lines_that_match(d, rule, lines, expected):
    said = good(tried(d, rule, *lines, source="edu-fw01"))
    same((said["faults"], [x["matches"] for x in said["lines"]]), ([], expected))
    same(any("fault" in x for x in said["lines"]), False, f"{said}")


def lines_that_cannot_be_read(d):
    said = good(tried(d, OF_ROOT, FAILED, '{"a": ', "", FAILED))
    same([x["matches"] for x in said["lines"]], [True, False, False, True])
    same(["fault" in x for x in said["lines"]], [False, True, False, False])
    same(set(said["lines"][1]["fault"]), {"zh", "en"})


FAULTS = [
    ("title: x\nlogsource: {product: linux}\ndetection:\n  s: {a|nope: 1}\n  condition: s\n", (4, 7), "nope"),
    ("title: x\nlogsource: {product: linux}\ndetection: {s: {a: 1}, condition: t}\n", (3, None), "t"),
    ("title: x\nnope: 1\n", (2, 1), "nope"),
    ("title: [\n", (2, None), "YAML"),
    ("title: x\nlogsource: {category: forum}\ndetection: {s: {a: 1}, condition: s}\n", (2, None), "N33"),
    ("title: x\nlogsource: {product: linux}\ndetection: {s: {a|expand: '%Nothing%'}, condition: s}\n", (3, None), "Nothing"),
    ("", (1, 1), ""),
    (OF_ROOT + "---\n" + LOADED["web.yml"], (1, 1), "one rule"),
    (LOADED["ssh/many.yml"], (1, 1), "correlation"),
    (OF_ROOT.replace("detection", "filter:\n  rules: [x]\n  selection: {a: 1}\n  condition: selection\nnothing"), (None, None), ""),
]


def rules_that_are_refused(d, rule, place, word):
    said = good(tried(d, rule, FAILED))
    same((said["lines"], len(said["faults"]) > 0), ([], True))
    fault = said["faults"][0]
    same(set(fault), {"line", "column", "zh", "en"})
    for have, want in zip((fault["line"], fault["column"]), place):
        same(want in (None, have), True, f"{fault} at {place}")
    same((word in fault["en"], fault["en"].startswith("rule:"), fault["zh"].startswith("rule:")), (True, False, False), f"{fault}")


def what_is_no_trial(d):
    for body in ({}, {"rule": OF_ROOT}, {"lines": [FAILED]}, {"rule": 1, "lines": []}, {"rule": OF_ROOT, "lines": FAILED}, {"rule": OF_ROOT, "lines": [1]},
                 {"rule": OF_ROOT, "lines": ["a\nb"]}, {"rule": OF_ROOT, "lines": [], "store": True}, {"rule": OF_ROOT, "lines": [], "source": "x" * 65}):
        refused(d.web.post(f"{A}/rules/try", body, login="dut01"), 422)
    for rule, lines in ((OF_ROOT + "#" * (64 * 1024 + 1 - len(OF_ROOT.encode())), []), (OF_ROOT, ["x"] * 101), (OF_ROOT, ["x" * (64 * 1024 + 1)])):
        refused(tried(d, rule, *lines), 413)
    good(tried(d, OF_ROOT + "#" * (64 * 1024 - len(OF_ROOT.encode())), *["x"] * 100))
    good(tried(d, OF_ROOT, "x" * (64 * 1024)))


def nothing_is_stored(d):
    """No line is counted, no alert raised, no source known, no entry made."""
    before = d.status()
    good(tried(d, LOADED["ssh/failed.yml"], *[FAILED] * 100, source="nobody"))
    after = d.status()
    for key in ("record", "sources", "detection", "batches"):
        same(after[key], before[key], key)
    same(d.list("alert"), [], "alerts")
    same(len(good(d.web.get(f"{A}/rules", login="dut01"))["rules"]), 3, "rules")


# Each is within the limits of its size, and made to take long.
HEAVY = {
    "values by windash": ("'a|windash':\n" + "      - '-a -b -c'\n" * 3300, FAILED),
    "a list a thousand times": ("'a|expand':\n" + "      - '%Long%'\n" * 3500, FAILED),
    "expressions": ("'user|re':\n" + "".join(f"      - '(a{{1,900}}b{{1,9{i % 10}}})+$'\n" for i in range(1800)), FAILED),
    "keywords with wildcards": ("'|contains':\n" + "".join(f"      - 'a*b*c*{i}*'\n" for i in range(2500)), "ab" * 32000),
    "references": ("'user|fieldref':\n" + "".join(f"      - f{i}\n" for i in range(4000)), FAILED),
}


def heavy_rules(d, name):
    """Somebody else is answered meanwhile, and the daemon does not grow."""
    values, line = HEAVY[name]
    rule = "title: x\ntags: [attack.t1110]\nlogsource: {product: linux, service: sshd}\ndetection:\n  s:\n    " + values + "  condition: s\n"
    line = line if "Failed" in line else FAILED + line[:64000]
    same(len(rule.encode()) <= 64 * 1024, True, f"{len(rule.encode())}")
    answers, slowest = [], 0
    other = Web(d)
    good(other.get(f"{A}/session", login="dir01"))
    thread = threading.Thread(target=lambda: answers.append(tried(d, rule, *[line] * 100)))
    begun = time.monotonic()
    thread.start()
    while thread.is_alive():
        asked = time.monotonic()
        good(other.get(f"{A}/session", login="dir01"))
        slowest = max(slowest, time.monotonic() - asked)
        time.sleep(0.002)
    took = time.monotonic() - begun
    last = (good(answers[0])["lines"] or [{}])[-1]
    same(took < 2 or "not tried" in last.get("fault", {}).get("en", ""), True, f"all lines were tried, in {took} s")
    with open(f"/proc/{d.process.pid}/status", encoding="ascii") as f:
        peak = next(int(x.split()[1]) // 1024 for x in f if x.startswith("VmHWM"))
    print(f"  {name}: {took * 1000:.0f} ms, others waited {slowest * 1000:.0f} ms, peak {peak} MiB, {str(answers[0].json['faults'])[:150]}")
    same((took < 20, slowest < 1, peak < 500), (True, True, True), f"{took} s, {slowest} s, {peak} MiB")


def a_house_without_rules():
    with city(args=["--http", "127.0.0.1:0"]) as d:
        d.web = Web(d)
        same(good(d.web.get(f"{A}/rules", login="dut01")), {"rules": [], "total": 0, "demo": True})
        refused(d.web.get(f"{A}/rules?after=x", login="dut01"), 422)
        refused(tried(d, OF_ROOT, FAILED), 404)


def rules(results):
    results.case("rules: none", a_house_without_rules)
    with watching() as d:
        results.case("rules: loaded", rules_that_are_loaded, d)
        results.case("rules: by pages", rules_by_pages, d)
        results.case("rules: whom they are for", rules_are_for_who_sees_sources, d)
        for rule, lines, expected, what in MATCHES:
            results.case(f"try: {what}", lines_that_match, d, rule, lines, expected)
        results.case("try: lines that cannot be read", lines_that_cannot_be_read, d)
        for i, (rule, place, word) in enumerate(FAULTS):
            results.case(f"try: refused {i} {word}", rules_that_are_refused, d, rule, place, word)
        results.case("try: no trial", what_is_no_trial, d)
        results.case("try: nothing is stored", nothing_is_stored, d)
        with open(f"{d.place}/lists/Long.txt", "w", encoding="ascii") as f:
            f.writelines(f"value-{i}\n" for i in range(10000))
        for name in HEAVY:
            results.case(f"try: heavy, {name}", heavy_rules, d, name)


# ---- the record --------------------------------------------------------------------------------------

READ_ALL = {"lg01", "dir01", "aud01"}


def leaves(d, drill=False):
    """Every entry of the record, oldest first, as a stranger reads it in a bundle: (leaf, its hash)."""
    d.ask(op="checkpoint", space=2 if drill else 1)
    out = tempfile.mkdtemp(prefix="fengsui-")
    try:
        subprocess.run([d.program, "record", "export", d.folder, "--out", out + "/x", *(["--drill"] if drill else [])], check=True, capture_output=True)
        with open(out + "/x/records.jsonl", encoding="utf-8") as f:
            texts = [json.loads(line)["leaf"] for line in f]
    finally:
        shutil.rmtree(out)
    return [(json.loads(text), hashlib.sha256(b"\0" + text.encode()).hexdigest()) for text in texts]


def entries(h, query="", login="aud01"):
    return good(h.web.get(f"{A}/record?{query}", login=login), query)


def every_entry(h, query, order="newest"):
    """Page by page to the end."""
    found, where = [], ""
    while True:
        said = entries(h, f"{query}&order={order}{where}")
        found += said["entries"]
        if "next" not in said:
            return found
        where = f"&{'before' if order == 'newest' else 'after'}={said['next']}"


def essence(leaf, hash_):
    kind, _, id_ = leaf.get("obj", "house").partition(":")
    return leaf["seq"], leaf["at"], leaf["type"], leaf["actor"], leaf["act"], kind, int(id_ or 0) or None, hash_


def said_of(e):
    return e["seq"], e["at"], e["type"], e["actor"], e["act"], e["kind"], e.get("id"), e["hash"]


def the_record_is_that_of_a_bundle(h, space):
    known = [essence(*one) for one in leaves(h.d, space == "drill")]
    for order in ("newest", "oldest"):
        for limit in (500, 7, 1) if order == "newest" else (500, 3):
            found = [said_of(e) for e in every_entry(h, f"space={space}&limit={limit}", order)]
            same(found, known[::-1] if order == "newest" else known, f"{space} {order} {limit}")
    same(entries(h, f"space={space}")["size"], len(known))


def entries_say_whose_they_are(h):
    newest = {e["id"]: e for e in every_entry(h, "limit=500", "oldest") if "id" in e}
    for of in h.records.values():
        for record in of.values():
            shown = h.d.show(record)
            e = newest[shown["id"]]
            same((e["kind"], e.get("number")), (shown["kind"], shown.get("number")))
            history = h.d.history(record)[-1]
            same((e["seq"], e["at"], e["type"], e.get("who", {}).get("id")), (history["seq"], history["at"], history["type"], history.get("who", {}).get("id")))
    late = h.d.do("dut01", "note", "create", incident=h.case["edu"], type="analysis", text="补录", occurred="2026-03-02T07:30:00Z")
    e = entries(h, "kind=note&limit=1")["entries"][0]
    same((e["id"], e["occurred"], e["who"]["title"]), (late.id, "2026-03-02T07:30:00.000000Z", "值班员一"))
    keys = {"seq", "at", "occurred", "type", "actor", "who", "act", "kind", "id", "number", "title", "hash"}
    same({key for e in entries(h, "limit=500")["entries"] for key in e} - keys, set(), "nothing of what entries say")


FILTERS = [("type=incident.create", lambda e: e[2] == "incident.create"), ("kind=evidence", lambda e: e[5] == "evidence"),
           ("kind=house", lambda e: e[5] == "house"), ("actor=timer", lambda e: e[3] == "timer"), ("type=nothing.at_all", lambda e: False),
           ("kind=incident&type=incident.acknowledge", lambda e: e[2] == "incident.acknowledge"), ("actor=setup", lambda e: e[3] == "setup"),
           ("after=20&before=31", lambda e: 20 < e[0] < 31), ("after=31&before=20", lambda e: False), ("before=0", lambda e: False),
           ("before=999999999999999999", lambda e: True)]


def the_record_by_what_is_sought(h):
    known = [essence(*one) for one in leaves(h.d)]
    person = f"person:{h.d.who['dut01'].lstrip('#')}"
    more = [("actor=dut01", lambda e: e[3] == person), (f"actor={person}&kind=note", lambda e: e[3] == person and e[5] == "note")]
    for query, wanted in FILTERS + more:
        for limit in (500, 2):
            same([said_of(e) for e in every_entry(h, f"{query}&limit={limit}")] if "before" not in query and "after" not in query else
                 [said_of(e) for e in entries(h, f"{query}&limit=500")["entries"]], [e for e in known[::-1] if wanted(e)], query)
    same([len([e for e in known if wanted(e)]) > 0 for _, wanted in more], [True, True])


def no_entries(h):
    for query in ("limit=0", "limit=501", "limit=x", "before=x", "before=-1", "after=1e3", "before=", "after=1234567890123456789", "space=both", "order=changed",
                  "kind=nothing", "actor=nobody", "where=x", "kind="):
        refused(h.web.get(f"{A}/record?{query}", login="aud01"), 422)


def the_record_is_for_who_watches_over_it(h):
    """Not for who sees all cases, nor for an auditor or director of a part."""
    d = h.d
    for login, post in (("aud_edu", {"unit": d.unit["edu"]}), ("aud_case", {"incident": h.case["edu"]}), ("aud_old", {"valid_to": "2026-03-01T00:00:00Z"})):
        person(d, login, login, "市信息产业局")
        d.do(None, "post", "create", person=d.who[login], role="AUD", **post)
    for login in (*LOGINS, "aud_edu", "aud_case", "aud_old"):
        for space in ("real", "drill"):
            reply = h.web.get(f"{A}/record?space={space}", login=login)
            same(reply.status, 200 if login in READ_ALL else 403, login)
            if reply.status == 403:
                same(([r["code"] for r in reply.json["refusals"]], "entries" in reply.json), (["N21"], False))
    for login in ("aud01", "dut01"):  # what is wrong with a question is told to those alone who may ask
        same(h.web.get(f"{A}/record?kind=nothing", login=login).status, 422 if login == "aud01" else 403)


def an_auditor_who_has_left_reads_nothing(h):
    d = h.d
    person(d, "aud09", "审计员九", "市信息产业局", "AUD")
    session = h.web.who("aud09")
    entries(h, login="aud09")
    token = h.web.post(f"{A}/tokens", {"name": "t", "scopes": ["read"], "expires_at": "2026-04-01T00:00:00Z"}, login="aud09").json["token"]
    same(h.web.get(f"{A}/record", token=token).status, 200)
    d.done("sca01", "person", "edit", d.who["aud09"], active=False)
    for reply in (h.web.raw("GET", f"{A}/record", headers=session), h.web.get(f"{A}/record", token=token)):
        same(reply.status, 401)


def a_long_record_is_looked_through_bit_by_bit(h):
    """10,000 entries for one answer, in a moment; what lies deep is found by going on."""
    known = {e["type"]: e["seq"] for e in every_entry(h, "type=incident.create&limit=500")}
    line = Connection(h.d.folder)
    request = {"op": "do", "kind": "unit", "move": "create", "input": {"name": "单位", "type": "bureau", "bound": True}}
    for _ in range(0, 10200, 200):
        for _ in range(200):
            line.send(**request)
        for _ in range(200):
            same(line.receive()["ok"], True)
    begun = time.monotonic()
    said = entries(h, "type=incident.create")
    took = time.monotonic() - begun
    same((said["entries"], said["next"]), ([], said["size"] - 10000))
    print(f"  10,000 entries looked at in {took * 1000:.0f} ms")
    same(took < 2, True, f"{took} s")
    same(entries(h, f"type=incident.create&before={said['next']}&limit=1")["entries"][0]["seq"] >= known["incident.create"], True)
    same(entries(h, "kind=unit&limit=500&order=oldest&after=0")["next"] < said["size"], True)


def drill_of():
    """How a drill is brought to run, from the scenario about it."""
    path = os.path.join(ROOT, "tests", "scenario", "D01-drill-namespace", "drill_namespace_test.py")
    spec = importlib.util.spec_from_file_location("drill_namespace", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def record(results):
    with full_house() as h:
        drill_of().running(h.d)
        for space in ("real", "drill"):
            results.case(f"record: {space}", the_record_is_that_of_a_bundle, h, space)
        results.case("record: whose", entries_say_whose_they_are, h)
        results.case("record: sought", the_record_by_what_is_sought, h)
        results.case("record: no question", no_entries, h)
        results.case("record: whom it is for", the_record_is_for_who_watches_over_it, h)
        results.case("record: long", a_long_record_is_looked_through_bit_by_bit, h)
        results.case("record: left", an_auditor_who_has_left_reads_nothing, h)


# ---- a case as a bundle --------------------------------------------------------------------------------

HOLD_CASES = {"dir01", "arc01", "aud01"}


def verified(d, tar, expect=0):
    """The tar as it came, and its files in a folder, are good to `fengsui verify`; gives the manifest and names of files."""
    place = tempfile.mkdtemp(prefix="fengsui-")
    try:
        with open(f"{place}/case.tar", "wb") as f:
            f.write(tar)
        with tarfile.open(f"{place}/case.tar") as t:
            t.extractall(f"{place}/case", filter="data")
        for path in ("case.tar", "case"):
            done = subprocess.run([d.program, "verify", f"{place}/{path}"], capture_output=True, text=True)
            same(done.returncode, expect, f"{path}: {done.stdout}{done.stderr}")
        with open(f"{place}/case/manifest.json", encoding="utf-8") as f:
            return json.load(f)
    finally:
        shutil.rmtree(place)


def bundle(h, case, login="dir01", **more):
    return h.web.get(f"{A}/incident/{case}/bundle", login=login, **more)


def names_in(manifest):
    return {f["name"] for f in manifest["files"]}


def left_over(d):
    return [os.path.join(where, name) for where, folders, files in os.walk(f"{d.folder}/bundles") for name in folders + files]


def a_bundle_is_the_whole_case(h):
    case = h.case["edu"]
    reply = bundle(h, case)
    good_types = (reply.status, reply.headers.get("content-type"), reply.headers.get("content-disposition"), reply.headers.get("cache-control"))
    same(good_types, (200, "application/x-tar", f'attachment; filename="{case}.tar"', "no-store"))
    manifest = verified(h.d, reply.body)
    have = {o["obj"]: o["entries"] for o in manifest["objects"]}
    for kind in ("note", "evidence"):
        same(f"{kind}:{h.records[kind]['edu'].id}" in have, True, kind)
        same(f"{kind}:{h.records[kind]['tax'].id}" in have, False, f"{kind} of another case")
    row = h.d.show(case)
    same(have[f"incident:{row['id']}"], row["version"], "up to the last entry")
    same(f"evidence/{h.file['edu']}" in names_in(manifest), True, "its file")
    same(f"evidence/{h.file['tax']}" in names_in(manifest), False, "the file of another case")
    same(left_over(h.d), [], "left over")
    same(verified(h.d, bundle(h, row["id"]).body)["objects"][0]["obj"], manifest["objects"][0]["obj"], "by row id")


def a_tar_that_was_changed_is_found_out(h):
    tar = bytearray(bundle(h, h.case["edu"]).body)
    at = tar.index(b"log " + WORDS["edu"].encode())
    tar[at] ^= 1
    verified(h.d, bytes(tar), expect=1)


def bundles_are_for_who_holds_cases(h):
    d = h.d
    for login, post in (("arc_edu", {"role": "ARC", "unit": d.unit["edu"]}), ("aud_one", {"role": "AUD", "incident": h.case["edu"]}),
                        ("aud_was", {"role": "AUD", "valid_to": "2026-03-01T00:00:00Z"})):
        person(d, login, login, "市信息产业局")
        d.do(None, "post", "create", person=d.who[login], **post)
    for login in LOGINS:
        for unit in ("edu", "tax"):
            reply = bundle(h, h.case[unit], login)
            sees = h.web.get(f"{A}/incident/{h.case[unit]}", login=login).status == 200
            same(reply.status, 200 if login in HOLD_CASES else 403 if sees else 404, f"{login} {unit}")
            if reply.status == 403:
                same([r["code"] for r in reply.json["refusals"]], ["N21"])
            if reply.status == 404:
                same(reply.body.replace(h.case[unit].encode(), b"INC-2026-0999"), bundle(h, "INC-2026-0999", login).body, "as what is not there")
    same([bundle(h, h.case[unit], login).status for login in ("arc_edu", "aud_one", "aud_was") for unit in ("edu", "tax")],
         [200, 404, 200, 404, 404, 404], "posts that were given for a part, or have ended")
    same(h.web.raw("GET", f"{A}/incident/{h.case['edu']}/bundle").status, 401)


def a_case_of_which_a_part_is_hidden_is_not_taken(h):
    """An archivist of one unit sees the case of that unit, and in it not the system of another."""
    d = h.d
    case = open_case(d, "edu", title="两家")
    same(bundle(h, case, "arc_edu").status, 200)
    hidden = d.done("dut01", "affected_system", "create", incident=case, system=d.system["tax"], unit=d.unit["tax"], name="税务系统")
    same([h.web.get(f"{A}/{what}", login="arc_edu").status for what in (f"incident/{case}", f"affected_system/{hidden.id}")], [200, 404])
    same("N21" in refused(bundle(h, case, "arc_edu"))["en"], True)
    same(bundle(h, case, "arc01").status, 200)


def what_is_no_case(h):
    for ref in ("999999", "x", "%2e%2e", h.records["note"]["edu"].id, h.records["report"]["edu"].number):
        same(bundle(h, ref).status in (400, 404), True, ref)
    refused(h.web.get(f"{A}/incident/{h.case['edu']}/bundle?x=1", login="dir01"), 422)
    same(h.web.post(f"{A}/incident/{h.case['edu']}/bundle", {}, login="dir01").status, 405)


def files_are_for_whom_the_plan_opens_them(h):
    """An auditor has the record of the case and no evidence in clear, as with each file by itself."""
    path = f"{A}/evidence/{h.records['evidence']['edu'].id}/file/blob"
    for login in sorted(HOLD_CASES):
        manifest = verified(h.d, bundle(h, h.case["edu"], login).body)
        opens = h.web.get(path, login=login).status == 200
        same((f"evidence/{h.file['edu']}" in names_in(manifest), opens), (login != "aud01",) * 2, login)


def that_a_case_was_taken_is_on_record(h):
    seq = entries(h, "limit=1")["entries"][0]["seq"]
    manifest = verified(h.d, bundle(h, h.case["edu"], "arc01").body)
    bundle(h, h.case["edu"], "dut01")  # refused: nothing was taken
    fresh = entries(h, f"after={seq}&type=case.taken")["entries"]
    same([(e["type"], e["who"]["title"], e["kind"]) for e in fresh], [("case.taken", "档案员", "house")])
    same(len(manifest["objects"]) > 1, True)


def nothing_is_left_of_who_goes_away(h):
    """Before the answer, in the middle of it; the next one is served."""
    headers = h.web.who("dir01")
    path = f"/api/v1/incident/{h.big}/bundle"
    for after in (0, 1000, 200000):
        connection = h.web.connect()
        connection.request("GET", path, headers=headers)
        until = time.monotonic() + 30
        while not after and not left_over(h.d) and time.monotonic() < until:
            time.sleep(0.001)
        if after:
            connection.getresponse().read(after)
        connection.close()
        while (left_over(h.d) or open_tars(h.d)) and time.monotonic() < until:
            time.sleep(0.01)
        same((left_over(h.d), open_tars(h.d)), ([], []), f"after {after}")
        same(bundle(h, h.case["tax"]).status, 200)


def open_tars(d):
    links = []
    for fd in os.listdir(f"/proc/{d.process.pid}/fd"):
        with contextlib.suppress(OSError):
            links.append(os.readlink(f"/proc/{d.process.pid}/fd/{fd}"))
    return [x for x in links if "/bundles/" in x]


def others_are_answered_meanwhile(h):
    """While a long case is packed and sent slowly; a second one waits its turn, others do not."""
    answers = []
    other = Web(h.d)
    good(other.get(f"{A}/session", login="dut01"))
    other.who("arc01")
    thread = threading.Thread(target=lambda: answers.append(bundle(h, h.big)))
    thread.start()
    slowest, busy = 0, set()
    while thread.is_alive():
        asked = time.monotonic()
        good(other.get(f"{A}/session", login="dut01"))
        slowest = max(slowest, time.monotonic() - asked)
        if left_over(h.d):
            reply = other.raw("GET", f"{A}/incident/{h.case['tax']}/bundle", headers=other.who("arc01"))
            busy.add(reply.status)
            same(reply.status == 200 or "retry-after" in reply.headers, True)
        time.sleep(0.005)
    print(f"  {len(answers[0].body) >> 20} MiB; others waited {slowest * 1000:.0f} ms")
    same((answers[0].status, slowest < 1, 503 in busy), (200, True, True), f"{slowest} s, {busy}")
    verified(h.d, answers[0].body)


def what_a_kill_left_is_cleared(h):
    d = h.d
    connection = h.web.connect()
    connection.request("GET", f"{A}/incident/{h.big}/bundle", headers=h.web.who("dir01"))
    until = time.monotonic() + 30
    while not left_over(d) and time.monotonic() < until:
        time.sleep(0.001)
    d.kill()
    same(len(left_over(d)) > 0, True, "killed in the middle")
    same(os.stat(f"{d.folder}/bundles").st_mode & 0o077, 0, "private")
    d.start()
    same(left_over(d), [])
    h.web = Web(d)
    verified(d, bundle(h, h.case["edu"]).body)


def bundles(results):
    with full_house() as h:
        results.case("bundle: whole", a_bundle_is_the_whole_case, h)
        results.case("bundle: changed", a_tar_that_was_changed_is_found_out, h)
        results.case("bundle: no case", what_is_no_case, h)
        results.case("bundle: files", files_are_for_whom_the_plan_opens_them, h)
        results.case("bundle: on record", that_a_case_was_taken_is_on_record, h)
        results.case("bundle: whom it is for", bundles_are_for_who_holds_cases, h)
        results.case("bundle: a part is hidden", a_case_of_which_a_part_is_hidden_is_not_taken, h)
        h.big = open_case(h.d, "edu", title="大案")
        for i in range(3):
            h.d.done("uop_edu", "evidence", "create", incident=h.big, type="log", label_text=f"镜像{i}",
                     blob=h.d.upload(os.urandom(1 << 20) * 24, as_="uop_edu"))
        results.case("bundle: meanwhile", others_are_answered_meanwhile, h)
        results.case("bundle: gone", nothing_is_left_of_who_goes_away, h)
        results.case("bundle: killed", what_a_kill_left_is_cleared, h)


PARTS = {"rules": rules, "record": record, "bundles": bundles}


def main():
    results = Results("shown")
    wanted = sys.argv[1:] or list(PARTS)
    for name in wanted:
        PARTS[name](results)
    results.end()


main()
