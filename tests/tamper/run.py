#!/usr/bin/env python3
"""run -- 2,000 records tampered with below the API, and 450 bundles: is every one found?

The forger (ledger.py, folders.py, bundles.py) shares no code with the verifiers. Changes that change
nothing are left out and counted. Forks, rollbacks and signing anew are judged against a checkpoint that
was taken before, since without one nobody can know. Bundles are judged by both verifiers, which must say
the same, word for word. The control: each check is left out in turn, and misses its share.

    tests/tamper/run.py [--count N] [--bundles N] [--seed N] [--keep DIR]
"""
import argparse
import collections
import hashlib
import json
import multiprocessing
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, HERE)

import bundles  # noqa: E402
import folders  # noqa: E402
from ledger import Folder, digest_of_folder, read_keys  # noqa: E402

BUILD = os.path.dirname(os.path.abspath(os.environ.get("FENGSUI", os.path.join(ROOT, "build-test", "fengsui"))))
HANDS = os.environ.get("FENGSUI_TAMPER_HANDS", os.path.join(BUILD, "tests", "unit", "record"))
JS = os.path.join(ROOT, "web", "lib", "verify.js")
SEEDS = 6
BEFORE, AFTER = 36, 36  # entries before and after what the old copy and the kept checkpoints know


def hand(name):
    return os.path.join(HANDS, "tamper_" + name)


class Judge:
    """The C verifier, one process for many."""

    def __init__(self):
        self.process = subprocess.Popen([hand("verify_many")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __call__(self, path, kept="", each=True):
        self.process.stdin.write(f"{path}\t{kept}\t{'each' if each else ''}\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


def make_templates(place):
    """A few records, each with its copy of some time ago and what was kept of it."""
    for seed in range(SEEDS):
        base, old = os.path.join(place, f"base{seed}"), os.path.join(place, f"old{seed}")
        make = [hand("make_folder"), base, str(seed)]
        subprocess.run(make + [str(BEFORE)], check=True, stdout=subprocess.DEVNULL)
        shutil.copytree(base, old)
        kept = subprocess.run(make + [str(AFTER), os.path.join(place, f"bundles{seed}")], check=True,
                              stdout=subprocess.PIPE).stdout
        with open(os.path.join(place, f"kept{seed}"), "wb") as f:
            f.write(kept)


Result = collections.namedtuple("Result", "way name kind exit counts without path kept")


def is_found(r):
    """Tampered with; or, where that is all that can be said, that it does not reach what was kept."""
    return r.exit == 1 or (r.kind == "beyond" and r.exit == 2 and "against.beyond" in r.counts)


def result(way, change, how, same, said, path, kept):
    return Result(way, change.__name__, "same" if same else how, said["exit"], said["counts"], said["without"], path, kept)


state = {}


def start_worker(place):
    state.update(place=place, judge=Judge(), old={}, digests={})


def old_of(seed):
    if seed not in state["old"]:
        path = os.path.join(state["place"], f"old{seed}")
        folder = Folder(path)
        state["old"][seed] = {"path": path, "folder": folder, "size": len(folder.logs[1].entries)}
        base = os.path.join(state["place"], f"base{seed}")
        state["digests"][seed] = digest_of_folder(base)
    return state["old"][seed]


def tamper_folder(task):
    way, number, seed = task
    dice = random.Random(f"{seed} {way} {number}")
    template = dice.randrange(SEEDS)
    old, path = old_of(template), os.path.join(state["place"], f"f-{way.replace(' ', '_')}-{number}")
    for attempt in range(100):
        shutil.copytree(os.path.join(state["place"], f"base{template}"), path)
        change = dice.choice(folders.WAYS[way])
        folder = Folder(path)
        try:
            how = change(dice, folder, old)
        except folders.NotHere:
            folder.close()
            shutil.rmtree(path)
            continue
        folder.close()
        break
    same = digest_of_folder(path) == state["digests"][template]
    kept = os.path.join(state["place"], f"kept{template}") if how == "kept" else ""
    made = result(way, change, how, same, state["judge"](path, kept), path, kept)
    if same or is_found(made):
        shutil.rmtree(path)
    return made


def digest_of_bundle(path):
    digest = hashlib.sha256()
    for folder, _, names in sorted(os.walk(path)):
        for name in sorted(names):
            with open(os.path.join(folder, name), "rb") as f:
                digest.update(os.path.relpath(os.path.join(folder, name), path).encode() + b"\0" + f.read())
    return digest.digest()


def tamper_bundle(task):
    way, number, seed = task
    dice = random.Random(f"{seed} bundle {way} {number}")
    template = dice.randrange(SEEDS)
    keys = read_keys(os.path.join(state["place"], f"base{template}", "keys", "record.key"))
    path = os.path.join(state["place"], f"b-{way.replace(' ', '_')}-{number}")
    for attempt in range(100):
        source = os.path.join(state["place"], f"bundles{template}", dice.choice(["whole", "whole", "case", "withheld"]))
        shutil.copytree(source, path)
        change = dice.choice(bundles.WAYS[way])
        try:
            how = change(dice, bundles.Bundle(path, keys))
            break
        except folders.NotHere:
            shutil.rmtree(path)
    same = digest_of_bundle(path) == digest_of_bundle(source)
    kept = os.path.join(state["place"], f"kept-real{template}") if how else ""
    return result(way, change, how, same, state["judge"](path, kept), path, kept)


def split_kept(place):
    """Of what was kept, the note of the real log alone: a bundle is of one log."""
    for seed in range(SEEDS):
        with open(os.path.join(place, f"kept{seed}"), encoding="utf-8") as f:
            notes = f.read().split("\n\n\n")[0].split("\n\n")
        with open(os.path.join(place, f"kept-real{seed}"), "w", encoding="utf-8") as f:
            f.write(notes[0] + "\n\n" + notes[1].rstrip("\n") + "\n")


def run_all(pool, work, ways, count, seed):
    each = -(-count // len(ways))
    return pool.map(work, [(way, n, seed) for way in ways for n in range(each)], chunksize=8)


def second_opinion(results, jobs):
    """What the other verifier says of the same bundles; None where there is no Node."""
    if not shutil.which("node"):
        return None
    said = {}
    shares = [results[i::jobs] for i in range(jobs)]
    running = []
    for share in shares:
        process = subprocess.Popen(["node", JS, "--many"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        process.stdin.write("".join(f"{r.path}\t{r.kept}\n" for r in share))
        process.stdin.close()
        running.append(process)
    for process in running:
        for line in process.stdout:
            answer = json.loads(line)
            said[answer["path"]] = answer
        process.wait()
    return said


def table(title, results, ways):
    print(f"\n{title}")
    print(f"{'way':18}{'changes':>8}{'no change':>11}{'found':>7}{'missed':>8}")
    missed = []
    for way in ways:
        own = [r for r in results if r.way == way]
        real = [r for r in own if r.kind != "same"]
        lost = [r for r in real if not is_found(r)]
        print(f"{way:18}{len(real):8}{len(own) - len(real):11}{len(real) - len(lost):7}{len(lost):8}")
        missed += lost
    return missed


def control(results, wanted):
    """With one check left out: how many of those found before are not found any more."""
    print("\ncontrol: with this check left out, so many of the changes that were found are missed")
    idle = []
    for check in wanted:
        lost = [r for r in results if r.kind != "same" and r.exit == 1 and r.without[check] != 1]
        ways = collections.Counter(r.way for r in lost)
        print(f"  {check:10}{len(lost):6}   {', '.join(f'{way} {n}' for way, n in ways.most_common())}")
        if not lost:
            idle.append(check)
    return idle


def untouched(judge, place):
    """What nobody touched is as it should be, also against what was kept."""
    wrong = 0
    for seed in range(SEEDS):
        for path, kept in [(f"base{seed}", ""), (f"base{seed}", f"kept{seed}"), (f"bundles{seed}/whole", f"kept-real{seed}"),
                           (f"bundles{seed}/case", f"kept-real{seed}"), (f"bundles{seed}/withheld", "")]:
            said = judge(os.path.join(place, path), kept and os.path.join(place, kept), False)
            if said["exit"] not in (0, 2) or set(said["counts"]) - {"text.erased", "text.withheld"}:
                print("not as it should be, untouched:", path, said)
                wrong += 1
    return wrong


def disagreements(results, said):
    found = []
    for r in results:
        other = said[r.path]
        if (other["exit"], other["counts"]) != (r.exit, r.counts):
            found.append((r, other))
    return found


def suite(place, wanted):
    begin = time.monotonic()
    make_templates(place)
    split_kept(place)
    jobs = os.cpu_count() or 1
    wrong = untouched(Judge(), place)
    with multiprocessing.Pool(jobs, start_worker, (place,)) as pool:
        records = run_all(pool, tamper_folder, list(folders.WAYS), wanted.count, wanted.seed)
        packed = run_all(pool, tamper_bundle, list(bundles.WAYS), wanted.bundles, wanted.seed)
    missed = table("data folders", records, folders.WAYS) + table("bundles", packed, bundles.WAYS)
    idle = control(records + packed, list(records[0].without))
    said = second_opinion(packed, jobs)
    apart = disagreements(packed, said) if said is not None else []
    for r in missed:
        print(f"missed: {r.way}, {r.name}: exit {r.exit} {r.counts} {r.path}")
    for r, other in apart[:10]:
        print(f"two opinions: {r.way}, {r.name}: {r.exit} {r.counts} and {other['exit']} {other['counts']} {r.path}")
    for check in idle:
        print(f"no change was there that {check} alone finds")
    if said is None:
        print("node is not installed: the second verifier was left out")
    real = [r for r in records + packed if r.kind != "same"]
    print(f"\n{len(real)} changes, {len(records) + len(packed) - len(real)} that change nothing, "
          f"{len(packed) if said else 0} bundles judged twice, {len(apart)} times with two opinions, "
          f"{time.monotonic() - begin:.0f} s")
    failed = len(missed) + len(apart) + len(idle) + wrong
    print(f"{len(real) - len(missed)} passed, {failed} failed")
    return 1 if failed else 0


def main():
    reader = argparse.ArgumentParser()
    reader.add_argument("--count", type=int, default=2000)
    reader.add_argument("--bundles", type=int, default=450)
    reader.add_argument("--seed", type=int, default=2026)
    reader.add_argument("--keep", help="work here and leave what was made")
    wanted = reader.parse_args()
    if wanted.keep:
        os.makedirs(wanted.keep)
        return suite(wanted.keep, wanted)
    with tempfile.TemporaryDirectory(prefix="tamper-") as place:
        return suite(place, wanted)


if __name__ == "__main__":
    sys.exit(main())
