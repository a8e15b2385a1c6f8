#!/usr/bin/env python3
"""20 power cuts under load: nothing that was acknowledged is lost.

needs: root, loop devices, xfsprogs (reflink; disk.py says how). The daemon starts on what a cut left.

The control: `synchronous=NORMAL` (a hook of test builds) loses acknowledged acts and is caught.
"""
import os
import random
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import load  # noqa: E402
from disk import Disk  # noqa: E402
from cast import confirm_case, register  # noqa: E402
from fengsui import Daemon  # noqa: E402

ROUNDS, CONTROL_ROUNDS = int(os.environ.get("FENGSUI_CUTS", "20")), 20
counts = {"passed": 0, "failed": 0}


def note(good, what):
    counts["passed" if good else "failed"] += 1
    if not good:
        print(what, flush=True)


def look_at(folder, acked, blobs):
    """Start the daemon on what the cut left; gives what is wrong."""
    with Daemon(at=None, folder=folder) as d:
        rebuilt = d.ask(op="rebuild")
    wrong = load.missing(folder, acked, blobs)
    if rebuilt.get("differing"):
        wrong.append(f"{rebuilt['differing']} rows of the views differed from the record")
    return wrong


def one_round(disk, d, case, name, chance):
    work = load.Load(d.folder, case, name)
    time.sleep(chance.uniform(0.2, 0.8))
    acked, blobs = work.so_far()  # what was acknowledged before the cut
    clone = disk.cut()
    work.stop()
    path = disk.look(clone)
    try:
        return look_at(os.path.join(path, "data"), acked, blobs), len(acked)
    except Exception as error:  # noqa: BLE001 -- a daemon that does not start is a finding
        return [f"the daemon does not work on what the cut left: {error}"], len(acked)
    finally:
        disk.forget(path, clone)


def on_disk(disk, env):
    d = register(Daemon(folder=os.path.join(disk.disk, "data"), env=env, verify=False))
    case, _ = confirm_case(d, [3, 3, 2, 1, 1, 1])
    return d, case


def campaign(rounds, seed, env=None):
    """Gives per round what is wrong; stops at the first loss where one is looked for."""
    disk, chance, total, d = Disk(), random.Random(seed), 0, None
    try:
        d, case = on_disk(disk, env)
        for n in range(rounds):
            wrong, acked = one_round(disk, d, case, f"cut{n}", chance)
            total += acked
            yield n, wrong, total
    finally:
        # Whoever stops reading early leaves nothing behind: no daemon, no mount, no loop device.
        if d:
            d.remove()
        disk.close()


total = 0
for n, wrong, total in campaign(ROUNDS, 20070415):
    note(not wrong, f"cut {n}: " + "; ".join(wrong[:5]))
print(f"{ROUNDS} power cuts, {total} acts acknowledged", flush=True)
note(total > ROUNDS * 20, f"too little load to mean anything: {total} acts")

caught = None
control = campaign(CONTROL_ROUNDS, 7, {"FENGSUI_TEST_SYNC": "NORMAL"})
for n, wrong, _ in control:
    if any("was acknowledged and is not there" in w or "does not work" in w for w in wrong):
        caught = n
        break
control.close()
if caught is not None:
    print(f"control: synchronous=NORMAL was caught in cut {caught}", flush=True)
note(caught is not None, "control: synchronous=NORMAL was not caught")
print(f"{counts['passed']} passed, {counts['failed']} failed")
sys.exit(counts["failed"] > 0)
