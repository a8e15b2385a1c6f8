#!/usr/bin/env python3
"""Requests that cost more than they should. Attacks 59-61, 63.

Malformed and smuggled requests (58) and slow ones (60) are in ../socket_test.py and its neighbours; 58 is put to the
daemon itself by ../daemon_test.py.
"""
import json
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from attack import *  # noqa: E402,F403
from attack import A, WORDS, ask, cpu_ns, expect, full_house, house, memory, same, true  # noqa: E402

JSON = {"Content-Type": "application/json"}
SECONDS = 2  # of the processor, for the most expensive of them on a slow machine


def cheap(d, what, function, most=SECONDS):
    begin, before = cpu_ns(d), memory(d)
    result = function()
    true(cpu_ns(d) - begin < most * 1e9, f"{what}: {(cpu_ns(d) - begin) / 1e9:.2f} s")
    true(memory(d) - before < 64 << 20, f"{what}: {(memory(d) - before) >> 20} MiB")
    return result


def colliding(count):
    """Names that many hash tables put into one place."""
    return [f"{'Aa' if i & 1 else 'BB'}{'Aa' if i & 2 else 'BB'}{i:x}" for i in range(count)]


BODIES = {
    "arrays 100,000 deep": b'{"input":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "objects 100,000 deep": b'{"input":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}",
    "deep and never closed": b'{"input":' + b"[" * 1_000_000,
    "65 deep": b'{"input":' + b"[" * 64 + b"]" * 64 + b"}",
    "1e999": b'{"input":{"aware_at":1e999}}',
    "-1e999": b'{"input":{"urgency":-1e999}}',
    "a fraction": b'{"input":{"urgency":1.5}}',
    "a number of 100,000 digits": b'{"input":{"urgency":' + b"9" * 100_000 + b"}}",
    "beyond 64 bits": b'{"input":{"urgency":9223372036854775808}}',
    "NaN": b'{"input":{"urgency":NaN}}',
    "100,000 members": json.dumps({f"k{i}": i for i in range(100_000)}).encode(),
    "100,000 members of the input": json.dumps({"input": {f"k{i}": i for i in range(100_000)}}).encode(),
    "100,000 names that collide": json.dumps({"input": dict.fromkeys(colliding(100_000), 1)}).encode(),
    "a list of 500,000": json.dumps({"input": {"on_scene": [1] * 500_000}}).encode(),
    "the same member twice": b'{"input":{},"input":{}}',
    "the same name twice": b'{"input":{"title":"a","title":"b"}}',
    "a text of 7 MiB": json.dumps({"input": {"title": "a" * (7 << 20)}}).encode(),
    "escapes of 6 MiB": b'{"input":{"title":"' + b"\\u4e2d" * (1 << 20) + b'"}}',
    "half a surrogate": b'{"input":{"title":"\\ud800"}}',
    "a NUL": b'{"input":{"title":"a\\u0000b"}}',
    "no UTF-8": b'{"input":{"title":"\xff\xfe"}}',
    "UTF-16": '{"input":{}}'.encode("utf-16"),
    "a mark of the byte order": b"\xef\xbb\xbf{}",
    "two values": b"{}{}",
    "a comment": b"{/**/}",
    "a comma too many": b'{"input":{},}',
    "a list": b"[]",
    "null": b"null",
    "a text": b'"x"',
    "nothing but blanks": b" " * (1 << 20),
}


def a59_bodies_that_are_too_much():
    """Each is refused with its reason, at no great cost, and nothing is made."""
    with full_house() as h:
        who = h.web.who("dut01")
        for path in (f"{A}/incident", f"{A}/incident/{h.case['edu']}/score", f"{A}/session"):
            for what, body in BODIES.items():
                reply = cheap(h.d, what, lambda path=path, body=body: ask(h.web, "POST", path, body, {**who, **JSON}))
                expect(reply, {400, 413, 422}, f"{path}: {what}")
        same(len(h.d.list("incident")), 4, "cases")
        for what, size in (("9 MiB", 9 << 20), ("a length of 2^62", None)):
            if size:
                reply = ask(h.web, "POST", f"{A}/incident", b"x" * size, {**who, **JSON})
            else:
                reply = ask(h.web, "POST", f"{A}/incident", b"x", {**who, **JSON, "Content-Length": str(1 << 62)})
            expect(reply, 413, what)


def a59_queries_that_are_too_much():
    with full_house() as h:
        who = h.web.who("dut01")
        queries = ["&".join(f"p{i}=1" for i in range(1500)), "&" * 8000, "where=" + "(" * 2000, "where=" + "NOT%20" * 1000,
                   "where=" + "a%20OR%20" * 800, "where=a&where=b", "where=%00", "where=%ff", "where=" + "%E4%B8%AD" * 1600,
                   "limit=" + "9" * 1000, "limit=0", "limit=-1", "limit=501", "limit=1e2", "after=" + "9" * 3000, "x[]=1&x[]=2",
                   "where=" + "*" * 3000, "updated_since=x&order=changed", "__proto__=1", "=", "%3d=1"]
        for query in queries:
            reply = cheap(h.d, query[:60], lambda query=query: ask(h.web, "GET", f"{A}/incident?{query}", None, who))
            expect(reply, {400, 413, 414, 422} if query.strip("&") else {200, 400, 422}, query[:60])
        for query in ("kind=" + "a," * 3000, "kind=a&kind=b", "x=1"):
            expect(ask(h.web, "GET", f"{A}/events?{query}", None, who), {400, 413, 414, 422}, query[:40])


def a60_ranges_are_not_served():
    """A hundred ranges of one file give the file, once."""
    with full_house() as h:
        path = f"{A}/evidence/{h.records['evidence']['edu'].id}/file/blob"
        ranges = "bytes=" + ",".join(f"{i}-{i}" for i in range(1000))
        reply = ask(h.web, "GET", path, None, {**h.web.who("dir01"), "Range": ranges})
        expect(reply, 200)
        same(reply.body, f"log {WORDS['edu']}\n".encode())


def a61_what_nobody_may_ask_costs_little():
    """Bearer tokens, cookies and codes that are none: no hash is worked for them."""
    with house() as d:
        tries = [("GET", f"{A}/incident", None, {"Authorization": "Bearer " + "x" * 8000}),
                 ("GET", f"{A}/incident", None, {"Authorization": f"Bearer fs_1_{'0' * 64}"}),
                 ("GET", f"{A}/incident", None, {"Cookie": "; ".join(f"fengsui={i:064x}" for i in range(100))}),
                 ("POST", f"{A}/enrolment", {"login": "dut01", "code": "aaaa-aaaa-aaaa-aaaa-aaaa-aaaa-aaaa", "password": "x" * 200}, {})]
        for method, path, body, headers in tries:
            begin = cpu_ns(d)
            for i in range(20):
                expect(ask(d.web, method, path, body, headers, source=f"127.0.{i}.3"), 401, path)
            true(cpu_ns(d) - begin < 20 * 20e6, f"{path}: {(cpu_ns(d) - begin) / 20e6:.1f} ms each")


def a63_a_long_list_comes_by_pages():
    """There is no way to have it all at once: each page is bounded, and the pages together are the list."""
    with house() as d:
        for i in range(1200):
            d.connection.send(op="do", kind="unit", move="create", input={"name": f"单位{i}", "type": "bureau", "bound": True})
        for _ in range(1200):
            answer = d.connection.receive()
            true(answer.ok, f"made: {answer}")
        who, found, path = d.web.who("dut01"), [], f"{A}/unit?limit=500"
        before = memory(d)
        for _ in range(9):
            reply = expect(ask(d.web, "GET", path, None, who), 200)
            found += [row["id"] for row in reply.json["rows"]]
            true(len(reply.json["rows"]) <= 500, "a page")
            if "link" not in reply.headers:
                break
            path = reply.headers["link"].split(">")[0][1:]
        same(len(found), len(set(found)), "twice")
        true(len(found) >= 1200, f"{len(found)}")
        true(memory(d) - before < 32 << 20, "memory")


def main():
    results = Results("body")  # noqa: F405
    for name, case in sorted(globals().items()):
        if name[0] == "a" and name[1:3].isdigit():
            results.case(name, case)
    results.end()


main()
