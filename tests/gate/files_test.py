"""files -- logs on this machine are a source: read on exactly where the last commit says, whatever ends the daemon."""
import gzip
import os
import random
import shutil
import signal
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from fengsui import ROOT, Daemon, Results  # noqa: E402
from syslog_test import add_up, source, wait_for  # noqa: E402

RULE = """title: Said on {host}
id: 5f4a8c2e-6b1d-4d7e-9a53-0d6f3b1c2e49
status: experimental
author: Fengsui
tags: [class.brute-force]
logsource: {product: linux}
detection: {words: [loud], condition: words}
level: low
"""


class Place:
    """A daemon with a source of files, and a writer of lines that are numbered."""

    def __init__(self, pattern="app.log", roster=""):
        self.at = tempfile.mkdtemp(prefix="fengsui-files-")
        self.rules, self.log = os.path.join(self.at, "rules"), os.path.join(self.at, "log", "app.log")
        self.pattern, self.roster, self.written = os.path.join(self.at, "log", pattern), roster, 0

    def __enter__(self):
        os.mkdir(self.rules)
        os.mkdir(os.path.dirname(self.log))
        with open(os.path.join(self.rules, "said.yml"), "w", encoding="utf-8") as f:
            f.write(RULE.replace("{host}", "a host"))
        roster = os.path.join(self.at, "roster")
        with open(roster, "w", encoding="utf-8") as f:
            f.write(f"app file={self.pattern} silent=10min {self.roster}\n")
        self.daemon = Daemon(rules=self.rules, args=["--sources", roster])
        self.daemon.__enter__()
        return self, self.daemon

    def __exit__(self, *what):
        self.daemon.__exit__(*what)
        shutil.rmtree(self.at)

    def say(self, count=1, path=None, text=None, end="\n"):
        with open(path or self.log, "a", encoding="utf-8") as f:
            for _ in range(count):
                self.written += 1
                f.write(text or f"<38>Mar  2 08:00:00 h{self.written} app[1]: loud")
                f.write(end)

    def all_taken(self, count=None):
        return wait_for(lambda: (r := source(self.daemon, "app")) and r["received"] >= (count or self.written) and r, 90)


def hosts(d):
    """host -> how often it was said, over all alerts."""
    found, after = {}, None
    while rows := d._result("list", op="list", kind="alert", limit=200, after=after):
        for row in rows["rows"]:
            fields = d.show(f"#{row['id']}")["fields"]
            found[fields["source"]] = found.get(fields["source"], 0) + fields["count"]
        after = rows.get("after")
        if not after:
            return found


def counted_and_detected():
    """As any other source: its tally, its alerts, its malformed lines, its silence; tables of two files do not mix."""
    with Place() as (p, d):
        p.say(5)
        p.say(text="{broken")
        row = p.all_taken()
        add_up(row)
        assert (row["received"], row["stored"], row["malformed"], row["lost"]) == (6, 5, 1, 0), row
        assert hosts(d) == {f"h{i}": 1 for i in range(1, 6)}, hosts(d)
        assert d.status()["intake"]["files"] == 1, d.status()["intake"]
        d.pass_time("11 min")
        assert source(d, "app")["silent"], source(d, "app")
        p.say()
        p.all_taken()
        assert not source(d, "app")["silent"]


def a_pattern_is_one_source():
    """Two logs, one that comes later, and what rotation made of one of them, which is none for itself."""
    with Place("*.log*") as (p, d):
        other, late = (os.path.join(p.at, "log", name) for name in ("other.log", "late.log"))
        p.say(3)
        p.say(2, path=other)
        p.all_taken()
        os.rename(p.log, p.log + ".1")
        p.say(2)
        p.say(1, path=late)
        p.all_taken()
        time.sleep(2.5)  # the folder was looked into again
        assert source(d, "app")["received"] == 8 and d.status()["intake"]["files"] == 3, d.status()


def a_quota_is_waited_for():
    """A file is not thrown away: what is over the quota is read when time has passed."""
    with Place(roster="rate=5 burst=10") as (p, d):
        p.say(40)
        p.all_taken(10)
        time.sleep(0.6)
        assert source(d, "app")["received"] == 10, source(d, "app")
        d.pass_time("2 s")
        p.all_taken(20)
        for _ in range(6):
            d.pass_time("10 s")
            time.sleep(0.6)
        row = p.all_taken()
        assert (row["received"], row["limited"]) == (40, 0), row


def killed_at_any_moment():
    """25 times, while lines are written, renamed and packed: each is counted and said once."""
    dice = random.Random(int(os.environ.get("SEED", "7")))
    with Place() as (p, d):
        p.say()
        p.all_taken()
        turns = kills = 0
        while kills < 25 or turns < 6:
            kills += 1
            for _ in range(dice.randrange(3)):
                p.say(dice.randrange(1, 15))
                time.sleep(dice.random() * 0.2)
                if dice.random() < 0.5:
                    turns += 1
                    for n in range(turns - 1, 0, -1):
                        for end in ("", ".gz"):
                            if os.path.exists(f"{p.log}.{n}{end}"):
                                os.rename(f"{p.log}.{n}{end}", f"{p.log}.{n + 1}{end}")
                    os.rename(p.log, p.log + ".1")
                    p.say(dice.randrange(1, 5))
                    if dice.random() < 0.6:
                        with open(p.log + ".1", "rb") as plain, gzip.open(p.log + ".1.gz", "wb") as packed:
                            packed.write(plain.read())
                        os.remove(p.log + ".1")
            time.sleep(dice.random() * 0.3)
            d.process.send_signal(signal.SIGKILL)
            d.process.wait()
            d.connection.close()
            d.start()
        row = p.all_taken()
        time.sleep(1)
        row = source(d, "app")
        add_up(row)
        assert row["received"] == p.written, (row, p.written)
        found = hosts(d)
        wrong = {h: n for h, n in found.items() if n != 1}
        assert len(found) == p.written and not wrong, (len(found), p.written, wrong)


def copied_and_emptied():
    """15 kills, while the log is copied and emptied as logrotate does it, in the middle of a line, too; copies are packed at times."""
    dice = random.Random(int(os.environ.get("SEED", "8")))
    with Place() as (p, d):
        p.say(3)
        p.all_taken()
        turns = 0
        for _ in range(15):
            for _ in range(dice.randrange(1, 4)):
                p.say(dice.randrange(1, 15))
                torn = dice.random() < 0.5
                if torn:
                    p.written += 1
                    with open(p.log, "a", encoding="utf-8") as f:
                        f.write(f"<38>Mar  2 08:00:00 h{p.written}"[:dice.randrange(1, 25)])
                for n in range(turns, 0, -1):
                    for end in ("", ".gz"):
                        if os.path.exists(f"{p.log}.{n}{end}"):
                            os.rename(f"{p.log}.{n}{end}", f"{p.log}.{n + 1}{end}")
                turns += 1
                shutil.copyfile(p.log, p.log + ".1")
                time.sleep(dice.random() * 0.3)
                begun = os.path.getsize(p.log) and open(p.log, encoding="utf-8").read().rsplit("\n", 1)[-1]
                os.truncate(p.log, 0)
                if torn:
                    with open(p.log, "a", encoding="utf-8") as f:
                        f.write(f"<38>Mar  2 08:00:00 h{p.written} app[1]: loud\n"[len(begun):])
                if dice.random() < 0.4:
                    with open(p.log + ".1", "rb") as plain, gzip.open(p.log + ".1.gz", "wb") as packed:
                        packed.write(plain.read())
                    os.remove(p.log + ".1")
            time.sleep(dice.random() * 0.3)
            d.process.send_signal(signal.SIGKILL)
            d.process.wait()
            d.connection.close()
            d.start()
        p.say()
        p.all_taken()
        time.sleep(1)
        row, found = source(d, "app"), hosts(d)
        add_up(row)
        wrong = {h: n for h, n in found.items() if n != 1}
        assert (row["received"], row["malformed"], len(found), wrong) == (p.written, 0, p.written, {}), (row, p.written, len(found), wrong)
        assert "could not be found again" not in d.said(), d.said()


def off_the_roster_and_back():
    """On SIGHUP a source is given up, and goes on where it was when it comes back."""
    with Place() as (p, d):
        roster = os.path.join(p.at, "roster")
        p.say(2)
        p.all_taken()
        time.sleep(1.5)  # a batch
        with open(roster, encoding="utf-8") as f:
            text = f.read()

        def heed(text, files):
            with open(roster, "w", encoding="utf-8") as f:
                f.write(text)
            d.process.send_signal(signal.SIGHUP)
            wait_for(lambda: d.status()["intake"]["files"] == files)
        heed("", 0)
        p.say(3)
        time.sleep(0.6)
        assert source(d, "app")["received"] == 2, source(d, "app")
        heed(text, 1)
        p.all_taken()
        assert source(d, "app")["received"] == 5, source(d, "app")
        with open(roster, "w", encoding="utf-8") as f:
            f.write("app file=var/log\n")
        d.process.send_signal(signal.SIGHUP)
        wait_for(lambda: "roster:1: file=var/log" in d.said())


def main():
    results = Results("files")
    for case in (counted_and_detected, a_pattern_is_one_source, a_quota_is_waited_for, killed_at_any_moment, copied_and_emptied,
                 off_the_roster_and_back):
        results.case(case.__name__, case)
    results.end()


if __name__ == "__main__":
    main()
