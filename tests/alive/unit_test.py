#!/usr/bin/env python3
"""the unit for systemd -- how much it leaves open, and that the daemon lives under it."""
import ctypes
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from fengsui import ROOT, Daemon, Results, Unexpected, binary  # noqa: E402

UNIT = os.path.join(ROOT, "etc", "fengsui.service")
MOST = 1.2
PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN = 65, 1
RULE = """title: Numbers
id: 00000000-0000-4000-8000-000000000001
status: test
author: test
description: a pattern
tags: [attack.t1110]
logsource: {product: linux, service: sshd}
detection:
  selection: {message|re: 'user[0-9]{3,5} from (?:10|172)\\.'}
  condition: selection
level: high
"""


def check(good, what):
    if not good:
        raise Unexpected(what)


def lacks(what):
    """Left out with a line, except where everything has to be there."""
    check(not os.environ.get("CI"), f"{what} is needed here")
    print(f"left out: {what} is not there")


def exposure(text):
    with tempfile.TemporaryDirectory() as where:
        path = os.path.join(where, "fengsui.service")
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager", path], capture_output=True,
                              text=True, env={**os.environ, "LC_ALL": "C.UTF-8"})
        level = re.search(r"exposure level for fengsui.service: ([0-9.]+)", done.stdout)
        check(level, done)
        return float(level.group(1))


def leaves_little_open():
    if not shutil.which("systemd-analyze"):
        return lacks("systemd-analyze")
    with open(UNIT, encoding="utf-8") as f:
        text = f.read()
    level = exposure(text)
    check(level <= MOST, f"exposure {level}, at most {MOST}")
    for line in ("CapabilityBoundingSet=", "SystemCallFilter=~@privileged @resources @obsolete", "PrivateUsers=yes"):
        check(line + "\n" in text and exposure(text.replace(line + "\n", "")) > level, f"'{line}' makes no difference")


def systemd_understands_it():
    if not shutil.which("systemd-analyze"):
        return lacks("systemd-analyze")
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", UNIT], capture_output=True, text=True)
    wrong = [line for line in done.stderr.splitlines() if "fengsui.service" in line and "is not executable" not in line]
    check(not wrong, wrong)


def says_what_the_daemon_does():
    with open(UNIT, encoding="utf-8") as f:
        text = f.read()
    for line in ("Type=notify", "WatchdogSec=30", "Restart=on-failure", "StateDirectory=fengsui", "LimitCORE=0",
                 "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6", "AmbientCapabilities="):
        check("\n" + line + "\n" in text, f"'{line}' is not in {UNIT}")
    command = re.search(r"^ExecStart=\S+ (serve .*)$", text, re.M).group(1).split()
    known = subprocess.run([binary(), "serve", "--help"], capture_output=True, text=True).stdout
    for word in command:
        check(not word.startswith("--") or word in known, f"serve knows no {word}")


def deny_write_execute():
    libc = ctypes.CDLL(None, use_errno=True)
    return libc.prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0)


def can_deny():
    """Does it hold, and through the start of another program?"""
    probe = [sys.executable, "-c", "import mmap; mmap.mmap(-1, 4096, prot=7)"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.run(probe, **quiet).returncode == 0 and \
        subprocess.run(probe, preexec_fn=deny_write_execute, **quiet).returncode != 0


def patterns_without_new_code():
    """Under MemoryDenyWriteExecute PCRE2 cannot compile to machine code: the same alerts, interpreted."""
    if not can_deny():
        return lacks("PR_SET_MDWE (Linux 6.3)")
    with tempfile.TemporaryDirectory() as where:
        with open(os.path.join(where, "rule.yml"), "w", encoding="utf-8") as f:
            f.write(RULE)
        lines = "".join(f"<38>Mar  2 08:00:{n % 60:02} host sshd[1]: user{n} from {net}.0.0.1\n"
                        for n, net in ((1, "10"), (123, "10"), (456, "172"), (789, "192")))
        outs = []
        for before in (None, deny_write_execute):
            done = subprocess.run([binary(), "watch", "--rules", where, "--year", "2026", "-"], input=lines, text=True,
                                  capture_output=True, preexec_fn=before)
            check(done.returncode == 0, done)
            outs.append(done.stdout)
        check(outs[0] == outs[1] and len(outs[0].splitlines()) == 2, outs)


def a_daemon_lives_under_it():
    """Without memory that is written and run, and without privilege to gain."""
    if not can_deny():
        return lacks("PR_SET_MDWE (Linux 6.3)")
    with Daemon(rules=os.path.join(ROOT, "rules")) as d:
        d.stop()
        real = subprocess.Popen
        try:
            subprocess.Popen = lambda *a, **k: real(*a, preexec_fn=deny_write_execute, **k)
            d.start()
        finally:
            subprocess.Popen = real
        d.ingest("s", ["<38>Mar  2 08:00:00 host sshd[1]: Failed password for root from 10.0.0.1 port 22 ssh2"])
        d.do(None, "unit", "create", name="u", type="bureau", bound=False)


def main():
    results = Results("unit")
    for case in (leaves_little_open, systemd_understands_it, says_what_the_daemon_does, patterns_without_new_code,
                 a_daemon_lives_under_it):
        results.case(case.__name__, case)
    results.end()


if __name__ == "__main__":
    main()
