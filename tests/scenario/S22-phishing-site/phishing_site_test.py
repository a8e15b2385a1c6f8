#!/usr/bin/env python3
"""S22 A phishing site that imitates a city bank: takedown as a request, a warning to banks, advice to the public."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from scene import LEVEL2, Scene, UNITS, evidence, last, main, open_case, person, told_units, verify_case  # noqa: E402

NOTICE = dict(hazard="近期出现仿冒银行网站，骗取账号和验证码", services="网上银行", solution="核对网址，不点短信链接，不向他人提供验证码",
              contact="市民热线 12345", hazard_en="Sites imitate a bank and ask for codes", services_en="Web banking",
              solution_en="Check the address; give no code to anybody", contact_en="12345")


class PhishingSite(Scene):
    cites = "T090 T095 T096 T100 T103 T140 T145 T148 N12 N25 N42"
    goals = {"G31": "test_banks_are_warned_with_the_indicator", "G40": "test_the_public_is_told_without_data_of_victims"}

    def city_with_provider(self, d):
        d.unit["isp"] = d.do(None, "unit", "create", name="某数据中心", type="isp", bound=False).ref
        person(d, "uop_isp", "数据中心联络员", d.unit["isp"], "UOP")
        d.sector = next(s.ref for s in d.list("sector", limit=50) if s["fields"]["name"] == "银行")
        d.done("dir01", "unit", "edit", d.unit["bank"], sector=d.sector)
        d.unit["bank2"] = d.do(None, "unit", "create", name="农村信用社", type="enterprise", bound=False, sector=d.sector).ref
        case = verify_case(d, LEVEL2, "bank", title="仿冒银行网站")
        for label in ("页面截图", "证书", "域名解析记录"):
            evidence(d, case, label=label, type="document")
        return case

    def indicator(self, d, case, value="https://bank-ex.example/login", **more):
        return d.done("cl01", "indicator", "create", incident=case, type="url", value=value, marking="members",
                      confidence="high", expires_at="2026-04-02T00:00:00Z", **more)

    def takedown(self, d, case, text="请下线仿冒网站主机", **more):
        return d.done("cl01", "tasking", "create", incident=case, text=text, type="request", action="take_down",
                      assignee=d.unit["isp"], accountable=d.who["uop_isp"], due_at="2026-03-02T10:00:00Z",
                      **{"expires_at": "2026-04-02T00:00:00Z", "scope": "仿冒网站主机", **more})

    def test_the_provider_takes_the_host_down_and_it_is_verified(self):
        with self.city() as d:
            case = self.city_with_provider(d)
            # By its evidence, until a day, and by nobody's opinion of what stands on it.
            page = d.upload("仿冒页面截图".encode(), as_="cl01")
            d.refused("N42", "cl01", "tasking", "create", incident=case, text="请下线", type="request", action="take_down", assignee=d.unit["isp"],
                      accountable=d.who["uop_isp"], due_at="2026-03-02T10:00:00Z")
            task = self.takedown(d, case, attachment=page)
            self.assertEqual(d.show(task, "uop_isp")["fields"]["attachment"], page)
            d.refused("N42", "cl01", "containment_action", "create", incident=case, action="block", target="仿冒域名",
                      impact_statement="无", alternatives={"none": "无"}, rollback="解除", disruptive=False, reversible=True)
            d.done("uop_isp", "tasking", "ack", task)
            d.done("uop_isp", "tasking", "begin", task)
            d.pass_time("40 min")
            d.done("uop_isp", "tasking", "done", task, result="主机已下线")
            d.done("cl01", "tasking", "verify", task)
            asked, answered = d.history(task)[0]["at"], last(d, task, "done")["at"]
            self.assertEqual((asked[11:16], answered[11:16]), ("08:00", "08:40"))
            # A second host appears: the case goes on with a request of its own.
            self.indicator(d, case, "https://bank-ex2.example/login")
            self.takedown(d, case, "请下线第二台主机")
            d.expect_state(case, handling="verify")

    def test_banks_are_warned_with_the_indicator(self):
        with self.city() as d:
            case = self.city_with_provider(d)
            self.indicator(d, case)
            inside = d.done("cl01", "indicator", "create", incident=case, type="ip", value="203.0.113.77", marking="case",
                            confidence="low", expires_at="2026-04-02T00:00:00Z")
            warning = d.done("cl01", "warning", "create", incident=case, title="仿冒银行网站", hazard="骗取账号和验证码").number
            kept = d.show(warning)["fields"]["indicators"]
            self.assertEqual([i["title"] for i in kept], ["https://bank-ex.example/login"], "what is for the case alone stays there")
            d.done("dir01", "warning", "review", warning)
            d.done("dut01", "warning", "add_targets", warning, sector=d.sector)
            d.done("dut01", "warning", "edit", warning, level=3, measures="核对并提示客户", marking="members", category="phishing")
            d.done("dir01", "warning", "approve", warning)
            d.done("dir01", "warning", "publish", warning)
            self.assertEqual(told_units(d, warning, "publish"),
                             {"unit:" + d.unit[k][1:] for k in ("bank", "bank2")})
            person(d, "uop_bank2", "信用社联络员", d.unit["bank2"], "UOP")
            seen = d.show(f"#{kept[0]['id']}", "uop_bank2")["fields"]
            self.assertEqual(seen["value"], "https://bank-ex.example/login")
            self.assertEqual(d.ask(op="show", ref=inside.ref, **{"as": "uop_bank2"}).get("fault"), "absent")
            self.assertEqual(d.ask(op="show", ref=f"#{kept[0]['id']}", **{"as": "uop_tax"}).get("fault"), "absent")
            d.refused("N42", "cl01", "indicator", "create", incident=case, type="url", value="x.example", marking="members")

    def test_the_public_is_told_without_data_of_victims(self):
        with self.city() as d:
            case = self.city_with_provider(d)
            notice = d.done("pio01", "notice", "create", incident=case).number
            for victim in ("受害人身份证 11010519491231002X", "受害人手机 13805310001", "被骗卡号 4111 1111 1111 1111", "受害人邮箱 li.na@mail.example",
                           "受骗单位" + UNITS["tax"][0]):
                d.done("pio01", "notice", "edit", notice, **{**NOTICE, "hazard": victim})
                d.done("pio01", "notice", "ready", notice)
                answer = d.done("cl01", "notice", "facts_right", notice)
                self.assertEqual(answer.states["life"], "draft", victim)
            d.done("pio01", "notice", "edit", notice, **NOTICE)
            d.done("pio01", "notice", "ready", notice)
            d.done("cl01", "notice", "facts_right", notice)
            d.done("pio01", "notice", "edit", notice, contact="13805310001")
            d.refused("N12", "dir01", "notice", "approve", notice, says="13805310001")
            d.done("pio01", "notice", "edit", notice, contact=NOTICE["contact"])
            d.done("dir01", "notice", "approve", notice)
            d.done("pio01", "notice", "publish", notice)
            d.done("dir01", "notice", "final", notice, solved=True)

    def test_a_complaint_about_content_is_no_case(self):
        with self.city(erased=True) as d:
            report = d.done("uop_edu", "report", "create", unit=d.unit["edu"], aware_at="2026-03-02T07:50:00Z", reporter="市民", what="要求关停某网站的言论")
            d.done("uop_edu", "report", "submit", report)
            d.refused("N25", "dut01", "report", "reject", report)
            d.done("dut01", "report", "reject", report, reason_code="not_technical")
            self.assertEqual(d.list("incident"), [])


if __name__ == "__main__":
    main()
