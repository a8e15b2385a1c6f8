"""sources -- quotas, fair turns and silences: one source's flood is its own, and who says nothing is missed."""
import os
import signal
import socket
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from fengsui import ROOT, Daemon, Results, Unexpected  # noqa: E402
from syslog_test import add_up, free_port, source, wait_for  # noqa: E402

RULES = os.path.join(ROOT, "rules")
SILENT = "fengsui-source-silent"


def write_roster(d, text):
    with open(os.path.join(d.folder, "sources"), "w", encoding="utf-8") as f:
        f.write(text)


def reload(d, text, says=None):
    """The roster is read again; `says` is what must then stand in the log."""
    write_roster(d, text)
    d.process.send_signal(signal.SIGHUP)
    if says:
        wait_for(lambda: says in d.said())


def send(address, port, lines):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind((address, 0))
        for line in lines:
            s.sendto(line, ("127.0.0.1", port))


def guess(n, i):
    return b"<38>Mar  2 08:00:%02d web%02d sshd[7]: Failed password for root from 203.0.113.%d port %d ssh2" % (i % 60, n, n, 4000 + i)


def rows(d):
    return {row["name"]: row for row in d.status()["sources"]}


# ---- one floods, nine others are heard ------------------------------------------------------------

def flood_until(stop, port, sent):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("127.0.0.1", 0))
        while not stop.is_set():
            for _ in range(500):
                s.sendto(b"<13>Mar  2 08:00:00 loud app: " + b"x" * 260, ("127.0.0.1", port))
            sent.append(500)


def a_flood_is_its_own():
    """Nine send 200 lines each, by UDP and TCP, while one sends all it can: theirs are stored, and raise their alerts."""
    udp, tcp = free_port(socket.SOCK_DGRAM), free_port(socket.SOCK_STREAM)
    with Daemon(rules=RULES, args=["--syslog-udp", f"127.0.0.1:{udp}", "--syslog-tcp", f"127.0.0.1:{tcp}"]) as d:
        stop, sent = threading.Event(), []
        loud = threading.Thread(target=flood_until, args=(stop, udp, sent))
        loud.start()
        try:
            streams = {n: socket.create_connection(("127.0.0.1", tcp), source_address=(f"127.0.0.{n}", 0)) for n in range(6, 11)}
            for part in range(20):
                for n in range(2, 6):
                    send(f"127.0.0.{n}", udp, [guess(n, part * 10 + i) for i in range(10)])
                for n, stream in streams.items():
                    stream.sendall(b"".join(guess(n, part * 10 + i) + b"\n" for i in range(10)))
                time.sleep(0.1)
            for stream in streams.values():
                stream.close()
        finally:
            stop.set()
            loud.join()
        # While the flood still waits in its lane, the others have been served.
        found = wait_for(lambda: (a := {n for n in range(6, 11) if any(f"203.0.113.{n}" == d.show(row)["fields"].get("group")
                                                                      for row in d.list("alert", limit=500))}) and len(a) == 5 and a)
        assert found == set(range(6, 11))
        d.restart()
        after = rows(d)
    lost = after.get("udp:all", {"lost": 0})["lost"]
    quiet = [after[f"udp:127.0.0.{n}"] for n in range(2, 6)]
    for row in after.values():
        add_up(row)
    for n in range(6, 11):
        assert after[f"tcp:127.0.0.{n}"]["stored"] == 200, after[f"tcp:127.0.0.{n}"]
    for row in quiet:
        assert row["stored"] == row["received"], f"a line of {row['name']} was not taken: {row}"
    # Only the kernel's buffer is shared by those who send by UDP.
    assert sum(200 - row["stored"] for row in quiet) <= lost, (quiet, lost)
    received = after["udp:127.0.0.1"]["received"] + sum(row["received"] for row in quiet)
    assert received + lost == sum(sent) + 800, f"{received} received, {lost} lost, {sum(sent) + 800} sent"


def a_quota_holds():
    """Under given time a source gets its burst and nothing more; others have the default. The quota changes on SIGHUP."""
    udp = free_port(socket.SOCK_DGRAM)
    with Daemon(rules=RULES, args=["--syslog-udp", f"127.0.0.1:{udp}"]) as d:
        reload(d, "default rate=20 burst=50\nudp:127.0.0.3 rate=5 burst=10\nudp:127.0.0.4 rate=0\n")
        d.ingest("x", ["a line"])  # read by now: the loop came round
        for address in ("127.0.0.2", "127.0.0.3", "127.0.0.4"):
            send(address, udp, [b"<13>line"] * 60)
        wait_for(lambda: sum(row["received"] for name, row in rows(d).items() if name.startswith("udp:127.")) == 180)
        after = rows(d)
        got = [after[f"udp:127.0.0.{n}"]["stored"] for n in (2, 3, 4)]
        assert got == [50, 10, 60], got
        d.pass_time("10 s")
        send("127.0.0.3", udp, [b"<13>line"] * 60)
        wait_for(lambda: rows(d)["udp:127.0.0.3"]["received"] == 120)
        assert rows(d)["udp:127.0.0.3"]["stored"] == 20, rows(d)["udp:127.0.0.3"]
        reload(d, "udp:127.0.0.3 rate=much\n", says="sources:1: rate=much")
        d.pass_time("10 s")
        send("127.0.0.3", udp, [b"<13>line"] * 60)
        wait_for(lambda: rows(d)["udp:127.0.0.3"]["received"] == 180)
        assert rows(d)["udp:127.0.0.3"]["stored"] == 30, "a broken roster must change nothing"


def many_alerts_are_all_raised():
    """300 alerts of 300 hosts at once: all are raised over several batches, none is dropped, none twice."""
    tcp = free_port(socket.SOCK_STREAM)
    line = (b'<190>Mar  2 08:01:00 h%03d nginx: 203.0.113.11 - - [02/Mar/2026:08:01:00 +0000] '
            b'"GET /x.php?cmd=curl+http://203.0.113.11/x HTTP/1.1" 200 0 "-" "curl/7.88.1"\n')
    with Daemon(rules=RULES, args=["--syslog-tcp", f"127.0.0.1:{tcp}"]) as d:
        with socket.create_connection(("127.0.0.1", tcp)) as s:
            s.sendall(b"".join(line % n for n in range(300)))
        wait_for(lambda: (source(d, "tcp:127.0.0.1") or {"stored": 0})["stored"] == 300, 30)
        wait_for(lambda: not d.status()["intake"]["alerts_waiting"], 60)
        assert len(d.list("alert", limit=500)) == 300 and not d.status()["intake"]["alerts_dropped"]


def what_is_kept_quiet_is_stored_and_counted():
    """Lines of a suppressed alert are sent = stored + limited as all others, and each stored one counts on the suppression."""
    udp = free_port(socket.SOCK_DGRAM)
    with Daemon(rules=os.path.join(ROOT, "tests", "alerts", "rules"), args=["--syslog-udp", f"127.0.0.1:{udp}"]) as d:
        d.person("dut01", ["DUT"])
        quiet = d.done("dut01", "suppression", "create", rule="wrong-password", source="web02", until="2026-03-03T00:00:00Z", reason="授权扫描")
        write_roster(d, "default rate=20 burst=50\n")
        d.process.send_signal(signal.SIGHUP)
        d.ingest("x", ["a line"])
        send("127.0.0.2", udp, [guess(2, i) for i in range(60)])
        send("127.0.0.3", udp, [guess(3, i) for i in range(60)])
        wait_for(lambda: all((rows(d).get(f"udp:127.0.0.{n}") or {"received": 0})["received"] == 60 for n in (2, 3)))
        wait_for(lambda: not d.status()["intake"]["alerts_waiting"])
        for n in (2, 3):
            row = rows(d)[f"udp:127.0.0.{n}"]
            add_up(row)
            assert (row["stored"], row["limited"]) == (50, 10), row
        counts = {a.states["life"]: d.show(a)["fields"]["count"] for a in d.list("alert")}
        assert counts == {"suppressed": 50, "new": 50}, counts
        assert d.show(quiet)["fields"]["taken"] == 50, d.show(quiet)["fields"]


# ---- silence --------------------------------------------------------------------------------------

def silences(d):
    return [d.show(a)["fields"] for a in d.list("alert") if d.show(a)["fields"]["rule"] == SILENT]


def silence_is_heard():
    """Once when it begins, not again while it lasts nor after a restart; it ends with the next line."""
    with Daemon(rules=RULES) as d:
        write_roster(d, "edu silent=10min\ntax silent=2h\nquiet rate=5\n")
        d.restart()
        d.ingest("edu", ["a line"])
        d.pass_time("9 min")
        assert not silences(d) and not source(d, "edu")["silent"]
        d.ingest("edu", ["another"])
        d.pass_time("9 min")
        assert not silences(d), silences(d)
        d.pass_time("1 min")
        found = silences(d)
        assert len(found) == 1 and found[0]["source"] == "edu" and "edu" in found[0]["title"], found
        row = source(d, "edu")
        assert row["silent"] and row["silent_since"].startswith("2026-03-02T08:09:00"), row
        assert "edu (silent)" in d.cli("status") and "edu（静默）" in d.cli("status", lang="zh")
        d.pass_time("30 min")
        d.restart()
        d.pass_time("30 min")
        assert len(silences(d)) == 1 and silences(d)[0]["count"] == 1, silences(d)
        assert source(d, "edu")["silent"] and source(d, "edu")["silent_since"].startswith("2026-03-02T08:09:00"), source(d, "edu")
        d.ingest("edu", ["back again"])
        assert not source(d, "edu")["silent"] and source(d, "edu")["silent_since"] is None
        d.pass_time("11 min")
        assert silences(d)[0]["count"] == 2, silences(d)


def never_heard_is_silent_too():
    with Daemon(rules=RULES) as d:
        write_roster(d, "tax silent=2h\n")
        d.restart()
        d.pass_time("3 h")
        assert [s["source"] for s in silences(d)] == ["tax"], silences(d)
        row = source(d, "tax")
        assert row["silent"] and row["received"] == 0 and row["last_at"] is None, row
        # Who is taken off the roster is not missed any more.
        write_roster(d, "")
        d.restart()
        assert "silent" not in source(d, "tax"), source(d, "tax")


def a_line_by_udp_ends_it():
    udp = free_port(socket.SOCK_DGRAM)
    with Daemon(rules=RULES, args=["--syslog-udp", f"127.0.0.1:{udp}"]) as d:
        write_roster(d, "udp:127.0.0.9 silent=1h\n")
        d.restart()
        d.pass_time("61 min")
        assert source(d, "udp:127.0.0.9")["silent"]
        send("127.0.0.9", udp, [b"<13>here"])
        wait_for(lambda: not source(d, "udp:127.0.0.9")["silent"])
        assert len(silences(d)) == 1


def bad_roster():
    """A roster that is asked for by name must be there, and say what can be understood."""
    for text, says in (("web01 key=12\n", "sources:1: key=12"), ("a\na\n", "'a' stands there twice"), (None, "it is not there")):
        with Daemon(verify=False) as d:
            path = os.path.join(d.folder, "other", "sources")
            os.mkdir(os.path.dirname(path))
            if text is not None:
                with open(path, "w", encoding="utf-8") as f:
                    f.write(text)
            d.stop()
            d.command += ["--rules", RULES, "--sources", path]
            try:
                d.start()
            except Unexpected as error:
                if says not in str(error):
                    raise
            else:
                raise Unexpected(f"{text!r} was taken")
            finally:
                d.verify_at_end = False


def a_wrong_clock_is_seen():
    """A line of the year 2106 is in no window of a correlation, and the status names who sent it."""
    with Daemon(rules=RULES) as d:
        assert d.status()["detection"]["ahead"] == 0
        d.ingest("relay", ["<38>1 2106-02-07T06:28:15Z web01 sshd 7 - - Failed password for root from 203.0.113.9 port 4000 ssh2"])
        said = d.status()["detection"]
        assert said["ahead"] >= 1 and said["groups"] == 0, said
        assert [row["name"] for row in said["by_source"]] == ["relay"], said


def main():
    results = Results("sources")
    for case in (a_flood_is_its_own, a_quota_holds, many_alerts_are_all_raised, what_is_kept_quiet_is_stored_and_counted, silence_is_heard, never_heard_is_silent_too, a_line_by_udp_ends_it, bad_roster, a_wrong_clock_is_seen):
        results.case(case.__name__, case)
    results.end()


if __name__ == "__main__":
    main()
