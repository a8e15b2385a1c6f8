#!/usr/bin/env python3
"""S23 A botnet control host inside the city: another centre's signed notice, its unit's tasking, the police, and hashes that hold."""
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from scene import LEVEL2, Scene, last, main, open_case, verify_case  # noqa: E402
import cap  # noqa: E402
from web import Web  # noqa: E402

HTTP = ["--http", "127.0.0.1:0"]
XML = {"Content-Type": "application/cap+xml"}
SAID = {"title": "僵尸网络控制端在贵市", "hazard": "203.0.113.77 控制受害主机", "measures": "清理该主机"}


class BotnetHost(Scene):
    cites = "T006 T026 T090 T095 T096 N45 N38 N18 N23"
    goals = {"G25": "test_a_peers_notice_is_validated_and_becomes_a_case",
             "G55": "test_the_police_get_a_package_and_no_byte_of_it_changes_unseen"}

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="fengsui-s23-")
        self.addCleanup(shutil.rmtree, self.folder)

    def notice(self):
        """What another centre published, as the signed file that left it; and its certificate."""
        with self.city(args=[*HTTP, "--cap-sender", "csirt@peer.example"]) as peer:
            warning = peer.done("dut01", "warning", "create", **SAID, level=3, marking="members").number
            peer.done("dir01", "warning", "review", warning)
            peer.done("dut01", "warning_target", "create", warning=warning, unit=peer.unit["edu"])
            peer.done("dir01", "warning", "approve", warning)
            peer.done("dir01", "warning", "publish", warning)
            digest = peer.show(peer.linked(warning, "edition")[0].ref)["fields"]["cap_file"]
            with open(os.path.join(peer.folder, "blobs", digest[:2], digest), "rb") as f:
                data = f.read()
            shutil.copy(os.path.join(peer.folder, "keys", "cap.pem"), os.path.join(self.folder, "peer.pem"))
            return data

    def sent(self, d, data, login="dut01"):
        return Web(d).ask("POST", "/cap", data, login=login, headers=XML)

    def decide(self, d, warning):
        d.done("dut01", "warning_target", "create", warning=warning, unit=d.unit["uni"])
        d.done("dut01", "warning", "edit", warning, level=3, measures="清理该主机", marking="members")
        d.done("dir01", "warning", "review", warning)

    def test_a_peers_notice_is_validated_and_becomes_a_case(self):
        data = self.notice()
        with self.city(args=HTTP) as d:
            shutil.copy(os.path.join(self.folder, "peer.pem"), os.path.join(d.folder, "keys", "cap-trusted.pem"))
            taken = self.sent(d, data)
            self.assertEqual(taken.status, 201, taken)
            warning = taken.json["number"]
            fields = d.show(warning)["fields"]
            self.assertEqual((fields["imported_signature"], fields["hazard"]), ("good", SAID["hazard"]))
            self.assertTrue(fields["imported_ref"].startswith("csirt@peer.example,"))
            # The case rests on that very file.
            case = verify_case(d, LEVEL2, "uni", title="校内主机控制僵尸网络")
            d.done("cl01", "incident", "record_facts", case, **{"class": "abuse"})
            source = d.done("dut01", "evidence", "create", incident=case, type="document", label_text="邻市中心通报",
                            blob=fields["imported_file"])
            self.assertEqual(d.show(source.ref)["fields"]["blob"], fields["imported_file"])
            task = self.tasked(d, case)
            self.cleaned(d, case, task)
            # A centre that is known vouches for its message: nobody has to be asked about it.
            self.decide(d, warning)
            d.done("dir01", "warning", "approve", warning)

    def test_a_notice_of_nobody_that_is_known_waits_until_somebody_vouches(self):
        data = self.notice()
        text = data.decode()
        unsigned = text[:text.index("<ds:Signature")] + text[text.index("</ds:Signature>") + len("</ds:Signature>"):] \
            if "<ds:Signature" in text else text[:text.index("<Signature")] + text[text.index("</Signature>") + len("</Signature>"):]
        changed = data.replace("203.0.113.77".encode(), b"203.0.113.78")
        self.assertNotEqual(changed, data)
        for sent, state in ((data, "unknown"), (unsigned.encode(), "unsigned"), (changed, "wrong")):
            with self.city(args=HTTP) as d:
                if state == "wrong":
                    shutil.copy(os.path.join(self.folder, "peer.pem"), os.path.join(d.folder, "keys", "cap-trusted.pem"))
                warning = self.sent(d, sent).json["number"]
                self.assertEqual(d.show(warning)["fields"]["imported_signature"], state)
                self.decide(d, warning)
                d.refused("N45", "dir01", "warning", "approve", warning, says="verify its source")
                d.refused("N45", "pio01", "warning", "vouch", warning, source_checked="我说的")
                d.refused("N45", "dut01", "warning", "vouch", warning)
                d.done("dut01", "warning", "vouch", warning, source_checked="已电话核实邻市中心值班员")
                d.done("dir01", "warning", "approve", warning)

    def test_who_is_no_member_imports_nothing_and_what_is_malformed_is_refused(self):
        good = cap.MESSAGE.replace("2026-11-2", "2026-03-2")
        with self.city(args=HTTP) as d:
            self.assertEqual(Web(d).raw("POST", "/cap", good.encode(), XML).status, 401)
            self.assertEqual(self.sent(d, good.encode(), "fin01").status, 403)
            for bad in (good[:900], good.replace("<severity>Severe", "<severity>Bad"), "<x/>", good.replace("<urgency>Immediate</urgency>", "")):
                reply = self.sent(d, bad.encode())
                self.assertEqual(reply.status, 422, reply)
                self.assertIn("N38", reply.body.decode())
                self.saw("N38")
            self.assertEqual(d.list("warning"), [])

    def tasked(self, d, case):
        return d.done("cl01", "tasking", "create", incident=case, type="order", text="清理主机并留存样本", assignee=d.unit["uni"],
                      accountable=d.who["uhd_uni"], due_at="2026-03-03T08:00:00Z").ref

    def cleaned(self, d, case, task):
        d.done("uop_uni", "tasking", "ack", task)
        d.done("uop_uni", "tasking", "begin", task)
        sample = d.upload(b"MZ sample" * 100)
        evidence = d.done("uop_uni", "evidence", "create", incident=case, type="sample", label_text="控制端样本", blob=sample)
        d.done("uop_uni", "tasking", "done", task, result="已清理，样本已留存")
        d.done("cl01", "tasking", "verify", task)
        self.assertEqual(d.show(evidence.ref)["fields"]["blob"], sample)

    def referred(self, d):
        case = open_case(d, "uni", title="校内主机控制僵尸网络")
        d.done("dut01", "evidence", "create", incident=case, type="log", label_text="控制流量日志", blob=d.upload(b"c2 log" * 100))
        task = d.done("dir01", "tasking", "create", incident=case, type="order", text="清理主机并留存样本", assignee=d.unit["uni"],
                      accountable=d.who["uhd_uni"], due_at="2026-03-03T08:00:00Z").ref
        d.done("dir01", "incident", "refer", case, receiving_authority="市公安局")
        return case, task

    def test_the_police_get_a_package_and_no_byte_of_it_changes_unseen(self):
        with self.city() as d:
            case, task = self.referred(d)
            d.expect_state(case, handling="referred")
            self.assertIn("T006", last(d, case, "refer")["rows"])
            package = os.path.join(self.folder, "referral")
            self.assertTrue(d.ask(op="bundle", refs=[case], dir=package).ok)
            self.assertEqual(self.verified(d, package), 0)
            # Whoever changes a byte of what was handed over is found out, in whichever file.
            files = [os.path.join(where, n) for where, _, names in os.walk(package) for n in names]
            self.assertGreater(len(files), 2)
            for path in files:
                with open(path, "rb") as f:
                    before = f.read()
                if not before or path.endswith((".txt", ".md", ".html", ".js")):
                    continue
                for at in {0, len(before) // 2, len(before) - 2}:
                    with open(path, "wb") as f:
                        f.write(before[:at] + bytes([before[at] ^ 1]) + before[at + 1:])
                    self.assertNotEqual(self.verified(d, package), 0, f"{path} at {at}")
                with open(path, "wb") as f:
                    f.write(before)
            self.assertEqual(self.verified(d, package), 0)
            # Their number is stored; the case is put away with their receipt, and not over an open tasking.
            d.refused("N04", "dir01", "incident", "handed_over", case)
            d.refused("N23", "dir01", "incident", "handed_over", case, hand_over_receipt="公网安[2026]77号")
            d.done("uop_uni", "tasking", "ack", task)
            d.done("uop_uni", "tasking", "begin", task)
            d.done("uop_uni", "tasking", "done", task, result="已清理")
            d.done("dir01", "tasking", "verify", task)
            d.done("dir01", "incident", "record_facts", case, referral_no="公网安[2026]77号")
            d.done("dir01", "incident", "handed_over", case, hand_over_receipt="公网安[2026]77号")
            self.assertIn("T026", last(d, case, "handed_over")["rows"])
            d.expect_field(case, referral_no="公网安[2026]77号")

    def verified(self, d, folder):
        return subprocess.run([d.program, "verify", folder], capture_output=True).returncode

    def test_what_was_sealed_for_the_police_is_not_handed_over_changed(self):
        with self.city(verify=False) as d:
            case, _ = self.referred(d)
            digest = d.upload(b"referral package" * 100, as_="dut01")
            ref = d.done("dut01", "evidence", "create", incident=case, type="document", label_text="移送材料包", blob=digest).ref
            d.done("dut01", "evidence", "seal", ref, place="保险柜", capturer=d.who["dut01"], custodian=d.who["dir01"])
            path = os.path.join(d.folder, "blobs", digest[:2], digest)
            os.chmod(path, 0o600)
            with open(path, "r+b") as f:
                before = f.read(1)
                f.seek(0)
                f.write(b"X")
            d.refused("N18", "dir01", "evidence", "transfer", ref, receiver=d.who["sup01"])
            with open(path, "r+b") as f:
                f.write(before)
            d.both("dir01", "sup01", "evidence", "transfer", ref, receiver=d.who["sup01"])
            d.expect_state(ref, life="transferred")

    def test_what_nobody_vouches_for_is_refused(self):
        with self.city() as d:
            said = dict(title="僵尸网络通报", source="未知来源", reference="x", product="路由器", hazard="受控")
            d.refused("N45", "uop_edu", "advisory", "create", **said)
            d.refused("N45", "pio01", "advisory", "create", **said)
            d.done("sup01", "advisory", "create", **{**said, "source": "市公安局"})


if __name__ == "__main__":
    main()
