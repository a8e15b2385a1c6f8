"""actors -- people and machines who use the HTTP interface while the daemon dies, and what they were promised.

Each actor does one thing over and over and keeps book: what was acknowledged, and what is under way.
`step` is one turn under load. After a restart `judge_first` looks at what is there, `settle` goes on
where it broke off, as a good client would, and says what is wrong; `judge` looks again. `later` is the
same actor at a later moment: what had begun by then may have happened or not. (After a kill that is
the actor itself; a power cut is taken from a daemon that works on.)

    kind of acknowledgement     what it promises
    move                        is there, once, under the same key with the same answer
    upload.made, .piece         goes on by HEAD from at least that byte
    upload.sealed, .dropped     whole under its digest and noted; nothing of the pieces left
    lines                       tallies and alerts
    session, .ended             is good; is not
    token, .revoked             is good; is not
    view                        that or what was under way
"""
import copy
import gzip
import hashlib
import http.client
import json
import os
import random
import socket
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lib"))
from web import Reply  # noqa: E402

SOURCE, EXPIRES = "k8s-audit", "2026-12-24T00:00:00Z"
KEPT = 12  # sessions and tokens that are left open; a person may have 50


class Gone(Exception):
    """The daemon is not there any more: that is what this is about."""


class Client:
    """One connection that stays open."""

    def __init__(self, port):
        self.port, self.link = port, None

    def ask(self, method, path, body=None, headers=None):
        headers = dict(headers or {})
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body, ensure_ascii=False).encode()
            headers["Content-Type"] = "application/json"
        try:
            if not self.link:
                self.link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            self.link.request(method, path, body, headers)
            return Reply(self.link.getresponse())
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Gone(str(error)) from error

    def close(self):
        if self.link:
            self.link.close()
        self.link = None


def wanted(reply, *statuses):
    if reply.status not in statuses:
        raise AssertionError(f"{reply}, not {statuses}")
    return reply


class Actor:
    shared = ("town", "lock")

    def __init__(self, town, login, name):
        self.town, self.login, self.name, self.n = town, login, name, 0
        self.lock, self.session = threading.RLock(), None

    def __deepcopy__(self, memo):
        twin = self.__class__.__new__(self.__class__)
        with self.lock:
            for name, value in self.__dict__.items():
                twin.__dict__[name] = value if name in self.shared else copy.deepcopy(value, memo)
        return twin

    def sign_in(self, client):
        if not self.session:
            self.session = headers_of(wanted(client.ask("POST", "/api/v1/session", {"login": self.login}), 201))

    def ask(self, client, method, path, body=None, headers=None):
        self.sign_in(client)
        return client.ask(method, path, body, {**(headers or {}), **self.session})

    def day_passed(self):
        """Sessions end by themselves."""
        self.session = None

    def judge_first(self, book):
        return []

    def settle(self, client, later):
        return []

    def judge(self, book, later):
        return []


def headers_of(reply):
    return {"Cookie": reply.headers["set-cookie"].split(";")[0], "X-Fengsui-Token": reply.json["token"]}


# ---- moves ------------------------------------------------------------------------------------------

class Mover(Actor):
    """Makes records, or adds to one; each with a text of its own and a key."""

    def __init__(self, town, login, name, case, facts=False):
        super().__init__(town, login, name)
        self.path = f"/api/v1/incident/{case}/record_facts" if facts else "/api/v1/lesson"
        self.case, self.facts, self.done, self.sent = case, facts, [], None

    def step(self, client):
        text = f"{self.name}-{self.n}-"
        body = {"input": {"scope": text} if self.facts else {"incident": self.case, "text": text}}
        with self.lock:
            self.n, self.sent = self.n + 1, (text, body)
        self.act(client)

    def act(self, client):
        text, body = self.sent
        reply = wanted(self.ask(client, "POST", self.path, body, {"Idempotency-Key": text}), 200, 201)
        with self.lock:
            self.done.append((text, body, reply.status, reply.json))
            self.sent = None
        self.town.heard("move")

    def settle(self, client, later):
        if self.sent:
            self.act(client)
        wrong = []
        for text, body, status, answer in self.done[-3:]:
            again = self.ask(client, "POST", self.path, body, {"Idempotency-Key": text})
            if (again.status, again.json) != (status, answer):
                wrong.append(f"the key {text} gave {answer} and now {again}")
        return wrong

    def judge_first(self, book):
        """Before a repeat does what was lost."""
        return [f"move {text} was acknowledged and is there {book.texts.get(text, 0)} times"
                for text, _, _, _ in self.done if book.texts.get(text, 0) != 1]

    def judge(self, book, later):
        return self.judge_first(book)


# ---- uploads ----------------------------------------------------------------------------------------

class Uploader(Actor):
    """Evidence in pieces; now and then one is given up."""

    def __init__(self, town, login, name):
        super().__init__(town, login, name)
        self.at = self.path = self.end = None  # the upload under way; "end" or "drop" once that was asked for
        self.sealed, self.dropped = [], []
        self.size = self.count = 0

    @property
    def content(self):
        return random.Random(f"{self.name}-{self.count}").randbytes(self.size)

    def step(self, client):
        if self.path is None:
            return self.make(client)
        if self.end:
            return self.finish(client)
        if self.at == self.size:
            with self.lock:
                self.end = "end"
            return self.finish(client)
        if self.count % 7 == 6 and self.at > self.size // 2:
            with self.lock:
                self.end = "drop"
            return self.finish(client)
        return self.piece(client)

    def make(self, client):
        with self.lock:
            self.count, self.size = self.count + 1, random.Random(f"{self.name}+{self.count}").randrange(1, 400_000)
        reply = wanted(self.ask(client, "POST", "/api/v1/uploads", {"size": self.size}), 201)
        with self.lock:
            self.path, self.at = reply.headers["location"], 0
        self.town.heard("upload.made")

    def piece(self, client):
        bytes_ = self.content[self.at:self.at + 60_000]
        wanted(self.ask(client, "PATCH", self.path, bytes_, {"Upload-Offset": str(self.at), "Content-Type": "application/offset+octet-stream"}), 204)
        with self.lock:
            self.at += len(bytes_)
        self.town.heard("upload.piece")

    def finish(self, client):
        digest = hashlib.sha256(self.content).hexdigest()
        if self.end == "drop":
            wanted(self.ask(client, "DELETE", self.path), 200)
            self.over(self.dropped, self.path.rsplit("/", 1)[1], "upload.dropped")
        else:
            reply = self.ask(client, "POST", self.path + "/end", {"digest": digest})
            if reply.status == 503:
                return  # another file is being sealed: again
            wanted(reply, 200)
            self.over(self.sealed, (self.path.rsplit("/", 1)[1], digest, self.size), "upload.sealed")

    def over(self, book, entry, kind):
        with self.lock:
            book.append(entry)
            self.path = self.end = None
        self.town.heard(kind)

    def settle(self, client, later):
        if not self.path:
            return []
        name, digest = self.path.rsplit("/", 1)[1], hashlib.sha256(self.content).hexdigest()
        where = self.ask(client, "HEAD", self.path)
        ended = "drop" if name in later.dropped else "end" if any(s[0] == name for s in later.sealed) else later.end if later.path == self.path else None
        if where.status == 404 and (self.end or ended):
            if (self.end or ended) == "end":
                self.over(self.sealed, (name, digest, self.size), "-")
            else:
                self.over(self.dropped, name, "-")
            return []
        if where.status != 204:
            return [f"upload {name} was acknowledged and is not there: {where}"]
        if not self.at <= int(where.headers["upload-offset"]) <= self.size:
            return [f"upload {name} was acknowledged up to {self.at} and stands at {where.headers['upload-offset']}"]
        self.at = int(where.headers["upload-offset"])
        for _ in range(200):
            if not self.path:
                return []
            self.step(client)
        return [f"upload {name} does not come to its end"]

    def judge(self, book, later):
        wrong = []
        for name, digest, size in self.sealed:
            if book.blobs.get(digest) != size:
                wrong.append(f"upload {name} was sealed and the store does not name {digest[:8]} ({book.blobs.get(digest)})")
            if digest not in book.whole:
                wrong.append(f"upload {name} was sealed and its file {digest[:8]} is not whole")
        gone = [name for name, _, _ in self.sealed] + self.dropped
        return wrong + [f"upload {name} is over and still there" for name in gone if name in book.uploads]


# ---- lines ------------------------------------------------------------------------------------------

class Poster(Actor):
    """A machine with a token, whose lines each raise or repeat an alert."""

    def __init__(self, town, token, name):
        super().__init__(town, None, name)
        self.token, self.lines, self.sent, self.doubtful = token, 0, 0, 0

    def step(self, client):
        count = 1 + self.n % 4
        lines = [json.dumps({"kind": "Event", "auditID": f"{self.name}-{self.n}-{i}", "verb": "create", "objectRef": {"subresource": "exec"}})
                 for i in range(count)]
        with self.lock:
            self.n, self.sent = self.n + 1, count
        reply = wanted(client.ask("POST", "/api/v1/intake/" + SOURCE, gzip.compress("\n".join(lines).encode()), {
            "Authorization": "Bearer " + self.token, "Content-Type": "application/x-ndjson", "Content-Encoding": "gzip"}), 200)
        if (reply.json["stored"], reply.json["alerts"]) != (count, count):
            raise AssertionError(f"{count} lines: {reply}")
        with self.lock:
            self.lines, self.sent = self.lines + count, 0
        self.town.heard("lines")

    def settle(self, client, later):
        """Whoever had no answer does not know; here it is not sent again, so that the sums show what was lost."""
        with self.lock:
            self.doubtful, self.sent = self.doubtful + self.sent, 0
        return []

    def judge(self, book, later):
        most = later.lines + later.sent + later.doubtful
        return [f"{what}: {self.lines} lines were acknowledged, at most {most} were sent, {there} are there"
                for what, there in (("tally", book.stored), ("alerts", book.hits)) if not self.lines <= there <= most]


# ---- sessions, tokens, views ------------------------------------------------------------------------

class Member(Actor):
    """Signs in and out, makes and revokes tokens, saves lists. Everything has a state: under way, good, ending, ended."""

    def __init__(self, town, login, name, password=None):
        super().__init__(town, login, name)
        self.password = password
        self.sessions, self.tokens = {}, {}  # name -> [state, headers, id]
        self.views = {}                      # name -> [number acknowledged, number sent]

    def step(self, client):
        with self.lock:
            self.n += 1
        body = {"login": self.login, **({"password": self.password} if self.password else {})}
        reply = wanted(client.ask("POST", "/api/v1/session", body), 201)
        self.put(self.sessions, str(reply.json["session"]), "good", headers_of(reply), "session")
        mine = headers_of(reply)
        self.save_view(client, mine)
        self.make_token(client, mine)
        good = [id_ for id_, one in self.tokens.items() if one[0] == "good"]
        for id_ in good[:1] if self.n % 3 else good[:max(0, len(good) - KEPT)]:
            self.end(client, self.tokens, id_, mine, f"/api/v1/tokens/{id_}", "token.revoked")
        good = [id_ for id_, one in self.sessions.items() if one[0] == "good"]
        for id_ in good[:1] if self.n % 2 else good[:max(0, len(good) - KEPT)]:
            self.end(client, self.sessions, id_, self.sessions[id_][1], "/api/v1/session", "session.ended")

    def put(self, book, id_, state, headers, kind):
        with self.lock:
            book[id_] = [state, headers]
        self.town.heard(kind)

    def save_view(self, client, headers):
        name = f"v{self.n % 4}"
        with self.lock:
            before = self.views.get(name, [0, 0])[0]
            self.views[name] = [before, self.n]
        wanted(client.ask("PUT", f"/api/v1/views/{name}", {"kind": "incident", "where": f"n{self.n}"}, headers), 200, 201)
        with self.lock:
            self.views[name] = [self.n, self.n]
        self.town.heard("view")

    def make_token(self, client, headers):
        reply = wanted(client.ask("POST", "/api/v1/tokens", {"name": f"t{self.n}", "scopes": ["read"], "expires_at": EXPIRES}, headers), 201)
        self.put(self.tokens, str(reply.json["id"]), "good", {"Authorization": "Bearer " + reply.json["token"]}, "token")

    def end(self, client, book, id_, headers, path, kind):
        with self.lock:
            book[id_][0] = "ending"
        wanted(client.ask("DELETE", path, None, headers), 200, 204)
        with self.lock:
            book[id_][0] = "ended"
        self.town.heard(kind)

    def day_passed(self):
        super().day_passed()
        for one in self.sessions.values():
            one[0] = "ended"

    def settle(self, client, later):
        wrong = []
        for what, book, then in (("session", self.sessions, later.sessions), ("token", self.tokens, later.tokens)):
            for id_, (state, headers) in list(book.items()):
                status = client.ask("GET", "/api/v1/session", None, headers).status
                if state == "ended" and status != 401:
                    wrong.append(f"{what} {id_} was ended and is taken: {status}")
                if state == "good" and then[id_][0] == "good" and status != 200:
                    wrong.append(f"{what} {id_} was acknowledged and is not taken: {status}")
                if state == "ended" or status == 401:
                    with self.lock:
                        book.pop(id_)
        return wrong + self.settle_lists(client, later)

    def settle_lists(self, client, later):
        """What was begun and not answered is cleared away, as its owner would."""
        wrong = []
        for row in wanted(self.ask(client, "GET", "/api/v1/tokens"), 200).json["rows"]:
            if not row.get("revoked_at") and str(row["id"]) not in {**self.tokens, **later.tokens}:
                wanted(self.ask(client, "DELETE", f"/api/v1/tokens/{row['id']}"), 200)
        rows = {row["name"]: int(row["view"]["where"][1:]) for row in wanted(self.ask(client, "GET", "/api/v1/views"), 200).json["rows"]}
        for name, (known, _) in self.views.items():
            if not known <= rows.get(name, 0) <= later.views[name][1]:
                wrong.append(f"view {name} was saved as {known} and is {rows.get(name)}")
        return wrong


# ---- the live stream --------------------------------------------------------------------------------

class Listener(Actor):
    """Hears what changes, and goes on behind the last it has heard."""

    KINDS = ("lesson", "incident", "evidence", "alert")
    shared = ("town", "lock", "link")

    def __init__(self, town, login, name, from_):
        super().__init__(town, login, name)
        self.last, self.from_ = from_, from_  # (real, drill)
        self.changes, self.wrong, self.link = {}, [], None
        self.sees = {}

    def __deepcopy__(self, memo):
        twin = super().__deepcopy__(memo)
        twin.link = None
        return twin

    def listen(self, port, until=None):
        """Until the daemon is gone, or `until` (a row id) was heard."""
        client = Client(port)
        try:
            self.sign_in(client)
            link = self.link = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            link.request("GET", "/api/v1/events?kind=" + ",".join(self.KINDS), headers={**self.session, "Last-Event-ID": "%d.%d" % self.last})
            reply = link.getresponse()
            if reply.status != 200:
                raise AssertionError(f"the stream: {Reply(reply)}")
            event = {}
            for line in reply:
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name and value:
                    event[name] = value
                elif not line.strip():
                    if self.hear(event) == until and until:
                        return
                    event = {}
        except (OSError, http.client.HTTPException, Gone, AttributeError, ValueError):
            pass
        finally:
            client.close()
            self.close()

    def break_off(self):
        try:
            self.link.sock.shutdown(socket.SHUT_RDWR)
        except (OSError, AttributeError):
            pass

    def close(self):
        link, self.link = self.link, None
        if link:
            link.close()

    def hear(self, event):
        kind = event.get("event")
        if kind not in ("change", "hello", "resume", "end"):
            return None
        with self.lock:
            if kind == "end":
                self.wrong.append(f"{self.name}: the stream was ended: {event}")
                return None
            id_ = tuple(int(n) for n in event["id"].split("."))
            if kind == "resume":
                self.wrong.append(f"{self.name} stood at {self.last} and is told to read the lists anew: it heard what is not there")
            elif kind == "change" and not (id_ > self.last and min(a - b for a, b in zip(id_, self.last)) >= 0):
                self.wrong.append(f"{self.name}: event {id_} after {self.last}")
            self.last = id_
            if kind != "change":
                return None
            data = json.loads(event["data"])
            key = (data["id"], data["version"])
            self.changes[key] = self.changes.get(key, 0) + 1
        self.town.heard("event")
        return data["id"]

    def settle_until(self, client, last, place):
        """Up to the row that was made last, where the logs end at `place`; not for ever."""
        if self.last < place:
            late = threading.Timer(20, self.break_off)
            late.start()
            self.listen(client.port, until=last)
            late.cancel()
        if (last, 1) not in self.changes:
            self.wrong.append(f"{self.name} does not hear of #{last}")

    def may_see(self, client, kind, object_):
        if object_ not in self.sees:
            self.sees[object_] = self.ask(client, "GET", f"/api/v1/{kind}/{object_}").status == 200
        return self.sees[object_]

    def judge_with(self, client, book):
        """Each change that it may see, since it listens, exactly once; and nothing that is not there."""
        wrong, self.wrong = self.wrong, []
        there = {(object_, version): kind for seq, kind, object_, version in book.entries if seq >= self.from_[0]}
        for (object_, version), kind in there.items():
            times = self.changes.get((object_, version), 0)
            if times != 1 and kind in self.KINDS and (times or self.may_see(client, kind, object_)):
                wrong.append(f"{self.name} heard version {version} of {kind} #{object_} {times} times")
        return wrong + [f"{self.name} heard version {v} of #{o}, which is not there" for o, v in self.changes if (o, v) not in there]
