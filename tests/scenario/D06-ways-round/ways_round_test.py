#!/usr/bin/env python3
"""D06 Ways round: what is refused at the front is refused at the side."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from scene import (last, LEVEL1, LEVEL3, OFFICE, Scene, add_system, archived, confirm_case, containing, evidence,  # noqa: E402
                   main, open_case, person, to_followup, verify_case)


class WaysRound(Scene):
    def test_a_unit_does_not_add_itself_to_the_case_of_another(self):
        with self.city() as d:
            case = open_case(d, "edu")
            for ref in (case, d.show(case).ref):
                d.fault("invalid", "uop_tax", "affected_system", "create", incident=ref, system=d.system["tax"],
                        unit=d.unit["tax"])
            self.assertEqual(d.ask(op="show", ref=case, **{"as": "uop_tax"}).get("fault"), "absent")
            self.assertEqual(d.linked(case, "affected_system"), [])

    def test_a_case_that_is_not_seen_is_not_named(self):
        with self.city() as d:
            case = open_case(d, "edu")
            d.fault("invalid", "cl02", "incident", "create", title="x", reporter="y", unit=d.unit["tax"], what="z",
                    aware_at="2026-03-02T07:50:00Z", previous=case)

    def test_what_is_confirmed_is_what_was_proposed(self):
        with self.city() as d:
            case = verify_case(d, LEVEL3)
            add_system(d, case)
            evidence(d, case)
            d.proposed("rsp01", "incident", "fix", case, scores=LEVEL3)
            d.refused("N15", "dir01", "incident", "fix", case, scores=LEVEL1)
            d.refused("N15", "dir01", "incident", "fix", case, urgency=1, urgency_reason="x")
            d.expect_state(case, grade="provisional")
            d.done("dir01", "incident", "fix", case, scores=LEVEL3)
            d.expect_field(case, confirmed_level=3)

    def test_evidence_goes_to_whom_the_first_signed(self):
        with self.city() as d:
            case, _ = confirm_case(d, LEVEL3)
            item = evidence(d, case, place="柜", capturer=d.who["rsp01"], custodian=d.who["cl01"])
            d.done("rsp01", "evidence", "seal", item)
            d.proposed("cl01", "evidence", "transfer", item, receiver=d.who["sup01"])
            d.refused("N15", "rsp02", "evidence", "transfer", item, receiver=d.who["rsp02"])
            d.done("sup01", "evidence", "transfer", item)
            d.expect_field(item, custodian=int(d.who["sup01"][1:]))

    def test_a_reason_is_no_end(self):
        with self.city() as d:
            for value in ({"unknown": "x"}, {"none": "x"}):
                answer = d.ask(op="do", kind="setting", move="create", **{"as": "lg01"},
                               input={"name": "threshold", "value": "2", "reason": "r", "valid_to": value,
                                      "valid_from": "2026-03-02T00:00:00Z"})
                self.assertEqual(answer.get("fault"), "invalid", answer.brief())
            self.assertEqual(d.list("setting"), [])

    def test_nobody_was_aware_in_the_future(self):
        with self.city() as d:
            d.refused("N28", "uop_edu", "report", "create", unit=d.unit["edu"], aware_at="2036-03-02T08:00:00Z")
            report = d.done("uop_edu", "report", "create", unit=d.unit["edu"], aware_at=d.now)
            d.expect_clock(report, "CK03", "running")

    def test_a_case_is_not_merged_into_itself(self):
        with self.city() as d:
            case = open_case(d)
            d.refused("N04", "dut01", "incident", "merge", case, target_case=case, says="cannot be the record itself")
            d.expect_state(case, handling="triage")

    def delegate(self, d, by, to):
        return d.try_(by, "delegation", "create", grantee=d.who[to], power="leading_group", min_level=3, document_no="济信1号",
                      valid_from="2026-03-02T00:00:00Z", valid_to="2026-04-01T00:00:00Z")

    def test_nobody_delegates_to_himself_or_on(self):
        with self.city() as d:
            for by, to in (("dir01", "dir01"), ("uop_edu", "uop_edu"), ("rsp01", "rsp02")):
                self.assertIn("N01", self.delegate(d, by, to).codes)
            self.assertIn("N35", self.delegate(d, "lg01", "aud01").codes)
            self.assertEqual(d.list("delegation"), [])
            self.assertTrue(self.delegate(d, "lg01", "rsp01").ok)
            self.assertIn("N01", self.delegate(d, "rsp01", "rsp02").codes)

    def test_a_system_of_another_case_is_not_handled_in_this(self):
        with self.city() as d:
            case, other = verify_case(d, LEVEL3), verify_case(d, LEVEL3, unit="tax")
            system = add_system(d, other, "tax")
            d.refused("N18", "rsp01", "evidence", "create", incident=case, affected_system=system, type="log",
                      label_text="日志", says="another case")
            d.done("rsp01", "evidence", "create", incident=other, affected_system=system, type="log", label_text="日志")

    def test_who_has_left_acts_no_more(self):
        with self.city() as d:
            case = open_case(d)
            person(d, "sca01", "安全管理员", OFFICE, "SCA")
            d.done("sca01", "person", "edit", d.who["dir02"], active=False)
            d.fault("absent", "dir02", "incident", "score", case, scores=LEVEL1)
            self.assertEqual(d.list("incident", as_="dir02"), [])
            d.done("sca01", "person", "edit", d.who["dir02"], active=True)
            d.done("dir02", "incident", "score", case, scores=LEVEL1)

    def test_a_login_is_one_persons(self):
        with self.city() as d:
            person(d, "sca01", "安全管理员", OFFICE, "SCA")
            second = d.ask(op="do", kind="person", move="create", **{"as": "sca01"},
                           input={"name": "乙", "unit": d.unit["edu"], "login": "lg01"})
            self.assertEqual(second.get("fault"), "invalid", second.brief())
            d.fault("invalid", "sca01", "person", "edit", d.who["lg01"], login="sca01")
            d.done("sca01", "person", "edit", d.who["lg01"], login="lg01", duties="组长")

    def test_roles_that_exclude_each_other(self):
        with self.city() as d:
            sca = person(d, "sca01", "安全管理员", OFFICE, "SCA")
            for who, role in ((sca, "AUD"), (sca, "SYS"), (d.who["aud01"], "DIR"), (d.who["dir01"], "AUD")):
                d.refused("N35", "sca01", "post", "create", person=who, role=role)
            old = d.done("sca01", "post", "create", person=d.who["rsp04"], role="SYS")
            d.done("sca01", "post", "end", old, valid_to=d.now, reason="调岗")
            d.done("sca01", "post", "create", person=d.who["rsp04"], role="AUD")

    def test_nobody_alone_makes_a_decider(self):
        """A guarded role counts from when another than who gave it has vouched."""
        with self.city() as d:
            person(d, "sca01", "安全管理员", OFFICE, "SCA")
            person(d, "new01", "新人", OFFICE)
            given = d.done("sca01", "post", "create", person=d.who["new01"], role="LG")
            self.assertEqual(d.ask(op="whoami", **{"as": "new01"})["roles"], [])
            d.refused("N01", "sca01", "post", "vouch", given)
            d.fault("absent", "new01", "post", "vouch", given)  # who holds nothing yet does not even see it
            d.done("dir01", "post", "vouch", given)
            self.assertEqual(d.ask(op="whoami", **{"as": "new01"})["roles"], ["LG"])
            d.refused("N35", "dir02", "post", "vouch", given)
            plain = d.done("sca01", "post", "create", person=d.who["new01"], role="RSP")
            self.assertIsNone(d.show(plain)["fields"].get("waits"))

    def test_a_director_alone_seats_nobody_in_the_leading_group(self):
        with self.city() as d:
            person(d, "sca01", "安全管理员", OFFICE, "SCA")
            person(d, "new01", "新人", OFFICE)
            organ = d.list("organ", where="organ_type:leading_group")[0].ref
            seat = d.done("dir01", "organ_member", "create", organ=organ, person=d.who["new01"], position="head", order_no=9)
            self.assertEqual(d.ask(op="whoami", **{"as": "new01"})["roles"], [])
            d.refused("N15", "dir01", "organ_member", "vouch", seat)
            d.done("sca01", "organ_member", "vouch", seat)
            self.assertEqual(d.ask(op="whoami", **{"as": "new01"})["roles"], ["LG"])

    def test_a_post_for_a_territory_reaches_no_further(self):
        """The district's duty officer sees and does what lies in the district, or in a part of it."""
        with self.city() as d:
            city_ = d.done("dir01", "territory", "create", code="370100", name="全市").ref
            district = d.done("dir01", "territory", "create", code="370102", name="历下区", parent=city_).ref
            other = d.done("dir01", "territory", "create", code="370103", name="市中区", parent=city_).ref
            for key, place in (("edu", district), ("tax", other)):
                d.done("dir01", "unit", "edit", d.unit[key], territory=place)
            cases = {key: open_case(d, key) for key in ("edu", "tax", "hosp")}
            for login, place, seen in (("district", district, {"edu"}), ("all", city_, {"edu", "tax"})):
                person(d, login, login, OFFICE, "DUT", territory=place)
                rows = {row.number for row in d.list("incident", as_=login)}
                self.assertEqual(rows, {cases[key] for key in seen}, login)
            d.do("district", "incident", "record_facts", cases["edu"], impact="网站不可用")
            d.fault("absent", "district", "incident", "record_facts", cases["tax"], impact="网站不可用")

    def test_the_last_one_stays(self):
        with self.city() as d:
            sca = person(d, "sca01", "安全管理员", OFFICE, "SCA")
            for who in (sca, d.who["aud01"]):
                post = d.linked(who, "post")[0].ref
                d.refused("N39", "sca01", "post", "end", post, valid_to="2026-04-01T00:00:00Z", reason="调岗")
            d.refused("N39", "sca01", "person", "edit", d.who["aud01"], active=False)
            second = d.done("sca01", "post", "create", person=d.who["rsp04"], role="AUD")
            d.refused("N39", "sca01", "person", "edit", d.who["aud01"], active=False)
            d.done("dir01", "post", "vouch", second)
            d.done("sca01", "person", "edit", d.who["aud01"], active=False)
            d.refused("N39", "sca01", "person", "edit", d.who["rsp04"], active=False)

    def test_an_archived_case_takes_no_new_obligation(self):
        with self.city() as d:
            case, systems = confirm_case(d, LEVEL1)
            containing(d, case)
            to_followup(d, case, systems)
            d.pass_time("31 d")
            archived(d, case)
            d.refused("N09", "dir01", "tasking", "create", incident=case, type="order", text="y",
                      assignee=d.unit["edu"], accountable=d.who["uop_edu"], due_at="2026-12-01T00:00:00Z")
            d.refused("N09", "dir01", "support_request", "create", incident=case)
            d.refused("N09", "dir01", "tasking", "create", affected_system=systems["edu"], type="order", text="y",
                      assignee=d.unit["edu"], accountable=d.who["uop_edu"], due_at="2026-12-01T00:00:00Z")
            d.refused("N09", "dir01", "warning", "create", incident=case, title="t", hazard="h")
            d.refused("N09", "dir01", "plan_conflict", "create", incident=case, description="d", settled_by_office=True)
            d.refused("N09", "dir01", "organ", "create", incident=case, organ_type="expert_panel", name="n")
            d.refused("N09", "dut01", "call_attempt", "create", incident=case, person=d.who["lg01"], channel="phone",
                      result="answered")

    def test_who_is_named_to_lead_leads(self):
        with self.city() as d:
            case = open_case(d, "edu")
            d.refused("N35", "dir01", "incident", "name_lead", case, lead="aud01")
            d.refused("N21", "exp01", "note", "create", incident=case, text="x")
            d.done("dir01", "incident", "name_lead", case, lead="exp01")
            d.done("exp01", "incident", "name_group", case, on_scene=[d.who["rsp01"]])
            self.assertEqual(last(d, case, "name_group")["authority"]["by"], "lead")
            d.done("dir01", "incident", "name_lead", case, lead="cl01")
            d.refused("N21", "exp01", "incident", "name_group", case, on_scene=[d.who["rsp02"]])

    def test_nobody_names_himself_by_opening_a_case(self):
        with self.city() as d:
            for who in ("dut01", "exp01"):
                answer = d.try_(who, "incident", "create", title="x", reporter="r", unit=d.unit["edu"], what="w",
                                aware_at="2026-03-02T07:50:00Z", lead=who)
                self.assertFalse(answer.ok, answer.brief())

    def test_what_is_about_a_system_of_a_case_is_of_that_case(self):
        with self.city() as d:
            case, systems = confirm_case(d, LEVEL3)
            task = d.done("dir01", "tasking", "create", affected_system=systems["edu"], type="order", text="y",
                          assignee=d.unit["edu"], accountable=d.who["uop_edu"], due_at="2026-12-01T00:00:00Z")
            self.assertIn(task.ref, [one.ref for one in d.linked(case, "tasking")])

    def test_nobody_lets_evidence_run_out_alone_or_in_the_past(self):
        with self.city() as d:
            case, _ = confirm_case(d, LEVEL3)
            item = evidence(d, case)
            d.refused("N18", "arc01", "evidence", "set_retention", item, retention_until=d.now)
            d.proposed("arc01", "evidence", "set_retention", item, retention_until="2036-03-02T00:00:00Z")
            d.refused("N15", "arc01", "evidence", "set_retention", item, retention_until="2036-03-02T00:00:00Z")
            d.done("dir01", "evidence", "set_retention", item, retention_until="2036-03-02T00:00:00Z")

    def test_what_is_decided_for_a_time_has_that_time_before_it(self):
        with self.city() as d:
            for start, end in (("2026-01-01", "2026-02-01"), ("2026-06-01", "2026-05-01"), ("2026-03-01", "2036-05-01")):
                d.refused("N42", "lg01", "setting", "create", name="threshold", value="2", reason="r",
                          valid_from=start + "T00:00:00Z", valid_to=end + "T00:00:00Z")
            case, _ = confirm_case(d, LEVEL3)
            d.refused("N32", "dir01", "tasking", "create", incident=case, type="order", text="y", assignee=d.unit["edu"],
                      accountable=d.who["uop_edu"], due_at="2026-01-01T00:00:00Z", says="must lie in the future")

    def test_pages_leave_nothing_out(self):
        with self.city() as d:
            for unit in ("edu", "edu", "tax", "edu", "edu", "edu", "tax", "tax", "edu", "edu", "tax", "edu"):
                d.done("dut01", "incident", "create", title="案", reporter="r", unit=d.unit[unit], what="w",
                       aware_at="2026-03-02T07:50:00Z")
            for limit in (1, 2, 3, 5):
                seen, after = [], None
                while True:
                    page = d.ask(op="list", kind="incident", limit=limit, after=after, **{"as": "uop_edu"})
                    seen += [row["number"] for row in page["rows"]]
                    after = page.get("after")
                    if not after:
                        break
                self.assertEqual(len(seen), 8, f"pages of {limit}: {seen}")


if __name__ == "__main__":
    main()
