#!/usr/bin/env python3
"""Reports by mail: a real Dovecot, TLS, and everything that a message can be."""
import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lib"))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "scenario"))
from imap import PROGRAM, Mailserver  # noqa: E402
from scene import Scene, main, record_size  # noqa: E402


def message(subject=b"portal defaced", body=b"since half past seven", sender=b"Wang <wang@edu.example>", id_=b"<1@edu.example>",
            head=b"", type_=b"text/plain; charset=utf-8"):
    return (b"From: " + sender + b"\r\nTo: duty@office.example\r\nSubject: " + subject + b"\r\nMessage-ID: " + id_ + b"\r\n" + head +
            b"Content-Type: " + type_ + b"\r\n\r\n" + body + b"\r\n")


def with_files(*files, body="见附件", id_=b"<f@edu.example>"):
    parts = ["--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + body]
    for name, data in files:
        parts.append(f"--b\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n"
                     f"Content-Disposition: attachment; filename=\"{name}\"\r\n\r\n" + base64.encodebytes(data).decode())
    return message(body="\r\n".join([*parts, "--b--"]).encode(), id_=id_, type_=b'multipart/mixed; boundary="b"')


def nested(depth):
    text = b"x"
    for i in range(depth):
        text = b"--b%d\r\nContent-Type: text/plain\r\n\r\n%s\r\n--b%d--" % (i, text, i) if i == 0 else \
            b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n%s\r\n--b%d--" % (i, i - 1, text, i)
    return message(body=text, id_=b"<deep%d@x>" % depth, type_=b"multipart/mixed; boundary=b%d" % (depth - 1))


@unittest.skipUnless(os.path.exists(PROGRAM) or os.environ.get("CI"), "no dovecot-imapd here")
class ByMail(Scene):
    server = None

    def setUp(self):
        self.server = Mailserver()
        self.server.__enter__()
        self.addCleanup(self.server.__exit__)

    def args(self, address=None, ca=True, every="1 s"):
        return ["--mail", address or self.server.address(), "--mail-password-file", self.server.password_file, "--mail-every", every,
                *(["--mail-ca", self.server.ca] if ca else [])]

    def listening(self, **more):
        return self.city(args=self.args(**{k: more.pop(k) for k in ("address", "ca", "every") if k in more}), **more)

    def until(self, d, what, holds):
        end = time.monotonic() + 30
        while True:
            status = d.status()["mail"]
            if holds(status):
                return status
            if time.monotonic() > end:
                self.fail(f"not {what}: {json.dumps(status, ensure_ascii=False)}\n{d.said()}")
            time.sleep(0.02)

    def filed(self, d, taken=0, refused=0, again=0):
        return self.until(d, f"filed {taken}, {refused}, {again}",
                          lambda s: (s["taken"], s["refused"], s["again"]) == (taken, refused, again))

    def reports(self, d):
        return [d.show(r.ref)["fields"] for r in reversed(d.list("report"))]

    def blob(self, d, digest):
        with open(os.path.join(d.folder, "blobs", digest[:2], digest), "rb") as f:
            return f.read()

    # ---- what is taken ----------------------------------------------------------------------------

    def test_one_message_is_one_report_claimed_and_not_proven(self):
        with self.listening() as d:
            d.do(None, "person", "create", name="王老师", unit=d.unit["edu"], mail="w2@edu.example, Wang@EDU.example")
            raw = message()
            self.server.put(raw, when=time.time() - 3600)
            self.filed(d, taken=1)
            self.assertEqual(self.server.folder("INBOX"), [])
            self.assertEqual(self.server.folder("Fengsui-taken"), [raw])
            fields = self.reports(d)[0]
            self.assertEqual((fields["via"], fields["what"], fields["content"], fields["reporter"], fields["sender"]),
                             ("mail", "portal defaced", "since half past seven", "Wang", "wang@edu.example"))
            self.assertEqual(fields["unit"]["title"], "市教育局信息中心")
            self.assertNotIn("callback", fields)
            self.assertEqual(self.blob(d, fields["message"]), raw)
            report = d.list("report")[0]
            d.expect_state(report, life="receipted")
            self.assertEqual({e["actor"] for e in d.history(report)}, {"mail"})
            self.assertIn("the mail box", d.cli("report", "history", report.number))

    def test_it_joins_no_case_before_somebody_called_back(self):
        with self.listening() as d:
            self.server.put(message())
            self.filed(d, taken=1)
            report = d.list("report")[0]
            case = {"title": "x", "reporter": "x", "aware_at": "2026-03-02T08:00:00Z", "what": "x", "unit": d.unit["edu"]}
            d.refused("N45", "dut01", "incident", "create", report=report, **case)
            d.done("dut01", "report", "call_back", report, contact="0531-1", callback="false", unit=d.unit["edu"])
            d.refused("N45", "dut01", "incident", "create", report=report, **case)
            d.done("dut01", "report", "call_back", report, contact="0531-1", callback="verified")
            d.done("dut01", "incident", "create", report=report, **case)
            d.expect_state(report, life="linked")

    def test_chinese_in_every_charset_and_a_head_without_one(self):
        word = "门户网站被篡改"
        with self.listening() as d:
            b64 = b"=?gb18030?B?" + base64.b64encode(word.encode("gb18030")) + b"?="
            self.server.put(
                message(b64, word.encode("gb18030"), id_=b"<a@x>", type_=b"text/plain; charset=gb18030"),
                message(word.encode("gb18030"), "囍㐀".encode("gb18030"), id_=b"<b@x>", type_=b"text/plain; charset=gb2312"),
                message(word.encode(), word.encode(), id_=b"<c@x>", type_=b"text/plain"),
                message(b"=?utf-8?Q?caf=C3=A9=0D=0ABcc:_x?=", b"caf\xe9", id_=b"<d@x>", type_=b"text/plain; charset=iso-8859-1"))
            self.filed(d, taken=4)
            said = [(f["what"], f["content"]) for f in self.reports(d)]
            self.assertEqual(said, [(word, word), (word, "囍㐀"), (word, word), ("café Bcc: x", "café")])

    def test_attachments_are_evidence_and_their_names_are_words(self):
        with self.listening() as d:
            files = [("../../etc/passwd", b"\0\1\2" * 50), ("网页.png", b"PNG" * 9000), ("a.pdf.exe", b"MZ")]
            self.server.put(with_files(*files))
            self.filed(d, taken=1)
            fields = self.reports(d)[0]
            self.assertEqual(fields["attachment"], [hashlib.sha256(data).hexdigest() for _, data in files])
            for digest, (_, data) in zip(fields["attachment"], files):
                self.assertEqual(self.blob(d, digest), data)
            self.assertIn("[1] ../../etc/passwd (application/octet-stream, 150 B,", fields["content"])
            self.assertFalse(os.path.exists(os.path.join(d.folder, "etc")))

    def test_who_answers_a_foreign_case_is_not_joined_to_it(self):
        with self.listening() as d:
            case = d.do("dut01", "incident", "create", title="x", reporter="x", aware_at="2026-03-02T07:50:00Z", what="x", unit=d.unit["edu"])
            before = d.show(case)["version"]
            self.server.put(message(f"Re: [{case.number}]".encode(), head=f"In-Reply-To: <{case.number}@office.example>\r\n".encode()))
            self.filed(d, taken=1)
            self.assertNotIn("incident", self.reports(d)[0])
            self.assertEqual(d.show(case)["version"], before)

    def test_words_of_a_mail_raise_no_alert(self):
        with self.listening(rules=os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "rules")) as d:
            line = "<38>Mar  2 08:00:00 h sshd[1]: Failed password for root from 203.0.113.9 port 1 ssh2\n"
            self.server.put(message(body=(line * 30).encode()))
            self.filed(d, taken=1)
            self.assertEqual(d.list("alert"), [])

    # ---- what is refused -----------------------------------------------------------------------------

    def test_what_no_person_wrote_is_refused(self):
        heads = [b"Auto-Submitted: auto-replied\r\n", b"List-Id: <x.example>\r\n", b"list-unsubscribe: <mailto:x@y>\r\n",
                 b"Precedence: bulk\r\n", b"Return-Path: <>\r\nAuto-Submitted: auto-replied\r\n", b"X-Loop: x\r\n"]
        with self.listening() as d:
            size = record_size(d)
            self.server.put(*[message(head=h, id_=b"<%d@x>" % i) for i, h in enumerate(heads)],
                            message(id_=b"<fengsui-1@office.example>"),
                            message(id_=b"<r@x>", type_=b"multipart/report; report-type=disposition-notification; boundary=b", body=b"--b\r\n\r\nx\r\n--b--"),
                            message(id_=b"<ok@x>", head=b"Auto-Submitted: no\r\nPrecedence: normal\r\n"))
            status = self.filed(d, taken=1, refused=8)
            self.assertEqual(status["causes"], {"loop": 8, "limit": 0, "malformed": 0, "rate": 0, "plan": 0})
            self.assertIn("loop: ", status["last_refusal"])
            self.assertEqual(len(self.server.folder("Fengsui-refused")), 8)
            self.assertEqual(len(d.list("report")), 1)
            self.assertLess(record_size(d) - size, 4, "what is refused leaves nothing in the record")
            self.assertEqual(len(os.listdir(os.path.join(d.folder, "blobs"))), 1, "nor on the disk")

    def test_bombs_are_refused_before_they_cost_memory(self):
        with self.listening() as d:
            many = message(id_=b"<many@x>", type_=b"multipart/mixed; boundary=b",
                           body=b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n" * 250 + b"--b--")
            flood = message(id_=b"<flood@x>", type_=b"multipart/mixed; boundary=b",
                            body=b"--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" * 60000)
            self.server.put(nested(15), nested(30), nested(3000), many, flood,
                            with_files(*[(f"f{i}", b"x%d" % i) for i in range(51)]),
                            message(head=b"X-Pad: " + b" \r\n".join([b"y" * 900] * 300) + b"\r\n", id_=b"<head@x>"),
                            b"no mail at all\r\n")
            status = self.filed(d, taken=1, refused=7)
            self.assertEqual((status["causes"]["limit"], status["causes"]["malformed"]), (6, 1), status)
            with open(f"/proc/{d.process.pid}/status", encoding="ascii") as f:
                peak = [int(line.split()[1]) for line in f if line.startswith("VmHWM")][0]
            self.assertLess(peak, 200 * 1024)

    def test_what_is_too_long_is_not_even_fetched(self):
        with self.listening() as d:
            self.server.put(message(body=b"x" * 78 * 1 + b"\r\n" + (b"y" * 76 + b"\r\n") * 440000))
            status = self.filed(d, refused=1)
            self.assertEqual(status["causes"]["limit"], 1)
            with open(f"/proc/{d.process.pid}/status", encoding="ascii") as f:
                peak = [int(line.split()[1]) for line in f if line.startswith("VmHWM")][0]
            self.assertLess(peak, 60 * 1024, "it was read into memory")

    def test_one_sender_has_thirty_an_hour(self):
        with self.listening() as d:
            self.server.put(*[message(id_=b"<%d@x>" % i) for i in range(33)], message(sender=b"b@b.example", id_=b"<b@x>"))
            status = self.filed(d, taken=31, refused=3)
            self.assertEqual(status["causes"]["rate"], 3)

    # ---- what breaks -----------------------------------------------------------------------------------

    def test_the_same_message_twice_is_one_report(self):
        with self.listening() as d:
            self.server.put(message(), message(), message(body=b"another"))
            self.filed(d, taken=2, again=1)
            self.assertEqual(len(d.list("report")), 2)
            self.assertEqual(len(self.server.folder("Fengsui-taken")), 3)

    def test_killed_between_commit_and_folder_it_is_still_one(self):
        with self.city(args=self.args(), env={"FENGSUI_FAULTPOINT": "mail.filing"}) as d:
            self.server.put(message())
            self.assertEqual(d.process.wait(30), -9)
            d.connection.close()
            self.assertEqual(len(self.server.folder("INBOX")), 1, "it was killed before the message was put away")
            d.env = {k: v for k, v in d.env.items() if k != "FENGSUI_FAULTPOINT"}
            d.start()
            self.filed(d, again=1)
            self.assertEqual(len(d.list("report")), 1)
            self.assertEqual(len(self.server.folder("Fengsui-taken")), 1)

    def test_a_server_that_was_down_is_caught_up_with(self):
        with self.listening() as d:
            self.filed(d)
            self.server.stop()
            self.until(d, "unreachable", lambda s: s["state"] == "unreachable")
            self.assertTrue(d.ask(op="checkpoint").ok, "the loop goes on")
            self.server.start()
            self.server.put(*[message(id_=b"<%d@x>" % i, sender=b"s%d@x.example" % i) for i in range(45)])
            self.filed(d, taken=45)
            self.assertEqual(self.server.folder("INBOX"), [])

    def test_a_wrong_password_is_told_and_not_tried_in_a_loop(self):
        self.server.write_password("wrong")
        with self.listening() as d:
            status = self.until(d, "not let in", lambda s: s["state"] == "not let in" and s["next_in_s"] >= 2)
            self.assertIn("password", status["en"])
            self.assertIn("密码", status["zh"])
            self.assertNotIn("wrong", json.dumps(status))
            self.assertLessEqual(self.server.said().count("auth failed"), 3)

    def test_a_certificate_that_nobody_vouches_for_is_not_taken(self):
        with self.listening(ca=False) as d:
            self.server.put(message())
            status = self.until(d, "unreachable", lambda s: s["state"] == "unreachable")
            self.assertIn("certificate", status["en"])
            self.assertEqual(d.list("report"), [])

    def test_in_clear_on_loopback_only(self):
        with self.listening(address=self.server.address("imap", host="127.0.0.1")) as d:
            self.server.put(message())
            self.filed(d, taken=1)

    def start_says(self, *args):
        folder = os.path.join(self.server.home, "data")
        done = subprocess.run([os.environ.get("FENGSUI") or "build/fengsui", "serve", "--data", folder, "--demo", *args],
                              capture_output=True, text=True, timeout=30)
        shutil.rmtree(folder, ignore_errors=True)
        self.assertNotEqual(done.returncode, 0)
        return done.stderr

    def test_what_is_no_box_is_said_at_the_start(self):
        pw = self.server.password_file
        self.assertIn("wants --mail-password-file", self.start_says("--mail", self.server.address()))
        self.assertIn("does not belong into the address", self.start_says("--mail", "imaps://a:b@h/INBOX", "--mail-password-file", pw))
        for address in ("http://a@h/INBOX", "imaps://h/INBOX", "imaps://a@h/", "imaps://a@h/IN BOX", "imaps://a@h/X;UID=1"):
            self.assertIn("is no mail box", self.start_says("--mail", address, "--mail-password-file", pw), address)
        os.chmod(pw, 0o644)
        self.assertIn("others may read it", self.start_says("--mail", self.server.address(), "--mail-password-file", pw))


if __name__ == "__main__":
    main()
