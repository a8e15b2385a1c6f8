#!/usr/bin/env python3
"""The live stream: who hears what, and for how long. Attacks 15, 16, 23, 64."""
import contextlib
import json
import os
import re
import socket
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from attack import *  # noqa: E402,F403
from attack import A, OFFICE, WORDS, account, ask, expect, full_house, house, memory, same, signed_in, true  # noqa: E402,E501


class Stream:
    """One listener, read as bytes."""

    def __init__(self, web, headers, path=f"{A}/events", source="127.0.0.1", last=None, room=None):
        self.socket = socket.socket()
        if room:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
        self.socket.bind((source, 0))
        self.socket.settimeout(10)
        self.socket.connect((web.host, web.port))
        lines = [f"GET {path} HTTP/1.1", "Host: x", *[f"{k}: {v}" for k, v in headers.items()]]
        if last:
            lines.append(f"Last-Event-ID: {last}")
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        self.text, self.over = "", False

    def read(self, seconds=0.0, until=None):
        """What came within this time, or until it says this, or it ended."""
        end = time.monotonic() + seconds
        while not self.over and not (until and until in self.text):
            left = end - time.monotonic()
            if left <= 0:
                break
            self.socket.settimeout(left)
            try:
                piece = self.socket.recv(65536)
            except (TimeoutError, socket.timeout):
                break
            except ConnectionResetError:
                piece = b""
            self.over = not piece or b"0\r\n\r\n" in piece[-7:]
            self.text += piece.decode("utf-8", "replace")
        return self.text

    @property
    def status(self):
        return int(self.read(5, "\r\n").split()[1])

    def heard(self):
        return [json.loads(line) for line in re.findall(r"^data: (\{.+\})\r?$", self.text, re.M) if "kind" in line]

    def last_id(self):
        return re.findall(r"^id: (\S+)$", self.text, re.M)[-1]

    def close(self):
        self.socket.close()

    def ends_within(self, seconds, what):
        begin = time.monotonic()
        self.read(seconds + 5)
        true(self.over, f"{what}: the stream goes on")
        true(time.monotonic() - begin < seconds, f"{what}: it ended after {time.monotonic() - begin:.1f} s")


@contextlib.contextmanager
def listening(web, headers, **more):
    stream = Stream(web, headers, **more)
    try:
        same(stream.status, 200)
        stream.read(5, "event: hello")
        yield stream
    finally:
        stream.close()


def cookie(headers):
    return {"Cookie": headers["Cookie"]}


def note(d, case, text="会商"):
    return d.done("dut01", "note", "create", incident=case, type="analysis", text=text)


# ---- 15: without a session, or with one that is over ---------------------------------------------------------


def a15_without_a_session_nothing_is_heard():
    with house() as d:
        for headers in ({}, {"Cookie": "fengsui=" + "0" * 64}, {"Authorization": "Bearer fs_1_" + "0" * 64},
                        {"Authorization": "Basic eA=="}, {**cookie(d.web.who("dut01")), "Sec-Fetch-Site": "cross-site"}):
            stream = Stream(d.web, headers)
            true(stream.status in (401, 403), f"{headers}: {stream.text[:300]}")
            stream.close()


def token(d, login="dut01", *scopes):
    return expect(d.web.post(f"{A}/tokens", {"name": "t", "scopes": scopes or ["read"], "expires_at": "2026-03-03T00:00:00Z"},
                             login=login), 201).json


def a15_what_is_over_hears_no_more():
    """Signing out, ended by its person elsewhere, a new password, a disabled account, a revoked token, who left."""
    with house() as d:
        account(d, "rsp01")
        other = signed_in(d.web, "rsp01")

        def ended(what, who, act, seconds=1.5):
            with listening(d.web, who) as stream:
                act()
                stream.ends_within(seconds, what)

        who = signed_in(d.web, "rsp01")
        ended("signing out", cookie(who), lambda: expect(ask(d.web, "DELETE", f"{A}/session", None, who), 200))
        who2 = signed_in(d.web, "rsp01")
        id_ = ask(d.web, "GET", f"{A}/session", None, who2).json["session"]["id"]
        ended("ended elsewhere", cookie(who2), lambda: expect(ask(d.web, "DELETE", f"{A}/sessions/{id_}", None, other), 200))
        who3 = signed_in(d.web, "rsp01")
        new = {"password": PASSWORD, "new": PASSWORD + " neu"}  # noqa: F405
        ended("a new password", cookie(who3), lambda: expect(ask(d.web, "POST", f"{A}/session/password", new, other), 200))
        who4 = signed_in(d.web, "rsp01", password=PASSWORD + " neu")  # noqa: F405
        ended("disabled", cookie(who4), lambda: expect(d.web.post(f"{A}/accounts/rsp01/disable", {}, login="sca01"), 200))
        made = token(d)
        ended("a revoked token", {"Authorization": f"Bearer {made['token']}"},
              lambda: expect(d.web.delete(f"{A}/tokens/{made['id']}", login="dut01"), 200))
        ended("who has left", cookie(d.web.who("cl02")), lambda: d.done("sca01", "person", "edit", d.who["cl02"], active=False), 3)
        made = token(d)
        ended("a token that ran out", {"Authorization": f"Bearer {made['token']}"}, lambda: d.set_time("2026-03-03T00:00:01Z"), 3)
        ended("a session that ran out", cookie(d.web.who("rsp03")), lambda: d.pass_time("13 h"), 3)


def a15_nobody_ends_another_s_stream():
    with house() as d:
        made = token(d)
        theirs = ask(d.web, "GET", f"{A}/session", None, d.web.who("dut01")).json["session"]["id"]
        with listening(d.web, {"Authorization": f"Bearer {made['token']}"}) as first, \
                listening(d.web, cookie(d.web.who("dut01"))) as second:
            for id_ in (made["id"], made["id"] + 99, 0, "x"):
                expect(d.web.delete(f"{A}/tokens/{id_}", login="rsp01"), 404)
            for id_ in (theirs, theirs + 1, 0, "x"):
                expect(d.web.delete(f"{A}/sessions/{id_}", login="rsp01"), 404)
            first.read(1.5), second.read(0.2)
            true(not first.over and not second.over, "a stream ended")


def a15_of_many_streams_the_ended_one_ends_within_a_second():
    """More listeners than are looked at each second: what is ended by an act ends at once all the same."""
    with house() as d:
        crowd = [Stream(d.web, cookie(d.web.who("dut01")), source=f"127.0.{i % 4}.9") for i in range(400)]
        try:
            person_ = d.done("sca01", "person", "create", name="新人", login="new01", unit=OFFICE)
            d.done("sca01", "post", "create", person=person_, role="DUT")
            with listening(d.web, cookie(d.web.who("new01"))) as stream:
                d.done("sca01", "person", "edit", person_, active=False)
                stream.ends_within(2.5, "who has left")
        finally:
            for stream in crowd:
                stream.close()


# ---- 16, 23: what is heard ----------------------------------------------------------------------------------


def a16_one_unit_hears_nothing_of_another():
    """With any filter, from any place in the record."""
    with full_house() as h:
        edu = h.web.who("uop_edu")
        streams = [Stream(h.web, cookie(edu), path=f"{A}/events{query}", last=last)
                   for query in ("", "?kind=incident", "?kind=note,evidence,report,incident", "?kind=,", "?kind=*", "?kind=%25")
                   for last in (None, "0.0", "1.0", "0.99999999")]
        try:
            for stream in streams:
                same(stream.status, 200)
                stream.read(5, "event: ")
            note(h.d, h.case["tax"], WORDS["tax"])
            mine = note(h.d, h.case["edu"])
            streams[0].read(5, f'"id":{mine.id},')
            hidden = {r["tax"].id for r in h.records.values()} | {r["tax"].get("number") for r in h.records.values()}
            for stream in streams:
                stream.read(0.3)
                for event in stream.heard():
                    true(event["id"] not in hidden and event.get("number") not in hidden - {None}, f"{event}")
                true(WORDS["tax"] not in stream.text, "a word of it")
            true([e for e in streams[0].heard() if e["id"] == mine.id], "nor does it hear of its own")
            true([e for e in streams[1 * 4 + 1].heard() if e["id"] == h.records["incident"]["edu"].id], "nor from the beginning on")
            true(all(e["kind"] == "incident" for e in streams[1 * 4 + 1].heard()), "another kind")
        finally:
            for stream in streams:
                stream.close()


def a16_who_sees_no_case_hears_of_none():
    with full_house() as h:
        for login in ("sca01", "sys01", "nopost01", "late01", "rsp04"):
            with listening(h.web, cookie(h.web.who(login)), last="0.0") as stream:
                stream.read(0.5)
                heard = {e["kind"] for e in stream.heard()}
                true(not heard & {"incident", "note", "evidence", "affected_system"}, f"{login} hears of {heard}")


def a23_a_post_that_ends_is_heard_no_more_at_once():
    with full_house() as h:
        d = h.d
        new = d.done("sca01", "person", "create", name="新人", login="new01", unit=OFFICE)
        post = d.done("sca01", "post", "create", person=new, role="DUT")
        with listening(h.web, cookie(h.web.who("new01"))) as stream:
            first = note(d, h.case["tax"])
            true(f'"id":{first.id},' in stream.read(5, f'"id":{first.id},'), "it is not heard with the post")
            d.done("sca01", "post", "end", post, valid_to=d.now, reason="调离")
            later = note(d, h.case["tax"])
            stream.read(1)
            true(f'"id":{later.id},' not in stream.text, "it is heard without the post")
            d.done("sca01", "post", "create", person=new, role="DUT")
            again = note(d, h.case["tax"])
            true(f'"id":{again.id},' in stream.read(5, f'"id":{again.id},'), "nor with a new one")


# ---- 64: storms and slow readers -------------------------------------------------------------------------------


def a64_a_thousand_come_again_at_once_and_miss_nothing():
    with full_house() as h:
        who = cookie(h.web.who("dut01"))
        with listening(h.web, who) as stream:
            last = stream.last_id()
        made = [note(h.d, h.case["edu"]) for _ in range(20)]
        before = memory(h.d)
        begin = time.monotonic()
        streams = [Stream(h.web, who, source=f"127.0.{i % 5}.11", last=last) for i in range(1000)]
        try:
            for stream in streams:
                stream.read(20, f'"id":{made[-1].id},')
                heard = [e["id"] for e in stream.heard() if e["kind"] == "note"]
                same(heard, [m.id for m in made], "heard")
            true(time.monotonic() - begin < 20, f"took {time.monotonic() - begin:.1f} s")
            grown = (memory(h.d) - before) / 1000
            true(grown < 48 * 1024, f"{grown / 1024:.0f} KiB a listener")
            expect(h.web.get("/health"), 200, "others are served")
        finally:
            for stream in streams:
                stream.close()
        for _ in range(50):
            figures = h.web.get("/metrics").body.decode()
            if re.search(r"^fengsui_http_streams 0$", figures, re.M):
                break
            time.sleep(0.1)
        true(re.search(r"^fengsui_http_streams 0$", figures, re.M), "streams are left over")


def a64_who_reads_nothing_costs_no_more_than_his_share():
    """A listener that takes nothing is not told without end; another one hears everything meanwhile."""
    with full_house() as h:
        who = cookie(h.web.who("dut01"))
        slow = [Stream(h.web, who, last="0.0", room=4096) for _ in range(50)]
        try:
            before = memory(h.d)
            with listening(h.web, who) as quick:
                made = [note(h.d, h.case["edu"], "长" * 3000) for _ in range(300)]
                quick.read(20, f'"id":{made[-1].id},')
                heard = [e["id"] for e in quick.heard() if e["kind"] == "note"]
                same(heard, [m.id for m in made], "heard")
            grown = memory(h.d) - before
            true(grown < 50 * 400 * 1024 + (16 << 20), f"grew by {grown >> 20} MiB")
        finally:
            for stream in slow:
                stream.close()


def main():
    results = Results("stream")  # noqa: F405
    for name, case in sorted(globals().items()):
        if name[0] == "a" and name[1:3].isdigit():
            results.case(name, case)
    results.end()


main()
