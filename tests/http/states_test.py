#!/usr/bin/env python3
"""Who may what over HTTPS, state by state: every kind of record in every state that a walk through the plan reaches x who
asks (each role; of this unit, of another; of the case, of none), with what the files of the plan pack say (rights.py).

A real folder, people signed in by password. What a person may not see is nowhere: not at its address, in no list, by no title in
an answer about something else, and nothing can be hung on it. What they may not do is refused whatever its state.
"""
import collections
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(os.path.dirname(HERE), "rows"), os.path.join(os.path.dirname(HERE), "lib"), HERE]
import recipes  # noqa: E402
from fengsui import Results, Unexpected  # noqa: E402
from rights import DENIED, ELSEWHERE, PART, REGISTERS, SEALED, House, Person, Post, Rights, ids  # noqa: E402
from rows_test import Plan  # noqa: E402
from shift import usable  # noqa: E402
from web import quoted  # noqa: E402
from world import OFFICE, PACK, ROLES, RealWorld  # noqa: E402

A = "/api/v1"
ABSENT = 999999

# What the walk brings about, first what takes time: afterwards everybody signs in once and for all.
WALK = """
    C.PROVISIONAL WTG.ESCALATED WTG.CLOSED_UNANSWERED EVD.DISPOSED PLV.PUBLISHED
    H.RECEIVED H.TRIAGE H.VERIFY H.CONFIRM H.CONTAIN H.ERADICATE H.RECOVER H.FOLLOWUP H.EVALUATE H.CLOSED H.ARCHIVED H.DISMISSED
    H.REFERRED H.MERGED C.PROPOSED C.ACTIVE C.RETURNED C.END_PROPOSED C.ENDED G.REGRADE
    RPT.DRAFT RPT.RECEIPTED RPT.SUPPLEMENT RPT.LINKED RPT.REJECTED
    SUP.DRAFT SUP.SUBMITTED SUP.ACCEPTED SUP.DISPATCHED SUP.ON_SITE SUP.RELEASED SUP.DECLINED SUP.WITHDRAWN
    SPL.MATCHED SPL.ACTIVE SPL.SUSPENDED SPL.COMPLETED SPL.NOT_APPLICABLE
    TSK.ISSUED TSK.ACKED TSK.IN_PROGRESS TSK.DONE TSK.VERIFIED TSK.DECLINED TSK.CANCELLED
    WRN.SUBMITTED WRN.REVIEW WRN.APPROVED WRN.PUBLISHED WRN.LIFTED WRN.REJECTED
    WTG.PENDING WTG.DELIVERED WTG.ACKED WTG.ACTED WTG.NOT_APPLICABLE
    UPR.OPEN UPR.DRAFTED UPR.APPROVED UPR.SENT UPR.RECEIPTED UPR.WAIVED
    EVD.CAPTURED EVD.SEALED EVD.TRANSFERRED EVD.ARCHIVED NOT.DRAFT NOT.TECH_REVIEW NOT.RELEASE_CHECK
    DRL.DUE DRL.SCOPED DRL.SCHEME_DRAFT DRL.SCHEME_AGREED DRL.RESOURCED DRL.RUNNING DRL.ABORTED DRL.CANCELLED DRL.CLOSED
    RCT.OPEN RCT.ACCEPTED RCT.DISPUTED RCT.DONE RCT.VERIFIED RCT.WITHDRAWN
    REV.PROPOSED REV.ASSESSING REV.REJECTED REV.NO_CHANGE REV.ACCEPTED REV.DRAFTING REV.CONSENT PLV.DRAFT PLV.FROZEN PLV.APPROVED
    PLV.ABANDONED""".split()

# Who asks: a person of each role; then of the same role, but of another unit or of no case; who holds nothing;
# and whose post was given for one case, one sector, one unit.
ASKERS = [role.lower() for role in ROLES] + ["uop_tax", "uhd_tax", "uop_lent", "sec_tax", "cl_out", "rsp_out", "rsp2", "nopost", "late",
                                          "exp_case", "rsp_case", "dut_sector", "dut_unit"]


def say(condition, text):
    if not condition:
        raise Unexpected(text)


# ---- the world -------------------------------------------------------------------------------------------


def walked(w, results):
    """Go the whole way once; a state that is not reached is a failure, for nothing would be asked there."""
    w.enter("nopost", OFFICE, [])
    w.enter("late", OFFICE, ["DUT"], valid_to="2026-01-01T00:00:00Z")
    sector = w.done("dir", "sector", "create", code="edu", name="教育", needs_dr=False, livelihood_key=False).ref
    w.done("dir", "unit", "edit", w.u("edu"), sector=sector)
    w.enter("dut_sector", OFFICE, ["DUT"], sector=sector)
    w.enter("dut_unit", OFFICE, ["DUT"], unit=w.u("tax"))
    for name in WALK:
        results.case(f"the walk reaches {name}", reach, w, name)
    # Two cases of one name: the later one is another unit's.
    w.done("dut", "incident", "create", **{**recipes.new_case_input(w), "unit": w.u("tax")})
    case = next(row for row in w.list("incident", "handling:contain")).ref
    w.enter("exp_case", OFFICE, ["EXP"], incident=case)
    w.enter("rsp_case", OFFICE, ["RSP"], incident=case)


def reach(w, name):
    t = recipes.begin(w, name)
    machine, state = name.lower().split(".")
    say(state in w.states(t.ref).values(), f"{name}: {w.states(t.ref)}")


def everything(w):
    """Every record there is, as the owner of the folder reads it: row id -> record."""
    found = {}
    for kind in [k["name"] for k in w.catalogue()["kinds"]]:
        for space in (1, 2):
            for row in w.list(kind, limit=500, space=space):
                found[row.id] = w.show(row.ref)
    return found


def people(w):
    now, posts = w.now, collections.defaultdict(list)
    for row in w.list("post", limit=500):
        post = w.show(row.ref)["fields"]
        if not post.get("waits") and post.get("valid_from", "") <= now and now < post.get("valid_to", "9999"):
            posts[post["person"]["id"]].append(Post(post))
    found = {}
    for login in ASKERS:
        person = w.show(w.p(login))
        found[login] = Person(person.id, *ids(person["fields"]["unit"]), posts[person.id])
    return found


def telling(house):
    """Of each kind one record in each of its states, of an open case, of one that is sealed, and of none."""
    chosen = {}
    for record in house.records.values():
        case = house.case(record)
        where = None if case is None else "self" if case is record else case["states"]["handling"] == "archived"
        chosen.setdefault((record["kind"], tuple(sorted(record["states"].items())), where), record)
    return list(chosen.values())


# ---- looking ---------------------------------------------------------------------------------------------


def same_but(hidden, absent, ref):
    def bare(reply, name):
        kept = {k: v for k, v in reply.headers.items() if k not in ("date", "content-length")}
        return reply.status, kept, re.sub(rf"(?<![\d:]){name}(?!\d)", "REF", reply.body.decode())
    return bare(hidden, ref) == bare(absent, ABSENT)


def what(record):
    return f"{record['kind']} #{record['id']} {record['states']}"


def hidden(ask, house, who, record, turn):
    """Three ways to its address answer as if it were not there."""
    kind, moves = record["kind"], sorted(house.kind(record).moves) or ["nothing"]
    for method, rest in (("GET", ""), ("GET", "/history"), ("POST", "/" + moves[turn % len(moves)])):
        replies = [ask(method, f"{A}/{kind}/{ref}{rest}", {} if method == "POST" else None, who) for ref in (record["id"], ABSENT)]
        say(replies[0].status == 404, f"{method} {rest}: {replies[0]}")
        say(same_but(*replies, record["id"]), f"{method} {rest}: told apart from what is not there\n  {replies[0]}\n  {replies[1]}")


def handles(said):
    """Every record that an answer names with a title."""
    if isinstance(said, dict):
        if "title" in said and "kind" in said and "id" in said:
            yield said
        for value in said.values():
            yield from handles(value)
    elif isinstance(said, list):
        for value in said:
            yield from handles(value)


def shown(ask, house, login, who, record):
    reply = ask("GET", f"{A}/{record['kind']}/{record['id']}?with=linked,alike,moves", None, who)
    say(reply.status == 200, f"{reply}")
    said = reply.json
    say(said["states"] == record["states"], f"the state: {said['states']}")
    for one in said["linked"]:
        say(house.sees(login, house.records[one["id"]]), f"lists as linked what is hidden: {one}")
    for one in handles(said):
        say(house.sees(login, house.records[one["id"]]), f"tells the title of what is hidden: {one}")
    return said


def past(ask, house, login, who, record):
    reply = ask("GET", f"{A}/{record['kind']}/{record['id']}/history", None, who)
    say(reply.status == 200, f"history: {reply}")
    for one in handles(reply.json):
        say(house.sees(login, house.records[one["id"]]), f"its history tells the title of what is hidden: {one}")


def listed(ask, house, login, who, kind):
    for space in ("real", "drill"):
        reply = ask("GET", f"{A}/{kind}?limit=500&space={space}", None, who)
        say(reply.status == 200, f"{reply}")
        found = {row["id"] for row in reply.json["rows"]}
        expected = {i for i, r in house.records.items() if r["kind"] == kind and r["space"] == space and house.sees(login, r)}
        say(found == expected, f"{space}: shows {sorted(found - expected)} besides, and not {sorted(expected - found)}")


def called(ask, house, login, who, kind, turn):
    """By its title one finds what one sees, whatever else is called the same; what is hidden is not there by title either."""
    alike = collections.defaultdict(list)
    for record in house.records.values():
        title = record["fields"].get(kind.title)
        if record["kind"] == kind.name and isinstance(title, str) and "/" not in title:  # an address takes no encoded slash
            alike[title].append(record)
    for title in sorted(alike)[turn % max(1, len(alike)):][:1]:
        seen = {r["id"] for r in alike[title] if house.sees(login, r)}
        reply = ask("GET", f"{A}/{kind.name}/{quoted(title)}", None, who)
        say(reply.status == (200 if seen else 404), f"'{title}': {reply}")
        say(not seen or reply.json["id"] in seen, f"'{title}' is {reply}, not one of {sorted(seen)}")


# ---- doing -----------------------------------------------------------------------------------------------


def is_denial(answer):
    return any("none of your roles may" in m["en"] or "made by the system" in m["en"]
               for r in answer.get("refusals", []) for m in r["missing"])


def offered(house, login, record, said):
    """The moves that a record offers, and which of them are this person's."""
    told = {one["move"]: one for one in said["moves"]}
    kind = house.kind(record)
    expected = {name for name, move in kind.moves.items() if move.branches and house.starts(record, move)}
    say(set(told) == expected, f"offers {sorted(set(told) ^ expected)}, or does not")
    for name, one in told.items():
        answer = house.answer(login, record, name)
        say(is_denial(one) == (answer == DENIED), f"{name} is {answer}: {one.get('refusals')}")
        say(not one["may"] or answer == PART, f"{name} may be made, but is {answer}")
        say(answer != SEALED or house.sealed(record) in [r["code"] for r in one["refusals"]], f"{name}: {one.get('refusals')}")


def tried(ask, house, login, who, record, name):
    """One move, with nothing typed: it is refused for the reason that comes first."""
    move, answer = house.kind(record).moves[name], house.answer(login, record, name)
    if answer == PART and (not move.asks or move.checked):
        return  # it might be carried out, and this record be in another state
    reply = ask("POST", f"{A}/{record['kind']}/{record['id']}/{name}", {}, who)
    say(reply.status == 403, f"{name} is {answer}: {reply}")
    say(is_denial(reply.json) == (answer == DENIED), f"{name} is {answer}: {reply}")
    if answer == SEALED:
        say(house.sealed(record) in reply.codes, f"{name} on what is sealed: {reply}")
    if answer == ELSEWHERE:
        say("by now" in reply.body.decode(), f"{name} from another state: {reply}")


def one_record(ask, house, login, who, record, turn):
    if not house.sees(login, record):
        return hidden(ask, house, who, record, turn)
    offered(house, login, record, shown(ask, house, login, who, record))
    if turn % 2:
        past(ask, house, login, who, record)
    # What is refused to all alike, or said above already, is tried by some of them: in the end everything by somebody.
    here, elsewhere = [], []
    for name in house.kind(record).moves:
        (here if house.answer(login, record, name) in (PART, DENIED) else elsewhere).append(name)
    for name in here[turn % 2::2] + elsewhere[turn % 8::8][:2]:
        tried(ask, house, login, who, record, name)


def keeps(house, login, kind):
    """Registers name a case also for those of the whole house who keep them: a post, a reservation."""
    return kind.about in REGISTERS and kind.create.roles & {r for r in house.people[login].roles if house.pack.scope[r] == "all"}


def named(ask, house, login, who, kind, turn):
    """Whoever names, in a new record, one that is hidden from them is told in the same words that there is none."""
    for name, field in kind.fields.items():
        if field["type"] != "ref" or field.get("engine") or keeps(house, login, kind):
            continue
        unseen = [r for r in house.records.values() if r["kind"] == field["of"] and not house.sees(login, r)]
        for record in unseen[turn % len(unseen):][:1] if unseen else ():
            replies = [ask("POST", f"{A}/{kind.name}", {"input": {name: ref}}, who) for ref in (record["id"], ABSENT)]
            say(same_but(*replies, record["id"]), f"{name}: {what(record)}\n  {replies[0]}\n  {replies[1]}")


# ---- all -------------------------------------------------------------------------------------------------


def versions(w, chosen):
    return {what(r): w.show(f"#{r['id']}")["version"] for r in chosen}


def nothing_changed(w, chosen, before):
    after = versions(w, chosen)
    say(after == before, f"{[k for k in before if before[k] != after[k]]}")


def main():
    results = Results("states")
    if not usable():
        print("left out: the clock is put in front of the C library, where the sanitizer wants to be")
        print("1 passed, 0 failed")
        return
    with RealWorld() as w:
        Plan(w)
        walked(w, results)
        house = House(Rights(PACK), everything(w), people(w))
        w.web.sessions.clear()
        who = {login: w.web.who(login) for login in ASKERS}
        chosen = telling(house)
        before = versions(w, chosen)
        ask = w.web.raw
        for n, login in enumerate(ASKERS):
            for m, record in enumerate(chosen):
                results.case(f"{login}: {what(record)}", one_record, ask, house, login, who[login], record, n + m)
            for m, (name, kind) in enumerate(house.pack.kinds.items()):
                results.case(f"{login}: list of {name}", listed, ask, house, login, who[login], name)
                results.case(f"{login}: {name} by title", called, ask, house, login, who[login], kind, n + m)
                if kind.create:
                    results.case(f"{login}: names in {name} what is hidden", named, ask, house, login, who[login], kind, n + m)
        results.case("nothing changed", nothing_changed, w, chosen, before)
    results.end()


if __name__ == "__main__":
    main()
