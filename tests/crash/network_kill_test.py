#!/usr/bin/env python3
"""20 SIGKILLs while people, machines and listeners use the HTTP interface: what was acknowledged holds.

    network_kill_test.py [--rounds N] [--seed N]

A kill comes at a chance moment, upon an acknowledgement, or at a fault point (each in turn). With
more rounds than fault points a day passes now and then, and what was begun and left must be gone.

The controls: for each kind of acknowledgement a daemon that gives it before the commit, events
told before the commit, ids of events that run ahead, a file that is sealed and not noted, half a
file under a digest: each is caught.
"""
import argparse
import os
import random
import re
import statistics
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from actors import Listener, Member, Mover, Poster, Uploader  # noqa: E402
from town import PASSWORD, Book, Town, fault_points  # noqa: E402
from cast import city  # noqa: E402
from fengsui import Results, Unexpected  # noqa: E402

KINDS = ["move", "upload.made", "upload.piece", "upload.sealed", "lines", "session", "session.ended", "token", "token.revoked", "view", "event"]
FIRST = {"store": 40, "file": 8, "upload": 3, "files": 40}  # within so many passages


def verify(d, checkpoint):
    """The record is whole, goes on from what was signed before, and the views follow from it."""
    path = d.folder + ".against"
    with open(path, "w", encoding="utf-8") as f:
        f.write(checkpoint)
    done = subprocess.run([d.program, "verify", "--against", path, d.folder], capture_output=True, text=True)
    os.unlink(path)
    wrong = [] if done.returncode == 0 else [f"verify ended with {done.returncode}: {done.stdout[-600:]}{done.stderr[-300:]}"]
    rebuilt = d.ask(op="rebuild")
    return wrong + ([f"{rebuilt['differing']} rows of the views differed from the record"] if rebuilt.get("differing") else [])


def plan(rounds, chance):
    """How each round ends: every fault point in turn, upon acknowledgements, and by chance."""
    points = fault_points()
    for n in range(rounds):
        if n % 4 == 3:
            yield "chance", None
        elif n % 4 == 2 and n * 3 // 4 > len(points):
            yield "acknowledgement", (chance.choice(KINDS), chance.randint(1, 6))
        else:
            point = points[(n - n // 4) % len(points)]
            yield "point", f"{point}:{chance.randint(1, FIRST[point.split('.')[0]])}"


def one_kill(town, chance, how, what):
    """Gives whether it died where it was to."""
    if how == "point":
        try:
            town.d.stop()
            town.start(FENGSUI_FAULTPOINT=what)
        except Unexpected:  # at a start already: as good as any other moment
            town.kill()
            return True
    town.begin(what if how == "acknowledgement" else None)
    return town.wait_for_end(chance.uniform(0.1, 0.5) if how == "chance" else 20)


def campaign(rounds, seed, results):
    chance, reached, ready = random.Random(seed), {}, []
    town = Town()
    try:
        town.everybody()
        for n, (how, what) in enumerate(plan(rounds, chance)):
            checkpoint = town.d.ask(op="checkpoint").get("checkpoint") or ""
            died = one_kill(town, chance, how, what)
            if how == "point":
                reached.setdefault(what.split(":")[0], False)
                reached[what.split(":")[0]] |= died
            ready.append(town.start())
            results.case(f"kill {n} ({how} {what or ''})", holds, town, n, rounds, checkpoint)
    finally:
        town.close()
    print(f"{rounds} SIGKILLs, seed {seed}; acknowledged: " + ", ".join(f"{count} {kind}" for kind, count in sorted(town.acked.items()) if kind != "-"))
    print(f"ready after {statistics.median(ready):.2f} s (median), {max(ready):.2f} s at most; died at: " + ", ".join(p for p, at in reached.items() if at))
    results.case("every fault point was come past", all_true, reached)
    results.case("there was load", enough, town.acked, rounds)


def holds(town, n, rounds, checkpoint):
    town.d.pass_time("1 min")  # sign-ins that were cut off count as attempts, which wait for each other
    wrong = town.settle() + town.judge()
    if n % 10 == 9:
        wrong += town.pass_a_day()
    if n % 5 == 4 or n == rounds - 1:
        wrong += verify(town.d, checkpoint)
    assert not wrong, "; ".join(wrong[:6]) + (f" and {len(wrong) - 6} more" if len(wrong) > 6 else "")


def all_true(reached):
    assert all(reached.values()), f"never: {[p for p, at in reached.items() if not at]}"


def enough(acked, rounds):
    assert acked.get("move", 0) >= 2 * rounds and all(acked.get(kind, 0) > 2 for kind in KINDS), f"too little to mean anything: {acked}"


# ---- what must not come back -----------------------------------------------------------------------------

WORDS = ("论坛谣言甲乙丙丁", "举报人周某")


def erased(point):
    """A complaint about content is rejected; the daemon dies behind the commit that erases it. Words and files are gone."""
    with city(verify=False) as d:
        files = [d.upload(b"screenshot %d" % n * 3000) for n in range(2)]
        report = d.done("uop_edu", "report", "create", unit=d.unit["edu"], aware_at="2026-03-02T07:50:00Z", what=WORDS[0],
                        reporter=WORDS[1], attachment=files)
        d.done("uop_edu", "report", "submit", report)
        ask = dict(op="do", kind="report", move="reject", ref=report.ref, input={"reason_code": "not_technical"}, key="k", **{"as": "dut01"})
        died = False
        for nth in range(1, 9):
            d.stop()
            d.env = {**os.environ, "FENGSUI_FAULTPOINT": f"{point}:{nth}"}
            try:
                d.start()
                d.ask(**ask)
            except (Unexpected, OSError, ConnectionError):
                died = True
            d.kill() if d.connection else d.process.wait()
            d.env = dict(os.environ)
            d.start()
            if died and d.states(report)["life"] == "rejected":
                break
            assert d.states(report)["life"] != "rejected", f"it was done and came past {point} {nth - 1} times"
        assert d.ask(**ask).ok
        left = [path for path in all_files(d.folder) if any(word.encode() in read(path) for word in WORDS)]
        left += [one for one in files if os.path.exists(os.path.join(d.folder, "blobs", one[:2], one))]
        assert not left, f"still there: {left}"


def all_files(folder):
    return [os.path.join(where, name) for where, _, names in os.walk(folder) for name in names if not name.endswith(".sock")]


def read(path):
    with open(path, "rb") as f:
        return f.read()


# ---- controls -----------------------------------------------------------------------------------------

EARLY = {"FENGSUI_TEST_ACK_EARLY": "1"}
CONTROLS = [  # what is wrong with the daemon, who is at work, when it dies, what must be found
    ("a move is acknowledged before its commit", EARLY, "mover", ("move", 3), "was acknowledged and is there 0 times"),
    ("an upload is acknowledged before its commit", EARLY, "uploader", ("upload.made", 1), "was acknowledged and is not there"),
    ("a sealed file is acknowledged before its commit", EARLY, "uploader", ("upload.sealed", 1), "and the store does not name|is over and still there"),
    ("a sealed file is acknowledged and then noted", {"FENGSUI_TEST_SEAL_EARLY": "1"}, "uploader", ("upload.sealed", 1), "and the store does not name"),
    ("lines are acknowledged before their commit", EARLY, "poster", ("lines", 3), "lines were acknowledged"),
    ("a session is given before its commit", EARLY, "member", ("session", 2), "session [0-9]+ was acknowledged and is not taken"),
    ("a session ends before its commit", EARLY, "member", ("session.ended", 1), "session [0-9]+ was ended and is taken"),
    ("a token is given before its commit", EARLY, "member", ("token", 2), "token [0-9]+ was acknowledged and is not taken"),
    ("a token is revoked before the commit", EARLY, "member", ("token.revoked", 1), "token [0-9]+ was ended and is taken"),
    ("a view is saved before its commit", EARLY, "member", ("view", 3), "view .* was saved as"),
    ("an event is told before its commit", {"FENGSUI_TEST_TELL_EARLY": "1"}, "listener", ("event", 5), "and the logs end at"),
    ("an event's id runs ahead of what was said", {"FENGSUI_TEST_EVENT_AHEAD": "1"}, "listener", ("event", 5), "heard version .* 0 times"),
]


def cast_of(town, who, name):
    """Only those whose promise it is: nobody else's commit comes between."""
    mover = Mover(town, "cl01", f"a{name}", town.case)
    town.listeners = [Listener(town, "dut01", "dut01", town.place())] if who == "listener" else []
    town.actors = {"mover": [mover], "listener": [mover], "uploader": [Uploader(town, "rsp01", f"d{name}")],
                   "poster": [Poster(town, town.token, f"f{name}")], "member": [Member(town, "aud01", f"g{name}")]}[who]


def caught(town, env, who, trigger, must, name):
    """The fault is a matter of milliseconds: a few attempts."""
    for attempt in range(6):
        town.d.stop()
        lines = Book(town.d.folder)
        town.start(**env)
        cast_of(town, who, f"{name}{attempt}")
        if who == "poster":
            town.actors[0].lines = lines.stored
        town.begin(trigger)
        town.wait_for_end(20)
        town.start()
        found = town.settle() + town.judge()
        if any(re.search(must, one) for one in found):
            return
    raise AssertionError(f"not caught; found: {found[:4]}")


def half_a_file(town):
    digest = "ab" * 32
    os.makedirs(os.path.join(town.d.folder, "blobs", "ab"), exist_ok=True)
    path = os.path.join(town.d.folder, "blobs", "ab", digest)
    with open(path, "wb") as f:
        f.write(b"half")
    found = Book(town.d.folder).wrong
    os.unlink(path)
    assert any("is not what its name says" in one for one in found), found


def controls(results):
    town = Town()
    try:
        for n, (name, env, who, trigger, must) in enumerate(CONTROLS):
            results.case(f"control: {name}", caught, town, env, who, trigger, must, n)
        results.case("control: half a file under a digest", half_a_file, town)
    finally:
        town.close()


def main():
    reader = argparse.ArgumentParser()
    reader.add_argument("--rounds", type=int, default=20)
    reader.add_argument("--seed", type=int, default=20070415)
    asked = reader.parse_args()
    results = Results("network_kill")
    campaign(asked.rounds, asked.seed, results)
    for point in ("store.committed", "files.doubt"):
        results.case(f"erased, and dead at {point}", erased, point)
    controls(results)
    results.end()


if __name__ == "__main__":
    main()
