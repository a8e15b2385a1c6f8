#!/usr/bin/env python3
"""The OpenAPI document of the shipped plan: valid, whole, the same each time, and the daemon's own."""
import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "lib")]

from fengsui import ROOT, Daemon, Results, Unexpected, binary  # noqa: E402
from routes import routes  # noqa: E402

PACK = os.path.join(ROOT, "packs", "jinan-2007")


def printed(pack=PACK):
    done = subprocess.run([binary(), "api", pack], capture_output=True)
    if done.returncode:
        raise Unexpected(f"fengsui api {pack} ended with {done.returncode}: {done.stderr.decode()}")
    return done.stdout


def packages():
    """What package-lock.json names, put beside it when it is not there or another."""
    with open(os.path.join(HERE, ".npmrc"), encoding="utf-8") as busy:
        fcntl.flock(busy, fcntl.LOCK_EX)
        mark = os.path.join(HERE, "node_modules", ".lock")
        with open(os.path.join(HERE, "package-lock.json"), "rb") as f:
            wanted = f.read()
        if os.path.exists(mark) and open(mark, "rb").read() == wanted:
            return
        done = subprocess.run(["npm", "ci", "--ignore-scripts"], cwd=HERE, capture_output=True, text=True, timeout=600)
        if done.returncode:
            raise Unexpected(f"npm ci: {done.stdout}{done.stderr}")
        with open(mark, "wb") as f:
            f.write(wanted)


def validate(text, expect=0):
    with tempfile.NamedTemporaryFile(suffix=".json") as f:
        f.write(text)
        f.flush()
        done = subprocess.run(["node", os.path.join(HERE, "validate.mjs"), f.name], capture_output=True, text=True)
    if done.returncode != expect:
        raise Unexpected(f"validate.mjs ended with {done.returncode}, not {expect}: {done.stdout[:3000]}{done.stderr[:3000]}")
    return done.stdout


def valid():
    validate(printed())


def small(document):
    """Without the kinds: what is looked for is quicker to find."""
    document["paths"] = {path: item for path, item in document["paths"].items()
                         if not any("." in operation["operationId"] for operation in item.values())}
    schemas = document["components"]["schemas"]
    document["components"]["schemas"] = {name: s for name, s in schemas.items() if "." not in name or name.startswith("shown.")}
    return document


def slips_are_found():
    """The validator is seen at work: a word it does not know, a part that is missing, a dead reference."""
    text = printed()
    validate(json.dumps(small(json.loads(text))).encode())
    for spoil in (lambda d: d["components"]["schemas"]["text"].update(tipe="string"),
                  lambda d: d["paths"]["/api/v1/session"]["get"]["responses"]["200"].pop("description"),
                  lambda d: d["components"]["schemas"]["record"]["properties"].update(id={"$ref": "#/components/schemas/ident"}),
                  lambda d: d["info"].pop("version")):
        document = small(json.loads(text))
        spoil(document)
        validate(json.dumps(document).encode(), expect=1)


def the_same_each_time():
    if printed() != printed():
        raise Unexpected("two documents of one pack differ")


def references():
    """Every $ref leads somewhere, and every parameter in a path is declared once."""
    document = json.loads(printed())

    def at(pointer):
        found = document
        for step in pointer.removeprefix("#/").split("/"):
            found = found[step]
        return found

    def look(thing):
        if isinstance(thing, dict):
            if isinstance(thing.get("$ref"), str):
                at(thing["$ref"])
            for inner in thing.values():
                look(inner)
        elif isinstance(thing, list):
            for inner in thing:
                look(inner)

    look(document)
    for route in routes(document):
        declared = sorted(p["name"] for p in (at(p["$ref"]) for p in route.operation["parameters"]) if p["in"] == "path")
        if declared != sorted(part.split("}")[0] for part in route.path.split("{")[1:]):
            raise Unexpected(f"{route}: its path has not the parameters {declared}")


def names():
    """An operation has a name of its own, and words in both languages."""
    document = json.loads(printed())
    ids = [route.id for route in routes(document)]
    twice = {id_ for id_ in ids if ids.count(id_) > 1}
    if twice:
        raise Unexpected(f"more than one operation is called {sorted(twice)}")
    for route in routes(document):
        for word in ("x-zh", "x-en", "summary", "description"):
            if not route.operation.get(word):
                raise Unexpected(f"{route} has no {word}")


def moves_of(catalogue):
    """What there must be: four for each kind, and every move that has somebody who may make it."""
    wanted = set()
    for kind in catalogue["kinds"]:
        wanted |= {f"{kind['name']}.{what}" for what in ("list", "show", "history")}
        wanted |= {f"{kind['name']}.file.{f['name']}" for f in kind["fields"] if f["type"] == "blob"}
        for move in kind["moves"]:
            if move["who"]:
                wanted.add(f"{kind['name']}.{'create' if move['form'] == 'create' else move['name']}")
    return wanted


def whole():
    """The daemon's document is that of its pack, and nothing that the catalogue offers is left out."""
    with Daemon() as d:
        catalogue = d.catalogue()
        document = json.loads(d.cli("api"))
        if document != json.loads(printed()):
            raise Unexpected("the daemon's document differs from that of the folder of its pack")
    got = {route.id for route in routes(document) if route.kind}
    if got != moves_of(catalogue):
        raise Unexpected(f"left out: {sorted(moves_of(catalogue) - got)}; too much: {sorted(got - moves_of(catalogue))}")
    refusals = document["components"]["schemas"]["refusal_code"]["enum"]
    if refusals != [one["code"] for one in catalogue["refusals"]]:
        raise Unexpected(f"refusal codes: {refusals}")
    for kind in catalogue["kinds"]:
        for move in kind["moves"]:
            route = next((r for r in routes(document) if r.id == f"{kind['name']}.{move['name']}"), None)
            if route and bool(move.get("step_up")) == route.by_token:
                raise Unexpected(f"{route.id}: a move that asks for stepping up, and only such, is never made with a token")


def another_plan():
    """Nothing knows a kind: without some of them the rest is there, and still valid."""
    with tempfile.TemporaryDirectory() as folder:
        pack = os.path.join(folder, "pack")
        shutil.copytree(PACK, pack)
        os.unlink(os.path.join(pack, "kinds", "contact.yml"))
        text = printed(pack)
    before, after = json.loads(printed()), json.loads(text)
    gone = {route.id for route in routes(before)} - {route.id for route in routes(after)}
    if not gone or any(not id_.startswith("contact.") for id_ in gone):
        raise Unexpected(f"without the kind 'contact' these are gone: {sorted(gone)}")
    validate(text)


def main():
    results = Results("document")
    packages()
    results.case("valid OpenAPI 3.1, every schema compiles", valid)
    results.case("what is wrong would be found", slips_are_found)
    results.case("the same each time", the_same_each_time)
    results.case("every reference leads somewhere", references)
    results.case("a name and words for each operation", names)
    results.case("all that the catalogue offers, and the daemon's own", whole)
    results.case("a pack without a kind", another_plan)
    results.end()


if __name__ == "__main__":
    main()
