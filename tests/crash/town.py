"""town -- a daemon with everybody at work over HTTP, what dies, and the books held against what is left."""
import contextlib
import glob
import hashlib
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lib"))
from actors import EXPIRES, SOURCE, Client, Gone, Listener, Member, Mover, Poster, Uploader, headers_of, wanted  # noqa: E402
from cast import OFFICE, confirm_case, open_case, person, register  # noqa: E402
from fengsui import ROOT, Daemon  # noqa: E402

PASSWORD = "battery-staple-0415-crash"
RULE = """title: Command In A Container
id: 5a0e8a7e-6b0f-4c55-9a4e-0c1f7a1f0001
status: test
description: Every line of the test.
author: Fengsui
date: 2026-11-26
tags: [attack.execution, attack.t1609]
logsource: {product: kubernetes, service: audit}
detection:
  selection: {verb: create, objectRef.subresource: exec}
  condition: selection
level: medium
"""


def fault_points():
    """The names in host/faultpoint.c, without those that nothing here comes past."""
    with open(os.path.join(ROOT, "src", "host", "faultpoint.c"), encoding="utf-8") as f:
        names = re.findall(r'^\t"([a-z.]+)",', f.read(), re.M)
    return [name for name in names if name not in ("mail.filing", "folder.made")]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Town:
    def __init__(self, folder=None, env=None):
        self.port, self.rules = free_port(), tempfile.mkdtemp(prefix="fengsui-rules-")
        with open(os.path.join(self.rules, "exec.yml"), "w", encoding="utf-8") as f:
            f.write(RULE)
        self.base = {**os.environ, **(env or {})}
        self.d = Daemon(folder=folder, rules=self.rules, args=["--http", f"127.0.0.1:{self.port}"], env=env, verify=False)
        self.threads, self.actors, self.listeners, self.failed = [], [], [], []
        self.going, self.trigger, self.acked, self.said, self.days = False, None, {}, 0, 0
        self.lock = threading.Lock()
        try:
            self.people()
        except BaseException:
            self.close()
            raise

    def people(self):
        register(self.d)
        person(self.d, "sca01", "账号管理员", OFFICE, "SCA")
        with open(os.path.join(self.d.folder, "sources"), "w", encoding="utf-8") as f:
            f.write("default rate=0\n")
        self.d.process.send_signal(signal.SIGHUP)
        self.case, _ = confirm_case(self.d, [3, 3, 2, 1, 1, 1])
        self.second = open_case(self.d)
        client = Client(self.port)
        code = self.d.ask(op="account", act="invite", login="res01")["code"]
        wanted(client.ask("POST", "/api/v1/enrolment", {"login": "res01", "code": code, "password": PASSWORD}), 200)
        admin = headers_of(wanted(client.ask("POST", "/api/v1/session", {"login": "sca01"}), 201))
        self.token = wanted(client.ask("POST", "/api/v1/tokens", {
            "name": "source", "scopes": ["intake"], "source": SOURCE, "expires_at": EXPIRES}, admin), 201).json["token"]
        client.close()

    def everybody(self):
        self.actors = [Mover(self, "cl01", "a", self.case), Mover(self, "cl01", "b", self.case), Mover(self, "dut01", "c", self.second, True),
                       Uploader(self, "rsp01", "d"), Uploader(self, "rsp02", "e"), Poster(self, self.token, "f"),
                       Member(self, "aud01", "g"), Member(self, "res01", "h", PASSWORD)]
        self.listeners = [Listener(self, login, login, self.place()) for login in ("dut01", "uop_edu")]

    def place(self, folder=None):
        """Where the two logs stand."""
        with contextlib.closing(sqlite3.connect(f"file:{folder or self.d.folder}/fengsui.db?mode=ro", uri=True)) as db:
            return tuple(db.execute("SELECT count(*) FROM records WHERE log = ?", (log,)).fetchone()[0] for log in (1, 2))

    # ---- load ----------------------------------------------------------------------------------------

    def work(self, actor):
        client = Client(self.port)
        try:
            while self.going:
                actor.step(client)
        except Gone:
            pass
        except Exception as error:  # noqa: BLE001 -- an answer that should not be is a finding
            self.failed.append(f"{actor.name}: {type(error).__name__}: {error}")
        client.close()

    def begin(self, trigger=None):
        """Everybody works. `trigger`: at the so-manieth acknowledgement of this kind the daemon is killed."""
        self.going, self.trigger = True, trigger
        jobs = [(self.work, (actor,)) for actor in self.actors] + [(one.listen, (self.port,)) for one in self.listeners if not one.link]
        self.threads = [threading.Thread(target=job, args=args, daemon=True) for job, args in jobs]
        for thread in self.threads:
            thread.start()

    def heard(self, kind):
        with self.lock:
            self.acked[kind] = self.acked.get(kind, 0) + self.going
            if not self.trigger or self.trigger[0] != kind:
                return
            self.trigger = (kind, self.trigger[1] - 1) if self.trigger[1] > 1 else None
            if self.trigger is None:
                self.going = False
                os.kill(self.d.process.pid, signal.SIGKILL)
                raise Gone

    def wait_for_end(self, seconds):
        """It may die by itself; then it is killed."""
        try:
            self.d.process.wait(seconds)
            died = True
        except subprocess.TimeoutExpired:
            died = False
        self.kill()
        return died

    def kill(self):
        if self.d.process.poll() is None:
            self.d.process.kill()
        self.d.process.wait()
        if self.d.connection:
            self.d.connection.close()
            self.d.connection = None
        self.going, self.trigger = False, None
        for thread in self.threads:
            thread.join(60)

    def rest(self):
        """Everybody ends what is under way; the listeners listen on."""
        self.going, self.trigger = False, None
        for thread in self.threads[:len(self.actors)]:
            thread.join(60)

    # ---- after a restart -----------------------------------------------------------------------------

    def start(self, **env):
        """Gives how long it took until both ways in answered."""
        self.d.env = {**self.base, **env}
        began = time.monotonic()
        self.d.start()
        client = Client(self.port)
        client.ask("GET", "/api/v1/health")
        client.close()
        return time.monotonic() - began

    def say(self, client):
        """A change that everybody may hear of; gives its row id."""
        self.said += 1
        if not hasattr(self, "speaker"):
            self.speaker = Mover(self, "cl01", "say", self.case)
        self.speaker.session = None
        return wanted(self.speaker.ask(client, "POST", "/api/v1/lesson", {"input": {"incident": self.case, "text": f"say-{self.said}"}}), 201).json["id"]

    def settle(self, actors=None, listeners=None, later=None, port=None, folder=None):
        """Go on as good clients do; gives what is wrong."""
        wrong, self.failed, place, book = self.failed, [], self.place(folder), Book(folder or self.d.folder)
        wrong += book.wrong
        client = Client(port or self.port)
        actors, later = actors or self.actors, later or self.actors
        listeners = self.listeners if listeners is None else listeners
        wrong += [f"{one.name} heard up to {one.last} and the logs end at {place}" for one in listeners if max(a - b for a, b in zip(one.last, place)) > 0]
        for actor in actors:
            wrong += actor.judge_first(book)
        for actor, then in zip(actors, later):
            try:
                wrong += actor.settle(client, then)
            except (AssertionError, Gone) as error:
                wrong.append(f"{actor.name}: {error}")
        last = self.say(client) if listeners else 0
        for one in listeners:
            one.settle_until(client, last, self.place(folder))
        client.close()
        return wrong

    def judge(self, folder=None, actors=None, listeners=None, later=None, port=None):
        wrong = []
        book = Book(folder or self.d.folder)
        for actor, then in zip(actors or self.actors, later or self.actors):
            wrong += actor.judge(book, then)
        client = Client(port or self.port)
        for one in listeners if listeners is not None else self.listeners:
            wrong += one.judge_with(client, book)
        client.close()
        return wrong + book.wrong

    def pass_a_day(self):
        """Everything that was begun and left goes."""
        self.d.pass_time("25 h")
        for actor in self.actors + self.listeners:
            actor.day_passed()
        self.d.pass_time("6 min")
        book = Book(self.d.folder)
        return [f"left over after a day: {len(book.uploads)} uploads"] if book.uploads else []

    def close(self):
        self.d.remove()
        shutil.rmtree(self.rules, ignore_errors=True)


class Book:
    """What is in a folder, whoever says what: read with nothing of ours. A daemon that nobody asks anything may run."""

    known = {}  # (path, time, size) -> digest, so that a file is read once

    def __init__(self, folder):
        self.folder, self.wrong = folder, []
        with contextlib.closing(sqlite3.connect(f"file:{folder}/fengsui.db?mode=ro", uri=True)) as self.db:
            self.read()
        self.files()

    def read(self):
        self.blobs = dict(self.ask("SELECT digest, size FROM blobs"))
        self.uploads = dict(self.ask("SELECT id, size FROM uploads"))
        self.stored = self.one("SELECT coalesce(sum(stored), 0) FROM sources WHERE name = ?", SOURCE)
        self.hits = self.one("SELECT coalesce(sum(json_extract(body, '$.count')), 0) FROM objects WHERE kind = 'alert'"
                             " AND json_extract(body, '$.title') = 'Command In A Container'")
        self.texts, self.whole = self.count_texts(), set()
        self.entries = self.ask("SELECT r.seq, o.kind, r.object, r.oseq + 1 FROM records r JOIN objects o ON o.id = r.object WHERE r.log = 1")
        if (said := self.one("PRAGMA quick_check")) != "ok":
            self.wrong.append(f"the database: {said}")

    def ask(self, sql, *values):
        return self.db.execute(sql, values).fetchall()

    def one(self, sql, *values):
        return self.ask(sql, *values)[0][0]

    def count_texts(self):
        """The texts of the movers as the record has them, each with how often it was recorded."""
        counts = {}
        for (bytes_,) in self.ask("SELECT bytes FROM payloads WHERE length(bytes) < 40"):
            if re.fullmatch(rb"[abc][0-9]*-[0-9]+-", bytes_):
                counts[bytes_.decode()] = counts.get(bytes_.decode(), 0) + 1
        return counts

    def files(self):
        """Nothing half-written under a digest's name, nothing that the store does not name, nothing left over."""
        for path in glob.glob(os.path.join(self.folder, "blobs", "??", "*")):
            name = os.path.basename(path)
            if self.digest(path) != name:
                self.wrong.append(f"{path} is not what its name says")
            elif name not in self.blobs:
                self.wrong.append(f"{path} is named by nothing")
            else:
                self.whole.add(name)
        self.wrong += [f"evidence {d[:8]} is named and not there" for d in self.blobs if d not in self.whole]
        self.wrong += [f"{path} was left over" for path in glob.glob(os.path.join(self.folder, "blobs", ".*"))]
        for path in glob.glob(os.path.join(self.folder, "uploads", "*")):
            name = os.path.basename(path)
            if os.path.getsize(path) > 32 + self.uploads.get(name, -33):  # a line stands before the bytes
                self.wrong.append(f"{path}: {os.path.getsize(path)} bytes of an upload of {self.uploads.get(name)}")

    def digest(self, path):
        is_ = os.stat(path)
        key = (path, is_.st_mtime_ns, is_.st_size, is_.st_ino)
        if key not in self.known:
            with open(path, "rb") as f:
                self.known[key] = hashlib.sha256(f.read()).hexdigest()
        return self.known[key]
