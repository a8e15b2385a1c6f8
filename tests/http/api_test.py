#!/usr/bin/env python3
"""api -- what a client of the HTTP interface counts on: tags, keys, pages, uploads, the live stream."""
import hashlib
import http.client
import json
import os
import socket
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lib"))
from cast import city, open_case  # noqa: E402
from web import Web, quoted  # noqa: E402


class Stream:
    """A listener of the live stream: collects events until it is closed."""

    def __init__(self, web, login, query="", last=None):
        headers = {**web.who(login), **({"Last-Event-ID": last} if last else {})}
        self.connection = http.client.HTTPConnection(web.host, web.port, timeout=30)
        self.connection.request("GET", "/api/v1/events" + query, headers=headers)
        self.reply = self.connection.getresponse()
        self.status, self.events, self.ended = self.reply.status, [], threading.Event()
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        event = {}
        try:
            for line in self.reply:
                line = line.decode().rstrip("\n")
                if not line and event:
                    self.events.append(event)
                    event = {}
                elif ": " in line:
                    name, value = line.split(": ", 1)
                    event[name] = value
        except (OSError, http.client.HTTPException, ValueError, AttributeError):  # closed from the other thread
            pass
        self.ended.set()

    def wait(self, what, seconds=40):
        """The first event for which `what` holds."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for event in list(self.events):
                if what(event):
                    return event
            time.sleep(0.01)
        raise AssertionError(f"not heard; heard: {self.events}")

    def changes(self):
        return [json.loads(e["data"]) for e in self.events if e.get("event") == "change"]

    def close(self):
        try:
            self.connection.sock and self.connection.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.connection.close()


class Api(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.d = city(args=["--http", "127.0.0.1:0"])
        cls.d.__enter__()
        cls.web = Web(cls.d)

    @classmethod
    def tearDownClass(cls):
        cls.d.__exit__(None, None, None)

    # ---- records -------------------------------------------------------------------------------------

    def test_a_tag_changes_with_what_is_shown(self):
        case = open_case(self.d)
        first = self.web.get(f"/api/v1/incident/{case}", login="dut01")
        tag = first.headers["etag"]
        self.assertTrue(tag.startswith(f'"{first.json["version"]}-'), tag)
        again = self.web.get(f"/api/v1/incident/{case}", login="dut01", headers={"If-None-Match": tag})
        self.assertEqual((again.status, again.body), (304, b""))
        self.web.post(f"/api/v1/incident/{case}/record_facts", {"input": {"impact": "网站不可用"}}, login="dut01")
        self.assertEqual(self.web.get(f"/api/v1/incident/{case}", login="dut01", headers={"If-None-Match": tag}).status, 200)
        late = self.web.post(f"/api/v1/incident/{case}/record_facts", {"input": {"impact": "x"}}, login="dut01",
                             headers={"If-Match": tag})
        self.assertEqual((late.status, late.fault), (412, "conflict"))
        bad = self.web.post(f"/api/v1/incident/{case}/record_facts", {"input": {"impact": "x"}}, login="dut01",
                            headers={"If-Match": "three"})
        self.assertEqual(bad.status, 422)

    def test_what_costs_more_than_the_record_is_asked_for(self):
        at = f"/api/v1/incident/{open_case(self.d)}"
        extra = {"linked", "alike", "moves"}
        self.assertFalse(extra & set(self.web.get(at, login="dut01").json))
        self.assertEqual(extra & set(self.web.get(at + "?with=moves,linked", login="dut01").json), {"moves", "linked"})
        self.assertTrue(self.web.get(at + "?with=moves", login="dut01").json["moves"])
        for bad in ("", "moves,", ",moves", "moves%20linked", "fields", "moves,moves,moves,moves"):
            self.assertEqual(self.web.get(f"{at}?with={bad}", login="dut01").status, 422, bad)

    def test_the_same_key_is_done_once(self):
        body = {"input": {"title": "重复的请求", "unit": "市教育局信息中心"}}
        key = {"Idempotency-Key": "k-1"}
        first = self.web.post("/api/v1/incident", body, login="dut01", headers=key)
        again = self.web.post("/api/v1/incident", body, login="dut01", headers=key)
        self.assertEqual(first.status, again.status, again)
        if first.status == 201:
            self.assertEqual(first.json["number"], again.json["number"])
        other = self.web.post("/api/v1/incident", {"input": {"title": "another"}}, login="dut01", headers=key)
        self.assertNotEqual(other.status, 201)
        self.assertEqual(self.web.post("/api/v1/incident", body, login="dut01", headers={"Idempotency-Key": "x" * 129}).status, 422)

    def test_names_do_as_well_as_numbers(self):
        by_name = self.web.get("/api/v1/unit/" + quoted("市教育局信息中心"), login="dut01")
        self.assertEqual(by_name.status, 200, by_name)
        self.assertEqual(self.web.get(f"/api/v1/unit/{by_name.json['id']}", login="dut01").body, by_name.body)
        self.assertEqual(self.web.get(f"/api/v1/incident/{by_name.json['id']}", login="dut01").status, 404, "not of this kind")

    def test_pages_go_on_where_the_one_before_ended(self):
        seen, path = [], "/api/v1/unit?limit=3&order=number"
        path = "/api/v1/unit?limit=3"
        while path:
            page = self.web.get(path, login="dut01")
            self.assertEqual(page.status, 200, page)
            seen += [row["id"] for row in page.json["rows"]]
            link = page.headers.get("link")
            path = link.split(">")[0][1:] if link else None
        self.assertEqual(len(seen), len(set(seen)))
        whole = self.web.get("/api/v1/unit?limit=500", login="dut01").json["rows"]
        self.assertEqual(seen, [row["id"] for row in whole])

    def test_what_changed_since_leaves_nothing_out(self):
        since, known = self.d.now, {}
        cases = [open_case(self.d) for _ in range(7)]
        for round_ in range(3):
            self.d.pass_time("1 min")
            for case in cases[round_::3]:
                self.web.post(f"/api/v1/incident/{case}/record_facts", {"input": {"impact": f"第{round_}次"}}, login="dut01")
            path = f"/api/v1/incident?order=changed&limit=2&updated_since={quoted(since)}"
            while path:
                page = self.web.get(path, login="dut01")
                self.assertEqual(page.status, 200, page)
                for row in page.json["rows"]:
                    self.assertGreaterEqual(row["updated_at"], since)
                    known[row["number"]], last = row["version"], row["updated_at"]
                link = page.headers.get("link")
                path = link.split(">")[0][1:] if link else None
            since = last
        for case in cases:
            self.assertEqual(known[case], self.web.get(f"/api/v1/incident/{case}", login="dut01").json["version"])

    def test_what_is_not_acceptable_names_the_thing(self):
        rows = [
            ("GET", "/api/v1/incident?colour=red", None, 422, "colour"),
            ("GET", "/api/v1/incident?limit=1&limit=2", None, 422, "twice"),
            ("GET", "/api/v1/incident?limit=x", None, 422, "limit"),
            ("GET", "/api/v1/incident?limit=501", None, 422, "500"),
            ("GET", "/api/v1/incident?space=moon", None, 422, "moon"),
            ("GET", "/api/v1/incident?where=colour:red", None, 422, "colour"),
            ("GET", "/api/v1/incident?after=x", None, 422, "'x'"),
            ("GET", "/api/v1/spaceship", None, 422, "spaceship"),
            ("POST", "/api/v1/incident", {"colour": 1}, 422, "colour"),
            ("POST", "/api/v1/incident", b"{\"input\":{},\"input\":{}}", 400, "duplicate"),
            ("POST", "/api/v1/incident", b"[1]", 400, "object"),
            ("POST", "/api/v1/incident", b"{", 400, ""),
            ("POST", "/api/v1/incident/INC-2099-0001/accept", {}, 404, "INC-2099-0001"),
            ("PUT", "/api/v1/incident", {}, 405, "PUT"),
            ("GET", "/api/v2/incident", None, 404, "address"),
        ]
        for method, path, body, status, words in rows:
            headers = {"Content-Type": "application/json"} if isinstance(body, bytes) else {}
            reply = self.web.ask(method, path, body, login="dut01", headers=headers)
            with self.subTest(f"{method} {path} {body}"):
                self.assertEqual(reply.status, status, reply)
                self.assertEqual(reply.headers["content-type"], "application/problem+json")
                self.assertIn(words, reply.json["en"])
                self.assertTrue(reply.json["zh"])
                self.assertEqual(reply.json["status"], status)
        wrong_type = self.web.ask("POST", "/api/v1/incident", "a=b", login="dut01",
                                  headers={"Content-Type": "application/x-www-form-urlencoded"})
        self.assertEqual(wrong_type.status, 415)
        chinese = self.web.get("/api/v1/incident?limit=x", login="dut01", headers={"Accept-Language": "zh-CN,en;q=0.5"})
        self.assertEqual(chinese.json["detail"], chinese.json["zh"])

    # ---- evidence ------------------------------------------------------------------------------------

    def piece(self, upload, offset, bytes_, login="rsp01"):
        return self.web.ask("PATCH", upload, bytes_, login=login,
                            headers={"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"})

    def test_an_upload_goes_on_after_a_broken_link(self):
        data = os.urandom(3_000_000)
        made = self.web.post("/api/v1/uploads", {"size": len(data)}, login="rsp01")
        self.assertEqual(made.status, 201, made)
        upload = made.headers["location"]
        self.assertEqual(self.piece(upload, 0, data[:1_000_000]).status, 204)
        # A link that breaks in the middle of a piece: what came is kept.
        raw = socket.create_connection((self.web.host, self.web.port))
        head = f"PATCH {upload} HTTP/1.1\r\nHost: x\r\nUpload-Offset: 1000000\r\nContent-Type: application/offset+octet-stream\r\n"
        head += "".join(f"{k}: {v}\r\n" for k, v in self.web.who("rsp01").items()) + "Content-Length: 2000000\r\n\r\n"
        raw.sendall(head.encode() + data[1_000_000:1_600_000])
        raw.close()
        until = time.monotonic() + 10
        while True:
            where = self.web.ask("HEAD", upload, login="rsp01")
            if where.status == 204 and int(where.headers["upload-offset"]) > 1_000_000 or time.monotonic() > until:
                break
            time.sleep(0.01)
        at = int(where.headers["upload-offset"])
        self.assertTrue(1_000_000 < at <= 1_600_000, at)
        wrong = self.piece(upload, at - 1, data[at - 1:])
        self.assertEqual((wrong.status, wrong.headers["upload-offset"]), (409, str(at)))
        self.assertEqual(self.piece(upload, at, data[at:]).status, 204)
        digest = hashlib.sha256(data).hexdigest()
        self.assertEqual(self.web.post(upload + "/end", {"digest": "0" * 64}, login="rsp01").status, 422)
        done = self.web.post(upload + "/end", {"digest": digest}, login="rsp01")
        self.assertEqual((done.status, done.json["digest"], done.json["size"]), (200, digest, len(data)), done)
        self.assertEqual(self.web.ask("HEAD", upload, login="rsp01").status, 404)

    def test_an_upload_is_of_one_person_and_of_one_size(self):
        upload = self.web.post("/api/v1/uploads", {"size": 10}, login="rsp01").headers["location"]
        self.assertEqual(self.piece(upload, 0, b"x", login="rsp02").status, 404)
        self.assertEqual(self.piece(upload, 0, b"x" * 11).status, 413)
        self.assertEqual(self.piece(upload, 0, b"x" * 4).status, 204)
        self.assertEqual(self.web.post(upload + "/end", {"digest": hashlib.sha256(b"xxxx").hexdigest()}, login="rsp01").status, 409)
        self.assertEqual(self.web.delete(upload, login="rsp01").status, 200)
        self.assertEqual(self.piece(upload, 4, b"x").status, 404)
        self.assertEqual(os.listdir(os.path.join(self.d.folder, "uploads")), [])

    def test_what_came_outlives_the_daemon(self):
        upload = self.web.post("/api/v1/uploads", {"size": 8}, login="rsp02").headers["location"]
        self.assertEqual(self.piece(upload, 0, b"abcd", login="rsp02").status, 204)
        self.d.kill()
        self.d.start()
        type(self).web = Web(self.d)
        where = self.web.ask("HEAD", upload, login="rsp02")
        self.assertEqual((where.status, where.headers["upload-offset"]), (204, "4"))
        self.assertEqual(self.piece(upload, 4, b"efgh", login="rsp02").status, 204)
        digest = hashlib.sha256(b"abcdefgh").hexdigest()
        self.assertEqual(self.web.post(upload + "/end", {"digest": digest}, login="rsp02").status, 200)

    # ---- the live stream -----------------------------------------------------------------------------

    def test_a_change_is_heard_by_who_may_see_it(self):
        mine, other, whole = (Stream(self.web, who) for who in ("uop_edu", "uop_tax", "dut01"))
        only = Stream(self.web, "dut01", "?kind=tasking,warning")
        try:
            for one in (mine, other, whole, only):
                one.wait(lambda e: e.get("event") == "hello")
            case = open_case(self.d, "edu")
            heard = whole.wait(lambda e: e.get("event") == "change" and case in e["data"])
            change = json.loads(heard["data"])
            self.assertEqual((change["kind"], change["number"], change["space"]), ("incident", case, "real"))
            version = self.web.get(f"/api/v1/incident/{case}", login="dut01").json["version"]
            whole.wait(lambda e: case in e.get("data", "") and f'"version":{version},' in e["data"])
            mine.wait(lambda e: e.get("event") == "change" and case in e["data"])
            time.sleep(0.3)
            self.assertEqual([c for c in other.changes() if c["number"] == case], [], "not a case of this unit")
            self.assertEqual(only.changes(), [])
        finally:
            for one in (mine, other, whole, only):
                one.close()

    def test_who_comes_back_misses_nothing(self):
        first = Stream(self.web, "dut01")
        hello = first.wait(lambda e: e.get("event") == "hello")
        first.close()
        cases = [open_case(self.d) for _ in range(5)]
        self.d.restart()
        type(self).web = Web(self.d)
        cases += [open_case(self.d) for _ in range(2)]
        back = Stream(self.web, "dut01", last=hello["id"])
        try:
            for case in cases:
                back.wait(lambda e: case in e.get("data", ""))
            order = [c["number"] for c in back.changes() if c["kind"] == "incident" and c["type"] == "incident.create"]
            self.assertEqual([n for n in order if n in cases], cases, "in the order of the record")
            ids = [tuple(map(int, e["id"].split("."))) for e in back.events if e.get("event") == "change"]
            self.assertEqual(ids, sorted(set(ids)), "each once")
        finally:
            back.close()

    def test_a_place_that_is_none_is_refused_or_starts_anew(self):
        for last, status in (("x", 422), ("1", 422), ("1.x", 422), ("-1.0", 422)):
            stream = Stream(self.web, "dut01", last=last)
            self.assertEqual(stream.status, status, last)
            stream.close()
        ahead = Stream(self.web, "dut01", last="99999999.0")
        ahead.wait(lambda e: e.get("event") == "resume")
        ahead.close()

    def test_a_session_that_ends_ends_its_stream(self):
        stream = Stream(self.web, "exp01")
        stream.wait(lambda e: e.get("event") == "hello")
        self.assertEqual(self.web.delete("/api/v1/session", login="exp01").status, 200)
        self.assertTrue(stream.ended.wait(5), "within a second, here with patience")
        self.assertEqual(stream.events[-1].get("event"), "end")
        self.web.sessions.pop("exp01")

    def test_nobody_listens_without_a_session(self):
        self.assertEqual(self.web.raw("GET", "/api/v1/events").status, 401)

    # ---- about the house -----------------------------------------------------------------------------

    def test_health_and_figures(self):
        self.assertEqual(self.web.raw("GET", "/health").json["status"], "ok")
        figures = self.web.raw("GET", "/metrics")
        self.assertIn(b"fengsui_http_requests_total", figures.body)
        self.assertEqual(self.web.raw("GET", "/").status, 200)
        status = self.web.get("/api/v1/status", login="dut01").json
        self.assertNotIn("folder", status)
        self.assertEqual(self.web.post("/api/v1/time", {"at": "+1 min"}, login="dut01").status, 200)

    def test_views_are_ones_own(self):
        view = {"kind": "incident", "where": "open:yes"}
        self.assertEqual(self.web.ask("PUT", "/api/v1/views/" + quoted("待办"), view, login="dut01").status, 201)
        self.assertEqual(self.web.ask("PUT", "/api/v1/views/" + quoted("待办"), view, login="dut01").status, 200)
        self.assertEqual(self.web.get("/api/v1/views", login="dut01").json["rows"][0]["view"], view)
        self.assertEqual(self.web.get("/api/v1/views", login="dut02").json["rows"], [])
        self.assertEqual(self.web.delete("/api/v1/views/" + quoted("待办"), login="dut02").status, 404)
        self.assertEqual(self.web.delete("/api/v1/views/" + quoted("待办"), login="dut01").status, 200)


if __name__ == "__main__":
    program = unittest.main(exit=False)
    bad = len(program.result.failures) + len(program.result.errors)
    print(f"{max(program.result.testsRun - bad, 0)} passed, {bad} failed")
    sys.exit(1 if bad else 0)
