#!/usr/bin/env python3
"""Who may what over HTTP: every route of the program x way of asking x role x unit x state.

In a real folder, whose people are signed in with a password each. The expectation is the tables below and the matrix of
the plan pack (roles.yml), never the program. A route that has no row here fails. What may not be seen is answered byte for
byte as what is not there. Here a record is in one state; states_test asks about all.
"""
import http.client
import os
import subprocess
import sys

try:
    import yaml
except ImportError:  # another Python than Debian's, beside Debian's packages
    sys.path.append("/usr/lib/python3/dist-packages")
    import yaml

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from people import Reply, Results, UNITS, Unexpected, moment, real_house  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PACK = os.path.join(ROOT, "packs", "jinan-2007")
A = "/api/v1"

ANYBODY, SESSION, BOTH = "anybody", "session", "both"
ALL_SCOPES = {"read", "report", "intake", "act"}
# Who looks after accounts, and who vouches for somebody as the second person.
SCA = {"SCA"}
VOUCH = {"SCA", "AUD", "DIR", "LG"}
INTAKE = {"SYS"}
# "Verify log chain, export accountability".
CHAIN = {"LG", "DIR", "AUD"}
# Who sees what comes in from the sources of all units ("See raw events"), and who runs the software.
SOURCES = {"DIR", "DUT", "CL", "AUD", "SYS"}
# Messages of all records, and who holds and tests the ways out.
MESSAGES = {"DIR", "DUT", "AUD"}
CHANNELS = {"DIR", "DUT"}
EVERY = None  # whoever is known

# route: (who, scopes of a token that reach it, those that reach it for reports besides, roles, a request that changes nothing)
RULES = {
    f"POST {A}/session": (ANYBODY, set(), set(), EVERY, (f"{A}/session", {"x": 1})),
    f"GET {A}/session": (BOTH, ALL_SCOPES, set(), EVERY, (f"{A}/session", None)),
    f"DELETE {A}/session": (SESSION, set(), set(), EVERY, (f"{A}/session", None)),
    f"POST {A}/session/step-up": (SESSION, set(), set(), EVERY, (f"{A}/session/step-up", {"x": 1})),
    f"POST {A}/session/password": (SESSION, set(), set(), EVERY, (f"{A}/session/password", {})),
    f"POST {A}/session/totp": (SESSION, set(), set(), EVERY, (f"{A}/session/totp", {})),
    f"PUT {A}/session/totp": (SESSION, set(), set(), EVERY, (f"{A}/session/totp", {})),
    f"DELETE {A}/session/totp": (SESSION, set(), set(), EVERY, (f"{A}/session/totp", None)),
    f"GET {A}/sessions": (SESSION, set(), set(), EVERY, (f"{A}/sessions", None)),
    f"DELETE {A}/sessions/{{id}}": (SESSION, set(), set(), EVERY, (f"{A}/sessions/999999", None)),
    f"POST {A}/enrolment": (ANYBODY, set(), set(), EVERY, (f"{A}/enrolment", {})),
    f"GET {A}/accounts": (SESSION, set(), set(), VOUCH, (f"{A}/accounts", None)),
    f"GET {A}/accounts/{{login}}": (SESSION, set(), set(), VOUCH, (f"{A}/accounts/dut01", None)),
    f"POST {A}/accounts/{{login}}/{{act}}": (SESSION, set(), set(), SCA, (f"{A}/accounts/nopost01/unlock", {})),
    f"GET {A}/break-glass": (SESSION, set(), set(), VOUCH, (f"{A}/break-glass", None)),
    f"POST {A}/break-glass/{{id}}/confirm": (SESSION, set(), set(), VOUCH, (f"{A}/break-glass/999999/confirm", {})),
    f"DELETE {A}/break-glass/{{id}}": (SESSION, set(), set(), VOUCH, (f"{A}/break-glass/999999", None)),
    f"GET {A}/tokens": (SESSION, set(), set(), EVERY, (f"{A}/tokens", None)),
    f"POST {A}/tokens": (SESSION, set(), set(), EVERY, (f"{A}/tokens", {})),
    f"DELETE {A}/tokens/{{id}}": (SESSION, set(), set(), EVERY, (f"{A}/tokens/999999", None)),
    f"GET {A}/views": (SESSION, set(), set(), EVERY, (f"{A}/views", None)),
    f"PUT {A}/views/{{name}}": (SESSION, set(), set(), EVERY, (f"{A}/views/x", {})),
    f"DELETE {A}/views/{{name}}": (SESSION, set(), set(), EVERY, (f"{A}/views/x", None)),
    f"POST {A}/uploads": (BOTH, {"act", "report"}, set(), EVERY, (f"{A}/uploads", {})),
    f"HEAD {A}/uploads/{{id}}": (BOTH, {"act", "report"}, set(), EVERY, (f"{A}/uploads/x", None)),
    f"PATCH {A}/uploads/{{id}}": (BOTH, {"act", "report"}, set(), EVERY, (f"{A}/uploads/x", None)),
    f"POST {A}/uploads/{{id}}/end": (BOTH, {"act", "report"}, set(), EVERY, (f"{A}/uploads/x/end", {})),
    f"DELETE {A}/uploads/{{id}}": (BOTH, {"act", "report"}, set(), EVERY, (f"{A}/uploads/x", None)),
    f"GET {A}/events": (BOTH, {"read", "act"}, set(), EVERY, (f"{A}/events", None)),
    f"GET {A}/catalogue": (BOTH, {"read", "act", "report"}, set(), EVERY, (f"{A}/catalogue", None)),
    f"GET {A}/openapi.json": (ANYBODY, set(), set(), EVERY, (f"{A}/openapi.json", None)),
    f"GET {A}/status": (BOTH, {"read", "act"}, set(), EVERY, (f"{A}/status", None)),
    f"GET {A}/clocks": (BOTH, {"read", "act"}, set(), EVERY, (f"{A}/clocks", None)),
    f"GET {A}/deadlines": (BOTH, {"read", "act"}, set(), EVERY, (f"{A}/deadlines", None)),
    f"GET {A}/counts": (BOTH, {"read", "act"}, set(), EVERY, (f"{A}/counts?kind=incident&by=handling", None)),
    f"GET {A}/statistics": (BOTH, {"read", "act"}, set(), EVERY, (f"{A}/statistics?kind=incident&by=level", None)),
    f"GET {A}/record": (BOTH, {"read", "act"}, set(), CHAIN, (f"{A}/record", None)),
    f"GET {A}/plan/versions": (BOTH, {"read", "act"}, set(), EVERY, (f"{A}/plan/versions", None)),
    f"GET {A}/plan/diff": (BOTH, {"read", "act"}, set(), EVERY, (f"{A}/plan/diff", None)),
    f"GET {A}/plan/boundary": (BOTH, {"read", "act"}, set(), EVERY, (f"{A}/plan/boundary", None)),
    f"GET {A}/plan/regimes": (BOTH, {"read", "act"}, set(), EVERY, (f"{A}/plan/regimes", None)),
    f"GET {A}/rules": (BOTH, {"read", "act"}, set(), SOURCES, (f"{A}/rules", None)),
    f"POST {A}/rules/try": (BOTH, {"read", "act"}, set(), SOURCES, (f"{A}/rules/try", {"x": 1})),
    f"POST {A}/checkpoint": (BOTH, {"read", "act", "report"}, set(), EVERY, (f"{A}/checkpoint", {"x": 1})),
    f"POST {A}/time": (SESSION, set(), set(), EVERY, (f"{A}/time", {})),
    f"POST {A}/intake/{{source}}": (BOTH, {"intake"}, set(), INTAKE, (f"{A}/intake/fw01", None)),
    f"GET {A}/quarantine": (BOTH, {"read", "act"}, set(), SOURCES, (f"{A}/quarantine", None)),
    f"GET {A}/messages": (BOTH, {"read", "act"}, set(), MESSAGES, (f"{A}/messages", None)),
    f"GET {A}/messages/{{id}}": (BOTH, {"read", "act"}, set(), EVERY, (f"{A}/messages/999999", None)),
    f"GET {A}/messages/{{id}}/attachments/{{digest}}": (BOTH, {"read", "act"}, set(), EVERY, (f"{A}/messages/999999/attachments/{'0' * 64}", None)),
    f"POST {A}/messages/{{id}}/retry": (BOTH, {"act"}, set(), CHANNELS, (f"{A}/messages/999999/retry", {})),
    f"GET {A}/channels": (BOTH, {"read", "act"}, set(), EVERY, (f"{A}/channels", None)),
    f"POST {A}/channels/test": (BOTH, {"act"}, set(), CHANNELS, (f"{A}/channels/test", {})),
    f"POST {A}/channels/{{name}}/hold": (BOTH, {"act"}, set(), CHANNELS, (f"{A}/channels/none/hold", {"reason": "x"})),
    f"POST {A}/channels/{{name}}/give-up": (BOTH, {"act"}, set(), CHANNELS, (f"{A}/channels/none/give-up", {"reason": "x"})),
    f"POST {A}/channels/{{name}}/resume": (BOTH, {"act"}, set(), CHANNELS, (f"{A}/channels/none/resume", {})),
    f"POST {A}/warning/{{ref}}/preview": (BOTH, {"read", "act"}, set(), EVERY, (f"{A}/warning/999999/preview", {})),
    f"GET {A}/warning/{{ref}}/calls": (BOTH, {"read", "act"}, set(), EVERY, (f"{A}/warning/999999/calls", None)),
    "GET /ack/{token}": (ANYBODY, set(), set(), EVERY, ("/ack/x", None)),
    "POST /ack/{token}": (ANYBODY, set(), set(), EVERY, ("/ack/x", None)),
    f"DELETE {A}/proposals/{{id}}": (BOTH, {"act"}, set(), EVERY, (f"{A}/proposals/999", None)),
    f"GET {A}/{{kind}}": (BOTH, {"read", "act"}, {"report"}, EVERY, (f"{A}/incident", None)),
    f"POST {A}/{{kind}}": (BOTH, {"act"}, {"report"}, EVERY, (f"{A}/incident", {"x": 1})),
    f"GET {A}/{{kind}}/{{ref}}": (BOTH, {"read", "act"}, {"report"}, EVERY, (f"{A}/incident/999999", None)),
    f"GET {A}/incident/{{ref}}/bundle": (BOTH, {"read", "act"}, set(), EVERY, (f"{A}/incident/999999/bundle", None)),
    f"GET {A}/documents": (BOTH, {"read", "act"}, set(), EVERY, (f"{A}/documents?ref=999999", None)),
    f"GET {A}/document/{{ref}}/{{document_file}}": (BOTH, {"read", "act"}, set(), EVERY,
                                                    (f"{A}/document/999999/case_report.pdf", None)),
    f"GET {A}/{{kind}}/{{ref}}/history": (BOTH, {"read", "act"}, {"report"}, EVERY, (f"{A}/incident/999999/history", None)),
    f"GET {A}/{{kind}}/{{ref}}/file/{{field}}": (BOTH, {"read", "act"}, {"report"}, EVERY,
                                                 (f"{A}/evidence/999999/file/blob", None)),
    f"POST {A}/{{kind}}/{{ref}}/{{move}}": (BOTH, {"act"}, {"report"}, EVERY, (f"{A}/incident/999999/accept", {})),
    "GET /cap/feed.atom": (ANYBODY, set(), set(), EVERY, ("/cap/feed.atom", None)),
    "GET /cap/{file}": (ANYBODY, set(), set(), EVERY, ("/cap/none.xml", None)),
    "POST /cap": (BOTH, {"act"}, set(), EVERY, ("/cap", None)),
    "GET /health": (ANYBODY, set(), set(), EVERY, ("/health", None)),
    "GET /metrics": (ANYBODY, set(), set(), EVERY, ("/metrics", None)),
    "GET /public/{name}": (ANYBODY, set(), set(), EVERY, ("/public/index.html", None)),
    "GET /": (ANYBODY, set(), set(), EVERY, ("/", None)),
}

LOGIN = {"LG": "lg01", "DIR": "dir01", "DUT": "dut01", "CL": "cl01", "RSP": "rsp01", "UOP": "uop_edu", "UHD": "uhd_edu",
         "SEC": "sec_edu", "SUP": "sup01", "EXP": "exp01", "PIO": "pio01", "PED": "ped01", "FIN": "fin01", "RES": "res01",
         "ARC": "arc01", "SYS": "sys01", "SCA": "sca01", "AUD": "aud01", "PUB": "pub01",
         "no post": "nopost01", "a post that ended": "late01"}

# Who reads what belongs to cases. All of it; that of one's own unit or sector; that of the cases one is on; nothing.
SEES = {"LG": "all", "DIR": "all", "DUT": "all", "SUP": "all", "EXP": "all", "PIO": "all", "ARC": "all", "AUD": "all",
        "UOP": "edu", "UHD": "edu", "SEC": "edu", "CL": "led", "RSP": "scene",
        "PED": None, "FIN": None, "RES": None, "SYS": None, "SCA": None, "PUB": None,
        "no post": None, "a post that ended": None}
# Of the records that people.fill makes: those of the case in verification, which cl01 leads; rsp01 is on that of edu.
OF_VERIFIED = ("verified", "affected_system")
# A report that is of no case yet is everybody's work who may take reports for a unit ("Submit incident report": C).
TAKES_REPORTS = ("CL", "RSP")


def sees(role, name, unit):
    how = SEES[role]
    return how == "all" or (name == "report" and role in TAKES_REPORTS) or how == unit or (how == "led" and name in OF_VERIFIED) or \
        (how == "scene" and name in OF_VERIFIED and unit == "edu")


class Asker:
    """Requests that are made by the thousand over one connection."""

    def __init__(self, web):
        self.web = web
        self.connection = web.connect()

    def __call__(self, method, path, body=None, headers=None):
        if path.startswith(f"{A}/events"):
            return self.head_of_stream(method, path, headers)
        return self.web.raw(method, path, body, headers)

    def head_of_stream(self, method, path, headers):
        connection = self.web.connect()
        connection.request(method, path, None, headers or {})
        response = connection.getresponse()
        if response.status == 200:
            response.read = lambda: b""
        reply = Reply(response)
        connection.close()
        return reply


# ---- the table of routes -------------------------------------------------------------------------


def program_routes(program):
    said = subprocess.run([program, "api", "routes"], capture_output=True, text=True, check=True).stdout
    split = lambda scopes: set() if scopes == "-" else set(scopes.split(","))
    return {f"{m} {path}": (who, split(scopes), split(besides))
            for m, path, who, scopes, besides in (line.split() for line in said.splitlines())}


def every_route_has_a_row(program):
    have = program_routes(program)
    if have.keys() != RULES.keys():
        raise Unexpected(f"without a row: {sorted(have.keys() - RULES.keys())}; gone: {sorted(RULES.keys() - have.keys())}")
    for route, said in have.items():
        if said != RULES[route][:3]:
            raise Unexpected(f"{route} is for {said}, not {RULES[route][:3]}")


# ---- ways of asking ------------------------------------------------------------------------------


def expect(reply, wanted, what):
    if reply.status not in (wanted if isinstance(wanted, (tuple, set, range)) else (wanted,)):
        raise Unexpected(f"{what}: {reply.status}, not {wanted}: {reply}")


def session_of(web, login):
    """A session of its own, whatever others there are."""
    reply = web.raw("POST", f"{A}/session", {"login": login, "password": web.passwords[login]})
    expect(reply, 201, f"{login} signs in")
    return {"Cookie": reply.headers["set-cookie"].split(";")[0], "X-Fengsui-Token": reply.json["token"]}


def token_of(web, login, *scopes, **more):
    reply = web.post(f"{A}/tokens", {"name": "matrix", "scopes": scopes, "expires_at": moment(days=-30), **more},
                     login=login)
    expect(reply, 201, f"{login} makes a token")
    return reply.json


def bearer(text):
    return {"Authorization": f"Bearer {text}"}


def ways_that_are_nobody(h):
    """Name -> headers of who must be answered with 401 everywhere."""
    web = h.web
    ended = session_of(web, "dut01")
    expect(web.raw("DELETE", f"{A}/session", None, ended), 200, "sign out")
    off, off_token = session_of(web, "rsp04"), token_of(web, "rsp04", "act")
    expect(web.post(f"{A}/accounts/rsp04/disable", {}, login="sca01"), 200, "disable")
    left, left_token = session_of(web, "cl02"), token_of(web, "cl02", "act")
    h.d.done("sca01", "person", "edit", h.d.who["cl02"], active=False)
    revoked = token_of(web, "dut01", "act")
    expect(web.delete(f"{A}/tokens/{revoked['id']}", login="dut01"), 200, "revoke")
    elsewhere = token_of(web, "dut01", "act", networks="192.0.2.0/24")
    live = session_of(web, "dut01")
    return {
        "nobody": {}, "a session that has ended": ended, "a session of a disabled account": off,
        "a token of a disabled account": bearer(off_token["token"]), "a session of who has left": left,
        "a token of who has left": bearer(left_token["token"]), "a revoked token": bearer(revoked["token"]),
        "a token from elsewhere": bearer(elsewhere["token"]), "no token at all": bearer("x"),
        "a token with another's secret": bearer(f"fs_{elsewhere['id']}_{revoked['token'].split('_')[2]}"),
        "Basic": {"Authorization": "Basic ZHV0MDE6eA=="}, "Basic beside a session": {**live, "Authorization": "Basic eA=="},
        "a cookie that is none": {"Cookie": "fengsui=" + "0" * 64, "X-Fengsui-Token": "0" * 64},
    }


def nobody_gets_in(ask, route, way, headers):
    method = route.split()[0]
    path, body = RULES[route][4]
    reply = ask(method, path, body, headers)
    expect(reply, 401 if RULES[route][0] != ANYBODY else {200, 201, 401, 404, 422}, f"{route} by {way}")
    if RULES[route][0] != ANYBODY and method != "HEAD" and reply.fault not in ("unauthenticated",):
        raise Unexpected(f"{route} by {way}: {reply}")


def by_session(ask, web, route):
    """It goes through with the page's token; what changes something does not without it."""
    method = route.split()[0]
    path, body = RULES[route][4]
    roles = RULES[route][3]
    headers = session_of(web, "sca01" if roles is EVERY or "SCA" in roles else LOGIN[min(roles)])
    cookie = {"Cookie": headers["Cookie"]}
    if method not in ("GET", "HEAD") and RULES[route][0] != ANYBODY:
        expect(ask(method, path, body, cookie), 403, f"{route} without the page's token")
        expect(ask(method, path, body, {**headers, "X-Fengsui-Token": "0" * 64}), 403, f"{route} with another token")
        expect(ask(method, path, body, {**headers, "Sec-Fetch-Site": "cross-site"}), 403, f"{route} from another site")
    reply = ask(method, path, body, headers)
    web.raw("DELETE", f"{A}/session", None, headers)  # one person has so many sessions at a time
    if reply.status in (401, 403, 405, 500) or reply.status > 500:
        raise Unexpected(f"{route} by session: {reply}")


def by_scope(ask, route, scope, headers):
    who, scopes, besides, _, (path, body) = RULES[route]
    method = route.split()[0]
    if who == ANYBODY:
        return
    reply = ask(method, path, body, headers)
    denied = reply.status == 403 and (method == "HEAD" or "scope of this token" in reply.json["en"])
    if denied == (scope in scopes):
        raise Unexpected(f"{route} with {scope}: {reply}")
    if "{kind}" not in route:
        return
    reply = ask(method, path.replace("/incident", "/report").replace("/evidence", "/report"), body, headers)
    denied = reply.status == 403 and "scope of this token" in reply.json["en"]
    if denied == (scope in scopes | besides):
        raise Unexpected(f"{route} of reports with {scope}: {reply}")


def by_role(ask, web, route, role):
    """Routes that are for some roles alone."""
    roles, (path, body) = RULES[route][3:]
    reply = ask(route.split()[0], path, body, web.who(LOGIN[role]))
    if roles is EVERY or role in roles:
        if reply.status in (401, 403):
            raise Unexpected(f"{route} by {role}: {reply}")
    else:
        expect(reply, 403, f"{route} by {role}")


def ways(h, ask, results):
    for way, headers in ways_that_are_nobody(h).items():
        for route in RULES:
            results.case(f"{route}: {way}", nobody_gets_in, ask, route, way, headers)
    tokens = {scope: bearer(token_of(h.web, "dir01", scope)["token"]) for scope in ("read", "report", "act")}
    tokens["intake"] = bearer(token_of(h.web, "sca01", "intake", source="fw01")["token"])
    for route in RULES:
        results.case(f"{route}: session", by_session, ask, h.web, route)
        for scope, headers in tokens.items():
            results.case(f"{route}: token for {scope}", by_scope, ask, route, scope, headers)
        for role in LOGIN:
            if "/session" not in route:
                results.case(f"{route}: {role}", by_role, ask, h.web, route, role)


# ---- records -------------------------------------------------------------------------------------


def alike(hidden, absent, names, what):
    """The two answers are the same but for what was asked for."""
    def bare(reply, ref):
        kept = {k: v for k, v in reply.headers.items() if k not in ("date", "content-length")}
        return reply.status, kept, reply.body.replace(ref.encode(), b"REF")
    if bare(hidden, names[0]) != bare(absent, names[1]):
        raise Unexpected(f"{what}: what may not be seen is told apart\n  {hidden}\n  {absent}")


def readers_of_content():
    """Who may read what is in evidence, from the matrix of the plan."""
    with open(os.path.join(PACK, "roles.yml"), encoding="utf-8") as f:
        return next(set(row["roles"]) for row in yaml.safe_load(f)["matrix"] if row["label"]["en"] == "Read evidence content")


CONTENT = readers_of_content()


def one_record(ask, web, role, name, unit, record, ref, absent):
    kind = record["kind"] if "kind" in record else name
    headers = web.who(LOGIN[role])
    may = sees(role, name, unit)
    stale = {**headers, "If-Match": '"999999"'}
    tries = [("GET", "", headers, 200), ("GET", "/history", headers, 200), ("POST", "/nothing", stale, 412),
             ("GET", "/file/nothing", headers, 404), ("GET", "/file/blob", headers, 404 if kind != "evidence" else 200 if role in CONTENT else 403)]
    for method, rest, with_, good in tries:
        body = {} if method == "POST" else None
        reply = ask(method, f"{A}/{kind}/{ref}{rest}", body, with_)
        what = f"{method} {kind}/{ref}{rest} of {unit} by {role}"
        expect(reply, good if may else 404, what)
        if not may:
            alike(reply, ask(method, f"{A}/{kind}/{absent}{rest}", body, with_), (ref, absent), what)


def other_kind(ask, web, role, record, kind):
    """Under another kind's address it is not there, seen or not."""
    headers = web.who(LOGIN[role])
    for method, rest in (("GET", ""), ("GET", "/history"), ("GET", "/file/blob"), ("POST", "/accept")):
        reply = ask(method, f"{A}/{kind}/{record.id}{rest}", {} if method == "POST" else None, headers)
        expect(reply, {404, 422} if method == "POST" else 404, f"{kind}/{record.id}{rest} by {role}")


def listed(ask, web, role, kind, expected):
    reply = ask("GET", f"{A}/{kind}?limit=500", None, web.who(LOGIN[role]))
    expect(reply, 200, f"list of {kind}")
    found = {row["id"] for row in reply.json["rows"]}
    if found != expected:
        raise Unexpected(f"list of {kind} by {role}: {sorted(found)}, not {sorted(expected)}")


REGISTERS = ("unit", "person", "post", "duty_shift", "sector", "organ")


def registers(ask, web, role, kind):
    """The house's own registers: whoever holds a post now; and everybody sees himself."""
    rows = ask("GET", f"{A}/{kind}", None, web.who(LOGIN[role])).json["rows"]
    if role in ("no post", "a post that ended"):
        if [r for r in rows if kind != "person" or r["fields"]["login"] != LOGIN[role]]:
            raise Unexpected(f"list of {kind} by {role}: {rows}")
    elif len(rows) < 2:
        raise Unexpected(f"list of {kind} by {role}: {rows}")


ABSENT = {"incident": "INC-2026-9999", "verified": "INC-2026-9999", "evidence": "EVD-2026-99999", "report": "RPT-2026-99999"}


def records(h, ask, results):
    for role in LOGIN:
        for name, of_units in h.records.items():
            for unit in UNITS:
                record = of_units[unit]
                refs = [(str(record.id), "999999")]
                if record.get("number"):
                    refs.append((record["number"], ABSENT[name]))
                for ref, absent in refs:
                    results.case(f"{role}: {name} of {unit} as {ref}", one_record, ask, h.web, role, name, unit, record,
                                 ref, absent)
                results.case(f"{role}: {name} of {unit} as another kind", other_kind, ask, h.web, role, record,
                             "evidence" if name != "evidence" else "incident")
        for kind in ("incident", "note", "evidence", "affected_system", "report"):
            expected = {h.records[name][unit].id for name in h.records for unit in UNITS
                        if (name == kind or (kind, name) == ("incident", "verified")) and sees(role, name, unit)}
            results.case(f"{role}: list of {kind}", listed, ask, h.web, role, kind, expected)
        for kind in REGISTERS:
            results.case(f"{role}: register {kind}", registers, ask, h.web, role, kind)


# ---- moves: whoever has no part in a row of the matrix is refused -----------------------------------


# Moves that the matrix has no row for: who reads the content of evidence, or audits, may have its digest verified; and
# what the house sealed by itself is taken over by who may seal.
NO_ROW = {"evidence.verify_digest": {"DUT", "CL", "RSP", "DIR", "ARC", "SUP", "AUD"}, "evidence.take_over": {"DUT", "CL", "RSP"}}


def may_of_pack():
    """KIND.MOVE -> roles that decide, do or propose, from the matrix of the plan."""
    with open(os.path.join(PACK, "roles.yml"), encoding="utf-8") as f:
        matrix = yaml.safe_load(f)["matrix"]
    may = {}
    for row in matrix:
        for move in row["moves"]:
            may.setdefault(move, set()).update(role for role, letter in row["roles"].items() if letter[0] in "CDP")
    return {**may, **NO_ROW}


def denied(ask, web, role, path, what):
    reply = ask("POST", path, {}, web.who(LOGIN[role]))
    expect(reply, {403, 404}, what)
    if reply.status == 403 and reply.fault != "refused":
        raise Unexpected(f"{what}: {reply}")


def moves(h, ask, results, kinds):
    may = may_of_pack()
    for kind in kinds:
        for move in kind["moves"]:
            name = f"{kind['name']}.{move['name']}"
            records_of = [r["edu"] for n, r in h.records.items() if r["edu"].get("kind", n) == kind["name"]]
            for role in LOGIN:
                if role in may.get(name, ()):
                    continue
                if move["form"] == "create":
                    results.case(f"{role}: {name}", denied, ask, h.web, role, f"{A}/{kind['name']}", f"{name} by {role}")
                for record in records_of if move["form"] != "create" else ():
                    results.case(f"{role}: {name} on {record.id}", denied, ask, h.web, role,
                                 f"{A}/{kind['name']}/{record.id}/{move['name']}", f"{name} by {role}")


# ---- all -----------------------------------------------------------------------------------------


def nothing_changed(h, before):
    after = versions(h)
    if before != after:
        raise Unexpected(f"a refused request changed something: {before} {after}")


def versions(h):
    return {f"{name} {unit}": h.d.show(record)["version"] for name, of in h.records.items() for unit, record in of.items()}


def main():
    results = Results("matrix")
    with real_house() as h:
        ask = Asker(h.web)
        results.case("every route has a row", every_route_has_a_row, h.d.program)
        before = versions(h)
        records(h, ask, results)
        moves(h, ask, results, h.d.catalogue()["kinds"])
        ways(h, ask, results)
        results.case("nothing changed", nothing_changed, h, before)
    results.end()


main()
