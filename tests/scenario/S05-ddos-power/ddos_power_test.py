#!/usr/bin/env python3
"""S05 DDoS on a power utility: filters on request, with impact, rollback and end; and back when it comes again."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from scene import LEVEL4, Scene, activated, containing, last, main, person, told  # noqa: E402
from channels import Channels  # noqa: E402
from smtp import Mailserver  # noqa: E402

PROVINCE = "省网络与信息安全协调机构"

FILTER = dict(action="filter", target="至门户的 UDP 流量", impact_statement="部分用户访问变慢", alternatives={"none": "无其他方法"}, rollback="撤销过滤规则",
              disruptive=False, reversible=True, expires_at="2026-03-02T20:00:00Z")


class DdosPower(Scene):
    cites = "T010 T012 T013 T090 N13 N32 N41 N42 N04"
    goals = {"G38": "test_the_first_filter_is_rolled_back_and_the_second_works",
             "G44": "test_progress_goes_up_on_its_cadence"}

    def flooded(self, d):
        d.unit["carrier"] = d.do(None, "unit", "create", name="通信运营企业", type="operator", bound=False).ref
        person(d, "uop_carrier", "运营企业联络员", d.unit["carrier"], "UOP")
        case, refs = activated(d, LEVEL4, ("power",), unit="power", incident_class="ddos")
        return case, refs["power"]

    def measure(self, d, case, system, **more):
        return d.done("cl01", "containment_action", "create", incident=case, affected_system=system, **{**FILTER, **more})

    def test_a_request_to_the_carrier_has_a_due_time_and_an_owner(self):
        with self.city() as d:
            case, system = self.flooded(d)
            asks = dict(incident=case, text="过滤指定前缀", assignee=d.unit["carrier"], accountable=d.who["uop_carrier"], action="filter")
            d.refused("N32", "cl01", "tasking", "create", type="request", **asks)
            d.refused("N41", "cl01", "tasking", "create", type="order", due_at="2026-03-02T09:00:00Z", **asks)
            limits = dict(scope="203.0.113.0/24 至门户的 UDP", expires_at="2026-03-02T20:00:00Z", rollback="撤销该前缀的过滤规则")
            for left_out, code in (("expires_at", "N42"), ("scope", "N13"), ("rollback", "N13")):
                d.refused(code, "cl01", "tasking", "create", type="request", due_at="2026-03-02T09:00:00Z", **asks,
                          **{k: v for k, v in limits.items() if k != left_out})
            d.refused("N32", "cl01", "tasking", "create", type="request", due_at="2026-03-02T09:00:00Z", **limits,
                      **{k: v for k, v in asks.items() if k != "accountable"})
            asks.update(limits)
            task = d.done("cl01", "tasking", "create", type="request", due_at="2026-03-02T09:00:00Z", **asks)
            d.done("uop_carrier", "tasking", "ack", task)
            d.done("uop_carrier", "tasking", "begin", task)
            d.done("uop_carrier", "tasking", "done", task, result="已过滤")
            d.done("cl01", "tasking", "verify", task)
            self.assertEqual({k: d.show(task)["fields"][k].replace(".000000Z", "Z") for k in limits}, limits)
            # The carrier reads what it is asked for, and nothing of what the plan asks of others.
            self.assertEqual(d.show(task, "uop_carrier")["fields"]["scope"], limits["scope"])
            self.assertEqual(d.ask(op="show", ref=task.ref, **{"as": "uop_tax"}).get("fault"), "absent")

    def test_progress_goes_up_on_its_cadence(self):
        with Mailserver() as server, Channels(mail=server.channel(), recipients={PROVINCE: {"mail": "province@example.org"}}) as file, \
                self.city(args=["--channels", file.path]) as d:
            case, system = self.flooded(d)
            due = lambda: d.clock(case, "CK13")["due"][11:16]  # noqa: E731
            self.assertEqual(due(), "12:00", "level 4: each four hours, from the confirmation")
            d.pass_time("1 h")
            initial = next(u.ref for u in d.linked(case, "upward_report") if d.show(u.ref)["fields"]["regime"] == "province-60")
            self.sent(d, initial, "门户遭受拒绝服务攻击")
            self.assertEqual(due(), "13:00", "from what was sent last")
            d.pass_time("3 h")
            self.sent(d, self.progress(d, case), "第一次过滤误伤用户，已回退")
            self.assertEqual(due(), "16:00")
            self.assertNotIn("missed", d.clock(case, "CK13"))
            # One is late: the Office is told, and the next counts from the late one.
            d.set_time("2026-03-02T16:30:00Z")
            missed = next(c for c in d.show(case)["clocks"] if c["code"] == "CK13" and c.get("missed"))
            self.assertEqual(missed["due"][11:16], "16:00")
            self.assertIn("organ:office", [r for e in d.history(case) if e["at"][11:16] == "16:00" for r in told(e)])
            self.sent(d, self.progress(d, case), "第二次过滤有效")
            self.assertEqual(due(), "20:30")
            subjects = [m.get_body(("plain",)).get_content() for m in server.wait_for(3)]
            for words, mail in zip(("门户遭受", "误伤用户", "过滤有效"), subjects):
                self.assertIn(words, mail)
            reports = [d.show(u.ref)["fields"] for u in d.linked(case, "upward_report")]
            self.assertEqual([(r["type"], r["sent_at"][11:16]) for r in reports], [("initial", "09:00"), ("progress", "12:00"), ("progress", "16:30")])

    def progress(self, d, case):
        return d.done("dir01", "upward_report", "create", incident=case, recipient=PROVINCE, type="progress", within_min=60, mandatory=False).ref

    def sent(self, d, ref, text):
        d.done("cl01", "upward_report", "draft", ref, text=text)
        d.done("lg01", "upward_report", "approve", ref)
        d.done("dir01", "upward_report", "send", ref, channel="mail")

    def test_a_filter_has_impact_rollback_and_an_end(self):
        with self.city() as d:
            case, system = self.flooded(d)
            asks = {**FILTER, "incident": case, "affected_system": system}
            for left_out, code in (("impact_statement", "N13"), ("rollback", "N13"), ("expires_at", "N42")):
                d.refused(code, "cl01", "containment_action", "create", **{k: v for k, v in asks.items() if k != left_out})

    def test_the_first_filter_is_rolled_back_and_the_second_works(self):
        with self.city() as d:
            case, system = self.flooded(d)
            containing(d, case)
            first = self.measure(d, case, system)
            d.done("cl01", "containment_action", "execute", first)
            d.pass_time("5 min")
            d.done("cl01", "containment_action", "ineffective", first, effect="误伤正常用户")
            self.assertEqual(d.clock(case, "CK06")["state"], "running", "measured at the first effective measure")
            d.refused("N04", "cl01", "affected_system", "contained", system)
            d.refused("N04", "cl01", "incident", "contained", case, business_impact="x")
            d.done("cl01", "containment_action", "roll_back", first, reason="误伤")
            second = self.measure(d, case, system, target="指定前缀")
            d.done("cl01", "containment_action", "execute", second)
            d.pass_time("5 min")
            d.done("cl01", "containment_action", "effective", second, effect="流量恢复")
            self.assertEqual(d.clock(case, "CK06")["state"], "stopped")
            d.done("cl01", "affected_system", "contained", system)
            d.done("cl01", "incident", "contained", case, business_impact="门户中断一小时")
            for ref, fields in ((first.ref, ("executed_at", "rolled_back_at", "impact_statement")),
                                (second.ref, ("executed_at", "expires_at", "impact_statement"))):
                for name in fields:
                    self.assertIn(name, d.show(ref)["fields"])
            # It begins anew while the cause is being removed.
            d.done("rsp01", "affected_system", self.back(d), system, reason="攻击再次开始")
            d.expect_state(case, handling="contain")
            self.assertIn("T013", {row for m in self.rows(d, case) for row in m})
            d.pass_time("12 h")
            d.expect_state(second, life="expired")

    def back(self, d):
        return "spread_again"

    def rows(self, d, case):
        return [row.get("rows", []) for e in d.history(case) for row in e["change"].get("moves", [])]


if __name__ == "__main__":
    main()
