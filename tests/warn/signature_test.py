#!/usr/bin/env python3
"""signature_test -- signatures that we put, that xmlsec1 puts, and that attack: what each is said to be, and by which exit status.

A changed message is never called good, and what does not cover the whole message is never reckoned."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "lib"))
import cap  # noqa: E402

ENVELOPED = '<Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>'
XPATH = '<Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><XPath>not(ancestor-or-self::*[local-name()="info"])</XPath></Transform>'
XSLT = '<Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"><x:stylesheet xmlns:x="http://www.w3.org/1999/XSL/Transform" version="1.0"/></Transform>'
TEMPLATE = """<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo><CanonicalizationMethod Algorithm="{c14n}"/>
<SignatureMethod Algorithm="{method}"/><Reference URI="{uri}"><Transforms>{transforms}</Transforms><DigestMethod Algorithm="{digest}"/>
<DigestValue/></Reference></SignedInfo><SignatureValue/><KeyInfo><X509Data/></KeyInfo></Signature></alert>"""
EXC = "http://www.w3.org/2001/10/xml-exc-c14n#"
MORE, DSIG, ENC = "http://www.w3.org/2001/04/xmldsig-more#", "http://www.w3.org/2000/09/xmldsig#", "http://www.w3.org/2001/04/xmlenc#"


def run(*words, expect=None):
    done = subprocess.run(words, capture_output=True, text=True)
    if expect is not None and done.returncode != expect:
        raise AssertionError(f"{' '.join(words)}: {done.returncode}, not {expect}\n{done.stdout}{done.stderr}")
    return done


class Signatures(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="fengsui-sign-")
        for name, kind in (("one", ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]), ("two", ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]),
                           ("big", ["ec", "-pkeyopt", "ec_paramgen_curve:P-384"]), ("rsa", ["rsa:2048"])):
            run("openssl", "req", "-x509", "-nodes", "-newkey", *kind, "-subj", f"/CN={name}", "-days", "3650", "-keyout", cls.at(name + ".key"),
                "-out", cls.at(name + ".pem"), expect=0)
            os.chmod(cls.at(name + ".key"), 0o600)
        cls.write("plain.xml", cap.MESSAGE)
        cls.signed = cls.sign("plain.xml", "one", "signed.xml")

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    @classmethod
    def at(cls, name):
        return os.path.join(cls.folder, name)

    @classmethod
    def write(cls, name, text):
        with open(cls.at(name), "w", encoding="utf-8", newline="") as f:
            f.write(text)
        return cls.at(name)

    @classmethod
    def sign(cls, name, key, to):
        run(cap.binary(), "cap", "sign", cls.at(name), "--key", cls.at(key + ".key"), "--cert", cls.at(key + ".pem"), "--out", cls.at(to), expect=0)
        with open(cls.at(to), encoding="utf-8") as f:
            return f.read()

    def verify(self, name, trusted="one.pem", text=None):
        """Exit status, state of the whole, and of each signature."""
        if text is not None:
            self.write(name, text)
        more = ["--cert", self.at(trusted)] if trusted else []
        done = run(cap.binary(), "cap", "verify", "--json", self.at(name), *more)
        if not done.stdout:
            return done.returncode, done.stderr, []
        said = json.loads(done.stdout)
        return done.returncode, said["state"], [s["state"] for s in said["signatures"]]

    def by_xmlsec(self, to, key="one", digest=ENC + "sha256", method=MORE + "ecdsa-sha256", transforms=ENVELOPED, uri="", c14n=EXC):
        text = cap.MESSAGE.replace("</alert>\n", TEMPLATE.format(c14n=c14n, method=method, uri=uri, transforms=transforms, digest=digest))
        self.write("template.xml", text)
        run("xmlsec1", "--sign", "--privkey-pem", f"{self.at(key + '.key')},{self.at(key + '.pem')}", "--output", self.at(to), self.at("template.xml"), expect=0)
        return to

    # ---- ours ------------------------------------------------------------------------------------

    def test_ours_is_good_here_and_by_xmlsec1_and_still_a_right_message(self):
        self.assertEqual(self.verify("signed.xml"), (0, "good", ["good"]))
        self.assertEqual(self.verify("signed.xml", None), (2, "unknown", ["unknown"]))
        self.assertEqual(self.verify("signed.xml", "two.pem"), (2, "unknown", ["unknown"]))
        self.assertEqual(self.verify("plain.xml"), (2, "unsigned", []))
        good, words = cap.signed_outside(self.at("signed.xml"), self.at("one.pem"))
        self.assertTrue(good, words)
        self.assertTrue(cap.check(self.at("signed.xml"))[self.at("signed.xml")]["taken"])
        for part in (EXC, MORE + "ecdsa-sha256", ENC + "sha256", 'URI=""', ENVELOPED):
            self.assertIn(part, self.signed)

    def test_any_change_is_found(self):
        for old, new in (("Ransomware", "Ransomwar3"), ("<expires>2026-11-26", "<expires>2026-11-25"), ("    <headline>", "    <headline> "), ("Public", "Private"),
                         ("<note>second</note>\n", ""), ("  <info>", "   <info>"), ("<alert xmlns", '<alert xmlns:a="urn:b" a:c="d" xmlns')):
            with self.subTest(old=old):
                self.assertIn(old, self.signed)
                self.assertEqual(self.verify("x.xml", text=self.signed.replace(old, new, 1))[:2], (1, "wrong"))
        value = re.search(r"<SignatureValue>(.)", self.signed)
        other = "B" if value[1] == "A" else "A"
        self.assertEqual(self.verify("x.xml", text=self.signed.replace(value[0], value[0][:-1] + other))[:2], (1, "wrong"))
        # Its own certificate in the place of another: it is that one's key which does not fit.
        swapped = re.search(r"<X509Certificate>([^<]+)", self.sign("plain.xml", "two", "two.xml"))[1]
        self.assertEqual(self.verify("x.xml", None, re.sub(r"(<X509Certificate>)[^<]+", r"\1" + swapped, self.signed))[:2], (1, "wrong"))
        self.assertEqual(self.verify("x.xml", "one.pem", re.sub(r"(<X509Certificate>)[^<]+", r"\1" + swapped, self.signed))[:2], (0, "good"))

    def test_what_is_no_part_of_the_message_may_differ(self):
        """A comment is not signed, and neither read."""
        with_comment = self.signed.replace("Ransomware outbreak", "Ransomware<!-- not --> outbreak")
        self.assertEqual(self.verify("x.xml", text=with_comment)[:2], (0, "good"))
        shown = [run(cap.binary(), "cap", "show", self.at(name)).stdout for name in ("x.xml", "signed.xml")]
        self.assertEqual(shown[0], shown[1])

    def test_two_signatures_each_for_itself(self):
        twice = self.sign("signed.xml", "two", "twice.xml")
        self.assertEqual(twice.count("<SignatureValue>"), 2)
        self.assertEqual(self.verify("twice.xml"), (0, "good", ["good", "unknown"]))
        self.assertEqual(self.verify("twice.xml", "two.pem"), (0, "good", ["unknown", "good"]))
        with open(self.at("both.pem"), "w") as both:
            for name in ("one.pem", "two.pem"):
                with open(self.at(name)) as f:
                    both.write(f.read())
        self.assertEqual(self.verify("twice.xml", "both.pem"), (0, "good", ["good", "good"]))
        self.assertEqual(self.verify("x.xml", "both.pem", twice.replace("Ransomware", "X"))[:2], (1, "wrong"))
        one = re.search(r"<Signature .*?</Signature>", self.signed, re.S)[0]
        many = self.signed.replace(one, one * 20)
        status, state, each = self.verify("x.xml", text=many)
        self.assertEqual((status, state, len(each)), (0, "good", 8))

    # ---- theirs -----------------------------------------------------------------------------------

    def test_other_ways_that_are_good(self):
        for key, more in (("rsa", {"method": MORE + "rsa-sha256"}), ("rsa", {"method": MORE + "rsa-sha512", "digest": ENC + "sha512"}), ("big", {"method": MORE + "ecdsa-sha384"}),
                          ("one", {"c14n": "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"}), ("one", {"transforms": ENVELOPED + f'<Transform Algorithm="{EXC}"/>'})):
            with self.subTest(key=key, **more):
                name = self.by_xmlsec("theirs.xml", key, **more)
                self.assertEqual(self.verify(name, key + ".pem"), (0, "good", ["good"]))

    def test_sha1_proves_nothing_and_refuses_nothing(self):
        for more in ({"method": DSIG + "rsa-sha1"}, {"method": MORE + "rsa-sha256", "digest": DSIG + "sha1"}):
            name = self.by_xmlsec("weak.xml", "rsa", **more)
            self.assertEqual(self.verify(name, "rsa.pem"), (2, "weak", ["weak"]))
            self.assertTrue(cap.check(self.at(name))[self.at(name)]["taken"])

    # ---- attacks ------------------------------------------------------------------------------------

    def test_a_signature_that_covers_something_else_is_not_reckoned(self):
        """Wrapping: the signed message lies in the signature, and another one around it."""
        inner = cap.MESSAGE.split("\n", 1)[1].strip()
        forged = cap.MESSAGE.replace("Ransomware outbreak", "Open all ports")
        body = re.search(r"<Signature .*</Signature>", self.signed, re.S)[0]
        for name, signature in (("by an id", body.replace('URI=""', 'URI="#m"').replace("</Signature>", f'<Object Id="m">{inner}</Object></Signature>')),
                                ("by a pointer", body.replace('URI=""', 'URI="#xpointer(/)"')), ("without an address", body.replace(' URI=""', "")),
                                ("from a file", body.replace('URI=""', 'URI="file:///etc/hostname"')), ("from the network", body.replace('URI=""', 'URI="http://127.0.0.1:9/"')),
                                ("a part by XPath", body.replace(ENVELOPED, ENVELOPED + XPATH)), ("a program", body.replace(ENVELOPED, ENVELOPED + XSLT)),
                                ("its own content too", body.replace(ENVELOPED, "")), ("no transforms", re.sub(r"<Transforms>.*</Transforms>", "", body, flags=re.S)),
                                ("two references", re.sub(r"(<Reference.*</Reference>)", r"\1\1", body, flags=re.S)), ("no reference", re.sub(r"<Reference.*</Reference>", "", body, flags=re.S)),
                                ("a secret of its own", body.replace(MORE + "ecdsa-sha256", DSIG + "hmac-sha1")), ("MD5", body.replace(ENC + "sha256", MORE + "md5")),
                                ("comments included", body.replace(f'CanonicalizationMethod Algorithm="{EXC}"', f'CanonicalizationMethod Algorithm="{EXC}WithComments"')),
                                ("empty", '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/>'), ("something else of it", f'<Object xmlns="{DSIG}"/>')):
            with self.subTest(name=name):
                status, state, each = self.verify("x.xml", text=forged.replace("</alert>", signature + "</alert>"))
                self.assertEqual(status, 2, state)
                self.assertIn((state, each), [("unclear", ["unclear"]), ("unsigned", [])])

    def test_a_signature_hidden_in_another_counts_for_nothing(self):
        body = re.search(r"<Signature .*</Signature>", self.signed, re.S)[0]
        hidden = f'<Object xmlns="{DSIG}">{body}</Object>'
        self.assertEqual(self.verify("x.xml", text=cap.MESSAGE.replace("</alert>", hidden + "</alert>")), (2, "unsigned", []))

    # ---- the key --------------------------------------------------------------------------------------

    def test_a_key_that_others_may_read_or_of_another_kind_is_refused(self):
        def sign(key, certificate):
            return run(cap.binary(), "cap", "sign", self.at("plain.xml"), "--key", self.at(key), "--cert", self.at(certificate), "--lang", "en")

        shutil.copy(self.at("one.key"), self.at("open.key"))
        os.chmod(self.at("open.key"), 0o640)
        for key, certificate, says in (("open.key", "one.pem", "0600"), ("one.key", "two.pem", "not the certificate of the key"), ("rsa.key", "rsa.pem", "P-256"),
                                       ("big.key", "big.pem", "P-256"), ("one.pem", "one.pem", ""), ("none.key", "one.pem", "")):
            done = sign(key, certificate)
            self.assertNotEqual(done.returncode, 0, key)
            self.assertEqual(done.stdout, "")
            self.assertIn(says, done.stderr)

    def test_what_is_wrong_is_not_signed_and_exit_statuses_are_as_the_manual_says(self):
        wrong = self.write("wrong.xml", cap.MESSAGE.replace("Actual", "actual"))
        self.assertEqual(run(cap.binary(), "cap", "sign", wrong, "--key", self.at("one.key"), "--cert", self.at("one.pem")).returncode, 1)
        for words, status in ((["check", wrong], 1), (["check", self.at("plain.xml")], 0), (["check", self.at("plain.xml"), wrong], 1), (["check", "/none.xml"], 66),
                              (["check", wrong, "/none.xml"], 66), (["check"], 64), ([], 64), (["foo"], 64), (["check", "--foo"], 64), (["check", "--cert"], 64),
                              (["verify", wrong, "--cert", self.at("plain.xml")], 65), (["verify", self.at("plain.xml"), "--cert", "/none.pem"], 66), (["show", wrong], 1),
                              (["show", self.at("plain.xml")], 0), (["sign", self.at("plain.xml")], 64), (["--help"], 0), (["check", "--help"], 0), (["rules"], 0)):
            done = run(cap.binary(), "cap", *words)
            self.assertEqual(done.returncode, status, (words, done.stderr))
            if status in (64, 66):
                self.assertTrue(done.stderr)


if __name__ == "__main__":
    unittest.main()
