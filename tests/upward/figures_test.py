#!/usr/bin/env python3
"""figures -- no figure of a regime in the pack differs from those that were gathered (figures.tsv).

    tests/upward/figures_test.py [reporting-regimes.json]

With a file of regimes as argument the table itself is compared with that file.
"""
import csv
import glob
import json
import os
import sys
import unittest

import yaml

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "figures.tsv")
UNITS = {"h": ("h", 1), "d": ("d", 1), "month": ("month", 1), "bd": ("business days", 1)}


def table():
    with open(TABLE, encoding="utf-8") as f:
        return list(csv.DictReader((line for line in f if not line.startswith("#")), delimiter="\t"))


def pack_stages():
    """regime, stage -> the stage as the pack has it."""
    out = {}
    for path in sorted(glob.glob(os.path.join(ROOT, "packs", "jinan-2007", "regimes", "*.yml"))):
        with open(path, encoding="utf-8") as f:
            regimes = yaml.load(f, Loader=yaml.BaseLoader).get("regimes", {})
        for name, regime in regimes.items():
            for variant, one in regime.get("variants", {}).items():
                for stage, what in one.get("stages", {}).items():
                    out[name, f"{variant}.{stage}"] = what
            for stage, what in regime.get("stages", {}).items():
                out[name, stage] = what
    return out


def minutes(text):
    """A term in one form, whichever unit it is written in."""
    if text == "asap":
        return "asap"
    number, unit = text.split(" ", 1)
    return f"{float(number) * {'min': 1, 'h': 60}[unit]:g} min" if unit in ("min", "h") else f"{int(number)} {unit}"


def term(value, unit):
    return "asap" if unit == "asap" else minutes(f"{value} {UNITS[unit][0]}")


def listed(value):
    return value if isinstance(value, list) else [value]


def exceptions(row):
    """ "malicious=60d" -> {"malicious": "60 d"} """
    out = {}
    for one in row["except"].split():
        if one != "-":
            name, value = one.split("=")
            unit = value.lstrip("0123456789")
            out[name] = term(value[: -len(unit)], unit)
    return out


class Figures(unittest.TestCase):
    maxDiff = None

    def test_the_same_stages(self):
        self.assertEqual(sorted(pack_stages()), sorted((r["regime"], r["stage"]) for r in table()))
        self.assertEqual((len({r["regime"] for r in table()}), len(table())), (18, 55))

    def test_no_figure_differs(self):
        stages = pack_stages()
        for row in table():
            with self.subTest(f"{row['regime']}/{row['stage']}"):
                stage = stages[row["regime"], row["stage"]]
                self.assertEqual(listed(stage["clock"]),
                                 [c.replace("previous_stage_submitted:", "sent:") for c in row["from"].split("|")])
                self.assertEqual([minutes(w) for w in listed(stage["within"])],
                                 [term(v, row["unit"]) for v in row["value"].split("|")])
                self.assertEqual((stage["basis"], stage["certainty"]), (row["basis"], row["certainty"]))
                self.assertEqual(" ".join(stage.get("grades", [])) or "-", row["grades"])
                self.assertEqual({n: minutes(e["within"]) for n, e in stage.get("except", {}).items()}, exceptions(row))

    def test_nobody_has_verified_anything_yet(self):
        for name, stage in pack_stages().items():
            self.assertNotIn("verified_by", stage, name)


def gathered(path):
    """The rows as a file of regimes has them."""
    with open(path, encoding="utf-8") as f:
        regimes = json.load(f)["regimes"]
    for regime in regimes:
        parts = [(v["id"] + ".", v["stages"]) for v in regime.get("variants", [])]
        for prefix, stages in parts + [("", regime.get("stages", []) + regime.get("common_stages", []))]:
            for s in stages:
                yield {"regime": regime["id"], "stage": prefix + s["id"], "from": "|".join(listed(s["clock"])),
                       "value": "|".join(str(v) for v in listed(s["value"])), "unit": s["unit"], "basis": s["basis"],
                       "certainty": s["certainty"], "grades": " ".join(s.get("grades", [])) or "-",
                       "except": " ".join(f"{n}={v[0]}{v[1]}" for n, v in s.get("override", {}).items()) or "-"}


def compare(path):
    ours, theirs = table(), list(gathered(path))
    for row in theirs:
        if row not in ours:
            print(f"differs or lacks: {row}")
    for row in ours:
        if row not in theirs:
            print(f"stands only here: {row}")
    return 0 if sorted(map(str, ours)) == sorted(map(str, theirs)) else 1


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1].endswith(".json"):
        sys.exit(compare(sys.argv[1]))
    result = unittest.main(exit=False).result
    wrong = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - wrong} passed, {wrong} failed")
    sys.exit(1 if wrong else 0)
