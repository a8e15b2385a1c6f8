"""attack -- what the attacks share: real accounts in a demonstration folder, requests from many addresses.

The number in the name of each case is that of the list in the security plan (5.2 there).
"""
import base64
import contextlib
import hashlib
import hmac
import http.client
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from people import OFFICE, UNITS, WORDS, Reply, Results, Unexpected, Web, everybody, full_house, person, quoted  # noqa: E402,F401
from cast import city  # noqa: E402

A = "/api/v1"
PASSWORD = "九曲黄河万里沙 wind and sand"
HOME = "127.0.0.1"


@contextlib.contextmanager
def house(**more):
    """The cast, nobody's records; d.web is there."""
    with city(args=["--http", "127.0.0.1:0"], **more) as d:
        everybody(d)
        d.web = Web(d)
        yield d


def expect(reply, wanted, what=""):
    if reply.status not in ({wanted} if isinstance(wanted, int) else wanted):
        raise Unexpected(f"{what}: {reply.status}, not {wanted}: {reply}")
    return reply


def same(one, other, what=""):
    if one != other:
        raise Unexpected(f"{what}: {one!r} is not {other!r}")


def true(good, what):
    if not good:
        raise Unexpected(what)


def ask(web, method, path, body=None, headers=None, source=HOME):
    """One request on a connection of its own, from this address."""
    connection = http.client.HTTPConnection(web.host, web.port, timeout=60, source_address=(source, 0))
    headers = dict(headers or {})
    if body is not None and not isinstance(body, (bytes, str)):
        body = json.dumps(body, ensure_ascii=False).encode()
        headers.setdefault("Content-Type", "application/json")
    try:
        connection.request(method, path, body, headers)
        return Reply(connection.getresponse())
    finally:
        connection.close()


def keys(reply):
    """The headers of the session that an answer gave."""
    return {"Cookie": reply.headers["set-cookie"].split(";")[0], "X-Fengsui-Token": reply.json["token"]}


def sign_in(web, login, password=PASSWORD, source=HOME, **more):
    return ask(web, "POST", f"{A}/session", {"login": login, "password": password, **more}, source=source)


def signed_in(web, login, **more):
    return keys(expect(sign_in(web, login, **more), 201, f"{login} signs in"))


def invite(d, login):
    return expect(d.web.post(f"{A}/accounts/{login}/invite", {}, login="sca01"), 200, f"{login} is invited").json["code"]


def enrol(web, login, code, password=PASSWORD, source="127.0.77.1"):
    return ask(web, "POST", f"{A}/enrolment", {"login": login, "code": code, "password": password}, source=source)


def account(d, login, password=PASSWORD):
    """An account with a password."""
    expect(enrol(d.web, login, invite(d, login), password), 200, f"{login} enrols")


def totp(secret, at):
    """RFC 6238: the code of this moment (seconds)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    mac = hmac.new(key, struct.pack(">Q", at // 30), hashlib.sha1).digest()
    offset = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[offset:offset + 4])[0] & 0x7fffffff) % 1000000:06d}"


def cpu_ns(d):
    """What all threads of the daemon have worked so far."""
    total = 0
    for task in os.listdir(f"/proc/{d.process.pid}/task"):
        with contextlib.suppress(OSError), open(f"/proc/{d.process.pid}/task/{task}/schedstat") as f:
            total += int(f.read().split()[0])
    return total


def memory(d, what="VmRSS"):
    """VmRSS or VmHWM in bytes; 0 under a sanitizer, which keeps what was freed."""
    with open(f"/proc/{d.process.pid}/maps") as f:
        if "libasan" in f.read():
            return 0
    with open(f"/proc/{d.process.pid}/status") as f:
        return int(re.search(rf"^{what}:\s+(\d+) kB", f.read(), re.M)[1]) * 1024


def recorded(d, *more):
    """Types of all entries of the record, oldest first (`--drill`: of drills)."""
    d.ask(op="checkpoint", space=2 if more else 1)
    out = tempfile.mkdtemp(prefix="fengsui-")
    try:
        subprocess.run([d.program, "record", "export", d.folder, "--out", out + "/x", *more], check=True, capture_output=True)
        with open(out + "/x/records.jsonl", encoding="utf-8") as f:
            return [json.loads(json.loads(line)["leaf"])["type"] for line in f]
    finally:
        shutil.rmtree(out)


def forget_peak(d):
    """VmHWM counts from now on."""
    with open(f"/proc/{d.process.pid}/clear_refs", "w") as f:
        f.write("5")
