#!/usr/bin/env python3
"""mail -- warnings that leave by mail to a real server: what arrives, how it looks, what is refused."""
import os
import signal
import sys
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
from cast import city  # noqa: E402
from channels import Channels, contact, main, published, rows, states, wait_until  # noqa: E402
from hook import Hook  # noqa: E402
from smtp import PASSWORD, USER, Mailserver  # noqa: E402
from webhook_test import LOCAL, webhook  # noqa: E402


class Mail(unittest.TestCase):
    def test_each_unit_gets_one_mail_in_both_languages_and_its_target_is_delivered(self):
        with Mailserver() as server, Channels(mail=server.channel()) as file, city(args=["--channels", file.path]) as d:
            for key in ("edu", "tax"):
                contact(d, key, "mail", f"{key}@example.org")
            warning, targets = published(d, ("edu", "tax", "bank"), title="“永恒之蓝”蠕虫预警：请立即处置，措施见正文所列各项")
            mails = server.wait_for(2)
            self.assertEqual({m["To"] for m in mails}, {"edu@example.org", "tax@example.org"})
            for mail in mails:
                self.assertEqual(mail["From"], "应急办公室 <office@example.org>")
                self.assertEqual(mail["Auto-Submitted"], "auto-generated")
                self.assertIn("网络与信息安全预警（4 级）", mail["Subject"])
                self.assertIn("Network and information security warning, level 4", mail["Subject"])
                text = mail.get_body(("plain",)).get_content()
                for word in ("“永恒之蓝”蠕虫预警：请立即处置", "加密文件", "What to do: 断网并打补丁", "DEMONSTRATION", "演示"):
                    self.assertIn(word, text)
            self.assertEqual({m["Message-ID"] for m in mails},
                             {f"<{key}@example.org>" for key, in rows(d, "SELECT key FROM outbox WHERE channel = 'mail'")})
            wait_until(lambda: d.show(targets["edu"])["states"]["life"] == "delivered", what="the target is delivered")
            wait_until(lambda: d.show(targets["tax"])["states"]["life"] == "delivered")
            d.expect_state(targets["bank"], life="pending")
            self.assertEqual(states(d, "mail"), {"sent": 2})
            # At least two ways to each: where no other is known, the call list.
            self.assertEqual(rows(d, "SELECT recipient FROM outbox WHERE channel = 'call'"), [(d.unit["bank"].replace("#", "unit:"),)])
            for key in targets:
                ways = rows(d, "SELECT count(DISTINCT channel) FROM outbox WHERE recipient = ?", d.unit[key].replace("#", "unit:"))
                self.assertEqual(ways, [(2,)], key)

    def test_a_letter_is_kept_once_whoever_gets_it(self):
        with Mailserver() as server, Channels(mail=server.channel()) as file, city(args=["--channels", file.path]) as d:
            for key in ("edu", "tax"):
                contact(d, key, "mail", f"{key}@example.org")
            published(d, ("edu", "tax"))
            server.wait_for(2)
            self.assertEqual(len(rows(d, "SELECT DISTINCT letter FROM outbox WHERE channel = 'mail'")), 1)
            self.assertTrue(d.ask(op="rebuild", check=True).ok)

    def test_a_server_that_is_slow_to_take_one_keeps_no_other_waiting(self):
        """After the last dot a server looks at what came, for seconds sometimes: other mail and other channels leave meanwhile."""
        with Hook() as hook, Mailserver(acl_data="accept delay = 3s") as server, Channels() as file:
            file.write(mail=server.channel(), webhook=webhook(file, plain_http="yes", networks=LOCAL))
            with city(args=["--channels", file.path]) as d:
                keys = ("edu", "tax", "bank", "hosp")
                for key in keys:
                    contact(d, key, "mail", f"{key}@example.org")
                published(d, keys)
                wait_until(lambda: states(d, "mail").get("sending") == len(keys))
                time.sleep(1)
                contact(d, "edu", "webhook", hook.url)
                published(d, ("edu",))
                wait_until(lambda: hook.seen, 1.5, "a webhook leaves while mail is being looked at")
                self.assertNotIn("sent", states(d, "mail"))
                wait_until(lambda: states(d, "mail").get("sent", 0) >= len(keys), 6, "all at the same time, not 3 s each")

    def test_the_daemon_ends_though_the_server_hangs(self):
        with Mailserver() as server, Channels(mail=server.channel()) as file, city(args=["--channels", file.path]) as d:
            for key in ("edu", "tax"):
                contact(d, key, "mail", f"{key}@example.org")
            published(d, ("edu", "tax"))
            wait_until(lambda: states(d, "mail") == {"sent": 2})
            server.pause()
            began = time.monotonic()
            d.stop()
            self.assertLess(time.monotonic() - began, 20, "kept connections are not said good-bye to")
            d.start()
            published(d, ("edu", "tax"))
            wait_until(lambda: states(d, "mail").get("sending") == 2)
            began = time.monotonic()
            d.stop()
            self.assertLess(time.monotonic() - began, 20, "what is under way is cut off")
            server.go_on()
            d.start()
            wait_until(lambda: states(d, "mail") == {"sent": 4}, 60)

    def test_what_became_of_many_is_entered_together(self):
        with Mailserver() as server, Channels(mail=server.channel()) as file, \
                city(args=["--channels", file.path]) as d:
            keys, rounds = ("edu", "tax", "bank", "hosp"), 12
            for key in keys:
                contact(d, key, "mail", f"{key}@example.org")
            server.stop()
            for n in range(rounds):
                published(d, keys, title=f"预警 {n}")
            server.start()
            before = d.status()["batches"]
            wait_until(lambda: states(d, "mail") == {"sent": rounds * len(keys)}, 60)
            self.assertLess(d.status()["batches"] - before, rounds * len(keys) / 2)
            self.assertEqual(rows(d, "SELECT count(DISTINCT message) FROM attempts WHERE result = 'sent'"), [(rounds * len(keys),)])

    def test_with_a_password_over_tls(self):
        with Mailserver(acl_rcpt="need_user") as server, Channels() as file:
            file.write(mail=server.channel(user=USER, password_file=file.secret("password", PASSWORD)))
            with city(args=["--channels", file.path]) as d:
                contact(d, "edu", "mail", "edu@example.org")
                published(d, ("edu",))
                self.assertEqual(len(server.wait_for(1)), 1)
                self.assertIn("A=plain:fengsui", server.said())
                self.assertIn("X=TLS", server.said())

    def test_without_tls_nothing_leaves_where_it_is_required(self):
        with Mailserver(tls="") as server, Channels(mail=server.channel()) as file, city(args=["--channels", file.path]) as d:
            contact(d, "edu", "mail", "edu@example.org")
            published(d, ("edu",))
            wait_until(lambda: rows(d, "SELECT 1 FROM attempts"))
            self.assertEqual(server.messages(), [])
            self.assertEqual(rows(d, "SELECT DISTINCT result FROM attempts"), [("trouble",)])
            file.write(mail=server.channel(tls="optional"))
            d.process.send_signal(signal.SIGHUP)
            server.wait_for(1)

    def test_a_certificate_of_somebody_else_is_not_believed(self):
        with Mailserver() as server, Channels() as file:
            said = server.channel()
            del said["ca"]
            file.write(mail=said)
            with city(args=["--channels", file.path]) as d:
                contact(d, "edu", "mail", "edu@example.org")
                published(d, ("edu",))
                wait_until(lambda: rows(d, "SELECT 1 FROM attempts"))
                self.assertEqual(server.messages(), [])
                self.assertIn("certificate", rows(d, "SELECT words FROM attempts")[0][0])

    def test_who_is_not_known_there_is_tried_again_then_given_up_and_the_office_is_told(self):
        with Mailserver(acl_rcpt="refuse_one") as server, Channels(mail=server.channel(refusals=2)) as file, \
                city(args=["--channels", file.path]) as d:
            contact(d, "edu", "mail", "nobody@example.org")
            contact(d, "edu", "mail", "second@example.org", priority=2)
            contact(d, "tax", "mail", "tax@example.org")
            warning, targets = published(d, ("edu", "tax"))
            wait_until(lambda: states(d, "mail").get("failed"), 30, "given up")
            tries = rows(d, "SELECT result, code, words, next_at IS NULL FROM attempts WHERE address = 'nobody@example.org' ORDER BY try")
            self.assertEqual([t[:2] for t in tries], [("refused", 550)] * 2)
            self.assertIn("no such user here", tries[0][2])
            failed = d.history(targets["edu"])
            self.assertIn("message.failed", [e["type"] for e in failed])
            told = [r["recipient"] for e in failed for r in e["change"].get("out", []) if e["type"] == "message.failed"]
            self.assertIn("organ:office", told)
            # The next contact of the unit is turned to.
            self.assertIn("second@example.org", [m["To"] for m in server.wait_for(2)])
            wait_until(lambda: d.show(targets["edu"])["states"]["life"] == "delivered")

    def test_nothing_in_a_text_or_an_address_adds_a_head_or_a_recipient(self):
        evil = "预警\r\nBcc: evil@example.org\r\n\r\n.\r\nMAIL FROM:<evil@example.org>"
        with Mailserver() as server, Channels(mail=server.channel()) as file, city(args=["--channels", file.path]) as d:
            contact(d, "edu", "mail", "edu@example.org")
            addresses = ["tax@example.org\r\nRCPT TO:<evil@example.org>", "a@example.org>, <evil@example.org", "-oQ/tmp@example.org",
                         "tax@example.org evil@example.org", "“tax”@example.org", "tax@exa_mple.org", "@example.org", "tax"]
            for n, address in enumerate(addresses):
                contact(d, "tax", "mail", address, priority=n + 1)
            published(d, ("edu", "tax"), title=evil, hazard=evil + "\r\n.\r\n")
            mail, = server.wait_for(1)
            self.assertEqual(mail["To"], "edu@example.org")
            self.assertIsNone(mail["Bcc"])
            self.assertIn("MAIL FROM:<evil@example.org>", mail.get_body(("plain",)).get_content())
            wait_until(lambda: rows(d, "SELECT 1 FROM attempts WHERE result = 'refused'"))
            self.assertEqual(rows(d, "SELECT DISTINCT words FROM attempts WHERE result = 'refused'"), [("not a mail address / 不是邮件地址",)])
            self.assertNotIn("evil@example.org>", server.said())
            self.assertEqual(len(server.messages()), 1)

    def test_an_exercise_reaches_nobody(self):
        with Mailserver() as server, Channels(mail=server.channel()) as file, city(args=["--channels", file.path]) as d:
            contact(d, "edu", "mail", "edu@example.org")
            sys.path.insert(0, os.path.join(HERE, "..", "drill"))
            published(d, ("edu",))
            server.wait_for(1)
            self.assertEqual(rows(d, "SELECT count(*) FROM outbox WHERE space = 2 AND channel <> 'exercise'"), [(0,)])


class File(unittest.TestCase):
    """What a channels file may not say, with its place."""

    def said(self, text):
        import subprocess
        import tempfile
        from fengsui import binary
        with tempfile.TemporaryDirectory() as where:
            path = os.path.join(where, "channels.yml")
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
            done = subprocess.run([binary(), "serve", "--demo", "--data", os.path.join(where, "d"), "--channels", path],
                                  capture_output=True, text=True, timeout=30)
            self.assertNotEqual(done.returncode, 0, text)
            return done.stderr.replace(path, "F")

    def test_a_wrong_word_is_told_with_its_place(self):
        mail = "channels:\n  mail:\n    kind: mail\n    from: a@b.org\n    "
        for text, says in (
                ("chanels: {}\n", "F:1:1: 'chanels'"),
                ("channels:\n  mail:\n    kind: post\n", "F:3:11: 'post' is none of mail, webhook, command"),
                ("channels:\n  mail:\n    server: smtp://h\n", "F:2:3: channel 'mail' has no kind"),
                (mail + "server: http://h\n", "F:5:13: 'http://h' is not smtp://"),
                (mail + "server: smtp://h\n    tls: off\n", "tls: off is for a server on this machine"),
                (mail + "server: smtp://h\n    tls: perhaps\n", "F:6:10: 'perhaps' is none of"),
                (mail + "server: smtp://h\n    secret_file: x\n", "F:6:5: 'secret_file'"),
                (mail + "connections: 1000\n", "F:5:18: '1000' is not 1..64"),
                (mail + "timeout: 1 h\n", "F:5:14: '1 h' is not"),
                ("channels:\n  mail:\n    kind: mail\n    from: \"a@b.org\\r\\nBcc: x@y.org\"\n", "F:4:11:"),
                ("channels:\n  portal:\n    kind: mail\n", "F:2:3: 'portal' is no name of a channel"),
                ("channels:\n  sms:\n    kind: command\n    program: [sms]\n", "F:4:15: 'sms': the program is named from / on"),
                ("channels:\n  w:\n    kind: webhook\n    secret_file: /nonexistent\n", "F:4:18:"),
                ("recipients:\n  office:\n    mail: a@b.org\n", "F:3:5: there is no channel 'mail'"),
                ("site: http://example.org\n", "F:1:7:")):
            with self.subTest(says):
                self.assertIn(says, self.said(text))

    def test_a_secret_that_others_may_read_is_refused(self):
        with Channels() as file:
            path = file.secret("s", "x")
            os.chmod(path, 0o644)
            self.assertIn("others may read it", self.said(f"channels:\n  w:\n    kind: webhook\n    secret_file: {path}\n"))


if __name__ == "__main__":
    main()
