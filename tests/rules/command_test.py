#!/usr/bin/env python3
"""command_test -- `fengsui rules check`: what it says of rules, which it lists, how it ends."""
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FENGSUI = os.environ.get("FENGSUI") or os.path.join(ROOT, "build", "fengsui")
PUBLIC = os.path.join(ROOT, "..", "shared", "data", "sigma-rules")

RULE = """title: {title}
name: {name}
level: {level}
tags: [attack.t1059]
logsource: {source}
detection:
  s: {{{items}}}
  condition: s
"""


def rule(name, items, source="{product: windows, category: process_creation}", level="medium"):
    return RULE.format(title="The " + name, name=name, items=items, source=source, level=level)


def check(*args):
    return subprocess.run([FENGSUI, "rules", "check", *args], capture_output=True, text=True, timeout=60)


class Rules(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def put(self, name, *documents):
        path = os.path.join(self.folder.name, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write("---\n".join(documents))
        return path

    def read(self, *args):
        """The JSON, with the rules by their title's second word; the exit status beside it."""
        done = check(self.folder.name, "--json", *args)
        answer = json.loads(done.stdout)
        answer["by"] = {r["title"].split()[1]: r for r in answer["rules"]}
        return answer, done.returncode


class Costs(Rules):
    def test_a_witness_makes_the_difference(self):
        cases = [
            ("text", "a: cmd.exe", "cheap", True), ("short", "a|contains: xyz", "dear", False),
            ("long", "a|contains: wxyz", "cheap", True), ("end", "a|endswith: ab", "cheap", True),
            ("glob", "a: 'wxyz*b?c'", "cheap", True), ("holes", "a: '*a*b*c*'", "dear", False),
            ("regex", "a|re: abc.*", "dear", False), ("guarded", "a|re: abc.*, b: cmd.exe", "ordinary", True),
            ("none", "a|neq: cmd.exe", "dear", False), ("either", "a: [cmd.exe, '*']", "dear", False),
            ("all", "a|contains|all: [wxyz, q]", "cheap", True), ("number", "a|gt: 5", "dear", False),
            ("many", "a: [%s]" % ", ".join(f"value{i}" for i in range(65)), "ordinary", True),
        ]
        self.put("r.yml", *[rule(name, items) for name, items, _, _ in cases])
        answer, status = self.read()
        self.assertEqual(status, 0)
        for name, _, cost, witness in cases:
            with self.subTest(name):
                self.assertEqual((answer["by"][name]["cost"], answer["by"][name]["witness"]), (cost, witness))
        self.assertEqual(answer["costs"], {"cheap": 5, "ordinary": 2, "dear": 6})

    def test_conditions_keep_a_witness_or_lose_it(self):
        cases = [("a and b", True), ("a or b", False), ("a or a", True), ("not a", False), ("3 of them", True),
                 ("2 of them", False), ("1 of them", False), ("a and not b", True)]
        text = ("title: The %s\ntags: [attack.t1059]\nlogsource: {product: windows}\ndetection:\n"
                "  a: {x: cmd.exe}\n  b: {y|gt: 1}\n  c: {z|gt: 1}\n  condition: %s\n")
        for i, (condition, _) in enumerate(cases):
            self.put(f"{i}.yml", text % (i, condition))
        answer, _ = self.read()
        self.assertEqual([answer["by"][str(i)]["witness"] for i in range(len(cases))], [w for _, w in cases])

    def test_fields_are_those_of_the_condition(self):
        self.put("r.yml", rule("one", "a: x, b|fieldref: c, '|contains': word").replace(
            "  condition", "  unused: {d: x}\n  condition"))
        answer, _ = self.read()
        self.assertEqual(answer["by"]["one"]["fields"], ["a", "b", "c"])
        self.assertTrue(answer["by"]["one"]["whole_line"])
        self.assertEqual(answer["by"]["one"]["unused_selections"], ["unused"])
        self.assertIn("; not in the condition: unused", check(self.folder.name, "--lang", "en").stdout)


class Reach(Rules):
    def test_what_could_never_fire(self):
        cases = [
            ("windows", "Anything: x", "{product: windows, category: process_creation}", "yes", []),
            ("antivirus", "Signature: x", "{category: antivirus}", "yes", []),
            ("macos", "a: x", "{product: macos, category: network_connection}", "no_source", []),
            ("exec", "Image: x, CommandLine: y", "{product: macos, category: process_creation}", "yes", []),
            ("macslip", "Imag: x", "{product: macos, category: process_creation}", "no_field", ["Imag"]),
            ("sysmon", "ParentImage: x", "{product: linux, category: process_creation}", "yes", []),
            ("sysmonslip", "ParentImag: x", "{product: linux, category: process_creation}", "no_field", ["ParentImag"]),
            ("enriched", "SYSCALL: x", "{product: linux, service: auditd}", "yes", []),
            ("removed", "TargetFilename: x", "{product: linux, category: file_delete}", "yes", []),
            ("sshd", "outcome: failure", "{product: linux, service: sshd}", "yes", []),
            ("slip", "outcom: failure", "{product: linux, service: sshd}", "no_field", ["outcom"]),
            ("absent", "outcom: null", "{product: linux, service: sshd}", "yes", ["outcom"]),
            ("exists", "outcom|exists: false", "{product: linux, service: sshd}", "yes", ["outcom"]),
            ("other", "outcom|neq: failure", "{product: linux, service: sshd}", "yes", ["outcom"]),
            ("half", "outcome: failure, outcom: x", "{product: linux, service: sshd}", "no_field", ["outcom"]),
            ("word", "'|contains': segfault", "{product: linux, service: syslog}", "yes", []),
            ("stem", "cs-uri-stem: /x", "{category: webserver}", "yes", []),
            ("paloalto", "message: x", "{product: paloalto, category: file_event, service: globalprotect}", "no_source", []),
        ]
        self.put("r.yml", *[rule(name, items, source) for name, items, source, _, _ in cases])
        answer, _ = self.read()
        for name, _, _, fires, unknown in cases:
            with self.subTest(name):
                one = answer["by"][name]
                self.assertEqual((one["fires_word"], one["fires"], one["unknown_fields"]),
                                 (fires, fires == "yes", unknown))

    def test_a_correlation_can_what_its_rules_can(self):
        correlation = ("title: The %s\nname: %s\ncorrelation: {type: %s, rules: [good, bad], timespan: 1m, "
                       "condition: %s}\n")
        self.put("r.yml", rule("good", "a: x"), rule("bad", "a: x", "{product: macos}"),
                 "title: The both\nname: both\ncorrelation: {type: temporal, rules: [good, bad], timespan: 1m}\n",
                 correlation % ("either", "either", "event_count", "{gte: 2}"),
                 correlation % ("words", "words", "temporal", "good or bad"))
        answer, _ = self.read()
        self.assertEqual([answer["by"][n]["fires_word"] for n in ("both", "either", "words")],
                         ["no_rule", "yes", "yes"])

    def test_a_mapping_of_ones_own_counts(self):
        self.put("rules/r.yml", rule("knock", "signature: x", "{product: linux, service: guacamole}"))
        maps = os.path.dirname(self.put("maps/m.yml", "map: door\nfrom: line\nlogsource: {product: linux, service: "
                                        "guacamole}\npatterns:\n  - text: 'knock {signature:word}'\n"))
        rules = os.path.join(self.folder.name, "rules")
        for args, fires in (((), "no_field"), (("--maps", maps), "yes")):
            answer = json.loads(check(rules, "--json", *args).stdout)
            self.assertEqual(answer["rules"][0]["fires_word"], fires)


class Lists(Rules):
    def test_placeholders_want_their_lists(self):
        path = self.put("rules/r.yml", rule("server", "a|expand: '%Servers%'"))
        lists = os.path.dirname(self.put("lists/Servers.txt", "dc01\n"))
        refused = check(path)
        self.assertEqual(refused.returncode, 65)
        self.assertIn("r.yml:7:7: there is no list 'Servers' for the placeholder", refused.stderr)
        self.assertEqual(check(path, "--lists", lists).returncode, 0)
        self.put("lists/Servers.txt", "# dc01\n\n")
        self.assertIn("is empty: the rule would never match", check(path, "--lists", lists).stderr)
        self.put("lists/Servers.yml", "Servers: [dc02]\n")
        twice = check(path, "--lists", lists)
        self.assertEqual(twice.returncode, 65)
        self.assertIn("there is a list 'Servers' in", twice.stderr)
        self.assertEqual(check(path, "--lists", lists + "/nowhere").returncode, 66)

    def test_watch_takes_them_too(self):
        path = self.put("rules/r.yml", rule("server", "host|expand: '%Servers%'", "{product: linux}"))
        lists = os.path.dirname(self.put("lists/site.yml", "Servers: [dc01]\n"))
        line = "<13>Nov 25 22:48:00 %s p: x\n"
        for args, status, said in ((("--lists", lists), 0, ["The server"]), ((), 65, []),
                                   (("--lists", lists + "/nowhere"), 66, [])):
            done = subprocess.run([FENGSUI, "watch", "--rules", path, *args, "-"], input=line % "dc01" + line % "dc02",
                                  capture_output=True, text=True, timeout=60)
            self.assertEqual((done.returncode, [json.loads(x)["title"] for x in done.stdout.splitlines()]),
                             (status, said), args)

    def test_a_filter_is_seen_on_its_rule(self):
        self.put("a.yml", "title: Not these\nlogsource: {product: windows}\n"
                          "filter: {rules: any, s: {u: adm}, condition: s}\n")
        self.put("b.yml", rule("one", "a: x"))
        answer, _ = self.read()
        self.assertEqual((answer["by"]["one"]["filters"], answer["with_filters"]), (["Not these"], 1))
        self.assertIn("u", answer["by"]["one"]["fields"])


class Saying(Rules):
    def test_a_table_or_only_a_part_of_it(self):
        self.put("r.yml", rule("low", "a: cmd.exe", level="low"), rule("high", "a: cmd.exe", level="high"),
                 rule("never", "a: cmd.exe", "{product: macos}", "high"))
        for args, shown in (((), ["low", "high", "never"]), (("--level", "medium"), ["high", "never"]),
                            (("--never",), ["never"]), (("--never", "--level", "critical"), []),
                            (("--cost", "dear"), []), (("--refused",), [])):
            done = check(self.folder.name, *args, "--lang", "en")
            self.assertEqual(re.findall(r"^The (\w+)", done.stdout, re.M), shown, args)
            self.assertIn("3 rules load, 0 refused; 3 cheap, 0 ordinary, 0 dear; 2 could fire, 1 could not",
                          done.stdout.splitlines()[-1])
        self.assertIn("可加载 3 条，拒绝 0 条", check(self.folder.name, "--lang", "zh").stdout)

    def test_a_refusal_has_its_place_and_leaves_the_others(self):
        path = self.put("r.yml", rule("good", "a: x"), rule("bad", "a|contain: x"))
        done = check(path, "--lang", "en")
        self.assertEqual(done.returncode, 65)
        self.assertIn(f"{path}:16:7: unknown modifier 'contain'; did you mean 'contains'?", done.stderr)
        self.assertIn("1 rules load, 1 refused", done.stdout)
        self.assertEqual(len(json.loads(check(path, "--json").stdout)["refusals"]), 1)

    def test_wrong_usage(self):
        path = self.put("r.yml", rule("good", "a: x"))
        for args, says in (((), "is missing"), ((path, "--level", "hihg"), "did you mean 'high'?"),
                           ((path, "--cost", "free"), "known: cheap, ordinary, dear"),
                           ((path, "--product", "toaster"), "is in no log source"),
                           ((path, "--nonsense"), "see fengsui rules --help")):
            done = check(*args)
            self.assertEqual(done.returncode, 64, args)
            self.assertIn(says, done.stderr)
        self.assertEqual(check(path + ".not").returncode, 66)
        self.assertEqual(subprocess.run([FENGSUI, "rules"], capture_output=True).returncode, 64)
        for lang, word in (("en", "FIRES"), ("zh", "能否命中")):
            done = subprocess.run([FENGSUI, "rules", "check", "--help", "--lang", lang], capture_output=True, text=True)
            self.assertEqual(done.returncode, 0)
            self.assertIn(word, done.stdout)


class Public(unittest.TestCase):
    """Of all public rules only these are refused, each with what it breaks."""

    def test_all_load(self):
        if not os.path.isdir(PUBLIC):
            if os.environ.get("CI"):
                self.fail(f"{PUBLIC} is not there, and in CI it must be")
            self.skipTest(f"{PUBLIC} is not there")
        begin = time.monotonic()
        done = check(PUBLIC, "--json")
        self.assertLess(time.monotonic() - begin, 20)
        answer = json.loads(done.stdout)
        said = sorted(re.sub(r"^.*/([^/]+)\.yml:[\d:]+ ", r"\1 ", line) for line in answer["refusals"])
        self.assertEqual([(s.split()[0], bool(re.search(r"N33: no technical tag|placeholder %known_cdcs%.*'Placeholders'",
                                                        s))) for s in said],
                         [("win_security_adcs_certighost_cdc_chase_request", True),
                          ("win_security_adcs_certighost_cert_issued_via_chase", True),
                          ("win_security_kerberos_asrep_roasting", True)])
        self.assertEqual((answer["loaded"], answer["refused"]), (3751, 3))
        with tempfile.TemporaryDirectory() as lists:
            with open(os.path.join(lists, "known_cdcs.txt"), "w", encoding="utf-8") as f:
                f.write("dc01.example.org\n")
            answer = json.loads(check(PUBLIC, "--json", "--lists", lists).stdout)
            self.assertEqual((answer["loaded"], answer["refused"]), (3753, 1))


if __name__ == "__main__":
    result = unittest.main(exit=False, verbosity=0).result
    wrong = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - wrong} passed, {wrong} failed")
    sys.exit(1 if wrong else 0)
