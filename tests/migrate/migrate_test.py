#!/usr/bin/env python3
"""migrate -- the data folder of each earlier schema version, begun by this program, killed and begun again.

After each kill: it starts, everything that was readable is, the record verifies against what was
signed before, and its views are those of the record.
"""
import contextlib
import glob
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
from fengsui import ROOT, Daemon, Results, Unexpected, binary  # noqa: E402

POINTS = ["file.create", "file.write", "file.written", "file.synced", "file.renamed", "file.landed", "folder.made",
          "store.begin", "store.commit", "store.committed"]
NTH = (1, 2, 3, 5)
KILLS = int(os.environ.get("FENGSUI_MIGRATE_KILLS", "40"))
KEPT = ("records", "payloads", "objects", "clocks", "proposals", "blobs", "checkpoints", "packs", "outbox")


def check(good, what):
    if not good:
        raise Unexpected(what)


def current():
    with open(os.path.join(ROOT, "src", "store", "store.h"), encoding="utf-8") as f:
        return int(re.search(r"STORE_SCHEMA = (\d+)", f.read()).group(1))


def query(folder, sql):
    with contextlib.closing(sqlite3.connect(f"file:{folder}/fengsui.db?mode=ro", uri=True)) as db:
        return db.execute(sql).fetchall()


def census(folder):
    return {table: query(folder, f"SELECT count(*) FROM {table}")[0][0] for table in KEPT}


class Folder:
    """The kept folder of a version, and copies of it that are begun."""

    def __init__(self, version, where):
        self.version, self.base = version, os.path.join(where, f"v{version}")
        os.mkdir(self.base, 0o700)
        with tarfile.open(os.path.join(HERE, f"v{version}.tar.xz")) as tar:
            for member in tar.getmembers():
                check(".." not in member.name and not member.name.startswith("/"), member.name)
            tar.extractall(self.base)
        os.chmod(self.base, 0o700)
        check(query(self.base, "SELECT value FROM meta WHERE name='schema'") == [(str(version),)], "the kept version")
        self.census = census(self.base)
        self.leaves = query(self.base, "SELECT log, seq, leaf FROM records ORDER BY 1, 2")
        self.against = os.path.join(where, f"v{version}.against")
        with open(self.against, "w", encoding="utf-8") as f:
            for (note,) in query(self.base, "SELECT note FROM checkpoints"):
                f.write(note + "\n")

    @contextlib.contextmanager
    def copy(self):
        with tempfile.TemporaryDirectory(prefix="fengsui-migrate-") as where:
            folder = os.path.join(where, "d")
            shutil.copytree(self.base, folder)
            yield folder

    def as_it_was(self, folder):
        """Begun by this program: all that was there is there, to whoever reads and to who verifies."""
        with Daemon(at=None, folder=folder) as d:
            check(d.ask(op="rebuild", check=True).get("differing") == 0, "the views differ from the record")
            cases = d.list("incident", as_="dut", limit=100)
            check(len(cases) >= 3, cases)
            for case in cases:
                d.show(case.number, as_="dut")
                check(d.history(case.number, as_="dut"), case)
            check(any(d.show(c.number, as_="cl").get("proposals") for c in cases), "the proposal that waited is gone")
            d.done("dut", "incident", "create", title="新案件", reporter="联络员", aware_at=d.now, what="迁移之后",
                   unit="市教育局")
            d.upload("迁移之后".encode(), "dut")
            d.stop()
            d.verify("--against", self.against)
        check(query(folder, "SELECT value FROM meta WHERE name='schema'") == [(str(current()),)], "the version now")
        check(set(self.leaves) <= set(query(folder, "SELECT log, seq, leaf FROM records")), "entries changed")
        now = census(folder)
        check(all(now[t] >= n for t, n in self.census.items()), (self.census, now))
        check(query(folder, "PRAGMA integrity_check") == [("ok",)], "the database")


def plain(kept):
    with kept.copy() as folder:
        kept.as_it_was(folder)
        before = glob.glob(os.path.join(folder, "before-v*.db"))
        if kept.version < current():
            check([os.path.basename(p) for p in before] == [f"before-v{current()}.db"], before)
            with contextlib.closing(sqlite3.connect(before[0])) as db:
                check(db.execute("SELECT value FROM meta WHERE name='schema'").fetchone() == (str(kept.version),), "its version")
                check(db.execute("SELECT count(*) FROM records").fetchone()[0] == kept.census["records"], "its entries")
        else:
            check(not before, before)


def serve(folder, env=None):
    return subprocess.Popen([binary(), "serve", "--demo", "--data", folder], stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL, env={**os.environ, **(env or {})})


def at_each_fault_point(kept):
    reached = 0
    for point in POINTS:
        for nth in NTH:
            with kept.copy() as folder:
                process = serve(folder, {"FENGSUI_FAULTPOINT": f"{point}:{nth}"})
                until = time.monotonic() + 30
                while process.poll() is None and not os.path.exists(os.path.join(folder, "fengsui.sock")):
                    check(time.monotonic() < until, f"{point}:{nth} neither ends nor serves")
                    time.sleep(0.002)
                if process.poll() is None:
                    process.send_signal(signal.SIGTERM)
                process.wait(30)
                check(process.returncode in (0, -9), f"{point}:{nth}: {process.returncode}")
                reached += process.returncode == -9
                if process.returncode == -9:
                    kept.as_it_was(folder)
    check(reached >= 3, f"only {reached} fault points were reached: the test kills nothing")


def at_many_moments(kept):
    """The same folder, killed again and again on its way; then at last it is let be."""
    chance = random.Random(kept.version)
    with kept.copy() as folder:
        began = time.monotonic()
        process = serve(folder)
        while not os.path.exists(os.path.join(folder, "fengsui.sock")):
            check(process.poll() is None, "it does not start")
            time.sleep(0.001)
        whole = time.monotonic() - began
        process.kill()
        process.wait()
    for n in range(KILLS):
        with kept.copy() as folder:
            for _ in range(3):
                process = serve(folder)
                time.sleep(chance.uniform(0, whole * 1.2))
                process.kill()
                process.wait()
            status = subprocess.run([binary(), "verify", "--json", "--against", kept.against, folder], capture_output=True,
                                    text=True)
            check(status.returncode == 0, json.loads(status.stdout))
            if n % 10 == 0:
                kept.as_it_was(folder)
            else:
                with Daemon(at=None, folder=folder) as d:
                    check(d.ask(op="rebuild", check=True).get("differing") == 0, "the views differ from the record")


def a_newer_folder_is_left_alone(kept):
    with kept.copy() as folder:
        with contextlib.closing(sqlite3.connect(os.path.join(folder, "fengsui.db"))) as db:
            db.execute("UPDATE meta SET value = ? WHERE name = 'schema'", (str(current() + 1),))
            db.commit()
        before = census(folder)
        done = subprocess.run([binary(), "serve", "--demo", "--data", folder], capture_output=True, text=True, timeout=30)
        check(done.returncode == 78 and "schema version" in done.stderr, done)
        check(census(folder) == before and not glob.glob(os.path.join(folder, "before-v*")), "it was changed")


def main():
    results = Results("migrate")
    with tempfile.TemporaryDirectory(prefix="fengsui-kept-") as where:
        results.case("each earlier version is kept", lambda: check(
            all(os.path.exists(os.path.join(HERE, f"v{n}.tar.xz")) for n in range(1, current())) and
            os.path.exists(os.path.join(HERE, "v1.tar.xz")), "run tests/migrate/make_folder.py with the program of that version"))
        for path in sorted(glob.glob(os.path.join(HERE, "v*.tar.xz"))):
            version = int(re.search(r"v(\d+)", os.path.basename(path)).group(1))
            if version > current():
                continue
            kept = Folder(version, where)
            for case in (plain, at_each_fault_point, at_many_moments, a_newer_folder_is_left_alone):
                results.case(f"v{version}: {case.__name__}", case, kept)
    results.end()


if __name__ == "__main__":
    main()
