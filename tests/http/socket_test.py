"""Each request of cases.py from a raw socket, whole and byte by byte.

What is refused is answered with the right status and ends the connection: a second request behind it, smuggled in, is
never answered. What is taken is taken, and the request behind it too.
"""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import cases  # noqa: E402
from peer import Results, Unexpected, send, statuses, under_test, until_end  # noqa: E402

SMUGGLED = b"GET " + cases.PLAIN + b"?smuggled HTTP/1.1\r\nHost: case.example\r\nConnection: close\r\n\r\n"


def ask(server, data, piece):
    with server.connect() as one:
        send(one, data, piece)
        return until_end(one)


def refused(server, data, want, piece):
    said = ask(server, data + SMUGGLED, piece)
    found = statuses(said)
    if len(found) != 1 or str(found[0]) not in want.split() or b"smuggled" in said:
        raise Unexpected(f"answered {found}, not {want}: {said[:300]!r}")
    if b"connection: close" not in said.lower():
        raise Unexpected(f"does not say that it closes: {said[:300]!r}")


def taken(server, data, piece):
    """The one behind it is answered too, unless this was to be the last."""
    last = b"HTTP/1.0" in data or b"Connection: close" in data
    found = statuses(ask(server, data + SMUGGLED, piece))
    if found != ([200] if last else [200, 200]):
        raise Unexpected(f"answered {found}")


def main():
    results = Results("http socket")
    with under_test() as server:
        for piece, how in ((None, ""), (1, ", byte by byte"), (7, ", in sevens")):
            for reason, data, want in cases.REFUSED:
                results.case(reason + how, refused, server, data, want, piece)
            for reason, data, _ in cases.TAKEN:
                results.case(reason + how, taken, server, data, piece)
    results.end()


main()
