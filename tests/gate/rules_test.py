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


def main():
    results = Results("rules")
    for case in (a_window_goes_on, a_rule_that_changed_begins_anew, a_bad_rule_leaves_the_good_ones,
                 no_rules_leave_those_in_force, a_rule_that_went_is_silent):
        results.case(case.__name__, case)
    results.end()


if __name__ == "__main__":
    main()
