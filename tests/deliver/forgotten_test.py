#!/usr/bin/env python3
"""forgotten -- where messages to a person went is personal: it goes with what is erased of the person, and the record still verifies."""
import os
import shutil
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
from cast import OFFICE, city, person  # noqa: E402
from channels import Channels, contact, main, published, rows, states, wait_until  # noqa: E402
from smtp import Mailserver  # noqa: E402

OWN = os.path.join(HERE, "..", "..", "packs", "jinan-2007")
FORGET = """
  forget:
    label: {zh: 擦除联系方式, en: Erase how to reach}
    who: [SCA]
    does: [%s]
    refuse: N21
    record: [register]
"""


class Forgotten(unittest.TestCase):
    def pack(self):
        """The plan, with an act that erases."""
        where = tempfile.mkdtemp(prefix="fs-forget-")
        self.addCleanup(shutil.rmtree, where, ignore_errors=True)
        shutil.copytree(OWN, os.path.join(where, "p"))
        for kind, does in (("person", "{erase: mail}, {erase: phones}"), ("contact", "{erase: address}")):
            with open(os.path.join(where, "p", "kinds", kind + ".yml"), "a", encoding="utf-8") as f:
                f.write(FORGET % does)
        return os.path.join(where, "p")

    def addresses(self, d):
        return {a for a, in rows(d, "SELECT address FROM attempts")}

    def test_addresses_and_the_words_that_quote_them_go(self):
        with Mailserver(acl_rcpt="refuse_one") as server, Channels(mail=server.channel(refusals=1)) as file, \
                city(args=["--channels", file.path], pack=self.pack(), verify=False) as d:
            person(d, "sca01", "账户管理员", OFFICE, "SCA")
            contact(d, "edu", "mail", "nobody@example.org")
            theirs = contact(d, "tax", "mail", "zhang.san@example.org")
            contact(d, "bank", "mail", "bank@example.org")
            d.done("dir01", "contact", "edit", theirs, person=d.who["uhd_tax"])
            published(d, ("edu", "tax", "bank"))
            wait_until(lambda: states(d, "mail") == {"sent": 2, "failed": 1}, 60)
            self.assertEqual(self.addresses(d), {"nobody@example.org", "zhang.san@example.org", "bank@example.org"})
            # What a server said stands in the record without the address.
            said = [e["change"]["message"]["words"] for t in d.list("warning_target") for e in d.history(t.ref) if e["type"] == "message.failed"]
            self.assertEqual([("nobody" in str(w), "no such user" in str(w)) for w in said], [(False, True)])
            # Of the person, by the contact that is the person's; of a contact by itself.
            d.done("sca01", "person", "forget", d.who["uhd_tax"])
            self.assertEqual(self.addresses(d), {"nobody@example.org", "", "bank@example.org"})
            first = next(c.ref for c in d.list("contact") if d.show(c.ref)["fields"].get("address") == "nobody@example.org")
            d.done("sca01", "contact", "forget", first)
            self.assertEqual(self.addresses(d), {"", "bank@example.org"})
            self.assertEqual(rows(d, "SELECT DISTINCT words FROM attempts WHERE address = ''"), [("",)])
            self.assertTrue(d.ask(op="rebuild", check=True).ok)
            d.stop()
            self.assertIn("erased by decision", d.verify(expect=2))


if __name__ == "__main__":
    main()
