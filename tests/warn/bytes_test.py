#!/usr/bin/env python3
"""bytes_test -- bytes that attack a reader of XML, or come in another encoding: each has its named outcome, at once and in little memory."""
import os
import resource
import subprocess
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "lib"))
import cap  # noqa: E402

SECONDS, MEMORY = 5, 512 << 20
HEAD, REST = cap.MESSAGE.split("\n", 1)
BOMB = "<!DOCTYPE alert [" + '<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10}">' for n in range(9)) + "]>\n"
PLAIN = cap.MESSAGE.replace("勒索软件爆发", "worm").replace("示例市", "city")

# name, bytes, code (None: taken)
CASES = [
    ("a file in local reach", HEAD + '\n<!DOCTYPE alert [<!ENTITY x SYSTEM "file:///etc/hostname">]>' + REST.replace("desk", "&x;"), "doctype"),
    ("a file on the network", HEAD + '\n<!DOCTYPE alert SYSTEM "http://127.0.0.1:9/x.dtd">' + REST, "doctype"),
    ("a parameter entity", HEAD + '\n<!DOCTYPE alert [<!ENTITY % r SYSTEM "http://127.0.0.1:9/x"> %r;]>' + REST, "doctype"),
    ("a billion laughs", HEAD + "\n" + BOMB + REST.replace("desk", "&j;"), "doctype"),
    ("quadratic blow-up", HEAD + f'\n<!DOCTYPE alert [<!ENTITY a "{"a" * 100000}">]>' + REST.replace("desk", "&a;" * 10000), "doctype"),
    ("an entity that nobody declared", cap.MESSAGE.replace("desk", "&x;"), "malformed"),
    ("XInclude is text like any other", cap.MESSAGE.replace("desk", '<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="/etc/hostname"/>'), "child"),
    ("a schema of its own choice is not followed", cap.MESSAGE.replace("<alert ", '<alert xmlns:s="http://www.w3.org/2001/XMLSchema-instance" '
                                                                     's:schemaLocation="a http://127.0.0.1:9/a.xsd" '), None),
    ("types of its own choice", cap.MESSAGE.replace("<source>", '<source xmlns:s="http://www.w3.org/2001/XMLSchema-instance" s:type="x">'), "xsi-type"),
    ("100,000 deep", HEAD + "<a>" * 100000, "depth"),
    ("100,000 deep inside", cap.MESSAGE.replace("<source>", "<source>" + "<a>" * 100000), "depth"),
    ("very many elements", HEAD + f'<alert xmlns="{cap.SPACE}">' + "<a/>" * 100000 + "</alert>", "elements"),
    ("more than 1 MiB", cap.MESSAGE.replace("desk", "x" * (1 << 20)), "size"),
    ("a line of nearly 1 MiB", cap.MESSAGE.replace("desk", "x" * ((1 << 20) - 8192)), None),
    ("17 namespaces", cap.MESSAGE.replace("<alert ", "<alert " + "".join(f'xmlns:n{n}="urn:{n}" ' for n in range(16))), "namespaces"),
    ("16 namespaces", cap.MESSAGE.replace("<alert ", "<alert " + "".join(f'xmlns:n{n}="urn:{n}" ' for n in range(15))), None),
    ("60,000 attributes", cap.MESSAGE.replace("<alert ", "<alert " + "".join(f'a{n}="" ' for n in range(60000))), "attributes"),
    ("NUL", cap.MESSAGE.replace("desk", "de\0sk"), "nul"),
    ("bytes that are no UTF-8", cap.MESSAGE.encode().replace(b"desk", b"d\xffsk"), "bytes"),
    ("half of a character", cap.MESSAGE.encode().replace("示例市".encode(), "示例市".encode()[:-1]), "bytes"),
    ("a surrogate as UTF-8", cap.MESSAGE.encode().replace(b"desk", b"\xed\xa0\x80"), "bytes"),
    ("UTF-8 with a mark", b"\xef\xbb\xbf" + cap.MESSAGE.encode(), None),
    ("UTF-16, little end first", cap.MESSAGE.replace("UTF-8", "UTF-16").encode("utf-16"), None),
    ("UTF-16, big end first", b"\xfe\xff" + cap.MESSAGE.replace("UTF-8", "UTF-16").encode("utf-16-be"), None),
    ("UTF-16 without a mark", cap.MESSAGE.replace("UTF-8", "UTF-16").encode("utf-16-le"), "nul"),
    ("half of a UTF-16 character", cap.MESSAGE.replace("UTF-8", "UTF-16").encode("utf-16")[:-1], "bytes"),
    ("a lone surrogate of UTF-16", cap.MESSAGE.replace("UTF-8", "UTF-16").replace("desk", "\ud800x").encode("utf-16", "surrogatepass"), "bytes"),
    ("UTF-32", cap.MESSAGE.replace("UTF-8", "UTF-32").encode("utf-32"), "encoding"),
    ("ISO-8859-1", PLAIN.replace("UTF-8", "ISO-8859-1").replace("desk", "Zürich").encode("latin-1"), None),
    ("GB18030", cap.MESSAGE.replace("UTF-8", "GB18030").encode("gb18030"), None),
    ("GBK", cap.MESSAGE.replace("UTF-8", "GBK").encode("gbk"), None),
    ("bytes that are no GB18030", PLAIN.replace("UTF-8", "GB18030").encode().replace(b"desk", b"\xff\xff\xff"), "bytes"),
    ("UTF-7", cap.MESSAGE.replace("UTF-8", "UTF-7").encode("utf-7"), "encoding"),
    ("EBCDIC", PLAIN.replace("UTF-8", "cp037").encode("cp037"), "bytes"),
    ("says UTF-8 and is GBK", cap.MESSAGE.encode("gbk"), "bytes"),
    ("nothing", b"", "malformed"),
    ("blanks", b" \n", "malformed"),
    ("no XML", b"CAP", "malformed"),
    ("cut off", cap.MESSAGE[:900], "malformed"),
    ("something behind it", cap.MESSAGE + "x", "malformed"),
    ("a control character", cap.MESSAGE.replace("desk", "\x08"), "malformed"),
    ("a control character by its number", cap.MESSAGE.replace("desk", "&#8;"), "malformed"),
    ("a prefix that nobody declared", cap.MESSAGE.replace("<source>desk</source>", "<q:source>desk</q:source>"), "namespace"),
    ("another element as root", '<value xmlns="' + cap.SPACE + '">x</value>', "not-cap"),
]


def limit():
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    if "SAN" not in os.environ:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


class Bytes(unittest.TestCase):
    def test_each_has_its_outcome(self):
        with tempfile.TemporaryDirectory() as folder:
            for name, data, code in CASES:
                with self.subTest(name=name):
                    path = os.path.join(folder, "x.xml")
                    with open(path, "wb") as f:
                        f.write(data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass"))
                    begin = time.monotonic()
                    done = subprocess.run([cap.binary(), "cap", "check", "--json", path], capture_output=True, text=True, preexec_fn=limit)
                    self.assertLess(time.monotonic() - begin, SECONDS)
                    self.assertIn(done.returncode, (0, 1), done.stderr)
                    self.assertEqual(done.stderr, "", "nobody reads what a library prints there")
                    said = cap.check(path)[path]
                    self.assertEqual(cap.codes(said)[:1], [code] if code else [], said["findings"][:3])
                    self.assertEqual(done.returncode, 1 if code else 0)

    def test_texts_are_read_as_they_were_written(self):
        """In whatever encoding: what show prints is the same."""
        with tempfile.TemporaryDirectory() as folder:
            shown = set()
            for encoding in ("UTF-8", "UTF-16", "GB18030", "GBK"):
                path = os.path.join(folder, "x.xml")
                with open(path, "wb") as f:
                    f.write(cap.MESSAGE.replace("UTF-8", encoding).encode(encoding.lower()))
                shown.add(subprocess.run([cap.binary(), "cap", "show", "--lang", "zh", path], capture_output=True, text=True).stdout)
            self.assertEqual(len(shown), 1)
            self.assertIn("勒索软件爆发", shown.pop())

    def test_what_a_stranger_wrote_steers_no_terminal(self):
        """XML lets the controls from U+0080 on and those of direction pass; a terminal may act on them."""
        evil = "\u009b2J\u009d0;x\u009c\u0085\u202egnp.exe\u2066"
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "x.xml")
            for text in (cap.MESSAGE.replace("desk", evil).replace("units", evil).replace("勒索软件爆发", evil),
                         cap.MESSAGE.replace("<urgency>Immediate", f"<urgency>{evil}"), cap.MESSAGE.replace("en-US", evil)):
                with open(path, "w", encoding="utf-8") as f:
                    f.write(text)
                for word in ("show", "check", "verify"):
                    done = subprocess.run([cap.binary(), "cap", word, path], capture_output=True)
                    said = (done.stdout + done.stderr).decode()
                    self.assertEqual([c for c in said if c in evil and not c.isprintable()], [], f"{word}: {said}")


if __name__ == "__main__":
    unittest.main()
