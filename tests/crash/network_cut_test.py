#!/usr/bin/env python3
"""6 power cuts while people, machines and listeners use the HTTP interface: what was acknowledged holds.

    network_cut_test.py [--rounds N] [--seed N]

needs: root, loop devices, xfsprogs (reflink; disk.py says how). A daemon starts on what the cut left, and
everybody goes on there where they stood at that moment; the first daemon works on.

The controls: evidence files, and pieces of uploads, that are not synced are missed.
"""
import argparse
import copy
import os
import random
import re
import statistics
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from actors import Client, Uploader  # noqa: E402
from disk import Disk  # noqa: E402
from fengsui import Daemon, Results  # noqa: E402
from town import Town, free_port  # noqa: E402

CONTROL_ROUNDS = 12


def restart(town, folder, moment, later, deep):
    """A daemon on what was left; gives what is wrong, and when it was ready."""
    actors, listeners = moment
    port = free_port()
    began = time.monotonic()
    with Daemon(at=None, folder=folder, rules=town.rules, args=["--http", f"127.0.0.1:{port}"], verify=False) as d:
        client = Client(port)
        client.ask("GET", "/api/v1/health")
        ready = time.monotonic() - began
        client.close()
        where = {"actors": actors, "listeners": listeners, "later": later, "port": port, "folder": folder}
        d.pass_time("1 min")  # sign-ins that were cut off count as attempts, which wait for each other
        wrong = town.settle(**where) + town.judge(**where)
        if deep and (rebuilt := d.ask(op="rebuild")).get("differing"):
            wrong.append(f"{rebuilt['differing']} rows of the views differed from the record")
    if deep:
        done = subprocess.run([d.program, "verify", folder], capture_output=True, text=True)
        wrong += [f"verify ended with {done.returncode}: {done.stdout[-600:]}"] if done.returncode else []
    os.unlink(d.log)
    return wrong, ready


def one_cut(disk, town, chance, deep):
    town.begin()
    time.sleep(chance.uniform(0.1, 0.5))
    moment = copy.deepcopy(town.actors), copy.deepcopy(town.listeners)
    clone = disk.cut()
    later = copy.deepcopy(town.actors)
    town.rest()
    failed, town.failed = town.failed, []
    path = disk.look(clone)
    try:
        wrong, ready = restart(town, os.path.join(path, "data"), moment, later, deep)
        return failed + wrong, ready
    except Exception as error:  # noqa: BLE001 -- a daemon that does not start is a finding
        return failed + [f"the daemon does not work on what the cut left: {type(error).__name__}: {error}"], 0
    finally:
        disk.forget(path, clone)


def cuts(rounds, seed, env=None, only=None):
    """Gives per round what is wrong. Whoever stops reading early leaves nothing behind."""
    disk, chance, town = Disk(), random.Random(seed), None
    try:
        town = Town(folder=os.path.join(disk.disk, "data"), env=env)
        town.everybody()
        if only:
            town.actors, town.listeners = only(town), []
        for n in range(rounds):
            yield (n, town, *one_cut(disk, town, chance, n % 5 == 4 or n == rounds - 1))
    finally:
        if town:
            town.close()
            if os.path.exists(town.d.log):
                os.unlink(town.d.log)
        disk.close()


def holds(wrong):
    assert not wrong, "; ".join(wrong[:6]) + (f" and {len(wrong) - 6} more" if len(wrong) > 6 else "")


def campaign(rounds, seed, results):
    ready = []
    for n, town, wrong, seconds in cuts(rounds, seed):
        results.case(f"cut {n}", holds, wrong)
        ready.append(seconds)
        acked = dict(town.acked)
    print(f"{rounds} power cuts, seed {seed}; acknowledged: " + ", ".join(f"{count} {kind}" for kind, count in sorted(acked.items()) if kind != "-"))
    print(f"ready after {statistics.median(ready):.2f} s (median), {max(ready):.2f} s at most")
    results.case("there was load", enough, acked, rounds)


def enough(acked, rounds):
    kinds = ("move", "upload.piece", "upload.sealed", "lines", "session", "token.revoked", "view", "event")
    assert acked.get("move", 0) >= 2 * rounds and all(acked.get(kind, 0) > 2 for kind in kinds), f"too little to mean anything: {acked}"


def control(folder, must):
    """`folder` is not synced: two who upload find out."""
    looked = cuts(CONTROL_ROUNDS, 7, {"FENGSUI_TEST_NO_SYNC": folder}, lambda town: [Uploader(town, login, login) for login in ("rsp01", "rsp02")])
    found = []
    try:
        for _, _, wrong, _ in looked:
            found += wrong
            if any(re.search(must, one) for one in wrong):
                return
    finally:
        looked.close()
    raise AssertionError(f"not caught; found: {found[:4]}")


def main():
    reader = argparse.ArgumentParser()
    reader.add_argument("--rounds", type=int, default=6)
    reader.add_argument("--seed", type=int, default=20070415)
    asked = reader.parse_args()
    results = Results("network_cut")
    campaign(asked.rounds, asked.seed, results)
    results.case("control: evidence that is not synced", control, "/blobs/", "is not what its name says|its file .* is not whole")
    results.case("control: pieces that are not synced", control, "/uploads/", "was acknowledged up to")
    results.end()


if __name__ == "__main__":
    main()
