#!/usr/bin/env python3
"""sign_in -- does the time of a refusal tell whether a login exists? (G22: medians within 5 % at 10,000 tries.)

    bench/sign_in.py [TRIES]        # about a quarter of an hour for 10,000

Logins of every kind, one after the other in each round, timed from outside; the rounds are days apart in given time, so
that no counter stands in the way. Nothing else should run on the machine. Ends with 1 where the bar is missed.
"""
import os
import statistics
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests", "http", "attacks"))
from attack import account, expect, house, invite, sign_in  # noqa: E402

WRONG = "wrong and long enough, 错误的口令"
BAR = 0.05


def main():
    tries = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with house() as d:
        account(d, "rsp01")
        account(d, "rsp02")
        invite(d, "rsp03")
        expect(d.web.post("/api/v1/accounts/rsp02/disable", {}, login="sca01"), 200)
        logins = {"active": "rsp01", "disabled": "rsp02", "invited": "rsp03", "no account": "rsp04", "nobody": "nemo"}
        times = {kind: [] for kind in logins}
        for _ in range(max(tries // len(logins), 1)):
            d.pass_time("25 h")
            for kind, login in logins.items():
                begin = time.perf_counter()
                expect(sign_in(d.web, login, WRONG), 401, kind)
                times[kind].append(time.perf_counter() - begin)
    medians = {kind: statistics.median(of) for kind, of in times.items()}
    print("| login | tries | median | 10th | 90th |\n|---|---|---|---|---|")
    for kind, of in times.items():
        tenths = statistics.quantiles(of, n=10) if len(of) > 1 else of * 9
        print(f"| {kind} | {len(of)} | {medians[kind] * 1e3:.2f} ms | {tenths[0] * 1e3:.2f} ms | {tenths[8] * 1e3:.2f} ms |")
    apart = (max(medians.values()) - min(medians.values())) / min(medians.values())
    print(f"\nbar: at most {BAR:.0%} apart; here {apart:.2%}: {'held' if apart <= BAR else 'MISSED'}")
    return apart > BAR


if __name__ == "__main__":
    sys.exit(main())
