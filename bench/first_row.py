#!/usr/bin/env python3
"""first_row -- how long until the first meaningful row of a page stands there, in a browser that knows nothing yet.

    bench/first_row.py [CASES [ROUNDS]]                 # 100,000 cases, five rounds; some minutes for making them
    bench/first_row.py --folder DIR [CASES [ROUNDS]]    # kept: made the first time, used as it is from then on
    bench/first_row.py --folder DIR --serve             # only the daemon, until its input ends; prints where it is

Makes a demonstration folder with so many cases of six units, acknowledged, every tenth graded; then bench/first_row.mjs
opens each page ROUNDS times in a new browser context (nothing cached) and prints what it took. FENGSUI names the program,
whose command centre must be built (tools/web). Ends with 1 where the bar of a second is missed.
"""
import argparse
import os
import resource
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests", "lib"))
from cast import city  # noqa: E402
from fengsui import Daemon, Unexpected  # noqa: E402
from web import address  # noqa: E402

GROUP = 200
UNITS = ("edu", "tax", "hosp", "bank", "power", "uni")
LEVELS = ([1, 1, 1, 1, 1, 1], [2, 2, 1, 1, 1, 2], [3, 3, 2, 1, 2, 2], [4, 4, 3, 1, 2, 3])
WHAT = ("网站首页被篡改", "邮箱收到钓鱼邮件", "主机感染蠕虫", "业务系统中断", "数据外传告警")
HTTP = ["--http", "127.0.0.1:0"]


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
    begin = time.monotonic()
    for first in range(0, cases, GROUP):
        numbers = range(first, min(first + GROUP, cases))
        made = together(d, [("dut01", "create", None, {
            "title": f"{WHAT[n % len(WHAT)]}（{n}）", "reporter": "联络员", "unit": d.unit[UNITS[n % len(UNITS)]], "aware_at": "2026-03-02T07:50:00Z",
            "what": WHAT[n % len(WHAT)]}) for n in numbers])
        together(d, [("dut01", "acknowledge", one.number, {}) for one in made])
        together(d, [("dut01", "score", one.number, {"scores": LEVELS[n // 10 % len(LEVELS)]}) for n, one in zip(numbers, made) if n % 10 == 0])
    print(f"{cases} cases made in {time.monotonic() - begin:.0f} s", flush=True)


def daemon(folder, cases):
    """On a folder of its own, or on the kept one, which is made where it is not there."""
    if folder and os.path.exists(os.path.join(folder, "made")):
        return Daemon(at=None, folder=folder, args=HTTP, verify=False)
    d = city(args=HTTP, verify=False, **({"folder": folder} if folder else {}))
    make(d, cases)
    if folder:
        open(os.path.join(folder, "made"), "w").close()
    return d


def main():
    options = argparse.ArgumentParser()
    options.add_argument("cases", nargs="?", type=int, default=100_000)
    options.add_argument("rounds", nargs="?", type=int, default=5)
    options.add_argument("--folder")
    options.add_argument("--serve", action="store_true")
    asked = options.parse_args()
    with daemon(asked.folder, asked.cases) as d:
        base = "http://%s:%d" % address(d)
        if asked.serve:
            print(base, d.process.pid, flush=True)
            sys.stdin.read()
            return 0
        load = os.getloadavg()[0]
        done = subprocess.run(["node", os.path.join(ROOT, "bench", "first_row.mjs"), base, str(asked.rounds)]).returncode
        d.stop()
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        print(f"load average {load:.1f} before, {os.getloadavg()[0]:.1f} behind; processor of all, {used.ru_utime + used.ru_stime:.1f} s")
        return done


if __name__ == "__main__":
    sys.exit(main())
