#!/usr/bin/env python3
"""s01_city -- a demonstration daemon in which a worm logs in to hosts of two units, and the duty officer made one case of it (S01).

    tests/web/s01_city.py [--port N]

Prints one line of JSON ({"base", "folder", "case", …}) when it is ready and stays until standard input ends.
"""
import argparse
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
sys.dont_write_bytecode = True
from cast import city  # noqa: E402
from web import address  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(HERE))
LEVEL4 = [4, 4, 3, 1, 2, 3]
HOSTS = {"edu": "edu-web01", "tax": "tax-app01", "hosp": "hosp-web01"}


def login(host, at):
    return f"<38>Mar  2 {at} {host} sshd[83]: Accepted password for opsvc from 10.20.1.11 port 50100 ssh2"


def heard(d):
    for key, host in HOSTS.items():
        d.do(None, "system", "create", name=f"{key}主机", owner=d.unit[key], hosts=[host])
    d.ingest("udp:514", [login(HOSTS["edu"], "07:58:10"), login(HOSTS["tax"], "07:59:20")])
    alert = d.list("alert")[0]
    d.done("dut01", "alert", "promote", alert)
    case = d.linked(alert.ref, "incident")[0].number
    d.done("dut01", "incident", "acknowledge", case)
    d.done("dut01", "incident", "score", case, scores=LEVEL4)
    d.done("dut01", "affected_system", "create", incident=case, system="edu主机", unit=d.unit["edu"], name="教育主机")
    return case


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int, default=0)
    asked = options.parse_args()
    with city(args=["--http", f"127.0.0.1:{asked.port}", "--rules", os.path.join(ROOT, "rules")], verify=False) as d:
        case = heard(d)
        host, port = address(d)
        print(json.dumps({"base": f"http://{host}:{port}", "folder": d.folder, "case": case, "troubles": []}), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
