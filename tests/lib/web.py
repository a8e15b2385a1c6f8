"""web -- the HTTP interface of a running daemon, as several people who are signed in.

    from web import Web, HttpDaemon

    with Daemon(args=["--http", "127.0.0.1:0"]) as d:
        web = Web(d)
        answer = web.get("/api/v1/incident", login="duty01")
        answer.status, answer.headers["etag"], answer.json

HttpDaemon is a Daemon of which everything that a person does goes over HTTP, so that a scenario
written for the socket runs from outside unchanged. What no person does (given time, log lines, the
first entries of the register) still goes over the socket.
"""
import datetime
import hashlib
import http.client
import json
import re
import ssl
import time
import urllib.parse

from fengsui import Answer, Daemon, Unexpected, _ref


class Reply:
    """One HTTP answer: status, headers (names in lower case), bytes, and `json` where it is JSON."""

    def __init__(self, response):
        self.status = response.status
        self.headers = {}
        for name, value in response.getheaders():
            self.headers[name.lower()] = value
        self.body = response.read()
        self.json = json.loads(self.body) if "json" in self.headers.get("content-type", "") and self.body else None

    @property
    def fault(self):
        return (self.json or {}).get("fault")

    @property
    def codes(self):
        return Answer(self.json or {}).codes

    def __repr__(self):
        return f"{self.status} {self.body[:600].decode('utf-8', 'replace')}"


def address(daemon, scheme="http"):
    """host, port of a listener, as the daemon said at its start."""
    for _ in range(500):
        found = re.findall(rf"HTTP interface on {scheme}://([^ \n]+):(\d+)", daemon.said(of_this_start=True))
        if found:
            return found[-1][0].strip("[]"), int(found[-1][1])
        time.sleep(0.01)
    raise Unexpected(f"no {scheme} address in: {daemon.said()}")


class Web:
    """Requests to a daemon. Who is named as `login` is signed in when it is first needed; in a
    demonstration folder without a password, else with the one in `passwords`."""

    def __init__(self, daemon, scheme="http"):
        self.daemon, self.scheme = daemon, scheme
        self.host, self.port = address(daemon, scheme)
        self.connection = None
        self.sessions = {}
        self.passwords = {}

    def connect(self):
        if self.scheme == "https":
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            return http.client.HTTPSConnection(self.host, self.port, timeout=60, context=context)
        return http.client.HTTPConnection(self.host, self.port, timeout=60)

    def raw(self, method, path, body=None, headers=None):
        """One request as it is. `body`: bytes, a text, or what is sent as JSON."""
        headers = dict(headers or {})
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body, ensure_ascii=False).encode()
            headers.setdefault("Content-Type", "application/json")
        elif isinstance(body, str):
            body = body.encode()
        for attempt in (1, 2):
            fresh = self.connection is None
            self.connection = self.connection or self.connect()
            try:
                self.connection.request(method, path, body, headers)
                reply = Reply(self.connection.getresponse())
                break
            except (ConnectionError, http.client.BadStatusLine):
                # An idle connection was closed by the other side meanwhile.
                self.close()
                if fresh or attempt == 2:
                    raise
        if reply.headers.get("connection", "").lower() == "close":
            self.close()
        if reply.status >= 400 and isinstance(reply.json, dict):
            self.daemon.codes_seen |= reply.codes
        return reply

    def close(self):
        if self.connection:
            self.connection.close()
            self.connection = None

    # ---- who ---------------------------------------------------------------------------------------

    def sign_in(self, login, password=None, code=None):
        body = {k: v for k, v in (("login", login), ("password", password or self.passwords.get(login)), ("code", code)) if v}
        reply = self.raw("POST", "/api/v1/session", body)
        if reply.status == 201:
            self.keep(login, reply)
        return reply

    def keep(self, login, reply):
        """A new session, or one whose secret was changed."""
        cookie = reply.headers["set-cookie"].split(";")[0]
        self.sessions[login] = {"Cookie": cookie, "X-Fengsui-Token": reply.json["token"]}

    def who(self, login):
        """The headers of a session, made where there is none yet."""
        if login not in self.sessions:
            reply = self.sign_in(login)
            if reply.status != 201:
                raise Unexpected(f"{login} cannot sign in: {reply}")
        return self.sessions[login]

    def step_up(self, login, **proof):
        if not proof and login in self.passwords:
            proof = {"password": self.passwords[login]}
        reply = self.raw("POST", "/api/v1/session/step-up", proof, self.who(login))
        if reply.status == 200:
            self.keep(login, reply)
        return reply

    # ---- asking ------------------------------------------------------------------------------------

    def ask(self, method, path, body=None, login=None, token=None, headers=None, patient=True):
        """As a person or with a token. A session that ran out while given time went on is opened
        again, and a proof is given where it is asked for, unless `patient` is False."""
        headers = dict(headers or {})
        if token:
            headers["Authorization"] = f"Bearer {token}"
        reply = self.raw(method, path, body, {**headers, **(self.who(login) if login else {})})
        if patient and login and reply.status == 401:
            if reply.fault == "step_up":
                self.step_up(login)
            else:
                self.sessions.pop(login, None)
            reply = self.raw(method, path, body, {**headers, **self.who(login)})
            if reply.fault == "step_up":
                self.step_up(login)
                reply = self.raw(method, path, body, {**headers, **self.who(login)})
        return reply

    def get(self, path, **more):
        return self.ask("GET", path, **more)

    def post(self, path, body=None, **more):
        return self.ask("POST", path, {} if body is None else body, **more)

    def delete(self, path, **more):
        return self.ask("DELETE", path, **more)

    def upload(self, bytes_, login=None, token=None, piece=1 << 20):
        """Store an evidence file piece by piece; gives its digest."""
        who = {"login": login, "token": token}
        where = self._must(201, self.post("/api/v1/uploads", {"size": len(bytes_)}, **who)).headers["location"]
        for at in range(0, len(bytes_), piece):
            self._must(204, self.ask("PATCH", where, bytes_[at:at + piece], **who, headers={
                "Upload-Offset": str(at), "Content-Type": "application/offset+octet-stream"}))
        digest = hashlib.sha256(bytes_).hexdigest()
        return self._must(200, self.post(where + "/end", {"digest": digest}, **who)).json["digest"]

    def lines(self, source, lines, token=None, login=None):
        """Log lines that a monitoring system posts; gives the reply."""
        return self.ask("POST", f"/api/v1/intake/{quoted(source)}", "".join(line + "\n" for line in lines), token=token,
                        login=login, headers={"Content-Type": "text/plain"})

    def token(self, login, *scopes, days=30, **more):
        """An API token: one's own, or with source= that of a machine (the administrator's to make)."""
        at = self.daemon.ask(op="status")["now"]
        until = (datetime.datetime.fromisoformat(at.replace("Z", "+00:00")) + datetime.timedelta(days=days)).strftime("%FT%TZ")
        asked = {"name": more.pop("name", "+".join(scopes)), "scopes": list(scopes), "expires_at": until, **more}
        return self._must(201, self.post("/api/v1/tokens", asked, login=login)).json["token"]

    @staticmethod
    def _must(status, reply):
        if reply.status != status:
            raise Unexpected(f"{status} expected: {reply}")
        return reply


def quoted(text):
    return urllib.parse.quote(str(text), safe="")


class HttpDaemon(Daemon):
    """A daemon of which people ask over HTTP."""

    scheme = "http"

    def __init__(self, *args, **more):
        self.web = None
        more["args"] = [*more.get("args", ()), f"--{self.scheme}", "127.0.0.1:0"]
        super().__init__(*args, **more)

    def start(self):
        super().start()
        before, self.web = self.web, Web(self, self.scheme)
        if before:  # who was signed in goes on: sessions outlive the daemon
            self.web.passwords, self.web.sessions = before.passwords, before.sessions
        return self

    def ask(self, **request):
        request = {k: v for k, v in request.items() if v is not None}
        login = request.get("as")
        nowhere = request["op"] == "do" and request.get("move") != "create" and "ref" not in request
        if not login or nowhere or request["op"] not in ROUTES or not self.signed_in(login):
            return super().ask(**request)
        if "at" in request:
            moved = super().ask(op="tick", at=request.pop("at"))
            if not moved.ok:
                return moved
        return ROUTES[request["op"]](self, login, request)

    def signed_in(self, login):
        """Who is on no register, or has left, cannot sign in: what the runner says to them, the socket tells."""
        if self.web.get("/api/v1/session", headers=self.web.sessions.get(login)).status == 200:
            return True
        self.web.sessions.pop(login, None)
        return self.web.sign_in(login).status == 201

    def upload(self, bytes_, as_=None, digest=None):
        if not as_ or not self.signed_in(as_):
            return super().upload(bytes_, as_, digest)
        return self.web.upload(bytes_, login=as_)

    def kind_of(self, ref):
        return super().ask(op="show", ref=_ref(ref)).get("kind", "incident")


def _answer(reply):
    answer = dict(reply.json or {})
    answer["ok"] = reply.status < 300
    if reply.status == 412:
        answer["fault"] = "conflict"
    return Answer(answer)


def _path_ref(ref):
    return quoted(ref[1:] if ref.startswith("#") else ref)


def _do(d, login, r):
    body = {k: r[k] for k in ("input", "occurred") if k in r}
    if "space" in r:
        body["space"] = "drill" if r["space"] == 2 else "real"
    headers = {}
    if "key" in r:
        headers["Idempotency-Key"] = r["key"]
    if "seen" in r:
        headers["If-Match"] = f'"{r["seen"]}"'
    if r["move"] == "create" and "ref" not in r:
        path = f"/api/v1/{r['kind']}"
    else:
        path = f"/api/v1/{r['kind']}/{_path_ref(r.get('ref', '0'))}/{r['move']}"
    return _answer(d.web.post(path, body, login=login, headers=headers))


def _withdraw(d, login, r):
    return _answer(d.web.delete(f"/api/v1/proposals/{r['proposal']}", login=login))


def _list(d, login, r):
    query = {k: r[k] for k in ("where", "limit", "after", "order") if k in r}
    if "space" in r:
        query["space"] = "drill" if r["space"] == 2 else "real"
    return _answer(d.web.get(f"/api/v1/{r['kind']}?{urllib.parse.urlencode(query)}", login=login))


def _show(d, login, r):
    more = f"?with={r['with']}" if "with" in r else ""
    return _answer(d.web.get(f"/api/v1/{d.kind_of(r['ref'])}/{_path_ref(r['ref'])}{more}", login=login))


def _history(d, login, r):
    return _answer(d.web.get(f"/api/v1/{d.kind_of(r['ref'])}/{_path_ref(r['ref'])}/history", login=login))


ROUTES = {"do": _do, "withdraw": _withdraw, "list": _list, "show": _show, "history": _history}
