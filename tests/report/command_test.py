#!/usr/bin/env python3
"""A report from the command line: the receipt and what it proves, the questions, late entry, the blank form."""
import html.parser
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lib"))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "scenario"))
from scene import Scene, main, moves  # noqa: E402
from terminal import Terminal  # noqa: E402

AWARE = "2026-03-02T07:50:00Z"
BEGIN = "-----BEGIN FENGSUI CHECKPOINT-----\n"


class Sheet(html.parser.HTMLParser):
    """The rows of the form: field -> label and box; and what it refers to."""

    def __init__(self, text):
        super().__init__()
        self.rows, self.field, self.tags, self.refs, self.text = {}, None, set(), [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        attrs = dict(attrs)
        self.refs += [v for k, v in attrs.items() if k in ("src", "href", "action") or "://" in (v or "")]
        if tag == "tr":
            self.field = attrs.get("data-field")
            self.rows.setdefault(self.field, "")

    def handle_data(self, data):
        self.text += data
        if self.field:
            self.rows[self.field] += data


def on_terminal(d, *args):
    return Terminal([d.program, *args, "--data", d.folder, "--lang", "en"])


class FromTheCommandLine(Scene):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="fengsui-report-")
        self.addCleanup(shutil.rmtree, self.folder)

    def keep(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        return path

    # ---- the receipt -----------------------------------------------------------------------------

    def submitted(self, d, **more):
        draft = d.done("uop_edu", "report", "create", unit=d.unit["edu"], aware_at=AWARE)
        return draft, d.done("uop_edu", "report", "submit", draft, reporter="联络员", what="网页被篡改", **more)

    def test_the_answer_of_the_daemon_is_a_receipt(self):
        with self.city() as d:
            draft, answer = self.submitted(d)
            receipt = answer["receipt"]
            self.assertEqual(receipt["record"], draft.number)
            self.assertEqual(receipt["number"], d.show(draft)["fields"]["receipt_no"])
            entry = [e for e in d.history(draft) if e["seq"] == receipt["seq"]]
            self.assertEqual(entry[0]["change"]["state"], {"life": "receipted"})
            self.assertGreater(int(receipt["checkpoint"].splitlines()[1]), receipt["seq"], "it covers the entry")
            d.verify("--against", self.keep("r.json", json.dumps(answer)))
            d.verify("--against", self.keep("note", receipt["checkpoint"]))

    def test_only_the_move_that_the_plan_names_gives_one(self):
        with self.city() as d:
            draft, _ = self.submitted(d)
            self.assertNotIn("receipt", d.done("uop_edu", "report", "append", draft, content="后续"))
            kind = [k for k in d.catalogue()["kinds"] if k["name"] == "report"][0]
            self.assertEqual([m["name"] for m in kind["moves"] if m["receipt"]], ["submit"])

    def test_asked_again_with_the_same_key_it_is_the_same(self):
        with self.city() as d:
            draft = d.done("uop_edu", "report", "create", unit=d.unit["edu"], aware_at=AWARE)
            one, two = (d.done("uop_edu", "report", "submit", draft, key="k1", reporter="联络员", what="网页被篡改")
                        for _ in range(2))
            self.assertEqual(one["receipt"], two["receipt"])

    def test_as_printed_it_proves_the_report_and_a_forged_one_does_not(self):
        with self.city() as d:
            printed = d.cli("report", "--unit", d.unit["edu"], "--what", "网页被篡改", "--aware-at", AWARE, "--as", "uop_edu",
                            "--out", os.path.join(self.folder, "receipt.txt"))
            with open(os.path.join(self.folder, "receipt.txt"), encoding="utf-8") as f:
                self.assertIn(BEGIN, f.read())
            self.assertIn("Held against 1", d.verify("--against", os.path.join(self.folder, "receipt.txt")))
            self.assertIn("Held against 1", d.verify("--against", self.keep("mailed", printed.replace("\n", "\r\n"))))
            size = printed.split(BEGIN)[1].splitlines()[1]
            forged = printed.replace(f"\n{size}\n", f"\n{int(size) - 1}\n")
            self.assertIn("TAMPERED", d.verify("--against", self.keep("forged", forged), expect=1))
            torn = printed.replace(BEGIN, BEGIN + "x\n")
            self.assertIn("TAMPERED", d.verify("--against", self.keep("torn", torn), expect=1))
            cut = printed[:printed.index("-----END")]
            d.cli("verify", d.folder, "--against", self.keep("cut", cut), expect=None)
            done = subprocess.run([d.program, "verify", d.folder, "--against", self.keep("cut", cut)], capture_output=True)
            self.assertEqual(done.returncode, 65)

    def test_a_record_set_back_behind_a_receipt_is_found(self):
        with self.city() as d:
            d.stop()
            early = os.path.join(self.folder, "early")
            shutil.copytree(d.folder, early)
            d.start()
            _, answer = self.submitted(d)
            kept = self.keep("r.json", json.dumps(answer))
            done = subprocess.run([d.program, "verify", early, "--against", kept], capture_output=True, text=True)
            self.assertEqual(done.returncode, 1, done.stdout)
            self.assertIn("the record went back", done.stdout)

    # ---- the quick command -------------------------------------------------------------------------

    def test_in_one_line_with_what_comes_next(self):
        with self.city() as d:
            said = d.cli("report", "--what", "网页被篡改", "--aware-at", AWARE, "--as", "uop_edu")
            report = d.list("report")[0]
            fields = d.show(report)["fields"]
            self.assertEqual((fields["unit"]["title"], fields["reporter"], fields["via"]),
                             ("市教育局信息中心", "市教育局信息中心联络员", "cli"))
            self.assertIn(fields["receipt_no"], said)
            self.assertRegex(said, r"Next: .*by 2026-03-02 08:15Z")
            self.assertIn("接下来", d.cli("report", "--what", "x", "--aware-at", AWARE, "--as", "uop_edu", lang="zh"))

    def test_by_telephone_with_a_number_to_call_back(self):
        with self.city() as d:
            said = d.cli("report", "--phone", "--unit", d.unit["edu"], "--reporter", "王五", "--what", "网页被篡改",
                         "--aware-at", AWARE, "--as", "dut01", expect=None)
            self.assertIn("number to call back", said)
            self.assertIn("The draft stands", said)
            d.cli("report", "--phone", "--unit", d.unit["edu"], "--reporter", "王五", "--what", "网页被篡改", "--contact",
                  "0531-86060000", "--aware-at", AWARE, "--as", "dut01")
            fields = d.show(d.list("report", "life:receipted")[0])["fields"]
            self.assertEqual((fields["via"], fields["contact"], fields["reporter"]), ("phone", "0531-86060000", "王五"))

    def test_asked_for_on_a_terminal_and_again_where_it_was_not_right(self):
        with self.city() as d:
            t = on_terminal(d, "report", "--phone", "--as", "dut01")
            for question, text in [("Unit", "没有的单位"), ("Reporter", "王五"), ("Call-back", ""), ("Aware", "10 min"),
                                   ("What", "网页被篡改")]:
                t.answer(question, text)
            t.until("there is no unit")
            for question, text in [("Unit", "unknown: 市民来电"), ("Reporter", ""), ("Call-back", ""), ("Aware", ""), ("What", "")]:
                t.answer(question, text)
            t.until("number to call back")
            for question, text in [("Unit", ""), ("Reporter", ""), ("Call-back", "0531-1"), ("Aware", ""), ("What", "")]:
                t.answer(question, text)
            t.until("Receipt RCP-2026-0001")
            t.until("Next: ")
            self.assertEqual(t.end(), 0)
            fields = d.show(d.list("report")[0])["fields"]
            self.assertEqual((fields["reporter"], fields["what"], fields["aware_at"], fields["unit"]),
                             ("王五", "网页被篡改", "2026-03-02T07:50:00.000000Z", {"unknown": "市民来电"}))
            self.assertEqual(len(d.list("report")), 1, "a draft that was refused is gone on with, not made anew")

    def test_who_turns_away_has_sent_nothing(self):
        with self.city() as d:
            t = on_terminal(d, "report", "--as", "uop_edu")
            t.answer("Call-back", "")
            t.answer("Aware", "")
            t.until("What[^\n]*: $")
            os.write(t.fd, b"\x04")
            t.until("Nothing was sent")
            self.assertEqual(t.end(), 64)
            self.assertEqual(d.list("report"), [])

    def test_any_move_asks_for_what_it_needs(self):
        with self.city() as d:
            draft, _ = self.submitted(d)
            t = on_terminal(d, "report", "reject", draft.number, "--ask", "--as", "dut01")
            t.answer("Why it was not accepted", "")
            t.until("not_technical")
            t.answer("Why it was not accepted", "test")
            t.until("Not accepted")
            self.assertEqual(t.end(), 0)
            d.expect_state(draft, life="rejected")
            d.verify_at_end = False
            self.others_agree = self.rebuilt_alike = lambda *_: None

    # ---- late entry --------------------------------------------------------------------------------

    def test_taken_on_paper_and_entered_when_the_network_is_back(self):
        with self.city() as d:
            late = []
            for hours, aware in ((1, "2026-03-02T06:50:00Z"), (3, "2026-03-02T04:50:00Z")):
                taken = f"2026-03-02T{8 - hours:02}:00:00Z"
                d.cli("report", "--what", f"{hours} h", "--aware-at", aware, "--occurred", taken, "--as", "uop_edu")
                report = d.list("report")[0]
                made = [m for m in moves(d, report.ref) if m["move"] == "submit"][0]
                self.assertEqual((made["entry"]["change"]["occurred"][:19], made["at"][:19]), (taken[:19], "2026-03-02T08:00:00"))
                late.append(made.get("late", False))
                self.assertIn(f"happened {taken[:10]} {taken[11:16]}", d.cli("report", "history", report.number))
                self.assertIn("entered late" if hours > 2 else "happened", d.cli("report", "history", report.number))
            self.assertEqual(late, [False, True], "CK17: beyond two hours it is marked, never refused")
            self.assertIn("补录", d.cli("report", "history", report.number, lang="zh"))

    def test_what_has_not_happened_yet_is_not_entered(self):
        with self.city() as d:
            said = d.cli("report", "--what", "x", "--aware-at", AWARE, "--occurred", "2026-03-02T09:00:00Z", "--as", "uop_edu", expect=None)
            self.assertIn("has not come yet", said)
            self.assertEqual(d.list("report"), [])

    # ---- the form -----------------------------------------------------------------------------------

    def test_the_blank_form_holds_every_field_of_the_plan(self):
        with self.city() as d:
            d.done("dut01", "contact", "create", unit="市信息产业局", channel="phone", address="0531-<1>", priority=2)
            d.done("dut01", "contact", "create", unit="市信息产业局", channel="phone", address="0531-86060000", priority=1)
            kind = [k for k in d.catalogue()["kinds"] if k["name"] == "report"][0]
            enums = d.catalogue()["enums"]
            for lang in ("zh", "en"):
                text = d.cli("report", "--form", lang=lang)
                sheet = Sheet(text)
                self.assertFalse(sheet.tags & {"script", "img", "link", "iframe", "object"}, sheet.tags)
                self.assertEqual(sheet.refs, [])
                self.assertNotIn("url(", text)
                self.assertIn("0531-86060000", sheet.text)
                for field in kind["fields"]:
                    self.assertIn(field[lang], sheet.rows.get(field["name"], ""), f"{field['name']} in {lang}")
                    for code in enums[field["of"]] if field["type"] == "enum" else []:
                        self.assertIn(code[lang], sheet.rows[field["name"]])

    @unittest.skipUnless(shutil.which("chromium") or os.environ.get("CI"), "no chromium here")
    def test_it_prints_on_one_page(self):
        with self.city() as d:
            for lang in ("zh", "en"):
                form, paper = (os.path.join(self.folder, name) for name in ("form.html", "form.pdf"))
                d.cli("report", "--form", "--out", form, lang=lang)
                subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={self.folder}/c",
                                f"--print-to-pdf={paper}", form], capture_output=True, timeout=60, check=True)
                with open(paper, "rb") as f:
                    self.assertEqual(len(re.findall(rb"/Type\s*/Page\b", f.read())), 1)


if __name__ == "__main__":
    main()
