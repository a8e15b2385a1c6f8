#!/usr/bin/env python3
"""own_events_test -- every public rule fires on an event made to satisfy it, and not on one that just does not.

    own_events_test.py [--seed N] [--rule TEXT]      # only files whose path contains TEXT

Real events exercise a quarter of the rules; the others are tried with two events made from their own
syntax trees (sigma_events.py). Where an event of a log source can be told by its channel or by a
mapping of the house, the event says that; else the test gives it its log source, and that is counted.
"""
import argparse
import collections
import dataclasses
import glob
import json
import multiprocessing
import os
import random
import re
import shutil
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "lib"))

import yaml

import sigma_oracle
from sigma_events import falsifying, line_of, satisfying
from watching import SOURCE_FIELD, Place, shared, source_name

CHANNEL, MAPPING, TEST = "by the channel of Windows", "by a mapping of the house", "by the test alone"
SHOWN = 30
# Upper limits that are to shrink, never to grow: rules for which no event could be made, rules that the
# program refuses, rules whose log source no JSON object tells but the test's own.
UNMADE_MOST, REFUSED_MOST, TEST_ALONE_MOST = 0, 3, 398


# ---- where an event is from ----------------------------------------------------------------------

def listed(value):
    return value if isinstance(value, list) else [value]


def house_mappings():
    """(log source, what its events say) of each mapping of JSON; a star stands for anything."""
    out = []
    for path in sorted(glob.glob(os.path.join(ROOT, "maps", "*.yml"))):
        with open(path, encoding="utf-8") as f:
            for given in yaml.safe_load_all(f):
                if "json" in listed(given.get("from")) and not given.get("keep"):
                    out += [(source, {k: str(v) for k, v in given["when"].items()}) for source in listed(given.get("logsource", []))]
    return out


def covers(rule, source):
    """A mapping's word may be one or a list."""
    return all(want is None or want == source.get(key) or want in (source.get(key) or ())
               for key, want in (("product", rule.product), ("category", rule.category), ("service", rule.service)))


class Places:
    def __init__(self):
        with open(shared("sigma-logsources-windows.json"), encoding="utf-8") as f:
            given = json.load(f)
        self.services, self.categories, self.mappings = given["services"], given["categories"], house_mappings()

    def of(self, rule):
        """(how, fields that say it, fields that must be there and may say anything), the best first."""
        if rule.product == "windows" or (rule.product is None and rule.category == "antivirus"):
            yield from ((CHANNEL, fields, {} if "EventID" in fields else {"EventID": "4"}) for fields in self.windows(rule))
        for source, when in self.mappings:
            if covers(rule, source):
                yield (MAPPING, {k: v.replace("*", "") for k, v in when.items() if v != "*"},
                       {k: "x" for k, v in when.items() if v == "*"})
        yield TEST, {SOURCE_FIELD: source_name(rule.product, rule.category, rule.service)}, {}

    def windows(self, rule):
        for channel, number, more, _ in self.categories.get(rule.category, ()) if rule.category else ():
            if not rule.service or channel in self.services.get(rule.service, ()):
                yield {"Channel": channel, "EventID": str(number), **more}
        if not rule.category:
            for channel in self.services.get(rule.service, ()) if rule.service else ["System", "Security"]:
                yield {"Channel": channel}


def made_for(rule, places, chance):
    """(how, satisfying, falsifying), the best first. After a mapping comes what does without it: it may
    leave out or set just what the rule asks for, or another one may be tried before it."""
    out = []
    for how, fixed, free in places.of(rule):
        if any(how == done for done, _, _ in out):
            continue
        fields = satisfying(rule, fixed, chance, free)
        other = fields and falsifying(rule, fields, fixed, chance)
        if other:
            out.append((how, fields, other))
        if out and out[-1][0] in (CHANNEL, TEST):
            break
    return out


# ---- the rules -----------------------------------------------------------------------------------

@dataclasses.dataclass
class Made:
    """Of one rule: the events, in each way in which their log source can be told, or why there are none."""
    path: str
    id: str
    source: tuple = ()
    ways: list = ()
    why: str = ""


def read_file(job):
    """What is made of every rule in a file."""
    path, seed = job
    out = []
    with open(path, encoding="utf-8") as f:
        text = f.read()
    try:
        rules = sigma_oracle.load(text)
    except (sigma_oracle.Unsupported, ValueError) as why:
        return [Made(path, None, why=str(why))]
    for rule in rules:
        made = made_for(rule, PLACES, random.Random(f"{seed} {rule.id}"))
        out.append(Made(path, rule.id, source=(rule.product, rule.category, rule.service), ways=made) if made
                   else Made(path, rule.id, why="no event that satisfies it and another that does not"))
    return out


def start(places):
    global PLACES
    PLACES = places


def show(seed, path, ident, what, fields):
    print(f"{os.path.basename(path)} ({ident}): {what}, seed {seed}\n  {line_of(fields)}")


def main():
    reader = argparse.ArgumentParser()
    reader.add_argument("--seed", type=int, default=1)
    reader.add_argument("--rule", default="")
    asked = reader.parse_args()
    rules = shared("sigma-rules")
    if not rules:
        print("1 passed, 0 failed")
        return 0
    files = sorted(p for p in glob.glob(os.path.join(rules, "**", "*.yml"), recursive=True) if asked.rule in p)
    with multiprocessing.Pool(min(2, os.cpu_count() or 1), start, (Places(),)) as pool:
        made = [row for rows in pool.imap(read_file, [(p, asked.seed) for p in files], 20) for row in rows]
    rows = [m for m in made if m.ways]
    with Place() as place:
        place.maps(sorted({m.source for m in rows}, key=str))
        lines = [line_of(fields) for m in rows for _, good, bad in m.ways for fields in (good, bad)]
        found = place.watch(lines, rules=[picked(place, files) if asked.rule else rules])
        refused = {m[1] for s in place.said if (m := re.match(r"fengsui watch: (.*?\.yml):\d", s))}
    return judge(asked.seed, [m for m in made if m.path not in refused], [m for m in rows], found, len(refused))


def picked(place, files):
    for n, path in enumerate(files):
        shutil.copy(path, place.path("picked", f"{n}-{os.path.basename(path)}"))
    return place.path("picked")


def verdicts(rows, found):
    """For each rule what went wrong in each way, in the order of its ways."""
    line = 0
    for m in rows:
        wrong = []
        for how, good, bad in m.ways:
            told = [("does not fire", good)] * ((line, m.id) not in found) + [("fires and should not", bad)] * ((line + 1, m.id) in found)
            wrong.append((how, told))
            line += 2
        yield m, wrong


def judge(seed, made, rows, found, refused):
    failed, counts, alone = 0, collections.Counter(), collections.Counter()
    taken = {id(m) for m in made}
    for m, wrong in verdicts(rows, found):
        if id(m) not in taken:
            continue
        how, told = next((w for w in wrong if not w[1]), wrong[-1])
        counts[how] += 1
        alone[source_words(m.source)] += how == TEST
        failed += len(told)
        for what, fields in told if failed <= SHOWN else ():
            show(seed, m.path, m.id, what, fields)
    unmade = [m for m in made if not m.ways]
    for m in unmade:
        print(f"{os.path.basename(m.path)} ({m.id}): {m.why}")
    for how, count in sorted(counts.items()):
        print(f"{count} rules, placed {how}" + (f" (at most {TEST_ALONE_MOST})" if how == TEST else ""))
    print("  " + ", ".join(f"{count} {source}" for source, count in alone.most_common() if count))
    print(f"{refused} files refused by the program (at most {REFUSED_MOST}), no event for {len(unmade)} rules (at most {UNMADE_MOST})")
    failed += (len(unmade) > UNMADE_MOST) + (refused > REFUSED_MOST) + (counts[TEST] > TEST_ALONE_MOST)
    print(f"{2 * sum(counts.values()) - failed} passed, {failed} failed")
    return 1 if failed else 0


def source_words(source):
    return "/".join(word or "-" for word in source)


if __name__ == "__main__":
    sys.exit(main())
