#!/usr/bin/env python3
"""rows_test -- row by row, the transition tables are carried out by the real daemon.

For every row: it is made by a right person and stands in the record's history; it is refused from
every other state of its machine; with each thing it wants left out; to each role without the right.
What docs/waiting.tsv says is not carried yet, is not, and all else is.

    tests/rows/rows_test.py [ROW …]
"""
import concurrent.futures
import os
import re
import sys
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import guards  # noqa: E402
import recipes  # noqa: E402
from recipes import SCENES, VIA, FIRST, begin, play  # noqa: E402
from world import OUT_OF_SCOPE, PACK, ROLES, World  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(HERE))
TABLE = os.path.join(os.path.dirname(ROOT), "shared", "requirements", "transitions.tsv")
WAITING = os.path.join(ROOT, "docs", "waiting.tsv")
NO_RIGHT = ("none of your roles may", "made by the system")


class Plan:
    """What the daemon's catalogue says about rows, moves and machines."""

    def __init__(self, w):
        self.moves, self.states, self.region = {}, {}, {}
        for kind in w.catalogue()["kinds"]:
            for region in kind["regions"]:
                if region.get("machine"):
                    self.states[region["machine"]] = [s["name"].upper() for s in region["states"]]
                    self.region[region["machine"]] = (kind["name"], region["name"])
            for move in kind["moves"]:
                for row in move["rows"]:
                    self.moves.setdefault(row, []).append({**move, "kind": kind["name"]})
        for scene in SCENES:
            if not scene.move:
                scene.move = self.moves[scene.row][0]["name"]

    def move(self, scene):
        return next(m for m in self.moves[scene.row] if m["name"] == scene.move)

    def machine(self, row):
        move = self.moves[row][0]
        if move["form"] == "create":
            return None
        return next(m for m, (kind, region) in self.region.items() if (kind, region) == (move["kind"], move["region"]))


def table():
    if not os.path.exists(TABLE):
        return None
    with open(TABLE, encoding="utf-8") as f:
        lines = [line.rstrip("\n").split("\t") for line in f][1:]
    return {line[0]: line for line in lines if line[0]}


def waiting():
    if not os.path.exists(WAITING):
        return {}
    with open(WAITING, encoding="utf-8") as f:
        lines = [line.rstrip("\n").split("\t") for line in f][1:]
    return {line[0]: line for line in lines if line[0]}


def must(condition, text):
    if not condition:
        raise AssertionError(text)


def unchanged(w, t, version, answer, what):
    must(not answer.ok, f"{what}: was done, but should be refused: {answer.brief()[:300]}")
    must(answer.get("fault") in ("refused", "absent"), f"{what}: is no refusal: {answer.brief()[:300]}")
    if t is not None:
        now = w.version(t)
        must(now == version, f"{what}: was refused, but changed the record ({version} to {now})")


# ---- (a) and what comes before it, on the same record ----------------------------------------------------


def named_roles(move, branch):
    who = move["who"][branch] if move["who"] else {}
    return set(who.get("do", []) + who.get("propose", []) + who.get("sign", []) + who.get("confirm", []))


def starters(move, branch):
    """Who may be first: a confirmer alone starts nothing."""
    who = move["who"][branch] if move["who"] else {}
    return set(who.get("do", []) + who.get("propose", []) + who.get("sign", []))


def attempt(w, scene, t, login, input_):
    return w.try_(login, scene_kind(scene, t), scene.move, t.ref if t else None, **input_)


def scene_kind(scene, t):
    return t.kind if t else "incident"


def wrong_roles(w, plan, scene, t, input_):
    """(d): one person for each role that the move does not name."""
    move, count = plan.move(scene), 0
    named = named_roles(move, scene.branch)
    version = w.version(t) if t else None
    before = len(w.list("incident", limit=500)) if not t else 0
    for role in ROLES:
        if role in named:
            continue
        answer = attempt(w, scene, t, role.lower(), input_)
        unchanged(w, t, version, answer, f"{scene.name} by {role}")
        told = answer.get("fault") == "absent" or any(words in answer.brief() for words in NO_RIGHT)
        must(told, f"{scene.name} by {role}: refused, but not for want of the right: {answer.brief()}")
        count += 1
    for role, login in OUT_OF_SCOPE.items():
        # A lead is a lead of cases; what hangs on none is open to the role.
        if role in named and t and (role != "CL" or hasattr(t, "case")):
            unchanged(w, t, version, attempt(w, scene, t, login, input_), f"{scene.name} by {role} of elsewhere")
            count += 1
    for role in named - starters(move, scene.branch):
        answer = attempt(w, scene, t, role.lower(), input_)
        unchanged(w, t, version, answer, f"{scene.name} begun by {role}, who may only confirm")
        must("N15" in answer.codes or "absent" == answer.get("fault") or role in OUT_OF_SCOPE,
             f"{scene.name} begun by {role}: {answer.brief()}")
        count += 1
    if not t:
        must(len(w.list("incident", limit=500)) == before, f"{scene.name}: a refused creation left a record")
    return count


def left_out(w, plan, scene, t, input_):
    """(c): each thing the move wants, left out by itself; what stands on the record already is emptied."""
    move, count = plan.move(scene), 0
    version = w.version(t) if t else None
    cases = []
    for want in move["needs"]:
        cases.append((want, {**input_, want["name"]: {"none": ""}}))
        if not want.get("otherwise"):
            cases.append((want, {**input_, want["name"]: {"unknown": "未知"}}))
    for want in move["asks"]:
        if not want["optional"]:
            cases.append((want, {k: v for k, v in input_.items() if k != want["name"]}))
            cases.append((want, {**input_, want["name"]: {"none": ""}}))
            cases.append((want, {**input_, want["name"]: {"unknown": "未知"}}))
    for want, poorer in cases:
        poorer = {k: (None if v == {"none": ""} else v) for k, v in poorer.items()}
        answer = w.ask(op="do", kind=scene_kind(scene, t), move=scene.move, ref=t.ref if t else None, input=poorer,
                       **{"as": scene.who[0]})
        unchanged(w, t, version, answer, f"{scene.name} without {want['name']} ({poorer.get(want['name'])})")
        about = [m.get("what") for r in answer["refusals"] for m in r["missing"]]
        must(want["name"] in about or "N15" in answer.codes or any("missing" in m for m in answer.missing),
             f"{scene.name} without {want['name']}: the answer does not name it: {answer.brief()}")
        count += 1
    return count


def carried(w, plan, scene, t, input_):
    """(a): made by the right people, and it stands in the history with its row."""
    if scene.auto:
        scene.auto(w, t)
    elif t is None:
        t = recipes.Thing("incident", w.done(scene.who[0], "incident", "create", **input_).ref)
    else:
        for i, login in enumerate(scene.who[:-1]):
            w.proposed(login, t.kind, scene.move, t.ref, **input_)
        w.done(scene.who[-1], t.kind, scene.move, t.ref, **input_)
    move = plan.move(scene)
    must(scene.row in w.rows_of(t), f"{scene.name}: the history does not show the row: {w.rows_of(t)}")
    if move.get("to"):
        kind, region = plan.region[plan.machine(scene.row)]
        state, lands = w.state(t, region), scene.lands or move["to"]
        must(state == lands, f"{scene.name}: should be {lands}, is {state}")


def play_scene(w, plan, scene):
    t = scene.begin(w)
    input_ = scene.given(w, t)
    count = 0
    if t is not None and not (scene.auto and scene.row == "T061"):
        machine = plan.machine(scene.row)
        if machine:
            wanted = [s for s in plan.move(scene)["from"]]
            state = w.state(t, plan.region[machine][1])
            must(state in wanted, f"{scene.name}: the recipe ends in {state}, the row starts from {wanted}")
        if scene.who or not plan.move(scene)["who"]:
            count += wrong_roles(w, plan, scene, t, input_)
    if scene.who:
        if t is None:
            count += wrong_roles(w, plan, scene, t, input_)
        count += left_out(w, plan, scene, t, input_)
    carried(w, plan, scene, t, input_)
    return count + 1


# ---- (b) --------------------------------------------------------------------------------------------------

# These states want that time passes, which would move others: they are made first.
FIRST_MADE = ["C.PROVISIONAL", "WTG.ESCALATED", "PLV.SUPERSEDED", "PLV.IN_FORCE", "REV.IMPLEMENTED"]
# A report that is submitted has its receipt in the same act: nothing ever rests in this state.
PASSED_THROUGH = {"RPT.SUBMITTED"}


def one_of_each(w, plan, problems):
    things = {}
    names = [f"{m}.{s}" for m in plan.states for s in plan.states[m]]
    for name in sorted(names, key=lambda n: (FIRST_MADE.index(n) if n in FIRST_MADE else 99, n)):
        if name in PASSED_THROUGH or (name not in VIA and name not in FIRST):
            if name not in PASSED_THROUGH:
                problems.append(f"{name}: no recipe")
            continue
        try:
            t = begin(w, name)
            kind, region = plan.region[name.split(".")[0]]
            must(t.kind == kind and w.state(t, region) == name.split(".")[1].lower(), f"{name}: is in {w.states(t.ref)}")
            things[name] = t
        except Exception as error:
            problems.append(f"{name}: {error}")
    return things


def from_elsewhere(w, plan, scene, things, input_):
    move, machine, count = plan.move(scene), plan.machine(scene.row), 0
    who = scene.who[0] if scene.who else "dir"
    for state in plan.states[machine]:
        t = things.get(f"{machine}.{state}")
        if not t or state.lower() in move["from"]:
            continue
        version = w.version(t)
        answer = attempt(w, scene, t, who, input_)
        unchanged(w, t, version, answer, f"{scene.name} from {state}")
        count += 1
    return count


# ---- main -------------------------------------------------------------------------------------------------


class Tally:
    def __init__(self):
        self.passed, self.failed, self.rows = 0, [], set()

    def good(self, count=1):
        self.passed += count

    def bad(self, text):
        self.failed.append(text)
        print("FAIL " + text, flush=True)


def scenes_part(wanted):
    """(a), (c) for needs and asks, (d): every scene on a record of its own."""
    tally, reasons = Tally(), {}
    with World() as w:
        plan = Plan(w)
        for scene in SCENES:
            if wanted and scene.row not in wanted:
                continue
            try:
                tally.good(play_scene(w, plan, scene))
                tally.rows.add(scene.row)
            except Exception as error:
                reasons.setdefault(scene.row, []).append((scene.name, error, traceback.format_exc()))
    return tally, reasons


def guards_part(wanted):
    """(c): every condition of every row, unmet once."""
    tally, waits = Tally(), waiting()
    with World() as w:
        plan = Plan(w)
        known = {(row, m["name"], part, g["en"]) for row in plan.moves for m in plan.moves[row]
                 for part in ("if", "by") for g in m[part]}
        met = set()
        for case in guards.CASES:
            fit = [k for k in known if k[0] == case.row and case.words in k[3] and (not case.move or case.move == k[1])]
            met.update(fit)
            if len(fit) != 1:
                tally.bad(f"guards: {case.row} '{case.words}' fits {len(fit)} conditions of the plan")
            if case.how is None or (wanted and case.row not in wanted):
                continue
            try:
                case.play(w, plan, unchanged, must)
                tally.good()
            except Exception as error:
                if case.row in waits:
                    continue
                tally.bad(f"{case.row} with '{case.words}' unmet: {type(error).__name__}: {error}")
        for row, move, part, words in sorted(known - met):
            tally.bad(f"guards: no case for {row} {move} {part} '{words}'")
    return tally, {}


def states_part(wanted):
    """(b): one record in each state of each machine; every row from every state that is not its own."""
    tally, problems, waits = Tally(), [], waiting()
    with World() as w:
        plan = Plan(w)
        things = one_of_each(w, plan, problems)
        for problem in problems:
            name = problem.split(":")[0]
            if not stands_behind(name, waits):
                tally.bad(f"state {problem}")
        tally.good(len(things))
        for scene in SCENES:
            if scene.start is None or scene.row == "T061" and scene.auto is None or (wanted and scene.row not in wanted):
                continue
            try:
                t = things.get(f"{plan.machine(scene.row)}.{plan.move(scene)['from'][0].upper()}")
                input_ = scene.given(w, t) if t else {}
                tally.good(from_elsewhere(w, plan, scene, things, input_))
            except Exception as error:
                tally.bad(f"{scene.name} from another state: {type(error).__name__}: {error}")
    return tally, {}


def stands_behind(state, waits):
    """Is a row on the way to this state one that waits?"""
    seen = set()
    state = recipes.BEHIND.get(state, state)
    while isinstance(state, str) and state in VIA and state not in seen:
        seen.add(state)
        if VIA[state].row in waits:
            return True
        state = VIA[state].start
    return False


def check_table(tally, plan):
    rows = table()
    if rows is None:
        print("the requirement tables are not here: rows are those of the plan pack")
        return set(plan.moves)
    for row, line in rows.items():
        if row not in plan.moves:
            tally.bad(f"{row}: the plan does not have it")
            continue
        for move in plan.moves[row]:
            # One move may carry several rows; it starts from their states and from no other.
            starts = {rows[r][2].lower() for r in move["rows"] if r in rows} - {"(new)"}
            same = line[3].lower() == move.get("to", "received") and starts == set(move["from"])
            tally.good() if same else tally.bad(f"{row}: the table says {line[2]} to {line[3]}, the plan has {move['from']} to "
                                                f"{move.get('to')}")
    for row in set(plan.moves) - set(rows):
        tally.bad(f"{row}: the table does not have it")
    return set(rows)


# Rights that the tables give elsewhere than in part 7: the duty officer writes down an acknowledgement by
# telephone (N26), and T220, T221, T224 are decided by the member unit (MEM), which has no line there.
MEMBER = ("UOP", "UHD", "SEC")
BESIDE_MATRIX = {"T090": ("DUT",), "T113": ("DUT",), "T114": ("DUT",), "T220": MEMBER, "T221": MEMBER, "T224": MEMBER}


def matrix():
    """The plan's permission matrix: move -> role -> letters. A unit test holds it against part 7."""
    with open(os.path.join(PACK, "roles.yml"), encoding="utf-8") as f:
        text = f.read().split("\nmatrix:\n")[1]
    held = {}
    for block in text.split("\n  - label:")[0:]:
        moves = re.search(r"moves: \[([^\]]*)\]", block)
        roles = re.search(r"\n    roles: \{([^}]*)\}", block)
        for move in re.findall(r"[\w.]+", moves.group(1)) if moves and roles else []:
            for role, letters in re.findall(r"(\w+): (\w+)", roles.group(1)):
                held.setdefault(move, {}).setdefault(role, "")
                held[move][role] += letters
    return held


def check_rights(tally, plan):
    """Nobody may make a move without a letter for it; who only proposes neither confirms nor signs."""
    held = matrix()
    for row in sorted(plan.moves):
        for move in plan.moves[row]:
            name, letters = f"{move['kind']}.{move['name']}", held.get(f"{move['kind']}.{move['name']}", {})
            for branch in move["who"]:
                for part in ("do", "propose", "sign", "confirm"):
                    for role in branch.get(part, []):
                        enough = set("DC") if part in ("confirm", "sign") else set("DCP")
                        good = enough & set(letters.get(role, "")) or role in BESIDE_MATRIX.get(row, ())
                        tally.good() if good else tally.bad(f"{row} {name}: {role} may {part}, the matrix gives '{letters.get(role, '')}'")


def check_waiting(tally, all_rows, carried_rows, reasons):
    waits = waiting()
    tally.good() if len(waits) <= 60 else tally.bad(f"{len(waits)} rows wait, at most 60 may")
    for row in sorted(all_rows):
        whole = row in carried_rows and row not in reasons
        if row in waits and whole:
            tally.bad(f"{row}: docs/waiting.tsv says it waits, but it was carried out")
        elif row not in waits and not whole:
            for name, error, trace in reasons.get(row, [(row, "no scene plays it", "")]):
                tally.bad(f"{name}: {type(error).__name__}: {error}" + ("\n" + trace if os.environ.get("TRACE") else ""))
        else:
            tally.good()
    for row in set(waits) - set(all_rows):
        tally.bad(f"docs/waiting.tsv: there is no row {row}")


def main():
    wanted = set(sys.argv[1:])
    parts = [scenes_part, guards_part, states_part]
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        results = [future.result() for future in [pool.submit(part, wanted) for part in parts]]
    total, reasons = Tally(), results[0][1]
    for tally, _ in results:
        total.passed += tally.passed
        total.failed += tally.failed
    with World(verify=False) as w:
        plan = Plan(w)
        all_rows = check_table(total, plan)
        check_rights(total, plan)
    rows = results[0][0].rows
    check_waiting(total, all_rows & wanted if wanted else all_rows, rows, reasons)
    whole = sorted(rows - set(reasons))
    print(f"{len(whole)} of {len(all_rows)} rows are carried out, {len(waiting())} wait (docs/waiting.tsv)")
    print(f"{total.passed} passed, {len(total.failed)} failed")
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main())
