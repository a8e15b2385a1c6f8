#!/usr/bin/env python3
"""The contract test is tried itself: a server that keeps the document, and one for each planted fault."""
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "lib")]

from ask import Ask  # noqa: E402
from contract import Contract  # noqa: E402
from fengsui import ROOT, Results, Unexpected, binary  # noqa: E402
from routes import routes, without_row  # noqa: E402
from server import Server  # noqa: E402

# What is planted, and what the finding must say.
PLANTED = [
    ("crash", "answered 500"),
    ("closed", "no answer"),
    ("undocumented", "answered 418, which is not documented"),
    ("schema", "does not fit its schema: id"),
    ("no_allow", "405 without Allow"),
    ("unknown_code", "'N99' is not one of"),
    ("one_language", "zh is not Chinese"),
    ("wrong_language", "title is not in 'zh'"),
    ("problem_type", "about:blank"),
    ("content_type", "is of type 'application/json'"),
    ("unknown_member", "unknown member no_such_member: taken with"),
    ("any_type", "Content-Type: text/xml: taken with"),
    ("head_status", "HEAD gives 404"),
    ("open_to_all", "signed in as nobody: answered 200, not 401"),
]


def document():
    done = subprocess.run([binary(), "api", os.path.join(ROOT, "packs", "jinan-2007")], capture_output=True, check=True)
    return json.loads(done.stdout)


def walk(document_, planted=None, only=None, thin=1):
    with Server(document_, planted) as server:
        base = f"http://127.0.0.1:{server.server_address[1]}"
        ask = Ask(base, {"Authorization": "Bearer fs_1_x"})
        nobody = Ask(base)
        contract = Contract(document_, {"one": ask, "two": ask}, as_nobody=nobody, thin=thin)
        contract.run(only)
        ask.close()
        nobody.close()
        return contract


def keeps(document_):
    """All of the document, on a server that keeps it: nothing is found, and everything was asked."""
    contract = walk(document_, thin=11)
    if contract.findings:
        raise Unexpected(f"{len(contract.findings)} findings where there is nothing:\n" + "\n".join(contract.findings[:20]))
    if contract.sent < 10 * len(routes(document_)) or not {200, 201, 204, 400, 401, 403, 405, 412, 415, 422} <= \
            set(contract.statuses):
        raise Unexpected(f"{contract.sent} requests gave {contract.statuses}: that is not a walk")


def finds(document_, planted, said):
    """Some operations are enough for a fault that is everywhere."""
    def few(route):
        return route.kind == "note" or route.tag in ("View", "Upload")

    found = walk(document_, planted, few).findings
    if not any(said in line for line in found):
        raise Unexpected(f"planted '{planted}' and nothing says '{said}'; {len(found)} findings:\n" + "\n".join(found[:5]))


def no_row_missing(document_):
    rows = [(route.method, route.path) for route in routes(document_)]
    if without_row(document_, rows):
        raise Unexpected("a route with a row is said to have none")
    if [route.id for route in without_row(document_, rows[1:])] != [routes(document_)[0].id]:
        raise Unexpected("a route without a row is not found")


def main():
    results = Results("contract")
    whole = document()
    results.case("a server that keeps the document", keeps, whole)
    for planted, said in PLANTED:
        results.case(f"planted: {planted}", finds, whole, planted, said)
    results.case("a route without a row in the matrix", no_row_missing, whole)
    results.end()


if __name__ == "__main__":
    main()
