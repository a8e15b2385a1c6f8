#!/usr/bin/env python3
"""make_folder -- a small data folder as the present program writes it, kept as test data for those to come.

    FENGSUI=build/fengsui tests/migrate/make_folder.py

Writes tests/migrate/vN.tar.xz, N the schema version, unless it is there: what an old program wrote
is not written again by a newer one. Run it once before a schema version gets a successor.
"""
import os
import sqlite3
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "lib"), os.path.join(HERE, "..", "rows")]
from fengsui import ROOT  # noqa: E402
from recipes import begin, scene  # noqa: E402
from rows_test import Plan  # noqa: E402
from world import World  # noqa: E402

DRILL = 2


def fill(w):
    """Cases, a pending proposal, evidence with its files, a drill with a case of its own, an alert, answers with keys."""
    Plan(w)
    begin(w, "DRL.RUNNING")
    for n in range(3):
        number = w.done("dut", "incident", "create", title=f"案件 {n}", reporter="联络员", aware_at=w.now, what="钓鱼邮件与木马",
                        unit=w.u("edu"), key=f"key-{n}").number
        w.done("dut", "incident", "acknowledge", number)
        digest = w.upload(f"证据 {n}".encode() * 100)
        w.do("dut", "evidence", "create", incident=number, type="log", label_text=f"日志 {n}", blob=digest)
    w.done("dut", "incident", "create", title="演练案件", reporter="联络员", aware_at=w.now, what="演练", unit=w.u("edu"),
           space=DRILL)
    begin(w, "H.CONTAIN")
    waits = scene("T007")
    t = waits.begin(w)
    w.proposed(waits.who[0], t.kind, waits.move, t.ref, **waits.given(w, t))
    w.ask(op="checkpoint")


def main():
    with World(rules=os.path.join(ROOT, "rules")) as w:
        fill(w)
        w.ingest("host", ["<38>Mar  2 08:00:00 host sshd[1]: Failed password for root from 10.0.0.1 port 22 ssh2"] * 30)
        w.stop()
        with sqlite3.connect(os.path.join(w.folder, "fengsui.db")) as db:
            version = db.execute("SELECT value FROM meta WHERE name = 'schema'").fetchone()[0]
            counts = {t: db.execute(f"SELECT count(*) FROM {t}").fetchone()[0]
                      for t in ("records", "objects", "clocks", "proposals", "outbox", "blobs", "answers", "sources")}
            kinds = db.execute("SELECT kind, space, count(*) FROM objects GROUP BY 1, 2").fetchall()
        print(version, counts, kinds)
        target = os.path.join(HERE, f"v{version}.tar.xz")
        if os.path.exists(target):
            sys.exit(f"{target} is there already")
        subprocess.run(["tar", "--create", "--xz", "--file", target, "--sort=name", "--owner=0", "--group=0", "--numeric-owner",
                        "--exclude=./*-writer", "--exclude=./*-shm", "--exclude=./*-wal", "-C", w.folder, "."], check=True)
        print(target, os.path.getsize(target))


if __name__ == "__main__":
    main()
