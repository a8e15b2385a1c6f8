#!/usr/bin/env python3
"""B02 The public page: what is published, nothing else, and hostile text shows as text."""
import html.parser
import os
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from scene import LEVEL3, Scene, evidence, main, verify_case  # noqa: E402
from web import Web  # noqa: E402

HOSTILE = ['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "</td></table><h1>x</h1>", "{{7*7}}${7*7}<%= 7*7 %>",
           "&lt;b&gt;", "<!--", "]]>", "\u202egnp.exe", "javascript:alert(1)", "<svg/onload=alert(1)>", "</title><body onload=x>",
           "' onmouseover='x", "\u0007bell", "<meta http-equiv=refresh content=0>", "<link rel=stylesheet href=//x.example/a.css>"]


class Seen(html.parser.HTMLParser):
    """Tags with their attributes, and the text."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


class PublicPage(Scene):
    goals = {"G31": "test_a_public_warning_shows_its_colour_and_what_is_released_only",
             "G40": "test_anybody_reads_it_and_the_files_are_the_same"}

    def notice(self, d, **text):
        d.done("dir01", "system", "edit", d.system["bank"], livelihood_key=True)
        case = verify_case(d, LEVEL3, "bank", title="不得公开的案件标题")
        d.done("cl01", "affected_system", "create", incident=case, system=d.system["bank"], unit=d.unit["bank"], name="核心")
        evidence(d, case)
        d.both("rsp01", "dir01", "incident", "fix", case, scores=LEVEL3)
        d.both("cl01", "dir01", "incident", "confirm", case, **{"class": "fault"}, consequence=["interruption"],
               source={"unknown": "尚在分析"}, scope="核心业务", impact="支付中断")
        notice = d.linked(case, "notice")[0].number
        self.publish(d, notice, **text)
        return case, notice

    def publish(self, d, notice, hazard="支付暂停", services="网上银行", solution="改用现金", contact="12345", **more):
        d.done("pio01", "notice", "edit", notice, hazard=hazard, services=services, solution=solution, contact=contact, **more)
        d.done("pio01", "notice", "ready", notice)
        d.done("cl01", "notice", "facts_right", notice)
        d.done("dir01", "notice", "approve", notice)
        d.done("pio01", "notice", "publish", notice)

    def warning(self, d, **more):
        said = dict(title="边界网关漏洞", hazard="可远程执行代码", level=4, measures="升级", category="vulnerability", marking="public",
                    starts_at="2026-03-02T08:00:00Z", scope="使用该网关的用户", matters="异常登录应核查", title_en="Weakness of a gateway")
        warning = d.done("dut01", "warning", "create", title=said["title"], hazard=said["hazard"]).number
        d.done("dir01", "warning", "review", warning)
        d.done("dut01", "warning", "edit", warning, **{**said, **more})
        d.done("dut01", "warning_target", "create", warning=warning, unit=d.unit["edu"])
        d.done("dir01", "warning", "record_authorisation", warning, authorised_by=d.unit["edu"], authorisation="鲁网[2026]8号")
        d.done("dir01", "warning", "approve", warning)
        d.done("dir01", "warning", "publish", warning)
        return warning

    def test_anybody_reads_it_and_the_files_are_the_same(self):
        with tempfile.TemporaryDirectory() as where, \
                self.city(args=["--http", "127.0.0.1:0", "--public", os.path.join(where, "www")]) as d:
            web = Web(d)
            case, notice = self.notice(d)
            for path in ("/public/index.html", "/public/index.en.html", f"/public/{notice}-1.html",
                         f"/public/{notice}-1.en.html", "/public/style.css"):
                reply = web.get(path)
                self.assertEqual(reply.status, 200, path)
                self.assertIn("default-src 'none'", reply.headers["content-security-policy"])
                self.assertNotIn("set-cookie", reply.headers)
                name = path.rpartition("/")[2]
                self.eventually(lambda: open(os.path.join(where, "www", name), "rb").read() == reply.body, path)
            for path in ("/public/none.html", "/public/..%2f..%2ffengsui.db", f"/public/{notice}-2.html", "/public/a/b"):
                self.assertIn(web.get(path).status, (400, 404), path)
            self.assertEqual(web.get("/api/v1/notice").status, 401, "the rest wants a sign-in")
            text = web.get(f"/public/{notice}-1.html").body.decode()
            for word in ("支付暂停", "网上银行", "改用现金", "12345", "2026-03-02 08:00 UTC", "应急领导小组办公室", "演示数据"):
                self.assertIn(word, text)
            for word in ("不得公开的案件标题", case, "市商业银行", "信息发布员", "pio01", d.show(notice)["fields"]["approved_text"]):
                self.assertNotIn(word, text)

    def eventually(self, holds, what):
        for _ in range(500):
            try:
                if holds():
                    return
            except OSError:
                pass
            time.sleep(0.01)
        self.fail(what)

    def test_hostile_text_shows_as_text_in_every_field(self):
        with self.city(args=["--http", "127.0.0.1:0"]) as d:
            web = Web(d)
            plain = None
            _, notice = self.notice(d)
            for name in ("hazard", "services", "solution", "contact", "hazard_en", "services_en", "solution_en", "contact_en"):
                d.done("pio01", "notice", "revise", notice)
                self.publish(d, notice, **{**dict.fromkeys(("hazard_en", "services_en", "solution_en", "contact_en"), "x"),
                                           name: "\n".join(HOSTILE)})
                edition = d.show(notice)["fields"]["edition"]
                for way in ("", ".en"):
                    body = web.get(f"/public/{notice}-{edition}{way}.html").body.decode()
                    seen = Seen(body)
                    tags = [tag for tag, _ in seen.tags if tag not in ("br", "tr", "th", "td")]
                    plain = plain or tags
                    self.assertEqual(tags, plain, name)
                    self.assertEqual([a for _, attrs in seen.tags for a in attrs if a.startswith("on")], [])
                    if name.endswith("_en") == (way == ".en"):
                        for line in HOSTILE:
                            shown = line.replace("\u202e", "\ufffd").replace("\u0007", "\ufffd")
                            self.assertIn(shown, seen.text, f"{name}{way}")

    def test_a_public_warning_shows_its_colour_and_what_is_released_only(self):
        with self.city() as d:
            warning = self.warning(d)
            members = d.done("dut01", "warning", "create", title="仅限成员", hazard="成员内容").number
            d.done("dir01", "warning", "review", members)
            d.done("dut01", "warning", "edit", members, level=3, measures="x", marking="members")
            d.done("dut01", "warning_target", "create", warning=members, unit=d.unit["edu"])
            d.done("dir01", "warning", "approve", members)
            d.done("dir01", "warning", "publish", members)
            folder, said = self.export(d)
            self.assertEqual(said, "5")
            text = open(os.path.join(folder, f"{warning}-1.html"), encoding="utf-8").read()
            for word in ('class="orange"', "橙色（4级）", "漏洞", "2026-03-02 08:00 UTC", "使用该网关的用户", "异常登录应核查", "升级",
                         d.show(warning)["fields"]["document_no"]):
                self.assertIn(word, text)
            self.assertNotIn("鲁网[2026]8号", text)
            self.assertNotIn("市教育局", text)
            everything = "".join(open(os.path.join(folder, n), encoding="utf-8").read() for n in os.listdir(folder))
            self.assertNotIn("仅限成员", everything)
            self.assertNotIn("成员内容", everything)
            d.both("dut01", "dir01", "warning", "update", warning, level=2, measures="升级并重启", marking="public")
            d.done("dir01", "warning", "lift", warning, reason="漏洞已修复")
            self.export(d)
            first, second = (open(os.path.join(folder, f"{warning}-{n}.html"), encoding="utf-8").read() for n in (1, 2))
            self.assertIn('class="replaced"', first)
            self.assertIn("橙色", first)
            self.assertIn('class="withdrawn"', second)
            self.assertIn("漏洞已修复", second)
            self.assertIn('class="blue"', second)

    def export(self, d):
        folder = os.path.join(d.folder, "www")
        done = subprocess.run([d.program, "public", "export", folder, "--data", d.folder], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return folder, str(len(os.listdir(folder)))

    def test_only_what_changed_is_written_again(self):
        with self.city() as d:
            warning = self.warning(d)
            folder, _ = self.export(d)
            before = {n: os.stat(os.path.join(folder, n)).st_ino for n in os.listdir(folder)}
            self.assertEqual(d.ask(op="public", dir=folder)["written"], 0)
            d.done("dir01", "warning", "lift", warning, reason="漏洞已修复")
            answer = d.ask(op="public", dir=folder)
            self.assertEqual(answer["written"], 4, "two pages, two indexes")
            after = {n: os.stat(os.path.join(folder, n)).st_ino for n in os.listdir(folder)}
            self.assertEqual(before["style.css"], after["style.css"])
            self.assertNotEqual(before[f"{warning}-1.html"], after[f"{warning}-1.html"], "replaced whole, by another file")
            self.assertEqual([n for n in after if n.startswith(".")], [])

    def test_a_full_or_missing_place_is_said_and_nothing_is_lost(self):
        with self.city(args=["--public", "/proc/none/www"]) as d:
            self.warning(d)
            self.eventually(lambda: "public page was not written" in d.said(), "the log says so")
            self.assertFalse(d.ask(op="public", dir="/proc/none/www").ok)
            folder, count = self.export(d)
            self.assertEqual(count, "5")


if __name__ == "__main__":
    main()
