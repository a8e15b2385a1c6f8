#!/usr/bin/env python3
"""The table of cases.py put to the daemon itself: what is refused is refused, and nothing smuggled in is answered (58).

A body is posted to the sign-in, which takes JSON alone: that it is of no type may be said before its framing is found
wrong. Either way there is one answer, and the connection ends.
"""
import os
import sys

os.environ["FENGSUI_HTTP_PLAIN"], os.environ["FENGSUI_HTTP_TAKE"] = "/health", "/api/v1/session"
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import cases  # noqa: E402
from peer import Results, Target, Unexpected, send, statuses, until_end  # noqa: E402
from fengsui import Daemon  # noqa: E402
from web import address  # noqa: E402

SMUGGLED = b"GET /api/v1/openapi.json HTTP/1.1\r\nHost: case.example\r\nConnection: close\r\n\r\n"


def ask(server, data):
    with server.connect() as one:
        send(one, data)
        return until_end(one)


def refused(server, data, want):
    said = ask(server, data + SMUGGLED)
    found = statuses(said)
    if len(found) != 1 or str(found[0]) not in [*want.split(), "415"] or b'"openapi"' in said:
        raise Unexpected(f"answered {found}, not {want}: {said[:300]!r}")
    if b"connection: close" not in said.lower():
        raise Unexpected(f"does not say that it closes: {said[:300]!r}")


def taken(server, data):
    """Understood; what it asks for may be no."""
    found = statuses(ask(server, data + SMUGGLED))
    plain = data.startswith((b"GET", b"HEAD"))
    if not found or found[0] not in ((200,) if plain else (415, 422)) or len(found) > 2:
        raise Unexpected(f"answered {found}")


def main():
    results = Results("daemon's socket")
    with Daemon(args=["--http", "127.0.0.1:0"]) as d:
        server = Target("%s:%d" % address(d))
        for reason, data, want in cases.REFUSED:
            results.case(reason, refused, server, data, want)
        for reason, data, _ in cases.TAKEN:
            results.case(reason, taken, server, data)
    results.end()


main()
