#!/usr/bin/env python3
"""first_row -- how long until the first meaningful row of a page stands there, in a browser that knows nothing yet.

    bench/first_row.py [CASES [ROUNDS]]      # 100,000 cases, five rounds; some minutes for making them

Makes a demonstration folder with so many cases of six units, acknowledged, every tenth graded; then bench/first_row.mjs
opens each page ROUNDS times in a new browser context (nothing cached) and prints the medians. FENGSUI names the program,
whose command centre must be built (tools/web). Ends with 1 where the bar of a second is missed.
"""
import os
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests", "lib"))
from cast import city  # noqa: E402
from fengsui import Unexpected  # noqa: E402
from web import address  # noqa: E402

GROUP = 200
UNITS = ("edu", "tax", "hosp", "bank", "power", "uni")
LEVELS = ([1, 1, 1, 1, 1, 1], [2, 2, 1, 1, 1, 2], [3, 3, 2, 1, 2, 2], [4, 4, 3, 1, 2, 3])
WHAT = ("网站首页被篡改", "邮箱收到钓鱼邮件", "主机感染蠕虫", "业务系统中断", "数据外传告警")


def together(d, requests):
    """Sent in one go; gives the answers in their order."""
    for login, move, ref, more in requests:
        d.connection.send(op="do", kind="incident", move=move, input=more, **{"as": login}, **({"ref": ref} if ref else {}))
    answers = [d.connection.receive() for _ in requests]
    for answer in answers:
        if not answer.ok:
            raise Unexpected(str(answer))
    return answers


def make(d, cases):
    for first in range(0, cases, GROUP):
        numbers = range(first, min(first + GROUP, cases))
        made = together(d, [("dut01", "create", None, {
            "title": f"{WHAT[n % len(WHAT)]}（{n}）", "reporter": "联络员", "unit": d.unit[UNITS[n % len(UNITS)]], "aware_at": "2026-03-02T07:50:00Z",
            "what": WHAT[n % len(WHAT)]}) for n in numbers])
        together(d, [("dut01", "acknowledge", one.number, {}) for one in made])
        together(d, [("dut01", "score", one.number, {"scores": LEVELS[n // 10 % len(LEVELS)]}) for n, one in zip(numbers, made) if n % 10 == 0])


def main():
    cases = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    with city(args=["--http", "127.0.0.1:0"], verify=False) as d:
        begin = time.monotonic()
        make(d, cases)
        host, port = address(d)
        print(f"{cases} cases made in {time.monotonic() - begin:.0f} s; load average {os.getloadavg()[0]:.1f}", flush=True)
        return subprocess.run(["node", os.path.join(ROOT, "bench", "first_row.mjs"), f"http://{host}:{port}", str(rounds)]).returncode


if __name__ == "__main__":
    sys.exit(main())
