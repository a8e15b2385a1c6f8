#!/usr/bin/env python3
"""Evidence that arrives in pieces, and what is in it. Attacks 44-50.

Nothing that is sent as evidence is unpacked, parsed or drawn; here XML (46) and pictures (47) are the ones to show it.
Gzip of log lines (43) has a test of its own.
"""
import hashlib
import json
import os
import socket
import struct
import sys
import threading
import time
import zlib

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from attack import *  # noqa: E402,F403
from attack import A, HOME, Unexpected, ask, cpu_ns, expect, full_house, house, memory, same, true  # noqa: E402

PIECE = {"Content-Type": "application/offset+octet-stream"}


def begin(web, who, size):
    return expect(ask(web, "POST", f"{A}/uploads", {"size": size}, who), 201).headers["location"]


def patch(web, who, path, offset, bytes_, **more):
    return ask(web, "PATCH", path, bytes_, {**who, **PIECE, "Upload-Offset": str(offset), **more})


def offset(web, who, path):
    return int(expect(ask(web, "HEAD", path, None, who), 204).headers["upload-offset"])


def end(web, who, path, bytes_):
    return ask(web, "POST", f"{path}/end", {"digest": hashlib.sha256(bytes_).hexdigest()}, who)


def a49_pieces_out_of_order_and_over_each_other():
    """Only what follows where it stands is taken; everything else is told where that is, and leaves no byte."""
    with house() as d:
        who, data = d.web.who("rsp01"), os.urandom(300_000)
        path = begin(d.web, who, len(data))
        for at in (1, 100_000, 299_999, 300_000, 10**18):
            reply = expect(patch(d.web, who, path, at, data[:10]), 409, f"a piece at {at}")
            same(reply.headers["upload-offset"], "0")
        for text in ("-1", "0x10", "1e3", "", " ", "99999999999999999999999", "0, 0"):
            reply = ask(d.web, "PATCH", path, data[:10], {**who, **PIECE, "Upload-Offset": text})
            expect(reply, {400, 409, 422}, repr(text))
        same(offset(d.web, who, path), 0)
        expect(patch(d.web, who, path, 0, data[:100_000]), 204)
        for at in (0, 50_000, 99_999, 100_001):
            expect(patch(d.web, who, path, at, b"x" * 50_000), 409, f"over it, at {at}")
        expect(patch(d.web, who, path, 100_000, data[100_000:]), 204)
        expect(end(d.web, who, path, data), 200)
        expect(ask(d.web, "HEAD", path, None, who), 404, "after the end")


def a49_the_size_is_what_was_said():
    with house() as d:
        who, data = d.web.who("rsp01"), b"0123456789" * 100
        path = begin(d.web, who, 500)
        expect(patch(d.web, who, path, 0, data), {413}, "more than was said")
        true(offset(d.web, who, path) <= 500, "more than was said is kept")
        path = begin(d.web, who, 2000)
        expect(patch(d.web, who, path, 0, data), 204)
        expect(end(d.web, who, path, data), 409, "ended too early")
        for size in (0, -1, "5", 1.5, None, 2**63 - 1, 2**53, 10**30, True, [1]):
            reply = ask(d.web, "POST", f"{A}/uploads", {"size": size}, who)
            expect(reply, {400, 413, 422} if size != 0 else {201, 413, 422}, f"size {size}")
        for body in ({"size": 5, "id": "x"}, {"size": 5, "path": "/etc/passwd"}, {"size": 5, "person": 1}, {}):
            expect(ask(d.web, "POST", f"{A}/uploads", body, who), 422, f"{body}")


def a49_a_digest_that_is_not_the_file_s():
    with house() as d:
        who, data = d.web.who("rsp01"), os.urandom(1000)
        path = begin(d.web, who, len(data))
        expect(patch(d.web, who, path, 0, data), 204)
        expect(end(d.web, who, path, data + b"x"), {409, 422}, "another digest")
        for digest in ("", "0" * 63, "G" * 64, hashlib.sha256(data).hexdigest().upper(), "../" + "0" * 61):
            expect(ask(d.web, "POST", f"{path}/end", {"digest": digest}, who), 422, repr(digest))
        report = {"unit": d.unit["edu"], "aware_at": "2026-03-02T07:00:00Z", "attachment": hashlib.sha256(data).hexdigest()}
        expect(d.web.post(f"{A}/report", {"input": report}, login="dut01"), 422, "named before its end")
        expect(end(d.web, who, path, data), 200, "the right one")


def a49_another_s_upload_is_not_there():
    with house() as d:
        mine, other = d.web.who("rsp01"), d.web.who("rsp02")
        path = begin(d.web, mine, 10)
        token = expect(d.web.post(f"{A}/tokens", {"name": "t", "scopes": ["act"], "expires_at": "2026-04-01T00:00:00Z"},
                                  login="rsp02"), 201).json["token"]
        absent = path[:-1] + ("0" if path[-1] != "0" else "1")
        for who in (other, {"Authorization": f"Bearer {token}"}):
            for method, rest, body in (("HEAD", "", None), ("DELETE", "", None), ("POST", "/end", {"digest": "0" * 64})):
                hidden = expect(ask(d.web, method, path + rest, body, who), 404, f"{method} {rest}")
                nothing = expect(ask(d.web, method, absent + rest, body, who), 404)
                same(hidden.body.replace(path.split("/")[-1].encode(), b"ID"), nothing.body.replace(absent.split("/")[-1].encode(), b"ID"))
            expect(patch(d.web, who, path, 0, b"x" * 10), 404, "PATCH")
        same(offset(d.web, mine, path), 0)


def half_sent(web, who, path, data, sent):
    """A piece of which so many bytes are on their way; gives its socket."""
    one = socket.create_connection((web.host, web.port), 10)
    lines = [f"PATCH {path} HTTP/1.1", "Host: x", "Upload-Offset: 0", f"Content-Length: {len(data)}",
             *[f"{k}: {v}" for k, v in {**who, **PIECE}.items()]]
    one.sendall(("\r\n".join(lines) + "\r\n\r\n").encode() + data[:sent])
    return one


def a49_many_at_once_on_one_upload():
    """While one piece is coming in, not a byte of it yet or half of it, no other is taken; the file is whole."""
    with house() as d:
        who, data = d.web.who("rsp01"), os.urandom(100_000)
        for sent in (0, 50_000):
            path = begin(d.web, who, len(data))
            first = half_sent(d.web, who, path, data, sent)
            d.web.get("/health")
            for reply in (patch(d.web, who, path, 0, b""), patch(d.web, who, path, sent, b"x" * 10),
                          end(d.web, who, path, data), ask(d.web, "DELETE", path, None, who)):
                expect(reply, 409, f"beside one of which {sent} bytes came")
            first.sendall(data[sent:])
            true(first.recv(1000).startswith(b"HTTP/1.1 204"), "the first one")
            first.close()
            same(offset(d.web, who, path), len(data))
            expect(end(d.web, who, path, data), 200)
        path, statuses = begin(d.web, who, len(data)), []
        expect(patch(d.web, who, path, 0, data), 204)
        threads = [threading.Thread(target=lambda: statuses.append(end(d.web, who, path, data).status)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        true(statuses.count(200) == 1 and set(statuses) <= {200, 404, 409, 503}, f"{statuses}")


def a49_what_was_cut_off_goes_on_where_it_stands():
    with house() as d:
        who, data = d.web.who("rsp01"), os.urandom(100_000)
        path = begin(d.web, who, len(data))
        half_sent(d.web, who, path, data, 40_000).close()
        for _ in range(100):
            reply = ask(d.web, "HEAD", path, None, who)
            if reply.status == 204:
                break
            time.sleep(0.02)
        at = offset(d.web, who, path)
        true(at <= 40_000, f"{at}")
        expect(patch(d.web, who, path, at, data[at:]), 204)
        expect(end(d.web, who, path, data), 200)


def a49_five_gigabytes_that_are_only_claimed():
    """No memory and no disk is taken for what was said to come, and no more uploads than one person may have."""
    with house() as d:
        who = d.web.who("rsp01")
        before, disk = memory(d), blocks(d)
        made = 0
        for _ in range(300):
            reply = ask(d.web, "POST", f"{A}/uploads", {"size": 5 << 30}, who)
            if reply.status != 201:
                expect(reply, {429, 413, 409, 503}, "too many")
                break
            made += 1
        true(made < 300, "as many as one likes")
        true(memory(d) - before < 8 << 20, f"{(memory(d) - before) >> 20} MiB of memory")
        true(blocks(d) - disk < 8 << 20, f"{(blocks(d) - disk) >> 20} MiB on the disk")
        expect(ask(d.web, "POST", f"{A}/uploads", {"size": 10}, d.web.who("rsp02")), 201, "another person")


def blocks(d):
    return sum(os.stat(os.path.join(at, name)).st_blocks * 512 for at, _, names in os.walk(d.folder) for name in names)


def a44_a45_ids_that_are_paths():
    """No word of an address becomes a path of the machine."""
    with house() as d:
        who = d.web.who("rsp01")
        with open(os.path.join(d.folder, "victim"), "w") as f:
            f.write("x")
        for id_ in ("../victim", "..%2fvictim", "%2e%2e/victim", "..", ".", "%2e%2e", "victim", "/etc/passwd", "%2fetc%2fpasswd",
                    "x%00", "a" * 300, "*", "..\\victim", "%c0%ae%c0%ae%2fvictim", "fengsui.db", "C:victim", "-rf"):
            for method in ("HEAD", "DELETE", "PATCH"):
                reply = ask(d.web, method, f"{A}/uploads/{id_}", b"x" if method == "PATCH" else None,
                            {**who, **(PIECE | {"Upload-Offset": "1"} if method == "PATCH" else {})})
                expect(reply, {400, 404, 405}, f"{method} {id_}")
            expect(ask(d.web, "POST", f"{A}/uploads/{id_}/end", {"digest": "0" * 64}, who), {400, 404, 405}, id_)
            expect(ask(d.web, "GET", f"{A}/evidence/1/file/{id_}", None, who), {400, 404, 405}, id_)
            expect(ask(d.web, "PUT", f"{A}/views/{id_}", {"kind": "incident"}, who), {200, 201, 400, 404, 405, 413, 422}, id_)
        true(os.path.exists(os.path.join(d.folder, "victim")), "the file is gone")


def a48_a50_whatever_is_in_a_file_it_comes_back_as_bytes():
    """EICAR, pages, pictures with scripts, names: kept as they are, given as an attachment that no browser shows."""
    eicar = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR" + b"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
    files = [eicar, b"<html><script>alert(1)</script>", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
             b"%PDF-1.4 <script>", b"GIF89a/*<script>*/", b"\0\xff\xfe\r\n\r\nHTTP/1.1 200 OK\r\n", b"a"]
    with full_house() as h:
        for data in files:
            digest = h.d.upload(data, as_="uop_edu")
            made = h.d.done("uop_edu", "evidence", "create", incident=h.case["edu"], type="log", label_text="..%2f\u202egpj.exe",
                            blob=digest)
            reply = expect(h.web.get(f"{A}/evidence/{made.id}/file/blob", login="dir01"), 200)
            same(reply.body, data, "the bytes")
            same(reply.headers["content-type"], "application/octet-stream")
            true(reply.headers["content-disposition"].startswith("attachment;"), "shown")
            true("sandbox" in reply.headers["content-security-policy"], "without a sandbox")
            same(reply.headers["x-content-type-options"], "nosniff")
            true(not any(c in reply.headers["content-disposition"] for c in "\u202e%/\\"), "a name of the asker's")


# ---- 46, 47: what would be dear to whoever looked into it ------------------------------------------


def entities(uri):
    """One that is ten to the ninth "lol"s long, and others that are files of this machine or an address."""
    bomb = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    return (f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY l0 "lol">{bomb}<!ENTITY f SYSTEM "file:///etc/passwd">'
            f'<!ENTITY u SYSTEM "{uri}"><!ENTITY % p SYSTEM "{uri}">%p;]><r xmlns:xi="http://www.w3.org/2001/XInclude">&l9;&f;&u;'
            f'<xi:include href="{uri}"/><xi:include href="file:///etc/passwd" parse="text"/></r>').encode()


def flood():
    """A picture of 60,000 by 60,000 points in 200 bytes."""
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(100_000))) + chunk(b"IEND", b"")


def a46_a47_nobody_looks_into_a_file():
    """XML that reads files, asks addresses and grows, and a picture that fills the memory: kept, given back, never opened."""
    with full_house() as h, socket.socket() as listener:
        listener.bind((HOME, 0))
        listener.listen()
        xml = entities(f"http://{HOME}:{listener.getsockname()[1]}/x")
        web, before, begin = h.web, memory(h.d), cpu_ns(h.d)
        for data in (xml, flood()):
            digest = h.d.upload(data, as_="uop_edu")
            made = h.d.done("uop_edu", "evidence", "create", incident=h.case["edu"], type="log", label_text="x", blob=digest)
            same(expect(web.get(f"{A}/evidence/{made.id}/file/blob", login="dir01"), 200).body, data, "the bytes")
            reply = web.get(f"{A}/evidence/{made.id}", login="dir01")
            true("root:" not in reply.body.decode() and len(reply.body) < 20_000, f"{reply}")
        # Neither is XML taken where JSON is asked for, whatever it calls itself.
        for type_ in ("application/xml", "text/xml", "application/soap+xml", "application/json"):
            reply = ask(web, "POST", f"{A}/incident", xml, {**web.who("dut01"), "Content-Type": type_})
            expect(reply, {400, 415, 422}, type_)
            true("root:" not in reply.body.decode(), f"{reply}")
        true(cpu_ns(h.d) - begin < 2e9, f"{(cpu_ns(h.d) - begin) / 1e9:.2f} s of work")
        true(memory(h.d) - before < 16 << 20, f"{(memory(h.d) - before) >> 20} MiB of memory")
        listener.settimeout(0.2)
        try:
            listener.accept()
            raise Unexpected("the address in the XML was asked")
        except TimeoutError:
            pass


def a48_names_with_what_no_name_has():
    with full_house() as h:
        who = h.web.who("uop_edu")
        for text in ("a\0b", "\ud800", "a" * 70000):
            body = b'{"input":{"incident":"%s","type":"log","label_text":%s}}' % (
                h.case["edu"].encode(), json.dumps(text).encode())
            reply = ask(h.web, "POST", f"{A}/evidence", body, {**who, "Content-Type": "application/json"})
            expect(reply, {400, 413, 422}, repr(text[:5]))
        for name in ("con", "a%00b", "%0d%0aSet-Cookie:x=y", "%f0%9f%94%a5", "a" * 90, "<script>"):
            reply = ask(h.web, "PUT", f"{A}/views/{name}", {"kind": "incident"}, who)
            expect(reply, {200, 201, 400, 413, 422}, name)
            true("set-cookie" not in reply.headers, "a header out of a name")
        same(expect(ask(h.web, "GET", f"{A}/views", None, h.web.who("uop_tax")), 200).json["rows"], [], "another's views")


def main():
    results = Results("upload")  # noqa: F405
    for name, case in sorted(globals().items()):
        if name[0] == "a" and name[1:3].isdigit():
            results.case(name, case)
    results.end()


main()
