#!/usr/bin/env python3
"""30 SIGKILLs under load: nothing that was acknowledged is lost, nothing is there twice.

The control: a daemon that acknowledges before it commits (a hook of test builds) is caught.
"""
import os
import random
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import load  # noqa: E402
from cast import city, confirm_case  # noqa: E402

ROUNDS, CONTROL_ROUNDS = int(os.environ.get("FENGSUI_KILLS", "30")), 12
counts = {"passed": 0, "failed": 0}


def verify_against(d, checkpoint):
    """The record is whole and is the continuation of what was signed before."""
    path = d.folder + ".against"
    with open(path, "w", encoding="utf-8") as f:
        f.write(checkpoint)
    done = subprocess.run([d.program, "verify", "--against", path, d.folder], capture_output=True, text=True)
    os.unlink(path)
    return [] if done.returncode == 0 else [f"verify ended with {done.returncode}: {done.stdout[-600:]}{done.stderr[-300:]}"]


def retry(d, sent):
    """What was sent and not answered, sent again with its key: there once, whichever it was."""
    answers = [d.ask(**request) for request, _ in sent.values()]
    return [f"the repeat of an act failed: {a.brief()}" for a in answers if not a.ok]


def one_round(d, case, name, chance, env=None):
    """Load, SIGKILL at a chance moment, restart; gives what is wrong and how many were acknowledged."""
    checkpoint = d.ask(op="checkpoint").get("checkpoint") or ""
    work = load.Load(d.folder, case, name)
    time.sleep(chance.uniform(0.2, 0.9))
    d.kill()
    work.stop()
    acked, blobs = work.so_far()
    d.env = {**os.environ, **(env or {})}
    began = time.monotonic()
    d.start()
    ready = time.monotonic() - began
    again = retry(d, work.sent)
    rebuilt = d.ask(op="rebuild")
    d.stop()
    wrong = again + load.missing(d.folder, acked, blobs) + load.twice(d.folder) + verify_against(d, checkpoint)
    if rebuilt.get("differing"):
        wrong.append(f"{rebuilt['differing']} rows of the views differed from the record")
    if ready > 5:
        wrong.append(f"ready after {ready:.1f} s")
    d.start()
    return wrong, len(acked)


def note(good, what):
    counts["passed" if good else "failed"] += 1
    if not good:
        print(what, flush=True)


def campaign():
    chance, total = random.Random(20070415), 0
    with city() as d:
        case, _ = confirm_case(d, [3, 3, 2, 1, 1, 1])
        for n in range(ROUNDS):
            wrong, acked = one_round(d, case, f"kill{n}", chance)
            total += acked
            note(not wrong, f"round {n}: " + "; ".join(wrong[:5]))
    print(f"{ROUNDS} SIGKILLs, {total} acts acknowledged", flush=True)
    note(total > ROUNDS * 20, f"too little load to mean anything: {total} acts")


def control():
    """Seeded fault: the answer leaves before the commit. The same campaign must see a loss."""
    chance, early = random.Random(7), {"FENGSUI_TEST_ACK_EARLY": "1"}
    with city(env=early, verify=False) as d:
        case, _ = confirm_case(d, [3, 3, 2, 1, 1, 1])
        for n in range(CONTROL_ROUNDS):
            wrong, _ = one_round(d, case, f"early{n}", chance, early)
            if any("was acknowledged and is not there" in w for w in wrong):
                print(f"control: acknowledgement before commit was caught in round {n}", flush=True)
                return note(True, "")
    note(False, "control: acknowledgement before commit was not caught")


campaign()
control()
print(f"{counts['passed']} passed, {counts['failed']} failed")
sys.exit(counts["failed"] > 0)
