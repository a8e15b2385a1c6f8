"""rules -- rules are read again on SIGHUP, while lines come: windows go on, and what is broken changes nothing."""
import os
import shutil
import signal
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from fengsui import ROOT, Daemon, Results  # noqa: E402
from syslog_test import wait_for  # noqa: E402

NEW = """title: The word at the door
id: 33333333-2222-4333-8444-555555555555
status: experimental
author: Fengsui
tags: [class.brute-force]
logsource: {product: linux, service: sshd}
detection: {said: {user: bellman}, condition: said}
level: low
"""


def guess(i, user="root"):
    return f"<38>1 2026-03-02T08:00:{i:02d}Z web01 sshd 7 - - Failed password for {user} from 203.0.113.9 port {4000 + i} ssh2"


def titles(d):
    return sorted(d.show(a)["fields"]["title"] for a in d.list("alert"))


class Rules:
    """A folder of rules that a case may change, and a daemon that reads it."""

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="fengsui-rules-")
        for name in ("ssh_failed_password.yml", "ssh_password_guessing.yml"):
            shutil.copy(os.path.join(ROOT, "rules", "linux", name), self.folder)
        self.daemon = Daemon(rules=self.folder)
        self.daemon.__enter__()
        return self, self.daemon

    def __exit__(self, *what):
        self.daemon.__exit__(*what)
        shutil.rmtree(self.folder)

    def put(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as f:
            f.write(text)

    def read_again(self, says):
        before = self.daemon.said().count(says)
        self.daemon.process.send_signal(signal.SIGHUP)
        wait_for(lambda: self.daemon.said().count(says) > before)


def a_window_goes_on():
    """Nine guesses, then other rules, then the tenth: it is the tenth."""
    with Rules() as (rules, d):
        d.ingest("gw", [guess(i) for i in range(9)])
        assert not titles(d), titles(d)
        rules.put("door.yml", NEW)
        rules.read_again("3 rules from")
        d.ingest("gw", [guess(9)])
        assert titles(d) == ["SSH Password Guessing"], titles(d)
        d.ingest("gw", [guess(10, "bellman")])
        assert titles(d) == ["SSH Password Guessing", "The word at the door"], titles(d)


def a_rule_that_changed_begins_anew():
    with Rules() as (rules, d):
        d.ingest("gw", [guess(i) for i in range(9)])
        with open(os.path.join(ROOT, "rules", "linux", "ssh_password_guessing.yml"), encoding="utf-8") as f:
            rules.put("ssh_password_guessing.yml", f.read().replace("timespan: 2m", "timespan: 3m"))
        rules.read_again("2 rules from")
        d.ingest("gw", [guess(9)])
        assert not titles(d), titles(d)


def a_bad_rule_leaves_the_good_ones():
    with Rules() as (rules, d):
        rules.put("bad.yml", NEW.replace("condition: said", "condition: sad"))
        rules.put("door.yml", NEW)
        rules.read_again("3 rules from")
        assert "rule refused" in d.said() and "bad.yml" in d.said(), d.said()
        d.ingest("gw", [guess(1, "bellman")])
        assert titles(d) == ["The word at the door"], titles(d)


def no_rules_leave_those_in_force():
    """A folder that is empty, or not there, is a slip and not an order."""
    with Rules() as (rules, d):
        d.ingest("gw", [guess(i) for i in range(9)])
        shutil.move(rules.folder, rules.folder + "-away")
        rules.read_again("the rules stay as they were")
        os.mkdir(rules.folder)
        rules.read_again("the rules stay as they were")
        d.ingest("gw", [guess(9)])
        assert titles(d) == ["SSH Password Guessing"], titles(d)
        os.rmdir(rules.folder)
        shutil.move(rules.folder + "-away", rules.folder)


def a_rule_that_went_is_silent():
    with Rules() as (rules, d):
        os.remove(os.path.join(rules.folder, "ssh_password_guessing.yml"))
        rules.read_again("1 rules from")
        d.ingest("gw", [guess(i) for i in range(12)])
        assert "SSH Password Guessing" not in titles(d), titles(d)


MAP = """map: bell
from: line
logsource: {product: linux, service: sshd}
patterns: [{text: "bell rung by {user:word}"}]
"""
RUNG = """title: The bell was rung
id: 33333333-2222-4333-8444-555555555556
status: experimental
author: Fengsui
tags: [class.brute-force]
logsource: {product: linux}
detection: {said: {user: bellman}, condition: said}
level: low
"""


def maps_are_read_again():
    """On SIGHUP: a new one counts, a broken one is named and leaves the others, and an empty folder is a slip."""
    with tempfile.TemporaryDirectory(prefix="fengsui-rules-maps-") as folder:
        rules, maps = os.path.join(folder, "rules"), os.path.join(folder, "maps")
        os.mkdir(rules)
        os.mkdir(maps)

        def put(where, name, text):
            with open(os.path.join(where, name), "w", encoding="utf-8") as f:
                f.write(text)
        put(rules, "bell.yml", RUNG)
        put(maps, "bell.yml", MAP.replace("bell rung", "gong struck"))
        with Daemon(rules=rules, args=["--maps", maps]) as d:
            def read_again(says):
                before = d.said().count(says)
                d.process.send_signal(signal.SIGHUP)
                wait_for(lambda: d.said().count(says) > before)

            def rung(n):
                d.ingest("door", ["bell rung by bellman"])
                assert sum(d.show(a)["fields"]["count"] for a in d.list("alert")) == n, titles(d)
            rung(0)
            put(maps, "bell.yml", MAP)
            put(maps, "bad.yml", "map: bad\nfrom: nowhere\n")
            read_again("1 files of maps from")
            assert "map refused" in d.said() and "bad.yml" in d.said(), d.said()
            rung(1)
            os.remove(os.path.join(maps, "bell.yml"))
            read_again("the maps stay as they were")
            rung(2)
            os.remove(os.path.join(maps, "bad.yml"))
            put(maps, "bell.yml", MAP.replace("bell rung", "gong struck"))
            read_again("1 files of maps from")
            rung(2)
            d.ingest("gw", [guess(i) for i in range(3)])  # our own maps are there, too
            assert d.status()["sources"][-1]["malformed"] == 0


def lists_stand_for_placeholders():
    """--lists FOLDER: who the guests are is no matter of the rule; read again on SIGHUP; without one the rule is refused."""
    guests = RUNG.replace("user: bellman", "'user|expand': '%guests%'")
    with tempfile.TemporaryDirectory(prefix="fengsui-rules-lists-") as folder:
        rules, maps, lists = (os.path.join(folder, name) for name in ("rules", "maps", "lists"))
        for where, name, text in ((rules, "bell.yml", guests), (maps, "bell.yml", MAP), (lists, "guests.txt", "ann\nbob\n")):
            os.mkdir(where)
            with open(os.path.join(where, name), "w", encoding="utf-8") as f:
                f.write(text)
        with Daemon(rules=rules, args=["--maps", maps, "--lists", lists]) as d:
            def rung():
                d.ingest("door", [f"bell rung by {who}" for who in ("ann", "eve")])
                return sum(d.show(a)["fields"]["count"] for a in d.list("alert"))
            assert rung() == 1, titles(d)
            with open(os.path.join(lists, "guests.txt"), "w", encoding="utf-8") as f:
                f.write("ann\neve\n")
            before = d.said().count("1 rules from")
            d.process.send_signal(signal.SIGHUP)
            wait_for(lambda: d.said().count("1 rules from") > before)
            assert rung() == 3, titles(d)
            os.remove(os.path.join(lists, "guests.txt"))
            d.process.send_signal(signal.SIGHUP)
            wait_for(lambda: "the rules stay as they were" in d.said())
            assert "guests" in d.said(), d.said()
            assert rung() == 5, titles(d)


def main():
    results = Results("rules")
    for case in (a_window_goes_on, a_rule_that_changed_begins_anew, a_bad_rule_leaves_the_good_ones,
                 no_rules_leave_those_in_force, a_rule_that_went_is_silent, maps_are_read_again, lists_stand_for_placeholders):
        results.case(case.__name__, case)
    results.end()


if __name__ == "__main__":
    main()
