#!/usr/bin/env python3
"""shared_test -- real input that nobody here wrote, at ../shared/data where it is there; nothing of it is in the tree.

Suricata's EVE: every check of suricata-verify (these fields, this many events) is made into a rule of ours and counted.
Sigma's rules: every log source that one of them names is in the closed table and has its row in docs/formats.md.
"""
import collections
import glob
import gzip
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FENGSUI = os.environ.get("FENGSUI") or os.path.join(ROOT, "build", "fengsui")
SHARED = os.environ.get("FENGSUI_SHARED") or os.path.join(os.path.dirname(ROOT), "shared", "data")

# Counts that differ, and why: of the list `engines` every value counts under its name, so that a check which names no
# place in the list finds it here and not there.
DIFFERS = {("bug-8021-alert-max-verdict-01", "stats.detect.engines.rules_loaded"): 1}


def plain(name):
    """a[0].b is a.b here: each value of an array is a value of its name."""
    return re.sub(r"\[\d+\]", "", name)


def flatten(value, name, out):
    if isinstance(value, dict):
        for key, inner in value.items():
            flatten(inner, f"{name}.{key}" if name else key, out)
    elif isinstance(value, list):
        for inner in value:
            flatten(inner, name, out)
    else:
        out.setdefault(name, []).append(value)
    return out


def one_of(name, keys):
    """Where an object must be there, a value that it always has."""
    return name if name in keys else sorted((k for k in keys if k.startswith(name + ".")), key=lambda k: -keys[k])[0]


def lines_of(match, keys):
    """A selection, as lines of YAML, and one of what must not be there."""
    wanted, unwanted, fields = [], [], {}
    for name, value in match.items():
        if name in ("has-key", "not-has-key"):
            for key in value if isinstance(value, list) else [value]:
                if name == "has-key":
                    wanted.append(f"{json.dumps(one_of(key, keys) + '|exists')}: true")
                elif any(k == key or k.startswith(key + ".") for k in keys):
                    unwanted.append(f"{json.dumps(one_of(key, keys) + '|exists')}: true")
        elif name.endswith(".__len"):
            wanted.append(f"{json.dumps(plain(name[:-6]) + '|re|s')}: '^.{{{value}}}$'")
        else:
            flatten(value, plain(name), fields)
    for key, values in fields.items():
        texts = [literal(v) for v in dict.fromkeys(values)]
        wanted.append(f"{json.dumps(key)}: {texts[0]}" if len(texts) == 1 else f"{json.dumps(key + '|all')}: [{', '.join(texts)}]")
    return wanted, unwanted


def literal(value):
    if isinstance(value, str):
        return json.dumps(re.sub(r"([\\*?])", r"\\\1", value))
    return json.dumps(value)


def rule(number, match, keys):
    wanted, unwanted = lines_of(match, keys)
    text = f"title: check {number}\nid: 00000000-0000-4000-8000-{number:012d}\nlevel: low\nstatus: test\ntags: [attack.t1046]\n" \
           "logsource: {product: suricata}\ndetection:\n  found:\n" + "".join(f"    {line}\n" for line in wanted)
    if unwanted:
        text += "  other:\n" + "".join(f"    {line}\n" for line in unwanted)
    return text + f"  condition: found{' and not 1 of other*' if unwanted else ''}\n"


@unittest.skipUnless(os.path.exists(os.path.join(SHARED, "suricata-eve")), "no data there")
class Eve(unittest.TestCase):
    maxDiff = None

    def events(self):
        found = collections.defaultdict(list)
        with gzip.open(os.path.join(SHARED, "suricata-eve", "events.jsonl.gz"), "rt", encoding="utf-8") as f:
            for line in f:
                one = json.loads(line)
                found[one["test"]].append(one["event"])
        return found

    def counts(self, name, events, checks, folder):
        keys = collections.Counter(k for e in events for k in flatten(e, "", {}))
        for at, check in enumerate(checks):
            with open(os.path.join(folder, f"{at}.yml"), "w", encoding="utf-8") as f:
                f.write(rule(at, check["match"], keys))
        done = subprocess.run([FENGSUI, "watch", "--strict", "--rules", folder, "-"], capture_output=True, text=True, timeout=120,
                              input="".join(json.dumps(e) + "\n" for e in events))
        self.assertEqual((done.returncode, "no log lines" in done.stderr), (0, False), done.stderr)
        return collections.Counter(json.loads(line)["title"] for line in done.stdout.splitlines())

    def test_every_check_has_its_count(self):
        events, wrong, tried = self.events(), [], 0
        with open(os.path.join(SHARED, "suricata-eve", "checks.json"), encoding="utf-8") as f:
            tests = json.load(f)
        for test in tests:
            with tempfile.TemporaryDirectory() as folder:
                counts = self.counts(test["test"], events[test["test"]], test["checks"], folder)
            for at, check in enumerate(test["checks"]):
                tried += 1
                expected = check["count"] + sum(n for (name, key), n in DIFFERS.items() if name == test["test"] and key in check["match"])
                if counts[f"check {at}"] != expected:
                    wrong.append(f"{test['test']}: {counts[f'check {at}']}, not {expected}: {json.dumps(check['match'])[:300]}")
        self.assertEqual(wrong, [])
        self.assertGreater(tried, 1400)


@unittest.skipUnless(os.path.exists(os.path.join(SHARED, "sigma-rules")), "no data there")
class Sources(unittest.TestCase):
    def table(self):
        with open(os.path.join(ROOT, "docs", "formats.md"), encoding="utf-8") as f:
            text = f.read().split("| product | category | service | by |")[1]
        return [[c.strip() for c in line.split("|")[1:5]]
                for line in text.splitlines() if line.startswith("| ")]

    def sources(self):
        """(product, category, service) of every rule, without a YAML reader: three keys in one block."""
        found = collections.Counter()
        for path in glob.glob(os.path.join(SHARED, "sigma-rules", "rules*", "**", "*.yml"), recursive=True):
            with open(path, encoding="utf-8") as f:
                for block in re.findall(r"^logsource:\n((?:    .*\n|\s*#.*\n)+)", f.read(), re.M):
                    keys = dict(re.findall(r"^    (product|category|service): *'?([\w.-]+)", block, re.M))
                    found[tuple(keys.get(k, "") for k in ("product", "category", "service"))] += 1
        return found

    def test_every_log_source_has_its_row(self):
        table, found = self.table(), self.sources()
        self.assertGreater(sum(found.values()), 3700)
        missing = {s: n for s, n in found.items() if not any(all(not a or a == b for a, b in zip(s, row)) for row in table)}
        self.assertEqual(missing, {})
        not_yet = {s: n for s, n in found.items()
                   if all(row[3].startswith("not yet") for row in table if all(not a or a == b for a, b in zip(s, row)))}
        # What is not produced yet, and how many rules wait for it.
        self.assertEqual(not_yet, {("windows", "file_access", ""): 13,
                                   ("windows", "file_rename", ""): 2, ("paloalto", "file_event", "globalprotect"): 1})


if __name__ == "__main__":
    program = unittest.main(exit=False, verbosity=0)
    failed = len(program.result.failures) + len(program.result.errors)
    print(f"{program.result.testsRun - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)
