"""socket -- what the local socket takes and what it does not, and what happens to acknowledged acts."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from fengsui import Connection, Daemon, Results, Unexpected, binary  # noqa: E402

CASE = {"title": "t", "reporter": "r", "aware_at": "2026-03-02T07:50:00Z", "what": "w", "unit": "市教育局"}


def raw(connection, line):
    connection.sock.sendall(line)
    return connection.receive()


def check(wanted, got):
    if wanted != got:
        raise Unexpected(f"should be {wanted!r}, is {got!r}")


def rubbish(d):
    """Rubbish is answered, and the connection goes on."""
    c = Connection(d.folder)
    for line in (b"\x00\xff\n", b"[]\n", b'{"op":"nonsense"}\n', b'{"op":"do"}\n', b"{" * 100000 + b"\n"):
        check("invalid", raw(c, line)["fault"])
    check(True, raw(c, b'\n{"op":"status"}\r\n').ok)


def long_line(d):
    """A line beyond 8 MiB is refused without being kept, and the next is read."""
    c = Connection(d.folder)
    threading.Thread(target=c.sock.sendall, args=(b"x" * (9 << 20) + b'\n{"op":"status"}\n',)).start()
    check("limit", c.receive()["fault"])
    check(True, c.receive().ok)


def ask_once(connection):
    """Who is turned away may hear so before having asked."""
    try:
        connection.send(op="status")
    except OSError:
        pass
    return connection.receive()


def too_many(d):
    """The 257th connection is turned away with the reason; when some have gone, others are taken again."""
    held = []
    try:
        while len(held) < 300:
            held.append(Connection(d.folder))
            answer = ask_once(held[-1])
            if not answer.ok:
                break
        check("busy", answer["fault"])
        assert 250 <= len(held) <= 256, len(held)  # one is the scenario's own; some of earlier cases may linger
    finally:
        for c in held:
            c.close()
    until = time.monotonic() + 10
    while not ask_once(Connection(d.folder)).ok:
        assert time.monotonic() < until, "no connection is taken any more"
        time.sleep(0.05)


def memory_of(d):
    with open(f"/proc/{d.process.pid}/status", encoding="ascii") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("VmRSS"))


def slow_reader(d):
    """Who asks without reading the answers is not read any more; others are served."""
    before, c = memory_of(d), Connection(d.folder)
    c.sock.settimeout(2)
    try:
        for _ in range(20):
            c.sock.sendall(b'{"op":"catalogue"}\n' * 1000)
    except OSError:
        pass
    check(True, d.ask(op="status").ok)
    grown = memory_of(d) - before
    assert grown < 32 * 1024, f"grew by {grown} KiB"
    c.close()


def in_order(d):
    """Answers come in the order of the requests, reads see the writes before them."""
    c, ids = Connection(d.folder), []
    for _ in range(300):
        ids.append(c.send(op="do", kind="incident", move="create", input=CASE, **{"as": "duty01"}))
        ids.append(c.send(op="status"))
    answers = [c.receive() for _ in ids]
    check(ids, [a["request"] for a in answers])
    sizes = [a["record"]["entries"] for a in answers[1::2]]
    check(sorted(set(sizes)), sizes)


def half_closed(d):
    """A client may say all it has to say, close its half and read the answers."""
    c = Connection(d.folder)
    c.sock.sendall(b'{"op":"status"}\n' * 50)
    c.sock.shutdown(1)
    check(50, sum(1 for _ in c.file))


def same_key(d):
    """The same key gives the same answer and one entry; for something else it is refused."""
    before = d.status()["record"]["entries"]
    answers = [d.do("duty01", "incident", "create", key="k1", **CASE) for _ in range(3)]
    check(1, len({a.number for a in answers}))
    check(before + 1, d.status()["record"]["entries"])
    d.refused("N31", "duty01", "incident", "create", key="k1", **{**CASE, "what": "else"})


def time_back(d):
    d.pass_time("1 h")
    check("invalid", d.ask(op="tick", at="2026-03-02T08:00:00Z")["fault"])
    check("invalid", d.ask(op="tick", at="yesterday")["fault"])


def nobody(d):
    check("absent", d.try_("nobody", "incident", "create", **CASE)["fault"])
    check(False, d.try_(None, "incident", "create", **CASE).ok)


def evidence(d):
    """A file is stored under the digest that was said, or not at all."""
    digest = d.upload(b"evidence" * 300000)
    path = os.path.join(d.folder, "blobs", digest[:2], digest)
    check(2400000, os.path.getsize(path))
    upload = d.ask(op="blob", step="begin")["upload"]
    d.ask(op="blob", step="append", upload=upload, data="YWJj")
    check("invalid", d.ask(op="blob", step="end", upload=upload, digest="0" * 64)["fault"])
    check("absent", d.ask(op="blob", step="append", upload=upload, data="YWJj")["fault"])
    upload = d.ask(op="blob", step="begin")["upload"]
    check("invalid", d.ask(op="blob", step="append", upload=upload, data="***")["fault"])
    check("limit", d.ask(op="blob", step="append", upload=upload, data="YWJj" * 400000)["fault"])
    check("invalid", d.ask(op="blob", step="middle", upload=upload)["fault"])


def cut_upload(d):
    """SIGKILL in the middle of an upload: the next start removes what was never acknowledged, and says so."""
    blobs = os.path.join(d.folder, "blobs")
    whole = d.upload(b"whole")
    upload = d.ask(op="blob", step="begin")["upload"]
    check(True, d.ask(op="blob", step="append", upload=upload, data="YWJj").ok)
    d.process.kill()  # before the connection ends: a caller who leaves takes the upload along
    d.kill()
    drafts = sum(name.startswith(".draft-") for name in os.listdir(blobs))
    check(True, drafts >= 1)
    d.start()
    check(0, sum(name.startswith(".draft-") for name in os.listdir(blobs)))
    assert f"unfinished uploads removed from {d.folder}: {drafts}" in d.said(), d.said()
    check(True, os.path.exists(os.path.join(blobs, whole[:2], whole)))


def no_rules(d):
    check("absent", d.ask(op="ingest", source="x", lines=["x"])["fault"])


def second_daemon(d):
    """A second daemon on the folder ends at once, naming folder and holder."""
    done = subprocess.run([binary(), "serve", "--data", d.folder, "--demo"], capture_output=True, text=True, timeout=30)
    check(75, done.returncode)
    assert d.folder in done.stderr and str(d.process.pid) in done.stderr, done.stderr
    check(True, d.ask(op="status").ok)


def killed_under_load(d):
    """SIGKILL under load: what was acknowledged is there afterwards, and the stale socket is no obstacle."""
    acknowledged, lock = [], threading.Lock()

    def work():
        c = Connection(d.folder)
        try:
            while True:
                answer = c.ask(op="do", kind="incident", move="create", input=CASE, **{"as": "duty01"})
                with lock:
                    acknowledged.append(answer.number)
        except (OSError, ConnectionError, ValueError):
            pass

    threads = [threading.Thread(target=work) for _ in range(8)]
    for t in threads:
        t.start()
    time.sleep(0.7)
    d.kill()
    for t in threads:
        t.join()
    d.start()
    assert acknowledged
    for number in acknowledged:
        d.show(number)


def stopped_under_load(d):
    """SIGTERM under load: the batch is finished, exit status 0, nothing acknowledged is lost."""
    c, got = Connection(d.folder), []
    for _ in range(200):
        c.send(op="do", kind="incident", move="create", input=CASE, **{"as": "duty01"})
    d.process.terminate()
    try:
        while True:
            got.append(c.receive())
    except (OSError, ConnectionError, ValueError):
        pass
    check(0, d.process.wait(30))
    assert not os.path.exists(os.path.join(d.folder, "fengsui.sock"))
    d.start()
    for answer in got:
        if answer.ok:
            d.show(answer.number)


def demo_for_ever(d):
    """A demonstration folder stays one, and each answer says so."""
    d.stop()
    d.command.remove("--demo")
    at = d.command.index("--at")
    del d.command[at:at + 2]
    d.start()
    check(True, d.status()["demo"])
    check(True, d.ask(op="nonsense")["demo"])
    assert "DEMONSTRATION" in d.cli("status")


def real_folder():
    """A real folder refuses given persons and given time; its owner may enter the first people."""
    with Daemon(demo=False) as d:
        check("refused", d.try_("duty01", "incident", "create", **CASE)["fault"])
        check("refused", d.ask(op="tick", at="2030-01-01T00:00:00Z")["fault"])
        check("refused", d.ask(op="tick", at="+1 h")["fault"])
        assert "demo" not in d.ask(op="status") or d.status()["demo"] is False
        check(False, d.try_(None, "incident", "create", **CASE).ok)


def folder_that_lets_in():
    """A folder that everybody may enter shows nobody what stands in it."""
    folder = tempfile.mkdtemp()
    os.chmod(folder, 0o755)
    before = os.umask(0o022)
    try:
        with Daemon(folder=folder):
            open_to = [name for name in os.listdir(folder) if os.stat(os.path.join(folder, name)).st_mode & 0o077]
    finally:
        os.umask(before)
        shutil.rmtree(folder)
    check([], open_to)


def newer_folder(d):
    d.stop()
    store = os.path.join(d.folder, "fengsui.db")
    before = subprocess.run(["sqlite3", store, "SELECT value FROM meta WHERE name='schema'"], check=True, capture_output=True,
                            text=True).stdout.strip()
    subprocess.run(["sqlite3", store, "UPDATE meta SET value='9' WHERE name='schema'"], check=True)
    done = subprocess.run([binary(), "serve", "--data", d.folder], capture_output=True, text=True, timeout=30)
    check(78, done.returncode)
    assert "9" in done.stderr and d.folder in done.stderr, done.stderr
    subprocess.run(["sqlite3", store, f"UPDATE meta SET value='{before}' WHERE name='schema'"], check=True)
    d.start()


def broken_pack():
    with tempfile.TemporaryDirectory() as where:
        pack, data = os.path.join(where, "pack"), os.path.join(where, "data")
        os.mkdir(pack)
        with open(os.path.join(pack, "pack.yml"), "w", encoding="utf-8") as f:
            f.write("pack: x\nversion: 1\nlabel: {zh: 甲, en: A}\ncolour: red\n")
        done = subprocess.run([binary(), "serve", "--data", data, "--pack", pack], capture_output=True, text=True, timeout=30)
        check(65, done.returncode)
        assert "pack.yml:" in done.stderr, done.stderr
        # nothing half-made stands in the way of the next try with a good pack
        with Daemon(folder=data) as d:
            check(True, d.ask(op="status").ok)


def rubbish_folder():
    with tempfile.TemporaryDirectory() as where:
        with open(os.path.join(where, "fengsui.db"), "wb") as f:
            f.write(b"not a database" * 1000)
        done = subprocess.run([binary(), "serve", "--data", where], capture_output=True, text=True, timeout=30)
        check(70, done.returncode)
        with open(os.path.join(where, "fengsui.db"), "rb") as f:
            check(b"not a database" * 1000, f.read())


def main():
    results = Results("socket")
    with Daemon() as d:
        d.person("duty01", ["DUT"])
        for case in (rubbish, long_line, too_many, slow_reader, in_order, half_closed, same_key, time_back, nobody, evidence,
                     cut_upload, no_rules, second_daemon, killed_under_load, stopped_under_load, demo_for_ever, newer_folder):
            results.case(case.__name__, case, d)
    for case in (real_folder, folder_that_lets_in, broken_pack, rubbish_folder):
        results.case(case.__name__, case)
    results.end()


if __name__ == "__main__":
    main()
