#!/usr/bin/env python3
"""Documents of a record from a real daemon: every template, language and format; what they say is what the record says.

The files are kept in documents/ beside the program under test, with a picture of each page, to be looked at.
"""
import base64
import contextlib
import hashlib
import html.parser
import io
import os
import re
import shutil
import subprocess
import sys
import unittest
import xml.etree.ElementTree as ET
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "scenario"))
from scene import LEVEL3, Scene, Unexpected, archived, activated, binary, closing_material, end_response, evidence, main, no_plans, running, to_followup  # noqa: E402
from scene import LEVEL2, confirm_case, containing  # noqa: E402

KEPT = os.path.join(os.path.dirname(binary()), "documents")
FORMATS = ("docx", "pdf", "html", "md")
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
HOSTILE = ("<script>alert(1)</script> </w:t> ]]> &lt; [a](javascript:x) **b** | =1+1 @SUM(A1) \u202egnp.exe \u0007\u200b "
           "😀 שלום مرحبا ﷽ 龘 {title} {{x}} \\ `c` <!-- --> "
           "https://x.example www.x.example <https://x.example> <m@x.example> ![i](y) [r][s] [s]: javascript:x &#106;avascript:x")
TIME = re.compile(r"\b(20\d\d-\d\d-\d\d) (\d\d:\d\d:\d\d)\b")


def made(d, ref, template, format_, lang, as_="dir01"):
    answer = d.ask(op="document", ref=ref, template=template, format=format_, lang=lang, **{"as": as_})
    if not answer.ok:
        raise Unexpected(f"document {ref} {template}.{format_}: {answer.brief()}")
    return base64.b64decode(answer["data"])


def offered(d, ref, as_="dir01"):
    answer = d.ask(op="document", ref=ref, **{"as": as_})
    if not answer.ok:
        raise Unexpected(answer.brief())
    return [row["template"] for row in answer["documents"]]


def keep(name, bytes_):
    os.makedirs(KEPT, exist_ok=True)
    with open(os.path.join(KEPT, name), "wb") as f:
        f.write(bytes_)
    return os.path.join(KEPT, name)


def run(*command, input_=None):
    done = subprocess.run(command, input=input_, capture_output=True)
    if done.returncode:
        raise Unexpected(f"{' '.join(command)}: {done.stderr.decode(errors='replace')}")
    return done.stdout.decode()


class Words(html.parser.HTMLParser):
    """The text of a page, and every element and attribute that is in it."""

    def __init__(self, text):
        super().__init__()
        self.words, self.tags, self.attributes, self.inside = [], set(), set(), []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.inside.append(tag)

    def handle_endtag(self, tag):
        while self.inside and self.inside.pop() != tag:
            pass

    def handle_data(self, data):
        if "style" not in self.inside:
            self.words.append(data)


def docx_text(bytes_):
    """Every part is well-formed XML; the words of its paragraphs, and of what stands above and below each page."""
    parts = {}
    with zipfile.ZipFile(io.BytesIO(bytes_)) as z:
        assert z.testzip() is None
        for info in z.infolist():
            assert info.date_time == (1980, 1, 1, 0, 0, 0), info
            parts[info.filename] = ET.fromstring(z.read(info))

    def words(part):
        return "\n".join("".join(t.text or "" if t.tag == W + "t" else "\n" for t in p.iter() if t.tag in (W + "t", W + "br", W + "tab"))
                         for p in parts[part].iter(W + "p"))

    return words("word/document.xml"), words("word/header1.xml") + words("word/footer1.xml") + words("word/footer2.xml"), parts


def text_of(format_, bytes_):
    if format_ == "pdf":
        return run("pdftotext", "-layout", "-enc", "UTF-8", "-", "-", input_=bytes_)
    if format_ == "docx":
        return "\n".join(docx_text(bytes_)[:2])
    if format_ == "html":
        return "\n".join(Words(bytes_.decode()).words)
    return run("pandoc", "-f", "commonmark+pipe_tables", "-t", "plain", "--wrap=none", input_=bytes_)


def squeezed(text):
    return re.sub(r"\s+", "", text)


def times_of_record(d, refs):
    """Every moment that the record knows of these: of entries, of fields, of clocks; to the second, at UTC+8."""
    import datetime
    found = set()

    def note(value):
        if isinstance(value, dict):
            for one in value.values():
                note(one)
        elif isinstance(value, list):
            for one in value:
                note(one)
        elif isinstance(value, str) and re.match(r"20\d\d-\d\d-\d\dT", value):
            at = datetime.datetime.strptime(value[:19], "%Y-%m-%dT%H:%M:%S") + datetime.timedelta(hours=8)
            found.add(at.strftime("%Y-%m-%d %H:%M:%S"))

    for ref in refs:
        note(d.show(ref))
        note(d.history(ref))
    return found


class Documents(Scene):
    goals = {"G43": "test_a_report_is_not_approved_while_a_part_of_it_is_empty test_times_in_the_report_are_those_of_the_record"}

    def closed(self, d, what="校园网多台主机对外大量发包", **more):
        """A case through activation to its closing, with a report that has both languages."""
        case, systems = activated(d, LEVEL3, **more)
        evidence(d, case)
        containing(d, case)
        to_followup(d, case, systems)
        end_response(d, case)
        d.done("dir01", "incident", "evaluate", case, watch_continues="并行跟踪")
        return case

    def warning(self, d, **more):
        w = d.done("cl01", "warning", "create", title=more.pop("title", "蠕虫扩散预警"), hazard="利用弱口令传播", **more)
        d.done("dir01", "warning", "review", w)
        d.done("dut01", "warning", "edit", w, level=4, measures="关闭对外共享端口\n更换口令", marking="members")
        return w

    def notice(self, d, case):
        n = d.done("dir01", "notice", "create", incident=case)
        d.done("dir01", "notice", "edit", n, hazard="网上办事短时中断", services="政务服务网", solution="稍后重试", contact="0531-12345")
        return n

    def upward(self, d, case):
        u = d.done("dir01", "upward_report", "create", incident=case, recipient="山东省网络与信息安全应急领导小组办公室", type="initial",
                   within_min=60, mandatory=True)
        d.done("dut01", "upward_report", "draft", u, text="现将事件情况报告如下。\n事件已得到遏制。")
        return u

    @contextlib.contextmanager
    def whole(self):
        """A city with one closed case, a warning, a notice and a report upward; what each document is made of."""
        with self.city() as d:
            case = self.closed(d)
            sources = {"public_notice": self.notice(d, case).ref, "upward_report": self.upward(d, case).ref,
                       "warning": self.warning(d, incident=case).ref}
            sources |= {name: case for name in ("case_report", "evaluation", "archive_index", "bulletin")}
            closing_material(d, case)
            yield d, case, sources

    # ---- every one of them ---------------------------------------------------------------------------

    def test_every_template_in_both_languages_and_every_format(self):
        shutil.rmtree(KEPT, ignore_errors=True)
        with self.whole() as (d, case, sources):
            known = {name for ref in set(sources.values()) for name in offered(d, ref)}
            self.assertEqual(known, set(sources), "every template of the plan is looked at here, and no other")
            for template, ref in sources.items():
                for lang in ("zh", "en"):
                    texts = {}
                    for format_ in FORMATS:
                        bytes_ = made(d, ref, template, format_, lang)
                        again = made(d, ref, template, format_, lang)
                        self.assertEqual(bytes_, again, f"{template}.{lang}.{format_}: another time, other bytes")
                        path = keep(f"{template}.{lang}.{format_}", bytes_)
                        texts[format_] = text_of(format_, bytes_)
                        if format_ == "pdf":
                            run("pdftoppm", "-r", "70", "-png", path, path[:-4])
                    self.look_through(d, template, lang, texts)

    def look_through(self, d, template, lang, texts):
        """What stands in one format stands in all: word by word, as Markdown has it."""
        words = [w for w in re.split(r"[^\w]+", made_words(texts["md"])) if w]
        texts = {format_: squeezed(text) for format_, text in texts.items()}
        self.assertGreater(len(words), 5)
        for format_ in ("docx", "html", "pdf"):
            lacking = [w for w in words if w not in texts[format_]]
            if format_ == "pdf":  # a word may be broken over lines of neighbouring cells
                lacking = [w for w in lacking if any(c not in texts["pdf"] for c in w)]
            self.assertEqual(lacking, [], f"{template}.{lang}: in the Markdown, not in the {format_}")

    def test_a_docx_is_read_by_another_program(self):
        with self.whole() as (d, case, sources):
            for lang, heading in (("zh", "一、基本情况"), ("en", "1  The incident")):
                bytes_ = made(d, case, "case_report", "docx", lang)
                text = run("pandoc", "-f", "docx", "-t", "plain", "--wrap=none", input_=bytes_)
                self.assertIn(squeezed(heading), squeezed(text))
                self.assertIn(case, text)
                body, around, parts = docx_text(bytes_)
                fields = [t.text.strip() for part in ("word/footer1.xml", "word/footer2.xml")
                          for t in parts[part].iter(W + "instrText")]
                self.assertEqual(fields, ["PAGE", "NUMPAGES"] * 2)
                self.assertFalse(list(parts["word/document.xml"].iter(W + "instrText")), "no field code in the body")

    def test_the_official_layout_has_its_measures(self):
        with self.whole() as (d, case, sources):
            _, _, parts = docx_text(made(d, case, "case_report", "docx", "zh"))
            section = next(parts["word/document.xml"].iter(W + "sectPr"))
            margins = next(section.iter(W + "pgMar")).attrib
            mm = {side: round(int(margins[W + side]) / 20 * 25.4 / 72) for side in ("top", "bottom", "left", "right")}
            self.assertEqual(mm, {"top": 37, "bottom": 35, "left": 28, "right": 26})
            grid = next(section.iter(W + "docGrid")).attrib
            self.assertEqual(round((297 - 37 - 35) / 25.4 * 72 * 20 / int(grid[W + "linePitch"])), 22)
            styles = {s.get(W + "styleId"): s for s in parts["word/styles.xml"].iter(W + "style")}
            fonts = {name: next(styles[name].iter(W + "rFonts")).get(W + "eastAsia") for name in ("Normal", "Title", "Heading1", "Heading2")}
            self.assertEqual(fonts, {"Normal": "仿宋_GB2312", "Title": "方正小标宋简体", "Heading1": "黑体", "Heading2": "楷体_GB2312"})
            sizes = {name: next(styles[name].iter(W + "sz")).get(W + "val") for name in ("Normal", "Title")}
            self.assertEqual(sizes, {"Normal": "32", "Title": "44"}, "3号 is 16 pt, 2号 is 22 pt")

    def test_a_pdf_carries_its_fonts_and_its_date(self):
        with self.whole() as (d, case, sources):
            path = keep("fonts.pdf", made(d, case, "case_report", "pdf", "zh"))
            rows = run("pdffonts", path).splitlines()[2:]
            self.assertGreater(len(rows), 1)
            for row in rows:
                self.assertRegex(row, r" yes yes yes +\d+ +\d+$", "embedded, a subset, with what to read back")
            info = run("pdfinfo", "-isodates", path)
            self.assertIn("A4", info)
            created = re.search(r"CreationDate: +(\S+)", info).group(1)[:19].replace("T", " ")
            moved = {re.sub(r"^(.{19}).*", r"\1", e["at"]).replace("T", " ")
                     for ref in [case] + [f"#{row['id']}" for row in d.show(case)["linked"]] for e in d.history(ref)}
            self.assertIn(created, moved, "the date of the document is that of an entry of the record")

    # ---- G43 ------------------------------------------------------------------------------------------

    def test_times_in_the_report_are_those_of_the_record(self):
        with self.whole() as (d, case, sources):
            refs = [case] + [f"#{row['id']}" for row in d.show(case)["linked"]]
            known = times_of_record(d, refs)
            for template in ("case_report", "evaluation", "archive_index", "bulletin"):
                for lang in ("zh", "en"):
                    text = text_of("docx", made(d, case, template, "docx", lang))
                    stand = {f"{day} {time}" for day, time in TIME.findall(text)}
                    self.assertGreater(len(stand), 1)
                    self.assertEqual(stand - known, set(), f"{template}.{lang}: a time that the record does not know")
            report = text_of("docx", made(d, case, "case_report", "docx", "en"))
            for move, label in (("confirm", "Confirm as an incident"), ("start", "Activate the plan"), ("end", "End the response")):
                at = [e["at"] for e in d.history(case) if e["type"] == f"incident.{move}"][-1]
                row = next(line for line in report.splitlines() if label in line)
                self.assertTrue(row)
                self.assertIn(times(at), report)

    def test_a_report_is_not_approved_while_a_part_of_it_is_empty(self):
        parts = ("loss is not assessed", "the handling is not evaluated", "the plan is not evaluated", "no lessons",
                 "no proposals for the plan")
        with self.city() as d:
            case = self.closed(d)
            report = d.done("cl01", "case_report", "create", incident=case, title="处理报告", text_zh="经过")
            d.done("cl01", "incident", "prepare_closing", case, report_upward=False, case_report=report)
            for i, part in enumerate(parts):
                d.refused("N08", "dir01", "incident", "close", case, says=part)
                self.assertEqual(d.states(report.ref)["life"], "draft", part)
                [lambda: d.done("cl01", "loss", "create", incident=case, type="recovery", amount=1, currency="CNY", basis="工时"),
                 lambda: d.done("cl01", "evaluation", "create", incident=case, type="process", text="及时"),
                 lambda: d.done("cl01", "evaluation", "create", incident=case, type="plan", text="适用"),
                 lambda: d.done("cl01", "incident", "prepare_closing", case, no_lessons="无新的教训"),
                 lambda: d.done("cl01", "incident", "prepare_closing", case, no_revision="预案适用")][i]()
            d.done("dir01", "incident", "close", case)
            self.assertEqual(d.states(report.ref)["life"], "approved")
            text = text_of("md", made(d, case, "case_report", "md", "zh"))
            self.assertIn("无新的教训", text)

    # ---- what is kept --------------------------------------------------------------------------------

    def test_what_was_approved_is_kept_and_goes_into_the_archive(self):
        with self.whole() as (d, case, sources):
            d.done("dir01", "notice", "abandon", sources["public_notice"], reason="不再需要")
            d.done("dir01", "upward_report", "approve", sources["upward_report"])
            d.done("lg01", "upward_report", "send", sources["upward_report"], channel="paper")
            d.done("dir01", "upward_report", "receipt", sources["upward_report"], receipt="R-1")
            d.done("dir01", "incident", "close", case)
            kept = [d.show(f"#{row['id']}")["fields"] for row in d.show(case)["linked"] if row["kind"] == "issued_document"]
            self.assertEqual(sorted(f["name"] for f in kept),
                             sorted([f"{case}-{t}.{lang}.{f}" for t in ("case_report", "evaluation") for lang in ("zh", "en")
                                     for f in ("docx", "pdf", "html")] +
                                    [f"UPR-2026-0001-upward_report.{lang}.{f}" for lang in ("zh", "en") for f in ("docx", "pdf")]))
            for one in kept:
                with open(os.path.join(d.folder, "blobs", one["file"][:2], one["file"]), "rb") as f:
                    bytes_ = f.read()
                self.assertEqual(hashlib.sha256(bytes_).hexdigest(), one["file"])
                if one["template"] == "case_report":
                    self.assertIn("已批准" if one["language"] == "zh" else "Approved", text_of(one["format"], bytes_))
            d.done("arc01", "incident", "build_package", case)
            where = os.path.join(d.folder, "archive", case)
            have = set(os.listdir(os.path.join(where, "documents")))
            for lang in ("zh", "en"):
                self.assertLessEqual({f"{case}-{t}.{lang}.{f}" for t in ("case_report", "evaluation", "archive_index", "bulletin")
                                      for f in ("docx", "pdf", "html")}, have)
            self.assertTrue(any("-warning.zh.pdf" in name for name in have), have)
            for one in kept:
                with open(os.path.join(where, "documents", one["name"]), "rb") as f:
                    self.assertEqual(hashlib.sha256(f.read()).hexdigest(), one["file"], "the archive holds what was approved")
            front = open(os.path.join(where, "index.html"), encoding="utf-8").read()
            for name in re.findall(r'href="([^"]+)"', front):
                self.assertTrue(os.path.exists(os.path.join(where, name)), name)
            self.assertIn(f"documents/{case}-case_report.zh.pdf", front)
            self.assertEqual(Words(front).tags & {"script", "img", "link", "iframe"}, set())

    def test_a_rebuilt_folder_gives_the_same_bytes(self):
        with self.whole() as (d, case, sources):
            before = {(t, f): made(d, ref, t, f, "zh") for t, ref in sources.items() for f in FORMATS}
            self.assertEqual(d.ask(op="rebuild")["differing"], 0)
            d.restart()
            for (template, format_), bytes_ in before.items():
                self.assertEqual(made(d, sources[template], template, format_, "zh"), bytes_, f"{template}.{format_}")

    def test_what_is_kept_is_whole_whoever_sets_it_off(self):
        """A level 2 case is closed by the head of its unit, who does not see what another unit did; the report has it."""
        with self.city() as d:
            case, systems = confirm_case(d, LEVEL2, systems=("edu", "tax"))
            containing(d, case)
            to_followup(d, case, systems)
            d.done("cl01", "incident", "evaluate", case, watch_continues="并行跟踪")
            closing_material(d, case)
            d.done("uhd_edu", "incident", "close", case)
            mine = made(d, case, "case_report", "md", "zh", as_="uhd_edu").decode()
            whole = made(d, case, "case_report", "md", "zh", as_="dir01").decode()
            kept = next(f for f in (d.show(f"#{row['id']}")["fields"] for row in d.show(case)["linked"] if row["kind"] == "issued_document")
                        if f["name"] == f"{case}-case_report.zh.html")
            with open(os.path.join(d.folder, "blobs", kept["file"][:2], kept["file"]), encoding="utf-8") as f:
                text = "\n".join(Words(f.read()).words)
            self.assertIn("市税务局", squeezed(text))
            self.assertNotEqual(mine, whole, "who is of one unit sees a part")

    # ---- what must not happen ---------------------------------------------------------------------------

    def test_whatever_a_field_holds_comes_out_as_text(self):
        with self.city() as d:
            w = d.done("cl01", "warning", "create", title=HOSTILE, hazard=HOSTILE + "\n" + HOSTILE)
            d.done("dir01", "warning", "review", w)
            d.done("dut01", "warning", "edit", w, level=4, measures="=cmd|' /C calc'!A0\n+1\n-1\n@x", marking="members")
            shown = HOSTILE.replace("\u202e", "[U+202E]").replace("\u0007", "[U+0007]").replace("\u200b", "[U+200B]")
            for format_ in FORMATS:
                bytes_ = made(d, w.ref, "warning", format_, "en")
                path = keep(f"hostile.{format_}", bytes_)
                text = text_of(format_, bytes_)
                if format_ != "pdf":
                    self.assertIn(squeezed(shown), squeezed(text), format_)
                    self.assertIn("=cmd|'/CcalcA0'".replace("A0'", "'!A0"), squeezed(text).replace("‘", "'").replace("’", "'"))
                for word in ("<script>alert(1)</script>", "[a](javascript:x)", "[U+202E]gnp.exe", "=1+1", "{title}"):
                    self.assertIn(squeezed(word), squeezed(text), format_)
            for flavour in ("commonmark", "gfm"):  # the second makes links of what only looks like one
                page = Words(run("pandoc", "-f", flavour, "-t", "html", input_=made(d, w.ref, "warning", "md", "en")))
                self.assertEqual(page.tags & {"script", "a", "img", "iframe", "em", "code"}, set(), flavour)
            page = Words(made(d, w.ref, "warning", "html", "en").decode())
            self.assertEqual(page.tags & {"script", "a", "img", "iframe", "link", "object"}, set())
            self.assertFalse({a for a in page.attributes if a.startswith("on") or a in ("href", "src")})
            run("pdftoppm", "-r", "70", "-png", os.path.join(KEPT, "hostile.pdf"), os.path.join(KEPT, "hostile"))

    def test_a_reader_finds_only_what_is_his(self):
        with self.city() as d:
            case = self.closed(d)
            other = d.ask(op="document", ref=case, template="case_report", format="md", **{"as": "uop_tax"})
            self.assertEqual(other.get("fault"), "absent", other)
            unknown = d.ask(op="document", ref=case, template="no_such", format="md", **{"as": "dir01"})
            self.assertEqual(unknown.get("fault"), "absent", unknown)
            early = d.ask(op="document", ref=self.warning(d).ref, template="case_report", format="md", **{"as": "dir01"})
            self.assertEqual(early.get("fault"), "absent", early)
            wrong = d.ask(op="document", ref=case, template="case_report", format="exe", **{"as": "dir01"})
            self.assertEqual(wrong.get("fault"), "invalid", wrong)

    def test_a_drill_says_so_on_every_page(self):
        with self.city() as d:
            running(d)
            w = d.done("cl01", "warning", "create", title="演练预警", hazard="演练", space=2)
            for lang, word in (("zh", "【演练】"), ("en", "EXERCISE")):
                pdf = made(d, w.ref, "warning", "pdf", lang)
                pages = text_of("pdf", pdf).rstrip("\f").split("\f")
                for page in pages:
                    self.assertIn(word, page)
                body, around, _ = docx_text(made(d, w.ref, "warning", "docx", lang))
                self.assertIn(word, around)
                for format_ in ("html", "md"):
                    self.assertIn(word, text_of(format_, made(d, w.ref, "warning", format_, lang)))

    def test_every_page_names_the_checkpoint_and_its_place(self):
        with self.whole() as (d, case, sources):
            note = d.ask(op="checkpoint", space=1)["checkpoint"].splitlines()
            pages = text_of("pdf", made(d, case, "case_report", "pdf", "en")).rstrip("\f").split("\f")
            self.assertGreater(len(pages), 1)
            for i, page in enumerate(pages):
                self.assertIn(f"Page {i + 1} of {len(pages)}", page)
                self.assertIn(note[2], page, "the root of the tree stands on every page")
            whole = text_of("docx", made(d, case, "case_report", "docx", "en"))
            for line in note:
                self.assertIn(line, whole)

    def test_over_the_network_and_from_the_command_line(self):
        with self.city(http=True) as d:
            case = self.closed(d)
            answer = d.web.get(f"/api/v1/documents?ref={case}", login="dir01")
            self.assertEqual(answer.status, 200, answer)
            self.assertIn("case_report", [row["template"] for row in answer.json["documents"]])
            for format_, type_ in (("pdf", "application/pdf"), ("html", "text/html"), ("md", "text/markdown"),
                                   ("docx", "application/vnd.openxmlformats")):
                answer = d.web.get(f"/api/v1/document/{case}/case_report.{format_}?lang=en", login="dir01")
                self.assertEqual(answer.status, 200, answer)
                self.assertTrue(answer.headers["content-type"].startswith(type_), answer.headers)
                self.assertIn(f'filename="{case}-case_report.en.{format_}"', answer.headers["content-disposition"])
                policy = answer.headers["content-security-policy"]
                self.assertTrue(policy.startswith("sandbox; default-src 'none';") and policy.endswith("frame-ancestors 'self'"), policy)
                self.assertEqual(answer.body, made(d, case, "case_report", format_, "en"))
            for path, status in ((f"{case}/case_report.exe", 422), (f"{case}/case_report", 422), (f"{case}/nothing.pdf", 404),
                                 ("INC-2026-9999/case_report.pdf", 404), (f"{case}/case_report.pdf?lang=fr", 422)):
                self.assertEqual(d.web.get(f"/api/v1/document/{path}", login="dir01").status, status, path)
            self.assertEqual(d.web.get(f"/api/v1/document/{case}/case_report.pdf", login="uop_tax").status, 404)
            self.assertIn("case_report", d.cli("document", "list", case, "--as", "dir01"))
            out = os.path.join(d.folder, "report.pdf")
            d.cli("document", "make", case, "case_report.pdf", "--out", out, "--as", "dir01")
            with open(out, "rb") as f:
                self.assertEqual(f.read(), made(d, case, "case_report", "pdf", "en"))
            d.cli("document", "make", case, "case_report.pdf", "--out", out, "--as", "dir01", expect=None)
            self.assertIn("cannot write", d.cli("document", "make", case, "case_report.pdf", "--out", out, "--as", "dir01", expect=None))

    def test_without_a_font_the_package_is_named_and_a_case_closes_all_the_same(self):
        with self.city(env={"FENGSUI_TEST_NO_FONT": "fonts-arphic-ukai"}) as d:
            case = self.closed(d)
            closing_material(d, case)
            answer = d.ask(op="document", ref=case, template="case_report", format="pdf", lang="zh", **{"as": "dir01"})
            self.assertEqual(answer.get("fault"), "absent")
            self.assertIn("fonts-arphic-ukai", answer["zh"] + answer["en"])
            self.assertTrue(made(d, case, "case_report", "docx", "zh"))
            d.done("dir01", "incident", "close", case)
            kept = [d.show(f"#{row['id']}")["fields"]["format"] for row in d.show(case)["linked"] if row["kind"] == "issued_document"]
            self.assertEqual(sorted(set(kept)), ["docx", "html"])


def made_words(text):
    """Without what a writer adds by itself: the numbers of list items, rules, dashes."""
    return re.sub(r"[-—─]+", " ", text).replace("（签章）", " ").replace("(signature, seal)", " ")


def times(at):
    import datetime
    return (datetime.datetime.strptime(at[:19], "%Y-%m-%dT%H:%M:%S") + datetime.timedelta(hours=8)).strftime("%Y-%m-%d %H:%M:%S")


if __name__ == "__main__":
    main()
