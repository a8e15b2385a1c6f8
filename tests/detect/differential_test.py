#!/usr/bin/env python3
"""differential_test -- the engine and the slow oracle over random rules and events: the same alerts.

    differential_test.py [--pairs N] [--seed N] [--rules N --events N]

Without options 250,000 pairs of rule and event; the long form is --pairs 2000000, with the date as its
seed. A difference is made as small as it gets and printed: the rule, the event, who says
what, and the seed that makes it again.
"""
import argparse
import bisect
import copy
import os
import re
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "lib"))

import sigma_oracle
import yaml
from sigma_random import FEATURES, FIELDS, OWN, Maker, Plain, RandomItem, RandomRule, Source, lists_yaml
from watching import Place

TRIES = 300  # of the engine, to make one difference smaller
SHOWN = 5


def taken(load, *given):
    """What the oracle reads, or why it takes none."""
    try:
        return load(*given), None
    except (sigma_oracle.Unsupported, ValueError, yaml.YAMLError) as why:
        return None, str(why)


def oracle_rule(rule, ident, lists):
    return taken(lambda: sigma_oracle.load(rule.yaml(ident), ident, lists)[0])


def oracle_event(event):
    return sigma_oracle.Event(event.line(), strip_spaces=event.source.product == "windows")


class Batch:
    def __init__(self, place, rules, events, filters=(), lists=None):
        self.place, self.rules, self.events, self.filters, self.lists = place, rules, events, list(filters), lists or {}

    def engine(self):
        """Pairs that the engine finds, and the numbers of the rules (of filters: after those) that it refuses, with its words."""
        texts = [rule.yaml(f"r{n}") for n, rule in enumerate(self.rules)] + [f.yaml(f"filter {n}") for n, f in enumerate(self.filters)]
        begins, line = [], 1
        for text in texts:
            begins.append(line)
            line += text.count("\n") + 1
        self.place.rules("---\n".join(texts))
        self.place.lists(lists_yaml(self.lists))
        try:
            found = self.place.watch([e.line() for e in self.events])
        except AssertionError as why:
            if "no usable rule" not in str(why):
                raise
            found, self.place.said = set(), str(why).splitlines()[1:]
        refused = {}
        for said in self.place.said:
            if at := re.search(r"rules\.yml:(\d+):\d+: (.*)", said):
                refused[bisect.bisect_right(begins, int(at[1])) - 1] = at[2]
        return {(e, int(r[1:])) for e, r in found}, refused

    def misses_a_rule(self, n, refused):
        of = self.filters[n - len(self.rules)].of if n >= len(self.rules) else None
        return of is not None and any(m in refused for m in of)

    def laid_on(self, rule):
        """The filters for this rule alone, to try it by itself."""
        n = self.rules.index(rule)
        chosen = [copy.deepcopy(f) for f in self.filters if f.of is None or n in f.of]
        for f in chosen:
            f.of = None if f.of is None else [0]
        return [f for f in chosen if f.source.covers(rule.source)]

    def oracle(self):
        found, refused, filters = set(), {}, []
        events = [oracle_event(e) for e in self.events]
        for n, one in enumerate(self.filters):
            read, why = taken(sigma_oracle.load_filter, one.yaml(""), self.lists)
            filters += [read] if read else []
            if not read:
                refused[len(self.rules) + n] = why
        for n, rule in enumerate(self.rules):
            read, why = oracle_rule(rule, f"r{n}", self.lists)
            if not read:
                refused[n] = why
                continue
            read.filters = [f for f in filters if f.concerns(read)]
            for e, event in enumerate(events):
                if rule.source.covers(self.events[e].source) and read.matches(event):
                    found.add((e, n))
        return found, refused

    def differences(self):
        """(rule, event or None, what each says)."""
        mine, i_refuse = self.engine()
        its, it_refuses = self.oracle()
        self.matches = len(mine)
        # A rule that is refused is also missed by a filter that lists it.
        out = [((self.rules + self.filters)[n], None, f"engine: {i_refuse.get(n, 'takes it')}; oracle: {it_refuses.get(n, 'takes it')}")
               for n in sorted(i_refuse.keys() ^ it_refuses.keys()) if not self.misses_a_rule(n, i_refuse)]
        seen = set()
        for e, n in sorted(mine ^ its):
            if n in i_refuse or n in it_refuses or n in seen:
                continue
            seen.add(n)
            out.append((self.rules[n], self.events[e], "the engine matches, the oracle does not" if (e, n) in mine
                        else "the oracle matches, the engine does not"))
        return out


def not_carried_out(place):
    """Modifiers of the table that are not sure, and that the engine refuses."""
    unsure = [f for f in FEATURES if not f.sure]
    one = lambda key, value: RandomRule(Source("linux", "process_creation"), {"s": [[RandomItem(key, [value], False)]]}, ["s"])
    asked = [one(f"{(f.names or FIELDS)[0]}|{f.modifiers}", f.value(Maker(0))) for f in unsure]
    _, refused = Batch(place, asked + [one("a", "b")], []).engine()
    return {unsure[n].modifiers for n in refused}


# ---- smaller -------------------------------------------------------------------------------------

def smaller_texts(value):
    if isinstance(value, Plain) or not value:
        return
    yield value[:len(value) // 2]
    yield value[len(value) // 2:]
    for i in range(len(value)):
        yield value[:i] + value[i + 1:]


def smaller_conditions(text):
    words = re.findall(r"\(|\)|[^\s()]+", text)
    for n in range(1, len(words)):
        for i in range(len(words) - n + 1):
            yield " ".join(words[i:i + n])


def smaller_rules(rule):
    """Rules with one thing less, what takes away most first."""
    def changed(change):
        new = copy.deepcopy(rule)
        change(new)
        return new
    for n, condition in enumerate(rule.conditions):
        if len(rule.conditions) > 1:
            yield changed(lambda r: r.conditions.pop(n))
        for text in smaller_conditions(condition):
            yield changed(lambda r: r.conditions.__setitem__(n, text))
    for name in rule.selections:
        if len(rule.selections) > 1:
            yield changed(lambda r: r.selections.pop(name))
    for name, given in rule.selections.items():
        if isinstance(given, dict):
            for n, word in enumerate(given["words"]):
                if len(given["words"]) > 1:
                    yield changed(lambda r: r.selections[name]["words"].pop(n))
                for text in smaller_texts(word):
                    yield changed(lambda r: r.selections[name]["words"].__setitem__(n, text))
            continue
        for m, items in enumerate(given):
            if len(given) > 1:
                yield changed(lambda r: r.selections[name].pop(m))
            for i, item in enumerate(items):
                if len(items) > 1:
                    yield changed(lambda r: r.selections[name][m].pop(i))
                for new in smaller_items(item):
                    yield changed(lambda r: r.selections[name][m].__setitem__(i, new))


def smaller_items(item):
    field, *modifiers = item.key.split("|")
    for n in range(len(modifiers)):
        yield RandomItem("|".join([field] + modifiers[:n] + modifiers[n + 1:]), item.values, item.listed)
    for n, value in enumerate(item.values):
        if len(item.values) > 1:
            rest = item.values[:n] + item.values[n + 1:]
            yield RandomItem(item.key, rest, item.listed and len(rest) > 1)
        for text in smaller_texts(value):
            yield RandomItem(item.key, item.values[:n] + [text] + item.values[n + 1:], item.listed)


def smaller_events(event):
    def changed(pairs):
        new = copy.deepcopy(event)
        new.pairs, new.written = pairs, None
        return new
    if event.written:
        yield changed(event.pairs)
    for n, (name, value) in enumerate(event.pairs):
        yield changed(event.pairs[:n] + event.pairs[n + 1:])
        others = value if isinstance(value, list) else smaller_texts(value) if isinstance(value, str) else ()
        for new in others:
            yield changed(event.pairs[:n] + [(name, new)] + event.pairs[n + 1:])


def smaller_cases(case):
    """A rule, its event and its filters, with less of one of them."""
    rule, event, filters = case
    for n in range(len(filters)):
        yield rule, event, filters[:n] + filters[n + 1:]
    for new in smaller_rules(rule):
        yield new, event, filters
    for new in smaller_events(event) if event else ():
        yield rule, new, filters


def differs(place, case, lists):
    """What it says of the rule and the event alone, or None where both agree."""
    rule, event, filters = case
    try:
        found = Batch(place, [rule], [event] if event else [], filters, lists).differences()
    except (AssertionError, IndexError, KeyError):
        return None
    return next((what for one, e, what in found if one is rule and (e is None) == (event is None)), None)


def make_smaller(place, case, lists):
    """The same difference with less around it, as far as TRIES go."""
    tries, again = 0, True
    while again and tries < TRIES:
        again = False
        for new in smaller_cases(case):
            tries += 1
            if tries > TRIES:
                break
            if differs(place, new, lists):
                case, again = new, True
                break
    return case


def show(place, seed, batch, rule, event, what):
    filters = []
    if rule in batch.rules:
        rule, event, filters = make_smaller(place, (rule, event, batch.laid_on(rule)), batch.lists)
        what = differs(place, (rule, event, filters), batch.lists) or what
    print(f"---- seed {seed}: {what}\n{rule.yaml('r')}" + "".join(f"---\n{f.yaml('f')}" for f in filters)
          + (f"{event.line()}\n" if event else "") + f"lists: {lists_yaml(batch.lists)}", flush=True)


def main():
    reader = argparse.ArgumentParser()
    reader.add_argument("--pairs", type=int, default=250_000)
    reader.add_argument("--seed", type=int, default=1)
    reader.add_argument("--rules", type=int, default=250)
    reader.add_argument("--events", type=int, default=200)
    asked = reader.parse_args()
    begin, pairs, matches, failed, passed, seed = time.monotonic(), 0, 0, 0, 0, asked.seed * 1000
    print(f"first seed {seed}", flush=True)
    with Place() as place:
        place.maps(OWN)
        without = not_carried_out(place)
        print(f"not carried out, and not asked for: {', '.join(sorted(without)) or 'nothing'}", flush=True)
        while pairs < asked.pairs and failed < SHOWN:
            # A few rules are looked for otherwise than many, and many of one field otherwise again.
            maker = Maker(seed, without, narrow=seed % 3 == 1)
            rules, events = ((max(2, asked.rules // 15), asked.events), (asked.rules * 5, max(2, asked.events // 4)),
                             (asked.rules, asked.events))[seed % 3]
            made = maker.rules(rules)
            filters = maker.filters(made) if seed % 2 else []
            batch = Batch(place, made, maker.events(events), filters, maker.lists)
            wrong = batch.differences()
            for rule, event, what in wrong[:SHOWN]:
                show(place, seed, batch, rule, event, what)
            pairs += rules * events
            matches += batch.matches
            failed += len(wrong)
            passed += not wrong
            seed += 1
    print(f"{pairs:,} pairs, {matches:,} matches, {time.monotonic() - begin:.0f} s, seeds {asked.seed * 1000} to {seed - 1}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
