#!/usr/bin/env python3
"""full disk with ballast -- needs: root. Work on cases goes on, logs and files wait, and all resumes by itself.

The control: without ballast the same campaign fails.
"""
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
sys.path.insert(0, os.path.join(HERE, "..", "crash"))
import load  # noqa: E402
from cast import confirm_case, register  # noqa: E402
from fengsui import ROOT, Daemon, Results, Unexpected  # noqa: E402
from small import Small, stuff  # noqa: E402

EDITS = 1000


def check(good, what):
    if not good:
        raise Unexpected(what)


def edits(d, case, count, acked, name):
    """So many that were acknowledged; how many were refused on the way."""
    refused = 0
    for n in range(count):
        text = f"{name}-{n}"
        answer = d.try_("cl01", "lesson", "create", incident=case, text=text)
        if answer.ok:
            acked.append((answer.id, text))
            continue
        check(answer["fault"] == "busy" and "disk is full" in answer["en"] and "磁盘已满" in answer["zh"], answer)
        refused += 1
        check(refused <= 3, f"refused {refused} times after {n} edits: {answer['en']}")
    return refused


def waits(d):
    """Files and logs are refused with the reason, reading is not."""
    for request in ({"op": "blob", "step": "begin", "as": "cl01"}, {"op": "ingest", "source": "s", "lines": ["x"]}):
        answer = d.ask(**request)
        check(answer.get("fault") == "busy" and d.folder in answer["en"] and "goes on" in answer["en"], answer)
        check("案件处理照常" in answer["zh"], answer)
    check(d.status()["room"]["state"] == "full", d.status()["room"])
    check("full" in d.cli("status") and "已满" in d.cli("status", lang="zh"), d.cli("status"))


def until(what, good, seconds=20):
    end = time.monotonic() + seconds
    while not good():
        check(time.monotonic() < end, what)
        time.sleep(0.1)


def campaign(kind, ballast="16"):
    with Small(kind) as where:
        folder = os.path.join(where, "d")
        with Daemon(folder=folder, args=["--ballast", ballast], rules=os.path.join(ROOT, "rules")) as d:
            register(d)
            case, _ = confirm_case(d, [3, 3, 2, 1, 1, 1])
            acked, held = [], os.path.join(folder, "ballast")
            if ballast != "0":
                check(os.path.getsize(held) == int(ballast) << 20, "the ballast")
                check(d.status()["room"]["state"] == "good", d.status()["room"])
            filler = stuff(where)
            # Until the log of the store wants more room than there is.
            before = len(acked)
            refused = edits(d, case, EDITS * 2, acked, "full")
            check(refused > 0 and not os.path.exists(held), "the disk never became full")
            check(len(acked) - before >= EDITS, len(acked))
            waits(d)
            # Through a crash on the full disk, too.
            d.kill()
            d.start()
            check(d.status()["room"]["state"] == "full", d.status()["room"])
            edits(d, case, 20, acked, "again")
            waits(d)
            os.unlink(filler)
            until("it does not resume by itself", lambda: d.status()["room"]["state"] == "good")
            check(os.path.getsize(held) == int(ballast) << 20, "the ballast was not made again")
            d.upload(b"room again", "cl01")
            check(d.ask(op="ingest", source="s", lines=["x"]).ok, "logs are taken again")
            edits(d, case, 20, acked, "room")
            said = d.said()
            check("given up for work on cases" in said and "there is room" in said, said)
            d.stop()
            wrong = load.missing(folder, acked, []) + load.twice(folder)
            check(not wrong, wrong[:3])
            d.start()


def without_ballast():
    """The fault that the campaign must catch."""
    try:
        campaign("tmpfs", "0")
    except Unexpected as found:
        check("refused" in str(found), found)
        return
    raise Unexpected("a daemon without ballast came through")


def a_full_disk_at_the_start():
    """The house opens on what was held back."""
    with Small() as where:
        folder = os.path.join(where, "d")
        with Daemon(folder=folder, args=["--ballast", "8"]) as d:
            register(d)
            case, _ = confirm_case(d, [3, 3, 2, 1, 1, 1])
            d.kill()
            stuff(where)
            d.start()
            edits(d, case, 100, [], "start")
            check(d.status()["room"]["state"] in ("full", "good"), d.status()["room"])


def log_lines_are_counted():
    """What comes by itself and cannot be kept is not lost in silence."""
    import socket
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with Small() as where:
        with Daemon(folder=os.path.join(where, "d"), rules=os.path.join(ROOT, "rules"),
                    args=["--ballast", "16", "--syslog-udp", f"127.0.0.1:{port}"]) as d:
            register(d)
            case, _ = confirm_case(d, [3, 3, 2, 1, 1, 1])
            filler = stuff(where)
            edits(d, case, EDITS, [], "full")
            check(d.status()["room"]["state"] == "full", d.status()["room"])
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
                for n in range(50):
                    out.sendto(f"<13>Mar  2 08:00:00 host app: line {n}".encode(), ("127.0.0.1", port))
            time.sleep(0.3)
            os.unlink(filler)
            until("no resume", lambda: d.status()["room"]["state"] == "good")
            until("the lines are not counted", lambda: any(
                s["name"].startswith("udp:") and s["received"] == 50 == s["limited"] for s in d.status()["sources"]))


def main():
    results = Results("full")
    results.case("in memory", campaign, "tmpfs")
    results.case("on ext4", campaign, "ext4")
    for case in (without_ballast, a_full_disk_at_the_start, log_lines_are_counted):
        results.case(case.__name__, case)
    results.end()


if __name__ == "__main__":
    main()
