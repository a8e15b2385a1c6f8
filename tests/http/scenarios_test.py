#!/usr/bin/env python3
"""Every scenario again, over HTTP: each person is signed in with a session of its own. Those whose head says
`over HTTPS` go there by themselves."""
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
BY_ITSELF = re.compile("over HTTPS", re.I)
SCENARIOS = os.path.join(os.path.dirname(HERE), "scenario")


def goes_by_itself(path):
    with open(path, encoding="utf-8") as f:
        return BY_ITSELF.search(f.read(300))


def main():
    passed = failed = 0
    for folder in sorted(os.listdir(SCENARIOS)):
        where = os.path.join(SCENARIOS, folder)
        for name in sorted(os.listdir(where)) if os.path.isdir(where) else []:
            if not name.endswith("_test.py") or goes_by_itself(os.path.join(where, name)):
                continue
            done = subprocess.run([sys.executable, os.path.join(where, name)], capture_output=True, text=True,
                                  env={**os.environ, "FENGSUI_WAY": "http"})
            found = re.findall(r"^(\d+) passed, (\d+) failed$", done.stdout, re.M)
            good, bad = map(int, found[-1]) if found else (0, 1)
            passed, failed = passed + good, failed + bad
            if bad or done.returncode:
                failed += not bad
                print(f"FAIL over HTTP: {folder}\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
