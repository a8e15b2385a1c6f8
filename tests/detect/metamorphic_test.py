#!/usr/bin/env python3
"""metamorphic_test -- what does not change an event does not change what the rules say of it.

The public rules over the events of ../shared/data/sigma-regression, and rules and events by chance:
with the keys in another order, ASCII letters in the other case, escapes, blanks, numbers as text and
text as numbers, nested as evtx_dump and winlogbeat write, and read in pieces cut at every byte.
"""
import gzip
import json
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "lib"))

import sigma_oracle
from sigma_random import FEATURES, OWN, Maker, lists_yaml
from watching import SOURCE_FIELD, Place, shared, source_name

# What a Windows event says of itself, outside of its data: its place in the XML.
SYSTEM = {"Provider_Name": ("Provider", "Name"), "Provider_Guid": ("Provider", "Guid"), "EventID": None, "Version": None, "Level": None,
          "Task": None, "Opcode": None, "Keywords": None, "EventRecordID": None, "Channel": None, "Computer": None, "Correlation": None,
          "TimeCreated_SystemTime": ("TimeCreated", "SystemTime"), "Execution_ProcessID": ("Execution", "ProcessID"),
          "Execution_ThreadID": ("Execution", "ThreadID"), "Security_UserID": ("Security", "UserID")}
BEATS = {"Channel": "channel", "EventID": "event_id", "Computer": "computer_name", "Provider_Name": "provider_name"}


# ---- the same event, written otherwise -----------------------------------------------------------

def dump(event):
    return json.dumps(event, ensure_ascii=False)


def reordered(event, chance):
    pairs = [(k, reordered(v, chance) if isinstance(v, dict) else v) for k, v in event.items()]
    chance.shuffle(pairs)
    return dict(pairs)


def each_value(event, change):
    if isinstance(event, dict):
        return {k: each_value(v, change) for k, v in event.items()}
    return [each_value(v, change) for v in event] if isinstance(event, list) else change(event)


def other_case(event, chance):
    how = chance.choice([str.swapcase, str.upper, str.lower])
    return each_value(event, lambda v: "".join(how(c) if c.isascii() else c for c in v) if isinstance(v, str) else v)


def numbers_as_text(event, _):
    return each_value(event, lambda v: str(v) if isinstance(v, int) and not isinstance(v, bool) else v)


def text_as_numbers(event, _):
    return each_value(event, lambda v: int(v) if isinstance(v, str) and re.fullmatch("0|[1-9][0-9]{0,14}", v) else v)


def escaped(event, _):
    def text(s):
        units = s.encode("utf-16-be", "surrogatepass").hex()
        return '"' + "".join(f"\\u{units[i:i + 4]}" for i in range(0, len(units), 4)) + '"'

    def write(v):
        if isinstance(v, dict):
            return "{" + ",".join(f"{text(k)}:{write(x)}" for k, x in v.items()) + "}"
        if isinstance(v, list):
            return "[" + ",".join(map(write, v)) + "]"
        return text(v) if isinstance(v, str) else json.dumps(v)
    return write(event)


def blanks(event, chance):
    gap = lambda: chance.choice(["", " ", "\t", "  "])
    return gap() + json.dumps(event, ensure_ascii=False, separators=(gap() + "," + gap(), gap() + ":" + gap())) + gap()


def evtx_dump(event, _):
    system, data = {}, {}
    for key, value in event.items():
        if key not in SYSTEM:
            data[key] = value
        elif SYSTEM[key]:
            outer, inner = SYSTEM[key]
            system.setdefault(outer, {"#attributes": {}})["#attributes"][inner] = value
        else:
            system[key] = value
    return {"Event": {"System": system, "EventData": data}}


def plain_nested(event, _):
    return {"System": {k: v for k, v in event.items() if k in SYSTEM}, "EventData": {k: v for k, v in event.items() if k not in SYSTEM}}


def winlogbeat(event, _):
    top = {BEATS.get(k, k): v for k, v in event.items() if k in SYSTEM}
    return {"@timestamp": "2026-01-01T00:00:00Z", "winlog": {**top, "event_data": {k: v for k, v in event.items() if k not in SYSTEM}}}


def dotted_nested(event, _):
    """a.b as {"a": {"b": ...}}; one name may then be there twice, which counts as well."""
    out = {}
    for key, value in event.items():
        at, parts = out, key.split(".")
        for part in parts[:-1]:
            at = at.setdefault(part, {})
            if not isinstance(at, dict):
                return event
        at[parts[-1]] = value
    return out


ALWAYS = [reordered, escaped, blanks, numbers_as_text, text_as_numbers]


def letter_case_counts(rule):
    return any({"re", "cased"} & set(item.modifiers) for maps in rule.selections.values() for items in maps for item in items)


# ---- tests ---------------------------------------------------------------------------------------

class Same(unittest.TestCase):
    def same(self, place, events, change, expected, rules=None, but=frozenset()):
        chance = random.Random(1)
        changed = [change(e, chance) for e in events]
        found = place.watch([c if isinstance(c, str) else dump(c) for c in changed], rules=rules)
        wrong = {p for p in found ^ expected if p[1] not in but}
        shown = [(rule, "lost" if (line, rule) in expected else "new", changed[line]) for line, rule in sorted(wrong)[:3]]
        self.assertEqual(shown, [], f"{change.__name__}: {len(wrong)} alerts differ")


class PublicRules(Same):
    def test_the_same_alerts(self):
        path, rules = shared("sigma-regression", "events.jsonl"), shared("sigma-rules")
        if not path or not rules:
            self.skipTest("../shared/data/sigma-regression is not here; nothing was tried")
        with open(path, encoding="utf-8") as f, Place() as place:
            events = [{k: v for k, v in json.loads(line).items() if k != "_rule"} for line in f]
            expected = place.watch([dump(e) for e in events], rules=[rules])
            self.assertGreater(len(expected), 200)
            sensitive = case_counts(rules)
            for change in ALWAYS + [evtx_dump, plain_nested, winlogbeat]:
                with self.subTest(change.__name__):
                    self.same(place, events, change, expected, rules=[rules])
            with self.subTest("other_case"):
                self.same(place, events, other_case, expected, rules=[rules], but=sensitive)


def case_counts(folder):
    """Rules that tell upper case from lower."""
    out = set()
    for where, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(where, name), encoding="utf-8") as f:
                text = f.read()
            if re.search(r"\|(re|cased)\b", text):
                out |= set(re.findall(r"^id: (\S+)", text, re.M))
    return out


def loaded(text, lists):
    """The rule as the oracle reads it; nothing where it is one that is refused."""
    try:
        return sigma_oracle.load(text, None, lists)
    except sigma_oracle.Unsupported:
        return []


class RandomRules(Same):
    def test_the_same_alerts(self):
        for seed in range(3):
            maker = Maker(seed, {f.modifiers for f in FEATURES if not f.sure})
            rules = maker.rules(200)
            events = [json.loads(e.write(None)) for e in maker.events(150)]
            with Place() as place:
                place.maps(OWN)
                place.rules("---\n".join(rule.yaml(f"r{n}") for n, rule in enumerate(rules)))
                place.lists(lists_yaml(maker.lists))
                expected = place.watch([dump(e) for e in events])
                self.assertGreater(len(expected), 300)
                for change in ALWAYS + [dotted_nested]:
                    with self.subTest(change.__name__, seed=seed):
                        self.same(place, events, change, expected)
                read = [one for n, rule in enumerate(rules) for one in loaded(rule.yaml(f"r{n}"), maker.lists)]
                with self.subTest("other_case", seed=seed):
                    self.same(place, events, other_case, expected, but={r.id for r in read if letter_case_counts(r)})


RULES = """title: one
id: one
tags: [attack.execution]
logsource: {product: aws}
detection:
  s: {a|contains: "déjà"}
  condition: s
---
title: two
id: two
tags: [attack.execution]
logsource: {product: aws}
detection:
  s: {b: 12}
  condition: s
---
title: three
id: three
tags: [attack.execution]
logsource: {product: linux, service: sshd}
detection:
  s: ["Failed password"]
  condition: s
"""


class Pieces(unittest.TestCase):
    """Each copy of a small file is cut at another byte; a socket that keeps packets apart gives the
    program exactly these pieces."""

    def lines(self):
        at = f'"{SOURCE_FIELD}":"{source_name("aws", None, "cloudtrail")}"'
        return [f'{{{at},"a":"x déjà\\u0021 \\"q\\""}}', f'{{{at},"b":12,"c":[1,null,{{"d":"é"}}]}}', "",
                "<38>Nov 25 22:48:01 h sshd[1]: Failed password for root from 203.0.113.66 port 1 ssh2",
                f'{{{at},"a":"nothing"}}\r', "{broken"]

    def feed(self, place, pieces):
        ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        # Files take what it says, however much, while we still send.
        with ours, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            with subprocess.Popen(place.command("-"), stdin=its, stdout=out, stderr=err) as p:
                its.close()
                ours.settimeout(60)
                for piece in pieces:
                    ours.send(piece)
                ours.shutdown(socket.SHUT_WR)
                p.wait(timeout=60)
            out.seek(0)
            err.seek(0)
            return place.take(p.returncode, out.read(), err.read())

    def test_cut_at_every_byte(self):
        lines = self.lines()
        data = "\n".join(lines).encode() + b"\n"
        wanted = {(0, "one"), (1, "two"), (3, "three")}
        with Place() as place:
            place.rules(RULES)
            place.maps(OWN)
            self.assertEqual(place.watch(lines), wanted)
            pieces = [piece for at in range(len(data)) for piece in (data[:at], data[at:]) if piece]
            found = self.feed(place, pieces)
            expected = {(n * len(lines) + line, rule) for n in range(len(data)) for line, rule in wanted}
            self.assertEqual(found ^ expected, set(), "cut in two")
            self.assertEqual(self.feed(place, [bytes([b]) for b in data[:-1]]), wanted, "every byte alone, and no line end at the end")


class Gzip(unittest.TestCase):
    """The same lines, packed as log rotation, `cat a.gz b.gz` and a full disk leave them."""
    LINES = 3000

    def watch(self, place, data):
        """Alerts by (line, rule), the exit status, what was said and the counts."""
        path = place.path("corpus.jsonl.gz")
        with open(path, "wb") as f:
            f.write(data)
        done = subprocess.run(place.command(path), stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
        said = done.stderr.decode().splitlines()
        found = {(alert["line"] - 1, alert["rule"]) for alert in map(json.loads, done.stdout.splitlines())}
        return found, done.returncode, "\n".join(said), json.loads(next(line for line in reversed(said) if line.startswith("{")))

    def test_packed(self):
        at = f'"{SOURCE_FIELD}":"{source_name("aws", None, "cloudtrail")}"'
        lines = [f'{{{at},"b":{n % 37},"a":"{"x déjà" if n % 11 == 0 else n}"}}' for n in range(self.LINES)]
        data = "\n".join(lines).encode() + b"\n"
        with Place() as place:
            place.rules(RULES)
            place.maps(OWN)
            wanted = place.watch(lines)
            self.assertGreater(len(wanted), 200)
            middle = len(data) // 2 + 7  # within a line
            whole = {"one member": gzip.compress(data), "two, parted within a line": gzip.compress(data[:middle]) + gzip.compress(data[middle:]),
                     "one for each line": b"".join(gzip.compress((line + "\n").encode()) for line in lines),
                     "with an empty one": gzip.compress(b"") + gzip.compress(data) + gzip.compress(b"")}
            for name, packed in whole.items():
                with self.subTest(name):
                    found, status, said, stats = self.watch(place, packed)
                    self.assertEqual((found ^ wanted, status, stats["events"]), (set(), 0, self.LINES), said)
            self.cut(place, gzip.compress(data), wanted)
            self.cut(place, gzip.compress(data[:middle]) + gzip.compress(data[middle:])[:-9], wanted)

    def cut(self, place, packed, wanted):
        """What came before is read and counted, the file is named, and the status says that not all was read."""
        for size in (len(packed) // 2, len(packed) - 1, len(packed) - 8, 30, 9):
            with self.subTest("cut", size=size):
                found, status, said, stats = self.watch(place, packed[:size])
                self.assertEqual(found - wanted, set())
                self.assertEqual(found, {(line, rule) for line, rule in wanted if line < stats["events"]})
                self.assertNotEqual(status, 0, said)
                self.assertIn("corpus.jsonl.gz", said)
                if size == len(packed) // 2:
                    self.assertGreater(stats["events"], self.LINES // 10, said)


if __name__ == "__main__":
    unittest.main()
