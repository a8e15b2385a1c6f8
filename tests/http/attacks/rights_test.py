#!/usr/bin/env python3
"""Having more than one's rights. Attacks 17-25, 32."""
import importlib.util
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from attack import *  # noqa: E402,F403
from attack import A, UNITS, WORDS, Unexpected, account, ask, expect, full_house, house, person, quoted, same, signed_in, true  # noqa: E402,E501

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))


def secrets_of(h, unit):
    """What stands in no answer to another unit: its words, and the numbers of its records."""
    numbers = [r[unit].get("number") for r in h.records.values()]
    return [WORDS[unit], *[n for n in numbers if n]]


def silent(h, reply, what, unit="tax", but=()):
    text = reply.body.decode("utf-8", "replace")
    for secret in secrets_of(h, unit):
        if secret in text and secret not in but:
            raise Unexpected(f"{what} tells '{secret}': {text[:600]}")


def highest(h):
    """The newest row id there is."""
    return max(r.id for of in h.records.values() for r in of.values())


# ---- 17, 18: other people's records by their ids ------------------------------------------------------


def a17_all_row_ids_one_after_the_other():
    """A unit operator walks through every id under every kind: nothing of another unit comes out."""
    with full_house() as h:
        kinds = [k["name"] for k in h.d.catalogue()["kinds"]]
        who = h.web.who("uop_edu")
        seen = 0
        for id_ in range(1, highest(h) + 5):
            kind = h.d.ask(op="show", ref=f"#{id_}").get("kind", "incident")
            for rest in ("", "/history", "/file/blob"):
                reply = h.web.raw("GET", f"{A}/{kind}/{id_}{rest}", None, who)
                expect(reply, {200, 404} | ({403} if rest == "/file/blob" else set()), f"{kind}/{id_}{rest}")
                silent(h, reply, f"{kind}/{id_}{rest}")
                seen += reply.status == 200
        true(seen > 100, f"only {seen} answers")
        for kind in kinds:
            for query in ("", "?order=updated", "?order=changed", "?order=number", "?space=drill", "?limit=1"):
                reply = h.web.raw("GET", f"{A}/{kind}{query}", None, who)
                expect(reply, 200, kind)
                silent(h, reply, f"list of {kind}{query}")


def a17_moves_on_another_unit_s_records():
    with full_house() as h:
        who = h.web.who("uop_edu")
        before = {name: h.d.show(of["tax"])["version"] for name, of in h.records.items()}
        for kind in h.d.catalogue()["kinds"]:
            for of in h.records.values():
                for move in kind["moves"]:
                    reply = h.web.raw("POST", f"{A}/{kind['name']}/{of['tax'].id}/{move['name']}", {}, who)
                    expect(reply, {403, 404, 422} if move["form"] == "create" else 404, f"{kind['name']}.{move['name']}")
                    silent(h, reply, f"{kind['name']}.{move['name']}")
        same({name: h.d.show(of["tax"])["version"] for name, of in h.records.items()}, before, "versions")


def a18_another_s_record_named_in_an_input():
    """By number, id or title, in every kind that can name a case: as if it were not there, in the same words."""
    with full_house() as h:
        who, case = h.web.who("uop_edu"), h.records["incident"]["tax"]
        names = [(case["number"], "INC-2026-9999"), (f"#{case.id}", "#999999"), (case.id, 999999),
                 (f"案件{WORDS['tax']}", "案件没有")]
        tried = 0
        for kind in h.d.catalogue()["kinds"]:
            for field in kind["fields"]:
                if field["type"] != "ref" or field["of"] != "incident" or field["engine"]:
                    continue
                for hidden, absent in names:
                    answers = []
                    for name in (hidden, absent):
                        reply = h.web.raw("POST", f"{A}/{kind['name']}", {"input": {field["name"]: name}}, who)
                        expect(reply, {403, 422}, f"{kind['name']}.{field['name']}")
                        said = str(name) if isinstance(name, str) else f"#{name}"
                        answers.append(reply.body.replace(said.encode(), b"NAME"))
                    same(answers[0], answers[1], f"{kind['name']}.{field['name']} = {hidden}")
                    tried += 1
        true(tried >= 40, f"only {tried} tried")


def a18_a_request_for_support_on_another_unit_s_case():
    """What one makes oneself must not be a window into the case that it names."""
    with full_house() as h:
        for case in (h.case["tax"], h.records["verified"]["tax"]["number"]):
            reply = h.web.post(f"{A}/support_request", {"input": {"incident": case, "requester": h.d.unit["edu"]}}, login="uop_edu")
            expect(reply, 422, "support request")
            silent(h, reply, "support request", but=(case,))


def a18_a_proposal_of_another_s_case_is_not_there():
    with full_house() as h:
        d = h.d
        d.done("dut01", "incident", "score", h.case["tax"], scores=[3, 3, 2, 1, 2, 2])
        pending = d.proposed("dut01", "incident", "dismiss", h.case["tax"], reason=f"误报{WORDS['tax']}").pending["proposal"]
        for login in ("uop_edu", "cl02", "sca01", "nopost01"):
            hidden = h.web.delete(f"{A}/proposals/{pending}", login=login)
            absent = h.web.delete(f"{A}/proposals/{pending + 500}", login=login)
            expect(hidden, 404, login)
            same(hidden.body.replace(str(pending).encode(), b"ID"), absent.body.replace(str(pending + 500).encode(), b"ID"), login)
        expect(h.web.delete(f"{A}/proposals/{pending}", login="dut02"), 403, "a colleague")
        same(len(d.show(h.case["tax"])["proposals"]), 1, "proposals")
        for junk in ("0", "-1", "1e9", f"{pending}x", "99999999999999999999", f" {pending}".replace(" ", "%20")):
            expect(h.web.delete(f"{A}/proposals/{junk}", login="dut01"), 404, junk)


def a18_a_file_is_that_of_the_record_in_the_address():
    with full_house() as h:
        own, other = h.records["evidence"]["edu"], h.records["evidence"]["tax"]
        who = h.web.who("uop_edu")
        expect(h.web.raw("GET", f"{A}/evidence/{own.id}/file/blob", None, who), 403, "one's own: the record, not its contents")
        size = h.d.status()["record"]["entries"]
        expect(h.web.raw("GET", f"{A}/evidence/{own.id}/file/blob", None, h.web.who("dir01")), 200, "the director")
        true(h.d.status()["record"]["entries"] == size + 1, "that it was opened stands in the record")
        for path in (f"evidence/{other.id}/file/blob", f"incident/{other.id}/file/blob", f"evidence/{own.id}/file/{h.file['tax']}",
                     f"evidence/{own.id}/file/incident", f"evidence/{own.id}/file/label_text", f"evidence/{own.id}/file/by.create"):
            silent(h, expect(h.web.raw("GET", f"{A}/{path}", None, who), 404, path), path)


def a18_a_digest_that_one_has_heard_of_opens_no_file():
    """Who knows the digest of another's evidence, and names it in a record of one's own, must not get the file."""
    with full_house() as h:
        reply = h.web.post(f"{A}/report", {"input": {"unit": h.d.unit["edu"], "aware_at": "2026-03-02T07:00:00Z",
                                                     "attachment": h.file["tax"]}}, login="uop_edu")
        if reply.status == 201:
            reply = h.web.get(f"{A}/report/{reply.json['id']}/file/attachment", login="uop_edu")
        expect(reply, {403, 404, 422}, "another's file")
        silent(h, reply, "another's file")


# ---- 19: fields that are not the asker's to set -----------------------------------------------------------


def a19_members_that_are_not_the_asker_s():
    with full_house() as h:
        d, good = h.d, {"title": "x", "reporter": "y", "aware_at": "2026-03-02T07:00:00Z", "what": "z", "unit": h.d.unit["edu"]}
        who = h.web.who("dut01")
        tops = {"id": 1, "number": "INC-2026-0001", "states": {"handling": "closed"}, "version": 9, "act": 1, "kind": "note",
                "as": "lg01", "at": "2020-01-01T00:00:00Z", "op": "stop", "ref": "#1", "key": "k", "seen": 1, "person": 1,
                "session": "session:1", "created_at": "2020-01-01T00:00:00Z", "__proto__": {"x": 1}, "constructor": {}}
        for name, value in tops.items():
            reply = h.web.raw("POST", f"{A}/incident", {"input": good, name: value}, who)
            expect(reply, 422, f"top level {name}")
        inner = {**tops, "level": 5, "owner": d.unit["tax"], "space": "drill", "intake": d.who["lg01"], "confirmed_level": 5,
                 "provisional_level": 5, "by.create": 1, "by.handling": 1, "document_no": "1", "activation_proposer": 1,
                 "ask_special": False, "receipt_no": "1", "author": 1}
        for name, value in inner.items():
            reply = h.web.raw("POST", f"{A}/incident", {"input": {**good, name: value}}, who)
            expect(reply, 403 if name == "created_at" else 422, f"input {name}")  # who backdates is refused with N28
            reply = h.web.raw("POST", f"{A}/incident/{h.case['edu']}/record_facts", {"input": {name: value}}, who)
            expect(reply, {422, 403}, f"record_facts {name}")
        # Every field that the engine writes, of every kind, by whoever may do most.
        for kind in d.catalogue()["kinds"]:
            for field in kind["fields"]:
                if not field["engine"]:
                    continue
                for login in ("dir01", "lg01", "sca01"):
                    reply = h.web.raw("POST", f"{A}/{kind['name']}", {"input": {field["name"]: "x"}}, h.web.who(login))
                    expect(reply, {403, 422}, f"{kind['name']}.{field['name']}")
                    true(reply.status != 403 or "made by" in str(reply.json) or "not made by hand" in str(reply.json)
                         or "none of your roles" in str(reply.json), f"{kind['name']}.{field['name']}: {reply}")


def a19_what_is_made_is_the_unit_s_own():
    """A unit operator makes reports for its unit, not for another one."""
    with full_house() as h:
        for unit, status in (("tax", 403), ("edu", 201)):
            reply = h.web.post(f"{A}/report", {"input": {"unit": h.d.unit[unit], "aware_at": "2026-03-02T07:00:00Z"}}, login="uop_edu")
            expect(reply, status, unit)


# ---- 20: collections ---------------------------------------------------------------------------------------


def a20_collections_of_people_hold_no_secrets():
    with house() as d:
        account(d, "rsp01")
        who = signed_in(d.web, "rsp01")
        secret = expect(ask(d.web, "POST", f"{A}/session/totp", {}, who), 200).json["secret"]
        token = expect(ask(d.web, "POST", f"{A}/tokens", {"name": "t", "scopes": ["act"], "expires_at": "2026-04-01T00:00:00Z"},
                           who), 201).json["token"]
        bad = ["argon2", secret, token, token.split("_")[2], who["X-Fengsui-Token"], who["Cookie"].split("=")[1], "digest", "hash",
               "recovery_codes", "otpauth"]
        paths = [(f"{A}/accounts", "sca01"), (f"{A}/accounts/rsp01", "sca01"), (f"{A}/accounts/rsp01", "aud01"),
                 (f"{A}/tokens", "sca01"), (f"{A}/break-glass", "aud01"), (f"{A}/person", "rsp02"),
                 (f"{A}/person/{d.who['rsp01'][1:]}", "rsp02"), (f"{A}/person/{d.who['rsp01'][1:]}/history", "aud01"),
                 (f"{A}/sessions", "rsp02"), (f"{A}/session", "rsp02")]
        for path, login in paths:
            text = expect(d.web.get(path, login=login), 200, path).body.decode()
            for word in bad:
                true(word not in text, f"{path} tells '{word}'")
        for path in (f"{A}/tokens", f"{A}/sessions"):
            text = ask(d.web, "GET", path, None, who).body.decode()
            for word in bad[:6]:
                true(word not in text, f"{path} of one's own tells '{word}'")
        rows = d.web.get(f"{A}/accounts", login="sca01").json["rows"]
        allowed = {"person", "login", "name", "roles", "state", "password", "factor", "failures", "made_at", "signed_in_at",
                   "password_at", "invited_until"}
        true(rows and all(set(row) <= allowed for row in rows), f"{rows}")
        true(all(isinstance(row["password"], bool) for row in rows), "the password itself")


# ---- 21: what lists tell by the way --------------------------------------------------------------------------


def a21_a_list_tells_nothing_of_what_it_leaves_out():
    """Whether it goes on must not depend on hidden records: else every word of them could be guessed."""
    with full_house() as h:
        for login, other in (("uop_edu", "tax"), ("uop_tax", "edu")):
            own = "tax" if other == "edu" else "edu"
            for kind in ("incident", "evidence", "note", "report", "affected_system"):
                for order in ("newest", "updated", "number", "changed"):
                    for limit in (1, 2, 500):
                        answers = []
                        for word in (WORDS[other], "没有的词"):
                            where = quoted(f"{WORDS[own]} OR {word}")
                            reply = h.web.get(f"{A}/{kind}?where={where}&limit={limit}&order={order}", login=login)
                            silent(h, expect(reply, 200, kind), kind, other)
                            answers.append((reply.body, reply.headers.get("link", "").replace(where, "WHERE")))
                        same(answers[0], answers[1], f"{kind} by {order}, {limit} a page, {login}")


def a21_figures_tell_nothing_of_what_is_hidden():
    """Counts and clocks are those of the records that one sees; a word that stands in others' alone finds as little as any."""
    with full_house() as h:
        for login, other in (("uop_edu", "tax"), ("uop_tax", "edu")):
            hidden = {h.case[other], *(r["id"] for of in h.records.values() for u, r in of.items() if u == other)}
            for space in ("real", "drill"):
                reply = expect(h.web.get(f"{A}/clocks?limit=500&space={space}", login=login), 200)
                silent(h, reply, "clocks", other)
                true(not {r["id"] for r in reply.json["clocks"]} & hidden, f"{login} is told of others' clocks")
            for kind, by in (("incident", "unit"), ("incident", "handling,unit"), ("evidence", "type"), ("note", "incident"),
                             ("report", "unit,life"), ("affected_system", "incident,unit"), ("incident", "title")):
                answers = []
                for word in (WORDS[other], "没有的词"):
                    reply = expect(h.web.get(f"{A}/counts?kind={kind}&by={by}&where={quoted(word)}", login=login), 200)
                    same(reply.json["total"], 0, f"{kind} {word}")
                    answers.append(reply.body)
                same(answers[0], answers[1], f"{kind} by {by} for {login}")
                silent(h, h.web.get(f"{A}/counts?kind={kind}&by={by}", login=login), f"counts of {kind} by {by}", other)


def a21_pages_hold_what_one_may_see_and_end():
    with full_house() as h:
        for login, expected in (("uop_edu", 2), ("uop_tax", 2), ("dir01", 4), ("rsp04", 0)):
            for order in ("newest", "updated", "number", "changed"):
                found, path = [], f"{A}/incident?limit=1&order={order}"
                for _ in range(10):
                    page = expect(h.web.get(path, login=login), 200, path).json
                    found += [row["id"] for row in page["rows"]]
                    if "after" not in page:
                        break
                    path = f"{A}/incident?limit=1&order={order}&after={quoted(page['after'])}"
                same((len(found), len(set(found))), (expected, expected), f"{login} by {order}")


def a21_what_refers_to_a_hidden_record_does_not_name_it():
    """A record that one sees may refer to one that one does not: its number is there, what it is about is not."""
    with full_house() as h:
        d = h.d
        # The same incident a second time: the case of edu says which one of tax came before.
        case = d.done("dut01", "incident", "create", title="再次发生", reporter="联络员", unit=d.unit["edu"], what="x",
                      aware_at="2026-03-02T07:50:00Z", previous=h.case["tax"]).number
        for path in (f"{A}/incident/{case}", f"{A}/incident/{case}/history", f"{A}/incident"):
            silent(h, expect(h.web.get(path, login="uop_edu"), 200, path), path, but=(h.case["tax"],))
        true(WORDS["tax"].encode() in h.web.get(f"{A}/incident/{case}", login="dir01").body, "nor for who may see it")


def a21_status_and_health_tell_nobody_of_others_sources():
    with full_house(rules=os.path.join(ROOT, "rules")) as h:
        h.d.ingest(f"fw-{WORDS['tax']}", ["x"])
        for path, login in ((f"{A}/status", "uop_edu"), (f"{A}/status", "nopost01"), ("/health", None)):
            silent(h, expect(h.web.get(path, login=login), 200, path), path)
        true(WORDS["tax"].encode() in h.web.get(f"{A}/status", login="dir01").body, "nor to who may see alerts")


# ---- 22: what a link or a merge would open --------------------------------------------------------------------


def looked_at(h, login):
    """All that a person sees of cases and what belongs to them: lists, records, histories. By path."""
    found = {}
    for kind in [k["name"] for k in h.d.catalogue()["kinds"] if {"incident", "target_case"} & {f["name"] for f in k["fields"]}]:
        for query in ("", *(f"?where={quoted(word)}" for word in WORDS.values())):
            page = expect(h.web.get(f"{A}/{kind}{query}", login=login), 200, kind)
            found[kind + query] = page
            for row in page.json["rows"]:
                for rest in ("", "/history"):
                    path = f"{kind}/{row['id']}{rest}"
                    found[path] = expect(h.web.get(f"{A}/{path}", login=login), 200, path)
    return found


def merged_house(h):
    """The case of tax, with all that can come along, merged into the one of edu."""
    d, tax = h.d, h.case["tax"]
    h.keep("indicator", "tax", d.done("dut01", "indicator", "create", incident=tax, type="domain", value=f"{WORDS['tax']}.example",
                                      marking="named", expires_at="2026-05-01T00:00:00Z"))
    h.keep("system", "tax", d.done("uop_tax", "affected_system", "create", incident=tax, system=d.system["tax"],
                                   unit=d.unit["tax"], name=f"系统{WORDS['tax']}"))
    h.keep("of_hosp", "tax", d.done("dut01", "affected_system", "create", incident=tax, system=d.system["hosp"],
                                    unit=d.unit["hosp"], name=f"医院{WORDS['tax']}"))
    before = {login: looked_at(h, login) for login in ("uop_edu", "sec_edu", "uop_tax", "uop_hosp")}
    expect(h.web.post(f"{A}/incident/{tax}/merge", {"input": {"target_case": h.case["edu"]}}, login="dut01"), 200, "merge")
    return before


def a22_a_merge_opens_nothing_to_the_other_unit():
    """Two cases are handled as one by who handles them; the units see what they saw before, no more and no less."""
    with full_house() as h:
        before = merged_house(h)
        for login in ("uop_edu", "sec_edu"):
            after = looked_at(h, login)
            same(set(after), set(before[login]), f"{login} sees")
            for path, reply in after.items():
                silent(h, reply, f"{path} for {login}")
        for login in ("uop_tax", "uop_hosp"):
            same(set(before[login]) - set(looked_at(h, login)), set(), f"{login} sees no more")
        # Who handles the case it is now has all that came along.
        for name in ("evidence", "indicator", "system"):
            id_ = h.records[name]["tax"].id
            kind = {"system": "affected_system"}.get(name, name)
            same(h.web.get(f"{A}/{kind}/{id_}", login="dir01").json["fields"]["incident"]["number"], h.case["edu"], name)


def a22_a_second_merge_opens_nothing_either():
    with full_house() as h:
        merged_house(h)
        other = h.records["verified"]["edu"]["number"]
        h.d.done("dut01", "incident", "merge", h.case["edu"], target_case=other)
        for path, reply in looked_at(h, "uop_edu").items():
            silent(h, reply, path)
        true(WORDS["tax"].encode() in h.web.get(f"{A}/evidence", login="uop_tax").body, "nor to tax, whose it is")


def a22_who_may_act_on_what_came_along():
    """A unit seals its own evidence in the case that it is in now, and not that of the other."""
    with full_house() as h:
        merged_house(h)
        own = {"input": {"place": "机房", "capturer": "uop_tax", "custodian": "uop_tax"}}
        path = f"{A}/evidence/{h.records['evidence']['tax'].id}/seal"
        silent(h, expect(h.web.post(path, own, login="uop_edu"), 404, "the other unit"), path)
        expect(h.web.post(path, own, login="uop_tax"), 200, "its own")
        for name in ("evidence", "indicator"):
            reply = h.web.post(f"{A}/{name}", {"input": {"incident": h.case["edu"], "came_from": h.case["edu"]}}, login="uop_edu")
            expect(reply, {403, 422}, f"{name} said to come from elsewhere")


def a22_an_earlier_case_stays_closed_to_who_has_the_later_one():
    with full_house() as h:
        d = h.d
        d.done("dut01", "incident", "create", title="再次发生", reporter="联络员", unit=d.unit["edu"], what="x",
               aware_at="2026-03-02T07:50:00Z", previous=h.case["tax"])
        for path, reply in looked_at(h, "uop_edu").items():
            silent(h, reply, path, but=(h.case["tax"],))


def a22_a_marking_is_not_lowered_behind_the_approval():
    """What was approved for the members is not published for everybody, whichever move says so."""
    with full_house() as h:
        d, web = h.d, h.web
        facts = {"submitter": d.unit["edu"], "title": "预警甲", "hazard": "文件被加密", "level": 3, "measures": "更新补丁",
                 "marking": "members", "category": "malware", "starts_at": "2026-03-02T08:00:00Z", "scope": "政务网用户", "matters": "核查备份"}
        made = expect(web.post(f"{A}/warning", {"input": facts}, login="dut01"), 201, "warning").json
        path, public = f"{A}/warning/{made['id']}", {"input": {"marking": "public"}}
        d.done("dut01", "warning_target", "create", warning=made["number"], unit=d.unit["edu"])
        expect(web.post(f"{path}/review", {}, login="dut01"), 200, "review")

        def refused(move, login, body, status, code=""):
            reply = expect(web.post(f"{path}/{move}", body, login=login), status, f"{move} by {login}")
            true(code in str(reply.json), f"{move}: {reply} is not {code}")
            same(web.get(path, login="dir01").json["fields"]["marking"], "members", f"after {move}: {reply}")

        refused("approve", "dir01", public, 403, "authoris")  # lowered with the approval: nobody above has authorised it
        expect(web.post(f"{path}/approve", {}, login="dir01"), 200, "approved for the members")
        for login in ("dut01", "pio01", "dir02"):
            refused("edit", login, public, 403, "N11")
        refused("edit", "uop_edu", public, 403)
        refused("publish", "dir02", public, 422)
        expect(web.post(f"{path}/publish", {}, login="dir02"), 200, "published for the members")
        # A new edition for everybody is looked at for release, by whoever proposes or confirms it.
        refused("update", "dut01", {"input": {**public["input"], "title": "预警乙"}}, 403, "authoris")
        refused("update", "dir01", public, 403, "authoris")


# ---- 23: at once ------------------------------------------------------------------------------------------------


def a23_a_post_that_ends_ends_at_once():
    with full_house() as h:
        d, path = h.d, f"{A}/incident/{h.case['edu']}"
        new = d.done("sca01", "person", "create", name="新人", login="new01", unit="市信息产业局")
        expect(h.web.get(path, login="new01"), 404, "without a post")
        post = d.done("sca01", "post", "create", person=new, role="DUT")
        expect(h.web.get(path, login="new01"), 200, "with it")
        d.done("sca01", "post", "end", post, valid_to=d.now, reason="调离")
        expect(h.web.get(path, login="new01"), 404, "after its end")
        same(h.web.get(f"{A}/incident", login="new01").json["rows"], [], "list")
        same(h.web.get(f"{A}/session", login="new01").json["roles"], [], "roles")


def a23_who_gives_roles_gives_none_to_himself():
    with full_house() as h:
        for role in ("LG", "DIR", "DUT"):
            expect(h.web.post(f"{A}/post", {"input": {"person": "sca01", "role": role}}, login="sca01"), 403, role)
        seat = {"person": "dir01", "organ": "应急领导小组", "position": "deputy", "order_no": "1"}
        expect(h.web.post(f"{A}/organ_member", {"input": seat}, login="dir01"), 403, "a seat")
        given = h.d.do("sca02", "post", "create", person=h.d.who["sca01"], role="PED", valid_to="2026-03-02T09:00:00Z")
        late = {"valid_to": "2027-01-01T00:00:00Z", "reason": "x"}
        expect(h.web.post(f"{A}/post/{given.id}/end", {"input": late}, login="sca01"), 403, "prolonged")
        same(h.web.get(f"{A}/session", login="sca01").json["roles"], ["SCA", "PED"], "roles")
        expect(h.web.post(f"{A}/post/{given.id}/end", {"input": {"valid_to": h.d.now, "reason": "x"}}, login="sca01"), 200, "ended")


# ---- 24: drill and real --------------------------------------------------------------------------------------------


def drill_of():
    """How a drill is brought to run, from the scenario about it."""
    path = os.path.join(ROOT, "tests", "scenario", "D01-drill-namespace", "drill_namespace_test.py")
    spec = importlib.util.spec_from_file_location("drill_namespace", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def a24_nothing_of_a_drill_becomes_real_and_nothing_real_a_drill():
    drill = drill_of()
    with full_house() as h:
        d, web = h.d, h.web
        facts = {"title": "演练甲", "reporter": "导调", "unit": d.unit["edu"], "aware_at": "2026-03-02T07:50:00Z", "what": "注入"}
        expect(web.post(f"{A}/incident", {"input": facts, "space": "drill"}, login="dut01"), 403, "before any drill runs")
        drill.running(d)
        made = expect(web.post(f"{A}/incident", {"input": facts, "space": "drill"}, login="dut01"), 201, "in the drill").json
        true(made["number"].startswith("EX-"), made["number"])
        for query in ("", "?space=real"):
            ids = {row["id"] for row in web.get(f"{A}/incident{query}", login="dir01").json["rows"]}
            true(made["id"] not in ids and len(ids) == 4, f"the real list: {ids}")
        same([r["id"] for r in web.get(f"{A}/incident?space=drill", login="dir01").json["rows"]], [made["id"]], "the drill's list")
        # What is said about the space of a record that is there does not move it.
        reply = web.post(f"{A}/incident/{made['id']}/acknowledge", {"space": "real"}, login="dut01")
        same(web.get(f"{A}/incident/{made['id']}", login="dir01").json["space"], "drill", f"space after {reply}")
        web.post(f"{A}/incident/{h.case['edu']}/score", {"input": {"scores": [1, 1, 1, 1, 1, 1]}, "space": "drill"}, login="dut01")
        same(web.get(f"{A}/incident/{h.case['edu']}", login="dir01").json["space"], "real")
        # What belongs to a case stands where the case stands, whatever is said.
        note = {"incident": made["number"], "type": "analysis", "text": "x"}
        for space in ("real", "drill"):
            reply = web.post(f"{A}/note", {"input": note, "space": space}, login="dut01")
            if reply.status == 201:
                same(web.get(f"{A}/note/{reply.json['id']}", login="dir01").json["space"], "drill", space)
        note["incident"] = h.case["edu"]
        reply = web.post(f"{A}/note", {"input": note, "space": "drill"}, login="dut01")
        if reply.status == 201:
            same(web.get(f"{A}/note/{reply.json['id']}", login="dir01").json["space"], "real", "a note of a real case")
        # One refers to the other nowhere.
        mixed = {**facts, "title": "混", "previous": made["number"]}
        reply = web.post(f"{A}/incident", {"input": mixed, "space": "real"}, login="dut01")
        true(reply.status != 201 or web.get(f"{A}/incident/{reply.json['id']}", login="dir01").json["space"] == "drill",
             f"a real case after one of the drill: {reply}")
        expect(web.post(f"{A}/incident/{h.case['edu']}/merge", {"input": {"target_case": made["number"]}}, login="dut01"), {403, 422})
        for space in ("both", "1", "", "REAL"):
            expect(web.get(f"{A}/incident?space={space}", login="dir01"), {422, 200} if not space else 422, space)
        # The same key in the other space is another request.
        key = {"Idempotency-Key": "k1"}
        first = web.post(f"{A}/incident", {"input": facts, "space": "drill"}, login="dut01", headers=key)
        expect(first, 201)
        other = web.post(f"{A}/incident", {"input": facts, "space": "real"}, login="dut01", headers=key)
        true("N31" in str(other.json), f"the answer of the drill was given for what is real: {other}")


# ---- 25: two persons ------------------------------------------------------------------------------------------------


FACTS = {"class": "net_attack", "consequence": ["data_damage"], "source": "外网", "scope": "业务系统", "impact": "中断"}


def a25_one_person_twice_is_no_second_person():
    with full_house() as h:
        d, web, case = h.d, h.web, h.case["edu"]
        d.do(None, "post", "create", person=d.who["dut01"], role="DIR")  # who may do both is still one
        d.done("dut01", "incident", "score", case, scores=[3, 3, 2, 1, 2, 2])
        path, body = f"{A}/incident/{case}/dismiss", {"input": {"reason": "误报"}}
        token = expect(web.post(f"{A}/tokens", {"name": "t", "scopes": ["act"], "expires_at": "2026-04-01T00:00:00Z"},
                                login="dut01"), 201).json["token"]
        true("pending" in expect(web.post(path, body, login="dut01"), 200).json, "it is proposed")
        second = {k: v for k, v in expect(web.sign_in("dut01"), 201).headers.items() if k == "set-cookie"}
        true(second, "a second session")
        for how in ({"login": "dut01"}, {"token": token}):
            for said in (body, {}):
                reply = expect(web.post(path, said, **how), 403, f"{how}")
                true("N15" in str(reply.json), f"{reply}")
        d.expect_state(case, handling="triage")
        # The second person decides about what was put before the first.
        reply = expect(web.post(path, {"input": {"reason": "误报"}, "space": "drill"}, login="dir01"), {200, 403, 422})
        if reply.status != 200:
            expect(web.post(path, {}, login="dir01"), 200, "confirmed")
        d.expect_state(case, handling="dismissed")


def a25_what_was_looked_at_is_what_is_confirmed():
    """Changed between looking and confirming: who says which version was seen is refused, whoever changed it."""
    with full_house() as h:
        d, web = h.d, h.web
        case = h.records["verified"]["edu"]["number"]
        d.done("rsp01", "evidence", "create", incident=case, type="log", label_text="主机日志")
        d.both("rsp01", "dir01", "incident", "fix", case, scores=[3, 3, 2, 1, 2, 2])
        path = f"{A}/incident/{case}/confirm"
        true("pending" in expect(web.post(path, {"input": FACTS}, login="cl01"), 200).json, "it is proposed")
        looked = web.get(f"{A}/incident/{case}", login="dir01")
        expect(web.post(f"{A}/incident/{case}/record_facts", {"input": {"impact": "全部业务中断"}}, login="cl01"), 200, "edited")
        stale = web.post(path, {}, login="dir01", headers={"If-Match": looked.headers["etag"]})
        expect(stale, 412, "confirmed unseen")
        other = web.post(path, {"input": {"impact": "无"}}, login="dir01")
        true(other.status == 403 and "N15" in str(other.json), f"the second person changed what was proposed: {other}")
        d.expect_state(case, handling="verify")


# ---- 32: the language of the store -----------------------------------------------------------------------------------


SQL = ["' OR '1'='1", "x'; DROP TABLE objects; --", "1) UNION SELECT 1,2,3 --", "\" OR 1=1 --", "title:\"' OR 1=1 --\"", "%' OR '%'='",
       "a\\", "incident.title", "id", "rowid:1", "level:>=1 --", "NEAR(a b)", "title:*'", "{title}:x", "^x", "x*", "\"unended",
       "(((((", "NOT", "AND AND", "title:", ":x", "case when 1=1 then 1 end", "json_extract(body,'$.x'):1", "*" * 300, "a" * 3000,
       "_", "%", "[a-z]", "unit:\"unit:7\" UNION SELECT", "\u0000".replace("\u0000", "%"), "搜索'; --", "title:>=' OR ''='"]


def a32_sql_in_where_order_and_after():
    """Refused, or taken as words: never an error of the store, never more than one may see."""
    with full_house() as h:
        for text in SQL:
            for name in ("where", "order", "after", "limit", "updated_since", "space"):
                reply = h.web.get(f"{A}/incident?{name}={quoted(text)}", login="uop_edu")
                expect(reply, {200, 422, 400}, f"{name}={text}")
                silent(h, reply, f"{name}={text}")
                true("SQL" not in reply.body.decode() and "syntax" not in reply.body.decode(), f"{reply}")
        for mark in ("i:0", "i:-1", "i:9999999999999999999", "u1:1", "n' OR 1=1:1", "c:1", "i:1 OR 1", "nINC%:0", ":", "i", "x:1"):
            for order in ("newest", "updated", "number", "changed"):
                reply = h.web.get(f"{A}/incident?after={quoted(mark)}&order={order}", login="uop_edu")
                expect(reply, {200, 422}, f"after={mark}")
                silent(h, reply, f"after={mark}")
        for ref in ("'", "1;DROP", "1 OR 1=1", "-1", "0", "00", "9" * 30, "1e3", "#", "##1", "%23", "..%2f", "INC-2026-0003'--", "*"):
            for rest in ("", "/history", "/file/blob"):
                reply = h.web.get(f"{A}/incident/{quoted(ref)}{rest}", login="uop_edu")
                expect(reply, {404, 400}, ref)
                silent(h, reply, ref, but=("INC-2026-0003",))


def main():
    results = Results("rights")  # noqa: F405
    for name, case in sorted(globals().items()):
        if name[0] == "a" and name[1:3].isdigit():
            results.case(name, case)
    results.end()


main()
