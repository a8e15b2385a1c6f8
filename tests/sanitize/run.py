"""sanitize -- every unit test, and one day of a daemon, under the address and undefined-behaviour sanitizers.

Builds build-asan; $FENGSUI_ASAN names another folder. What leaks, overflows or is undefined ends the program that does it.
"""
import concurrent.futures
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lib"))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "scenario"))
from fengsui import ROOT, Results, Unexpected  # noqa: E402

BUILD = os.environ.get("FENGSUI_ASAN") or os.path.join(ROOT, "build-asan")
PASSED = re.compile(r"^\[  PASSED  \] (\d+) test", re.M)
STRICT = {"ASAN_OPTIONS": "detect_leaks=1:detect_stack_use_after_return=1:abort_on_error=0:exitcode=99",
          "LSAN_OPTIONS": f"suppressions={os.path.join(ROOT, 'tests', 'sanitize', 'leaks.supp')}:print_suppressions=0",
          "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1"}
RULES, PACK = os.path.join(ROOT, "rules"), os.path.join(ROOT, "packs", "jinan-2007")


def build():
    if not os.path.exists(os.path.join(BUILD, "build.ninja")):
        subprocess.run(["meson", "setup", BUILD, "-Dtests=true", "--buildtype=debug", "-Doptimization=1",
                        "-Db_sanitize=address,undefined", "-Db_lundef=false"], cwd=ROOT, check=True, capture_output=True)
    done = subprocess.run(["ninja", "-C", BUILD], capture_output=True, text=True)
    if done.returncode:
        print(done.stdout[-4000:])
        print("0 passed, 1 failed")
        sys.exit(1)


def unit(results):
    """Each unit test; its cases are counted one by one."""
    listed = subprocess.run(["meson", "introspect", "--tests", BUILD], capture_output=True, text=True, check=True)

    def run(test):
        return test, subprocess.run(test["cmd"], capture_output=True, text=True, errors="replace", cwd=ROOT, timeout=600,
                                    env={**os.environ, **STRICT, **test["env"]})

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for test, done in pool.map(run, json.loads(listed.stdout)):
            said = done.stdout + done.stderr
            if done.returncode == 0:
                results.passed += sum(int(n) for n in PASSED.findall(said)) or 1
            else:
                results.failed.append(test["name"])
                print(f"FAIL {test['name']}: exit {done.returncode}\n{said[-6000:]}", flush=True)


def clean(d):
    """It ended well, and the sanitizers had nothing to say."""
    d.stop()
    said = d.said()
    for words in ("AddressSanitizer", "LeakSanitizer", "runtime error"):
        if words in said:
            raise Unexpected(said[-6000:])


def a_case_from_first_report_to_archive():
    from scene import LEVEL3, activated, archived, city, containing, to_followup
    with city(pack=PACK) as d:
        case, systems = activated(d, LEVEL3)
        containing(d, case)
        to_followup(d, case, systems)
        archived(d, case)
        d.pass_time("40 d")
        assert d.ask(op="rebuild", check=True)["differing"] == 0
        d.cli("bundle", os.path.join(d.folder, "bundle"), case)
        plain("verify", os.path.join(d.folder, "bundle"))
        for args in (("status",), ("incident", "list"), ("incident", "show", case), ("incident", "history", case),
                     ("incident", "confirm", "--help")):
            for lang in ("en", "zh"):
                d.cli(*args, lang=lang)
        clean(d)


def refusals_and_rubbish():
    from cast import city, open_case
    from fengsui import Connection
    with city(pack=PACK) as d:
        case = open_case(d)
        for login in ("dut01", "uop_tax", "nobody"):
            d.try_(login, "incident", "accept", case)
        c = Connection(d.folder)
        for line in (b"\x00\xff\n", b"[]\n", b"{" * 9000 + b"\n", b'{"op":"do","kind":"incident","move":"create","input":7}\n'):
            c.sock.sendall(line)
            c.receive()
        c.sock.sendall(b'{"op":"status"')
        c.close()
        d.ask(op="publish", pack=os.path.join(ROOT, "tests", "boundary", "packs", "04-class-rumour"))
        clean(d)


def detection_to_case():
    from cast import city
    with city(pack=PACK, rules=RULES) as d:
        log = os.path.join(ROOT, "example", "logs")
        for name in sorted(os.listdir(log)):
            with open(os.path.join(log, name), "rb") as f:
                lines = f.read().splitlines()
            for at in range(0, min(len(lines), 4000), 1000):
                d.ingest(name, b"\n".join(lines[at:at + 1000]))
        d.ingest("rubbish", ["\x01\x7f\u0080\ufffd" * 50, "", "x" * 70000, '{"a":' * 50])
        assert d.list("alert")
        clean(d)


def plain(*args, statuses=(0,)):
    """A command that needs no daemon."""
    done = subprocess.run([os.environ["FENGSUI"], *args], capture_output=True, text=True, errors="replace", timeout=300)
    if done.returncode not in statuses or "Sanitizer" in done.stderr or "runtime error" in done.stderr:
        raise Unexpected(f"{args}: exit {done.returncode}\n{done.stderr[-6000:]}")


def watch_and_plan():
    log = os.path.join(ROOT, "example", "logs", "edu-web01.log")
    plain("watch", "--rules", RULES, "--stats", log)
    plain("watch", "--rules", os.path.join(ROOT, "tests/boundary/rules"), log, statuses=(65,))
    plain("plan", "check", PACK)
    plain("plan", "diff", PACK, PACK)
    plain("plan", "show", PACK, "--mermaid")
    plain("plan", "check", os.path.join(ROOT, "tests/boundary/packs/01-kind-about-speech"), statuses=(65,))


def over_the_network(name):
    """A test from outside, played against the program under the sanitizers; what they find ends the daemon badly."""
    done = subprocess.run([sys.executable, os.path.join(ROOT, "tests", "http", name)], capture_output=True, text=True, timeout=300)
    if done.returncode:
        raise Unexpected(f"{name}: exit {done.returncode}\n{(done.stdout + done.stderr)[-6000:]}")


def main():
    build()
    os.environ.update(STRICT, FENGSUI=os.path.join(BUILD, "fengsui"))
    results = Results("sanitize")
    unit(results)
    for case in (a_case_from_first_report_to_archive, refusals_and_rubbish, detection_to_case, watch_and_plan):
        results.case(case.__name__, case)
    for name in ("api_test.py", "accounts_test.py"):
        results.case(name, over_the_network, name)
    results.end()


if __name__ == "__main__":
    main()
