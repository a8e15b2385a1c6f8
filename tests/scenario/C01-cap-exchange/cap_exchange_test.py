#!/usr/bin/env python3
"""C01 Warnings between centres: what leaves is a CAP file that others can check, what comes is checked and reviewed."""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
from scene import ROOT, Scene, main  # noqa: E402
import cap  # noqa: E402
from web import Web  # noqa: E402

sys.path.insert(0, os.path.join(os.path.dirname(HERE), "D01-drill-namespace"))
from drill_namespace_test import running  # noqa: E402

HTTP = ["--http", "127.0.0.1:0", "--public-url", "https://csirt.example.gov.cn/"]
ATOM, CAP = "{http://www.w3.org/2005/Atom}", "{" + cap.SPACE + "}"
WORDS = {"title": "勒索软件 <借> 远程桌面 & \"弱口令\" 传播", "hazard": "文件被加密\n并被勒索", "measures": "关闭远程桌面，核查备份"}


def without_release_check(folder):
    """The plan, but for the check of what is public, which has a scenario of its own."""
    to = os.path.join(folder, "plan")
    shutil.copytree(os.path.join(ROOT, "packs", "jinan-2007"), to)
    path = os.path.join(to, "kinds", "warning.yml")
    with open(path, encoding="utf-8") as f:
        text = re.sub(r".*checked: release_check.*\n", "", f.read())
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    return to


class Exchange(Scene):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="fengsui-cap-")
        self.addCleanup(shutil.rmtree, self.folder)

    def city(self, args=(), **more):
        more.setdefault("pack", without_release_check(tempfile.mkdtemp(dir=self.folder)))
        return super().city(args=[*HTTP, *args], **more)

    # ---- what is done ---------------------------------------------------------------------------

    def approved(self, d, space=None, **words):
        warning = d.done("uop_edu", "warning", "create", submitter=d.unit["edu"], space=space,
                         **{**WORDS, "level": 4, "marking": "public", "valid_to": "2026-03-05T08:00:00Z", **words}).number
        return self.decided(d, warning, space)

    def decided(self, d, warning, space=None):
        d.done("dut01", "warning", "review", warning)
        d.done("dut01", "warning_target", "create", warning=warning, unit=d.unit["edu"], space=space)
        if d.show(warning)["fields"].get("marking") == "public":
            d.done("dut01", "warning", "edit", warning, category="malware", starts_at="2026-03-02T08:00:00Z", scope="政务网用户", matters="核查备份")
            d.done("dir01", "warning", "record_authorisation", warning, authorised_by=d.unit["edu"], authorisation="鲁网[2026]8号")
        d.done("dir01", "warning", "approve", warning)
        return warning

    def published(self, d, **words):
        warning = self.approved(d, **words)
        d.done("dir01", "warning", "publish", warning)
        return warning

    def editions(self, d, warning):
        return [d.show(e.ref)["fields"] for e in d.linked(warning, "edition")]

    def blob(self, d, digest):
        with open(os.path.join(d.folder, "blobs", digest[:2], digest), "rb") as f:
            return f.read()

    # ---- what is seen -----------------------------------------------------------------------------

    def good_file(self, d, data):
        """By every judge; the document, to look into it."""
        path = os.path.join(self.folder, "judged.xml")
        with open(path, "wb") as f:
            f.write(data)
        said = cap.check(path)[path]
        self.assertEqual(said["findings"], [])
        if os.path.exists(cap.SCHEMA):
            self.assertTrue(cap.by_schema(path)[path], data.decode())
        good, words = cap.signed_outside(path, os.path.join(d.folder, "keys", "cap.pem"))
        self.assertTrue(good, words)
        done = subprocess.run([cap.binary(), "cap", "verify", "--data", d.folder, path], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return ET.fromstring(data)

    def good_feed(self, data):
        path = os.path.join(self.folder, "feed.atom")
        with open(path, "wb") as f:
            f.write(data)
        done = subprocess.run(["xmllint", "--nonet", "--noout", "--relaxng", os.path.join(HERE, "atom.rng"), path], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr + data.decode())
        self.assertEqual(cap.check(path)[path]["findings"], [])
        return ET.fromstring(data)

    def text(self, root, path):
        return [e.text for e in root.findall("/".join(CAP + name for name in path.split(".")))]

    def feed(self, web, login=None, **more):
        reply = web.get("/cap/feed.atom", login=login, **more)
        self.assertEqual(reply.status, 200, reply)
        self.assertEqual(reply.headers["content-type"], "application/atom+xml; charset=utf-8")
        return self.good_feed(reply.body)

    def hrefs(self, feed):
        return [e.find(ATOM + "link").get("href") for e in feed.findall(ATOM + "entry")]

    # ---- tests ---------------------------------------------------------------------------------------

    def test_published_updated_and_lifted_each_is_a_file_that_others_verify(self):
        with self.city() as d:
            warning = self.published(d)
            first = self.good_file(d, self.blob(d, self.editions(d, warning)[0]["cap_file"]))
            self.assertEqual(self.text(first, "msgType") + self.text(first, "scope") + self.text(first, "status"), ["Alert", "Public", "Test"])
            self.assertEqual(self.text(first, "identifier"), ["CN-370100-CSIRT-2026-0001-1"])
            self.assertEqual(self.text(first, "sent"), ["2026-03-02T16:00:00+08:00"])
            self.assertEqual(self.text(first, "info.expires"), ["2026-03-05T16:00:00+08:00"] * 2)
            self.assertEqual(self.text(first, "info.language"), ["zh-CN", "en-US"])
            self.assertEqual(self.text(first, "info.severity"), ["Severe"] * 2)
            self.assertEqual(self.text(first, "info.headline")[0], "网络安全橙色预警：" + WORDS["title"])
            self.assertEqual(self.text(first, "info.description")[0], WORDS["hazard"])
            self.assertEqual(self.text(first, "references"), [])
            d.pass_time("4 h")
            d.both("dut01", "dir01", "warning", "update", warning, level=3)
            d.pass_time("1 h")
            d.both("dut01", "dir01", "warning", "update", warning, hazard="更多单位受影响")
            d.pass_time("1 h")
            d.done("dir01", "warning", "lift", warning, reason="风险已消除")
            editions = self.editions(d, warning)
            files = [self.good_file(d, self.blob(d, e["cap_file"])) for e in editions]
            lifted = self.good_file(d, self.blob(d, editions[2]["cap_cancel"]))
            self.assertEqual([self.text(f, "msgType")[0] for f in files], ["Alert", "Update", "Update"])
            self.assertEqual(self.text(files[1], "info.severity")[0], "Moderate")
            names = [e["cap_reference"] for e in editions]
            self.assertEqual(self.text(files[1], "references"), [names[0]])
            self.assertEqual(self.text(files[2], "references"), [" ".join(names[:2])])
            self.assertEqual(self.text(lifted, "references"), [" ".join(names)])
            self.assertEqual(self.text(lifted, "msgType") + self.text(lifted, "info.responseType"), ["Cancel", "AllClear", "AllClear"])
            self.assertNotIn("风险已消除", self.blob(d, editions[2]["cap_cancel"]).decode(), "a reason that nobody released")
            self.assertEqual(editions[0]["cap_file"], self.editions(d, warning)[0]["cap_file"])

    def test_only_what_has_not_expired_is_referred_to_and_what_is_over_is_not_cancelled(self):
        with self.city() as d:
            warning = self.published(d, valid_to=None)
            self.assertEqual(self.editions(d, warning)[0]["cap_ends"], "2026-03-09T08:00:00.000000Z", "at most seven days")
            d.pass_time("8 d")
            d.both("dut01", "dir01", "warning", "update", warning, level=3)
            second = self.good_file(d, self.blob(d, self.editions(d, warning)[1]["cap_file"]))
            self.assertEqual(self.text(second, "msgType") + self.text(second, "references"), ["Alert"])
            d.pass_time("8 d")
            d.done("dir01", "warning", "lift", warning, reason="结束")
            self.assertNotIn("cap_cancel", self.editions(d, warning)[1])

    def test_a_drill_is_an_exercise_and_never_public(self):
        with self.city() as d:
            running(d)
            warning = self.approved(d, space=2)
            d.done("dir01", "warning", "publish", warning)
            edition = self.editions(d, warning)[0]
            file = self.good_file(d, self.blob(d, edition["cap_file"]))
            self.assertEqual(self.text(file, "status") + self.text(file, "scope"), ["Exercise", "Restricted"])
            self.assertEqual(self.text(file, "identifier"), ["CN-370100-CSIRT-EX-2026-0001-1"])
            self.assertIn("演练", self.text(file, "note")[0])
            self.assertTrue(all(h.startswith(("[演练]", "[EXERCISE]")) for h in self.text(file, "info.headline")))
            web = Web(d)
            self.assertEqual(self.hrefs(self.feed(web)) + self.hrefs(self.feed(web, "dir01")), [])
            self.assertEqual(web.raw("GET", f"/cap/{edition['cap_id']}.xml").status, 404)

    def test_the_feed_says_what_is_in_force_and_to_whom(self):
        with self.city() as d:
            web = Web(d)
            empty = web.raw("GET", "/cap/feed.atom")
            self.assertEqual(self.hrefs(self.good_feed(empty.body)), [])
            public, members = self.published(d), self.published(d, marking="members")
            secret = d.done("dut01", "warning", "create", **{**WORDS, "level": 4, "marking": "secret_ref"}).number
            d.done("dut01", "warning", "review", secret)
            d.refused("N11", "dir01", "warning", "approve", secret)
            ids = [self.editions(d, w)[0]["cap_id"] for w in (public, members)]
            address = "https://csirt.example.gov.cn/cap/%s.xml"
            reply = web.raw("GET", "/cap/feed.atom")
            self.assertEqual(self.hrefs(self.good_feed(reply.body)), [address % ids[0]])
            self.assertEqual(self.hrefs(self.feed(web, "dir01")), [address % ids[1], address % ids[0]])
            self.assertEqual(reply.headers["cache-control"], "public, max-age=60")
            self.assertIn("Cookie", reply.headers["vary"])
            self.assertEqual(reply.headers["last-modified"], "Mon, 02 Mar 2026 08:00:00 GMT")
            again = web.raw("GET", "/cap/feed.atom", headers={"If-None-Match": reply.headers["etag"]})
            self.assertEqual((again.status, again.body, again.headers["etag"]), (304, b"", reply.headers["etag"]))
            self.assertNotEqual(reply.headers["etag"], empty.headers["etag"])
            # Files: what is public for anybody, what is not for who may see it, and otherwise as if it were not there.
            file = web.raw("GET", f"/cap/{ids[0]}.xml")
            self.assertEqual((file.status, file.headers["content-type"]), (200, "application/cap+xml"))
            self.assertEqual(file.body, self.blob(d, self.editions(d, public)[0]["cap_file"]))
            self.good_file(d, file.body)
            self.assertEqual(web.raw("GET", f"/cap/{ids[0]}.xml", headers={"If-None-Match": file.headers["etag"]}).status, 304)
            hidden, none = web.raw("GET", f"/cap/{ids[1]}.xml"), web.raw("GET", "/cap/CN-370100-CSIRT-2026-0009-1.xml")
            self.assertEqual((hidden.status, hidden.body.replace(ids[1].encode(), b"X")),
                             (404, none.body.replace(b"CN-370100-CSIRT-2026-0009-1", b"X")))
            self.assertEqual(web.get(f"/cap/{ids[1]}.xml", login="dir01").status, 200)
            self.assertEqual(web.get(f"/cap/{ids[1]}.xml", login="fin01").status, 404)
            self.assertEqual(web.raw("GET", f"/cap/{ids[0]}.xml", headers={"Cookie": "fengsui=nonsense"}).status, 200)
            self.assertEqual(web.raw("GET", "/cap/..%2f..%2fkeys%2fcap.key").status, 400)
            for path in ("/cap/x", "/cap/.xml", "/cap/" + "a" * 300 + ".xml"):
                self.assertEqual(web.raw("GET", path).status, 404, path)
            # A stable id for each message; lifted, its lifting stands there until it would have expired; then nothing.
            before = self.feed(web).find(f"{ATOM}entry/{ATOM}id").text
            d.pass_time("1 h")
            self.assertEqual(self.feed(web).find(f"{ATOM}entry/{ATOM}id").text, before)
            d.done("dir01", "warning", "lift", public, reason="结束")
            cancel = self.editions(d, public)[0]["cap_cancel_id"]
            self.assertEqual(self.hrefs(self.feed(web)), [address % cancel])
            self.assertEqual(self.text(self.good_file(d, web.raw("GET", f"/cap/{cancel}.xml").body), "msgType"), ["Cancel"])
            d.set_time("2026-03-05T08:00:01Z")
            self.assertEqual(self.hrefs(self.feed(web)), [])
            self.assertEqual(web.raw("GET", f"/cap/{ids[0]}.xml").status, 200, "an address stays")

    def test_what_one_city_says_another_takes_in_to_review(self):
        with self.city() as a, self.city(args=["--cap-sender", "csirt@other.example"], at="2026-03-02T09:00:00Z") as b:
            warning, web = self.published(a), Web(b)
            name = self.editions(a, warning)[0]["cap_id"]
            path = os.path.join(self.folder, f"{name}.xml")
            with open(path, "wb") as f:
                f.write(Web(a).raw("GET", f"/cap/{name}.xml").body)
            xml = {"Content-Type": "application/cap+xml"}
            with open(path, "rb") as f:
                data = f.read()
            self.assertEqual(web.raw("POST", "/cap", data, xml).status, 401)
            self.assertEqual(web.ask("POST", "/cap", data, login="fin01", headers=xml).status, 403)
            taken = web.ask("POST", "/cap", data, login="dut01", headers=xml)
            self.assertEqual(taken.status, 201, taken)
            fields = b.show(taken.json["number"])["fields"]
            self.assertEqual(b.states(taken.json["number"])["life"], "submitted")
            self.assertEqual((fields["title"], fields["hazard"], fields["measures"], fields["level"]),
                             ("网络安全橙色预警：" + WORDS["title"], WORDS["hazard"], WORDS["measures"], 4))
            self.assertEqual(self.blob(b, fields["imported_file"]), data)
            self.assertEqual((fields["imported_ref"], fields["imported_signature"]), (self.editions(a, warning)[0]["cap_reference"], "unknown"))
            again = web.ask("POST", "/cap", data, login="dut01", headers=xml)
            self.assertEqual((again.status, again.json["number"]), (201, taken.json["number"]), "a repeat is a repeat")
            self.assertEqual(len(b.list("warning")), 1)
            self.assertEqual(web.ask("POST", "/cap", data, login="dir01", headers=xml).status, 409)
            # Update and lifting find what they are about; a certificate that is known vouches.
            shutil.copy(os.path.join(a.folder, "keys", "cap.pem"), os.path.join(b.folder, "keys", "cap-trusted.pem"))
            a.pass_time("1 h")
            a.both("dut01", "dir01", "warning", "update", warning, level=3)
            a.pass_time("1 h")
            a.done("dir01", "warning", "lift", warning, reason="结束")
            last = self.editions(a, warning)[1]
            update = web.ask("POST", "/cap", self.blob(a, last["cap_file"]), login="dut01", headers=xml).json["number"]
            fields = b.show(update)["fields"]
            self.assertEqual((fields["follows"]["number"], fields["imported_signature"], fields["level"]), (taken.json["number"], "good", 3))
            lifts = os.path.join(self.folder, "lifts.xml")
            with open(lifts, "wb") as f:
                f.write(self.blob(a, last["cap_cancel"]))
            said = b.cli("cap", "import", lifts, "--as", "dut01")
            number = re.search(r"WRN-2026-\d+", said)[0]
            self.assertEqual(b.show(number)["fields"]["follows"]["number"], update)
            self.assertIn(number, b.cli("cap", "import", lifts, "--as", "dut01"))
            self.assertEqual(len(b.list("warning")), 3)
            # It goes on like any other: reviewed, published here under a number of ours, and nothing of theirs is lost.
            b.done("dut01", "warning", "edit", taken.json["number"], marking="public")
            self.decided(b, taken.json["number"])
            b.done("dir01", "warning", "publish", taken.json["number"])
            ours = self.good_file(b, self.blob(b, self.editions(b, taken.json["number"])[0]["cap_file"]))
            self.assertEqual(self.text(ours, "sender"), ["csirt@other.example"])

    def test_what_is_wrong_or_not_for_us_is_refused_by_its_rule(self):
        with self.city() as d:
            web = Web(d)
            good = cap.MESSAGE.replace("2026-11-2", "2026-03-2")

            def sent(text, type="application/cap+xml"):
                return web.ask("POST", "/cap", text.encode(), login="dut01", headers={"Content-Type": type})

            for text, status, says in ((good.replace("Actual", "Draft"), 403, "Draft"), (good.replace("<msgType>Update", "<msgType>Ack"), 403, "Ack"),
                                       (good.replace("<severity>Severe", "<severity>Bad"), 422, "[enumeration]"),
                                       (good.replace("0007-1,", "0007-2,"), 422, "[references-self]"), ("<x/>", 422, "[not-cap]"), ("", 422, "[malformed]"),
                                       ("<!DOCTYPE alert>" + good.split("\n", 1)[1], 422, "[doctype]"), (good.replace("Actual", "Exercise"), 403, "N20")):
                reply = sent(text)
                self.assertEqual(reply.status, status, (says, reply))
                self.assertIn(says, reply.body.decode())
            self.assertEqual(sent(good, "text/plain").status, 415)
            self.assertEqual(sent(good + " " * (1 << 20)).status, 413)
            self.assertEqual(d.list("warning"), [])
            # Nothing was kept of what was refused.
            self.assertEqual([f for _, _, files in os.walk(os.path.join(d.folder, "blobs")) for f in files], [])
            # Nobody says for himself that a message is here already, or whose signature is good.
            for field, value in (("imported_ref", "x"), ("imported_signature", "good")):
                d.fault("invalid", "dut01", "warning", "create", title="x", hazard="x", **{field: value})
            digest = d.upload(b"no CAP at all", as_="dut01")
            d.fault("invalid", "dut01", "warning", "create", title="x", hazard="x", imported_file=digest)
            tampered = sent(good)
            self.assertEqual((tampered.status, d.show(tampered.json["number"])["fields"]["imported_signature"]), (201, "unsigned"))

    def test_the_key_is_the_houses_alone_and_another_one_is_refused(self):
        with self.city() as d:
            self.published(d)
            key = os.path.join(d.folder, "keys", "cap.key")
            self.assertEqual(os.stat(key).st_mode & 0o777, 0o600)
            os.chmod(key, 0o644)
            warning = self.approved(d)
            answer = d.fault("refused", "dir01", "warning", "publish", warning)
            self.assertIn("0600", answer["en"])
            d.expect_state(warning, life="approved")
            os.chmod(key, 0o600)
            d.done("dir01", "warning", "publish", warning)


if __name__ == "__main__":
    main()
