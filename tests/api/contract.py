"""contract -- does a server keep what the OpenAPI document promises?

    walk = Contract(document, {"duty01": ask, ...})
    walk.run()
    walk.findings        what is wrong: each names the operation, what was sent, and what came

`ask(method, path, headers, body, stream=False)` sends one request as a role and gives a Reply; it
raises OSError where the connection ended without an answer. With `stream` it reads the head alone.

Each operation is asked as every role, as nobody, and spoiled in every way that its schemas
allow for. What the document does not admit must be refused; whatever comes must be one of the
answers that are documented, with a body of its schema. Nothing here knows a kind or a move.
"""
import json
import re
import urllib.parse

from routes import routes
from values import Schemas

HAN = re.compile("[\u4e00-\u9fff]")
PROBLEM = "application/problem+json"
JSON = "application/json"
# Not in the document of an operation: what is said about the request as such.
ABOUT_REQUESTS = {"405", "414", "431"}
UNHEARD_OF = "BREW"


class Reply:
    def __init__(self, status, headers, body):
        self.status, self.body = status, body
        self.headers = {name.lower(): value for name, value in headers}

    @property
    def type(self):
        return self.headers.get("content-type", "").split(";")[0].strip().lower()


class Sent:
    """A request, before it goes out."""

    def __init__(self, what, method, path, headers, body, refuse=False, stream=False, only=None):
        self.what, self.method, self.path, self.headers, self.body = what, method, path, headers, body
        self.refuse = refuse  # the document does not admit it: anything but 4xx is wrong
        self.stream = stream
        self.only = only      # the one status that is right


def dumped(value):
    return json.dumps(value, ensure_ascii=False).encode("utf-8")


class Contract:
    def __init__(self, document, asks, as_nobody=None, skip=(), per_property=1, thin=1):
        self.document, self.asks, self.as_nobody = document, asks, as_nobody
        self.skip, self.per_property = set(skip), per_property
        self.thin = thin  # of what is spoiled in every operation of the plan alike, each n-th; all of it over n operations
        self.schemas = Schemas(document, self.reference)
        self.known = {}
        self.findings, self.sent, self.statuses = [], 0, {}
        self.turn = self.nth = self.asked = 0

    # ---- values of the server ---------------------------------------------------------------------

    def reference(self, kind):
        """The row id of a record of this kind, where the first role sees one."""
        if kind not in self.known:
            self.known[kind] = None
            path = f"/api/v1/{kind}"
            if path in self.document["paths"]:
                try:
                    reply = self.ask_first("GET", path + "?limit=1")
                    rows = json.loads(reply.body).get("rows") if reply.status == 200 else None
                    self.known[kind] = rows[0]["id"] if rows else None
                except (OSError, ValueError, KeyError):
                    pass  # the walk itself finds what is wrong with the list
        return self.known[kind]

    def ask_first(self, method, path):
        return next(iter(self.asks.values()))(method, path, {}, None)

    # ---- one operation ----------------------------------------------------------------------------

    def parameters(self, route, place):
        for parameter in route.operation.get("parameters", []):
            parameter = self.schemas.resolve(parameter)
            if parameter["in"] == place:
                yield parameter

    def path_of(self, route, **instead):
        path = route.path
        for parameter in self.parameters(route, "path"):
            name = parameter["name"]
            value = instead.get(name)
            if value is None:
                value = self.reference(route.kind) if name == "ref" else None
            if value is None:
                value = self.schemas.value(parameter["schema"])
            text = value if isinstance(value, bytes) else urllib.parse.quote(str(value), safe="")
            path = path.replace("{%s}" % name, text.decode() if isinstance(text, bytes) else text)
        return path

    def body_type(self, route):
        content = route.operation.get("requestBody", {}).get("content", {})
        return next(iter(content.items()), (None, None))

    def headers_of(self, route, full):
        self.asked += 1
        headers = {"Accept-Language": ("zh", "en")[self.asked % 2]}
        for parameter in self.parameters(route, "header"):
            if parameter.get("required") or (full and parameter["name"] == "Idempotency-Key"):
                headers[parameter["name"]] = str(self.schemas.value(parameter["schema"]))
        if "Idempotency-Key" in headers:
            self.turn += 1
            headers["Idempotency-Key"] = f"contract-{self.turn}"
        return headers

    def query_of(self, route):
        """Every parameter of the query but what only a list before can give."""
        pairs = [(p["name"], self.schemas.value(p["schema"])) for p in self.parameters(route, "query")
                 if p["name"] != "after"]
        return "?" + urllib.parse.urlencode(pairs) if pairs else ""

    def good(self, route, full=False):
        """A request that the document admits."""
        type_, media = self.body_type(route)
        headers, body = self.headers_of(route, full), None
        if type_:
            headers["Content-Type"] = type_
            body = dumped(self.schemas.value(media["schema"], full)) if media.get("schema") else b"one line\n"
        return Sent("in full" if full else "as it should be", route.method,
                    self.path_of(route) + (self.query_of(route) if full else ""), headers, body, stream=route.stream)

    # ---- what is spoiled --------------------------------------------------------------------------

    def spoiled(self, route):
        type_, media = self.body_type(route)
        if type_ == JSON and media.get("schema"):
            yield from self.spoiled_members(route, media["schema"])
        for sent in self.spoiled_alike(route, type_):
            self.nth += 1
            if not route.kind or self.nth % self.thin == 0:
                yield sent

    def spoiled_alike(self, route, type_):
        yield from self.spoiled_path(route)
        yield from self.spoiled_query(route)
        yield from self.spoiled_headers(route)
        if type_ == JSON:
            yield from self.spoiled_json(route)
        if type_:
            yield from self.spoiled_type(route)

    def changed(self, route, what, refuse=True, **members):
        sent = self.good(route)
        for name, value in members.items():
            setattr(sent, name, value)
        sent.what, sent.refuse = what, refuse
        return sent

    def spoiled_path(self, route):
        for parameter in self.parameters(route, "path"):
            for what, text in (("not there", "no-such-2099"), ("beyond every number", "9" * 40), ("negative", "-1"),
                               ("too long", "a" * 3000), ("NUL", b"%00"), ("no UTF-8", b"%FF%FE"),
                               ("a way up", b"..%2F..%2Fetc"), ("cut percent", b"%4")):
                yield self.changed(route, f"{{{parameter['name']}}} {what}", refuse=False,
                                   path=self.path_of(route, **{parameter["name"]: text}))

    def spoiled_query(self, route):
        path = self.path_of(route)
        names = [p["name"] for p in self.parameters(route, "query")]
        for parameter in self.parameters(route, "query"):
            name, schema = parameter["name"], parameter["schema"]
            for text in ("", "-1", "0", "501", "9" * 30, "no such", "(((", "a" * 5000, "\x01"):
                value = int(text) if self.schemas.resolve(schema).get("type") == "integer" and \
                    re.fullmatch("-?[0-9]+", text) else text
                # The grammar of `where` is not in the schema, nor what a cursor is.
                refuse = self.schemas.wrong(schema, value) is not None or (name == "where" and text == "(((") or \
                    (name == "after" and text == "no such")
                yield self.changed(route, f"?{name}={text[:20]!r}", refuse=refuse,
                                   path=f"{path}?{urllib.parse.urlencode({name: text})}")
            yield self.changed(route, f"?{name} is no UTF-8", refuse=False, path=f"{path}?{name}=%FF%00")
        if names:
            yield self.changed(route, "an unknown parameter", refuse=False, path=f"{path}?no_such_parameter=1")

    def spoiled_headers(self, route):
        for parameter in self.parameters(route, "header"):
            name = parameter["name"]
            texts = {"If-Match": ["abc", '"999999999"', '"' + "9" * 40 + '"', '"-1"'],
                     "Idempotency-Key": ["k" * 129, "k" * 4000],
                     "Upload-Offset": ["-1", "x", "9" * 30], "Last-Event-ID": ["x", "9.9", "-1.-1"],
                     "Content-Encoding": ["br"],
                     "Accept-Language": ["*;q=9", "zz", "zh;q=x," * 30], "If-None-Match": ['"x"', "*", '"1']}.get(name, ["x"])
            for text in texts:
                must = name in ("If-Match", "Upload-Offset") or (name == "Idempotency-Key" and len(text) > 128)
                sent = self.good(route)
                yield self.changed(route, f"{name}: {text[:20]}", refuse=must, headers={**sent.headers, name: text})

    def spoiled_members(self, route, schema):
        """Each property is spoiled in some ways; over the whole document in all of them."""
        good = self.schemas.value(schema)
        ways = {}
        for what, value in self.schemas.spoiled(schema, good):
            ways.setdefault(what.rsplit(" ", 1)[1] + what.startswith(("missing", "unknown")) * "!", []).append((what, value))
        for name, list_ in ways.items():
            for k in range(min(self.per_property, len(list_))):
                self.turn += 1
                what, value = list_[self.turn % len(list_)] if self.per_property < len(list_) else list_[k]
                yield self.changed(route, what, refuse=self.schemas.wrong(schema, value) is not None, body=dumped(value))

    def spoiled_json(self, route):
        for what, body in (("no JSON", b"{"), ("nothing", b""), ("an array", b"[]"), ("a number", b"7"),
                           ("two members of one name", b'{"space":"real","space":"real"}'),
                           ("no UTF-8", b'{"space":"\xff\xfe"}'), ("deep JSON", b'{"input":' + b"[" * 2000 + b"]" * 2000 + b"}"),
                           ("a lone surrogate", b'{"space":"\\ud800"}'), ("huge exponent", b'{"space":1e999}'),
                           ("more behind it", b"{} {}")):
            # No body at all is what an operation takes that wants none.
            refuse = what != "nothing" or route.operation["requestBody"].get("required", False)
            yield self.changed(route, what, refuse=refuse, body=body)

    def spoiled_type(self, route):
        for type_ in ("text/xml", "application/x-www-form-urlencoded", "application/json; charset=latin-1", "x"):
            wanted = 415 if "json" not in type_ else None
            sent = self.good(route)
            yield self.changed(route, f"Content-Type: {type_}", refuse=wanted is not None,
                               headers={**sent.headers, "Content-Type": type_})

    # ---- what came --------------------------------------------------------------------------------

    def wrong(self, route, sent, text, role):
        self.findings.append(f"{route.id} ({sent.method} {sent.path[:120]}) as {role}, {sent.what}: {text}")

    def send(self, route, sent, role, ask):
        self.sent += 1
        try:
            reply = ask(sent.method, sent.path, sent.headers, sent.body, stream=sent.stream)
        except (OSError, ValueError) as error:
            self.wrong(route, sent, f"no answer: {type(error).__name__}: {error}", role)
            return None
        self.statuses[reply.status] = self.statuses.get(reply.status, 0) + 1
        for text in self.judged(route, sent, reply):
            self.wrong(route, sent, text, role)
        return reply

    def judged(self, route, sent, reply):
        status = str(reply.status)
        answers = route.operation["responses"]
        answer = self.schemas.resolve(answers[status]) if status in answers else None
        if reply.status >= 500 and (answer is None or PROBLEM in answer.get("content", {})):
            yield f"answered {status}: {reply.body[:300]!r}"
        if sent.only and reply.status != sent.only:
            yield f"answered {status}, not {sent.only}"
        if sent.refuse and reply.status < 400:
            yield f"taken with {status}, but the document does not admit it"
        if answer is None:
            if status not in ABOUT_REQUESTS:
                yield f"answered {status}, which is not documented"
            answer = self.document["components"]["responses"].get(status)
        if answer is None:
            return
        yield from self.judged_headers(answer, reply)
        if sent.method != "HEAD" and not sent.stream:
            yield from self.judged_body(answer, reply)
        if reply.type == PROBLEM and sent.method != "HEAD":
            yield from self.judged_problem(sent, reply)

    def judged_headers(self, answer, reply):
        for name, header in answer.get("headers", {}).items():
            header = self.schemas.resolve(header)
            value = reply.headers.get(name.lower())
            if value is None:
                if header.get("required"):
                    yield f"{reply.status} without {name}"
            elif text := self.schemas.wrong(header["schema"], value):
                yield f"{reply.status} with {name}: {text}"

    def judged_body(self, answer, reply):
        content = answer.get("content", {})
        if not content:
            if reply.body:
                yield f"{reply.status} has a body, which is not documented"
            return
        if reply.type not in content:
            yield f"{reply.status} is of type '{reply.type}', not {' or '.join(content)}"
            return
        schema = content[reply.type].get("schema")
        if schema is None:
            return
        try:
            value = json.loads(reply.body)
        except ValueError as error:
            yield f"{reply.status} is no JSON: {error}"
            return
        if text := self.schemas.wrong(schema, value):
            yield f"{reply.status} does not fit its schema: {text}"

    @staticmethod
    def judged_problem(sent, reply):
        try:
            problem = json.loads(reply.body)
        except ValueError:
            return  # said already
        if problem.get("type") != f"urn:fengsui:fault:{problem.get('fault')}":
            yield f"type {problem.get('type')} is not that of the fault {problem.get('fault')}"
        if not HAN.search(problem.get("zh", "")):
            yield f"zh is not Chinese: {problem.get('zh')!r}"
        if not re.search("[a-z]{2}", problem.get("en", "")):
            yield f"en is not English: {problem.get('en')!r}"
        for refusal in problem.get("refusals", []):
            for one in [refusal, *refusal.get("missing", [])]:
                if not HAN.search(one.get("zh", "")):
                    yield f"refusal {refusal.get('code')}: zh is not Chinese: {one.get('zh')!r}"
        wanted = sent.headers.get("Accept-Language")
        if wanted in ("zh", "en") and bool(HAN.search(problem.get("title", ""))) != (wanted == "zh"):
            yield f"title is not in '{wanted}': {problem.get('title')!r}"

    # ---- methods ----------------------------------------------------------------------------------

    def other_methods(self, path, ask, role):
        """What the path does not know is answered with 405 and what it knows."""
        known = [r for r in routes(self.document) if r.path == path]
        methods = {r.method for r in known}
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", UNHEARD_OF):
            if method in methods:
                continue
            sent = self.changed(known[0], f"method {method}", refuse=True, method=method, body=None)
            sent.stream = False
            if method == UNHEARD_OF:
                self.unheard_of(known[0], sent, role, ask)
                continue
            reply = self.send(known[0], sent, role, ask)
            if not reply or reply.status in (401, 403, 404, 501):
                continue
            if reply.status != 405:
                self.wrong(known[0], sent, f"answered {reply.status}, not 405", role)
            else:
                allowed = set(re.split(r"\s*,\s*", reply.headers.get("allow", ""))) - {"", "OPTIONS", "HEAD"}
                # A kind that only the plan itself makes takes POST nevertheless, to say so.
                if not methods - {"HEAD"} <= allowed or (not known[0].kind and allowed != methods - {"HEAD"}):
                    self.wrong(known[0], sent, f"Allow: {sorted(allowed)}, documented {sorted(methods)}", role)

    def unheard_of(self, route, sent, role, ask):
        """A method that HTTP does not have is no business of the path: 405 or 501, and the daemon goes on."""
        try:
            reply = ask(sent.method, sent.path, sent.headers, sent.body)
        except (OSError, ValueError) as error:
            self.wrong(route, sent, f"no answer: {type(error).__name__}: {error}", role)
            return
        if reply.status not in (401, 403, 404, 405, 501):
            self.wrong(route, sent, f"answered {reply.status}", role)

    def head_agrees(self, route, ask, role):
        """HEAD is GET without the body."""
        get = self.good(route)
        head = self.changed(route, "HEAD", refuse=False, method="HEAD")
        one, other = self.send(route, get, role, ask), self.send(route, head, role, ask)
        if not one or not other:
            return
        if one.status != other.status:
            self.wrong(route, head, f"HEAD gives {other.status}, GET {one.status}", role)
        if other.body:
            self.wrong(route, head, "HEAD has a body", role)
        for name in ("content-type", "etag"):
            if one.headers.get(name) != other.headers.get(name):
                self.wrong(route, head, f"{name}: HEAD {other.headers.get(name)}, GET {one.headers.get(name)}", role)

    # ---- the walk ---------------------------------------------------------------------------------

    def ordered(self):
        """What is read first, then what changes; sessions end last."""
        all_ = [route for route in routes(self.document) if route.id not in self.skip]
        return sorted(all_, key=lambda r: (r.tag == "Session", r.method not in ("GET", "HEAD")))

    def walk(self, route):
        role, ask = next(iter(self.asks.items()))
        for name, each in self.asks.items():
            self.send(route, self.good(route), name, each)
        self.send(route, self.good(route, full=True), role, ask)
        for sent in self.spoiled(route):
            self.send(route, sent, role, ask)
        if route.method == "GET" and not route.stream:
            self.head_agrees(route, ask, role)
        if self.as_nobody and not route.open:
            sent = self.good(route)
            sent.what, sent.only = "signed in as nobody", 401
            self.send(route, sent, "nobody", self.as_nobody)

    def run(self, only=None):
        walked = [route for route in self.ordered() if only is None or only(route)]
        role, ask = next(iter(self.asks.items()))
        for route in walked:
            self.walk(route)
        for path in dict.fromkeys(route.path for route in walked):
            self.other_methods(path, ask, role)
        return self.findings
