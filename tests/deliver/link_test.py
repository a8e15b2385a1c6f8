#!/usr/bin/env python3
"""link -- a unit acknowledges by the link in its mail: never by looking, never for another, never for ever."""
import http.client
import os
import re
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
from cast import city  # noqa: E402
from channels import Channels, contact, main, published, wait_until  # noqa: E402
from smtp import Mailserver, free_port  # noqa: E402


class Link(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.port = free_port()
        cls.server = Mailserver().__enter__()
        cls.addClassCleanup(cls.server.__exit__)
        cls.file = Channels(site=f"http://127.0.0.1:{cls.port}", mail=cls.server.channel())
        cls.addClassCleanup(cls.file.__exit__)
        cls.d = city(args=["--channels", cls.file.path, "--http", f"127.0.0.1:{cls.port}"])
        cls.addClassCleanup(cls.d.remove)
        for key in ("edu", "tax"):
            contact(cls.d, key, "mail", f"{key}@example.org")

    def ask(self, method, path, **heads):
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=40)
        c.request(method, path, headers=heads)
        answer = c.getresponse()
        return answer.status, answer.read().decode(), answer

    def mailed(self):
        """A warning to two units; their targets, and the path of the link in each mail."""
        _, targets = published(self.d, ("edu", "tax"), title="<b>预警</b>")
        links = {}

        def all_came():
            for mail in self.server.messages():
                found = set(re.findall(r"http://127\.0\.0\.1:\d+(/ack/\S+)", mail.get_body(("plain",)).get_content()))
                self.assertEqual(len(found), 1, "the same link in both languages")
                links.update({key: path for key in targets for path in found if path.startswith(f"/ack/{targets[key][1:]}-")})
            return len(links) == 2
        wait_until(all_came)
        for target in targets.values():
            wait_until(lambda target=target: self.d.show(target)["states"]["life"] == "delivered")
        return targets, links

    def test_looking_asks_and_the_button_acknowledges_as_that_unit(self):
        targets, links = self.mailed()
        for method in ("GET", "HEAD", "GET"):
            status, page, answer = self.ask(method, links["edu"])
            self.assertEqual(status, 200)
        self.assertIn("<form method=\"post\">", page)
        self.assertNotIn("<b>预警", page)
        self.assertIn("&#60;b&#62;预警", page)
        self.assertIn("default-src 'none'", answer.getheader("Content-Security-Policy"))
        self.d.expect_state(targets["edu"], life="delivered")
        status, page, _ = self.ask("POST", links["edu"], **{"Content-Length": "0", "Content-Type": "application/x-www-form-urlencoded"})
        self.assertEqual((status, "<form" in page), (200, False))
        self.d.expect_state(targets["edu"], life="acked")
        self.d.expect_state(targets["tax"], life="delivered")
        entry = self.d.history(targets["edu"])[-1]
        self.assertEqual((entry["actor"], entry["change"]["link"]), ("link", {"unit": int(self.d.unit["edu"][1:]), "way": "mail"}))
        self.d.expect_clock(targets["edu"], "CK11", "stopped")
        # Once more changes nothing.
        entries = len(self.d.history(targets["edu"]))
        self.assertEqual(self.ask("POST", links["edu"])[0], 200)
        self.assertEqual(len(self.d.history(targets["edu"])), entries)

    def test_it_stands_in_the_mail_and_nowhere_else_and_its_key_is_the_houses_alone(self):
        _, links = self.mailed()
        mac = links["edu"].rsplit("-", 1)[1].encode()
        self.assertNotIn(mac.decode(), self.d.said())
        for folder, _, names in os.walk(self.d.folder):
            for name in names:
                path = os.path.join(folder, name)
                if os.path.isfile(path):
                    with open(path, "rb") as f:
                        self.assertNotIn(mac, f.read(), path)
        keys = os.path.join(self.d.folder, "keys")
        self.assertEqual({name: oct(os.stat(os.path.join(keys, name)).st_mode & 0o077) for name in ("link.key", ".")}, {"link.key": "0o0", ".": "0o0"})

    def test_late_is_late(self):
        targets, links = self.mailed()
        self.d.pass_time("2 h")
        self.d.expect_state(targets["tax"], life="escalated")
        self.assertEqual(self.ask("POST", links["tax"])[0], 200)
        self.d.expect_state(targets["tax"], life="acked")
        self.d.expect_field(targets["tax"], late=True)

    def test_a_forged_one_a_foreign_one_and_an_old_one_are_refused_with_words(self):
        targets, links = self.mailed()
        target, unit, until, mac = links["edu"].rsplit("/", 1)[1].split("-")
        other = links["tax"].rsplit("/", 1)[1].split("-")
        forged = ["-".join(p) for p in ((other[0], unit, until, mac), (target, other[1], until, mac), (target, unit, str(int(until) + 1), mac),
                                         (target, unit, until, mac[:-1] + ("0" if mac[-1] != "0" else "1")), (target, unit, until, mac[:-1]),
                                         (target, unit, until), (other[0], other[1], until, mac), ("0", "0", "0", "0" * 64))]
        forged += ["x", "1-2-3-" + "f" * 64, "-1-2-3-" + "f" * 64, "a" * 300, "%3Cscript%3E", f"+{target}-{unit}-{until}-{mac}",
                   f"{target}-{unit}-{until}-{mac.upper()}", f" {target}-{unit}-{until}-{mac}", f"0{target}-{unit}-{until}-{mac}0"]
        for token in forged:
            for method in ("GET", "POST"):
                with self.subTest(token=token, method=method):
                    status, page, _ = self.ask(method, "/ack/" + token.replace(" ", "%20"))
                    self.assertEqual(status, 404)
                    self.assertIn("not one of ours", page)
                    self.assertIn("不是本系统发出的", page)
        self.d.expect_state(targets["edu"], life="delivered")
        self.d.pass_time("31 d")
        status, page, _ = self.ask("POST", links["edu"])
        self.assertEqual((status, "has expired" in page, "已过期" in page), (403, True, True))
        self.d.expect_state(targets["edu"], life="escalated")


if __name__ == "__main__":
    main()
