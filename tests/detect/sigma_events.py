"""sigma_events -- for a rule an event that satisfies it, and one that only just does not.

Made from the rule's own syntax tree: some of its selections are to hold and some not, as the condition
lets one choose; each that is to hold asks something of its fields, and a value is put together that
gives all of it. Whether it came out is for the oracle to say; then comes another try.

    fields = satisfying(rule, fixed, chance)                # or None
    fields = falsifying(rule, fields, fixed, chance)        # or None
"""
import base64
import json
import re
import re._parser as regex_parser

from sigma_oracle import MANY, ONE, Event, wildcards

TRIES = 120
FREE = "message"  # where words that may stand anywhere are put


def line_of(fields):
    return json.dumps(fields, ensure_ascii=False)


def holds(rule, fields):
    return rule.matches(Event(line_of(fields), strip_spaces=rule.product == "windows"))


# ---- which selections are to hold ----------------------------------------------------------------

def tree_of(postfix):
    stack = []
    for part in postfix:
        if part == "not":
            stack.append(("not", stack.pop()))
        elif part in ("and", "or"):
            b, a = stack.pop(), stack.pop()
            stack.append((part, a, b))
        else:
            stack.append(("of", *part))
    return stack[0]


def choose(node, want, chance, yes, no):
    """Names that are to hold into `yes`, and that are not to hold into `no`."""
    kind = node[0]
    if kind == "not":
        choose(node[1], not want, chance, yes, no)
    elif kind == "of":
        _, names, need = node
        few = need if want else len(names) - need + 1
        (yes if want else no).update(chance.sample(names, min(few, len(names))))
    elif (kind == "and") == want:
        choose(node[1], want, chance, yes, no)
        choose(node[2], want, chance, yes, no)
    else:
        choose(chance.choice(node[1:]), want, chance, yes, no)


# ---- what is asked of a field --------------------------------------------------------------------

class Demand:
    """Of one field: what it must begin with, contain, end with, or be."""

    def __init__(self):
        self.whole, self.begin, self.middle, self.end = [], [], [], []
        self.absent = False

    def text(self, chance):
        if self.whole:
            return self.whole[0]
        gap = lambda: chance.choice(["", " ", "x", " y "])
        open_end = lambda: chance.choice(["", "", "", "x", "/z"])
        return gap().join((self.begin[:1] or [open_end()]) + [gap().join(self.middle)] * bool(self.middle) + (self.end[-1:] or [open_end()]))

    def values(self, chance):
        """One value; where no single one can be all of it, several."""
        if len(set(self.whole)) > 1 or (self.whole and (self.begin or self.middle or self.end) and chance.random() < 0.5) \
                or ((len(self.begin) > 1 or len(self.end) > 1) and chance.random() < 0.5):
            return sorted({*self.whole, *self.begin, *self.middle, *self.end})
        return self.text(chance)


def take_pattern(pattern, demand, chance):
    front, back = bool(pattern) and pattern[0] is MANY, bool(pattern) and pattern[-1] is MANY
    body = list(pattern)
    while body and body[0] is MANY:
        body.pop(0)
    while body and body[-1] is MANY:
        body.pop()
    text = "".join(chance.choice(["", "x", "yz "]) if x is MANY else "q" if x is ONE else x for x in body)
    (demand.middle if front and back else demand.end if front else demand.begin if back else demand.whole).append(text)


def written_otherwise(item, n, chance):
    """Text that a program would have encoded, at a place of its own: not through the oracle's forms."""
    raw = "".join(wildcards(item.given[n].text)).encode("utf-8")
    if {"wide", "utf16le"} & set(item.modifiers):
        raw = raw.decode("utf-8").encode("utf-16-le")
    return base64.b64encode(b"p" * chance.randint(0, 5) + raw + b"s" * chance.randint(0, 5)).decode()


def take_value(item, n, wanted, chance):
    """What value `n` of the item asks of its field."""
    demand, text = wanted.setdefault(item.field or FREE, Demand()), item.given[n].text
    if item.alone is None and item.given[n].null:
        demand.absent = True
    elif item.alone == "exists":
        demand.absent |= text.lower() != "true"
        demand.middle += [] if demand.absent else [""]
    elif item.alone == "re":
        sample = Sample(chance)
        try:
            made = sample.text(text)
        except (KeyError, RecursionError):
            made = ""
        # The whole where an anchor says so; a little around it elsewhere.
        (demand.whole if text.endswith("$") else demand.begin if text.startswith("^") else demand.middle).append(made)
    elif item.alone == "cidr":
        demand.whole.append(address_of(text))
    elif item.alone == "fieldref":
        other = wanted.setdefault(text, Demand())
        demand.whole = other.whole = demand.whole or other.whole or ["same"]
    elif item.alone:
        bound = float(text)
        demand.whole.append(f"{bound + (0.5 if item.alone.startswith('g') else -0.5):g}")
    elif "base64offset" in item.modifiers and not item.all and "utf16" not in item.modifiers and "utf16be" not in item.modifiers:
        demand.middle.append(written_otherwise(item, n, chance))
    else:
        take_pattern(chance.choice(item.patterns[n]), demand, chance)


def address_of(network):
    import ipaddress
    net = ipaddress.ip_network(network, strict=False)
    return str(net[1] if net.num_addresses > 1 else net[0])


class Sample:
    """A text that a regular expression matches, of the parts that rules are written with."""

    def __init__(self, chance):
        self.chance, self.groups = chance, {}

    def text(self, source):
        return self.sequence(regex_parser.parse(re.sub(r"\(\?[ims]+\)", "", source)))

    def sequence(self, parts):
        return "".join(self.part(str(op), value) for op, value in parts)

    def part(self, op, value):
        if op == "LITERAL":
            return chr(value)
        if op == "NOT_LITERAL":
            return "a" if value != ord("a") else "b"
        if op == "ANY":
            return "x"
        if op == "AT":
            return " " if str(value) == "AT_BOUNDARY" and self.chance.random() < 0.3 else ""
        if op == "IN":
            return self.one_of(value)
        if op == "BRANCH":
            return self.sequence(self.chance.choice(value[1]))
        if op == "SUBPATTERN":
            return self.sequence(value[3])
        if op in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            least, most, inner = value
            return "".join(self.sequence(inner) for _ in range(self.chance.randint(least, min(int(most), least + 2))))
        raise KeyError(op)

    def one_of(self, members):
        ranges = {"CATEGORY_DIGIT": "0123456789", "CATEGORY_WORD": "abz019_", "CATEGORY_SPACE": " \t",
                  "CATEGORY_NOT_DIGIT": "x-", "CATEGORY_NOT_WORD": " -/", "CATEGORY_NOT_SPACE": "x7-"}
        found, negated = "", str(members[0][0]) == "NEGATE"
        for op, value in members[negated:]:
            if str(op) == "LITERAL":
                found += chr(value)
            elif str(op) == "RANGE":
                found += "".join(map(chr, range(value[0], min(value[1], value[0] + 80) + 1)))
            else:
                found += ranges[str(value)]
        if negated:
            found = "".join(c for c in "ax0-_ /~Q9" if c not in found)
        return self.chance.choice(found)


# ---- events --------------------------------------------------------------------------------------

def attempt(rule, fixed, want, chance):
    """Fields by one choice among what the condition lets one choose."""
    yes, no, wanted = set(), set(), {}
    conditions = [tree_of(c) for c in rule.conditions]
    for tree in [chance.choice(conditions)] if want else conditions:
        choose(tree, want, chance, yes, no)
    fields, filled = {}, set()
    for name in sorted(yes):
        for item in chance.choice(rule.selections[name]):
            if item.negated or (item.alone == "exists" and item.given[0].text.lower() == "false"):
                filled |= {item.field} if item.negated and chance.random() < 0.7 else set()
                continue
            for n in range(len(item.given)) if item.all else [chance.randrange(len(item.given))]:
                take_value(item, n, wanted, chance)
    # What asks for an absent field in a selection that is not to hold: something must stand there.
    for name in sorted(no):
        if chance.random() < 0.6:
            filled |= {item.field for items in rule.selections[name] for item in items if item.field}
    for name in sorted(filled - wanted.keys()):
        fields[name] = chance.choice(["zz", "0", "~"])
    for name, demand in wanted.items():
        if not demand.absent:
            fields[name] = demand.values(chance)
    return {**fields, **fixed}


def satisfying(rule, fixed, chance, free=None):
    """`fixed` stays as it is; `free` is what stands in a field that the rule asks nothing of."""
    for _ in range(TRIES):
        fields = {**(free or {}), **attempt(rule, fixed, True, chance)}
        if holds(rule, fields):
            return fields
    return None


def falsifying(rule, fields, fixed, chance):
    """One character other than in the event that satisfies; else one field less; else another event."""
    names = [n for n in fields if n not in fixed]
    chance.shuffle(names)
    for name in names:
        if isinstance(fields[name], str):
            for at in chance.sample(range(len(fields[name])), min(6, len(fields[name]))):
                text = fields[name]
                other = {**fields, name: text[:at] + ("~" if text[at] != "~" else "^") + text[at + 1:]}
                if not holds(rule, other):
                    return other
    for name in names:
        other = {n: v for n, v in fields.items() if n != name}
        if not holds(rule, other):
            return other
    for _ in range(TRIES):
        other = {**fields, **attempt(rule, fixed, False, chance)}
        if not holds(rule, other):
            return other
    # It asks for nothing but what tells its log source.
    other = {**fields, "EventID": "99"}
    return None if holds(rule, other) else other
