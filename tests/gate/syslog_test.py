"""syslog -- lines by UDP and TCP are counted for each source, detected, and become alerts of the house."""
import os
import socket
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from fengsui import ROOT, Daemon, Results, Unexpected  # noqa: E402

GUESSING = [f"<38>Mar  2 08:00:{n:02} web01 sshd[7]: Failed password for root from 203.0.113.9 port {4000 + n} ssh2"
            for n in range(30)]


def free_port(kind):
    with socket.socket(socket.AF_INET, kind) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


UDP, TCP = free_port(socket.SOCK_DGRAM), free_port(socket.SOCK_STREAM)


def source(d, name):
    return next((s for s in d.status()["sources"] if s["name"] == name), None)


def wait_for(what, seconds=10):
    until = time.monotonic() + seconds
    while not (got := what()):
        if time.monotonic() > until:
            raise Unexpected("it did not come")
        time.sleep(0.05)
    return got


def add_up(row):
    if row["received"] != row["stored"] + row["limited"] + row["malformed"]:
        raise Unexpected(f"the tally does not add up: {row}")


def by_udp(d):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        for line in GUESSING:
            s.sendto(line.encode(), ("127.0.0.1", UDP))
    row = wait_for(lambda: (r := source(d, "udp:127.0.0.1")) and r["received"] >= 30 and r)
    add_up(row)
    alerts = wait_for(lambda: d.list("alert"))
    assert any("203.0.113.9" in str(d.show(a)["fields"].get("group")) for a in alerts), alerts


def by_tcp(d):
    """Counted and newline framing on one connection; a cut-off message at the end is malformed."""
    with socket.create_connection(("127.0.0.1", TCP)) as s:
        for i, line in enumerate(GUESSING):
            text = line.replace("203.0.113.9", "203.0.113.10").encode()
            s.sendall(b"%d %s" % (len(text), text) if i % 2 else text + b"\n")
        s.sendall(b"500 <13>cut off")
    row = wait_for(lambda: (r := source(d, "tcp:127.0.0.1")) and r["received"] >= 31 and r)
    add_up(row)
    assert row["malformed"] == 1, row


def too_long(d):
    with socket.create_connection(("127.0.0.1", TCP)) as s:
        s.sendall(b"<13>" + b"x" * 200000 + b"\n<13>after\n")
    wait_for(lambda: source(d, "tcp:127.0.0.1")["malformed"] == 2)
    add_up(source(d, "tcp:127.0.0.1"))


def rubbish(d):
    """Bytes that mean nothing are counted and harm nothing."""
    before = source(d, "udp:127.0.0.1")["received"]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        for n in range(200):
            s.sendto(os.urandom(n + 1).replace(b"\n", b"") or b"x", ("127.0.0.1", UDP))
    row = wait_for(lambda: (r := source(d, "udp:127.0.0.1")) and r["received"] >= before + 200 and r)
    add_up(row)
    assert d.ask(op="status").ok


def flood(d):
    """50,000 lines as fast as they go: every one is stored, limited, malformed or lost by the kernel."""
    before = source(d, "udp:127.0.0.1")
    lost_before = (source(d, "udp:all") or {"lost": 0})["lost"]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        for n in range(50000):
            s.sendto(b"<13>Mar  2 08:00:00 web01 app: line %d" % n, ("127.0.0.1", UDP))
        time.sleep(1.5)
        s.sendto(b"<13>Mar  2 08:00:01 web01 app: last", ("127.0.0.1", UDP))
    time.sleep(2.5)
    after, lost = source(d, "udp:127.0.0.1"), (source(d, "udp:all") or {"lost": 0})["lost"] - lost_before
    add_up(after)
    seen = after["received"] - before["received"]
    assert seen + lost == 50001, f"{seen} received and {lost} lost of 50001"


def after_restart(d):
    """The tallies outlive the daemon."""
    before = source(d, "udp:127.0.0.1")["received"]
    d.restart()
    assert source(d, "udp:127.0.0.1")["received"] >= before


def bad_address():
    for text in ("127.0.0.1", "127.0.0.1:x", "127.0.0.1:70000", "host:514"):
        try:
            with Daemon(args=["--syslog-udp", text], verify=False):
                pass
        except Unexpected as error:
            assert "65" in str(error) and text in str(error), error
        else:
            raise Unexpected(f"{text} was taken")


def main():
    results = Results("syslog")
    with Daemon(rules=os.path.join(ROOT, "rules"),
                args=["--syslog-udp", f"127.0.0.1:{UDP}", "--syslog-tcp", f"127.0.0.1:{TCP}"]) as d:
        for case in (by_udp, by_tcp, too_long, rubbish, flood, after_restart):
            results.case(case.__name__, case, d)
    results.case("bad_address", bad_address)
    results.end()


if __name__ == "__main__":
    main()
