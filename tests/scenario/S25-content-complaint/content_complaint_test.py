#!/usr/bin/env python3
"""S25 A complaint about content is refused and leaves number, time and code; a hacked forum is a technical incident."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from scene import Scene, main, told  # noqa: E402

AWARE = "2026-03-02T07:50:00Z"
WORDS = ("论坛谣言甲乙丙丁", "请求封堵某帖", "举报人周某", "0531-70000001")


class ContentComplaint(Scene):
    def complaint(self, d):
        shots = [d.upload(b"screenshot %d" % i * 3000) for i in range(2)]
        report = d.done("uop_edu", "report", "create", unit=d.unit["edu"], aware_at=AWARE, what=WORDS[0], content=WORDS[1],
                        reporter=WORDS[2], contact=WORDS[3], attachment=shots)
        d.done("uop_edu", "report", "submit", report)
        return report, shots

    def files(self, d):
        for where, _, names in os.walk(d.folder):
            for name in names:
                if not name.endswith(".sock"):
                    yield os.path.join(where, name)

    def holders(self, d, words):
        found = []
        for path in self.files(d):
            with open(path, "rb") as f:
                data = f.read()
            found += [(os.path.basename(path), word) for word in words if word.encode() in data]
        return found

    def test_of_a_rejected_complaint_stay_number_time_and_code(self):
        with self.city(erased=True) as d:
            report, shots = self.complaint(d)
            self.assertTrue(self.holders(d, WORDS[:1]), "the words are there before, or this proves nothing")
            receipt = d.show(report)["fields"]["receipt_no"]
            d.refused("N25", "dut01", "report", "reject", report)
            d.done("dut01", "report", "reject", report, reason_code="not_technical")
            d.expect_state(report, life="rejected")
            fields = d.show(report)["fields"]
            self.assertEqual((fields["receipt_no"], fields["reason_code"]), (receipt, "not_technical"))
            for name in ("what", "content", "reporter", "contact"):
                self.assertNotIn(fields.get(name), WORDS)
            self.assertEqual([s for s in shots if os.path.exists(os.path.join(d.folder, "blobs", s[:2], s))], [])
            self.assertEqual(d.list("report", f'"{WORDS[0]}"'), [])
            self.assertEqual(self.holders(d, WORDS), [])
            last = d.history(report)
            self.assertTrue(any("教育局" in str(t) or "unit" in str(t) for e in last for t in told(e)), "the unit is told")

    def test_it_becomes_no_case_by_any_role(self):
        with self.city(erased=True) as d:
            report, _ = self.complaint(d)
            d.done("dut01", "report", "reject", report, reason_code="not_technical")
            for who in ("dut01", "dir01", "lg01"):
                d.refused("N25" if who != "lg01" else "N21", who, "incident", "create", title="x", reporter="x", unit=d.unit["edu"],
                          aware_at=AWARE, what="x", report=report)
            self.assertEqual(d.list("incident"), [])
            codes = [c["code"] for c in d.catalogue()["enums"]["incident_class"]]
            self.assertFalse({"rumour", "content", "speech", "other"} & set(codes))

    def test_there_is_no_function_for_content(self):
        with self.city() as d:
            for kind in ("keyword", "watch", "topic", "content_case"):
                self.assertIn("no kind", d.fault("invalid", "dir01", kind, "create", text="谣言")["en"])

    def test_a_hacked_forum_takes_the_ordinary_course(self):
        with self.city() as d:
            report = d.done("uop_edu", "report", "create", unit=d.unit["edu"], aware_at=AWARE, what="论坛被入侵，帖子被替换", reporter="版主")
            d.done("uop_edu", "report", "submit", report)
            case = d.done("dut01", "incident", "create", title="论坛被入侵", reporter="版主", unit=d.unit["edu"], aware_at=AWARE,
                          what="论坛被入侵，帖子被替换", report=report)
            d.expect_state(report, life="linked")
            d.expect_state(case, handling="received")


if __name__ == "__main__":
    main()
