"""load -- acts under way from several clients, and what was acknowledged of them.

Each act carries a text of its own and a key, so that afterwards it can be seen whether it is there,
once, and whether a repeat of the last unanswered one gives one result.
"""
import base64
import hashlib
import os
import sqlite3
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lib"))
from fengsui import Connection  # noqa: E402


class Load:
    """Threads that act until told to stop or until the daemon is gone."""

    def __init__(self, folder, case, name, clients=4):
        self.acked, self.sent, self.blobs = [], {}, []  # (id, text) in the order of the answers
        self.lock, self.going = threading.Lock(), True
        self.threads = [threading.Thread(target=self.client, args=(folder, case, f"{name}-{i}", i)) for i in range(clients)]
        for thread in self.threads:
            thread.start()

    def client(self, folder, case, name, number):
        try:
            link = Connection(folder)
            for n in range(10**9):
                if not self.going:
                    break
                if number == 0 and n % 5 == 0:
                    self.with_file(link, case, f"{name}-{n}")
                else:
                    self.act(link, case, f"{name}-{n}", "lesson", {"incident": case, "text": f"{name}-{n}"})
            link.close()
        except (OSError, ConnectionError, ValueError):
            pass  # the daemon is gone: that is what this is about

    def act(self, link, case, key, kind, input_):
        text = input_.get("text") or input_["label_text"]
        request = dict(op="do", kind=kind, move="create", input=input_, key=key, **{"as": "cl01"})
        self.sent[key] = (request, text)
        answer = link.ask(**request)
        if not answer.ok:
            raise AssertionError(answer.brief())
        with self.lock:
            self.acked.append((answer.id, text))
            del self.sent[key]

    def with_file(self, link, case, key):
        """An evidence file, uploaded and then named by a record."""
        content = (key * 500).encode()
        digest = hashlib.sha256(content).hexdigest()
        who = {"as": "cl01"}
        upload = link.ask(op="blob", step="begin", **who)["upload"]
        link.ask(op="blob", step="append", upload=upload, data=base64.b64encode(content).decode(), **who)
        ended = link.ask(op="blob", step="end", upload=upload, digest=digest, **who)
        if not ended.ok:
            raise AssertionError(ended.brief())
        self.act(link, case, key, "evidence", {"incident": case, "type": "log", "label_text": key, "blob": digest})
        with self.lock:
            self.blobs.append(digest)

    def so_far(self):
        with self.lock:
            return list(self.acked), list(self.blobs)

    def stop(self):
        self.going = False
        for thread in self.threads:
            thread.join(30)


def missing(folder, acked, blobs):
    """What was acknowledged and is not there once: sentences, for a stopped folder."""
    found = []
    db = sqlite3.connect(f"file:{folder}/fengsui.db", uri=True)
    texts = {}
    for id_, body in db.execute("SELECT id, body FROM objects WHERE kind IN ('lesson', 'evidence')"):
        texts.setdefault(id_, body)
    counts = {}
    for id_, body in texts.items():
        counts[body] = counts.get(body, 0) + 1
    for id_, text in acked:
        if f'"{text}"' not in texts.get(id_, ""):
            found.append(f"#{id_} '{text}' was acknowledged and is not there")
    integrity = db.execute("PRAGMA integrity_check").fetchone()[0]
    db.close()
    if integrity != "ok":
        found.append(f"the database: {integrity}")
    for digest in blobs:
        path = os.path.join(folder, "blobs", digest[:2], digest)
        try:
            with open(path, "rb") as f:
                if hashlib.sha256(f.read()).hexdigest() != digest:
                    found.append(f"{path} is not what its name says")
        except OSError as error:
            found.append(str(error))
    return found


def twice(folder):
    """Texts that stand there more than once though they were acted once."""
    db = sqlite3.connect(f"file:{folder}/fengsui.db", uri=True)
    rows = db.execute("SELECT json_extract(body, '$.text') AS t, count(*) FROM objects WHERE kind = 'lesson'"
                      " GROUP BY t HAVING count(*) > 1").fetchall()
    db.close()
    return [f"'{text}' stands there {n} times" for text, n in rows]
