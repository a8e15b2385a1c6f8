#!/usr/bin/env python3
"""many_city -- a demonstration daemon on which more waits than a desk reads by itself; the gravest came last, the oldest before it.

    tests/web/many_city.py [--port N] [--waiting N]

Prints one line of JSON ({"base", "waiting", "gravest", "oldest", …}) when it is ready and stays until standard input ends.
"""
import argparse
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "lib")]
sys.dont_write_bytecode = True
from cast import city  # noqa: E402
from fengsui import Unexpected  # noqa: E402
from web import address  # noqa: E402

GROUP = 200
ROOT = os.path.dirname(os.path.dirname(HERE))
LOGS = ("hosp-web01", "tax-app01", "edu-web01")
UNITS = ("edu", "tax", "hosp", "bank")


def cases(d, count):
    """Received and not taken up; each became known a second after the one before."""
    numbers = []
    for first in range(0, count, GROUP):
        many = range(first, min(first + GROUP, count))
        for n in many:
            d.connection.send(op="do", kind="incident", move="create", **{"as": "dut01"}, input={
                "title": f"事件 {n}", "reporter": "联络员", "unit": d.unit[UNITS[n % len(UNITS)]], "what": "测试用事件",
                "aware_at": f"2026-03-02T{n // 3600:02d}:{n // 60 % 60:02d}:{n % 60:02d}Z"})
        for answer in [d.connection.receive() for _ in many]:
            if not answer.ok:
                raise Unexpected(str(answer))
            numbers.append(answer.number)
    return numbers


def lines(d, source):
    """The example's logs of this source, moved to this morning: alerts of several levels."""
    with open(os.path.join(ROOT, "example", "logs", source + ".log"), encoding="utf-8", errors="replace") as f:
        text = f.read().replace("Nov 25 23:", "Mar  2 07:").replace("25/Nov/2026:23:", "02/Mar/2026:07:")
    d.ingest(source, text.splitlines())


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int, default=0)
    options.add_argument("--waiting", type=int, default=10_300)
    asked = options.parse_args()
    with city(args=["--http", f"127.0.0.1:{asked.port}", "--rules", os.path.join(ROOT, "rules")], verify=False) as d:
        numbers = cases(d, asked.waiting)
        d.pass_time("1 min")  # what changes from here on is later than all of them
        # Entered last of all, known before all others.
        oldest = d.do("dut01", "incident", "create", title="最早知悉", reporter="联络员", unit=d.unit["uni"], what="迟报",
                      aware_at="2026-03-01T20:00:00Z").number
        for source in LOGS:
            lines(d, source)
        alerts = d.list("alert", "life:new", limit=100)
        host, port = address(d)
        print(json.dumps({"base": f"http://{host}:{port}", "folder": d.folder, "waiting": asked.waiting + 1 + len(alerts), "alerts": len(alerts), "first": numbers[0], "last": numbers[-1],
                          "oldest": oldest, "troubles": [], "units": d.unit, "people": d.who}, ensure_ascii=False), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
