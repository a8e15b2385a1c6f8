"""sigma_random -- rules and events made by chance, so that every way Sigma has of asking is asked.

What a rule may ask for stands in FEATURES, one row each; a row is switched off where the engine does
not carry it out yet. Rules and events draw from one small pool of pieces, so that they often meet.

    maker = Maker(seed)
    rules, events = maker.rules(200), maker.events(300)
    rules[0].yaml("id"), events[0].line()
"""
import base64
import ipaddress
import json
import random
import re
import zlib
from dataclasses import dataclass, field

from sigma_events import Sample
from watching import SOURCE_FIELD, source_name


class Plain(str):
    """A scalar that is written without quotes: a number, true, null."""


@dataclass
class Source:
    product: str = None
    category: str = None
    service: str = None
    fields: tuple = ()  # what an event of it says besides

    def covers(self, other):
        """Would a rule for this take an event of that?"""
        return all(mine is None or mine == its for mine, its in
                   ((self.product, other.product), (self.category, other.category), (self.service, other.service)))


def own_source(product, category, service):
    return Source(product, category, service, ((SOURCE_FIELD, source_name(product, category, service)),))


SOURCES = [
    Source("windows", "process_creation", "sysmon", (("Channel", "Microsoft-Windows-Sysmon/Operational"), ("EventID", Plain("1")))),
    Source("windows", None, "security", (("Channel", "Security"), ("EventID", Plain("4624")))),
    own_source("linux", "process_creation", None),
    own_source(None, "proxy", None),
    own_source("aws", None, "cloudtrail"),
]
OWN = [(s.product, s.category, s.service) for s in SOURCES if s.product != "windows"]
FIELDS = ["a", "b", "Cc", "d.e", "d.f.g", "h i", "EventData.j", "k"]
DASHES = "-/–—―"
PIECES = "aaabbbAB01-/\\*?._ éÉжЖ中–—kKſ%"


# ---- what is made --------------------------------------------------------------------------------

def scalar(value):
    """One of the ways to write it; the same each time."""
    if isinstance(value, Plain):
        return str(value)
    style = zlib.crc32(value.encode()) % 3
    if style == 0 and re.fullmatch("[A-Za-z][A-Za-z0-9_.]*", value) and value.lower() not in ("true", "false", "null", "yes", "no", "on", "off", "y", "n"):
        return value
    if style == 1 and "\n" not in value and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    return json.dumps(value, ensure_ascii=False)


@dataclass
class RandomItem:
    key: str
    values: list
    listed: bool

    def yaml(self):
        if not self.listed:
            return f"{scalar(self.key)}: {scalar(self.values[0])}"
        return f"{scalar(self.key)}: [{', '.join(map(scalar, self.values))}]"


@dataclass
class RandomRule:
    source: Source
    selections: dict   # name -> list of maps, each a list of items; or {"words": [...]}
    conditions: list   # texts
    level: str = "low"

    def yaml(self, ident):
        source = ", ".join(f"{k}: {w}" for k, w in (("product", self.source.product), ("category", self.source.category),
                                                   ("service", self.source.service)) if w)
        out = [f"title: {ident}", f"id: {ident}", "tags: [attack.execution]", f"level: {self.level}", f"logsource: {{{source}}}", "detection:"]
        for name, given in self.selections.items():
            out.append(f"  {name}:" + self.selection(given))
        many = len(self.conditions) > 1
        plain = not many and re.match("[a-zA-Z(_0-9]", self.conditions[0])
        out.append("  condition:" + (" " + self.conditions[0] if plain else "".join(f"\n    - {json.dumps(c)}" for c in self.conditions)))
        return "\n".join(out) + "\n"

    @staticmethod
    def selection(given):
        if isinstance(given, dict):
            return "".join(f"\n    - {scalar(word)}" for word in given["words"])
        if len(given) == 1:
            return "".join(f"\n    {item.yaml()}" for item in given[0])
        return "".join(f"\n    - {{{', '.join(item.yaml() for item in items)}}}" for items in given)


@dataclass
class RandomFilter:
    source: Source
    of: list           # numbers of the rules that it is laid on; None: any
    selections: dict
    condition: str

    def yaml(self, ident):
        source = ", ".join(f"{k}: {w}" for k, w in (("product", self.source.product), ("category", self.source.category),
                                                   ("service", self.source.service)) if w)
        of = "any" if self.of is None else "[" + ", ".join(f"r{n}" for n in self.of) + "]"
        return (f"title: {ident}\nlogsource: {{{source}}}\nfilter:\n  rules: {of}\n"
                + "".join(f"  {name}:" + RandomRule.selection(given) + "\n" for name, given in self.selections.items())
                + f"  condition: {self.condition}\n")


def lists_yaml(lists):
    """{name: [(text, is it a pattern), …]} as a site would keep them."""
    value = lambda text, pattern: f"{{pattern: {json.dumps(text, ensure_ascii=False)}}}" if pattern else json.dumps(text, ensure_ascii=False)
    return "".join(f"{name}: [{', '.join(value(*v) for v in values)}]\n" for name, values in lists.items())


PLACEHOLDER = re.compile(r"(?<!\\)%(\w+)%")


@dataclass
class RandomEvent:
    source: Source
    pairs: list        # (name, value): text, Plain, None or a list of these
    written: str = field(default=None, repr=False)

    def line(self):
        return self.written or self.write(None)

    def write(self, chance):
        """As JSON; with `chance` some characters as escapes and some dotted names as objects."""
        return "{" + ",".join(self.member(n, v, chance) for n, v in list(self.source.fields) + self.pairs) + "}"

    def member(self, name, value, chance):
        if chance and "." in name and chance.random() < 0.5:
            outer, _, inner = name.partition(".")
            return f"{text(outer, chance)}:{{{self.member(inner, value, chance)}}}"
        return f"{text(name, chance)}:{json_value(value, chance)}"


def text(value, chance):
    if not chance or chance.random() < 0.8:
        return json.dumps(value, ensure_ascii=False)
    out = ""
    for c in value:
        unit = c.encode("utf-16-be").hex()
        out += "".join(f"\\u{unit[i:i + 4]}" for i in range(0, len(unit), 4)) if chance.random() < 0.4 else json.dumps(c)[1:-1]
    return f'"{out}"'


def json_value(value, chance):
    if value is None:
        return "null"
    if isinstance(value, list):
        return "[" + ",".join(json_value(v, chance) for v in value) + "]"
    return str(value) if isinstance(value, Plain) else text(value, chance)


# ---- features ------------------------------------------------------------------------------------

def literal(maker):
    """Text for a rule that means itself: what would be a wildcard has its backslash."""
    return re.sub(r"([*?]|\\(?=[*?\\]|$))", r"\\\1", maker.joined(0, 2))


def wild(maker):
    """Text for a rule, with wildcards put in and some of its backslashes doubled."""
    out = maker.joined(0, 2)
    for _ in range(maker.chance.choice([0, 0, 1, 1, 2])):
        at = maker.chance.randint(0, len(out))
        out = out[:at] + maker.chance.choice(["*", "*", "?", "\\*", "\\?", "\\\\", "\\\\*", "\\\\\\*"]) + out[at:]
    return out


def placeholder(maker):
    """Mostly a list that is there, with something around it; now and then two, and one that is not meant."""
    out = f"%{maker.chance.choice(list(maker.lists))}%"
    if maker.chance.random() < 0.15:
        out += maker.joined(0, 1) + f"%{maker.chance.choice(list(maker.lists))}%"
    if maker.chance.random() < 0.3:
        out = maker.chance.choice(["\\%Hosts%", "\\%One%", "%", "%%", "100%", "\\%", "%no list%"]) + out
    return maker.chance.choice(["", "", wild(maker)]) + out + maker.chance.choice(["", "", wild(maker)])


def network_list(maker):
    return maker.chance.choice(["%Nets%", "%Nets%", network(maker)])


def dashed(maker):
    return " ".join(maker.chance.choice("--//–—―") + maker.chance.choice(maker.options) for _ in range(maker.chance.choice([1, 1, 2])))


def plain_word(maker):
    """Something to encode: no wildcards in it."""
    return maker.chance.choice(maker.words)


def number(maker):
    return Plain(maker.chance.choice(["0", "1", "2", "5", "7", "10", "10.0", "1e1", "-1", "1.5", "100", "20"]))


def number_or_text(maker):
    value = number(maker)
    return value if maker.chance.random() < 0.7 else str(value)


def truth(maker):
    return Plain(maker.chance.choice(["true", "false"]))


def null(_):
    return Plain("null")


def time_number(least, most):
    return lambda maker: Plain(str(maker.chance.choice([least, most, maker.chance.randint(least, most), min(max(8, least), most)])))


def moment(maker):
    """A time as logs write it, at the edges of days, weeks and years as often as not."""
    day = maker.chance.choice(["2026-01-01", "2025-12-31", "2025-12-29", "2024-12-30", "2026-03-08", "2026-02-28", "2027-01-03", "1970-01-01", "2026-08-15"])
    clock = maker.chance.choice(["00:00:00", "23:59:59", "08:08:08", "12:30:01", "07:59:59", f"{maker.chance.randrange(24):02}:15:00"])
    if maker.chance.random() < 0.25:
        return Plain(maker.chance.choice(["1767225600", "1767225599", "1767225600123", "1772439300", "999999999", "12", "1735516800000"]))
    return maker.chance.choice([day, f"{day}T{clock}Z", f"{day} {clock}", f"{day}T{clock}.123+08:00", f"{day}T{clock}-05:00", f"{day} {clock}.5", "soon", ""])


def other_field(maker):
    return maker.chance.choice(maker.fields)


def network(maker):
    return maker.chance.choice(["10.0.0.0/8", "10.0.0.0/31", "10.0.0.1/32", "10.1.2.0/24", "10.0.0.1", "0.0.0.0/0", "192.168.128.0/17",
                                "fe80::/10", "2001:db8::/33", "2001:db8::1/128", "::/0", "2001:DB8::1"])


def regex(maker, depth=0):
    pick = maker.chance.random()
    if depth > 2 or pick < 0.45:
        return maker.chance.choice(["a", "b", "A", "1", ".", "[ab]", "[^a]", "[a-z0-9]", "\\\\", "\\.", "\\d", "\\w", "\\s", "-", "/", "é", "\\*"])
    one, two = regex(maker, depth + 1), regex(maker, depth + 1)
    if pick < 0.75:
        return one + two
    if pick < 0.85:
        return f"({one}|{two})"
    inner = one if re.fullmatch(r"\\?.|\[[^]]*\]|\([^()]*\)", one) else f"({one})"
    return inner + maker.chance.choice(["*", "+", "?", "{1,2}", "{2}", "*?", "{0,1}"])


def whole_regex(maker):
    return maker.chance.choice(["", "", "", "^"]) + regex(maker) + maker.chance.choice(["", "", "", "$"])


@dataclass
class Feature:
    modifiers: str             # as they stand behind the field
    value: object              # maker -> one value
    weight: int = 2
    lists: bool = True         # may it have several values?
    field: bool = True         # or is it a search in the whole event?
    names: tuple = ()          # fields that it is for, where not for any
    sure: bool = True          # else a caller finds out whether it is carried out: it goes by its modifiers


# One row a way of asking.
FEATURES = [
    Feature("", literal, 8), Feature("", wild, 8), Feature("", number_or_text, 4), Feature("", truth, 1),
    Feature("", null, 3, lists=False), Feature("contains", literal, 6), Feature("contains", wild, 4),
    Feature("startswith", literal, 4), Feature("startswith", wild, 3), Feature("endswith", literal, 5), Feature("endswith", wild, 3),
    Feature("contains|all", literal, 3), Feature("contains|all", wild, 1), Feature("startswith|all", literal, 1),
    Feature("endswith|all", literal, 1), Feature("all", wild, 1), Feature("re|all", whole_regex, 1),
    Feature("cased", literal, 2), Feature("cased", wild, 1), Feature("contains|cased", literal, 2), Feature("startswith|cased", literal),
    Feature("endswith|cased", literal), Feature("cased|contains|all", literal, 1),
    Feature("exists", truth, 4, lists=False),
    Feature("neq", literal, 3), Feature("neq", wild, 1), Feature("neq", number_or_text, 2), Feature("contains|neq", literal),
    Feature("startswith|neq", literal, 1), Feature("endswith|neq", literal, 1), Feature("re|neq", whole_regex, 1), Feature("cidr|neq", network, 1),
    Feature("cased|neq", literal, 1),
    Feature("lt", number), Feature("lte", number), Feature("gt", number), Feature("gte", number),
    Feature("windash", dashed), Feature("contains|windash", dashed, 3), Feature("endswith|windash", dashed), Feature("windash|contains", dashed),
    Feature("contains|all|windash", dashed), Feature("startswith|windash", dashed, 1),
    Feature("re", whole_regex, 5), Feature("re|i", whole_regex), Feature("re|m", whole_regex), Feature("re|s", whole_regex),
    Feature("re|i|m|s", whole_regex, 1),
    Feature("base64", plain_word, 1), Feature("base64|contains", plain_word), Feature("base64offset|contains", plain_word, 3),
    Feature("wide|base64offset|contains", plain_word), Feature("utf16le|base64offset|contains", plain_word, 1),
    Feature("utf16be|base64offset|contains", plain_word), Feature("utf16|base64|startswith", plain_word, 1), Feature("utf16|base64offset|contains", plain_word, 1),
    Feature("wide|base64|contains", plain_word, 1), Feature("base64offset|contains|all", plain_word, 1), Feature("base64|contains|cased", plain_word, 1),
    Feature("wide|contains", plain_word), Feature("utf16le", plain_word, 1), Feature("utf16be|contains", plain_word),
    Feature("cidr", network, 6),
    Feature("fieldref", other_field, 3), Feature("fieldref|neq", other_field), Feature("fieldref|startswith", other_field),
    Feature("fieldref|endswith", other_field), Feature("fieldref|contains", other_field), Feature("fieldref|cased", other_field, 1),
    Feature("fieldref|startswith|neq", other_field, 1), Feature("fieldref|contains|cased", other_field, 1),
    Feature("all", literal, 2, field=False), Feature("re", whole_regex, 1, field=False), Feature("contains|all", wild, 1, field=False),
    Feature("all", wild, 1, field=False), Feature("cased", literal, 1, field=False),
    Feature("expand", placeholder, 4), Feature("contains|expand", placeholder, 4), Feature("expand|startswith", placeholder, 2),
    Feature("endswith|expand", placeholder, 2), Feature("contains|all|expand", placeholder, 2), Feature("expand|cased", placeholder, 1),
    Feature("expand|neq", placeholder, 1), Feature("expand|windash|contains", placeholder, 1), Feature("expand|base64|contains", placeholder, 1),
    Feature("expand|wide", placeholder, 1), Feature("cidr|expand", network_list, 2), Feature("expand", literal, 1), Feature("contains|expand", literal, 1, field=False),
    Feature("neq", null, 1, lists=False, sure=False),
    Feature("hour", time_number(0, 23), names=["when"], sure=False), Feature("hour|gte", time_number(0, 23), names=["when"], sure=False),
    Feature("hour|lt", time_number(0, 23), names=["when"], sure=False), Feature("hour|neq", time_number(0, 23), names=["when"], sure=False),
    Feature("minute", time_number(0, 59), 1, names=["when"], sure=False), Feature("day", time_number(1, 31), names=["when"], sure=False),
    Feature("week", time_number(1, 52), names=["when"], sure=False), Feature("week|gt", time_number(1, 52), 1, names=["when"], sure=False),
    Feature("month", time_number(1, 12), names=["when"], sure=False), Feature("month|lte", time_number(1, 12), names=["when"], sure=False),
    Feature("year", time_number(1969, 2027), names=["when"], sure=False), Feature("year|gt", time_number(1969, 2027), 1, names=["when"], sure=False),
]
NAMES = ["sel", "sel_a", "sel_b", "filter", "filter_main_x", "other1", "_hidden"]


class Maker:
    def __init__(self, seed, without=(), narrow=False):
        """`without`: modifiers of FEATURES that are not carried out; `narrow`: all of one log and two fields,
        so that very many texts are sought in the same place."""
        self.chance = random.Random(seed)
        self.words = [self.word(2, 5) for _ in range(8)]
        self.fields, self.sources = (FIELDS[:2], SOURCES[2:3]) if narrow else (FIELDS, SOURCES)
        self.pieces = [self.word(0, 4) for _ in range(60 if narrow else 14)] + [self.long_word() for _ in range(2)]
        self.lists = self.make_lists()
        self.options = [self.chance.choice("ab01é") + self.chance.choice(["", "b", "-a"]) for _ in range(3)]
        self.spaces = True
        self.asked = {}  # field -> what rules ask of it, so that events can answer
        self.features = [f for f in FEATURES if f.sure or f.modifiers not in without]
        self.weights = [f.weight * (8 if narrow and f.modifiers == "contains" else 1) for f in self.features]

    def make_lists(self):
        value = lambda: (text := self.joined(1, 2)) and (text, self.chance.random() < 0.3)
        named = lambda most: [v for v in (value() for _ in range(self.chance.randint(1, most))) if v] or [("ab", False)]
        return {"Hosts": named(3), "admin_users": named(8), "H2": [("a*", False), ("a*", True)] + named(2), "One": [("%Hosts%", False)],
                "Nets": [(network(self), False) for _ in range(3)]}

    def word(self, least, most):
        return "".join(self.chance.choice(PIECES if least == 0 else "abAB01éЖ-") for _ in range(self.chance.randint(least, most)))

    def long_word(self):
        """Longer than what is compared at once."""
        return "".join(self.chance.choice("ab01cdefgh-/.éжЖÉ") for _ in range(self.chance.randint(8, 45)))

    def joined(self, least, most):
        return "".join(self.chance.choice(self.pieces) for _ in range(self.chance.randint(least, most)))

    # ---- rules ---------------------------------------------------------------------------------

    def item(self):
        feature = self.chance.choices(self.features, self.weights)[0]
        must = "all" in feature.modifiers.split("|")
        count = self.chance.randint(2, 3) if must else self.chance.choice([1, 1, 1, 2, 3, 9]) if feature.lists else 1
        values = [feature.value(self) for _ in range(count)]
        if must:
            values = list(dict.fromkeys(values)) if len(set(values)) > 1 else values
        if not feature.field:
            values = [v if v.strip("*") else v + "a" for v in values]
        name = self.chance.choice(feature.names or self.fields) if feature.field else ""
        # Only a rule that says its product says whether blanks in names are to be there.
        name = name if self.spaces else name.replace(" ", "")
        self.asked.setdefault(name or self.fields[0], []).extend((feature.modifiers.split("|"), v) for v in values)
        return RandomItem("|".join(x for x in (name, feature.modifiers) if x) if feature.field else "|" + feature.modifiers, values,
                          count > 1 or must)

    def items(self):
        items = {}
        for _ in range(self.chance.choice([1, 1, 2, 2, 3])):
            item = self.item()
            items.setdefault(item.key, item)
        return list(items.values())

    def selection(self):
        pick = self.chance.random()
        if pick < 0.12:
            return {"words": [w if w.strip("*") else w + "b" for w in (wild(self) for _ in range(self.chance.randint(1, 3)))]}
        return [self.items() for _ in range(1 if pick < 0.8 else self.chance.randint(2, 3))]

    def condition(self, names, depth=0):
        pick = self.chance.random()
        if depth > 3 or pick < 0.35:
            return self.chance.choice(names)
        if pick < 0.55:
            return self.quantity(names)
        if pick < 0.68:
            return self.chance.choice(["not ", "NOT "]) + self.tight(names, depth)
        word = self.chance.choice([" and ", " and ", " or ", " AND ", "  or "])
        return word.join(self.loose(names, depth) for _ in range(self.chance.randint(2, 3)))

    def loose(self, names, depth):
        """A member of a chain, as often without parentheses as with them: then precedence decides."""
        inner = self.condition(names, depth + 1)
        return inner if self.chance.random() < 0.5 else f"({inner})"

    def tight(self, names, depth):
        inner = self.condition(names, depth + 1)
        return inner if " " not in inner or self.chance.random() < 0.4 else f"( {inner} )"

    def quantity(self, names):
        shapes = ["them", "sel*", "filter*", "*", "*_*", "sel_*", "*1", "_*", "s*a"]
        found = lambda s: [n for n in names if (n[0] != "_" if s == "them" else re.fullmatch(s.replace("*", ".*"), n))]
        shape = self.chance.choice([s for s in shapes if found(s)] or ["*"])
        return f"{self.chance.choice(['1', 'all', '1', 'all', str(self.chance.randint(1, len(found(shape))))])} of {shape}"

    def rule(self):
        source = self.chance.choice(self.sources)
        parts = [source.product, source.category, source.service]
        if parts[1] and parts[2]:
            parts[self.chance.randint(1, 2)] = None  # no row of the table of log sources has both
        if sum(p is not None for p in parts) > 1 and self.chance.random() < 0.5:
            parts[self.chance.choice([i for i, p in enumerate(parts) if p])] = None
        names = self.chance.sample(NAMES, self.chance.choice([1, 2, 2, 3, 4]))
        self.spaces = parts[0] is not None
        return RandomRule(Source(*parts), {n: self.selection() for n in names},
                          [self.condition(names) for _ in range(self.chance.choice([1] * 9 + [2]))])

    def rules(self, count):
        return [self.rule() for _ in range(count)]

    def filter(self, rules):
        """One for a rule, and for others that its log source covers."""
        of = self.chance.choice(rules).source
        parts = [of.product, of.category, of.service]
        if sum(p is not None for p in parts) > 1 and self.chance.random() < 0.3:
            parts[self.chance.choice([i for i, p in enumerate(parts) if p])] = None
        source, names = Source(*parts), self.chance.sample(NAMES, self.chance.choice([1, 1, 2, 3]))
        self.spaces = parts[0] is not None
        covered = [n for n, rule in enumerate(rules) if source.covers(rule.source)]
        chosen = None if self.chance.random() < 0.2 else sorted(self.chance.sample(covered, min(len(covered), self.chance.choice([1, 1, 2, 9]))))
        return RandomFilter(source, chosen, {n: self.selection() for n in names}, self.condition(names))

    def filters(self, rules):
        return [self.filter(rules) for _ in range(len(rules) // 12 + 1)]

    # ---- events --------------------------------------------------------------------------------

    def event_text(self):
        pick = self.chance.random()
        if pick < 0.55:
            return self.swapped(self.joined(0, 3))
        if pick < 0.63:
            return self.swapped(self.encoded(self.chance.choice(self.words), []))
        if pick < 0.68:
            return self.wide(self.chance.choice(self.words))
        if pick < 0.76:
            return self.swapped(self.chance.choice(["", "", "x ", "x", "b"]) + self.other_dashes(dashed(self)) + self.chance.choice(["", "", " y", "z"]))
        if pick < 0.86:
            return self.swapped(self.address())
        if pick < 0.92:
            return self.chance.choice(["", "", "", "", " ", "0x", "+"]) + str(number(self)) + self.chance.choice(["", "", "", " ", "a", "e400"])
        return self.swapped(self.joined(1, 2) + self.chance.choice(["\n", "\na", "\t", "\r\n", " "]) + self.joined(0, 2))

    def encoded(self, word, modifiers):
        how = "utf-16-le" if {"wide", "utf16le"} & set(modifiers) else "utf-16-be" if "utf16be" in modifiers else \
            "utf-16" if "utf16" in modifiers else self.chance.choice(["utf-8", "utf-16-le", "utf-16-be", "utf-16"]) if not modifiers else "utf-8"
        around = (lambda c: c * self.chance.randint(0, 3)) if "contains" in modifiers or not modifiers else lambda c: b""
        return base64.b64encode(around(b"a") + word.encode(how) + around(b"b")).decode()

    def wide(self, word):
        return "".join(c + "\0" if self.chance.random() < 0.97 else c for c in "a" + word)[self.chance.randint(0, 2):]

    def other_dashes(self, text):
        for dash in DASHES:
            text = text.replace(dash, self.chance.choice(DASHES)) if self.chance.random() < 0.6 else text
        return text

    def address(self):
        return self.chance.choice([
            "10.0.0.0", "10.0.0.1", "10.0.0.2", "10.1.2.3", "10.255.255.255", "11.0.0.1", "192.168.128.1", "192.168.127.1", "::ffff:10.0.0.1",
            "::FFFF:10.1.2.3", "fe80::1", "FE80::1", "febf::", "fec0::", "2001:db8::1", "2001:db8:8000::1", "2001:0db8:0:0:0:0:0:1", "10.0.0",
            "10.0.0.256", "10.0.0.01", ":", "::"])

    def answer(self, modifiers, value):
        """What a rule asks for, or nearly."""
        if isinstance(value, Plain):
            return None if value == "null" else self.chance.choice([value, str(value), number(self)])
        if "expand" in modifiers:
            value = PLACEHOLDER.sub(lambda m: self.one_of(m[1]), value).replace("\\%", "%")
        if "cidr" in modifiers:
            return self.swapped(self.at_the_edge(value))
        if "fieldref" in modifiers:
            return self.event_text()
        if "re" in modifiers:
            out = self.sampled(value)
        elif {"base64", "base64offset"} & set(modifiers):
            return self.encoded(value, modifiers)
        elif {"wide", "utf16le", "utf16be"} & set(modifiers):
            return "".join("\0" + c if "utf16be" in modifiers else c + "\0" for c in value)
        else:
            out = self.meant(value)
            out = self.other_dashes(out) if "windash" in modifiers else out
        if self.chance.random() < 0.35:
            out = self.chance.choice(["", self.joined(0, 1)]) + out + self.chance.choice(["", self.joined(0, 1)])
        return self.swapped(self.spoilt(out) if self.chance.random() < 0.35 else out)

    def one_of(self, name):
        """A value of a list, as a rule would write it."""
        text, pattern = self.chance.choice(self.lists.get(name) or [(name, False)])
        return text if pattern else re.sub(r"([*?]|\\(?=[*?\\]|$))", r"\\\1", text)

    def at_the_edge(self, network):
        """An address just inside or just outside of it."""
        net = ipaddress.ip_network(network, strict=False)
        number = self.chance.choice([int(net[0]), int(net[-1]), int(net[0]) - 1, int(net[-1]) + 1])
        if not 0 <= number < 1 << net.max_prefixlen:
            return self.address()
        out = str(type(net[0])(number))
        return "::ffff:" + out if net.version == 4 and self.chance.random() < 0.1 else out

    def sampled(self, expression):
        try:
            return Sample(self.chance).text(expression)
        except (KeyError, RecursionError, re.error):
            return self.event_text()

    def meant(self, value):
        """Text that a rule's text takes: something for each wildcard."""
        return re.sub(r"\\[*?\\]|\*|\?", lambda m: m[0][1:] or (self.joined(0, 1) if m[0] == "*" else self.chance.choice(PIECES)), value)

    def spoilt(self, text):
        if not text:
            return self.chance.choice(PIECES)
        at = self.chance.randrange(len(text))
        return text[:at] + self.chance.choice(["", self.chance.choice(PIECES), text[at] * 2]) + text[at + 1:]

    def swapped(self, out):
        """Letter case of ASCII letters by chance; base64 is text like any other here."""
        if self.chance.random() < 0.6:
            return out
        return "".join(c.swapcase() if c.isascii() and self.chance.random() < 0.5 else c for c in out)

    def event_value(self, depth=0):
        pick = self.chance.random()
        if pick < 0.72:
            return self.event_text()
        if pick < 0.84:
            return number(self)
        if pick < 0.88:
            return truth(self)
        if pick < 0.93 or depth:
            return None
        return [self.event_value(1) for _ in range(self.chance.choice([0, 1, 2, 2, 3]))]

    def event(self):
        names = self.chance.sample(self.fields + ["when"], self.chance.randint(1, len(self.fields)))
        if self.chance.random() < 0.1:
            names.append(self.chance.choice(names))
        answers = lambda n: n in self.asked and self.chance.random() < 0.5
        event = RandomEvent(self.chance.choice(self.sources), [
            (n, moment(self) if n == "when" else self.answer(*self.chance.choice(self.asked[n])) if answers(n) else self.event_value())
            for n in names])
        if len(event.pairs) > 1 and self.chance.random() < 0.25:  # two fields that agree, or nearly
            value = event.pairs[0][1]
            near = value if not isinstance(value, str) or isinstance(value, Plain) else self.swapped(self.joined(0, 1) + value)
            event.pairs[1] = (event.pairs[1][0], near)
        event.written = event.write(self.chance)
        return event

    def events(self, count):
        return [self.event() for _ in range(count)]
