#!/usr/bin/env python3
"""enclosed -- what a letter carries: the CAP file of a warning, the documents of a report upward; a target added later."""
import hashlib
import os
import re
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
from cast import city  # noqa: E402
from channels import Channels, contact, main, published, wait_until  # noqa: E402
from smtp import Mailserver  # noqa: E402

A = "/api/v1"


def files_of(message):
    return {part.get_filename(): (part.get_content_type(), part.get_payload(decode=True))
            for part in message.walk() if part.get_filename()}


class Enclosed(unittest.TestCase):
    def test_a_warning_carries_the_cap_file_that_its_edition_names(self):
        with Mailserver() as server, Channels(mail=server.channel()) as file, city(args=["--channels", file.path]) as d:
            contact(d, "edu", "mail", "edu@example.org")
            published(d, ("edu",))
            message, = server.wait_for(1)
            edition = d.show(d.list("edition")[0].ref)["fields"]
            (name, (kind, content)), = files_of(message).items()
            self.assertEqual((name, kind), (f"{edition['cap_id']}.xml", "application/cap+xml"))
            self.assertEqual(hashlib.sha256(content).hexdigest(), edition["cap_file"])

    def test_whoever_sees_a_message_gets_its_files_as_they_left(self):
        with Mailserver() as server, Channels(mail=server.channel()) as file, city(http=True, args=["--channels", file.path]) as d:
            contact(d, "edu", "mail", "edu@example.org")
            warning, targets = published(d, ("edu", "tax"))
            message, = server.wait_for(1)
            (name, (_, content)), = files_of(message).items()
            listed = d.web.get(f"{A}/messages?kind=warning_target&ref={targets['edu'][1:]}", login="uop_edu").json["messages"]
            id_ = next(m["id"] for m in listed if m["channel"] == "mail")
            enclosed, = d.web.get(f"{A}/messages/{id_}", login="uop_edu").json["message"]["letter"]["files"]
            there = f"{A}/messages/{id_}/attachments/{enclosed['digest']}"
            for login in ("uop_edu", "dut01"):
                answer = d.web.get(there, login=login)
                self.assertEqual((answer.status, answer.body), (200, content), login)
                self.assertEqual((answer.headers["content-type"], answer.headers["x-content-type-options"]), ("application/cap+xml", "nosniff"))
                self.assertEqual(answer.headers["content-disposition"],
                                 f"attachment; filename=\"{enclosed['digest'][:16]}.bin\"; filename*=UTF-8''{name}")
                self.assertIn("sandbox", answer.headers["content-security-policy"])
            # Not the message of another unit, and no file that is somewhere in the house but not in this letter.
            self.assertEqual(d.web.get(there, login="uop_tax").status, 404)
            other = hashlib.sha256(b"x").hexdigest()
            self.assertEqual(d.web.get(f"{A}/messages/{id_}/attachments/{other}", login="dut01").status, 404)
            self.assertEqual(d.web.get(f"{A}/messages/{id_}/attachments/x", login="dut01").status, 404)
            self.assertIn(f"Enclosed: {name}  application/cap+xml", d.cli("message", "show", str(id_), "--as", "dut01"))
            with tempfile.TemporaryDirectory() as where:
                out = os.path.join(where, "a.xml")
                d.cli("message", "save", str(id_), name, "--out", out, "--as", "dut01")
                with open(out, "rb") as f:
                    self.assertEqual(f.read(), content)
                d.cli("message", "save", str(id_), enclosed["digest"][:8], "--out", out, "--as", "dut01", expect=73)
                d.cli("message", "save", str(id_), "other.xml", "--as", "dut01", expect=64)

    def test_its_areas_are_those_of_the_units_that_are_warned_in_their_order(self):
        with city() as d:
            places = {t["fields"]["name"]: t.ref for t in d.list("territory", limit=50)}
            for key, place in (("tax", "市中区"), ("edu", "历下区"), ("bank", "历下区"), ("hosp", "天桥区")):
                d.done("dir01", "unit", "edit", d.unit[key], territory=places[place])
            published(d, ("tax", "edu", "bank"))
            digest = d.show(d.list("edition")[0].ref)["fields"]["cap_file"]
            with open(os.path.join(d.folder, "blobs", digest[:2], digest), encoding="utf-8") as f:
                text = f.read()
            said = re.findall("<(?:cap:)?areaDesc>([^<]+)</", text)
            self.assertEqual(said[:2], ["市中区", "历下区"])
            self.assertEqual(len(said), 2 * text.count("<info>"), "each once in each language")

    def test_a_unit_that_is_added_to_a_published_warning_is_told_and_timed(self):
        with Mailserver() as server, Channels(mail=server.channel()) as file, city(args=["--channels", file.path]) as d:
            contact(d, "tax", "mail", "tax@example.org")
            warning, _ = published(d, ("edu",))
            target = d.done("dut01", "warning_target", "create", warning=warning, unit=d.unit["tax"])
            message, = server.wait_for(1)
            self.assertEqual(str(message["To"]), "tax@example.org")
            self.assertEqual([n.split(".")[-1] for n in files_of(message)], ["xml"])
            wait_until(lambda: d.show(target.ref)["states"]["life"] == "delivered")
            clock, = d.show(target.ref)["clocks"]
            self.assertEqual((clock["code"], clock["state"]), ("CK11", "running"))


if __name__ == "__main__":
    main()
