#!/usr/bin/env python3
"""run -- every test there is, counted by cases; the last line is `N passed, N failed`.

    tests/run.py --build DIR [--no-root] [--list] [NAME …]

Parts are found, not listed: `tree` (tools/check-tree), each unit test that Meson built, and in
tests/PART/ and tests/PART/NAME/ every program named run.py, *_test.py or *.test.mjs. A program
says `N passed, N failed` in its last such line, or counts as one case by its exit status. A
program whose head says `needs: root` is left out with --no-root.
"""
import argparse
import concurrent.futures
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TIMEOUT_S = 1800
COUNTS = re.compile(r"^(\d+) passed, (\d+) failed", re.M)
CMOCKA_PASSED = re.compile(r"^\[  PASSED  \] (\d+) test", re.M)
CMOCKA_FAILED = re.compile(r"^\[  FAILED  \] \S+: (\d+) test", re.M)
NODE = re.compile(r"^# (pass|fail) (\d+)", re.M)


class Part:
    def __init__(self, name, command, path=None, alone=False):
        self.name, self.command, self.alone = name, command, alone
        self.root = False
        if path:
            with open(path, encoding="utf-8", errors="replace") as f:
                self.root = "needs: root" in f.read(2000)
        self.passed = self.failed = 0
        self.output, self.seconds = "", 0.0

    def run(self):
        begin = time.monotonic()
        try:
            done = subprocess.run(self.command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                  errors="replace", timeout=TIMEOUT_S, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
            self.output, status = done.stdout, done.returncode
        except subprocess.TimeoutExpired as late:
            self.output, status = (late.stdout or b"").decode(errors="replace") + "\ntook too long", 1
        except OSError as error:
            self.output, status = str(error), 1
        self.seconds = time.monotonic() - begin
        self.passed, self.failed = count(self.output)
        if self.passed + self.failed == 0:
            self.passed, self.failed = (1, 0) if status == 0 else (0, 1)
        elif status != 0 and self.failed == 0:
            self.failed = 1
        return self


def count(text):
    """Cases passed and failed, in whichever way the program says it."""
    if found := COUNTS.findall(text):
        return int(found[-1][0]), int(found[-1][1])
    passed = sum(int(n) for n in CMOCKA_PASSED.findall(text))
    failed = sum(int(n) for n in CMOCKA_FAILED.findall(text))
    if not passed + failed:
        for word, number in NODE.findall(text):
            passed += int(number) if word == "pass" else 0
            failed += int(number) if word == "fail" else 0
    return passed, failed


def unit_parts(build):
    listed = subprocess.run(["meson", "introspect", "--tests", build], capture_output=True, text=True, check=True)
    return [Part("unit/" + test["name"], test["cmd"]) for test in json.loads(listed.stdout)]


def program(path):
    name = os.path.relpath(path, os.path.join(ROOT, "tests"))
    if path.endswith(".mjs"):
        return Part(name, ["node", "--test", path], path)
    return Part(name, [sys.executable, path], path, alone=name.split(os.sep)[0] in ("crash", "gate"))


def found_parts():
    parts = []
    for depth in ("*", "*/*"):
        for pattern in ("run.py", "*_test.py", "*.test.mjs"):
            for path in sorted(glob.glob(os.path.join(ROOT, "tests", depth, pattern))):
                if os.path.relpath(path, os.path.join(ROOT, "tests")).split(os.sep)[0] not in ("unit", "lib"):
                    parts.append(program(path))
    return parts


def own_parts(build):
    """The shape of the tree, and what rules and the recording promise (a `check` of their own)."""
    parts = [Part("tree", [sys.executable, "tools/check-tree"])]
    for path in sorted(glob.glob(os.path.join(ROOT, "*", "check"))):
        if os.access(path, os.X_OK):
            parts.append(Part(os.path.relpath(path, ROOT), [path, os.path.join(build, "fengsui")]))
    return parts


def root_lacks():
    """What the parts that need root miss on this machine; "" for nothing."""
    lacks = []
    if os.geteuid() != 0:
        lacks.append("root")
    if not os.path.exists("/dev/loop-control"):
        lacks.append("loop devices (/dev/loop-control)")
    if not shutil.which("mkfs.xfs", path=os.environ.get("PATH", "") + ":/sbin:/usr/sbin"):
        lacks.append("xfsprogs")
    return ", ".join(lacks)


def report(part):
    print(f"{part.name:48} {part.passed:6} passed {part.failed:4} failed {part.seconds:7.1f} s", flush=True)
    if part.failed:
        lines = part.output.splitlines()
        print("\n".join("    " + line for line in lines[-60:]), flush=True)


def run_all(parts, jobs):
    """Side by side, except what kills daemons or fills disks: that runs by itself at the end."""
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for part in pool.map(Part.run, [p for p in parts if not p.alone]):
            report(part)
    for part in parts:
        if part.alone:
            report(part.run())


def main():
    reader = argparse.ArgumentParser(usage="./test [--no-root] [--list] [NAME …]")
    reader.add_argument("--build", required=True)
    reader.add_argument("--no-root", action="store_true")
    reader.add_argument("--list", action="store_true")
    reader.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    reader.add_argument("names", nargs="*")
    wanted = reader.parse_args()

    parts = own_parts(os.path.abspath(wanted.build)) + unit_parts(wanted.build) + found_parts()
    if wanted.names:
        parts = [p for p in parts if any(name in p.name for name in wanted.names)]
    if wanted.list:
        print("\n".join(p.name + (" (root)" if p.root else "") for p in parts))
        return 0
    failed_before = 0
    if wanted.no_root:
        for part in parts:
            if part.root:
                print(f"{part.name:48} left out (--no-root)")
        parts = [p for p in parts if not p.root]
    elif any(p.root for p in parts) and (lacks := root_lacks()):
        for part in parts:
            if part.root:
                failed_before += 1
                print(f"{part.name:48} FAILED: this machine lacks {lacks}; ./test --no-root leaves it out")
        parts = [p for p in parts if not p.root]
    run_all(parts, wanted.jobs)
    passed = sum(p.passed for p in parts)
    failed = failed_before + sum(p.failed for p in parts)
    bad = [p.name for p in parts if p.failed]
    if bad:
        print("failed: " + ", ".join(bad))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
