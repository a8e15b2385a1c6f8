"""server -- a small server that keeps any OpenAPI document of ours, or breaks it in a planted way.

It has no state: what the document admits it answers with a made answer, what not with a problem.
So that the contract test is seen finding each kind of fault before it meets a real server.
"""
import http.server
import json
import re
import threading
import urllib.parse

from routes import routes
from values import Schemas

DEEP = 64


def depth(text):
    most = now = 0
    for byte in text:
        now += (byte in b"[{") - (byte in b"]}")
        most = max(most, now)
    return most


def no_duplicates(pairs):
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("duplicate member")
    return dict(pairs)


def no_float(text):
    raise ValueError(f"{text} is beyond every number")


class Refused(Exception):
    def __init__(self, status, fault, headers=()):
        super().__init__(status)
        self.status, self.fault, self.headers = status, fault, list(headers)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one piece: apart, each answer would wait for an acknowledgement

    def log_message(self, *_):
        pass

    def send(self, status, type_, body, headers=()):
        self.send_response(status)
        if type_:
            self.send_header("Content-Type", type_)
        for name, value in headers:
            self.send_header(name, value)
        if status not in (204, 304):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD" or self.server.planted == "head_body":
            self.wfile.write(body)

    def problem(self, refused):
        zh = (self.headers.get("Accept-Language") or "en").startswith("zh")
        body = {"type": f"urn:fengsui:fault:{refused.fault}", "title": "不符合要求" if zh else "not acceptable",
                "status": refused.status, "detail": "x", "fault": refused.fault, "en": "not acceptable", "zh": "不符合要求"}
        if refused.fault == "refused":
            code = "N99" if self.server.planted == "unknown_code" else self.server.code
            body["refusals"] = [{"code": code, "zh": "未满足", "en": "not met", "missing": []}]
        if self.server.planted == "one_language":
            body["zh"] = body["en"]
        if self.server.planted == "wrong_language":
            body["title"] = "not acceptable"
        if self.server.planted == "problem_type":
            body["type"] = "about:blank"
        type_ = "application/json" if self.server.planted == "content_type" else "application/problem+json"
        headers = refused.headers + ([("WWW-Authenticate", "Bearer")] if refused.status == 401 else [])
        self.send(refused.status, type_, json.dumps(body).encode(), headers)

    def handle_any(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        planted = self.server.planted
        if planted == "closed" and b"\\u0000" in body:
            self.close_connection = True
            return
        if planted == "crash" and b"\\u0000" in body:
            self.send(500, "text/plain", b"oops")
            return
        try:
            self.answer(*self.route(), body)
        except Refused as refused:
            if planted == "undocumented" and refused.status == 422:
                refused.status = 418
            if planted == "no_allow":
                refused.headers = []
            self.problem(refused)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_BREW = handle_any

    def route(self):
        path, _, query = self.path.partition("?")
        known = [r for r in self.server.routes if self.server.patterns[r.path].fullmatch(path)]
        # A word of the interface itself comes before a name that somebody chose.
        known.sort(key=lambda r: r.path.count("{"))
        known = [r for r in known if r.path == known[0].path]
        if not known:
            raise Refused(404, "absent")
        methods = {r.method for r in known}
        wanted = "GET" if self.command == "HEAD" and "HEAD" not in methods else self.command
        for route in known:
            if route.method == wanted:
                return route, query
        raise Refused(405, "invalid", [("Allow", ", ".join(sorted(methods)))])

    def answer(self, route, query, body):
        if not route.open and not self.headers.get("Authorization") and self.server.planted != "open_to_all":
            raise Refused(401, "unauthenticated")
        self.check_parameters(route, query)
        self.check_body(route, body)
        if route.kind and route.method == "POST":
            self.server.moves += 1
            if self.server.moves % 5 == 0:
                raise Refused(403, "refused")
        self.reply(route)

    def check_parameters(self, route, query):
        given = dict(urllib.parse.parse_qsl(query, keep_blank_values=True, errors="replace"))
        for parameter in route.operation.get("parameters", []):
            parameter = self.server.schemas.resolve(parameter)
            value = {"query": given.get, "header": self.headers.get}.get(parameter["in"], lambda _: None)(parameter["name"])
            if value is None:
                if parameter["in"] == "header" and parameter.get("required"):
                    raise Refused(400, "invalid")
                continue
            if self.server.schemas.resolve(parameter["schema"]).get("type") == "integer" and re.fullmatch("-?[0-9]+", value):
                value = int(value)
            if parameter["name"] in ("where", "after") and value in ("(((", "no such"):
                value = None
            if self.server.schemas.wrong(parameter["schema"], value):
                raise Refused(422, "invalid")
            if parameter["name"] == "If-Match" and value != '"1"':
                raise Refused(412, "conflict")
            if parameter["name"] == "Upload-Offset" and value > 2 ** 62:
                raise Refused(409, "conflict")

    def check_body(self, route, body):
        content = route.operation.get("requestBody", {}).get("content")
        if not content or (not body and not route.operation["requestBody"].get("required")):
            return
        type_ = (self.headers.get("Content-Type") or "").split(";")[0]
        if type_ not in content and self.server.planted != "any_type":
            raise Refused(415, "invalid")
        schema = content.get(type_, {}).get("schema")
        if schema is None:
            return
        try:
            if depth(body) > DEEP:
                raise ValueError("deep")
            value = json.loads(body, object_pairs_hook=no_duplicates)
        except ValueError:
            raise Refused(400, "invalid") from None
        if self.server.planted == "unknown_member" and isinstance(value, dict):
            value.pop("no_such_member", None)
        if self.server.schemas.wrong(schema, value):
            raise Refused(422, "invalid")

    def reply(self, route):
        status = next(iter(route.operation["responses"]))
        answer = self.server.schemas.resolve(route.operation["responses"][status])
        type_, media = next(iter(answer.get("content", {}).items()), (None, {}))
        body = b""
        if media.get("schema"):
            value = self.server.schemas.value(media["schema"], full=True)
            if self.server.planted == "schema" and isinstance(value, dict) and "id" in value:
                value["id"] = "seventeen"
            body = json.dumps(value).encode()
        elif type_:
            body = b"data: x\n\n"
        if self.server.planted == "head_status" and self.command == "HEAD":
            status = "404"
        headers = [(name, self.server.schemas.value(self.server.schemas.resolve(header)["schema"]).replace("烽燧", ""))
                   for name, header in answer.get("headers", {}).items()]
        self.send(int(status), type_, body, headers)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, document, planted=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.planted, self.schemas, self.routes = planted, Schemas(document), routes(document)
        self.moves = 0
        self.code = document["components"]["schemas"]["refusal_code"]["enum"][0]
        self.patterns = {r.path: re.compile(re.sub(r"\\{[a-z_]+\\}", "[^/]+", re.escape(r.path))) for r in self.routes}
        self.thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()
        self.thread.join()
