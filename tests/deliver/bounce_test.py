#!/usr/bin/env python3
"""bounce -- a server takes a message and says later what became of it: a real Exim that sends it back, a real Dovecot it lands in."""
import contextlib
import glob
import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
import imap  # noqa: E402
from cast import city  # noqa: E402
from channels import Channels, contact, main, published, rows, states, wait_until  # noqa: E402
from smtp import Mailserver  # noqa: E402

NONE = {"failed": 0, "noted": 0, "again": 0, "answered": 0, "elsewhere": 0, "foreign": 0}


def report(id_, *groups, returned="text/rfc822-headers", head=""):
    """As RFC 3464 writes it; `groups` are the fields of each recipient."""
    status = "\r\n\r\n".join(["Reporting-MTA: dns; mx.example.org\r\nArrival-Date: Mon, 2 Mar 2026 08:00:00 +0000", *groups])
    parts = ["Content-Type: text/plain\r\n\r\nIt did not work.", f"Content-Type: message/delivery-status\r\n\r\n{status}\r\n"]
    if returned:
        parts.append(f"Content-Type: {returned}\r\n\r\nFrom: <office@example.org>\r\nmessage-id:\r\n <{id_}>\r\nSubject: x\r\n"
                     + ("\r\ntext" if returned == "message/rfc822" else ""))
    return ("From: Mail Delivery System <MAILER-DAEMON@mx.example.org>\r\nTo: office@example.org\r\nSubject: Delivery Status\r\n"
            f"Auto-Submitted: auto-replied\r\nReturn-Path: <>\r\nMIME-Version: 1.0\r\n{head}"
            "Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n"
            + "".join(f"--b\r\n{p}\r\n" for p in parts) + "--b--\r\n").encode()


def group(address, action="failed", status="5.1.1", words="smtp; 550 5.1.1 no such\r\n user", **more):
    fields = {"Final-Recipient": f"rfc822; {address}", "Action": action, "Status": status, "Diagnostic-Code": words, **more}
    return "\r\n".join(f"{k}: {v}" for k, v in fields.items() if v)


@unittest.skipUnless(os.path.exists(imap.PROGRAM) or os.environ.get("CI"), "no dovecot-imapd here")
class Bounces(unittest.TestCase):
    @contextlib.contextmanager
    def house(self, *addresses, **more):
        """A warning that went to edu by these addresses of mail, with both servers; gives its target."""
        with Mailserver() as self.server, imap.Mailserver() as self.box, Channels(mail=self.server.channel()) as file, \
                city(args=["--channels", file.path, "--mail", self.box.address(), "--mail-password-file", self.box.password_file,
                           "--mail-every", "1 s", "--mail-ca", self.box.ca], **more) as d:
            for n, address in enumerate(addresses):
                contact(d, "edu", "mail", address, n + 1)
            self.warning, targets = published(d, ("edu",))
            self.target = targets["edu"]
            wait_until(lambda: d.show(self.target)["states"]["life"] == "delivered", what="the server took it")
            yield d

    def id(self, d):
        """Number and Message-ID of the first message that left by mail."""
        (number, key), *_ = rows(d, "SELECT id, key FROM outbox WHERE channel = 'mail' ORDER BY id")
        return number, f"{key}@example.org"

    def told(self, d, count):
        """What became of bounces, once so many came."""
        wait_until(lambda: d.status()["mail"]["taken"] + d.status()["mail"]["refused"] >= count, what=f"{count} messages of the box")
        return {k: n for k, n in d.status()["mail"]["bounces"].items() if n}

    def tries(self, d, number):
        return rows(d, "SELECT result, code, address, words FROM attempts WHERE message = ? ORDER BY try", number)

    def failed(self, d):
        return [e for e in d.history(self.target) if e["type"] == "message.failed"]

    def test_a_real_server_sends_it_back_and_the_next_contact_is_tried(self):
        with self.house("first@gone.example", "second@example.org") as d:
            number, id_ = self.id(d)
            came = wait_until(lambda: [p for p in glob.glob(self.server.home + "/mail/new/*")
                                       if b"delivery-status" in open(p, "rb").read()], what="the bounce")
            with open(came[0], "rb") as f:
                bounce = f.read()
            self.assertIn(b"Action: failed", bounce)
            self.assertEqual(states(d, "mail"), {"sent": 1})
            self.box.put(bounce)
            self.assertEqual(self.told(d, 1), {"failed": 1})
            self.assertEqual(rows(d, "SELECT state FROM outbox WHERE id = ?", number), [("failed",)])
            first, last = self.tries(d, number)
            self.assertEqual((first[0], last[0], last[2]), ("sent", "bounced", "first@gone.example"))
            self.assertIn("5.0.0", last[3])
            failed, = self.failed(d)
            self.assertIn("organ:office", [r["recipient"] for r in failed["change"]["out"]])
            wait_until(lambda: "second@example.org" in [str(m["To"]) for m in self.server.messages()], what="the next contact")
            # The same once more: nobody is told twice.
            self.box.put(bounce)
            self.assertEqual(self.told(d, 2), {"failed": 1, "again": 1})
            self.assertEqual(len(self.failed(d)), 1)
            self.assertEqual(d.list("report"), [], "what can be read is no report")
            self.assertEqual(len(self.box.folder("Fengsui-taken")), 2)
            self.assertTrue(d.ask(op="rebuild", check=True).ok)

    def test_late_and_arrived_stand_in_the_history_and_change_nothing_else(self):
        with self.house("edu@example.org") as d:
            number, id_ = self.id(d)
            self.box.put(report(id_, group("edu@example.org", "delayed", "4.4.1", "smtp; 451 later")))
            self.assertEqual(self.told(d, 1), {"noted": 1})
            self.box.put(report(id_, group("other@example.org") + "\r\n\r\n" + group("EDU@example.org", "Delivered (ok)", "2.0.0", "")))
            self.assertEqual(self.told(d, 2), {"noted": 2})
            self.assertEqual(self.tries(d, number)[1:], [("delayed", 451, "edu@example.org", "4.4.1 451 later"),
                                                         ("delivered", 0, "EDU@example.org", "2.0.0")])
            self.assertEqual((states(d, "mail"), self.failed(d)), ({"sent": 1}, []))
            shown = d.cli("message", "show", str(number), "--as", "dut01")
            self.assertIn("451 later", shown)
            # A server that tells it every minute fills no disk.
            self.box.put(*[report(id_, group("edu@example.org", "delayed", "4.4.1")) for _ in range(3)], when=1.0e9)
            self.assertEqual(self.told(d, 5), {"noted": 3, "again": 2})

    def test_what_was_tried_until_it_was_too_old_failed(self):
        with self.house("edu@example.org") as d:
            number, id_ = self.id(d)
            self.box.put(report(id_, group("elsewhere@example.net", status="4.4.7", words="X-Exim; expired",
                                           **{"Original-Recipient": "rfc822;edu@example.org"}), returned="message/rfc822"))
            self.assertEqual(self.told(d, 1), {"failed": 1})
            self.assertEqual(self.tries(d, number)[1], ("bounced", 0, "edu@example.org", "4.4.7 expired"))
            # At the end of the contacts there is the call list.
            self.assertEqual([r["channel"] for e in self.failed(d) for r in e["change"]["out"]], ["portal", "call"])

    def test_what_cannot_be_true_changes_nothing_and_is_counted(self):
        with self.house("edu@example.org") as d:
            number, id_ = self.id(d)
            before = d.show(self.target)["version"]
            self.box.put(report(id_, group("tax@example.org")),                         # it never went there
                         report(id_, group("")),                                        # nor to nobody
                         report(f"warning_target-{number}-0123456789ab@example.org", group("edu@example.org")),
                         report("x@example.org", group("edu@example.org")),
                         report(id_, group("edu@example.org"), returned=None))
            # One without an address is of no known form: it goes to the desk.
            self.assertEqual(self.told(d, 5), {"elsewhere": 1, "foreign": 3})
            self.assertEqual(len(d.list("report")), 1)
            self.assertEqual(d.show(self.target)["version"], before)
            self.assertEqual((states(d, "mail"), len(self.tries(d, number))), ({"sent": 1}, 1))

    def test_who_has_acknowledged_got_it(self):
        with self.house("edu@example.org") as d:
            number, id_ = self.id(d)
            d.done("uop_edu", "warning_target", "ack", self.target)
            before = d.show(self.target)["version"]
            self.box.put(report(id_, group("edu@example.org")))
            self.assertEqual(self.told(d, 1), {"answered": 1})
            self.assertEqual((states(d, "mail"), d.show(self.target)["version"], len(self.tries(d, number))), ({"sent": 1}, before, 1))

    def test_words_of_a_server_are_one_clean_line(self):
        with self.house("edu@example.org") as d:
            number, id_ = self.id(d)
            self.box.put(report(id_, group("edu@example.org", words="smtp; 550 \x1b[2J\x07" + "长" * 400)))
            self.told(d, 1)
            words = self.tries(d, number)[1][3]
            self.assertTrue(words.startswith("5.1.1 550 [2J长"), words)
            self.assertLess(len(words.encode()), 200)

    def test_what_nobody_can_read_goes_to_the_desk_and_never_round(self):
        with self.house("edu@example.org") as d:
            plain = ("From: MAILER-DAEMON@old.example\r\nTo: office@example.org\r\nSubject: failure notice\r\nReturn-Path: <>\r\n"
                     "Message-ID: <{n}@old>\r\n\r\nHi. This is the qmail-send program.\r\n<edu@example.org>: sorry.\r\n\r\n"
                     "--- Below this line is a copy of the message.\r\n\r\nMessage-ID: <{id}>\r\nSubject: x\r\n")
            empty = report("x", "Some-Field: nothing that is known")
            self.box.put(plain.format(n=1, id=self.id(d)[1]).encode(), empty)
            self.assertEqual(self.told(d, 2), {})
            self.assertEqual({d.show(r.ref)["fields"]["what"] for r in d.list("report")}, {"failure notice", "Delivery Status"})
            # Word of that report comes back in turn: it makes no other one.
            (key,), *_ = rows(d, "SELECT m.key FROM outbox m JOIN objects o ON o.id = m.object WHERE o.kind = 'report'")
            self.box.put(plain.format(n=2, id=f"{key}@example.org").encode())
            wait_until(lambda: d.status()["mail"]["refused"] == 1)
            self.assertEqual(len(d.list("report")), 2)
            self.assertEqual(len(self.box.folder("Fengsui-refused")), 1, "nor is it lost")
            # Nor do more than ten an hour that name nothing.
            self.box.put(*[plain.format(n=n, id="x@y").encode() for n in range(10, 21)])
            wait_until(lambda: d.status()["mail"]["refused"] == 5, what="three over ten, and that which came back")
            self.assertEqual(d.status()["mail"]["causes"]["rate"], 4)


if __name__ == "__main__":
    main()
