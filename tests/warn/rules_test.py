#!/usr/bin/env python3
"""rules_test -- every code of `fengsui cap rules` is said of a message that breaks this rule, in its line, and of none that is right.

Codes never change: docs/cap.md lists them all, and a rule without a case here fails."""
import os
import re
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "lib"))
import bytes_test  # noqa: E402
import cap  # noqa: E402

ZH = ("<headline>勒索软件爆发</headline>", "<headline>%s</headline>")
POLYGON = "39.9,116.3 39.9,116.5 40.0,116.5 39.9,116.3"
PROFILE = "  <code>profile:CSIRT-CN-CYBER:1.0</code>\n"
FREE = cap.MESSAGE.replace(PROFILE, "")  # of no profile


def free(old, new, count=1):
    assert old in FREE, old
    return FREE.replace(old, new, count)


def ours(old, new, count=1):
    assert old in cap.MESSAGE, old
    return cap.MESSAGE.replace(old, new, count)


def feed(entry="", **more):
    head = {"id": "<id>tag:a,2026:f</id>", "title": "<title>t</title>", "updated": "<updated>2026-03-02T08:00:00+08:00</updated>",
            "author": "<author><name>n</name></author>", **more}
    return '<feed xmlns="http://www.w3.org/2005/Atom">' + "".join(head.values()) + entry + "</feed>"


ENTRY = '<entry><id>tag:a,2026:e</id><title>t</title><updated>2026-03-02T08:00:00+08:00</updated><link href="x"/></entry>'

# code, message, line (None: any)
CASES = [
    ("unexpected", free("<source>desk</source>", "<foo>x</foo>"), 8), ("unexpected", free("    <urgency>Immediate</urgency>\n", "").replace(
        "    <certainty>", "    <urgency>Immediate</urgency>\n    <certainty>", 1), None),
    ("missing", free("  <scope>Public</scope>\n", ""), 9), ("missing", free("<mimeType>text/plain</mimeType>", ""), None),
    ("attribute", free("<source>", '<source a="1">'), 8), ("text-between", free("<source>", "x<source>"), 2), ("child", free("desk", "<b/>"), 8),
    ("enumeration", free("Actual", "actual"), 6), ("date-time", free("2026-11-23T08:00:00+08:00", "2026-11-23T00:00:00Z"), 5),
    ("language", free("zh-CN", "zh_CN"), 14), ("uri", free("https://csirt.example.gov.cn/warn/2026-0007", "http://["), 31),
    ("integer", free("<size>3", "<size>3.5"), None), ("decimal", free("<altitude>10", "<altitude>ten"), None),
    ("signature-place", free("  <info>", '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/>  <info>'), None),
    ("empty", free("<event>勒索软件爆发</event>", "<event> </event>"), 17), ("empty", free("<areaDesc>示例市</areaDesc>", "<areaDesc/>"), None),
    ("empty", free("csirt@example.gov.cn</sender>", "</sender>"), 4), ("empty", free("<valueName>RSIT", "<valueName>"), None),
    ("word-characters", free("CN-110100-CSIRT-2026-0007-2", "CN 110100"), 3), ("word-characters", free("csirt@example.gov.cn</sender>", "a,b</sender>"), 4),
    ("word-characters", free("csirt@example.gov.cn</sender>", "a&amp;b</sender>"), 4),
    ("references-missing", re.sub(r"  <references>.*\n", "", FREE), 7), ("references-missing", re.sub(r"(<references>).*(</)", r"\1 \2", FREE), 11),
    ("references-form", re.sub(r"(<references>).*(</)", r"\1a,b\2", FREE), 11), ("references-form", re.sub(r"(<references>).*(</)", r"\1a,b,2026-11-23\2", FREE), 11),
    ("references-form", free("<msgType>Update", "<msgType>Alert").replace(re.search(r"<references>.*</references>", FREE)[0], "<references/>"), 11),
    ("references-self", free("CSIRT-2026-0007-1,", "CSIRT-2026-0007-2,"), 11),
    ("expires-early", free("<expires>2026-11-26", "<expires>2026-11-22"), 26), ("expires-early", free("<expires>2026-11-26T08", "<expires>2026-11-23T08"), 26),
    ("expires-early", free("    <effective>2026-11-23T08:00:00+08:00</effective>\n", "").replace("<expires>2026-11-26T08:00:00+08:00", "<expires>2026-11-23T07:59:59+08:00", 1), None),
    ("restriction-scope", free("</scope>", "</scope><restriction>x</restriction>"), 9), ("addresses-missing", free("Public", "Private"), 9),
    ("addresses-missing", free("<scope>Public</scope>", "<scope>Private</scope><addresses> </addresses>"), 9),
    ("quotes", free("<scope>Public</scope>", '<scope>Private</scope><addresses>"a b</addresses>'), 9),
    ("polygon-pairs", free(POLYGON, "39.9,116.3 39.9,116.5 39.9,116.3"), None), ("polygon-open", free(POLYGON, POLYGON[:-3] + "0.0"), None),
    ("coordinate", free(POLYGON, POLYGON.replace("116.5", "181")), None), ("coordinate", free(POLYGON, POLYGON.replace("39.9", "-91")), None),
    ("coordinate", free(POLYGON, POLYGON.replace(",", " ")), None), ("coordinate", free(POLYGON, POLYGON.replace("39.9", "0x1")), None),
    ("coordinate", free("39.9,116.4 10", "139.9,116.4 10"), None), ("circle-form", free("39.9,116.4 10", "39.9,116.4"), None),
    ("circle-form", free("39.9,116.4 10", "39.9,116.4 -1"), None), ("circle-form", free("39.9,116.4 10", "39.9,116.4 1 2"), None),
    ("circle-form", free("39.9,116.4 10", ""), None), ("ceiling-alone", free("      <altitude>10</altitude>\n", ""), None),
    ("ceiling-low", free("<ceiling>20.5", "<ceiling>10"), None), ("uri-relative", free("<web>https://csirt.example.gov.cn/", "<web>/"), 31),
    ("uri-relative", free("      <derefUri>YWJj</derefUri>\n", ""), None), ("size-negative", free("<size>3", "<size>-3"), None),
    ("deref-form", free("YWJj", "YW Jj!"), None), ("deref-form", free("YWJj", ""), None), ("size-differs", free("<size>3", "<size>4"), None),
    ("digest-form", free("a9993e36", "9993e36"), None), ("digest-form", free("a9993e36", "x9993e36"), None), ("digest-differs", free("a9993e36", "b9993e36"), None),
    ("profile-identifier", ours("CN-110100-CSIRT-2026-0007-2", "CN-11010-CSIRT-2026-0007-2"), 3), ("profile-identifier", ours("CSIRT-2026-0007-2", "CSIRT-2026-0007"), 3),
    ("profile-languages", ours("zh-CN", "en-GB"), None), ("profile-languages", cap.MESSAGE[:cap.MESSAGE.rindex("  <info>")] + "</alert>", None),
    ("profile-category", ours("    <category>Security</category>\n", ""), None), ("profile-category", ours("<category>Infra", "<category>Met"), None),
    ("profile-event-code", ours("<valueName>RSIT", "<valueName>SAME"), None), ("profile-event-code", ours("infected-system", "c2-server"), None),
    ("profile-parameter", ours("<valueName>tlp", "<valueName>TLP"), None), ("profile-expires", ours("<expires>2026-11-26", "<expires>2026-12-01"), None),
    ("profile-expires", re.sub(r"    <expires>.*\n", "", cap.MESSAGE), None), ("profile-geocode", ours("<value>110100", "<value>1101"), None),
    ("profile-geocode", re.sub(r"    <area>.*?</area>\n", "", cap.MESSAGE, flags=re.S), None),
    ("profile-note", ours("Actual", "Exercise").replace("  <note>second</note>\n", ""), None),
    ("not-feed", None, None), ("feed-once", feed(id=""), 1), ("feed-once", feed(ENTRY.replace("<title>t</title>", "<title>t</title>" * 2)), 1), ("feed-once", feed(id="<id> </id>"), 1),
    ("feed-author", feed(ENTRY, author=""), 1), ("feed-author", feed(ENTRY, author="<author/>"), 1), ("feed-link", feed(ENTRY.replace('<link href="x"/>', "")), 1),
    ("feed-link", feed(ENTRY.replace('href="x"', "")), 1), ("feed-time", feed(updated="<updated>2026-03-02</updated>"), 1), ("feed-element", feed("<foo/>"), 1),
    ("feed-same-id", feed(ENTRY * 2), 1), ("enumeration", feed(ENTRY.replace("<link", "<content>" + FREE[FREE.index("<alert"):].replace("Actual", "x") + "</content><link")), None),
    ("advice-expires", re.sub(r"    <expires>.*\n", "", FREE, count=1), None), ("advice-restriction", free("Public", "Restricted"), 9),
    ("advice-addresses", free("</scope>", "</scope><addresses/>"), 9), ("advice-language", free("    <language>zh-CN</language>\n", ""), None),
    ("advice-same-text", free("Ransomware outbreak: Example City.", "勒索软件爆发: 示例市."), None), ("advice-markup", free("Close &lt;RDP&gt;", "Close &lt;b&gt;RDP"), None),
    ("advice-info", re.sub(r"  <references>.*\n", "", FREE[:FREE.index("  <info>")] + "</alert>").replace("Update", "Alert"), None),
    ("advice-note", free("Actual", "Exercise").replace("  <note>second</note>\n", ""), None),
    ("advice-crossing", free(POLYGON, "0,0 1,1 0,1 1,0 0,0"), None),
    ("advice-version", feed(ENTRY.replace("<link", '<content><alert xmlns="urn:oasis:names:tc:emergency:cap:1.1"/></content><link')), None),
    ("other-version", '<alert xmlns="urn:oasis:names:tc:emergency:cap:1.1"/>', 1), ("other-version", '<alert xmlns="http://www.incident.com/cap/1.0"/>', 1),
]

RIGHT = [cap.MESSAGE, FREE, feed(), feed(ENTRY), feed(ENTRY.replace('<link href="x"/>', "<content>x</content>")),
         free("Public</scope>", "Restricted</scope><restriction>x</restriction>"), free("Public</scope>", 'Private</scope><addresses>a "b c"</addresses>'),
         free("</scope>", "</scope><restriction/>"), free("<ceiling>20.5</ceiling>", ""), free(POLYGON, POLYGON.replace(" ", "\n  ")),
         free("a9993e36", "A9993E36"), free("<size>3", "<size> +3"), free("39.9,116.4 10", "-90,-180 0.5"), ours("Actual", "Exercise").replace("-CSIRT-", "-CSIRT-EX-")]


def program_rules():
    said = subprocess.run([cap.binary(), "cap", "rules", "--lang", "en"], capture_output=True, text=True, check=True).stdout
    return {line.split()[1]: line.split()[0] for line in said.splitlines()}


class Rules(unittest.TestCase):
    def test_each_rule_is_said_where_it_is_broken(self):
        with tempfile.TemporaryDirectory() as folder:
            for code, text, line in CASES:
                if text is None:
                    continue
                with self.subTest(code=code, text=text[:4000]):
                    said = cap.check_text(text, folder)
                    found = [f for f in said["findings"] if f["code"] == code]
                    self.assertTrue(found, said["findings"])
                    self.assertEqual(said["taken"], code.startswith("advice-"), said["findings"])
                    self.assertTrue(found[0]["line"] and found[0]["element"], found)
                    if line:
                        self.assertEqual(found[0]["line"], line, found)

    def test_what_is_right_is_taken(self):
        with tempfile.TemporaryDirectory() as folder:
            for text in RIGHT:
                with self.subTest(text=text):
                    said = cap.check_text(text, folder)
                    self.assertEqual((said["taken"], cap.codes(said)), (True, []))

    def test_one_is_one_and_two_are_two(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "message.xml")
            for text, says in ((cap.MESSAGE.replace("<status>Actual</status>", "<status>Real</status>"), "refused, by 1 rule\n"),
                               (cap.MESSAGE.replace("<status>Actual</status>", "<status>Real</status>")
                                .replace("<msgType>Update</msgType>", "<msgType>Word</msgType>"), "refused, by 2 rules\n")):
                with open(path, "w", encoding="utf-8") as f:
                    f.write(text)
                said = {lang: subprocess.run([cap.binary(), "cap", "check", path, "--lang", lang], capture_output=True, text=True).stdout
                        for lang in ("en", "zh")}
                self.assertIn(says, said["en"])
                self.assertIn(f"不予接受，共 {says.split()[2]} 处\n", said["zh"])

    def test_every_rule_has_a_case_and_stands_in_the_manual(self):
        rules = program_rules()
        tried = {code for code, _, _ in CASES} | {code for _, _, code in bytes_test.CASES if code}
        self.assertEqual(set(rules) - tried, set())
        self.assertEqual(tried - set(rules), set())
        with open(os.path.join(cap.ROOT, "docs", "cap.md"), encoding="utf-8") as f:
            manual = dict(re.findall(r"^\| `([a-z-]+)` \| (\w+) \|", f.read(), re.M))
        self.assertEqual(manual, rules)

    def test_each_is_said_in_both_languages(self):
        said = {lang: subprocess.run([cap.binary(), "cap", "rules", "--lang", lang], capture_output=True, text=True).stdout.splitlines()
                for lang in ("zh", "en")}
        self.assertEqual(len(said["zh"]), len(said["en"]))
        for zh, en in zip(said["zh"], said["en"]):
            self.assertEqual(zh.split()[:2], en.split()[:2])
            self.assertTrue(re.search(r"[\u4e00-\u9fff]", zh) and not re.search(r"[\u4e00-\u9fff]", en), (zh, en))


if __name__ == "__main__":
    unittest.main()
