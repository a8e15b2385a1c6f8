#!/usr/bin/env python3
"""windows_test -- correlations by chance, over events by chance, against the slow reckoning of sigma_windows.

    windows_test.py [--pairs N] [--seed N]

Without options 100,000 pairs of correlation and event. Every type of correlation, with groups, aliases, several
comparisons, words, `generate`, correlations of correlations; events out of order, without a field, of several
rules at once. A difference is made smaller and printed.
"""
import argparse
import datetime
import json
import os
import random
import re
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "lib"))

import sigma_oracle
import sigma_windows
from sigma_random import own_source
from watching import SOURCE_FIELD, Place, source_name

SOURCE = own_source("aws", None, "cloudtrail")
SHOWN, TRIES = 3, 400
BEGIN = datetime.datetime(2026, 3, 28, 23, 50)
BASE = {"r0": "kind|contains: a", "r1": "kind|contains: b", "r2": "kind: c", "r3": "n|gte: 4"}
KINDS = ["a", "b", "c", "ab", "z"]
TYPES = ["event_count", "value_count", "value_sum", "value_avg", "value_percentile", "temporal", "temporal_ordered"]
SPANS = {"5s": 5, "30s": 30, "1m": 60, "5m": 300, "1h": 3600}


def base_rule(name):
    return (f"title: {name}\nid: {name}\ntags: [attack.execution]\nlevel: low\nlogsource: {{product: aws, service: cloudtrail}}\n"
            f"detection:\n  s: {{{BASE[name]}}}\n  condition: s\n")


class Maker:
    def __init__(self, seed):
        self.chance = random.Random(seed)
        # Either all within a few timespans, or far apart; and how much out of order.
        self.step = self.chance.choice([0, 1, 1, 4, 20, 120])
        self.disorder = self.chance.choice([0, 0, 3, 30, 90])

    def event(self, at):
        chance = self.chance
        out = {SOURCE_FIELD: source_name(SOURCE.product, SOURCE.category, SOURCE.service),
               "@timestamp": at.isoformat(timespec="microseconds") + "Z", "kind": chance.choice(KINDS)}
        for name, values in (("user", ["u1", "u1", "u2", "U1", None]), ("account", ["u1", "u2", "u3"]), ("host", ["h1", "h2", "h1", ""]),
                             ("n", [0, 1, 2, 3, 4, 5, -2, 1.5, 0.1, "7", "x", "2.50", 10 ** 12])):
            if chance.random() < 0.92:
                out[name] = chance.choice(values)
        return out

    def events(self, count):
        at, out = BEGIN, []
        for _ in range(count):
            at += datetime.timedelta(seconds=self.chance.randint(0, self.step), microseconds=self.chance.choice([0, 0, 1, 500000]))
            back = datetime.timedelta(seconds=self.chance.randint(0, self.disorder)) if self.chance.random() < 0.3 else datetime.timedelta()
            out.append((self.event(at - back), at - back))
        return out

    def bounds(self, most):
        ops = self.chance.sample(["gte", "gte", "gt", "eq", "lt", "lte", "neq"], self.chance.choice([1, 1, 1, 2]))
        return {op: self.chance.randint(0, most) if op != "gte" else self.chance.randint(1, most) for op in ops}

    def words(self, names, depth=0):
        pick = self.chance.random()
        if depth > 2 or pick < 0.4:
            return self.chance.choice(names)
        if pick < 0.5:
            return "not " + self.chance.choice(names)
        if pick < 0.6:
            return f"{self.chance.choice(['1', 'all', '2'])} of {self.chance.choice(['them', 'r*'])}"
        return "(" + self.chance.choice([" and ", " or "]).join(self.words(names, depth + 1) for _ in range(2)) + ")"

    def condition(self, kind, rules):
        chance = self.chance
        if kind == "event_count":
            return self.bounds(5)
        if kind == "value_count":
            return {"field": chance.choice(["n", "host", ["host", "n"], "user"]), **self.bounds(4)}
        if kind == "value_percentile":
            return {"field": "n", "percentile": chance.choice([1, 25, 50, 75, 90, 99, 100, chance.randint(1, 100)]), **self.bounds(6)}
        if kind in ("value_sum", "value_avg"):
            out = {"field": "n", **self.bounds(12 if kind == "value_sum" else 5)}
            return {key: value + 0.5 if isinstance(value, int) and chance.random() < 0.2 else value for key, value in out.items()}
        pick = chance.random()
        if pick < 0.4:
            return None
        if pick < 0.65:
            return self.bounds(len(rules))
        names = sorted(set(rules))
        text = self.words(names)
        missing = [name for name in names if name not in text]
        return " and ".join([text, *missing]) if chance.random() < 0.9 else text

    def correlation(self, number, before):
        chance = self.chance
        kind = chance.choice(TYPES)
        most = 4 if kind.startswith("temporal") else 2
        rules = [chance.choice(list(BASE)) for _ in range(chance.randint(2 if most == 4 else 1, most))]
        if not kind.startswith("temporal") or chance.random() < 0.8:
            rules = list(dict.fromkeys(rules))
        if before and chance.random() < 0.12:
            rules[chance.randrange(len(rules))] = chance.choice(before)
        out = {"type": kind, "rules": rules, "timespan": chance.choice(list(SPANS))}
        group = chance.choice([None, [], ["user"], ["user"], ["host", "user"], ["who"]])
        if group:
            out["group-by"] = group
        if group == ["who"]:
            out["aliases"] = {"who": {rule: chance.choice(["user", "account"]) for rule in dict.fromkeys(rules)}}
        condition = self.condition(kind, rules)
        if condition is not None:
            out["condition"] = condition
        if chance.random() < 0.2:
            out["generate"] = True
        return f"title: k{number}\nid: k{number}\ntags: [attack.execution]\nlevel: low\ncorrelation: {json.dumps(out)}\n"

    def correlations(self, count):
        out = []
        for number in range(count):
            out.append(self.correlation(number, [f"k{n}" for n in range(number)]))
        return out


class Batch:
    def __init__(self, place, correlations, events):
        self.place, self.correlations, self.events = place, correlations, events

    def engine(self):
        texts = [base_rule(name) for name in BASE] + self.correlations
        begins = [sum(t.count("\n") + 1 for t in texts[:n]) + 1 for n in range(len(texts))]
        self.place.rules("---\n".join(texts))
        found = self.place.watch([json.dumps(event) for event, _ in self.events], twice=True)
        refused = {}
        for said in self.place.said:
            if at := re.search(r"rules\.yml:(\d+):\d+: (.*)", said):
                refused[max(n for n, begin in enumerate(begins) if begin <= int(at[1])) - len(BASE)] = at[2]
        return found, refused

    def oracle(self):
        rules = sigma_windows.Rules([base_rule(name) for name in BASE], self.correlations)
        for line, (event, at) in enumerate(self.events):
            since = at - datetime.datetime(1970, 1, 1)
            rules.feed(line, sigma_oracle.Event(json.dumps(event)), (since.days * 86400 + since.seconds) * 10 ** 6 + since.microseconds)
        return rules

    def differences(self):
        """(number of the correlation or None, what each says)."""
        mine, refused = self.engine()
        rules = self.oracle()
        self.reports = sum(n for (_, ident), n in mine.items() if ident[0] == "k")
        self.unsure = rules.unsure()
        out = {n: f"engine: {refused.get(n, 'takes it')}; oracle: {rules.refused.get(n, 'takes it')}" for n in refused.keys() ^ rules.refused.keys()}
        for line, ident in sorted(mine.keys() | rules.alerts.keys()):
            n = int(ident[1:]) if ident[0] == "k" else None
            if mine.get((line, ident), 0) != rules.alerts[line, ident] and ident not in self.unsure and n not in out:
                out[n] = f"line {line + 1}, {ident}: the engine says it {mine.get((line, ident), 0)} times, the oracle {rules.alerts[line, ident]}"
        return out


def below(correlations, number):
    """The correlation and those that it stands on, in their order, with the numbers they have there."""
    chosen = {number}
    for n in range(number, -1, -1):
        if n in chosen:
            chosen |= {int(k) for k in re.findall(r'"k(\d+)"', correlations[n])}
    return [correlations[n] for n in sorted(chosen)]


def make_smaller(place, correlations, events):
    """Fewer events, as far as TRIES go."""
    tries, size = 0, max(1, len(events) // 2)
    while size and tries < TRIES:
        at = 0
        while at < len(events) and tries < TRIES:
            fewer = events[:at] + events[at + size:]
            tries += 1
            if fewer and Batch(place, correlations, fewer).differences():
                events = fewer
            else:
                at += size
        size //= 2
    return events


def show(place, seed, batch, number, what):
    correlations, events = batch.correlations, batch.events
    if number is not None and Batch(place, fewer := below(correlations, number), events).differences():
        correlations = fewer
    events = make_smaller(place, correlations, events)
    whats = Batch(place, correlations, events).differences()
    print(f"---- seed {seed}: {next(iter(whats.values()), what)}\n" + "".join(f"{name}: {BASE[name]}\n" for name in BASE) + "---\n".join(correlations[:4])
          + "".join(json.dumps(event) + "\n" for event, _ in events[:40]), flush=True)


def main():
    reader = argparse.ArgumentParser()
    reader.add_argument("--pairs", type=int, default=100_000)
    reader.add_argument("--seed", type=int, default=1)
    asked = reader.parse_args()
    begin, pairs, reports, unsure, passed, failed, seed = time.monotonic(), 0, 0, 0, 0, 0, asked.seed * 1000
    with Place() as place:
        place.maps([(SOURCE.product, SOURCE.category, SOURCE.service)])
        while pairs < asked.pairs and failed < SHOWN:
            maker = Maker(seed)
            batch = Batch(place, maker.correlations(40), maker.events(250))
            wrong = batch.differences()
            for number, what in list(wrong.items())[:SHOWN]:
                show(place, seed, batch, number, what)
            pairs += len(batch.correlations) * len(batch.events)
            reports += batch.reports
            unsure += len(batch.unsure)
            failed += len(wrong)
            passed += not wrong
            seed += 1
    print(f"{pairs:,} pairs, {reports:,} reports, {unsure} correlations unsure, {time.monotonic() - begin:.0f} s, seeds {asked.seed * 1000} to {seed - 1}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
