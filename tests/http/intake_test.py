#!/usr/bin/env python3
"""Whole documents of events that are posted, their limits, and the lines that were not what they promised."""
import gzip
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from people import Results, Unexpected, full_house  # noqa: E402
from fengsui import binary  # noqa: E402

RULE = """title: A key was made
id: 5f4a8c2e-6b1d-4d7e-9a53-0d6f3b1c2e50
status: experimental
author: Fengsui
tags: [class.brute-force]
logsource: {product: aws, service: cloudtrail}
detection: {s: {eventName: CreateAccessKey}, condition: s}
level: low
"""
LINE = 256 * 1024


def event(n, name="CreateAccessKey", **more):
    return {"eventVersion": "1.08", "eventTime": "2026-03-02T08:00:00Z", "eventSource": "iam.amazonaws.com", "eventName": name,
            "awsRegion": "cn-north-1", "sourceIPAddress": f"203.0.113.{n}", "userAgent": "curl, {not} [a] \"bracket\"", **more}


def same(found, wanted):
    if found != wanted:
        raise Unexpected(f"{found}, not {wanted}")


def post(h, source, body, gzipped=False):
    headers = {"Content-Type": "application/json", **({"Content-Encoding": "gzip"} if gzipped else {})}
    return h.web.ask("POST", f"/api/v1/intake/{source}", body, login="sys01", headers=headers)


def counted(reply):
    return tuple(reply.json.get(name) for name in ("lines", "stored", "malformed", "alerts"))


def quarantine(h, login="sys01", query=""):
    return h.web.get(f"/api/v1/quarantine{query}", login=login)


def each_event_is_a_line(h):
    """As CloudTrail writes it, over several lines, and as gzip; Azure's, Graph's and a bare list."""
    events = [event(1), event(2, "ListUsers"), event(3)]
    for i, document in enumerate((json.dumps({"Records": events}), json.dumps({"Records": events}, indent=2), json.dumps({"records": events}),
                                  json.dumps({"@odata.context": "x", "value": events}), json.dumps(events))):
        for gzipped in (False, True):
            reply = post(h, f"doc{i}{gzipped}", gzip.compress(document.encode()) if gzipped else document, gzipped)
            same((reply.status, *counted(reply)), (200, 3, 3, 0, 2))


def what_is_in_it_is_counted(h):
    """An object that is too long, one that is none, one that is cut off: malformed, and the others are taken."""
    long = event(1, note="x" * LINE)
    reply = post(h, "long", json.dumps({"Records": [event(1), long, event(2)]}))
    same((reply.status, *counted(reply)), (200, 3, 2, 1, 2))
    reply = post(h, "broken", '{"Records":[' + json.dumps(event(1)) + ',{"a":01},' + json.dumps(event(2)) + "]}")
    same((reply.status, *counted(reply)), (200, 3, 2, 1, 2))
    reply = post(h, "cut", json.dumps({"Records": [event(1), event(2)]})[:-30])
    same((reply.status, *counted(reply)), (200, 2, 1, 1, 1))


def a_bomb_is_refused(h):
    """Of a document nothing but one object is held, so it may be larger than a line; not larger than a body, nor packed too well."""
    many = json.dumps({"Records": [event(n % 250, "ListUsers", note=f"{n * 7919:x}" * 400) for n in range(2000)]})
    same(len(many) > 16 * LINE, True)
    reply = post(h, "many", gzip.compress(many.encode(), 1), True)
    same((reply.status, *counted(reply)), (200, 2000, 2000, 0, 0))
    bomb = gzip.compress(b'{"Records":[' + b" " * (65 << 20) + b"{}]}")
    reply = post(h, "bomb", bomb, True)
    same((reply.status, "250" in reply.json["en"]), (413, True))


def what_was_wrong_is_told(h):
    """Per source the newest first: when, why in both languages, how it began and how long it was; cut, and safe to read."""
    for n in range(70):
        post(h, "bad", f'{{"n":{n},\n')
    post(h, "bad", b'{"a":"\x1b[2J\xff' + "‮网".encode() + b"x" * 5000 + b"\n")
    row = quarantine(h, query="?source=bad&limit=3").json["rows"][0]
    same((row["name"], row["kept"] <= 64, row["kept"] + row["given_up"]), ("bad", True, 71))
    first, second = row["lines"][:2]
    same((len(row["lines"]), first["line"], second["line"], second["text"]), (3, 71, 70, '{"n":69,'))
    same((first["bytes"], first["of"], first["at"][:10]), (1024, 5017, h.d.status()["now"][:10]))
    same(first["text"].startswith('{"a":"\N{REPLACEMENT CHARACTER}[2J\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}网xx'), True)
    same((first["en"].startswith("byte"), first["zh"] != first["en"], any("\u4e00" <= c <= "\u9fff" for c in first["zh"])), (True, True, True))
    post(h, "worse", "[" * 3 + "\n" + "x" * (LINE + 1) + "\n")
    line = quarantine(h, query="?source=worse").json["rows"][0]["lines"][0]
    same((line["en"], line["zh"]), ("longer than a line may be; passed over", "行过长，已跳过"))
    names = {row["name"] for row in quarantine(h).json["rows"]}
    same({"bad", "worse"} <= names and "many" not in names, True)
    same([len(row["lines"]) for row in quarantine(h).json["rows"] if row["name"] == "bad"], [10])


def it_is_for_whom_sees_sources(h):
    for login, status in (("dir01", 200), ("dut01", 200), ("cl01", 200), ("sys01", 200), ("aud01", 200), ("rsp01", 403), ("sca01", 403),
                          ("uop_edu", 403), ("nopost01", 403), ("late01", 403)):
        reply = quarantine(h, login)
        same((login, reply.status), (login, status))
        same(h.d.ask(**{"op": "quarantine", "as": login}).ok, status == 200)
        if status == 403:
            same("quarantined lines are for" in reply.json["en"] and "隔离的日志行" in reply.json["zh"], True)
    same(quarantine(h, None).status, 401)


def bad_questions(h):
    for query, status, says in (("?limit=0", 422, "1 to 64"), ("?limit=65", 422, "1 to 64"), ("?limit=x", 422, "whole number"),
                                ("?limit=99999999999999999999", 422, "1 to 64"), ("?source=nobody", 404, "'nobody'"), ("?x=1", 422, "x")):
        reply = quarantine(h, query=query)
        same((query, reply.status, says in reply.json["en"]), (query, status, True))


def from_the_command_line(h):
    """In words of both languages, and as JSON."""
    def say(*args):
        done = subprocess.run([binary(), "quarantine", *args, "--data", h.d.folder, "--as", "dut01"], capture_output=True, text=True)
        return done.returncode, done.stdout, done.stderr
    status, out, _ = say("bad", "--limit", "2", "--lang", "en")
    same((status, "before them given up" in out, out.count('{"n":'), "(1024 of 5017 bytes)" in out, "\x1b" in out), (0, True, 1, True, False))
    status, out, _ = say("bad", "--lang", "zh")
    same((status, "更早的" in out, "原因" in out), (0, True, True))
    status, out, _ = say("--json", "bad")
    same((status, json.loads(out)["rows"][0]["name"]), (0, "bad"))
    same([say("nobody")[0], say("bad", "x")[0], say("--limit", "many")[0], say("--limit", "65")[0]], [66, 64, 64, 65])


def main():
    results = Results("intake")
    with tempfile.TemporaryDirectory(prefix="fengsui-intake-") as rules:
        with open(os.path.join(rules, "key.yml"), "w", encoding="utf-8") as f:
            f.write(RULE)
        with full_house(rules=rules) as h:
            for case in (each_event_is_a_line, what_is_in_it_is_counted, a_bomb_is_refused, what_was_wrong_is_told, it_is_for_whom_sees_sources,
                         bad_questions, from_the_command_line):
                results.case(case.__name__, case, h)
    results.end()


main()
