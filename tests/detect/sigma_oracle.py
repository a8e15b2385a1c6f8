"""sigma_oracle -- Sigma 2.1 read and evaluated once more, slowly and plainly, to hold the engine to it.

Shares nothing with the engine: rules are read by PyYAML's own reader (not libyaml), events by
Python's json, regular expressions are Python's, the condition is turned into postfix by a stack of
operators. What a rule means is from the text of the specification; where that leaves room, from
docs/decisions/0017.

    rules = load(text)                     # every document of a file
    event = Event('{"a": "x"}')
    rules[0].matches(event)                # by its detection; the log source is the caller's affair
"""
import base64
import datetime
import ipaddress
import json
import re
from decimal import Decimal, InvalidOperation

import yaml


class Unsupported(Exception):
    """A rule that the oracle does not take: broken, or beyond what it knows."""


# ---- reading -------------------------------------------------------------------------------------

class Scalar:
    """A YAML scalar as it was written: its text, and whether quotes say that it is text."""

    def __init__(self, text, plain):
        self.text, self.plain = text, plain

    @property
    def null(self):
        return self.plain and self.text in ("", "~", "null", "Null", "NULL")


def plain_tree(node):
    if isinstance(node, yaml.ScalarNode):
        return Scalar(node.value, node.style is None)
    if isinstance(node, yaml.SequenceNode):
        return [plain_tree(child) for child in node.value]
    return {key.value: plain_tree(child) for key, child in node.value}


def load(text, ident=None, lists=None):
    """`lists`: {name: [(text, is it a pattern), …]}."""
    return [Rule(plain_tree(node), ident, lists) for node in yaml.compose_all(text, Loader=yaml.SafeLoader) if node]


def load_filter(text, lists=None):
    return Filter(plain_tree(yaml.compose(text, Loader=yaml.SafeLoader)), lists)


# ---- events --------------------------------------------------------------------------------------

class Number(str):
    """A number of JSON, by its digits."""


def digits(text):
    """1.0 and 1e3 as the integers they are; any other number as it was written."""
    if not re.search("[.eE]", text):
        return text
    value = Decimal(text)
    return f"{int(value)}" if value == value.to_integral_value() and abs(value) <= Decimal(9 * 10 ** 15) else text


def fold(text):
    """ASCII letters only."""
    return text.lower() if text.isascii() else re.sub("[A-Z]+", lambda m: m[0].lower(), text)


def beyond(pattern):
    """Has it a letter beyond ASCII that has another case?"""
    return any(x not in (MANY, ONE) and not x.isascii() and (x.lower() != x or x.upper() != x) for x in pattern)


class Value:
    """One value of a field; every value of an array, and of a key that stands twice, is one."""
    __slots__ = ("text", "folded")

    def __init__(self, text):
        self.text = re.sub("[\ud800-\udfff]", "\ufffd", text) if not text.isascii() else text
        self.folded = fold(self.text)


class Event:
    def __init__(self, line, strip_spaces=False):
        self.line = line
        self.values = {}      # name -> values that are not null
        self.present = set()  # names, null or not
        self.strip = strip_spaces
        self.add("", json.loads(line, object_pairs_hook=Pairs, parse_int=Number, parse_float=Number))
        self.all = [v for values in self.values.values() for v in values]

    def add(self, name, value):
        if isinstance(value, Pairs):
            for key, inner in value:
                self.add(f"{name}.{key}" if name else key, inner)
            return
        if isinstance(value, list):
            for inner in value:
                self.add(name, inner)
            return
        name = name.replace(" ", "") if self.strip else name
        self.present.add(name)
        if value is None:
            return
        if isinstance(value, bool):
            value = "true" if value else "false"
        elif isinstance(value, Number):
            value = digits(value)
        self.values.setdefault(name, []).append(Value(value))


class Pairs(list):
    """An object of JSON, with keys that stand twice."""


# ---- values --------------------------------------------------------------------------------------

MANY, ONE = object(), object()  # the wildcards * and ?


def wildcards(text):
    """Characters and wildcards: a backslash takes *, ? and another backslash as they are."""
    out, i = [], 0
    while i < len(text):
        if text[i] == "\\" and text[i + 1:i + 2] in ("*", "?", "\\"):
            out.append(text[i + 1])
            i += 2
            continue
        out.append(MANY if text[i] == "*" else ONE if text[i] == "?" else text[i])
        i += 1
    return out


def encoded(pattern, how):
    if any(x in (MANY, ONE) for x in pattern):
        raise Unsupported("an encoding of a wildcard")
    raw = "".join(pattern).encode("utf-8", "surrogateescape")
    return [list(one.decode("utf-8", "surrogateescape")) for one in how(raw)]


def offsets(raw):
    """What all base64 texts have in common that contain these bytes, for each of three places: the
    characters that depend on nothing but the bytes."""
    for shift in range(3):
        first = -(-8 * shift // 6)
        last = 8 * (shift + len(raw)) // 6
        yield base64.b64encode(b"\0" * shift + raw + b"\0\0")[first:last]


def utf16(order, mark=b""):
    return lambda raw: [mark + raw.decode("utf-8", "surrogateescape").encode(order, "surrogatepass")]


DASHES = "-/\u2013\u2014\u2015"


def wordy(character):
    return character not in (MANY, ONE) and (character.isascii() and (character.isalnum() or character == "_")
                                             or not character.isascii())


def windash(pattern):
    """Every dash that begins a word, as each of the five there are."""
    places = [i for i, c in enumerate(pattern)
              if c is not MANY and c is not ONE and c in DASHES and i + 1 < len(pattern) and wordy(pattern[i + 1]) and not (i and wordy(pattern[i - 1]))]
    if len(places) > 3:
        raise Unsupported("more than three dashes")
    out = [list(pattern)]
    for place in places:
        out = [one[:place] + [dash] + one[place + 1:] for one in out for dash in DASHES]
    return out


CHANGES = {
    "windash": windash,
    "base64": lambda p: encoded(p, lambda raw: [base64.b64encode(raw)]),
    "base64offset": lambda p: encoded(p, offsets),
    "wide": lambda p: encoded(p, utf16("utf-16-le")),
    "utf16le": lambda p: encoded(p, utf16("utf-16-le")),
    "utf16be": lambda p: encoded(p, utf16("utf-16-be")),
    "utf16": lambda p: encoded(p, utf16("utf-16-le", b"\xff\xfe")),
    "contains": lambda p: [[MANY] + p + [MANY]],
    "startswith": lambda p: [p + [MANY]],
    "endswith": lambda p: [[MANY] + p],
}
ENCODINGS = {"base64", "base64offset", "wide", "utf16le", "utf16be", "utf16"}
COMPARE = {"lt": lambda a, b: a < b, "lte": lambda a, b: a <= b, "gt": lambda a, b: a > b, "gte": lambda a, b: a >= b}
TIME = {"minute": (0, 59), "hour": (0, 23), "day": (1, 31), "week": (1, 52), "month": (1, 12), "year": (1, 9999)}
FLAGS = {"i": re.I, "m": re.M, "s": re.S}
ALONE = {"exists", "cidr", "re", "fieldref", *COMPARE, *TIME}  # what decides how a value is tested
KNOWN = {"all", "cased", "neq", "expand", *FLAGS, *CHANGES, *ALONE}


def expanded(pattern, lists):
    """Every %name% as each value of its list; \\% is a percent sign. What a list says is not looked at again."""
    done, i = [], 0
    while i < len(pattern):
        if pattern[i] == "\\" and pattern[i + 1:i + 2] == ["%"]:
            done.append("%")
            i += 2
            continue
        end = i + 1
        while end < len(pattern) and pattern[i] == "%" and pattern[end] not in (MANY, ONE) and re.fullmatch("[A-Za-z0-9_]", pattern[end]):
            end += 1
        if pattern[i] != "%" or end == i + 1 or pattern[end:end + 1] != ["%"]:
            done.append(pattern[i])
            i += 1
            continue
        name = "".join(pattern[i + 1:end])
        if not lists or not lists.get(name):
            raise Unsupported(f"no list {name}")
        rests = expanded(pattern[end + 1:], lists)
        return [done + (wildcards(text) if wild else list(text)) + rest for text, wild in lists[name] for rest in rests]
    return [done]


def matcher(pattern, cased, encoded=False):
    """A test of a Value: the whole of it against the pattern. Made when it is first asked: rules have
    far more values than a test tries."""
    source = None

    folds = not cased and not encoded and beyond(pattern)  # then by Unicode, else ASCII alone; what is encoded is bytes

    def passes(value):
        nonlocal source
        if folds:
            if source is None:
                source = re.compile("".join(".*" if x is MANY else "." if x is ONE else re.escape(x) for x in pattern), re.S | re.I)
            return source.fullmatch(value.text)
        if source is None:
            source = re.compile("".join(".*" if x is MANY else "." if x is ONE else re.escape(x if cased else fold(x))
                                        for x in pattern), re.S)
        return source.fullmatch(value.text if cased else value.folded)
    return passes


def number(text):
    try:
        return Decimal(text) if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", text, re.A) else None
    except InvalidOperation:
        return None


ISO = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d):(\d\d):\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?)?", re.A)


def part_of_time(text, part):
    """As the field writes it: its own hour whatever its zone says; numbers are seconds or milliseconds since 1970."""
    if re.fullmatch(r"\d{9,15}", text, re.A):
        then = datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=int(text) * (1 if len(text) > 11 else 1000))
        known = True
    elif found := ISO.fullmatch(text):
        try:
            then = datetime.datetime.fromisoformat(found[1]).replace(hour=int(found[2] or 0), minute=int(found[3] or 0))
        except ValueError:
            return None
        known = found[2] is not None
    else:
        return None
    if part in ("hour", "minute") and not known:
        return None
    return then.isocalendar()[1] if part == "week" else getattr(then, part)


def text_of(scalar):
    """A number of YAML by its digits, as one of JSON."""
    if scalar.plain and re.fullmatch(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", scalar.text, re.A):
        return digits(scalar.text)
    return scalar.text


# ---- one field with its values -------------------------------------------------------------------

class Item:
    """`field|modifier|...: value or values`."""

    def __init__(self, key, given, strip_spaces=False, lists=None):
        self.lists = lists
        self.field, *self.modifiers = key.split("|")
        if strip_spaces:
            self.field = self.field.replace(" ", "")
        for word in self.modifiers:
            if word not in KNOWN:
                raise Unsupported(f"modifier {word}")
        if isinstance(given, dict) or any(not isinstance(x, Scalar) for x in ([given] if isinstance(given, Scalar) else given)):
            raise Unsupported("a value that is neither text nor number")
        self.given = [given] if isinstance(given, Scalar) else given
        has = set(self.modifiers)
        self.all, self.negated, self.cased = "all" in has, "neq" in has, "cased" in has
        if self.all and len(self.given) < 2:
            raise Unsupported("all of one value")
        self.alone = next((m for m in self.modifiers if m in ALONE), None)
        self.patterns = []  # for each value the forms it may have, where it is text
        self.tests = [self.test(x) for x in self.given]

    def test(self, scalar):
        """Event -> bool for one value of the rule."""
        self.patterns.append([])
        if scalar.null and self.alone is None:
            return lambda event: not event.values.get(self.field)
        if self.alone == "exists":
            wanted = scalar.text.lower() == "true"
            return lambda event: (self.field in event.present) == wanted
        if self.alone == "fieldref":
            return self.refers(scalar.text)
        passes = self.one_value(scalar)
        if not self.field:
            return lambda event: any(passes(v) for v in event.all)
        return lambda event: any(passes(v) for v in event.values.get(self.field, ()))

    def one_value(self, scalar):
        """Value -> bool."""
        if self.alone == "re":
            flags = re.U
            for word in self.modifiers:
                flags |= FLAGS.get(word, 0)
            return (lambda search: lambda v: search(v.text))(python_regex(scalar.text, flags).search)
        if self.alone == "cidr":
            texts = ["".join(p) for p in expanded(list(scalar.text), self.lists)] if "expand" in self.modifiers else [scalar.text]
            networks = [ipaddress.ip_network(text, strict=False) for text in texts]
            return lambda v: any(in_network(v.text, network) for network in networks)
        if self.alone in COMPARE:
            bound, compare = number(scalar.text), COMPARE[self.alone]
            if bound is None:
                raise Unsupported(f"{scalar.text} is no number")
            return lambda v: (n := number(v.text)) is not None and compare(n, bound)
        if self.alone in TIME:
            least, most = TIME[self.alone]
            wanted = number(scalar.text)
            compare = next((COMPARE[m] for m in self.modifiers if m in COMPARE), lambda a, b: a == b)
            if wanted is None or not least <= wanted <= most:
                raise Unsupported(f"{scalar.text} is no {self.alone}")
            return lambda v: (n := part_of_time(v.text, self.alone)) is not None and compare(n, wanted)
        patterns = [wildcards(text_of(scalar))]
        if "expand" in self.modifiers:
            patterns = expanded(patterns[0], self.lists)
        for word in self.modifiers if self.field else [m for m in self.modifiers if m in CHANGES] + ["contains"]:
            if word in CHANGES:
                patterns = [new for old in patterns for new in CHANGES[word](old)]
        self.patterns[-1] = patterns
        # A field that is there is what `*` asks for; so is every value of it.
        tests = [matcher(p, self.cased, ENCODINGS & set(self.modifiers)) for p in patterns]
        return tests[0] if len(tests) == 1 else lambda v: any(t(v) for t in tests)

    def refers(self, other):
        ways = {"startswith": str.startswith, "endswith": str.endswith, "contains": str.__contains__}
        way = next((ways[m] for m in self.modifiers if m in ways), str.__eq__)
        text = (lambda v: v.text) if self.cased else (lambda v: v.folded)
        return lambda event: any(way(text(a), text(b)) for a in event.values.get(self.field, ())
                                 for b in event.values.get(other, ()))

    def matches(self, event):
        found = (all if self.all else any)(test(event) for test in self.tests)
        return found != self.negated


# What Python writes otherwise than PCRE: classes are of ASCII whatever the flag i, and with the flag m a line does not
# begin behind the last line end.
CLASSES = {"d": "0-9", "w": "A-Za-z0-9_", "s": r" \t\n\r\f\v"}
LINE_BEGIN = r"(?:\A|^(?!\Z))"
PIECE = re.compile(r"\(\?([ims]+)\)|\\.|\[\^?\]?|.", re.S)


def python_regex(text, flags):
    out, bracket = [], False
    for piece in PIECE.finditer(text):
        if letters := piece[1]:  # holds from here on, which is everywhere as it stands in front
            for letter in letters:
                flags |= FLAGS[letter]
            continue
        one = piece[0]
        if bracket and one.startswith("["):
            out += ["\\["] + [one[1:]] * (len(one) > 1 and one[-1] != "]")
            bracket = not one.endswith("]")
            out += ["]"] * one.endswith("]")
            continue
        if one.startswith("\\") and one[1:].lower() in CLASSES:
            inside = CLASSES[one[1:].lower()]
            if not bracket:
                one = f"(?-i:[{'^' if one[1:].isupper() else ''}{inside}])"
            elif one[1:].islower():
                one = inside
        elif one.startswith("["):
            bracket = True
        elif one == "]":
            bracket = False
        out.append(one)
    # The flag m may come late, so the beginnings of lines are looked at in the end.
    if flags & re.M:
        out = [LINE_BEGIN if one == "^" else one for one in out]
    try:
        return re.compile("".join(out), flags)
    except re.error as error:
        raise Unsupported(f"a regular expression: {error}") from error


def in_network(text, network):
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if network.version == 4 and address.version == 6 and address.ipv4_mapped:
        address = address.ipv4_mapped
    return address.version == network.version and address in network


# ---- selections and condition --------------------------------------------------------------------

def selection(given, strip_spaces, lists=None):
    """The maps of a selection, any of which is enough; each a list of items that must all match."""
    if isinstance(given, dict):
        return [[Item(key, value, strip_spaces, lists) for key, value in given.items()]]
    if isinstance(given, Scalar):
        given = [given]
    maps = []
    for one in given:
        maps += selection(one, strip_spaces, lists) if isinstance(one, dict) else [[Item("", one)]]
    return maps


TOKEN = re.compile(r"\s*(\(|\)|[^\s()|]+)")
BINDS = {"or": 1, "and": 2, "not": 3}


def postfix(text, names):
    """The condition as a list in postfix: (names, how many) for what is looked up, and operators."""
    words, at = [], 0
    text = text.rstrip()
    while at < len(text):
        if not (found := TOKEN.match(text, at)):
            raise Unsupported(f"condition: {text[at:]}")
        words.append(found[1])
        at = found.end()
    out, stack, i = [], [], 0
    while i < len(words):
        word = words[i]
        low = word.lower()
        if word == "(":
            stack.append(word)
        elif word == ")":
            while stack and stack[-1] != "(":
                out.append(stack.pop())
            if not stack:
                raise Unsupported("a parenthesis too many")
            stack.pop()
        elif low in BINDS:
            while low != "not" and stack and stack[-1] != "(" and BINDS[stack[-1]] >= BINDS[low]:
                out.append(stack.pop())
            stack.append(low)
        elif i + 2 < len(words) and words[i + 1].lower() == "of" and (word.isdigit() or low in ("all", "any")):
            found = among(words[i + 2], names)
            if not found:
                raise Unsupported(f"nothing is called {words[i + 2]}")
            out.append((found, len(found) if low == "all" else 1 if low == "any" else int(word)))
            i += 2
        elif word in names:
            out.append(([word], 1))
        else:
            raise Unsupported(f"there is no {word}")
        i += 1
    while stack:
        if stack[-1] == "(":
            raise Unsupported("a parenthesis is missing")
        out.append(stack.pop())
    return out


def among(pattern, names):
    if pattern.lower() == "them":
        return [n for n in names if not n.startswith("_")]
    shape = re.compile(".*".join(map(re.escape, pattern.split("*"))), re.S)
    return [n for n in names if shape.fullmatch(n)]


class Rule:
    PART = "detection"

    def __init__(self, tree, ident=None, lists=None):
        self.tree = tree
        self.filters = []  # what is left out
        word = lambda of, key: of[key].text if isinstance(of.get(key), Scalar) else None
        self.title = word(tree, "title")
        self.id = ident or word(tree, "id") or word(tree, "name") or self.title
        source = tree.get("logsource") or {}
        self.product, self.category, self.service = (word(source, key) for key in ("product", "category", "service"))
        detection = tree.get(self.PART)
        if not isinstance(detection, dict) or "condition" not in detection:
            raise Unsupported("no detection")
        strip = self.product == "windows"
        self.selections = {name: selection(given, strip, lists) for name, given in detection.items()
                           if name not in ("condition", "timeframe", "rules")}
        texts = detection["condition"]
        self.conditions = [postfix(x.text, list(self.selections)) for x in ([texts] if isinstance(texts, Scalar) else texts)]

    def holds(self, name, event):
        return any(all(item.matches(event) for item in items) for items in self.selections[name])

    def matches(self, event):
        return any(self.reckon(condition, event) for condition in self.conditions) and not any(f.matches(event) for f in self.filters)

    def reckon(self, condition, event):
        stack = []
        for part in condition:
            if part == "not":
                stack.append(not stack.pop())
            elif part in ("and", "or"):
                b, a = stack.pop(), stack.pop()
                stack.append(a and b if part == "and" else a or b)
            else:
                names, need = part
                stack.append(sum(self.holds(name, event) for name in names) >= need)
        if len(stack) != 1:
            raise Unsupported("the condition does not come out")
        return stack[0]


class Filter(Rule):
    PART = "filter"

    def __init__(self, tree, lists=None):
        super().__init__(tree, lists=lists)
        rules = tree[self.PART].get("rules")
        self.of = None if isinstance(rules, Scalar) else [x.text for x in rules]
        if self.conditions[0][-1:] == ["not"]:
            raise Unsupported("what is left out by a filter that begins with not")

    def concerns(self, rule):
        """Is it laid on the rule?"""
        covers = all(mine is None or mine == its for mine, its in
                     ((self.product, rule.product), (self.category, rule.category), (self.service, rule.service)))
        return covers and (self.of is None or rule.id in self.of)
