"""rights -- who may see and do what, reckoned from the files of the plan pack alone.

    pack = Rights(PACK)
    house = House(pack, records, people)            # facts, as the owner of the folder reads them
    house.sees(login, record)                       # True: it is there for them
    house.answer(login, record, "seal")             # SEALED, ELSEWHERE, DENIED or PART

The files say who makes a move (`who` of the kind), how far a role reaches (`scope` in roles.yml) and who reads cases
at all (the matrix). This reads them again in its own words, so that the program and the test err apart.
"""
import glob
import operator
import os
import re
import sys

try:
    import yaml
except ImportError:  # another Python than Debian's, beside Debian's packages
    sys.path.append("/usr/lib/python3/dist-packages")
    import yaml

# What a move by somebody must be answered with, the first that holds: the record takes nothing any more; the move starts
# from another state; no post of theirs makes it; it is theirs to make, and only something else may be missing.
SEALED, ELSEWHERE, DENIED, PART = "sealed", "from another state", "denied", "theirs"

# Open to whoever holds a post, as far as it belongs to no case: the house's own registers.
REGISTERS = ("organisation", "plan", "duty", "resource")
# The matrix lets these read archived cases; who publishes writes of open ones as well ("Draft public notice").
BESIDE_READERS = {"PIO"}
# By which of its fields a record belongs to a case, the nearest first.
TO_CASE = ("incident", "affected_system", "warning", "special_plan")
# To whom a message went: a record for each unit. It is theirs to read once it is out.
ADDRESSEES = {"warning": "warning_target", "bulletin": "bulletin_reader"}
OUT = ("published", "lifted", "withdrawn")
COMPARE = {"<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt, "=": operator.eq, "!=": operator.ne}


def read(path):
    """A file of the pack. `reason?` is a plain scalar to the program; every scalar is a text."""
    with open(path, encoding="utf-8") as f:
        text = re.sub(r"(?<=[\[ ,])([a-z_]+\?)(?=[,\]])", r'"\1"', f.read())
    return yaml.load(text, Loader=yaml.BaseLoader)


def listed(value):
    return value if isinstance(value, list) else [] if value is None else [value]


class Move:
    def __init__(self, name, form, region, said):
        self.name, self.form, self.region = name, form, region
        self.start = listed(said.get("from"))
        self.branches = [self.branch(one) for one in self.split(said.get("who"))]
        self.asks = [one for one in said.get("asks", []) if not one.endswith("?")]
        self.needs = [one.split("|")[0] for one in said.get("needs", [])]
        self.checked = "'checked':" in repr(said.get("if"))

    @staticmethod
    def split(who):
        if who is None:
            return []
        return who if isinstance(who, list) and isinstance(who[0], dict) else [who]

    @staticmethod
    def branch(said):
        """(when, roles that have a part in it)"""
        if isinstance(said, list):
            return None, set(said)
        signers = [role for one in said.get("sign", []) for role in one]
        return said.get("when"), {*said.get("do", []), *said.get("propose", []), *said.get("confirm", []), *signers}

    @property
    def roles(self):
        return set().union(*(roles for _, roles in self.branches)) if self.branches else set()


class Kind:
    def __init__(self, said):
        self.name, self.about, self.fields = said["kind"], said["about"], said["fields"]
        self.regions, self.title = said.get("regions", {}), said.get("title")
        self.always = said.get("always", [])
        self.moves = {}
        self.create = None
        if "create" in said:
            self.create = Move("create", "create", None, said["create"])
        for name, region in self.regions.items():
            for move, text in region.get("moves", {}).items():
                new = listed(text.get("from")) == ["new"] and "new" not in region["states"]
                made = Move(move, "create" if new else "change", name, text)
                self.create = made if new else self.create
                if not new:
                    self.moves[move] = made
        for move, text in said.get("acts", {}).items():
            self.moves[move] = Move(move, "act", None, text)

    def refs(self, of):
        return [name for name, field in self.fields.items() if field["type"] == "ref" and field["of"] == of]

    @property
    def workers(self):
        return set().union(*(m.roles for m in [*self.moves.values(), *([self.create] if self.create else [])]))


class Rights:
    def __init__(self, folder):
        self.kinds = {k.name: k for k in (Kind(read(p)) for p in sorted(glob.glob(os.path.join(folder, "kinds", "*.yml"))))}
        roles = read(os.path.join(folder, "roles.yml"))
        self.scope = {name: role["scope"] for name, role in roles["roles"].items()}
        letters = {row["label"]["en"]: row["roles"] for row in roles["matrix"]}
        self.case_readers = set(letters["Read archived case"]) | BESIDE_READERS


class Person:
    """Who asks. `posts`: Post by Post, those held now; `unit`: whose staff they are."""

    def __init__(self, id_, unit, posts):
        self.id, self.unit, self.posts = id_, unit, posts

    @property
    def roles(self):
        return {post.role for post in self.posts}


class Post:
    """A role, and what it was given for: a unit, a sector or one case (None: for everything that the role reaches)."""

    def __init__(self, fields):
        self.role = fields["role"]
        self.unit, self.sector, self.incident = (next(iter(ids(fields.get(n))), None) for n in ("unit", "sector", "incident"))


def ids(value):
    """Row ids that stand in a ref field."""
    return {one["id"] for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict) and "id" in one}


class House:
    """`records`: row id -> what `show` says of it, all there are."""

    def __init__(self, pack, records, people):
        self.pack, self.records, self.people = pack, records, people
        self.of_case = {}
        for record in records.values():
            for case in ids(record["fields"].get("incident")):
                self.of_case.setdefault(case, []).append(record)

    # ---- what a record belongs to ----------------------------------------------------------------------

    def kind(self, record):
        return self.pack.kinds[record["kind"]]

    def along(self, record, path):
        """The value at a path of fields; a level or state of the case where it begins with `incident`."""
        first, _, rest = path.partition(".")
        if rest:
            further = [self.case(record)] if first == "incident" else [self.records.get(i) for i in ids(record["fields"].get(first))]
            return self.along(further[0], rest) if further and further[0] else None
        return record["states"].get(path, record["fields"].get(path))

    def case(self, record):
        for _ in TO_CASE:
            if record["kind"] == "incident":
                return record
            ways = [i for name in TO_CASE for i in sorted(ids(record["fields"].get(name)))]
            if not ways:
                return None
            record = self.records[ways[0]]
        return None

    def units(self, record):
        return set().union(*(ids(record["fields"].get(name)) for name in self.kind(record).refs("unit")))

    def is_own(self, record, unit):
        """The unit's own: what names it; what names none, if it is of a system or a case of the unit."""
        if record["id"] == unit:
            return True
        if record["kind"] != "incident":
            system = [self.records[i] for i in ids(record["fields"].get("affected_system"))]
            for whose in (record, *system):
                if self.units(whose) or whose is not record:
                    return unit in self.units(whose)
        case = self.case(record)
        systems = [r for r in self.of_case.get(case["id"], []) if r["kind"] == "affected_system"] if case else []
        return case is not None and any(unit in self.units(r) for r in [case, *systems])

    def is_of_sector(self, record, unit):
        """Its units, or those of its case, answer to this authority; or a system that it answers for."""
        for one in filter(None, {id(r): r for r in (record, self.case(record))}.values()):
            for whose in self.units(one):
                answers = self.records[whose]["fields"]
                sectors = [self.records[i]["fields"] for i in ids(answers.get("sector"))]
                if any(unit in ids(a.get("authority")) for a in [answers, *sectors]):
                    return True
        if any(unit in ids(self.records[i]["fields"].get("competent")) for i in ids(record["fields"].get("system"))):
            return True
        return self.is_own(record, unit)

    def is_sent_to(self, record, unit):
        """The message, its editions, the indicators that went with it; never who else it went to."""
        for message, addressee in ADDRESSEES.items():
            if record["kind"] == addressee:
                continue
            found = {record["id"]} if record["kind"] == message else set().union(
                *(ids(record["fields"].get(name)) for name in self.kind(record).refs(message)))
            if record["kind"] == "indicator":
                found |= {r["id"] for r in self.records.values() if record["id"] in ids(r["fields"].get("indicators"))}
            out = {i for i in found if self.records[i]["states"].get("life") in OUT}
            if any(r["kind"] == addressee and unit in ids(r["fields"].get("unit")) and out & ids(r["fields"].get(message))
                   for r in self.records.values()):
                return True
        return False

    def is_of_draft(self, record):
        """Whom a message is to go to that is not out yet."""
        return any(record["kind"] == addressee and
                   any(self.records[i]["states"].get("life") not in OUT for i in ids(record["fields"].get(message)))
                   for message, addressee in ADDRESSEES.items())

    def is_on_case(self, record, role, person):
        """A lead leads; a responder is on the scene, or in a team that has arrived; what is of no case is nobody's alone."""
        case = self.case(record)
        if case is None:
            return True
        leads = person.id in ids(case["fields"].get("lead"))
        if role == "CL" or leads:
            return leads
        sent = [r for r in self.of_case.get(case["id"], []) if r["kind"] == "support_request" and
                (r is record or r["states"]["life"] == "on_site")]
        named = [case["fields"].get("on_scene"), *(r["fields"].get(n) for r in sent for n in ("members", "leader"))]
        return any(person.id in ids(one) for one in named)

    # ---- who -----------------------------------------------------------------------------------------------

    def in_sector(self, record, sector):
        """It names a unit of the sector, or its case does."""
        return any(sector in ids(self.records[unit]["fields"].get("sector"))
                   for one in (record, self.case(record)) if one for unit in self.units(one) | {one["id"]})

    def reaches(self, person, post, record):
        case, scope = self.case(record), self.pack.scope[post.role]
        if post.incident and (case is None or case["id"] != post.incident):
            return False
        if post.sector and not self.in_sector(record, post.sector):
            return False
        if scope == "case":
            return bool(post.incident) or self.is_on_case(record, post.role, person)
        if scope == "all":
            return not post.unit or self.is_own(record, post.unit)
        unit = post.unit or person.unit
        own = (self.is_own if scope == "unit" else self.is_of_sector)(record, unit) and not self.is_of_draft(record)
        return own or self.is_sent_to(record, unit)

    def leads(self, person, record):
        case = self.case(record)
        return case is not None and person.id in ids(case["fields"].get("lead"))

    def sees(self, login, record):
        person, kind = self.people[login], self.kind(record)
        if record["id"] == person.id or (person.posts and self.leads(person, record)):
            return True
        if kind.about in REGISTERS and "incident" not in record["fields"]:
            return bool(person.posts)
        for post in person.posts:
            if post.role in self.pack.case_readers:
                if self.reaches(person, post, record):
                    return True
            elif post.role in kind.workers and (kind.about in ("plan", "resource") or person.unit in self.units(record)):
                return True  # who has work to do on it
        return False

    def holds(self, login, record, roles):
        person = self.people[login]
        return ("CL" in roles and person.posts and self.leads(person, record)) or \
            any(post.role in roles and self.reaches(person, post, record) for post in person.posts)

    # ---- what -----------------------------------------------------------------------------------------------

    def level(self, record, path):
        name = path if "." in path or path in record["fields"] else None
        if path in ("confirmed", "provisional"):
            name = f"{path}_level" if f"{path}_level" in self.kind(record).fields else f"incident.{path}_level"
        return self.along(record, name)

    def condition(self, record, when):
        """Does it hold where nothing was typed?"""
        (form, said), = when.items()
        if form == "asked":
            return False
        if form == "has":
            return self.along(record, said) is not None
        if form == "level":
            path, compare, limit = said.split()
            level = self.level(record, path)
            return level is not None and COMPARE[compare](level, int(limit))
        (path, values), = said.items()
        value = self.along(record, path)
        if form == "in":
            return value in listed(values)
        if form == "is":
            return {True: "yes", False: "no"}.get(value, value) in listed(values)
        raise ValueError(f"a branch may hang on '{form}', which this test does not know")

    def sealed(self, record):
        """The code that all is refused with, or None."""
        for rule in self.kind(record).always:
            if rule.get("readonly") == "yes" and self.condition(record, rule["when"]):
                return rule.get("refuse", "N09")
        return None

    def branch(self, record, move):
        return next((roles for when, roles in move.branches if not when or self.condition(record, when)), set())

    def starts(self, record, move):
        return move.form == "act" or record["states"].get(move.region) in move.start

    def answer(self, login, record, name):
        move = self.kind(record).moves[name]
        if self.sealed(record):
            return SEALED
        if not self.starts(record, move):
            return ELSEWHERE
        return PART if self.holds(login, record, self.branch(record, move)) else DENIED
