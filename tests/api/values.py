"""values -- what a schema of the document admits, and what it does not.

`Schemas` knows the components of one document. A made value is always the same for the same
schema: a finding can be had again. Where a schema says which kind of record is meant (x-of), the
value is asked of `refer`, so that what is sent names a record that is there.
"""
import jsonschema

DIGEST = "0" * 64
MISSING = object()
COMPONENT = "#/components/"


def _known_format(checker):
    """Only what the standard library can judge; a time is looked at by its pattern."""
    import re
    form = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")
    checker.checks("date-time")(lambda value: not isinstance(value, str) or bool(form.match(value)))
    return checker


class Schemas:
    def __init__(self, document, refer=None):
        self.document = document
        self.refer = refer or (lambda kind: None)
        self.base = jsonschema.Draft202012Validator({"components": document["components"]},
                                                    format_checker=_known_format(jsonschema.FormatChecker(formats=())))

    def resolve(self, thing):
        """What a $ref stands for, its own members beside it."""
        seen = 0
        while isinstance(thing, dict) and isinstance(thing.get("$ref"), str):
            found = self.document
            for step in thing["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            thing = {**found, **{k: v for k, v in thing.items() if k != "$ref"}}
            seen += 1
            if seen > 50:
                raise ValueError("references go in a circle")
        return thing

    def wrong(self, schema, value):
        """What is wrong with a value, in words; None where nothing is."""
        for error in self.base.evolve(schema=schema).iter_errors(value):
            return f"{'/'.join(map(str, error.absolute_path)) or 'it'}: {error.message[:300]}"
        return None

    # ---- what is admitted ------------------------------------------------------------------------

    def value(self, schema, full=False):
        """One that fits; `full` with every member that may be there."""
        schema = self.resolve(schema)
        if schema is True or schema == {}:
            return {}
        for word in ("const", "default"):
            if word in schema:
                return schema[word]
        for word in ("enum", "examples"):
            if schema.get(word):
                return schema[word][0]
        if "x-of" in schema and "enum" not in schema and (known := self.refer(schema["x-of"])) is not None:
            return known
        if "allOf" in schema:
            return self._all(schema["allOf"], full)
        if "anyOf" in schema:
            return self.value(schema["anyOf"][0], full)
        return self._of_type(schema, full)

    def _all(self, parts, full):
        made = {}
        for part in parts:
            more = self.value(part, full)
            for name, value in more.items():
                # The narrower part stands behind the wider one.
                made[name] = value
        return made

    def _of_type(self, schema, full):
        type_ = schema.get("type")
        type_ = type_[0] if isinstance(type_, list) else type_
        if type_ == "object" or "properties" in schema:
            must = schema.get("required", [])
            names = list(schema.get("properties", {})) if full else must
            if not names and schema.get("minProperties"):
                names = list(schema["properties"])[:schema["minProperties"]]
            return {name: self.value(schema.get("properties", {}).get(name, {}), full) for name in names}
        if type_ == "array":
            return [self.value(schema["items"], full)] if full and "items" in schema else []
        if type_ in ("integer", "number"):
            return max(schema.get("minimum", 1), min(schema.get("maximum", 1), 1))
        if type_ == "boolean":
            return True
        if type_ == "null":
            return None
        return self._text(schema)

    @staticmethod
    def _text(schema):
        pattern = schema.get("pattern", "")
        by_pattern = {"^[0-9a-f]{64}$": DIGEST, '^"[0-9]{1,18}(-[0-9a-f]+)?"$': '"1"', "^[0-9]+$": "1", "^fs_": "fs_1_x",
                      "^[0-9]+\\.[0-9]+$": "1.1", "^[0-9a-f]{32}$": "0" * 32,
                      "^urn:fengsui:fault:[a-z_]+$": "urn:fengsui:fault:invalid"}
        if pattern in by_pattern:
            return by_pattern[pattern]
        if schema.get("format") == "date-time":
            return "2026-03-02T08:00:00Z"
        return "烽燧x"[:schema.get("maxLength", 3)] if not pattern else "a"

    # ---- what is not -----------------------------------------------------------------------------

    def spoiled(self, schema, good, at=()):
        """(what, value) for each way in which `good` can be made unacceptable. `good` is an object."""
        schema = self.resolve(schema)
        for name in schema.get("required", []):
            yield "missing " + self._path(at, name), self._with(good, at, name, MISSING)
        if schema.get("additionalProperties") is False:
            yield "unknown member " + self._path(at, "no_such_member"), self._with(good, at, "no_such_member", 1)
        for name, inner in schema.get("properties", {}).items():
            for what, value in self.bad(inner):
                yield f"{what} {self._path(at, name)}", self._with(good, at, name, value)
            inner = self.resolve(inner)
            if inner.get("type") == "object" and "properties" in inner and not at:
                yield from self.spoiled(inner, self._with(good, at, name, self.value(inner)), (*at, name))

    @staticmethod
    def _path(at, name):
        return ".".join((*at, name))

    @staticmethod
    def _with(good, at, name, value):
        """A copy of `good` with one member, at this place, put or taken away."""
        made = dict(good) if isinstance(good, dict) else {}
        place = made
        for step in at:
            place[step] = dict(place.get(step) or {})
            place = place[step]
        if value is MISSING:
            place.pop(name, None)
        else:
            place[name] = value
        return made

    def bad(self, schema):
        """(what, value) that this schema does not admit, one for each way that applies."""
        for what, value in (("wrong type", [[1]]), ("wrong type", {"no": "such"}), ("wrong text", "no such 值"),
                            ("too long", "长" * 70000), ("huge number", 10 ** 30), ("negative", -1), ("empty", ""),
                            ("fraction", 1.5), ("NUL", "a\0b"), ("illegal reference", 2 ** 53 - 1)):
            if self.wrong(schema, value) is not None or what in ("NUL", "illegal reference"):
                yield what, value
