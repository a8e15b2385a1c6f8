"""scene -- what every scenario test shares: a city of its own, and the things that hold at its end.

    class Lowered(Scene):
        def test_a_sentence(self):
            with self.city() as d:
                case, systems = confirm_case(d, LEVEL3)

At the end of each city the views are made again from the record and nothing may differ, every clock that
was missed has its entry, every case as a bundle and every archive is verified by both verifiers, and the
record is verified after the daemon has stopped.

`cites` are the rows and refusal codes that the text of the scenario names: each must have been carried out or
refused by the end. `goals` names for each goal the tests that show it; they must be there and pass.
"""
import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lib"))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from real import Real, moment  # noqa: E402,F401
from cast import OFFICE, UNITS, add_system, city, confirm_case, open_case, person, verify_case  # noqa: E402,F401
from fengsui import ROOT, Answer, Daemon, Unexpected, binary  # noqa: E402,F401

VERIFIER = os.path.join(ROOT, "web", "lib", "verify.js")

# Scores in the order of the grading: business, unit, public, state, order, economy.
LEVEL1 = [1, 1, 1, 1, 1, 1]
LEVEL2 = [2, 2, 1, 1, 1, 2]
LEVEL3 = [3, 3, 2, 1, 2, 2]
LEVEL4 = [4, 4, 3, 1, 2, 3]
LEVEL5 = [5, 5, 4, 1, 3, 4]


class Scene(unittest.TestCase):
    maxDiff = None
    cites, goals = "", {}
    seen = None

    @contextlib.contextmanager
    def city(self, at="2026-03-02T08:00:00Z", people=True, erased=False, **more):
        """A city with its people and units; checked when it is left without an error. `erased`: something was
        erased by decision, which the verifier tells apart from a record that is whole."""
        if erased:
            more["verify"] = False
        more.setdefault("pack", os.path.join(ROOT, "packs", "jinan-2007"))
        d = city(at=at, **more) if people else Daemon(at=at, **more)
        with d:
            yield d
            self.leave(d, erased)

    @contextlib.contextmanager
    def real(self, erased=False, **more):
        """A real folder whose people are signed in over HTTPS (people.py), under the clock of this machine."""
        if erased:
            more["verify"] = False
        with Real(**more) as d:
            yield d
            self.leave(d, erased)

    def leave(self, d, erased):
        """What holds of every folder at the end."""
        self.rebuilt_alike(d)
        self.missed_are_recorded(d)
        self.note_what_was_seen(d)
        self.others_agree(d, 2 if erased else 0)
        if erased:
            d.stop()
            self.assertIn("erased by decision", d.verify(expect=2))

    def note_what_was_seen(self, d):
        """The rows of the plan that the record says were carried out, and the codes of what was refused."""
        cls = type(self)
        cls.seen = (cls.seen or set()) | d.codes_seen
        with contextlib.closing(sqlite3.connect(f"file:{d.folder}/fengsui.db?mode=ro", uri=True)) as db:
            for (text,) in db.execute("SELECT bytes FROM payloads WHERE part = 0"):
                for move in json.loads(text).get("moves", []):
                    if not move.get("proposed"):
                        cls.seen |= set(move.get("rows", []))

    def saw(self, code):
        """A code that was met where no daemon answers: by the command line, in a mapping, in a pack."""
        type(self).seen = (type(self).seen or set()) | {code}

    def rebuilt_alike(self, d):
        answer = d.ask(op="rebuild", check=True)
        self.assertTrue(answer.ok, answer)
        self.assertEqual(answer["differing"], 0, "views rebuilt from the record differ")

    def others_agree(self, d, verdict):
        """Whoever gets the cases as a bundle, or an archive, verifies them without the daemon, by either verifier."""
        cases = [row.ref for space in (1, 2) for row in d.list("incident", space=space)]
        archive = os.path.join(d.folder, "archive")
        made = [os.path.join(archive, name) for name in os.listdir(archive)] if os.path.isdir(archive) else []
        for i, case in enumerate(cases):
            made.append(os.path.join(d.folder, f"bundle-{i}"))
            answer = d.ask(op="bundle", refs=[case], dir=made[-1])
            self.assertTrue(answer.ok, answer.brief())
        node = shutil.which("node")
        for folder in made:
            for command in [[d.program, "verify", folder]] + ([[node, VERIFIER, folder]] if node else []):
                done = subprocess.run(command, capture_output=True, text=True)
                self.assertIn(done.returncode, {0, verdict}, f"{' '.join(command)}\n{done.stdout}{done.stderr}")
        for folder in made:
            if os.path.basename(folder).startswith("bundle-"):
                shutil.rmtree(folder)

    def missed_are_recorded(self, d):
        """No missed clock without a record."""
        for case in d.list("incident"):
            for ref in [case.ref] + [f"#{link['id']}" for link in d.show(case.ref)["linked"]]:
                missed = [c["code"] for c in d.show(ref)["clocks"] if c.get("missed")]
                noted = [row["code"] for e in d.history(ref) for row in e["change"].get("clocks", [])
                         if "missed" in row]
                self.assertLessEqual(set(missed), set(noted), f"{ref}: a missed clock is not on record")


def moves(d, ref, as_=None):
    """Every move carried out on a record, oldest first: its row of the record with `at`, `who` and `entry`."""
    made = []
    for entry in d.history(ref, as_):
        for row in entry["change"].get("moves", []):
            if not row.get("proposed"):
                made.append({**row, "at": entry["at"], "who": entry.get("who", {}).get("id"), "entry": entry})
    return made


def last(d, ref, move):
    """The last time this move was made, or None."""
    found = [m for m in moves(d, ref) if m["move"] == move]
    return found[-1] if found else None


def told(entry):
    """Who is told by an entry: the recipients that went into the outbox with it."""
    return [row["recipient"] for row in entry["change"].get("out", [])]


def told_units(d, ref, move, kind="warning_target"):
    """The units that are told by what a move does, on its own record and on those that it carries along."""
    act = last(d, ref, move)["entry"]
    entries = [act] + [e for link in d.linked(ref, kind) for e in d.history(link.ref) if e["act"] == act["act"]]
    return {r for e in entries for r in told(e) if r.startswith("unit:")}


def levels(d, case):
    """The history of the confirmed level: (when, level), oldest first."""
    return [(e["at"], e["change"]["set"]["confirmed_level"]) for e in d.history(case)
            if "confirmed_level" in e["change"].get("set", {})]


def said(move, name):
    """What was typed with a move and is no field of the record (a reason), as text."""
    value = move["input"].get(name)
    return value["$"] if isinstance(value, dict) else value


def record_size(d, space=1):
    """Leaves in the tree of the record, as a signed checkpoint says."""
    return int(d.ask(op="checkpoint", space=space)["checkpoint"].splitlines()[1])


def evidence(d, case, by="rsp01", label="主机日志", **more):
    return d.done(by, "evidence", "create", incident=case, type=more.pop("type", "log"),
                  label_text=label, **more)


def activated(d, scores=LEVEL3, systems=("edu",), **more):
    """A confirmed case with the plan started by the Leading Group."""
    case, refs = confirm_case(d, scores, systems=systems, **more)
    d.done("lg01", "incident", "start", case, lead="cl01", conflict_declared=False)
    return case, refs


def no_plans(d, case):
    """Reject each matched special plan, so that containment may begin."""
    for plan in d.linked(case, "special_plan"):
        if plan["states"]["life"] == "matched":
            d.done("cl01", "special_plan", "not_applicable", plan.ref, reason="通用措施即可")


def containing(d, case, mode="own"):
    """A confirmed case goes into containment."""
    no_plans(d, case)
    d.done("cl01", "incident", "choose_mode", case, mode=mode)


def contain_system(d, case, system, by="rsp01"):
    """One measure with effect on a system, and the system contained."""
    action = d.done(by, "containment_action", "create", incident=case, affected_system=system, action="isolate",
                    target="涉事主机", impact_statement="业务短时中断", alternatives={"none": "无其他方法"},
                    rollback="恢复端口", disruptive=False, reversible=True)
    d.done(by, "containment_action", "execute", action)
    d.done(by, "containment_action", "effective", action, effect="已无外联")
    d.done(by, "affected_system", "contained", system)
    return action


def remove_cause(d, case, system):
    """Cause known, remedy applied and verified by another, evidence at hand: the system goes to recovery."""
    if not d.show(case)["fields"].get("root_cause"):
        d.done("cl01", "incident", "record_cause", case, cause="attack", root_cause="弱口令")
    remedy = d.done("rsp01", "remedy", "create", incident=case, affected_system=system, text="更换口令")
    d.done("rsp01", "remedy", "apply", remedy)
    d.done("cl01", "remedy", "verify", remedy, result="已更换")
    d.done("rsp01", "affected_system", "eradicated", system)


def restore(d, case, system, unit="edu"):
    """A recovery step that passes its check, and the owner's signature."""
    step = d.done("rsp01", "recovery_step", "create", incident=case, affected_system=system, type="service",
                  destructive=False, target="业务服务")
    d.done("rsp01", "recovery_step", "carry_out", step)
    d.done("rsp01", "recovery_step", "passed", step, integrity_result="与基线一致")
    d.done("uhd_" + unit, "affected_system", "signed_off", system)
    return step


def to_followup(d, case, systems):
    """From containment to the watch, every system on its way."""
    for key, system in systems.items():
        contain_system(d, case, system)
    d.done("cl01", "incident", "contained", case, business_impact="中断两小时")
    for key, system in systems.items():
        remove_cause(d, case, system)
    active = d.states(case)["command"] == "active"
    if active:
        d.proposed("cl01", "incident", "eradicated", case)
        d.done("dir01", "incident", "eradicated", case)
    else:
        d.done("cl01", "incident", "eradicated", case)
    for key, system in systems.items():
        restore(d, case, system, key)
    d.done("cl01", "incident", "recovered", case)


def closing_material(d, case, author="cl01"):
    """Loss, evaluations, lessons, the report: what closing asks for."""
    d.done("cl01", "loss", "create", incident=case, type="recovery", amount=20000, currency="CNY", basis="工时")
    for type_ in ("process", "plan"):
        d.done("cl01", "evaluation", "create", incident=case, type=type_, text="处置及时")
    d.done("cl01", "lesson", "create", incident=case, text="禁用口令登录")
    report = d.done(author, "case_report", "create", incident=case, title="事件处理报告", text_zh="经过与措施")
    d.done("cl01", "incident", "prepare_closing", case, report_upward=False, case_report=report,
           no_revision="预案适用")


def end_response(d, case):
    d.done("dir01", "incident", "propose_end", case)
    d.done("lg01", "incident", "end", case)


def archived(d, case, by="dir01"):
    """Evaluate, close and archive a case in follow-up."""
    active = d.states(case)["command"] == "active"
    if active:
        end_response(d, case)
    d.done("dir01", "incident", "evaluate", case, watch_continues="并行跟踪")
    closing_material(d, case)
    d.done(by, "incident", "close", case)
    d.done("arc01", "incident", "build_package", case)
    d.done("arc01", "incident", "archive", case)


def prepared(d):
    """A drill whose scheme is signed and whose unit has confirmed."""
    drill = d.done("dir01", "drill", "create", name="2026年度演练", year=2026, due_at="2026-12-31T00:00:00Z").number
    d.done("lg01", "drill_goal", "create", drill=drill, text="一小时内遏制", measure="遏制用时")
    d.done("lg01", "drill", "scope", drill, goals="检验遏制流程", scope="教育系统")
    d.done("dir01", "drill", "begin_scheme", drill, office_drafters=[d.who["dir01"]], team_drafters=[d.who["rsp01"]])
    d.done("dir01", "drill", "edit", drill, scenario="蠕虫", safety_rules="真实事件立即中止", criteria="用时")
    d.done("dir01", "drill_inject", "create", drill=drill, text="告警出现", offset_min=5, unit=d.unit["edu"])
    part = d.done("dir01", "drill_participant", "create", drill=drill, unit=d.unit["edu"])
    kit = d.done("res01", "resource", "create", type="device", name="取证箱", check_min=43200)
    d.done("res01", "drill_line", "create", drill=drill, resource=kit)
    d.proposed("dir01", "drill", "agree", drill)
    d.done("rsp01", "drill", "agree", drill)
    d.done("uop_edu", "drill_participant", "confirm", part)
    booked = d.done("res01", "reservation", "create", resource=kit, drill=drill, starts_at="2026-03-02T08:00:00Z",
                    ends_at="2026-03-03T08:00:00Z")
    d.done("res01", "reservation", "confirm", booked)
    d.done("dir01", "drill", "resource", drill)
    return drill


def running(d):
    """A drill that has begun: things can be made in its space."""
    drill = prepared(d)
    d.done("dir01", "drill", "run", drill, real_incident_check="当前无真实事件")
    return drill


def archive_text(d, case):
    """All text of the archive package that the check of the case names."""
    where = [row["detail"] for e in d.history(case) for row in e["change"].get("checks", [])
             if row["name"] == "archive_package"][-1]
    return "".join(open(os.path.join(folder, name), encoding="utf-8", errors="replace").read()
                   for folder, _, names in os.walk(where) for name in names)


def unshown(scene, passed):
    """What the scenario cites and its tests did not show, as sentences."""
    lacking = [f"{code} was not seen" for code in scene.cites.split() if code not in (scene.seen or ())]
    return lacking + [f"{goal} is for {name}, which did not pass" for goal, names in scene.goals.items()
                      for name in names.split() if name not in passed]


class Told(unittest.TextTestResult):
    """Which tests passed, by name."""

    def __init__(self, *args, **more):
        super().__init__(*args, **more)
        self.good = set()

    def addSuccess(self, test):
        super().addSuccess(test)
        self.good.add(test._testMethodName)


def main():
    """Run the tests of the calling file; the last line is `N passed, N failed`. Where all of them are run, each
    scene has shown what it cites."""
    result = unittest.main(module="__main__", exit=False, warnings="ignore",
                           testRunner=unittest.TextTestRunner(resultclass=Told, warnings="ignore")).result
    bad = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses)
    good = result.testsRun - bad - len(result.skipped)
    for scene in Scene.__subclasses__() if len(sys.argv) == 1 else []:
        if not scene.cites and not scene.goals:
            continue
        lacking = unshown(scene, result.good)
        good, bad = good + (not lacking), bad + bool(lacking)
        print("".join(f"FAIL {scene.__name__}: {what}\n" for what in lacking), end="")
    print(f"{max(0, good)} passed, {bad} failed", flush=True)
    sys.exit(1 if bad or not result.testsRun else 0)
