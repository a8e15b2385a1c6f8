"""full disk -- needs: root. On a small file system of its own: refusals that say so, nothing acknowledged is lost."""
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from fengsui import Daemon, Results, Unexpected, binary  # noqa: E402
from small import Small, stuff  # noqa: E402

CASE = {"title": "t", "reporter": "r", "aware_at": "2026-03-02T07:50:00Z", "what": "w" * 20000, "unit": "市教育局"}


def fill(d):
    """Until it is full; gives what was acknowledged and the fault that came then."""
    acknowledged = []
    for _ in range(4000):
        answer = d.try_("duty01", "incident", "create", **CASE)
        if not answer.ok:
            return acknowledged, answer
        acknowledged.append(answer.number)
    raise Unexpected("the disk never became full")


def says_so(answer, where):
    if answer.ok or answer["fault"] != "busy" or "disk is full" not in answer["en"] or where not in answer["en"]:
        raise Unexpected(f"full disk: {answer}")


def evidence_too(d, where):
    """A file that finds no room leaves nothing of itself."""
    upload = d.ask(op="blob", step="begin", **{"as": "duty01"})
    if not upload.ok:
        return says_so(upload, where)
    for _ in range(8):
        answer = d.ask(op="blob", step="append", upload=upload["upload"], data="QUFB" * 250000, **{"as": "duty01"})
        if not answer.ok:
            return says_so(answer, where)
    raise Unexpected("six megabytes found room on a full disk")


def filled(where):
    with Daemon(folder=os.path.join(where, "d")) as d:
        d.person("duty01", ["DUT"])
        ballast = os.path.join(where, "ballast")
        with open(ballast, "wb") as f:
            f.write(b"x" * (6 << 20))
        acknowledged, answer = fill(d)
        says_so(answer, where)
        evidence_too(d, where)
        for _ in range(20):  # not only the first time, and for whoever asks
            says_so(d.try_("duty01", "incident", "create", **CASE), where)
        assert d.ask(op="status").ok, "a full disk keeps nobody from reading"
        for number in acknowledged:
            d.show(number)
        os.unlink(ballast)
        acknowledged.append(d.do("duty01", "incident", "create", **{**CASE, "what": "room again"}).number)
        d.upload(b"there is room for evidence, too", "duty01")
        d.kill()
        d.start()
        for number in acknowledged:
            d.show(number)
        numbers = [int(n[-4:]) for n in acknowledged]
        if numbers != list(range(1, len(numbers) + 1)):
            raise Unexpected(f"numbers have a gap: {numbers}")


def too_small_to_begin(where):
    stuff(where)
    done = subprocess.run([binary(), "serve", "--demo", "--data", os.path.join(where, "d")], capture_output=True, text=True,
                          timeout=60)
    if done.returncode not in (74, 75) or where not in done.stderr:
        raise Unexpected(f"exit {done.returncode}: {done.stderr}")


def main():
    results = Results("full disk")
    for case in (filled, too_small_to_begin):
        with Small(mib=24) as where:
            results.case(case.__name__, case, where)
    results.end()


if __name__ == "__main__":
    main()
