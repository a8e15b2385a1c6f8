#!/usr/bin/env python3
"""eve_test -- what Suricata wrote in 356 tests of its own, and how many events each of their checks counts.

Every check of ../shared/data/suricata-eve (fields that match, and an exact count) becomes a Sigma rule
of ours; the alerts of that rule must be exactly as many. Two things that a check can say and Sigma
cannot are said in other words: a place in a list (`answers[0]`: any of the list), and that an object
is there (any of its fields).
"""
import collections
import gzip
import json
import os
import re
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "lib"))

from watching import SOURCE_FIELD, Place, shared, source_name

SURICATA = ("suricata", None, "alert")
# Event types that no mapping of the house places yet; the test gives them their log source itself.
UNMAPPED = set()  # event types that no mapping places
LINE_LIMIT = 256 * 1024  # bytes; a longer line is malformed, and no rule sees it
# Tests whose counts may differ, and why. What is mended is to be taken out.
DIFFER = {
    "bug-8021-alert-max-verdict-01": "the check looks for a name inside a list without a place, which finds nothing there; "
                                     "of a list every value counts here (docs/decisions/0017)",
}


def leaves(value, name=""):
    """Names of fields, as Sigma writes them, with their values."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, f"{name}.{key}" if name else key)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner, name)
    else:
        yield name, value


def quoted(value):
    """A value of a rule: its text, with what would be a wildcard taken as it is."""
    if isinstance(value, str):
        return json.dumps(re.sub(r"([\\*?])", r"\\\1", value), ensure_ascii=False)
    return json.dumps(value)


def key_text(name):
    return json.dumps(name)


class Maker:
    """Rules from checks; `names`: every field there is in the events."""

    def __init__(self, names):
        self.names = names

    def below(self, name):
        name = re.sub(r"\[\d+\]", "", name)
        return sorted(n for n in self.names if n == name or n.startswith(name + ".")) or [name]

    def rule(self, ident, test, match):
        items, parts, condition = [f"{key_text('test|cased')}: {quoted(test)}"], [], "all of s_*"
        gathered = collections.defaultdict(list)
        for key, value in match.items():
            if key in ("has-key", "not-has-key"):
                for n, name in enumerate([value] if isinstance(value, str) else value):
                    what = "s_" if key == "has-key" else "no_"
                    fields = ", ".join(f"{{{key_text(f + '|exists')}: true}}" for f in self.below(name))
                    parts.append(f"  {what}{key[:3]}{n}: [{fields}]\n")
                if key == "not-has-key":
                    condition = "all of s_* and not 1 of no_*"
                continue
            for name, leaf in leaves(value, re.sub(r"\[\d+\]", "", key)):
                gathered[name].append(leaf)
        for name, values in gathered.items():
            items.append(self.item(name, values))
        return (f"title: {ident}\nid: {ident}\ntags: [class.scan]\nlogsource: {{product: suricata}}\ndetection:\n"
                f"  s_match: {{{', '.join(items)}}}\n{''.join(parts)}  condition: {condition}\n")

    @staticmethod
    def item(name, values):
        if name.endswith(".__len"):
            return f"{key_text(name[:-6] + '|re|s')}: {quoted('^.{%d}$' % values[0])}"
        if len(set(map(str, values))) == 1:
            return f"{key_text(name + '|cased')}: {quoted(values[0])}"
        return f"{key_text(name + '|cased|all')}: [{', '.join(map(quoted, values))}]"


PLACED = "title: placed\nid: placed\ntags: [class.scan]\nlogsource: {product: suricata}\n" \
         "detection:\n  s: {event_type|exists: true}\n  condition: s\n"


class Eve(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        path = shared("suricata-eve", "events.jsonl.gz")
        if not path:
            self.skipTest("../shared/data/suricata-eve is not here; nothing was tried")
        with gzip.open(path, "rt", encoding="utf-8") as f:
            rows = [json.loads(line) for line in f]
        self.events = [{"test": row["test"], **row["event"]} for row in rows]
        with open(shared("suricata-eve", "checks.json"), encoding="utf-8") as f:
            self.checks = [(row["test"], check) for row in json.load(f) for check in row["checks"]]

    def placed(self, place):
        """Events that the mappings of the house do not place get the log source from the test."""
        place.rules(PLACED)
        found = {line for line, _ in place.watch([json.dumps(e) for e in self.events])}
        rest = [e for i, e in enumerate(self.events) if i not in found]
        self.assertLessEqual({e["event_type"] for e in rest if len(json.dumps(e)) < LINE_LIMIT}, UNMAPPED)
        for e in rest:
            e[SOURCE_FIELD] = source_name(*SURICATA)
        print(f"{len(found)} of {len(self.events)} events are placed by the mappings of the house", file=sys.stderr)

    def test_every_count(self):
        maker = Maker({name for e in self.events for name, _ in leaves(e)})
        with Place() as place:
            self.placed(place)
            place.maps([SURICATA])
            place.rules("---\n".join(maker.rule(f"check-{n}", test, check["match"]) for n, (test, check) in enumerate(self.checks)))
            found = collections.Counter(rule for _, rule in place.watch([json.dumps(e) for e in self.events]))
            self.assertEqual(place.said, [], "a rule of ours was refused")
        wrong = {(test, f"{json.dumps(check['match'])}: {check['count']} expected, {found[f'check-{n}']} found")
                 for n, (test, check) in enumerate(self.checks) if found[f"check-{n}"] != check["count"]}
        self.assertEqual([(test, how) for test, how in sorted(wrong) if test not in DIFFER], [])
        for test in DIFFER.keys() - {test for test, _ in wrong}:
            print(f"{test} does not differ any more", file=sys.stderr)


if __name__ == "__main__":
    unittest.main()
