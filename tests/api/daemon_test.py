#!/usr/bin/env python3
"""The real daemon keeps the document that it gives: every operation, asked well and badly, as several people."""
import collections
import json
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "lib")]

from ask import Ask  # noqa: E402
from cast import city, verify_case  # noqa: E402
from contract import Contract  # noqa: E402
from fengsui import Results, Unexpected  # noqa: E402
from routes import routes  # noqa: E402
from web import address  # noqa: E402

THIN = int(os.environ.get("CONTRACT_THIN", "7"))
# Routes that are documented and are not there yet.
SKIP = {"intake_post"}
# Who asks: the first is asked as in every way, the others as it should be.
PEOPLE = ("dir01", "dut01", "uop_edu", "sca01")


class Person(Ask):
    """Somebody who is signed in, and signs in again when the walk has ended the session."""

    def __init__(self, base, login):
        super().__init__(base)
        self.login = login
        self.sign_in()

    def sign_in(self):
        self.identity = {}
        body = json.dumps({"login": self.login}).encode()
        self.keep(super().__call__("POST", "/api/v1/session", {"Content-Type": "application/json"}, body))

    def keep(self, reply):
        """A session that is new, or whose secret was changed."""
        said = json.loads(reply.body) if reply.body else {}
        if reply.status in (200, 201) and "set-cookie" in reply.headers and "token" in said:
            self.identity = {"Cookie": reply.headers["set-cookie"].split(";")[0], "X-Fengsui-Token": said["token"]}

    def __call__(self, method, path, headers, body, stream=False):
        reply = super().__call__(method, path, headers, body, stream)
        if reply.status == 401 and b'"unauthenticated"' in reply.body and path != "/api/v1/session":
            self.sign_in()
            reply = super().__call__(method, path, headers, body, stream)
        if path.startswith("/api/v1/session"):
            if method == "DELETE" and reply.status == 200:
                self.sign_in()
            elif reply.type == "application/json":
                self.keep(reply)
        return reply


def with_token(base, person):
    """A program that asks for this person."""
    body = json.dumps({"name": "contract", "scopes": ["read", "act"], "expires_at": "2026-06-01T00:00:00Z"}).encode()
    reply = person("POST", "/api/v1/tokens", {"Content-Type": "application/json"}, body)
    if reply.status != 201:
        raise Unexpected(f"no token was made: {reply.status} {reply.body[:300]}")
    return Ask(base, {"Authorization": "Bearer " + json.loads(reply.body)["token"]})


def grouped(findings):
    """Findings of one sort in one line each, with how often."""
    sorts = collections.Counter()
    first = {}
    for line in findings:
        what = re.sub(r"^\S+ \(\S+ [^)]*\) as \S+, ", "", line)
        sort = re.sub(r"[0-9]+", "N", re.sub(r"'[^']*'|\"[^\"]*\"", "…", what))[:160]
        sorts[sort] += 1
        first.setdefault(sort, line)
    return [f"{count} x {first[sort]}" for sort, count in sorts.most_common()]


def walk(d):
    base = "http://%s:%d" % address(d)
    nobody = Ask(base)
    document = json.loads(nobody("GET", "/api/v1/openapi.json", {}, None).body)
    asks = {login: Person(base, login) for login in PEOPLE}
    asks["a token"] = with_token(base, asks["dir01"])
    contract = Contract(document, asks, as_nobody=nobody, skip=SKIP, thin=THIN)
    contract.run()
    for ask in (*asks.values(), nobody):
        ask.close()
    print(f"{contract.sent} requests, {len(routes(document))} operations: {dict(sorted(contract.statuses.items()))}")
    if contract.findings:
        raise Unexpected(f"{len(contract.findings)} findings:\n" + "\n".join(grouped(contract.findings)))


def kept():
    with city(args=["--http", "127.0.0.1:0"]) as d:
        d.person("sca01", ["SCA"])
        verify_case(d, [3] * 7)
        walk(d)


def main():
    results = Results("daemon")
    results.case("the daemon keeps its document, and its record stands", kept)
    results.end()


if __name__ == "__main__":
    main()
