"""sigma_windows -- correlations reckoned plainly: at every hit from the whole list of hits, never from a state.

What a window is and when it reports is from docs/decisions/0017 and 0046; how often that has to be looked
at again does not matter here. A group whose engine may already have been allowed to forget it, when an old hit comes, is
unsure: the correlation is then not compared.

    rules = Rules(texts of rules, texts of correlations)
    rules.feed(line, event, time)      # in the order of the file; rules.alerts: {(line, id): how often}
"""
from collections import Counter
from fractions import Fraction

import sigma_oracle
from sigma_oracle import Scalar, Unsupported, number, postfix

LATENESS = 60 * 10 ** 6
UNITS = {"s": 10 ** 6, "m": 60 * 10 ** 6, "h": 3600 * 10 ** 6, "d": 86400 * 10 ** 6}
BOUNDS = {"lt": lambda a, b: a < b, "lte": lambda a, b: a <= b, "gt": lambda a, b: a > b, "gte": lambda a, b: a >= b,
          "eq": lambda a, b: a == b, "neq": lambda a, b: a != b}


def names_of(given):
    return [given.text] if isinstance(given, Scalar) else [x.text for x in given or []]


class Hit:
    """Of a rule, or the report of a correlation: what it says by the names of its fields."""

    def __init__(self, rule, time, values):
        self.rule, self.time, self.values = rule, time, values


class Group:
    def __init__(self):
        self.hits, self.reported, self.touched = [], None, 0

    @property
    def newest(self):
        return max(h.time for h in self.hits)


class Correlation:
    def __init__(self, tree):
        self.id = tree["id"].text
        c = tree["correlation"]
        self.kind, self.rules, self.group_by = c["type"].text, names_of(c["rules"]), names_of(c.get("group-by"))
        span = c["timespan"].text
        self.span = int(span[:-1]) * UNITS[span[-1]]
        self.aliases = {(alias, rule): field.text for alias, of in c.get("aliases", {}).items() for rule, field in of.items()}
        self.generate = c.get("generate") is not None and c["generate"].text == "true"
        self.groups, self.unsure = {}, False
        condition = c.get("condition", {})
        self.words = postfix(condition.text, self.rules) if isinstance(condition, Scalar) else None
        condition = {} if self.words else condition
        self.fields = names_of(condition.get("field", []))
        self.percentile = int(condition["percentile"].text) if "percentile" in condition else None
        self.bounds = [(BOUNDS[op], float(condition[op].text)) for op in condition if op in BOUNDS]
        if self.words:
            self.check_words()

    def check_words(self):
        if any(part[1] > len(part[0]) for part in self.words if isinstance(part, tuple)):
            raise Unsupported("more rules than are listed")
        named = {name for part in self.words if isinstance(part, tuple) for name in part[0]}
        if named != set(self.rules):
            raise Unsupported("a rule that is not in the condition")
        if self.said(set()):
            raise Unsupported("true of nothing")

    # ---- a hit ---------------------------------------------------------------------------------

    def value(self, hit, name):
        return hit.values.get(self.aliases.get((name, hit.rule), name))

    def take(self, hit, clock):
        """The time and key of what is to be reported, or None."""
        key = tuple(self.value(hit, name) for name in self.group_by)
        hit.tuple = tuple(self.value(hit, name) for name in self.fields)
        if None in key or None in hit.tuple:
            return None
        if self.kind in ("value_sum", "value_avg", "value_percentile"):
            if number(hit.tuple[0]) is None:
                return None
            hit.number = Fraction(float(hit.tuple[0]))
        group = self.groups.setdefault(key, Group())
        if group.hits:
            if clock > group.touched + self.span + min(self.span, LATENESS) and hit.time <= group.newest + self.span:
                self.unsure = True
            if hit.time < group.newest - self.span:
                return None
        group.hits.append(hit)
        group.touched = max(clock, group.newest)
        newest = group.newest
        if not self.holds([h for h in group.hits if newest - self.span <= h.time]):
            group.reported = None
        elif group.reported is None or newest > group.reported + self.span:
            group.reported = newest
            return newest, key
        return None

    # ---- what a window says --------------------------------------------------------------------

    def within(self, amount):
        return all(compare(amount, bound) for compare, bound in self.bounds)

    def holds(self, window):
        if self.kind == "event_count":
            return self.within(len(window))
        if self.kind == "value_count":
            return self.within(len({h.tuple for h in window}))
        if self.kind == "temporal":
            return self.together(window)
        if self.kind == "temporal_ordered":
            return self.in_order(sorted(window, key=lambda h: h.time))  # stable: of one moment, as they came
        numbers = sorted(h.number for h in window)
        if self.kind == "value_percentile":
            return self.within(float(numbers[-(-self.percentile * len(numbers) // 100) - 1]))
        total = float(sum(numbers))
        return self.within(total if self.kind == "value_sum" else total / len(numbers))

    def together(self, window):
        there = {h.rule for h in window}
        if self.words:
            return self.said(there)
        return self.within(len(there)) if self.bounds else there == set(self.rules)

    def in_order(self, window):
        most = self.longest([h.rule for h in window])
        if self.words:
            there = {h.rule for h in window}
            return self.said(there) and most >= len(there)
        return self.within(most) if self.bounds else most == len(self.rules)

    def longest(self, came):
        """The most places of the list that came in its order, others left out."""
        row = [0] * (len(self.rules) + 1)
        for rule in came:
            new = row[:]
            for place, wanted in enumerate(self.rules, 1):
                new[place] = max(new[place - 1], row[place], row[place - 1] + 1 if wanted == rule else 0)
            row = new
        return row[-1]

    def said(self, there):
        stack = []
        for part in self.words:
            if part == "not":
                stack.append(not stack.pop())
            elif part in ("and", "or"):
                b, a = stack.pop(), stack.pop()
                stack.append(a and b if part == "and" else a or b)
            else:
                names, need = part
                stack.append(sum(name in there for name in names) >= need)
        return stack[0]


class Rules:
    def __init__(self, rules, correlations):
        self.rules, self.correlations, self.refused = [sigma_oracle.load(text)[0] for text in rules], [], {}
        for n, text in enumerate(correlations):
            try:
                one = Correlation(sigma_oracle.plain_tree(sigma_oracle.yaml.compose(text, Loader=sigma_oracle.yaml.SafeLoader)))
            except Unsupported as why:
                self.refused[n] = str(why)
                continue
            known = {r.id for r in self.rules} | {c.id for c in self.correlations}
            if set(one.rules) <= known:
                self.correlations.append(one)
            else:
                self.refused[n] = "it stands on one that is refused"
        self.alerts, self.clock = Counter(), 0

    def speak(self, ident):
        """Correlations that take its hits; and is it silent itself?"""
        of = [c for c in self.correlations if ident in c.rules]
        return of, bool(of) and not any(c.generate for c in of)

    def feed(self, line, event, time):
        values = {name: v[0].text for name, v in event.values.items()}
        for rule in self.rules:
            if rule.matches(event):
                self.hit(line, Hit(rule.id, time, values))

    def hit(self, line, hit):
        of, silent = self.speak(hit.rule)
        if not silent:
            self.alerts[line, hit.rule] += 1
        for correlation in of:
            self.clock = max(self.clock, hit.time)
            report = correlation.take(Hit(hit.rule, hit.time, hit.values), self.clock)
            if report:
                self.hit(line, Hit(correlation.id, report[0], dict(zip(correlation.group_by, report[1]))))

    def unsure(self):
        """Correlations that are not to be compared: their windows, or those of one below, hang on what may be forgotten."""
        out = {c.id for c in self.correlations if c.unsure}
        for c in self.correlations:  # those below stand first
            if out & set(c.rules):
                out.add(c.id)
        return out
