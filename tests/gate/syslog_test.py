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


def wait_for(what, seconds=40):
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
        s.sendall(b"<13>" + b"x" * 300000 + b"\n<13>after\n")
    wait_for(lambda: source(d, "tcp:127.0.0.1")["malformed"] == 2)
    add_up(source(d, "tcp:127.0.0.1"))


# What is sent by TCP on a connection of its own; what the tally must show for it; whether we are cut off.
HOSTILE = [
    ("a negative count", b"-5 <13>abc\n<13>after\n", {"stored": 0, "malformed": 1}, True),
    ("a count of nothing", b"0 <13>abc\n<13>after\n", {"stored": 0, "malformed": 1}, True),
    ("a huge count", b"<13>before\n4294967297 <13>abc\n<13>after\n", {"stored": 1, "malformed": 1}, True),
    ("a count beyond numbers", b"99999999999999999999 <13>abc\n", {"stored": 0, "malformed": 1}, True),
    ("a count that is too large", b"300000 <13>" + b"x" * 299996 + b"9 <13>after", {"stored": 1, "malformed": 1}, False),
    ("a count of less than there is", b"6 <13>abcdef\n<13>after\n", {"stored": 3, "malformed": 0}, False),
    ("no LF for two megabytes", b"<13>" + b"x" * (1 << 21), {"stored": 0, "malformed": 1}, True),
    ("NUL", b"<13>Mar  2 08:00:00 h a: x\0y\n\0\0\n<13>\0\n", {"stored": 3, "malformed": 0}, False),
    ("no UTF-8", b"<13>Mar  2 08:00:00 h a: \xff\xfe\xc0\x80\n", {"stored": 1, "malformed": 0}, False),
    ("a priority that is none", b"<192>x\n<999999999999>x\n<>x\n<-1>x\n<191\n", {"stored": 5, "malformed": 0}, False),
    ("times far off", b"<13>1 9999-12-31T23:59:59Z h a - - - x\n<13>1 0000-00-00T00:00:00Z h a - - - x\n"
                      b"<13>1 1970-01-01T00:00:00Z h a - - - x\n", {"stored": 3, "malformed": 0}, False),
    ("structured data that does not end", b'<13>1 - h a - - [x y="\\' + b'"\n<13>1 - h a - - [[[[\n', {"stored": 2, "malformed": 0}, False),
    ("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(32)) * 10 + b"\n", None, False),
    ("broken JSON", b'{"a":\n{"a":1}\n', {"stored": 1, "malformed": 1}, False),
]


def is_cut_off(s):
    s.settimeout(10)
    try:
        return s.recv(1) == b""
    except ConnectionError:
        return True


def hostile(d):
    """Each is counted where it belongs; where the framing is lost the connection ends, and others go on."""
    for name, sent, tally, cut in HOSTILE:
        before = source(d, "tcp:127.0.0.1")
        with socket.create_connection(("127.0.0.1", TCP)) as s:
            try:
                s.sendall(sent)
            except ConnectionError:
                assert cut, name
            if cut and not is_cut_off(s):
                raise Unexpected(f"{name}: the connection should have ended")
        with socket.create_connection(("127.0.0.1", TCP)) as s:
            s.sendall(b"<13>Mar  2 08:00:00 h a: one more\n")
        wanted = {**tally, "stored": tally["stored"] + 1} if tally else {}
        row = wait_for(lambda: (r := source(d, "tcp:127.0.0.1")) and
                       r["received"] - before["received"] >= max(1, sum(wanted.values())) and r)
        add_up(row)
        got = {k: row[k] - before[k] for k in wanted}
        if got != wanted:
            raise Unexpected(f"{name}: {got}, not {wanted}")


def guess_from(address):
    return [f"<38>Mar  2 08:01:{n:02} web02 sshd[7]: Failed password for root from {address} port {4000 + n} ssh2\n".encode()
            for n in range(30)]


def no_way_around(d):
    """Neither a NUL in what a rule matches nor a line of the year 9999 keeps an alert from being raised."""
    nul = (b'<190>Mar  2 08:01:00 nul01 nginx: 203.0.113.11 - - [02/Mar/2026:08:01:00 +0000] '
           b'"GET /x.php?cmd=curl+http://203.0.113.11/\0x HTTP/1.1" 200 0 "-" "curl/7.88.1"\n')
    ahead = b"<38>1 9999-12-31T23:59:59Z web02 sshd 7 - - Failed password for root from 203.0.113.12 port 1 ssh2\n"
    with socket.create_connection(("127.0.0.1", TCP)) as s:
        s.sendall(nul + ahead + b"".join(guess_from("203.0.113.12")))
    wait_for(lambda: [a for a in d.list("alert", where="source:nul01")])
    wait_for(lambda: [a for a in d.list("alert", limit=500) if "203.0.113.12" in str(d.show(a)["fields"].get("group"))])


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
    """50,000 lines as fast as they go, the last ones while the daemon ends: each is stored, limited, malformed or lost."""
    before = source(d, "udp:127.0.0.1")
    lost_before = (source(d, "udp:all") or {"lost": 0})["lost"]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        for n in range(50000):
            s.sendto(b"<13>Mar  2 08:00:00 web01 app: line %d" % n, ("127.0.0.1", UDP))
    d.restart()
    after, lost = source(d, "udp:127.0.0.1"), (source(d, "udp:all") or {"lost": 0})["lost"] - lost_before
    add_up(after)
    seen = after["received"] - before["received"]
    assert seen + lost == 50000, f"{seen} received and {lost} lost of 50000"


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
        for case in (by_udp, by_tcp, too_long, hostile, no_way_around, rubbish, flood, after_restart):
            results.case(case.__name__, case, d)
    results.case("bad_address", bad_address)
    results.end()


if __name__ == "__main__":
    main()
