#!/usr/bin/env python3
"""S30 full disk -- needs: root. Over HTTPS on a small file system: said to everybody, cases go on, nothing half written."""
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from scene import LEVEL3, ROOT, Scene, confirm_case, evidence, main, moment  # noqa: E402
from small import Small, stuff  # noqa: E402


class FullDisk(Scene):
    def test_it_is_said_and_work_on_the_case_goes_on(self):
        with Small() as where, self.real(folder=os.path.join(where, "d"), args=["--ballast", "16"],
                                         rules=os.path.join(ROOT, "rules")) as d:
            case, _ = confirm_case(d, LEVEL3, aware_at=moment(minutes=5))
            intake = d.web.token("sca01", "intake", source="edu-fw01")
            self.assertEqual(d.web.lines("edu-fw01", ["a line"], token=intake).status, 200)
            filler = stuff(where)
            written, refused = self.until_full(d, case)
            self.assertTrue(refused, "the disk never became full")
            for reply in refused:
                self.assertEqual((reply.status, reply.fault), (503, "busy"), reply)
                self.assertIn("retry-after", reply.headers)
                self.assertIn("disk is full", reply.json["en"])
                self.assertIn("磁盘已满", reply.json["zh"])
            self.files_and_lines_wait(d, intake)
            health = d.web.raw("GET", "/health")
            self.assertEqual((health.status, health.json["status"]), (503, "full"))
            os.unlink(filler)
            self.until_good(d)
            evidence(d, case, blob=d.upload(b"there is room again", as_="rsp01"))
            self.assertEqual(d.web.lines("edu-fw01", ["a line"], token=intake).json["stored"], 1)
            d.kill()
            d.start()
            there = [row["fields"]["text"] for row in d.list("lesson", limit=500)]
            self.assertEqual(sorted(there), sorted(written), "what was acknowledged, and nothing else")

    def until_full(self, d, case):
        written, refused = [], []
        for n in range(400):
            text = f"{n}-" + "字" * 8000
            reply = d.web.post("/api/v1/lesson", {"input": {"incident": case, "text": text}}, login="cl01")
            if reply.status == 201:
                written.append(text)
            else:
                refused.append(reply)
            if refused and reply.status == 201:  # the act that met the full disk was not stored; the next one is
                break
        return written, refused

    def files_and_lines_wait(self, d, intake):
        for reply in (d.web.post("/api/v1/uploads", {"size": 10}, login="rsp01"), d.web.lines("edu-fw01", ["a line"], token=intake)):
            self.assertEqual((reply.status, reply.fault), (503, "busy"), reply)
            self.assertIn("disk is full", reply.json["en"])
            self.assertIn("磁盘已满", reply.json["zh"])

    def until_good(self, d):
        until = time.monotonic() + 20
        while d.web.raw("GET", "/health").status != 200 and time.monotonic() < until:
            time.sleep(0.1)
        self.assertEqual(d.web.raw("GET", "/health").json["status"], "ok")


if __name__ == "__main__":
    main()
