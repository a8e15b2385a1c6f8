"""detect -- events per second of processor time through `fengsui watch`, beside what else reads logs.

Time is user and system time of the child; loading the rules (a run over an empty file) is taken off,
and told by itself. Peers that are not installed are named and left out. All take turns in one run.
"""
import hashlib
import json
import os
import random
import re
import shutil
import signal
import statistics
import subprocess
import sys
import time

import corpus

ROOT = corpus.ROOT
RULES = os.path.join(os.path.dirname(ROOT), "shared", "data", "sigma-rules")
EMPTY = "/dev/null"
SYSLOG_NG = shutil.which("syslog-ng", path="/usr/sbin:/sbin:" + os.environ.get("PATH", ""))
RSYSLOG = shutil.which("rsyslogd", path="/usr/sbin:/sbin:" + os.environ.get("PATH", ""))
SEC = shutil.which("sec")


class Cost:
    """What a child took."""

    def __init__(self, command, piped=EMPTY, out=EMPTY, until=None):
        began = time.monotonic()
        with open(out, "wb") as said, open(EMPTY, "wb") as nothing, subprocess.Popen(["cat", piped], stdout=subprocess.PIPE) as cat:
            p = subprocess.Popen(command, stdin=cat.stdout, stdout=said, stderr=nothing)
            cat.stdout.close()
            while until and not until() and time.monotonic() - began < 3600:
                time.sleep(0.05)
            if until:
                p.send_signal(signal.SIGTERM)
            _, status, used = os.wait4(p.pid, 0)
        p.returncode = os.waitstatus_to_exitcode(status)
        if p.returncode not in (0, 1) and not until:
            sys.exit(f"{command[0]} ended with {p.returncode}: {' '.join(command)}")
        self.wall, self.cpu, self.mib = time.monotonic() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


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


OPS = {"contains": "contains", "startswith": "startswith", "": "equals"}


def field_filters(count):
    """(field, op, text) as the public rules ask, without wildcards."""
    found = set()
    for _, text in windows_rules():
        for field, _, op, value in re.findall(r"^ +(?:- )?(\w+)(\|(\w+))?: '([^'*?\n]{4,60})'$", text, re.M):
            # The image has another name in events of Security, which only we know.
            if op in OPS and field[0].isupper() and not field.endswith("Image") and value.isascii():
                found.add((field, OPS[op], value))
    return random.Random(1).sample(sorted(found), count)


def filter_rules(where, filters):
    path = os.path.join(where, f"filters-{len(filters)}.yml")
    with open(path, "w", encoding="utf-8") as f:
        for n, (field, op, text) in enumerate(filters):
            key = field if op == "equals" else f"{field}|{op}"
            f.write(f"---\ntitle: f{n}\nid: f{n}\ntags: [attack.execution]\nlogsource: {{product: windows}}\n"
                    f"detection:\n  s:\n    {key}: {json.dumps(text)}\n  condition: s\n")
    return path


# ---- peers ---------------------------------------------------------------------------------------

class SyslogNg:
    """Reads standard input and ends with it."""
    name = "syslog-ng"

    def __init__(self, where):
        self.where = where
        said = subprocess.run([SYSLOG_NG, "--version"], capture_output=True, text=True).stdout
        self.head = f"@version: {re.search(r'Config version: (.*)', said)[1]}\noptions {{ stats-freq(0); log-msg-size(262144); keep-timestamp(yes); }};\n"

    def quoted(self, text):
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$") + '"'

    def filters(self, filters):
        flags = {"contains": '"ignore-case" "substring"', "startswith": '"ignore-case" "prefix"', "equals": '"ignore-case"'}
        out = [self.head, "source s { stdin(flags(no-parse)); };\nparser p { json-parser(prefix(\".j.\")); };\n", self.hits()]
        out += [f"filter f{n} {{ match({self.quoted(text)} value(\".j.{field}\") type(\"string\") flags({flags[op]})); }};\n"
                for n, (field, op, text) in enumerate(filters)]
        out.append("log { source(s); parser(p);\n")
        out += [f"  log {{ filter(f{n}); destination(d); }};\n" for n in range(len(filters))]
        return "".join(out) + "};\n"

    def templates(self):
        path = os.path.join(self.where, "patterns.xml")
        with open(path, "w", encoding="utf-8") as f:
            f.write(pattern_db())
        return (self.head + "source s { stdin(); };\n" + self.hits() + f"parser p {{ db-parser(file(\"{path}\")); }};\n"
                "filter f { match(\"^Failed\" value(\"MESSAGE\")); };\nlog { source(s); parser(p); filter(f); destination(d); };\n")

    def hits(self):
        return f"destination d {{ file(\"{self.where}/ng-hits\" template(\"hit\\n\")); }};\n"

    def run(self, config, corpus_path):
        path, hits = os.path.join(self.where, "ng.conf"), os.path.join(self.where, "ng-hits")
        for old in (hits, self.where + "/ng-persist"):
            if os.path.exists(old):
                os.unlink(old)
        with open(path, "w", encoding="utf-8") as f:
            f.write(config)
        cost = Cost([SYSLOG_NG, "-F", "--no-caps", "-f", path, "-R", self.where + "/ng-persist", "-p", self.where + "/ng-pid",
                     "-c", self.where + "/ng-ctl"], piped=corpus_path)
        return cost, lines_of(hits)


class Rsyslog:
    """Follows a file; the mark behind the last line says when it is through."""
    name = "rsyslog"
    MARK = "END-OF-MEASUREMENT"

    def __init__(self, where):
        self.where = where

    def filters(self, filters):
        test = {"contains": "contains_i", "startswith": "startswith_i"}
        out = [f"if $!{field} != \"\" and " + (f"$!{field} {test[op]} {self.quoted(text)}" if op in test else
                                              f"tolower($!{field}) == {self.quoted(text.lower())}") + f" then {{ {self.to('hits')} }}\n"
               for field, op, text in filters]
        return "action(type=\"mmjsonparse\" cookie=\"\")\n" + "".join(out)

    @staticmethod
    def quoted(text):
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"

    def to(self, name):
        return f"action(type=\"omfile\" file=\"{self.where}/rs-{name}\" template=\"hit\")"

    def run(self, rules, corpus_path):
        conf, copy, end = (os.path.join(self.where, n) for n in ("rs.conf", "rs-input", "rs-end"))
        shutil.copy(corpus_path, copy)
        with open(copy, "a", encoding="utf-8") as f:
            f.write(json.dumps({"msg": self.MARK}) + "\n")
        for name in ("hits", "end"):
            open(os.path.join(self.where, "rs-" + name), "w", encoding="ascii").close()
        with open(conf, "w", encoding="utf-8") as f:
            f.write(f"global(workDirectory=\"{self.where}\" maxMessageSize=\"256k\")\nmodule(load=\"imfile\")\nmodule(load=\"mmjsonparse\")\n"
                    f"template(name=\"hit\" type=\"string\" string=\"hit\\n\")\ninput(type=\"imfile\" file=\"{copy}\" tag=\"t\" ruleset=\"r\")\n"
                    f"ruleset(name=\"r\") {{\nif $msg contains \"{self.MARK}\" then {{ {self.to('end')} }}\n{rules}}}\n")
        tried = subprocess.run([RSYSLOG, "-N1", "-f", conf], capture_output=True, text=True)
        if tried.returncode:
            sys.exit(f"rsyslogd does not take {conf}: {tried.stderr[-500:]}")
        cost = Cost([RSYSLOG, "-n", "-f", conf, "-i", self.where + "/rs-pid"], until=lambda: os.path.getsize(end) > 0)
        for state in os.listdir(self.where):
            if state.startswith("imfile-state"):
                os.unlink(os.path.join(self.where, state))
        return cost, lines_of(self.where + "/rs-hits")


def lines_of(path):
    if not os.path.exists(path):
        return 0
    with open(path, "rb") as f:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: f.read(1 << 20), b""))


TEN = ["Failed password for {user} from {ip} port {port} ssh2", "Failed password for invalid user {user} from {ip} port {port} ssh2",
       "Accepted password for {user} from {ip} port {port} ssh2", "Accepted publickey for {user} from {ip} port {port} ssh2: {rest}",
       "Invalid user {user} from {ip} port {port}", "Connection closed by {ip} port {port} {rest}",
       "Received disconnect from {ip} port {port}:{rest}", "Disconnected from {ip} port {port} {rest}",
       "pam_unix(sshd:session): session opened for user {user} by {rest}", "pam_unix(sshd:session): session closed for user {user}"]


def pattern_db():
    forms = {"user": "@STRING:user:.-_@", "ip": "@IPv4:ip@", "port": "@NUMBER:port@", "rest": "@ANYSTRING:rest@"}
    rules = "".join(f"<rule provider='b' id='{n}' class='system'><patterns><pattern>{text.format(**forms)}</pattern></patterns></rule>"
                    for n, text in enumerate(TEN))
    return ("<patterndb version='4' pub_date='2026-01-01'><ruleset name='sshd' id='s'><pattern>sshd</pattern>"
            f"<rules>{rules}</rules></ruleset></patterndb>\n")


def sec_rules(where):
    forms = {"user": r"(\\S+)", "ip": r"([\\d.]+)", "port": r"(\\d+)", "rest": "(.*)"}
    path = os.path.join(where, "sec.conf")
    with open(path, "w", encoding="utf-8") as f:
        for n, text in enumerate(TEN):
            pattern = re.sub(r"([()\[\].])", r"\\\1", text.replace("{", "\1").replace("}", "\2"))
            pattern = re.sub("\1(\\w+)\2", lambda m: forms[m[1]].replace("\\\\", "\\"), pattern)
            action = f"write {where}/sec-hits hit" if text.startswith("Failed") else "none"
            f.write(f"type=Single\nptype=RegExp\npattern=sshd\\[\\d+\\]: {pattern}\ndesc=t{n}\naction={action}\n\n")
    return path


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
            self.files = made(where, *((4, 20_000) if self.bench.brief else (300, 2_000_000)))
            self.all_rules(rule_folders(where))
            self.ceiling()
            self.same_filters()
            self.ssh_templates()

    def watch(self, rules, path, *more):
        return Cost([self.program, "watch", "--rules", rules, *more, path], out=os.path.join(self.where, "alerts"))

    def rate(self, rules, name, *more):
        """Median events per CPU second, the CPU seconds that loading took, MiB, seconds by the clock."""
        path, lines = self.files[name]
        loads = [self.watch(rules, EMPTY, *more) for _ in range(self.rounds)]
        runs = [self.watch(rules, path, *more) for _ in range(self.rounds)]
        self.alerts = lines_of(os.path.join(self.where, "alerts"))
        load = statistics.median(c.cpu for c in loads)
        cpu = max(statistics.median(c.cpu for c in runs) - load, 1e-3)
        return lines / cpu, load, max(c.mib for c in runs), statistics.median(c.wall for c in runs)

    def all_rules(self, folders):
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

    def same_filters(self):
        peers = [kind(self.where) for path, kind in ((SYSLOG_NG, SyslogNg), (RSYSLOG, Rsyslog)) if path]
        self.missing(("syslog-ng", SYSLOG_NG), ("rsyslog", RSYSLOG))
        print("\n| field filters | corpus | who | events/CPU-s | hits |\n|---|---|---|---|---|")
        for count in (10, 1000):
            filters = field_filters(count)
            rules = filter_rules(self.where, filters)
            ratios = []
            for name in ("mixed", "process"):
                ours = self.rate(rules, name)[0]
                print(f"| {count:,} | {name} | fengsui | {ours:,.0f} | {self.alerts:,} |")
                for peer in peers:
                    rate, hits = self.peer_rate(peer, peer.filters(filters), name)
                    print(f"| {count:,} | {name} | {peer.name} | {rate:,.0f} | {hits:,} |")
                    if peer.name == "syslog-ng":
                        ratios.append(ours / rate)
            if ratios:
                self.bench.hold(f"filters {count}", min(ratios), "more", f"times syslog-ng with {count:,} filters")

    def peer_rate(self, peer, config, name):
        path, lines = self.files[name]
        empty = os.path.join(self.where, "empty")
        open(empty, "w", encoding="ascii").close()
        load = statistics.median(peer.run(config, empty)[0].cpu for _ in range(self.rounds))
        runs = [peer.run(config, path) for _ in range(self.rounds)]
        return lines / max(statistics.median(cost.cpu for cost, _ in runs) - load, 1e-3), runs[0][1]

    def ssh_templates(self):
        """Ten templates of sshd over RFC 3164; what counts is a failed password."""
        self.missing(("SEC", SEC))
        rules = os.path.join(self.where, "failed.yml")
        with open(rules, "w", encoding="utf-8") as f:
            f.write("title: f\nid: f\ntags: [attack.t1110]\nlogsource: {product: linux, service: sshd}\n"
                    "detection:\n  s: {method: password, outcome: failure}\n  condition: s\n")
        ours = self.rate(rules, "sshd")[0]
        print(f"\n| ten sshd templates | events/CPU-s | hits |\n|---|---|---|\n| fengsui | {ours:,.0f} | {self.alerts:,} |")
        if SYSLOG_NG:
            peer = SyslogNg(self.where)
            rate, hits = self.peer_rate(peer, peer.templates(), "sshd")
            print(f"| syslog-ng, patterndb | {rate:,.0f} | {hits:,} |")
            self.bench.hold("templates", ours / rate, "more", "times syslog-ng's patterndb")
        if SEC:
            conf, path, hits = sec_rules(self.where), self.files["sshd"][0], os.path.join(self.where, "sec-hits")
            if os.path.exists(hits):
                os.unlink(hits)
            cost = Cost([SEC, f"--conf={conf}", f"--input={path}", "--notail"])
            print(f"| SEC | {self.files['sshd'][1] / cost.cpu:,.0f} | {lines_of(hits):,} |")

    @staticmethod
    def missing(*peers):
        for name, path in peers:
            if not path:
                print(f"\n{name} is not installed and was left out")
