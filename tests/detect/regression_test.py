#!/usr/bin/env python3
"""regression_test -- the public rules over the real events that they were written for.

../shared/data/sigma-regression says which rules must fire on each of its events: every one of these
pairs, and no other. A pair that the specification decides otherwise stands in differences.tsv with
the clause that says so; at most five may.
"""
import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "lib"))

from watching import Place, shared

DIFFERENCES = os.path.join(HERE, "differences.tsv")
DIFFERENCES_MOST = 5


def table(path):
    with open(path, encoding="utf-8") as f:
        return [line.rstrip("\n").split("\t") for line in f if line.strip() and not line.startswith("#")]


def differences():
    """Pairs that are expected and do not come ("missing"), and the other way round ("extra")."""
    rows = table(DIFFERENCES)
    for row in rows:
        if len(row) != 4 or row[0] not in ("missing", "extra") or not row[3].strip():
            raise AssertionError(f"{DIFFERENCES}: a row is missing|extra, line, rule, clause: {row}")
    return {kind: {(int(line), rule) for k, line, rule, _ in rows if k == kind} for kind in ("missing", "extra")}


class Regression(unittest.TestCase):
    def test_every_pair_and_no_other(self):
        events, rules = shared("sigma-regression", "events.jsonl"), shared("sigma-rules")
        if not events or not rules:
            self.skipTest("../shared/data/sigma-regression is not here; nothing was tried")
        expected = {(int(line), rule) for line, names in table(shared("sigma-regression", "expected.tsv"))
                    for rule in names.split(",")}
        with open(events, encoding="utf-8") as f, Place() as place:
            found = place.watch(f.read().splitlines(), rules=[rules])
        known = differences()
        self.assertLessEqual(sum(map(len, known.values())), DIFFERENCES_MOST)
        self.assertEqual(expected - found - known["missing"], set(), "expected, and not found")
        self.assertEqual(found - expected - known["extra"], set(), "found, and not expected")
        self.assertEqual((known["missing"] & found, known["extra"] - found), (set(), set()),
                         "differences.tsv names what is no difference any more")


if __name__ == "__main__":
    unittest.main()
