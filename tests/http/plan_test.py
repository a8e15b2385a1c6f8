#!/usr/bin/env python3
"""plan -- versions of the plan, their differences and the boundary over HTTP are what the command line says of the same folders."""
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lib"))
from cast import city  # noqa: E402
from fengsui import Results, Unexpected  # noqa: E402
from web import Web  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
OWN = os.path.join(ROOT, "packs", "jinan-2007")
A = "/api/v1"
# A label of two lines is told in two lines; a name in one language alone differs in that language alone.
REVISED = (("pack.yml", "version: 1.0.0", "version: 1.0.1"),
           ("clocks.yml", "    word: 快速反应\n    length: 15 min\n", "    word: 快速反应\n    length: 40 min\n"),
           ("kinds/incident.yml", "label: {zh: 值班确认, en: ", 'label: {zh: "值班\\n接警", en: '))


def same(one, other, what=""):
    if one != other:
        raise Unexpected(f"{what}:\n     {one!r}\n  is not\n     {other!r}")


def refused(reply, status):
    if reply.status != status or not (reply.json["zh"] and reply.json["en"]):
        raise Unexpected(f"{reply} is not {status}")
    return reply.json


def replace(pack, file, old, new):
    with open(os.path.join(pack, file), encoding="utf-8") as f:
        text = f.read()
    same(text.count(old), 1, file)
    with open(os.path.join(pack, file), "w", encoding="utf-8") as f:
        f.write(text.replace(old, new))


def revise(pack):
    shutil.copytree(OWN, pack)
    for change in REVISED:
        replace(pack, *change)
    return pack


def command(d, *words, lang, status):
    done = subprocess.run([d.program, "plan", *words, "--lang", lang], capture_output=True, text=True)
    same(done.returncode, status, done.stderr)
    return done.stdout


class House:
    def __init__(self, d, pack):
        self.d, self.web, self.pack = d, Web(d), pack
        d.pass_time("1 min")
        d.cli("plan", "publish", pack, "--as", "ped01")
        self.versions = self.get("/plan/versions")["versions"]
        self.new, self.old = (one["digest"] for one in self.versions)

    def get(self, path, login="uop_edu"):
        reply = self.web.get(A + path, login=login)
        if reply.status != 200:
            raise Unexpected(f"{path}: {reply}")
        return reply.json


def versions_are_those_that_were_published(h):
    same([(one["version"], one["in_force"], one["id"]) for one in h.versions], [("1.0.1", True, "jinan-2007"), ("1.0.0", False, "jinan-2007")])
    same(h.versions[0]["digest"], h.d.status()["pack"]["digest"])
    same(sorted(one["digest"] for one in h.versions), sorted(os.listdir(f"{h.d.folder}/packs")))
    same(h.versions[0]["at"] > h.versions[1]["at"], True)


def differences_are_those_of_the_command(h):
    for a, b, folders in ((h.old, h.new, (OWN, h.pack)), (h.new, h.old, (h.pack, OWN))):
        said = h.get(f"/plan/diff?from={a}&to={b}")
        same((said["from"]["digest"], said["to"]["digest"]), (a, b))
        for lang in ("zh", "en"):
            text = "".join(f"{one['mark']} {one['text']}\n" for one in said[lang])
            same(text, command(h.d, "diff", *folders, lang=lang, status=1), lang)
            same(any("\n" in one["text"] for one in said[lang]), True, "a label of two lines stays with its mark")


def a_version_and_itself(h):
    said = h.get(f"/plan/diff?from={h.new}&to={h.new}")
    same((said["zh"], said["en"]), ([], []))


def the_boundary_is_that_of_the_command(h):
    for query, folder in (("", h.pack), (f"?version={h.new}", h.pack), (f"?version={h.old}", OWN)):
        said = h.get(f"/plan/boundary{query}")
        for lang in ("zh", "en"):
            text = "\n".join("".join([one["title"] + "\n", *(f"  {line}\n" for line in one["lines"])]) for one in said[lang])
            whole = command(h.d, "boundary", folder, lang=lang, status=0)
            same(whole[:len(text)], text, lang)
            same(whole[len(text):].startswith("\n") and "→" in whole[len(text):], True, "then come the mappings of the program")
            same(len(said[lang]) > 8 and sum(len(one["lines"]) for one in said[lang]) > 60, True)


def the_regimes_are_those_of_the_command(h):
    said = h.get("/plan/regimes")
    same(said["version"]["digest"], h.new)
    for lang in ("zh", "en"):
        whole = command(h.d, "regimes", h.pack, lang=lang, status=0)
        laws = [one for one in said["regimes"] if not one["own"]]
        same(len(laws) > 10 and len(laws) < len(said["regimes"]), True, "laws, and rules of the plan")
        for one in said["regimes"]:
            same(f"{one['id']}  {one['label'][lang]}" in whole, True, one["id"])
            for stage in one.get("stages", []):
                line = f"      {stage['rule'][lang]} -> {stage['recipient'][lang]}  [{stage['certainty']}] "
                same(line in whole, True, line)
        same(whole.count(" -> "), sum(len(one.get("stages", [0])) for one in said["regimes"]))


def what_is_no_version(h):
    nowhere = "0" * 64
    refused(h.web.get(f"{A}/plan/diff?from={h.old}&to={nowhere}", login="dut01"), 404)
    refused(h.web.get(f"{A}/plan/boundary?version={nowhere}", login="dut01"), 404)
    for query in ("", f"from={h.old}", f"to={h.old}", f"from={h.old}&to=x", f"from=../packs/{h.old}&to={h.new}", f"from={h.old}&to={h.new}&x=1",
                  f"from={h.old}&from={h.old}&to={h.new}"):
        refused(h.web.get(f"{A}/plan/diff?{query}", login="dut01"), 422)
    for query in ("version=", "version=1.0.0", "from=x"):
        refused(h.web.get(f"{A}/plan/boundary?{query}", login="dut01"), 422)
    refused(h.web.get(f"{A}/plan/versions?x=1", login="dut01"), 422)


def a_version_that_was_changed_on_the_disk(h):
    """Said without the place where it lies, and nothing else stands still for it. No record is of the version 1.0.1."""
    d = h.d
    replace(h.pack, "pack.yml", "version: 1.0.1", "version: 1.0.2")
    d.pass_time("1 min")
    d.cli("plan", "publish", h.pack, "--as", "ped01")
    d.restart()  # what was read before is in memory
    h.web = Web(d)
    with open(f"{d.folder}/packs/{h.new}/pack.yml", "a", encoding="utf-8") as f:
        f.write("# later\n")
    said = refused(h.web.get(f"{A}/plan/diff?from={h.old}&to={h.new}", login="dut01"), 500)
    same((said["fault"], d.folder in str(said)), ("corrupt", False))
    same([one["version"] for one in h.get("/plan/versions")["versions"]], ["1.0.2", "1.0.1", "1.0.0"])
    h.get(f"/plan/boundary?version={h.old}")


def main():
    results = Results("plan")
    with tempfile.TemporaryDirectory(prefix="fengsui-plan-") as where, city(args=["--http", "127.0.0.1:0"], verify=False) as d:
        h = House(d, revise(os.path.join(where, "plan")))
        results.case("versions", versions_are_those_that_were_published, h)
        results.case("differences", differences_are_those_of_the_command, h)
        results.case("a version and itself", a_version_and_itself, h)
        results.case("boundary", the_boundary_is_that_of_the_command, h)
        results.case("regimes", the_regimes_are_those_of_the_command, h)
        results.case("no version", what_is_no_version, h)
        results.case("changed on the disk", a_version_that_was_changed_on_the_disk, h)
    results.end()


main()
