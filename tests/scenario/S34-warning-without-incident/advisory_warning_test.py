#!/usr/bin/env python3
"""S34 Warning without incident: from an advisory to the units that run the product, and no case of it."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from scene import Scene, UNITS, last, main, person, told_units  # noqa: E402

HAZARD = "可远程执行代码，影响 7.0.13 及以下版本"
STATUTORY = dict(category="vulnerability", starts_at="2026-03-02T08:00:00Z", scope="使用该网关的单位和用户", matters="出现异常登录应立即核查")


class AdvisoryWarning(Scene):
    cites = "T100 T101 T103 T104 T105 T115 T116 N12 N11 N44"
    goals = {"G31": "test_seven_units_are_warned_by_their_technical_records test_an_update_and_the_lift_tell_everybody",
             "G58": "test_the_answers_of_the_units_are_kept test_all_seven_answer_and_no_case_is_opened"}

    def product(self, d, keys, product="边界网关"):
        """Systems with a technical record of the product, of these units; and one system of another product."""
        for key in keys:
            d.done("dir01", "tech_record", "create", system=d.system[key], type="app", vendor="某厂商", product=product,
                   version="7.0.12")

    def seventh(self, d):
        d.unit["isp"] = d.do(None, "unit", "create", name="城域网公司", type="isp", bound=False).ref
        d.system["isp"] = d.do(None, "system", "create", name="接入平台", owner=d.unit["isp"]).ref
        person(d, "uop_isp", "城域网联络员", d.unit["isp"], "UOP")
        d.unit["out"] = d.do(None, "unit", "create", name="不涉及单位", type="bureau", bound=True).ref

    def drafted(self, d):
        self.seventh(d)
        self.product(d, list(UNITS) + ["isp"])
        advisory = d.done("dut01", "advisory", "create", title="边界网关远程执行漏洞", source="厂商", reference="PSIRT-24-029",
                          cve=["CVE-2024-21762"], product="边界网关", versions="7.0.0 至 7.0.13", hazard=HAZARD,
                          measures="升级到 7.0.14").number
        d.done("dut01", "advisory", "draft_warning", advisory)
        warning = d.linked(advisory, "warning")[0].number
        d.done("dir01", "warning", "review", warning)
        d.done("dut01", "warning", "add_targets", warning)
        return warning

    def published(self, d, **more):
        warning = self.drafted(d)
        d.done("dut01", "warning", "edit", warning, level=2, marking="members", **more)
        d.done("dir01", "warning", "approve", warning)
        d.done("dir01", "warning", "publish", warning)
        return warning

    def targets(self, d, warning):
        return {d.show(t.ref)["fields"]["unit"]["title"]: t.ref for t in d.linked(warning, "warning_target")}

    def test_seven_units_are_warned_by_their_technical_records(self):
        with self.city() as d:
            warning = self.published(d)
            targets = self.targets(d, warning)
            self.assertEqual(set(targets), {name for name, *_ in UNITS.values()} | {"城域网公司"})
            self.assertEqual(d.show(targets["市商业银行"])["fields"]["systems"][0]["title"], "市商业银行业务系统")
            self.assertEqual(d.show(warning)["fields"]["advisory"]["title"], "边界网关远程执行漏洞")
            self.assertEqual(d.list("incident"), [], "no case is opened")
            self.assertEqual(len(told_units(d, warning, "publish")), 7)

    def test_versions_are_compared_as_numbers_and_who_may_be_concerned_is_warned(self):
        with self.city() as d:
            def runs(key, version):
                d.done("dir01", "tech_record", "create", system=d.system[key], type="app", vendor="某厂商", product="网关",
                       **({"version": version} if version else {}))

            for key, version in (("edu", "7.0.9"), ("tax", "7.0.10"), ("bank", "7.0.10-rc1"), ("uni", None), ("edu", "7.1")):
                runs(key, version)
            def addressed(versions=None, said=None):
                advisory = d.done("dut01", "advisory", "create", title="网关漏洞", source="厂商", reference=f"A-{versions}-{said}", product="网关",
                                  hazard=HAZARD, measures="升级", **({"versions": said} if said else {})).number
                d.done("dut01", "advisory", "draft_warning", advisory)
                warning = d.linked(advisory, "warning")[0].number
                d.done("dir01", "warning", "review", warning)
                d.done("dut01", "warning", "add_targets", warning, **({"versions": versions} if versions else {}))
                return warning, {d.show(t.ref)["fields"]["unit"]["id"] for t in d.linked(warning, "warning_target")}

            units = lambda *keys: {int(d.unit[k][1:]) for k in keys}  # noqa: E731
            everyone = units("edu", "tax", "bank", "uni")
            # Nine is less than ten; a version that nobody recorded, or that is before or behind, is warned of.
            warning, found = addressed("<7.0.10")
            self.assertEqual(found, units("edu", "bank", "uni"))
            systems = [len(d.show(t.ref)["fields"]["systems"]) for t in d.linked(warning, "warning_target")]
            self.assertEqual(systems, [1, 1, 1], "a system that runs two versions is one")
            self.assertEqual(addressed(">=7.0.10")[1], everyone)
            self.assertEqual(addressed("=7.0.10")[1], units("tax", "bank", "uni"))
            self.assertEqual(addressed(said="<7.0.10")[1], units("edu", "bank", "uni"), "of the advisory")
            self.assertEqual(addressed(said="7.0.0 至 7.0.9")[1], everyone, "what is for people narrows nothing")
            answer = d.try_("dut01", "warning", "add_targets", warning, versions="before 7")
            self.assertEqual(answer.get("fault"), "invalid", answer.brief())
            self.assertIn("<2.4.1", answer.get("en"))

    def test_each_unit_reads_what_it_was_sent_and_no_other(self):
        with self.city() as d:
            warning = self.drafted(d)
            reads = d.ask(op="show", ref=warning, **{"as": "uop_bank"})
            self.assertEqual(reads.get("fault"), "absent", "a draft is not for those whom it will go to")
            d.done("dut01", "warning", "edit", warning, level=2, marking="members")
            d.done("dir01", "warning", "approve", warning)
            d.done("dir01", "warning", "publish", warning)
            self.assertEqual(d.show(warning, "uop_bank")["fields"]["measures"], "升级到 7.0.14")
            self.assertEqual(d.show(d.linked(warning, "edition")[0].ref, "uop_bank")["fields"]["edition_no"], 1)
            person(d, "uop_out", "某单位联络员", d.unit["out"], "UOP")
            self.assertEqual(d.ask(op="show", ref=warning, **{"as": "uop_out"}).get("fault"), "absent")
            others = self.targets(d, warning)["市税务局信息中心"]
            self.assertEqual(d.ask(op="show", ref=others, **{"as": "uop_bank"}).get("fault"), "absent")

    def test_targets_are_found_by_sector_and_territory_too(self):
        with self.city() as d:
            warning = self.drafted(d)
            d.refused("N44", "dut01", "warning", "add_targets", warning, product="没有人用的产品")
            sectors = {s["fields"]["name"]: s.ref for s in d.list("sector")}
            for key in ("edu", "uni"):
                d.done("dir01", "unit", "edit", d.unit[key], sector=sectors["教育"])
            other = d.done("dut01", "warning", "create", title="教育行业钓鱼", hazard="仿冒教务系统").number
            d.refused("N44", "dut01", "warning", "add_targets", other, says="sector")
            d.done("dut01", "warning", "add_targets", other, sector=sectors["教育"])
            self.assertEqual(set(self.targets(d, other)), {UNITS["edu"][0], UNITS["uni"][0]})
            # Twice is once, and two conditions must both hold.
            d.done("dut01", "warning", "add_targets", other, sector=sectors["教育"])
            self.assertEqual(len(self.targets(d, other)), 2)
            places = {t["fields"]["name"]: t.ref for t in d.list("territory", limit=50)}
            d.done("dir01", "unit", "edit", d.unit["tax"], territory=places["历下区"])
            third = d.done("dut01", "warning", "create", title="济南市范围", hazard="蠕虫").number
            d.done("dut01", "warning", "add_targets", third, territory=places["济南市"])
            self.assertIn(UNITS["tax"][0], self.targets(d, third), "a district is within the city")
            d.refused("N44", "dut01", "warning", "add_targets", third, territory=places["历下区"], sector=sectors["教育"])

    def test_the_answers_of_the_units_are_kept(self):
        with self.city() as d:
            warning = self.published(d)
            targets = self.targets(d, warning)
            for key, move, said in (("edu", "acted", {"measures": "已升级到 7.0.14"}),
                                    ("tax", "unaffected", {"reason": "该设备已下线"})):
                target = targets[UNITS[key][0]]
                d.done("uop_" + key, "warning_target", "reached", target)
                d.done("uop_" + key, "warning_target", "ack", target)
                d.done("uop_" + key, "warning_target", move, target, **said)
            d.expect_state(targets[UNITS["edu"][0]], life="acted")
            d.expect_state(targets[UNITS["tax"][0]], life="not_applicable")
            self.assertEqual(d.try_("uop_bank", "warning_target", "reached", targets[UNITS["hosp"][0]]).get("fault"), "absent")

    def test_all_seven_answer_and_no_case_is_opened(self):
        with self.city() as d:
            warning = self.published(d)
            targets = self.targets(d, warning)
            keys = list(UNITS) + ["isp"]
            names = {**{k: v[0] for k, v in UNITS.items()}, "isp": "城域网公司"}
            person(d, "uhd_isp", "城域网负责人", d.unit["isp"], "UHD")
            for n, key in enumerate(keys):
                target = targets[names[key]]
                d.done("uop_" + key, "warning_target", "reached", target)
                # Neither is said before it was acknowledged, and what does not concern a unit it says with a reason.
                d.refused("N04", "uop_" + key, "warning_target", "acted", target, measures="x")
                d.done("uop_" + key, "warning_target", "ack", target)
                if n % 2:
                    d.refused("N26", "uop_" + key, "warning_target", "unaffected", target)
                    d.done("uhd_" + key, "warning_target", "unaffected", target, reason="该设备已下线")
                else:
                    d.done("uop_" + key, "warning_target", "acted", target, measures="已升级到 7.0.14")
            d.done("dir01", "warning", "lift", warning, reason="补丁已全部安装")
            lives = [d.states(targets[names[key]])["life"] for key in keys]
            self.assertEqual((lives.count("acted"), lives.count("not_applicable")), (4, 3))
            for key in keys:
                target = targets[names[key]]
                row = last(d, target, "acted") or last(d, target, "unaffected")
                self.assertIn(row["rows"], (["T115"], ["T116"]))
                self.assertNotIn("mark", d.show(target)["fields"])
                self.assertNotIn("unanswered", d.show(d.unit[key])["fields"])
            self.assertEqual(d.list("incident"), [], "no case is opened")
            self.assertEqual(d.show(warning)["fields"].get("incident"), None)

    def test_an_update_and_the_lift_tell_everybody(self):
        with self.city() as d:
            warning = self.published(d)
            d.both("dut01", "dir01", "warning", "update", warning, level=4, measures="立即断网并升级", marking="members")
            d.done("dir01", "warning", "lift", warning, reason="补丁已全部安装")
            for move in ("update", "lift"):
                self.assertEqual(len(told_units(d, warning, move)), 7, move)
            editions = [d.show(e.ref) for e in d.linked(warning, "edition")]
            self.assertEqual(sorted((e["fields"]["edition_no"], e["fields"]["level"], e.states["life"]) for e in editions),
                             [(1, 2, "replaced"), (2, 4, "withdrawn")])

    def test_a_public_edition_with_unit_names_is_refused(self):
        with self.city() as d:
            warning = self.drafted(d)
            d.done("dut01", "warning", "edit", warning, level=2, marking="public", **STATUTORY)
            d.refused("N11", "dir01", "warning", "approve", warning, says="authorisation")
            d.refused("N11", "dut01", "warning", "record_authorisation", warning, authorised_by=d.unit["edu"], authorisation="x")
            d.done("dir01", "warning", "record_authorisation", warning, authorised_by=d.unit["edu"], authorisation="鲁网[2026]8号")
            d.done("dut01", "warning", "edit", warning, hazard=HAZARD + "，市商业银行已受影响")
            d.refused("N12", "dir01", "warning", "approve", warning, says="市商业银行")
            self.assertIn("市商业银行", d.show(warning)["fields"]["found"])
            for text in ("攻击来自 １０．２０．３０．４０", "请联系 zhang[at]bank[.]example", "主机 bank-db01", "见案件 INC-2026-0001"):
                d.done("dut01", "warning", "edit", warning, hazard=text)
                d.refused("N12", "dir01", "warning", "approve", warning)
            d.done("dut01", "warning", "edit", warning, hazard=HAZARD)
            d.done("dir01", "warning", "approve", warning)
            self.assertNotIn("found", d.show(warning)["fields"])
            d.done("dir01", "warning", "publish", warning)
            edition = d.show(d.linked(warning, "edition")[0].ref)["fields"]
            self.assertTrue(edition["public"])
            self.assertEqual(edition["publisher"], "应急领导小组办公室")
            # A new edition of what is public goes through the same check, with the words that come with it.
            d.proposed("dut01", "warning", "update", warning, level=2, measures="升级", marking="public")
            d.done("dir01", "warning", "update", warning)
            answer = d.try_("dut01", "warning", "update", warning, hazard="请咨询市中心医院", level=2, measures="升级", marking="public")
            self.assertIn("N12", answer.codes)
            # The reason of the lift is public as well.
            d.refused("N12", "dir01", "warning", "lift", warning, reason="市中心医院已修复", says="市中心医院")
            d.done("dir01", "warning", "lift", warning, reason="漏洞已修复")

    def test_red_is_not_for_a_city_to_publish(self):
        with self.city() as d:
            warning = self.drafted(d)
            d.done("dir01", "warning", "record_authorisation", warning, authorised_by=d.unit["edu"], authorisation="鲁网[2026]8号")
            d.done("dut01", "warning", "edit", warning, level=5, marking="public", **STATUTORY)
            d.refused("N11", "dir01", "warning", "approve", warning)
            d.done("dut01", "warning", "edit", warning, marking="members")
            d.done("dir01", "warning", "approve", warning)


if __name__ == "__main__":
    main()
