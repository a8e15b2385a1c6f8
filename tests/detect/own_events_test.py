#!/usr/bin/env python3
"""own_events_test -- every public rule fires on an event made to satisfy it, and not on one that just does not.

    own_events_test.py [--seed N] [--rule TEXT]      # only files whose path contains TEXT

Real events exercise a quarter of the rules; the others are tried with two events made from their own
syntax trees (sigma_events.py). Where an event of a log source can be told by its channel or by a
mapping of the house, the event says that; else the test gives it its log source, and that is counted.
"""
import argparse
import collections
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
UNMADE_MOST, REFUSED_MOST, TEST_ALONE_MOST = 0, 3, 835


# ---- where an event is from ----------------------------------------------------------------------

def house_mappings():
    out = []
    for path in sorted(glob.glob(os.path.join(ROOT, "maps", "*.yml"))):
        with open(path, encoding="utf-8") as f:
            given = yaml.safe_load(f)
        if given.get("from") == "json" and not given.get("keep") and "logsource" in given:
            out.append((given["logsource"], {k: str(v) for k, v in given["when"].items()}))
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
                yield MAPPING, {k: v for k, v in when.items() if v != "*"}, {k: "x" for k, v in when.items() if v == "*"}
        yield TEST, {SOURCE_FIELD: source_name(rule.product, rule.category, rule.service)}, {}

    def windows(self, rule):
        for channel, number, more, _ in self.categories.get(rule.category, ()) if rule.category else ():
            if not rule.service or channel in self.services.get(rule.service, ()):
                yield {"Channel": channel, "EventID": str(number), **more}
        if not rule.category:
            for channel in self.services.get(rule.service, ()) if rule.service else ["System", "Security"]:
                yield {"Channel": channel}


def made_for(rule, places, chance):
    """(how, satisfying, falsifying); None for what could not be made."""
    for how, fixed, free in places.of(rule):
        fields = satisfying(rule, fixed, chance, free)
        if fields:
            return how, fields, falsifying(rule, fields, fixed, chance)
    return None, None, None


# ---- the rules -----------------------------------------------------------------------------------

def read_file(job):
    """Of every rule in a file: (path, id, log source, how, satisfying, falsifying) or (path, id, why)."""
    path, seed = job
    out = []
    with open(path, encoding="utf-8") as f:
        text = f.read()
    try:
        rules = sigma_oracle.load(text)
    except (sigma_oracle.Unsupported, ValueError) as why:
        return [(path, None, str(why))]
    for rule in rules:
        how, good, bad = made_for(rule, PLACES, random.Random(f"{seed} {rule.id}"))
        out.append((path, rule.id, (rule.product, rule.category, rule.service), how, good, bad) if good and bad
                   else (path, rule.id, "no event that satisfies it" if not good else "no event that does not"))
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
        print("../shared/data/sigma-rules is not here; nothing was tried\n1 passed, 0 failed")
        return 0
    files = sorted(p for p in glob.glob(os.path.join(rules, "**", "*.yml"), recursive=True) if asked.rule in p)
    with multiprocessing.Pool(min(2, os.cpu_count() or 1), start, (Places(),)) as pool:
        made = [row for rows in pool.imap(read_file, [(p, asked.seed) for p in files], 20) for row in rows]
    unmade, rows = [m for m in made if len(m) == 3], [m for m in made if len(m) == 6]
    with Place() as place:
        place.maps(sorted({m[2] for m in rows}, key=str))
        lines = [line_of(fields) for m in rows for fields in (m[4], m[5])]
        found = place.watch(lines, rules=[picked(place, files) if asked.rule else rules])
        refused = {m[1] for s in place.said if (m := re.match(r"fengsui watch: (.*?\.yml):\d", s))}
    return judge(asked.seed, rows, unmade, found, refused)


def picked(place, files):
    for n, path in enumerate(files):
        shutil.copy(path, place.path("picked", f"{n}-{os.path.basename(path)}"))
    return place.path("picked")


def judge(seed, rows, unmade, found, refused):
    failed, counts = 0, {}
    for n, (path, ident, _, how, good, bad) in enumerate(rows):
        if path in refused:
            continue
        counts[how] = counts.get(how, 0) + 1
        for line, fields, wanted, what in ((2 * n, good, True, "does not fire"), (2 * n + 1, bad, False, "fires and should not")):
            if ((line, ident) in found) != wanted:
                failed += 1
                if failed <= SHOWN:
                    show(seed, path, ident, what, fields)
    unmade = [m for m in unmade if m[0] not in refused]
    for path, ident, why in unmade:
        print(f"{os.path.basename(path)} ({ident}): {why}")
    for how, count in sorted(counts.items()):
        print(f"{count} rules, placed {how}" + (f" (at most {TEST_ALONE_MOST})" if how == TEST else ""))
    alone = collections.Counter("/".join(word or "-" for word in m[2]) for m in rows if m[3] == TEST)
    print("  " + ", ".join(f"{count} {source}" for source, count in alone.most_common()))
    print(f"{len(refused)} files refused by the program (at most {REFUSED_MOST}), no event for {len(unmade)} rules (at most {UNMADE_MOST})")
    failed += (len(unmade) > UNMADE_MOST) + (len(refused) > REFUSED_MOST) + (counts.get(TEST, 0) > TEST_ALONE_MOST)
    print(f"{2 * sum(counts.values()) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
