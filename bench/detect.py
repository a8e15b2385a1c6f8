"""detect -- events per second of processor time through `fengsui watch`, beside what else reads logs.

Time is user and system time of the child; loading the rules (a run over an empty file) is taken off,
and told by itself. Peers that are not installed are named and left out (peers.py).
"""
import hashlib
import itertools
import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys

import corpus
from peers import EMPTY, Cost, lines_of, peers

ROOT = corpus.ROOT
RULES = os.path.join(os.path.dirname(ROOT), "shared", "data", "sigma-rules")


def made(where, mb, lines):
    """The corpora, made by another process: what a child is said to need at most begins with what its parent had."""
    said = subprocess.run([sys.executable, corpus.__file__, where, "--mb", str(mb), "--lines", str(lines)], stdout=subprocess.PIPE, text=True, check=True)
    rows = [line.split("\t") for line in said.stdout.splitlines()]
    return {name: (path, int(count)) for name, count, path in rows}


# ---- rules ---------------------------------------------------------------------------------------

def windows_rules():
    for where, folders, names in os.walk(RULES):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(where, name)
            with open(path, encoding="utf-8") as f:
                text = f.read()
            if name.endswith(".yml") and re.search(r"^ +product: windows$", text, re.M):
                yield path, text


def rule_folders(where):
    """{how many: folder} of 100, 1,000 and all; the smaller ones are a fair choice, the same each time."""
    paths = sorted((path for path, _ in windows_rules()), key=lambda p: hashlib.sha256(os.path.basename(p).encode()).digest())
    out = {}
    for count in (100, 1000, len(paths)):
        out[count] = os.path.join(where, f"rules-{count}")
        os.mkdir(out[count])
        for path in paths[:count]:
            shutil.copy(path, out[count])
    return out


MOST_FILTERS, FIRST_LINES = 3000, 20_000
OPS = {"contains": "contains", "startswith": "startswith", "": "equals"}


def all_filters():
    """(field, op, text) as the public rules ask, without wildcards, in an order that is the same each time."""
    found = set()
    for _, text in windows_rules():
        for field, _, op, value in re.findall(r"^ +(?:- )?(\w+)(\|(\w+))?: '([^'*?\n]{4,60})'$", text, re.M):
            # The image has another name in events of Security, which only we know.
            if op in OPS and field[0].isupper() and not field.endswith("Image") and value.isascii():
                found.add((field, OPS[op], value))
    return random.Random(1).sample(sorted(found), len(found))


def filter_rules(where, filters):
    path = os.path.join(where, f"filters-{len(filters)}.yml")
    with open(path, "w", encoding="utf-8") as f:
        for n, (field, op, text) in enumerate(filters):
            key = field if op == "equals" else f"{field}|{op}"
            f.write(f"---\ntitle: f{n}\nid: f{n}\ntags: [attack.execution]\nlogsource: {{product: windows}}\n"
                    f"detection:\n  s:\n    {key}: {json.dumps(text)}\n  condition: s\n")
    return path


FAILED = """title: f
id: f
tags: [attack.t1110]
logsource: {product: linux, service: sshd}
detection:
  s: {method: password, outcome: failure}
  condition: s
"""
MANY = """---
title: many
id: many
tags: [attack.t1110]
correlation: {type: event_count, rules: [f], group-by: [src_ip], timespan: 60s, condition: {gte: 10}}
"""


# ---- the measurement -----------------------------------------------------------------------------

class Detect:
    def __init__(self, bench):
        self.bench, self.rounds = bench, 1 if bench.brief else 5
        self.program = os.path.join(bench.build, "fengsui")
        self.alerts = 0

    def run(self):
        if not os.path.isdir(RULES):
            print(f"{RULES} is not here; nothing was measured")
            return
        with self.bench.place() as where:
            self.where = where
            self.peers = peers(where, self.bench.peers)
            self.files = made(where, *((4, 20_000) if self.bench.brief else (300, 2_000_000)))
            parts = {"rules": self.all_rules, "ceiling": self.ceiling, "filters": self.same_filters, "templates": self.ssh_templates,
                     "threshold": self.threshold}
            for name in self.bench.part.split(",") if self.bench.part else parts:
                parts[name]()

    def watch(self, rules, path, *more):
        threads = more or ["--threads", "1"]
        return Cost([self.program, "watch", "--rules", rules, *threads, path], out=os.path.join(self.where, "alerts"), cores=int(threads[1]))

    def rate(self, rules, name, *more):
        """Median events per CPU second, the CPU seconds that loading took, MiB, seconds by the clock."""
        path, lines = self.files[name]
        loads = [self.watch(rules, EMPTY, *more) for _ in range(self.rounds)]
        runs = [self.watch(rules, path, *more) for _ in range(self.rounds)]
        self.alerts = lines_of(os.path.join(self.where, "alerts"))
        load = statistics.median(c.cpu for c in loads)
        cpu = max(statistics.median(c.cpu for c in runs) - load, 1e-3)
        return lines / cpu, load, max(c.mib for c in runs), statistics.median(c.wall for c in runs)

    def all_rules(self):
        folders = rule_folders(self.where)
        print("| corpus | rules | events/CPU-s | MB/CPU-s | alerts | CPU-s to load | MiB |\n|---|---|---|---|---|---|---|")
        all_of = max(folders)
        rates = {}
        for name in ("mixed", "process"):
            path, lines = self.files[name]
            for count, folder in folders.items():
                rate, load, mib, _ = self.rate(folder, name)
                rates[name, count] = rate
                print(f"| {name} | {count:,} | {rate:,.0f} | {rate / lines * os.path.getsize(path) / 1e6:,.0f} | {self.alerts:,} | {load:.2f} | {mib:.0f} |")
        self.bench.hold("mixed", rates["mixed", all_of], "more", "events/CPU-s, mixed")
        self.bench.hold("process", rates["process", all_of], "more", "events/CPU-s, process creation")
        self.bench.hold("growth", max(rates[n, 1000] / rates[n, all_of] for n in ("mixed", "process")), "less", "times the cost, all for 1,000")
        self.bench.hold("load", load, "less", "CPU-s to load all rules")
        self.bench.hold("rules", mib, "less", "MiB with all rules")
        self.threads(folders[all_of])

    def threads(self, folder):
        """Twice the threads, by the clock."""
        if "--threads" not in subprocess.run([self.program, "watch", "--help"], capture_output=True, text=True).stdout:
            print("\nfengsui watch knows no --threads yet; two threads are not measured")
            return
        walls = []
        for count in ("1", "2"):
            empty = statistics.median(self.watch(folder, EMPTY, "--threads", count).wall for _ in range(self.rounds))
            walls.append(self.rate(folder, "mixed", "--threads", count)[3] - empty)
        self.bench.hold("threads", walls[0] / max(walls[1], 1e-3), "more", "times one thread")

    def ceiling(self):
        """Bare parsing of the same lines."""
        if not os.path.exists(os.path.join(self.bench.build, "bench", "bench_simdjson")):
            print("\nbench_simdjson was not built (libsimdjson-dev): no ceiling")
            return
        print("\n| simdjson, 12 fields taken | events/CPU-s | MB/CPU-s |\n|---|---|---|")
        for name in ("mixed", "process"):
            runs = [re.findall(r"[\d.]+", self.bench.run("simdjson", self.files[name][0])) for _ in range(self.rounds)]
            seconds = max(statistics.median(float(r[2]) for r in runs), 1e-6)
            print(f"| {name} | {int(runs[0][0]) / seconds:,.0f} | {int(runs[0][1]) / seconds / 1e6:,.0f} |")

    def rare_filters(self):
        """All but what is found in the first lines of a corpus: a filter asks for what is seldom there, and nobody gets away with
        the first that holds. With what is frequent among them it is the writing of hits that is measured: ours are alerts of
        about 300 bytes, those of the peers one word."""
        filters = all_filters()[:MOST_FILTERS]
        rules = filter_rules(self.where, filters)
        found = set()
        for name in ("mixed", "process"):
            first = os.path.join(self.where, "first")
            with open(self.files[name][0], "rb") as corpus_file, open(first, "wb") as f:
                f.writelines(itertools.islice(corpus_file, FIRST_LINES))
            said = subprocess.run([self.program, "watch", "--rules", rules, first], capture_output=True, check=True).stdout
            found |= set(re.findall(rb'^\{"rule":"f(\d+)"', said, re.M))
        return [f for n, f in enumerate(filters) if str(n).encode() not in found]

    def same_filters(self):
        print("\n| field filters | corpus | who | events/CPU-s | hits |\n|---|---|---|---|---|")
        rare = self.rare_filters()
        for count in (10, 1000):
            ratios = self.filters_beside(f"{count:,}", rare[:count])
            if ratios:
                self.bench.hold(f"filters {count}", min(ratios), "more", f"times syslog-ng with {count:,} filters")
        self.filters_beside("1,000, frequent ones too", all_filters()[:1000])

    def filters_beside(self, kind, filters):
        """How many times the rate of syslog-ng, of each corpus."""
        rules = filter_rules(self.where, filters)
        ratios = []
        for name in ("mixed", "process"):
            rates = self.beside(f"| {kind} | {name} ", name, rules, "filters", filters)
            if "syslog-ng" in rates:
                ratios.append(rates["fengsui"] / rates["syslog-ng"])
        return ratios

    def ssh_templates(self):
        """Ten templates of sshd over RFC 3164; what counts is a failed password."""
        rules = os.path.join(self.where, "failed.yml")
        with open(rules, "w", encoding="utf-8") as f:
            f.write(FAILED)
        print("\n| ten sshd templates | events/CPU-s | hits |\n|---|---|---|")
        rates = self.beside("", "sshd", rules, "templates")
        if "syslog-ng" in rates:
            self.bench.hold("templates", rates["fengsui"] / rates["syslog-ng"], "more", "times syslog-ng's patterndb")

    def threshold(self):
        """Ten failed passwords from one address within a minute. Each counts windows in its own way: ours and no other is exact."""
        rules = os.path.join(self.where, "many.yml")
        with open(rules, "w", encoding="utf-8") as f:
            f.write(FAILED + MANY)
        print("\n| ten from one address in 60 s | events/CPU-s | hits |\n|---|---|---|")
        rates = self.beside("", "failed", rules, "threshold", 10, 60)
        if "syslog-ng" in rates:
            self.bench.hold("threshold", rates["fengsui"] / rates["syslog-ng"], "more", "times syslog-ng's grouping-by")

    def beside(self, row, name, rules, question, *asked):
        """{who: events per CPU second} of ours and every peer that can be asked this."""
        rates = {"fengsui": self.rate(rules, name)[0]}
        print(f"{row}| fengsui | {rates['fengsui']:,.0f} | {self.alerts:,} |", flush=True)
        for peer in self.peers:
            if not hasattr(peer, question):
                continue
            if question == "filters" and len(asked[0]) > peer.most_filters:
                print(f"{row}| {peer.name} | not tried: too slow | |", flush=True)
                continue
            config = getattr(peer, question)(*asked)
            rates[peer.name], hits = self.peer_rate(peer, config, name)
            print(f"{row}| {peer.name} | {rates[peer.name]:,.0f} | {hits:,} |", flush=True)
        return rates

    def peer_rate(self, peer, config, name):
        path, lines = self.files[name]
        load = statistics.median(peer.run(config, EMPTY)[0].cpu for _ in range(self.rounds))
        runs = [peer.run(config, path)]
        while len(runs) < self.rounds and runs[0][0].cpu < 20:  # of what takes that long, one round says enough
            runs.append(peer.run(config, path))
        return lines / max(statistics.median(cost.cpu for cost, _ in runs) - load, 1e-3), runs[0][1]
