#!/usr/bin/env python3
"""late_city -- a demonstration daemon with a contained-to-be case of two systems and two new cases that are one, for the late phases.

    tests/web/late_city.py [--port N]

Prints one line of JSON ({"base", "folder", "cases", …}) when it is ready and stays until standard input ends.
"""
import argparse
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
sys.dont_write_bytecode = True
from cast import city, confirm_case, open_case  # noqa: E402
from web import address  # noqa: E402

LEVEL2 = [2, 2, 1, 1, 1, 2]


def two_systems(d):
    """Of the unit and of another; nothing is contained yet."""
    case, _ = confirm_case(d, LEVEL2, "edu", systems=("edu", "hosp"), on_scene=("rsp01", "rsp02"))
    for plan in d.linked(case, "special_plan"):
        d.done("cl01", "special_plan", "not_applicable", plan.ref, reason="通用措施即可")
    d.done("cl01", "incident", "choose_mode", case, mode="own")
    return case


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int, default=0)
    asked = options.parse_args()
    with city(args=["--http", f"127.0.0.1:{asked.port}"], verify=False) as d:
        cases = {"late": two_systems(d), "first": open_case(d, "tax", title="税务外网缓慢"), "second": open_case(d, "tax", title="税务外网再报")}
        host, port = address(d)
        print(json.dumps({"base": f"http://{host}:{port}", "folder": d.folder, "cases": cases, "troubles": [], "units": d.unit, "people": d.who},
                         ensure_ascii=False), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
