"""world -- one city to play every row of the transition tables in, and records brought into any state.

People are called after their role: "dir" holds the Office director's post and no other, so that a
refusal is about that one role. "dir2" is another of the kind; "uop_tax" is of another unit.
A Thing is a record under way: its kind, its reference, and what its steps left for later ones.

World is a demonstration folder that is spoken to over its socket; RealWorld a real one, whose people are
signed in over HTTPS with a password each, on a machine whose clock begins at the same moment.
"""
import datetime
import io
import os
import re
import sys
import tarfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lib"))
from fengsui import Daemon, ROOT, Unexpected  # noqa: E402
from real import Real  # noqa: E402
from shift import Shift  # noqa: E402

PACK = os.environ.get("FENGSUI_PACK") or os.path.join(ROOT, "packs", "jinan-2007")
ROLES = ["LG", "DIR", "DUT", "CL", "RSP", "UOP", "UHD", "SEC", "SUP", "EXP", "PIO", "PED", "FIN", "RES", "ARC", "SYS",
         "SCA", "AUD", "PUB"]
OFFICE, AUTHORITY = "市信息产业局", "市教育局"
START = "2026-03-02T08:00:00Z"
# Which unit the people of a role belong to; all others are of the Office.
UNIT_OF = {"UOP": "edu", "UHD": "edu", "SEC": AUTHORITY, "SUP": "市公安局"}
OTHERS = [("lg2", OFFICE, ["LG"]), ("dir2", OFFICE, ["DIR"]), ("dut_off", OFFICE, ["DUT"]), ("cl_out", OFFICE, ["CL"]),
          ("rsp2", OFFICE, ["RSP"]), ("rsp_out", OFFICE, ["RSP"]), ("uop_tax", "tax", ["UOP"]), ("uhd_tax", "tax", ["UHD"]),
          ("uhd_off", OFFICE, ["UHD"]), ("lgdir", OFFICE, ["LG", "DIR"]), ("dircl", OFFICE, ["DIR", "CL"]),
          ("exp2", OFFICE, ["EXP"]), ("exp3", OFFICE, ["EXP"]), ("sec_tax", "tax", ["SEC"])]
# Who holds the role, but not for these records.
OUT_OF_SCOPE = {"CL": "cl_out", "UOP": "uop_tax", "UHD": "uhd_tax"}


def scores(level):
    return [level, 1, 1, 1, 1, 1]


class Thing:
    def __init__(self, kind, ref, **more):
        self.kind, self.ref = kind, ref
        self.__dict__.update(more)


class Walk:
    """What the recipes want of a daemon. `make(login, …)`, `act(login, thing, move, …)` make a move on a thing."""

    office = None  # who enters units, systems, teams and shifts

    def verify(self, *args, expect=(0, 2)):
        """The record is whole; that a text was erased by decision (T065) is no flaw."""
        return super().verify(*args, expect=expect)

    def register(self):
        self.unit_ref, self.system = {}, {}
        enter = lambda kind, **fields: self.done(self.office, kind, "create", **fields).ref
        for key, name in (("edu", "市教育局信息中心"), ("tax", "市税务局信息中心"), ("bank", "市商业银行")):
            authority = {"authority": AUTHORITY} if key == "edu" else {}
            self.unit_ref[key] = enter("unit", name=name, type="bureau", bound=key != "bank", **authority)
            self.system[key] = enter("system", name=key + "系统", owner=self.unit_ref[key])
        self.key_system = enter("system", name="民生系统", owner=self.unit_ref["edu"], livelihood_key=True)
        for role in ROLES:
            if role.lower() not in self.person_ref:
                self.enter(role.lower(), self.unit_of(role), [role])
        for login, unit, roles in OTHERS:
            self.enter(login, unit, roles)
        # Acts for the unit, but is of another one.
        self.enter("uop_lent", "tax", ["UOP"], unit=self.u("edu"))
        enter("duty_shift", person=self.p("dut"), starts_at="2026-01-01T00:00:00Z", ends_at="2030-01-01T00:00:00Z")
        self.team = enter("team", name="支援队", type="rt")
        enter("team_member", team=self.team, person=self.p("rsp2"), corps_role="responder", available=True)

    def unit_of(self, role):
        return UNIT_OF.get(role, OFFICE)

    def p(self, login):
        return self.person_ref[login]

    def u(self, key):
        return self.unit_ref[key]

    def make(self, login, kind, *, of=None, **input_):
        """A new record; with `of` it hangs on that thing's case and hands its marks on."""
        marks = dict(of.__dict__) if of else {}
        marks.pop("kind", None)
        marks.pop("ref", None)
        return Thing(kind, self.done(login, kind, "create", **input_).ref, **marks)

    def act(self, login, thing, move, **input_):
        return self.done(login, thing.kind, move, thing.ref, **input_)

    def two(self, first, second, thing, move, **input_):
        return self.both(first, second, thing.kind, move, thing.ref, **input_)

    def version(self, thing):
        """How many acts stand in its history; a check that the house makes by itself is none."""
        return sum(not entry["type"].startswith("check.") for entry in self.history(thing.ref))

    def state(self, thing, region):
        return self.states(thing.ref)[region]

    def rows_of(self, thing):
        """Every row that stands in the record's history, newest act last."""
        return [row for entry in self.history(thing.ref) for move in entry["change"].get("moves", [])
                for row in move.get("rows", [])]

    def later(self, days=0, hours=0):
        """A moment ahead, as it is typed."""
        now = datetime.datetime.fromisoformat(self.now.replace("Z", "+00:00"))
        return (now + datetime.timedelta(days=days, hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def only_linked(self, thing, kind):
        found = self.linked(thing.ref, kind)
        if not found:
            raise Unexpected(f"{thing.kind} {thing.ref} has no {kind}")
        return found[-1].ref

    def sound_pack(self):
        """The default plan as another version, as one file."""
        self.packs = self.__dict__.get("packs", 0) + 1
        whole = io.BytesIO()
        with tarfile.open(fileobj=whole, mode="w", format=tarfile.USTAR_FORMAT) as tar:
            for folder, _, names in os.walk(PACK):
                for name in names:
                    path = os.path.join(folder, name)
                    with open(path, "rb") as f:
                        text = f.read()
                    if name == "pack.yml":
                        text = re.sub(rb"^version: .*$", b"version: 1.0.%d" % self.packs, text, flags=re.M)
                    entry = tarfile.TarInfo(os.path.relpath(path, PACK))
                    entry.size = len(text)
                    tar.addfile(entry, io.BytesIO(text))
        return self.upload(whole.getvalue())

    def damage(self, digest):
        """Someone changes an evidence file on the disk, below the house."""
        path = os.path.join(self.folder, "blobs", digest[:2], digest)
        os.chmod(path, 0o600)
        with open(path, "ab") as f:
            f.write(b"!")


class World(Walk, Daemon):
    def __init__(self, **more):
        super().__init__(at=START, pack=PACK, **more)
        self.person_ref = {}
        try:
            self.register()
        except BaseException:
            self.remove()
            raise

    def enter(self, login, unit, roles, /, **post):
        self.person_ref[login] = self.do(None, "person", "create", name="人员" + login, login=login,
                                         unit=self.unit_ref.get(unit, unit)).ref
        for role in roles:
            self.do(None, "post", "create", person=self.person_ref[login], role=role, **post)


class RealWorld(Walk, Real):
    """Its time passes as that of any machine; `pass_time` puts the clock of the machine forward."""

    office, administrator, director = "dir", "sca", "dir"

    def __init__(self, **more):
        self.clock = Shift()
        begin = datetime.datetime.fromisoformat(START.replace("Z", "+00:00"))
        self.clock.forward(seconds=(begin - datetime.datetime.now(datetime.timezone.utc)).total_seconds())
        super().__init__(env=self.clock.env, pack=PACK, **more)

    def settle(self, people, units):
        self.person_ref = self.who
        self.register()

    def enter(self, login, unit, roles, /, **post):
        self.hire(login, "人员" + login, self.unit_ref.get(unit, unit), *roles, **post)

    def pass_time(self, span):
        """The daemon looks at its clock when somebody wants to do something: what fell due happens then."""
        number, unit = span.split()
        self.clock.forward(**{{"min": "minutes", "h": "hours", "d": "days"}[unit]: int(number)})
        self.try_(None, "nothing", "create")

    def remove(self):
        super().remove()
        self.clock.close()
