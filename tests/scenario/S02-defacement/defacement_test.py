#!/usr/bin/env python3
"""S02 Defacement of a portal: alert and call are one case, handled by the unit and archived without the Leading Group."""
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from scene import (LEVEL2, OFFICE, ROOT, Scene, add_system, archived, binary, containing, contain_system, evidence, last,  # noqa: E402
                   main, moves, person, remove_cause)

BEFORE = "9f2c7b1ad34be1cf9d3f0b5c2b6f0a41c6c1d7f0e9a85f3c1b2a4d6e8f901234"
AFTER = "0b5d9e7c43a1f2e6d8c7b6a5948372615f4e3d2c1b0a99887766554433221100"
PAGE = "<html><body>被替换的首页</body></html>".encode()
FILES = (("photo", "首页截图", b"\x89PNG\r\n\x1a\n" + b"screen" * 400), ("document", "被替换的首页文件", PAGE),
         ("log", "网页服务器日志", b'203.0.113.9 - - [02/Mar/2026:07:54:10 +0000] "PUT /index.html HTTP/1.1" 201 0\n' * 40))
CALL = {"reporter": "市民李某", "contact": "0531-82000000", "what": "教育局门户首页被替换", "aware_at": "2026-03-02T07:55:00Z"}


def changed(path="/var/www/html/index.html", at="2026-03-02T07:54:12.118+0000", event="modified"):
    """What the integrity watch on the portal reports (Wazuh's alerts.json), its diff with the words of the page included."""
    return json.dumps({"timestamp": at, "rule": {"level": 7, "description": "Integrity checksum changed.", "id": "550",
                                                 "groups": ["ossec", "syscheck", "syscheck_file"]},
                       "agent": {"id": "014", "name": "portal-01", "ip": "10.20.3.14"}, "manager": {"name": "siem01"},
                       "syscheck": {"path": path, "mode": "realtime", "event": event, "sha256_before": BEFORE, "sha256_after": AFTER,
                                    "diff": "< 通知公告\n> 被替换的首页"},
                       "full_log": f"File '{path}' {event}", "decoder": {"name": "syscheck_integrity_changed"}, "location": "syscheck"},
                      ensure_ascii=False)


class Defacement(Scene):
    cites = "T007 T012 T014 T016 T130 N05 N07 N33"
    goals = {"G27": "test_page_screenshot_and_log_are_sealed_and_a_changed_byte_is_found",
             "G37": "test_level_2_goes_to_the_archive_without_the_leading_group"}

    def watched_city(self):
        """The integrity watch is connected: it posts its lines over HTTP with a token of its own."""
        return self.city(http=True, rules=os.path.join(ROOT, "rules"))

    def connected(self, d):
        person(d, "sca01", "账户管理员", OFFICE, "SCA")
        d.do(None, "system", "create", name="门户网站", owner=d.unit["edu"], hosts=["portal-01"])
        return d.web.token("sca01", "intake", source="portal-fim")

    def called(self, d, **more):
        """What the citizen said, written down by the duty officer; gives the report."""
        report = d.done("dut01", "report", "create", unit={"unknown": "市民来电，不属任何单位"}, via="phone", **{**CALL, **more})
        d.done("dut01", "report", "submit", report)
        return report

    def case(self, d):
        """The alert is promoted, the call joins it; a case in verification with its portal."""
        d.do(None, "system", "create", name="门户网站", owner=d.unit["edu"], hosts=["portal-01"])
        report = self.called(d)
        case = d.done("dut01", "incident", "create", title="门户首页被篡改", unit=d.unit["edu"], reporter=CALL["reporter"],
                      aware_at=CALL["aware_at"], what=CALL["what"], report=report).number
        d.done("dut01", "incident", "acknowledge", case)
        d.done("dut01", "incident", "score", case, scores=LEVEL2)
        d.done("dut01", "incident", "accept", case, on_scene=["rsp01", "rsp02", "uop_edu"])
        d.done("dir01", "incident", "name_lead", case, lead="cl01")
        return case, report, add_system(d, case)

    def confirmed(self, d, sealed=True):
        case, _, system = self.case(d)
        if sealed:
            evidence(d, case, label="首页截图与网页日志")
        d.both("rsp01", "dir01", "incident", "fix", case, scores=list(LEVEL2))
        d.both("cl01", "uhd_edu", "incident", "confirm", case, **{"class": "defacement"}, consequence=["data_damage"],
               source={"unknown": "尚在分析"}, scope="门户网站", impact="首页停止公开信息",
               reason=None if sealed else "证据随后封存")
        return case, system

    def test_a_call_is_written_down_with_its_number_and_its_times(self):
        with self.city() as d:
            d.refused("N04", "dut01", "report", "submit", d.done("dut01", "report", "create", unit={"unknown": "市民来电"}, via="phone",
                                                                 **{**CALL, "contact": None}), says="call back")
            report = self.called(d)
            fields = d.show(report)["fields"]
            self.assertEqual((fields["via"], fields["contact"]), ("phone", CALL["contact"]))
            self.assertTrue(fields["receipt_no"])
            d.expect_clock(report, "CK02", "running")

    def test_the_call_joins_the_case_of_the_portal(self):
        with self.city() as d:
            case, report, _ = self.case(d)
            second = self.called(d, reporter="市民赵某")
            d.done("dut01", "report", "link_case", second, incident=case)
            self.assertEqual({r.number for r in d.linked(case, "report")}, {report.number, second.number})
            d.expect_clock(second, "CK02", "stopped")

    def test_the_alert_and_the_call_are_one_case(self):
        with self.watched_city() as d:
            token = self.connected(d)
            quiet = d.web.lines("portal-fim", [changed("/etc/nginx/nginx.conf"), changed("/var/www/html/banner.png")], token=token)
            self.assertEqual((quiet.status, quiet.json["stored"], quiet.json["alerts"]), (200, 2, 0), "not every change is a page")
            told = d.web.lines("portal-fim", [changed(), changed("/var/www/html/news/index.html")], token=token)
            self.assertEqual((told.status, told.json["stored"], told.json["malformed"]), (200, 2, 0), told)
            [alert] = d.list("alert", as_="dut01")
            fields = d.show(alert.ref, as_="dut01")["fields"]
            self.assertEqual((fields["class"], fields["source"], fields["unit"]["title"], fields["count"]),
                             ("defacement", "portal-01", "市教育局信息中心", 2))
            report = self.called(d)
            d.done("dut01", "alert", "promote", alert.ref)
            case = d.linked(alert.ref, "incident")[0].number
            d.done("dut01", "report", "link_case", report, incident=case)
            self.assertEqual([c["number"] for c in d.list("incident")], [case])
            shown = d.show(case, as_="dut01")
            self.assertEqual((shown["fields"]["class"], shown["fields"]["unit"]["title"]), ("defacement", "市教育局信息中心"))
            self.assertEqual({x["kind"] for x in shown["linked"]} & {"alert", "report", "affected_system"},
                             {"alert", "report", "affected_system"}, "the case has the alert, the call and the portal")
            # Another page of the same host, an hour later: no second case.
            d.pass_time("1 h")
            d.web.lines("portal-fim", [changed("/var/www/html/about.html", "2026-03-02T08:59:00.000+0000")], token=token)
            self.assertEqual(len(d.list("incident")), 1)

    def test_who_is_no_source_posts_nothing(self):
        with self.watched_city() as d:
            token = self.connected(d)
            for reply in (d.web.lines("other", [changed()], token=token), d.web.lines("portal-fim", [changed()], login="uop_edu"),
                          d.web.lines("portal-fim", [changed()], token="fs_1_x"), d.web.lines("portal-fim", [changed()])):
                self.assertIn(reply.status, (401, 403), reply)
            self.assertEqual(d.list("alert"), [])

    def test_no_rule_hears_what_the_page_says(self):
        """The watch quotes the page (diff). No field of that name reaches a rule, and a rule for words is none."""
        with tempfile.TemporaryDirectory() as where:
            for name, detection in (("diff", "syscheck.diff|contains: 被替换"), ("log", "full_log|contains: 被替换")):
                os.mkdir(os.path.join(where, name))
                with open(os.path.join(where, name, "rule.yml"), "w", encoding="utf-8") as f:
                    f.write("title: words\nid: 11111111-2222-4333-8444-555555555555\ntags: [class.defacement]\nlevel: high\n"
                            f"logsource: {{product: linux, category: file_event}}\ndetection: {{s: {{{detection}}}, condition: s}}\n")
                heard = subprocess.run([binary(), "watch", "--rules", os.path.join(where, name), "-"], input=changed(), text=True,
                                       capture_output=True)
                self.assertEqual((heard.returncode, heard.stdout), (0, ""), heard)
            hostile = os.path.join(ROOT, "tests", "boundary", "rules", "forum_keywords.yml")
            refused = subprocess.run([binary(), "watch", "--strict", "--rules", hostile, "-"], input=changed(), text=True,
                                     capture_output=True)
            self.assertNotEqual(refused.returncode, 0)
            self.assertIn("N33", refused.stderr)
            self.saw("N33")

    def test_page_screenshot_and_log_are_sealed_and_a_changed_byte_is_found(self):
        with self.city(http=True) as d:
            case, _, system = self.case(d)
            made = []
            for type_, label, bytes_ in FILES:
                one = d.done("rsp01", "evidence", "create", incident=case, affected_system=system, type=type_, label_text=label,
                             blob=d.upload(bytes_, as_="rsp01"))
                d.done("rsp01", "evidence", "seal", one, place="证物室1号柜", capturer=d.who["rsp01"], custodian=d.who["rsp01"])
                d.expect_state(one, life="sealed")
                file = d.web.get(f"/api/v1/evidence/{one.number}/file/blob", login="rsp01")
                self.assertEqual((file.status, file.body), (200, bytes_))
                made.append(one)
            digest = d.show(made[1])["fields"]["blob"]
            path = os.path.join(d.folder, "blobs", digest[:2], digest)
            os.chmod(path, 0o600)
            with open(path, "r+b") as f:
                f.write(b"X")
            d.done("aud01", "evidence", "verify_digest", made[1])
            d.expect_field(made[1], quarantined=True)
            d.expect_field(made[0], quarantined=False)
            with open(path, "r+b") as f:
                f.write(PAGE[:1])

    def test_no_page_is_put_back_before_evidence_is_kept(self):
        with self.city() as d:
            case, system = self.confirmed(d, sealed=False)
            containing(d, case)
            contain_system(d, case, system)
            d.done("cl01", "incident", "contained", case, business_impact="首页停止公开信息")
            with self.assertRaisesRegex(Exception, "N07"):
                remove_cause(d, case, system)

    def test_nothing_is_cleaned_before_evidence_and_nothing_restored_before_the_cause(self):
        with self.city() as d:
            case, system = self.confirmed(d)
            containing(d, case)
            contain_system(d, case, system)
            d.refused("N05", "cl01", "affected_system", "eradicated", system)

    def test_what_the_page_said_has_no_place(self):
        with self.city() as d:
            case, _, _ = self.case(d)
            for name in ("opinion", "page_text", "keyword"):
                d.fault("invalid", "dut01", "incident", "update", case, **{name: "x"})
            d.fault("invalid", "dut01", "page_text", "create", text="x")
            codes = {c["code"] for c in d.catalogue()["enums"]["incident_class"]}
            self.assertFalse(codes & {"rumour", "content", "opinion", "harmful_information", "other"})

    def put_back(self, d, case, system):
        """From the clean backup, the baseline of the integrity watch taken anew, the unit signs."""
        step = d.done("rsp01", "recovery_step", "create", incident=case, affected_system=system, type="data", destructive=False,
                      source="2月28日离线备份", target="门户首页与栏目页", backup_ref="BK-0228")
        d.done("rsp01", "recovery_step", "carry_out", step)
        d.refused("N04", "uhd_edu", "affected_system", "signed_off", system)
        d.done("rsp01", "recovery_step", "passed", step, integrity_result="完整性基线已重新建立，摘要 " + BEFORE)
        d.done("uhd_edu", "affected_system", "signed_off", system)

    def test_level_2_goes_to_the_archive_without_the_leading_group(self):
        with self.city() as d:
            case, system = self.confirmed(d)
            self.assertEqual(d.states(case)["command"], "none")
            containing(d, case)
            contain_system(d, case, system)
            d.done("cl01", "incident", "contained", case, business_impact="首页停止公开信息")
            remove_cause(d, case, system)
            d.done("cl01", "incident", "eradicated", case)
            self.put_back(d, case, system)
            d.done("cl01", "incident", "recovered", case)
            d.expect_clock(case, "CK28", "running")
            d.pass_time("3 d")
            archived(d, case, by="uhd_edu")
            d.expect_state(case, handling="archived", command="none")
            self.assertEqual(d.show(case)["fields"]["class"], "defacement")
            leading = {int(d.who[one][1:]) for one in ("lg01", "lg02")}
            self.assertFalse(leading & {m["who"] for m in moves(d, case)})
            self.assertEqual(last(d, case, "close")["who"], int(d.who["uhd_edu"][1:]), "the head of the unit approves the report")
            self.the_package_has_the_times_of_the_record(d, case)

    def the_package_has_the_times_of_the_record(self, d, case):
        package = os.path.join(d.folder, "archive", case)
        with open(os.path.join(package, "records.jsonl"), encoding="utf-8") as f:
            packed = {e["seq"]: json.loads(e["leaf"])["at"] for e in map(json.loads, f)}
        entries = d.history(case)
        for e in entries:
            if e["seq"] in packed:
                self.assertEqual(packed[e["seq"]], e["at"])
        self.assertGreater(len({e["seq"] for e in entries} & set(packed)), 10)


if __name__ == "__main__":
    main()
