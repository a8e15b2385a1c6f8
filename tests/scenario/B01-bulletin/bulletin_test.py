#!/usr/bin/env python3
"""B01 Bulletins: for the units of a sector, each of which confirms what it has read; a correction is read anew (G08)."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from scene import Scene, UNITS, main, told  # noqa: E402

TEXT = dict(type="info", title="教务系统弱口令通报", facts="近期多所学校教务系统被撞库", hazard="成绩数据可能被改", measures="启用双因素认证",
            marking="members", title_en="Weak passwords of school systems", facts_en="Accounts were tried out")


class Bulletin(Scene):
    cites = "N15 N43"
    goals = {"G08": "test_an_education_unit_reads_it_and_a_bank_does_not test_a_correction_is_read_anew "
                    "test_the_list_says_who_has_read_what"}

    def issued(self, d):
        sector = next(s.ref for s in d.list("sector", limit=50) if s["fields"]["name"] == "教育")
        for key in ("edu", "uni"):
            d.done("dir01", "unit", "edit", d.unit[key], sector=sector)
        bulletin = d.done("dut01", "bulletin", "create", sector=sector, **TEXT).number
        d.done("dut01", "bulletin", "ready", bulletin)
        d.done("dir01", "bulletin", "approve", bulletin)
        d.done("dir01", "bulletin", "publish", bulletin)
        return bulletin

    def readers(self, d, bulletin):
        return {r["fields"]["unit"]["title"]: r for r in (d.show(x.ref) for x in d.linked(bulletin, "bulletin_reader"))}

    def absent(self, d, login, ref):
        self.assertEqual(d.ask(op="show", ref=ref, **{"as": login}).get("fault"), "absent")

    def test_an_education_unit_reads_it_and_a_bank_does_not(self):
        with self.city() as d:
            bulletin = self.issued(d)
            edition = d.linked(bulletin, "edition")[0].ref
            self.assertEqual(d.show(bulletin, "uop_edu")["fields"]["facts"], TEXT["facts"])
            self.assertEqual(d.show(edition, "uop_uni")["fields"]["facts"], TEXT["facts"])
            for login in ("uop_bank", "uhd_bank", "uop_tax", "uop_hosp"):
                self.absent(d, login, bulletin)
                self.absent(d, login, edition)
                self.assertEqual(d.list("bulletin", as_=login), [])
                self.assertEqual(d.list("edition", as_=login), [])
            reader = self.readers(d, bulletin)[UNITS["uni"][0]].ref
            self.absent(d, "uop_bank", reader)
            self.absent(d, "uop_edu", reader)

    def test_a_draft_is_read_by_nobody_that_it_is_for(self):
        with self.city() as d:
            sector = next(s.ref for s in d.list("sector", limit=50) if s["fields"]["name"] == "教育")
            d.done("dir01", "unit", "edit", d.unit["edu"], sector=sector)
            bulletin = d.done("dut01", "bulletin", "create", sector=sector, **TEXT).number
            self.absent(d, "uop_edu", bulletin)
            d.done("dut01", "bulletin", "ready", bulletin)
            own = d.done("dir01", "bulletin", "create", sector=sector, **TEXT).number
            d.done("dir01", "bulletin", "ready", own)
            d.refused("N15", "dir01", "bulletin", "approve", own)
            d.done("dir02", "bulletin", "approve", own)
            d.refused("N43", "dir01", "bulletin", "edit", own, facts="别的内容")

    def test_it_is_told_to_the_units_of_the_sector_alone(self):
        with self.city() as d:
            bulletin = self.issued(d)
            recipients = {r for x in self.readers(d, bulletin).values() for e in d.history(x.ref) for r in told(e)}
            self.assertEqual(recipients, {"unit:" + d.unit[key][1:] for key in ("edu", "uni")})

    def test_the_list_says_who_has_read_what(self):
        with self.city() as d:
            bulletin = self.issued(d)
            readers = self.readers(d, bulletin)
            d.pass_time("10 min")
            d.done("uop_edu", "bulletin_reader", "read", readers[UNITS["edu"][0]].ref)
            after = self.readers(d, bulletin)
            self.assertEqual({name: (r.states["life"], r["fields"].get("edition_read"), r["fields"].get("read_at", "")[:16])
                              for name, r in after.items()},
                             {UNITS["edu"][0]: ("read", 1, "2026-03-02T08:10"), UNITS["uni"][0]: ("told", None, "")})
            self.assertEqual(d.try_("uop_bank", "bulletin_reader", "read", after[UNITS["uni"][0]].ref).get("fault"), "absent")

    def kept(self, d, bulletin, as_=None):
        return [d.show(f"#{row['id']}", as_)["fields"] for row in d.show(bulletin, as_)["linked"] if row["kind"] == "issued_document"]

    def words(self, d, kept):
        with open(os.path.join(d.folder, "blobs", kept["file"][:2], kept["file"]), encoding="utf-8") as f:
            return f.read()

    def test_each_edition_is_kept_as_documents(self):
        with self.city() as d:
            bulletin = self.issued(d)
            first = self.kept(d, bulletin)
            self.assertEqual(sorted((k["template"], k["language"], k["format"]) for k in first),
                             [("bulletin_notice", lang, f) for lang in ("en", "zh") for f in ("docx", "html", "pdf")])
            texts = {k["language"]: self.words(d, k) for k in first if k["format"] == "html"}
            number = d.show(bulletin)["fields"]["document_no"]
            for lang, words in (("zh", (TEXT["facts"], "一、情况", number)), ("en", (TEXT["facts_en"], "1  Facts", number))):
                for word in words:
                    self.assertIn(word, texts[lang])
            d.both("dut01", "dir01", "bulletin", "correct", bulletin, facts="涉及两所学校")
            pages = [self.words(d, k) for k in self.kept(d, bulletin) if k["format"] == "html" and k["language"] == "zh"]
            self.assertEqual([("涉及两所学校" in p, TEXT["facts"] in p) for p in pages], [(False, True), (True, False)], "what was sent stays as it was")
            # For its readers, and nobody else.
            self.assertEqual(len(self.kept(d, bulletin, "uop_edu")), 12)
            one = next(row["id"] for row in d.show(bulletin)["linked"] if row["kind"] == "issued_document")
            self.absent(d, "uop_bank", f"#{one}")

    def test_a_correction_is_read_anew(self):
        with self.city() as d:
            bulletin = self.issued(d)
            readers = self.readers(d, bulletin)
            d.done("uop_edu", "bulletin_reader", "read", readers[UNITS["edu"][0]].ref)
            d.proposed("dut01", "bulletin", "correct", bulletin, facts="涉及两所学校")
            d.refused("N15", "dut01", "bulletin", "correct", bulletin)
            d.done("dir01", "bulletin", "correct", bulletin)
            after = self.readers(d, bulletin)
            for key in ("edu", "uni"):
                self.assertEqual(after[UNITS[key][0]].states["life"], "told")
                last = d.history(after[UNITS[key][0]].ref)[-1]
                self.assertEqual(told(last), ["unit:" + d.unit[key][1:]])
            editions = {e["fields"]["edition_no"]: e for e in (d.show(x.ref) for x in d.linked(bulletin, "edition"))}
            self.assertEqual((editions[1].states["life"], editions[2].states["life"]), ("replaced", "current"))
            self.assertEqual(editions[2]["fields"]["facts"], "涉及两所学校")
            d.done("uop_edu", "bulletin_reader", "read", after[UNITS["edu"][0]].ref)
            self.assertEqual(self.readers(d, bulletin)[UNITS["edu"][0]]["fields"]["edition_read"], 2)

    def test_a_withdrawn_one_stays_readable_as_withdrawn(self):
        with self.city() as d:
            bulletin = self.issued(d)
            d.done("dir01", "bulletin", "withdraw", bulletin, reason="情况不实")
            self.assertEqual(d.show(bulletin, "uop_edu").states["life"], "withdrawn")
            edition = d.show(d.linked(bulletin, "edition")[0].ref, "uop_edu")
            self.assertEqual((edition.states["life"], edition["fields"]["reason"]), ("withdrawn", "情况不实"))


if __name__ == "__main__":
    main()
