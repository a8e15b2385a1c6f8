#!/usr/bin/env python3
"""run -- every measurement there is, one after the other, as the tables of RESULTS.md, each beside its bar.

    bench/run.py [--build DIR] [--folder DIR] [--peers DIR] [--part PART] [--brief] [NAME …]

NAME: store append verify list acts memory restart watch correlate udp listen reads slow document detect. Nothing else should run on the machine meanwhile; the first lines say
what it was and how busy. --folder is a place on the disk that counts (about 3 GB are needed, and given back). --brief tries
everything in small: it shows that it works, and its numbers are worth nothing. --peers: where bench/peers.py has unpacked what
detect is measured beside; --part: only rules, ceiling, filters, templates or threshold of detect, or several with commas between.
Ends with 1 where a bar is missed.
"""
import argparse
import datetime
import json
import os
import platform
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests", "lib"))

BAR = {"append": 20_000, "verify": 300_000, "list": 20.0, "acts": 20.0, "memory": 64.0, "restart": 2.0, "listen": 1000.0, "listener": 16.0,
       "reads": 5.0, "correlate": 5_000_000, "key": 200.0, "mixed": 500_000, "process": 150_000, "growth": 1.5, "threads": 1.8,
       "load": 1.0, "rules": 100.0, "filters 10": 15.0, "filters 1000": 45.0, "templates": 6.0, "threshold": 5.0, "document": 500.0}


class Bench:
    def __init__(self, asked):
        self.build, self.folder, self.brief = os.path.abspath(asked.build), asked.folder, asked.brief
        self.peers, self.part = asked.peers and os.path.abspath(asked.peers), asked.part
        self.missed = []

    def run(self, name, *args):
        done = subprocess.run([os.path.join(self.build, "bench", "bench_" + name), *map(str, args)], capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"bench_{name} ended with {done.returncode}: {done.stderr}")
        return done.stdout

    def place(self):
        """A folder of its own that goes away."""
        return tempfile.TemporaryDirectory(dir=self.folder, prefix="fengsui-bench-")

    def hold(self, name, value, better, unit):
        """Say how it stands against its bar."""
        good = value >= BAR[name] if better == "more" else value <= BAR[name]
        print(f"\nbar: {'at least' if better == 'more' else 'at most'} {BAR[name]:,g} {unit}; "
              f"here {value:,.6g}: {'held' if good else 'MISSED'}")
        if not good:
            self.missed.append(name)

    # ---- one question each -----------------------------------------------------------------------

    def store(self):
        with self.place() as where:
            print(self.run("store", where, *((1, 1) if self.brief else (1, 5))))

    def append(self):
        with self.place() as where:
            said = self.run("append", where, *((2560, 1) if self.brief else ()))
            print(said)
            self.hold("append", number(said, r"record_append\s+(\d+)"), "more", "entries/s")
            if "verify" in self.wanted:
                self.verify(where)

    def verify(self, where=None):
        """Over the record that `append` has made."""
        if where is None:
            return
        said = self.run("verify", where, 1 if self.brief else 5)
        print(said)
        self.hold("verify", number(said, r"verify\s+(\d+)"), "more", "entries/s")

    def list(self):
        with self.place() as where:
            said = self.run("list", os.path.join(where, "list.db"), *((500, 5) if self.brief else (100_000, 100)))
            print(said)
            self.hold("list", number(said, r"(?m)^ALL TWELVE\s+[\d.]+\s+([\d.]+)"), "less", "ms at the 95th percentile")

    def acts(self):
        from cast import city, open_case
        clients = 4 if self.brief else 64
        with self.city(city) as d:
            cases = [open_case(d, title=f"案件{i}") for i in range(clients)]
            said = json.loads(self.run("acts", os.path.join(d.folder, "fengsui.sock"), clients, 2 if self.brief else 20, "dut01", *cases))
        print("| clients | acts/s | p50 ms | p95 ms | p99 ms | refused |\n|---|---|---|---|---|---|")
        print(f"| {said['clients']} | {said['per_second']} | {said['p50_ms']} | {said['p95_ms']} | {said['p99_ms']} | {said['refused']} |")
        if said["refused"]:
            self.missed.append("acts (refused)")
        self.hold("acts", said["p99_ms"], "less", "ms at the 99th percentile")

    def city(self, city, **more):
        """On the disk that counts, not where temporary files lie."""
        folder = tempfile.mkdtemp(dir=self.folder, prefix="fengsui-bench-")
        d = city(folder=folder, program=os.path.join(self.build, "fengsui"), verify=False, **more)
        d.own = True
        return d

    def memory(self):
        """A daemon that nobody asks anything, without rules, after a minute."""
        from fengsui import Daemon
        with Daemon(demo=False, program=os.path.join(self.build, "fengsui"), verify=False) as d:
            time.sleep(1 if self.brief else 60)
            mib = resident_mib(d.process.pid)
        print(f"| idle daemon, no rules | {mib:.1f} MiB resident |\n|---|---|")
        self.hold("memory", mib, "less", "MiB")

    def restart(self):
        """SIGKILL at a million entries, and how long until the socket and the HTTP interface answer; cold: the files of
        the folder are not in memory."""
        from cast import city, open_case
        with self.city(city, args=["--http", f"127.0.0.1:{free_port()}"]) as d:
            cases = [open_case(d, title=f"案件{i}") for i in range(64)]
            while (entries := d.status()["record"]["entries"]) < (10_000 if self.brief else 1_000_000):
                self.run("acts", os.path.join(d.folder, "fengsui.sock"), 64, 1 if self.brief else 10, "dut01", *cases)
            size = os.path.getsize(os.path.join(d.folder, "fengsui.db")) >> 20
            times = {kind: [self.restart_once(d, kind) for _ in range(1 if self.brief else 5)] for kind in ("warm", "cold")}
        print(f"{entries:,} entries, {size} MiB\n\n| memory | median s | most s |\n|---|---|---|")
        for kind, seconds in times.items():
            print(f"| {kind} | {statistics.median(seconds):.3f} | {max(seconds):.3f} |")
        self.hold("restart", max(times["warm"] + times["cold"]), "less", "s until both ways in answer")

    def restart_once(self, d, kind):
        d.kill()
        for name in os.listdir(d.folder) if kind == "cold" else ():
            if os.path.isfile(path := os.path.join(d.folder, name)):
                with open(path, "rb") as f:
                    os.fsync(f.fileno())
                    os.posix_fadvise(f.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        began = time.monotonic()
        d.start()
        with urllib.request.urlopen("http://" + d.command[d.command.index("--http") + 1]
                                    + "/api/v1/openapi.json", timeout=60) as answer:
            answer.read(1)
        return time.monotonic() - began

    def watch(self):
        """The logs of the example, many times over, through the rules of the house."""
        lines = []
        for name in sorted(os.listdir(os.path.join(ROOT, "example", "logs"))):
            with open(os.path.join(ROOT, "example", "logs", name), "rb") as f:
                lines += f.readlines()
        with self.place() as where:
            log = os.path.join(where, "log")
            with open(log, "wb") as f:
                while f.tell() < (1 << 20 if self.brief else 200 << 20):
                    f.writelines(lines)
            speeds = [self.watch_once(log) for _ in range(1 if self.brief else 5)]
        middle = statistics.median_low(speed for speed, _ in speeds)
        stats = next(stats for speed, stats in speeds if speed == middle)
        print("| events/s | MB/s | events | rules | alerts |\n|---|---|---|---|---|")
        print(f"| {middle:,.0f} | {stats['bytes'] / stats['seconds'] / 1e6:.0f} | {stats['events']} | {stats['rules']} | {stats['alerts']} |")

    def watch_once(self, log):
        done = subprocess.run([os.path.join(self.build, "fengsui"), "watch", "--threads", "1", "--rules", os.path.join(ROOT, "rules"), "--stats", log],
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=True)
        stats = json.loads(done.stderr.splitlines()[-1])
        return stats["events"] / stats["seconds"], stats


    def correlate(self):
        """Hits straight into the windows of correlations, and what a window costs."""
        rounds = [self.run("correlate", *((200_000,) if self.brief else ())) for _ in range(1 if self.brief else 5)]
        one = [number(said, r"1 group, 1,800 values \| (\d+)") for said in rounds]
        said = rounds[one.index(statistics.median_low(one))]
        print(said)
        self.hold("correlate", statistics.median_low(one), "more", "updates/s of value_count with 1,800 values in one group (median)")
        self.hold("key", number(said, r"keys: ([\d.]+) bytes each"), "less", "bytes for each of a million keys")

    def document(self):
        """A case report of fifty pages, in each format and both languages."""
        said = self.run("document", 3 if self.brief else 15)
        print(said)
        self.hold("document", number(said, r"zh\.pdf .* median +([\d.]+) ms"), "less", "ms for a PDF of 50 pages (median)")

    def udp(self):
        """Datagrams of 300 bytes through detection into a real folder: where has each of them got to?"""
        from fengsui import Daemon
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        print("| rate asked | sent | rate | stored | limited | malformed | lost | residual |\n|---|---|---|---|---|---|---|---|")
        for rate, count in ((50_000, 300_000), (100_000, 300_000), (0, 300_000), (50_000, 3_000_000)):
            with Daemon(demo=False, program=os.path.join(self.build, "fengsui"), verify=False, rules=os.path.join(ROOT, "rules"),
                        args=["--syslog-udp", f"127.0.0.1:{port}"]) as d:
                self.udp_once(d, port, rate, count // 100 if self.brief else count)

    # ---- over HTTP -------------------------------------------------------------------------------

    def http_city(self):
        """A daemon with its people, and the HTTP interface to it."""
        from cast import city
        from web import Web
        folder = tempfile.mkdtemp(dir=self.folder, prefix="fengsui-bench-")
        d = city(folder=folder, program=os.path.join(self.build, "fengsui"), verify=False, args=["--http", "127.0.0.1:0"])
        d.own = True
        return d, Web(d)

    def listen(self):
        """Listeners of the live stream, from many addresses, each signed in as one of eight people."""
        from cast import open_case
        d, web = self.http_city()
        count, events = (500, 10) if self.brief else (10_000, 50)
        with d, self.place() as where:
            case = open_case(d)
            names = ["dut01", "dut02", "dir01", "dir02", "lg01", "lg02", "arc01", "aud01"]
            with open(os.path.join(where, "cookies"), "w", encoding="ascii") as f:
                f.writelines(web.who(name)["Cookie"] + "\n" for name in names)
            before = resident_mib(d.process.pid)
            client = subprocess.Popen([os.path.join(self.build, "bench", "bench_listen"), str(web.port), str(count),
                                       f.name, str(events)], stdout=subprocess.PIPE, text=True)
            client.stdout.readline()
            time.sleep(2)
            idle = resident_mib(d.process.pid)
            said = {}
            for n in range(events):
                at = time.monotonic() * 1e3
                answer = web.post(f"/api/v1/incident/{case}/record_facts", {"input": {"impact": f"第{n}次"}}, login="dut01")
                said[answer.json["version"]] = (at, time.monotonic() * 1e3)
                time.sleep(0.4)
            lines = client.stdout.read().splitlines()
            client.wait()
            whole, lost = map(int, re.findall(r"\d+", lines[0]))
            late = [[float(x) - said[int(line.split()[0])][0] for x in line.split()[2:]] for line in lines[1:]
                    if int(line.split()[0]) in said]
            acts = sorted(end - begin for begin, end in said.values())
        each = (idle - before) * 1024 / count
        p99, worst = statistics.median(x[1] for x in late), max(x[1] for x in late)
        print("| listeners | events | heard all | lost | KiB each | p50 ms | p99 ms (median of events) | p99 ms (worst event) | an act meanwhile p50 ms |")
        print("|---|---|---|---|---|---|---|---|---|")
        print(f"| {count} | {events} | {whole} | {lost} | {each:.1f} | {statistics.median(x[0] for x in late):.0f} | {p99:.0f} "
              f"| {worst:.0f} | {acts[len(acts) // 2]:.1f} |")
        if whole != count:
            self.missed.append("listen (not heard by all)")
        self.hold("listen", worst, "less", "ms at the 99th percentile of the worst event")
        self.hold("listener", each, "less", "KiB for each listener")

    def fill(self, d, cases):
        """So many cases, by the runner."""
        from fengsui import Connection
        one = Connection(d.folder, timeout=600)
        waiting = 0
        for n in range(cases):
            one.send(op="do", kind="incident", move="create", **{"as": "dut01"}, input={
                "reporter": "值班电话", "aware_at": d.now_text, "what": f"第 {n} 起网页篡改", "title": f"案件{n}",
                "unit": d.unit[("edu", "tax", "hosp", "bank")[n % 4]]})
            waiting += 1
            if waiting >= 200:
                self.take(one)
                waiting -= 1
        for _ in range(waiting):
            self.take(one)
        one.close()

    @staticmethod
    def take(one):
        answer = one.receive()
        if not answer.ok:
            sys.exit(f"a case could not be made: {answer}")

    def reads(self):
        """Single cases, lists and searches at 1,000 a second, with 100,000 cases."""
        d, web = self.http_city()
        from web import Web
        cases = 2_000 if self.brief else 100_000
        with d, self.place() as where:
            d.now_text = d.now
            self.fill(d, cases)
            # What was written in one go is on its way to the disk for a while; nobody makes so many cases at once.
            d.restart()
            os.sync()
            time.sleep(1 if self.brief else 20)
            web = Web(d)
            rows = web.get("/api/v1/incident?limit=500", login="dut01").json["rows"]
            first = rows[0]["id"]
            kinds = {
                "one case": [f"/api/v1/incident/{first - n * 7 % (cases // 2)}" for n in range(5000)],
                "a page of 50": ["/api/v1/incident?limit=50"] + [f"/api/v1/incident?limit=50&after=i:{first - n}" for n in range(0, cases // 2, 97)],
                "open cases of a unit": [f"/api/v1/incident?limit=50&where=open:yes%20unit:%22{d.unit[u].lstrip('#')}%22" for u in ("edu", "tax", "hosp", "bank")],
            }
            print("| asked | requests | other than 200 | p50 ms | p95 ms | p99 ms (the middle one of five rounds) | of the worst round |\n|---|---|---|---|---|---|---|")
            cookie, held = web.who("dut01")["Cookie"], {}
            for name, paths in kinds.items():
                with open(os.path.join(where, "paths"), "w", encoding="ascii") as f:
                    f.writelines(p + "\n" for p in paths)
                rounds = [self.run("reads", web.port, cookie, 1000, 2 if self.brief else 8, f.name).split()
                          for _ in range(1 if self.brief else 5)]
                middle = sorted(rounds, key=lambda said: float(said[9]))[len(rounds) // 2]
                print(f"| {name} | {sum(int(said[1]) for said in rounds)} | {sum(int(said[3]) for said in rounds)} "
                      f"| {middle[5]} | {middle[7]} | {middle[9]} | {max(float(said[9]) for said in rounds):.3f} |")
                if any(said[3] != "0" for said in rounds):
                    self.missed.append(f"reads ({name}: other than 200)")
                held[name] = float(middle[9])
            self.hold("reads", held["one case"], "less", "ms at the 99th percentile, one case")

    def slow(self):
        """slowhttptest with 4,000 connections from addresses of its own, and ordinary requests meanwhile."""
        if not shutil.which("slowhttptest"):
            sys.exit("slowhttptest is not there (Debian package of that name)")
        print("| attack | ordinary requests | p50 ms | p99 ms | longest ms |\n|---|---|---|---|---|")
        for name, how in (("slow heads", ["-H"]), ("slow bodies", ["-B"]), ("slow reading", ["-X"])):
            d, web = self.http_city()
            with d:
                attack = subprocess.Popen(["slowhttptest", *how, "-c", "4000", "-r", "2000", "-i", "2", "-l", "5" if self.brief else "30",
                                           "-u", f"http://127.0.0.1:{web.port}/api/v1/openapi.json", "-p", "3"],
                                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                took = []
                # The attacker has used up the connections of its own address; people come from others.
                other = self.elsewhere(web)
                while attack.poll() is None:
                    begun = time.monotonic()
                    other.get("/api/v1/incident?limit=10", login="dut01")
                    took.append((time.monotonic() - begun) * 1e3)
                    time.sleep(0.01)
                took.sort()
            print(f"| {name} | {len(took)} | {took[len(took) // 2]:.1f} | {took[len(took) * 99 // 100]:.1f} | {took[-1]:.1f} |")
            if took[len(took) * 99 // 100] > 500:
                self.missed.append(f"slow ({name})")

    def detect(self):
        """Rules over recorded attacks, by processor time, beside other programs that read logs."""
        from detect import Detect
        Detect(self).run()

    @staticmethod
    def elsewhere(web):
        import http.client

        web.connect = lambda: http.client.HTTPConnection(web.host, web.port, timeout=60, source_address=("127.9.9.9", 0))
        return web

    def udp_once(self, d, port, rate, count):
        """The sums stand in the store when the daemon has ended, so that nothing is on its way any more."""
        said = json.loads(self.run("udp", port, count, 300, rate))
        d.restart()
        rows = d.status()["sources"]
        of = {name: sum(row[name] for row in rows) for name in ("received", "stored", "limited", "malformed", "lost")}
        residual = said["sent"] - sum(of[name] for name in ("stored", "limited", "malformed", "lost"))
        print(f"| {rate or 'all it can'} | {said['sent']} | {said['sent'] / said['seconds']:,.0f}/s | {of['stored']} | {of['limited']} "
              f"| {of['malformed']} | {of['lost']} | {residual} |")
        if residual or (0 < rate <= 50_000 and of["stored"] != said["sent"]) or of["stored"] < 0.9 * said["sent"]:
            self.missed.append(f"udp at {rate or 'all it can'}")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def number(text, pattern):
    found = re.search(pattern, text)
    if not found:
        sys.exit(f"no number where one should be ({pattern}):\n{text}")
    return float(found[1])


def resident_mib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("VmRSS")) / 1024


def machine():
    """What it was measured on, as RESULTS.md wants it."""
    with open("/proc/cpuinfo", encoding="utf-8") as f:
        cpu = next((line.split(": ")[1].strip() for line in f if line.startswith("model name")), platform.machine())
    with open("/proc/meminfo", encoding="ascii") as f:
        memory = int(f.readline().split()[1]) // 1024 // 1024
    print(f"{os.cpu_count()} cores ({cpu}), {memory} GB, Linux {platform.release()}, {datetime.date.today()}, "
          f"load average {os.getloadavg()[0]:.1f}")


def main():
    names = ["store", "append", "verify", "list", "acts", "memory", "restart", "watch", "correlate", "udp", "listen", "reads", "slow", "document", "detect"]
    reader = argparse.ArgumentParser(usage="bench/run.py [--build DIR] [--folder DIR] [--peers DIR] [--part PART] [--brief] [NAME …]")
    reader.add_argument("--build", default=os.path.join(ROOT, "build"))
    reader.add_argument("--folder", default=os.environ.get("TMPDIR") or "/var/tmp")
    reader.add_argument("--peers", default=os.environ.get("FENGSUI_PEERS"))
    reader.add_argument("--part")
    reader.add_argument("--brief", action="store_true")
    reader.add_argument("names", nargs="*", choices=[*names, []])
    asked = reader.parse_args()
    bench = Bench(asked)
    bench.wanted = asked.names or names
    machine()
    for name in names:
        if name in bench.wanted or (name == "append" and "verify" in bench.wanted):
            if name != "verify":
                print(f"\n## {name}\n")
                getattr(bench, name)()
    if bench.missed:
        print("\nmissed: " + ", ".join(bench.missed))
    return 1 if bench.missed else 0


if __name__ == "__main__":
    sys.exit(main())
