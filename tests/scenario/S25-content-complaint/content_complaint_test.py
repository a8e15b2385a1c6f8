#!/usr/bin/env python3
"""S25 A complaint about content is refused and leaves number, time and code; a hacked forum is a technical incident."""
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from scene import ROOT, Scene, binary, main, told  # noqa: E402

AWARE = "2026-03-02T07:50:00Z"
WORDS = ("论坛谣言甲乙丙丁", "请求封堵某帖", "举报人周某", "0531-70000001")


class ContentComplaint(Scene):
    cites = "T065 N25 N33"

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

    def test_over_http_the_unit_reads_why_and_the_screenshots_are_gone(self):
        """Uploaded and reported with a session; rejected with a fresh proof; then neither words nor file come back."""
        with self.city(erased=True, http=True) as d:
            shots = [d.upload(bytes_ * 300, as_="uop_edu") for bytes_ in (b"screenshot over http", b"another of http")]
            made = d.web.post("/api/v1/report", {"input": {"unit": "市教育局信息中心", "aware_at": AWARE, "what": WORDS[0], "reporter": WORDS[2],
                                                           "attachment": shots, "via": "web"}}, login="uop_edu")
            number = made.json["number"]
            handed = d.web.post(f"/api/v1/report/{number}/submit", {}, login="uop_edu")
            self.assertEqual(handed.status, 200, handed)
            at = f"/api/v1/report/{number}/file/attachment"
            for query, bytes_ in (("", b"screenshot over http"), ("?number=2", b"another of http")):
                self.assertEqual(d.web.get(at + query, login="uop_edu").body, bytes_ * 300)
            self.assertEqual([d.web.get(at + q, login="uop_edu").status for q in ("?number=3", "?number=0", "?number=x")], [404, 422, 422])
            self.assertEqual(d.web.get(at, login="uop_tax").status, 404)
            d.web.who("dut01")
            d.pass_time("6 min")
            reject = {"input": {"reason_code": "not_technical"}}
            stale = d.web.ask("POST", f"/api/v1/report/{number}/reject", reject, login="dut01", patient=False)
            self.assertEqual((stale.status, stale.fault), (401, "step_up"), "what erases wants a fresh proof")
            self.assertEqual(d.web.step_up("dut01").status, 200)
            done = d.web.post(f"/api/v1/report/{number}/reject", reject, login="dut01")
            self.assertEqual(done.status, 200, done)
            shown = d.web.get(f"/api/v1/report/{number}", login="uop_edu")
            self.assertEqual((shown.json["states"]["life"], shown.json["fields"]["reason_code"]), ("rejected", "not_technical"))
            said = next(c for c in d.catalogue()["enums"]["report_refusal"] if c["code"] == "not_technical")
            self.assertEqual((said["zh"], said["en"]), ("不属于技术安全事件", "no technical security incident"))
            self.assertEqual(d.web.get(at, login="uop_edu").status, 404)
            for path in (f"/api/v1/report/{number}", f"/api/v1/report/{number}/history"):
                body = d.web.get(path, login="dir01").body.decode()
                for word in (WORDS[0], WORDS[2]):
                    self.assertNotIn(word, body)
            self.assertEqual(self.holders(d, (WORDS[0], WORDS[2], "screenshot over http", "another of http")), [])

    def test_no_pack_and_no_rule_makes_it_a_watch(self):
        """A plan, a rule or a mapping that would listen to people is refused with N33 before anything of it runs."""
        boundary = os.path.join(ROOT, "tests", "boundary")
        with self.city(people=False) as d:
            for name in ("forum_keywords.yml", "person_watch.yml", "report_text.yml", "social_category.yml"):
                rule = os.path.join(boundary, "rules", name)
                done = subprocess.run([binary(), "watch", "--strict", "--rules", rule, "-"], input="x\n", text=True, capture_output=True)
                self.assertNotEqual(done.returncode, 0, name)
                self.assertIn("N33", done.stderr, name)
                self.saw("N33")
            before = d.catalogue()["digest"]
            self.assertFalse(d.ask(op="publish", pack=os.path.join(boundary, "packs", "03-keyword-as-alarm")).ok)
            self.assertEqual(d.catalogue()["digest"], before)

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
