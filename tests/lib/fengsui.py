"""fengsui -- a real daemon on a folder of its own, spoken to over its socket.

For scenario tests: what goes in, the steps, what must come out, under given time.

    from fengsui import Daemon

    with Daemon(at="2026-03-02T08:00:00Z") as d:
        case = d.do("duty01", "incident", "create", reporter="…", what="…", unit="@office").number
        d.refused("N04", "duty01", "incident", "confirm", case, nature="…")
        d.pass_time("15 min")
        d.expect_state(case, handling="verify")
    # leaving the block stops the daemon and verifies the record (fengsui verify)

Values are plain Python: a text, a number, True, a list, {"unknown": "why"} for a field that is
left open with a reason. A reference is a number ("INC-2026-0001"), "#17", a row id, or the name of
a record of that kind ("市信息产业局").

Everything here raises Unexpected (an AssertionError) with the whole answer when something is not
as the scenario says, so that a test needs no asserts of its own for the ordinary course.
"""
import base64
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def binary():
    """The program under test: $FENGSUI, else build/fengsui of this tree."""
    return os.environ.get("FENGSUI") or os.path.join(ROOT, "build", "fengsui")


class Unexpected(AssertionError):
    """The house answered otherwise than the scenario says."""


class Answer(dict):
    """An answer of the daemon: a dict, and its usual parts as attributes."""

    @property
    def ok(self):
        return self.get("ok") is True

    @property
    def number(self):
        """The number, or "#17" for a kind without numbers: fit to be used as a reference."""
        return self.get("number") or f"#{self['id']}"

    @property
    def ref(self):
        """"#17": always unambiguous."""
        return f"#{self['id']}"

    @property
    def id(self):
        return self["id"]

    @property
    def states(self):
        """Region -> state name."""
        return {k: v if isinstance(v, str) else v.get("state") for k, v in self.get("states", {}).items()}

    @property
    def pending(self):
        return self.get("pending")

    @property
    def codes(self):
        """Every refusal code in it, those of single missing things included."""
        found = set()
        for refusal in self.get("refusals", []):
            found.add(refusal.get("code"))
            found.update(m.get("code") for m in refusal.get("missing", []))
        found.discard(None)
        found.discard("")
        return found

    @property
    def missing(self):
        """All that is missing, as English sentences with what it is about."""
        return [f"{m.get('code', '')} {m.get('en', '')} {m.get('what', '')}".strip()
                for r in self.get("refusals", []) for m in r.get("missing", [])]

    def brief(self):
        if self.ok:
            return json.dumps(self, ensure_ascii=False)[:2000]
        lines = [f"fault {self.get('fault')}: {self.get('en', '')}"]
        for refusal in self.get("refusals", []):
            lines.append(f"  {refusal.get('code')} {refusal.get('en')}")
            lines += [f"    - {m.get('code', '')} {m.get('en', '')} {m.get('what', '')}"
                      for m in refusal.get("missing", [])]
        return "\n".join(lines)


class Connection:
    """One connection to the socket of a data folder. Daemon has one; make more for load."""

    def __init__(self, folder, timeout=120):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(timeout)
        path = os.path.join(folder, "fengsui.sock")
        if len(path) < 100:
            self.sock.connect(path)
        else:  # a socket's path is short; the folder's may be long
            fd = os.open(folder, os.O_PATH)
            try:
                self.sock.connect(f"/proc/self/fd/{fd}/fengsui.sock")
            finally:
                os.close(fd)
        self.file = self.sock.makefile("rb")
        self.last_id = 0

    def send(self, **request):
        """Send without waiting; gives the id. Answers come in order (receive)."""
        self.last_id += 1
        request = {"id": self.last_id, **{k: v for k, v in request.items() if v is not None}}
        self.sock.sendall(json.dumps(request, ensure_ascii=False).encode() + b"\n")
        return self.last_id

    def receive(self):
        line = self.file.readline()
        if not line:
            raise ConnectionError("the daemon closed the connection")
        return Answer(json.loads(line))

    def ask(self, **request):
        self.send(**request)
        return self.receive()

    def close(self):
        self.file.close()
        self.sock.close()


class House:
    """A running daemon's data folder, whoever started it."""

    def __init__(self, folder, program=None, env=None):
        self.folder = folder
        self.program = program or binary()
        self.env = {**os.environ, **(env or {})}
        self.connection = None
        self.codes_seen = set()  # of refusals, however they were asked for

    def connect(self):
        self.connection = Connection(self.folder)
        return self

    def verify(self, *args, expect=0):
        """`fengsui verify` on the folder; gives its output. expect: exit status, or several."""
        done = subprocess.run([self.program, "verify", *args, self.folder], capture_output=True, text=True)
        if done.returncode not in (expect if isinstance(expect, tuple) else (expect,)):
            raise Unexpected(f"verify ended with {done.returncode}, not {expect}:\n{done.stdout}{done.stderr}")
        return done.stdout

    # ---- asking ----------------------------------------------------------------------------------

    def ask(self, **request):
        """One request as it is (docs/api/socket.md); the answer, ok or not."""
        return self.connection.ask(**request)

    def try_(self, as_, kind, move, ref=None, *, at=None, key=None, seen=None, occurred=None, space=None, **input_):
        """A move; gives the answer whatever it is."""
        answer = self.ask(op="do", kind=kind, move=move, ref=_ref(ref), input=_plain(input_) or None, key=key, seen=seen,
                        occurred=occurred, space=space, at=at, **{"as": as_} if as_ else {})
        self.codes_seen |= answer.codes
        return answer

    def do(self, as_, kind, move, ref=None, **more):
        """A move that must succeed (or become a pending proposal). Gives the answer."""
        answer = self.try_(as_, kind, move, ref, **more)
        if not answer.ok:
            raise Unexpected(f"{as_}: {kind} {move} {_ref(ref) or ''} should succeed\n{answer.brief()}")
        return answer

    def done(self, as_, kind, move, ref=None, **more):
        """Like do, but it must be carried out at once, not wait for a second person."""
        answer = self.do(as_, kind, move, ref, **more)
        if answer.pending:
            raise Unexpected(f"{as_}: {kind} {move} {_ref(ref)} should be done, but waits: {answer.pending}")
        return answer

    def proposed(self, as_, kind, move, ref=None, **more):
        """Like do, but it must become a proposal that waits for a second person."""
        answer = self.do(as_, kind, move, ref, **more)
        if not answer.pending:
            raise Unexpected(f"{as_}: {kind} {move} {_ref(ref)} should wait for another person, but is done")
        return answer

    def both(self, proposer, confirmer, kind, move, ref=None, confirm_input=None, **more):
        """A move of two persons: the first proposes it, the second confirms it."""
        self.proposed(proposer, kind, move, ref, **more)
        return self.done(confirmer, kind, move, ref, **(confirm_input or {}))

    def refused(self, code, as_, kind, move, ref=None, *, says=None, **more):
        """A move that must be refused with this code (a text, or several). `says`: something its
        list of missing things must contain. Gives the answer."""
        answer = self.try_(as_, kind, move, ref, **more)
        wanted = {code} if isinstance(code, str) else set(code or ())
        if answer.ok:
            raise Unexpected(f"{as_}: {kind} {move} {_ref(ref)} should be refused with {sorted(wanted)}, but was done")
        if not wanted <= answer.codes:
            raise Unexpected(f"{as_}: {kind} {move} {_ref(ref)} should be refused with {sorted(wanted)}\n{answer.brief()}")
        if says and says not in answer.brief():
            raise Unexpected(f"the refusal should say '{says}'\n{answer.brief()}")
        return answer

    def fault(self, name, as_, kind, move, ref=None, **more):
        """A move that must fail with this fault: invalid, absent, conflict, refused, limit …"""
        answer = self.try_(as_, kind, move, ref, **more)
        if answer.ok or answer.get("fault") != name:
            raise Unexpected(f"{as_}: {kind} {move} {_ref(ref)} should be '{name}'\n{answer.brief()}")
        return answer

    def withdraw(self, as_, proposal):
        return self._ok(self.ask(op="withdraw", proposal=proposal, **{"as": as_}), "withdraw")

    # ---- people ----------------------------------------------------------------------------------

    def person(self, login, roles=(), unit="市信息产业局", name=None, **post):
        """Enter a person with this login and give posts; the roles are for everything, or as
        `post` says: unit=…, sector=…, incident=…, valid_from=…, valid_to=…. Gives the person.

            d.person("duty01", ["DUT"]); d.person("uop01", ["UOP"], unit="市教育局")
        """
        who = self.do(None, "person", "create", name=name or login, login=login, unit=unit, active=True)
        for role in roles:
            self.post(who, role, **({"unit": unit} if role in ("UOP", "UHD") else {}), **post)
        return who

    def post(self, person, role, **where):
        """Give a role to a person: post(case_lead, "CL", incident=case)."""
        return self.do(None, "post", "create", person=person, role=role, **where)

    # ---- reading ---------------------------------------------------------------------------------

    def _ok(self, answer, what):
        if not answer.ok:
            raise Unexpected(f"{what}\n{answer.brief()}")
        return answer

    def _result(self, what, **request):
        return self._ok(self.ask(**request), what)

    def show(self, ref, as_=None):
        """One record: states, fields, clocks, linked, proposals, moves."""
        return self._result(f"show {ref}", op="show", ref=_ref(ref), **{"with": "linked,alike,moves"}, **{"as": as_} if as_ else {})

    def list(self, kind, where=None, as_=None, limit=None, after=None, space=None):
        """The records of a kind, newest page; a list of Answers."""
        result = self._result(f"list {kind} {where}", op="list", kind=kind, where=where, limit=limit, after=after,
                              space=space, **{"as": as_} if as_ else {})
        return [Answer(r) for r in result["rows"]]

    def history(self, ref, as_=None):
        """Entries of a record, oldest first."""
        return self._result(f"history {ref}", op="history", ref=_ref(ref), **{"as": as_} if as_ else {})["entries"]

    def catalogue(self):
        return self._result("catalogue", op="catalogue")

    def status(self):
        return self._result("status", op="status")

    def states(self, ref):
        return self.show(ref).states

    def expect_state(self, ref, **states):
        """Regions must be in these states: expect_state(case, handling="verify", grade="confirmed")."""
        present = self.states(ref)
        for region, state in states.items():
            if present.get(region) not in ([state] if isinstance(state, str) else state):
                raise Unexpected(f"{_ref(ref)}: {region} should be '{state}', it is '{present.get(region)}'")

    def expect_field(self, ref, **fields):
        """Fields must have these values; a reference is compared by number, title or row id."""
        present = self.show(ref)["fields"]
        for name, value in fields.items():
            got = present.get(name)
            same = got == value or (isinstance(got, dict) and value in (got.get("number"), got.get("title"), got.get("id")))
            if not same:
                raise Unexpected(f"{_ref(ref)}: {name} should be {value!r}, it is {got!r}")

    def linked(self, ref, kind):
        """Linked records of a kind, as the show of `ref` lists them."""
        return [Answer(link) for link in self.show(ref).get("linked", []) if link["kind"] == kind]

    def clock(self, ref, code):
        """The newest row of this clock of a record, or None."""
        rows = [c for c in self.show(ref).get("clocks", []) if c["code"] == code]
        return rows[-1] if rows else None

    def expect_clock(self, ref, code, state):
        row = self.clock(ref, code)
        if (row or {}).get("state") != state:
            raise Unexpected(f"{_ref(ref)}: clock {code} should be {state}, it is {row}")
        return row

    # ---- time ------------------------------------------------------------------------------------

    def set_time(self, at):
        """Time passes up to this moment (RFC 3339); what falls due on the way happens."""
        return self._ok(self.ask(op="tick", at=at), f"tick {at}")

    def pass_time(self, span):
        """Time passes: "15 min", "4 h", "30 d"."""
        return self._ok(self.ask(op="tick", at="+" + span), f"tick {span}")

    @property
    def now(self):
        return self.status()["now"]

    # ---- evidence and logs -------------------------------------------------------------------------

    def upload(self, bytes_, as_=None, digest=None):
        """Store an evidence file; gives its digest, for a field of type blob."""
        who = {"as": as_} if as_ else {}
        upload = self._ok(self.ask(op="blob", step="begin", **who), "blob begin")["upload"]
        for at in range(0, len(bytes_), 1 << 20):
            part = base64.b64encode(bytes_[at:at + (1 << 20)]).decode()
            self._ok(self.ask(op="blob", step="append", upload=upload, data=part, **who), "blob append")
        digest = digest or hashlib.sha256(bytes_).hexdigest()
        return self._ok(self.ask(op="blob", step="end", upload=upload, digest=digest, **who), "blob end")["digest"]

    def ingest(self, source, lines, at=None):
        """Lines of a log go through detection; gives the answer (lines, alerts)."""
        if isinstance(lines, (str, bytes)):
            lines = (lines.decode("utf-8", "replace") if isinstance(lines, bytes) else lines).splitlines()
        return self._ok(self.ask(op="ingest", source=source, lines=lines, at=at), f"ingest {source}")

    # ---- the command line --------------------------------------------------------------------------

    def cli(self, *args, expect=0, lang="en", env=None):
        """Run build/fengsui on this folder; gives its output. expect: exit status, None for any."""
        done = subprocess.run([self.program, *args, "--data", self.folder, "--lang", lang], text=True,
                              capture_output=True, env={**self.env, **(env or {})})
        if expect is not None and done.returncode != expect:
            raise Unexpected(f"fengsui {' '.join(args)}: exit {done.returncode}, not {expect}\n{done.stdout}{done.stderr}")
        return done.stdout + done.stderr


class Daemon(House):
    """A daemon on a temporary demonstration folder, with given time.

    at       the moment it begins with; time goes on only by `at=`, pass_time and set_time
    folder   a data folder to use and keep; else a temporary one that goes away
    pack     a plan pack folder; else the one that comes with the program
    rules    a folder of detection rules, or None
    demo     False for a real folder (then no `as_`, no given time)
    verify   verify the record when the block is left without an error
    args     further arguments of `fengsui serve`
    """

    def __init__(self, at="2026-03-02T08:00:00Z", folder=None, pack=None, rules=None, demo=True, verify=True,
                 args=(), env=None, program=None):
        super().__init__(folder or tempfile.mkdtemp(prefix="fengsui-"), program, env)
        self.own = folder is None
        self.verify_at_end = verify
        self.demo = demo
        self.command = [self.program, "serve", "--data", self.folder, *args]
        if demo:
            self.command += ["--demo"] + (["--at", at] if at else [])
        if pack:
            self.command += ["--pack", pack]
        if rules:
            self.command += ["--rules", rules]
        self.process = None
        self.log = self.folder + ".log"
        self.start()

    # ---- life ------------------------------------------------------------------------------------

    def start(self):
        """Start (again) and wait until it answers."""
        out = open(self.log, "ab")
        self.said_before = out.tell()
        self.process = subprocess.Popen(self.command, stdout=out, stderr=out, env=self.env)
        out.close()
        until = time.monotonic() + 60
        while True:
            if self.process.poll() is not None:
                raise Unexpected(f"the daemon ended with {self.process.returncode}: {self.said()}")
            try:
                return self.connect()
            except OSError:
                if time.monotonic() > until:
                    self.process.kill()
                    raise Unexpected(f"the daemon does not answer: {self.said()}")
                time.sleep(0.01)

    def said(self, of_this_start=False):
        """What the daemon wrote to standard error."""
        try:
            with open(self.log, encoding="utf-8", errors="replace") as f:
                f.seek(self.said_before if of_this_start else 0)
                return f.read()
        except OSError:
            return ""

    def stop(self):
        """End it as an operator does (SIGTERM); gives its exit status."""
        if self.connection:
            self.connection.close()
            self.connection = None
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(60)
        if status != 0:
            raise Unexpected(f"the daemon ended with {status}: {self.said()}")
        return status

    def kill(self):
        """SIGKILL: as a crash; start() opens the folder again."""
        self.connection.close()
        self.connection = None
        self.process.kill()
        self.process.wait()

    def restart(self):
        self.stop()
        return self.start()

    def remove(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self.own:
            shutil.rmtree(self.folder, ignore_errors=True)
            if os.path.exists(self.log):
                os.unlink(self.log)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        try:
            if kind is None:
                if self.process.poll() is None:
                    self.stop()
                if self.verify_at_end:
                    self.verify()
            elif os.environ.get("FENGSUI_KEEP"):
                print(f"kept: {self.folder} and {self.log}", file=sys.stderr)
                self.own = False
            else:
                print(self.said(), file=sys.stderr)
        finally:
            self.remove()


def _ref(ref):
    """A reference as text: an Answer, a row id, a number."""
    if isinstance(ref, Answer):
        return ref.ref
    if isinstance(ref, int):
        return f"#{ref}"
    return ref


def _plain(value):
    """Answers inside an input become references; "@name" a name."""
    if isinstance(value, Answer):
        return value.ref
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items() if v is not None}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if isinstance(value, str) and value.startswith("@"):
        return value[1:]
    return value


class Results:
    """Count test cases and end as the aggregator wants it: `N passed, N failed`."""

    def __init__(self, name=""):
        self.name, self.passed, self.failed = name, 0, []

    def case(self, name, function, *args, **more):
        """Run one case; an exception is its failure. True when it passed."""
        try:
            function(*args, **more)
        except Exception as error:  # one failing case must not hide the others
            self.failed.append(name)
            print(f"FAIL {self.name}: {name}\n     {type(error).__name__}: {error}", flush=True)
            return False
        self.passed += 1
        return True

    def end(self):
        print(f"{self.passed} passed, {len(self.failed)} failed")
        sys.exit(1 if self.failed else 0)
