"""publish -- a changed plan comes into force for what begins after it; running cases keep the version they began under."""
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lib"))
from cast import city, open_case  # noqa: E402
from fengsui import ROOT, Daemon, Unexpected, binary  # noqa: E402

OWN = os.path.join(ROOT, "packs", "jinan-2007")
LEVEL2 = [2, 2, 1, 1, 1, 2]


@contextlib.contextmanager
def copy_of_the_plan():
    with tempfile.TemporaryDirectory(prefix="fengsui-plan-") as where:
        pack = os.path.join(where, "plan")
        shutil.copytree(OWN, pack)
        yield pack


def change(pack, file, *pairs, times=1):
    """Put other words in place of those that stand there once, or so many times."""
    path = os.path.join(pack, file)
    with open(path, encoding="utf-8") as f:
        text = f.read()
    for old, new in pairs:
        if text.count(old) != times:
            raise Unexpected(f"{file} should have '{old}' {times} times, it has it {text.count(old)} times")
        text = text.replace(old, new)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def place_of(pack, file, words):
    """line:column where the words stand, counted from 1."""
    with open(os.path.join(pack, file), encoding="utf-8") as f:
        before = f.read().split(words)[0]
    return f"{before.count(chr(10)) + 1}:{len(before.split(chr(10))[-1]) + 1}"


def revise(pack):
    """The next version: the duty officer has 40 minutes instead of 15, and the move has another name."""
    change(pack, "pack.yml", ("version: 1.0.0", "version: 1.0.1"))
    change(pack, "clocks.yml", ("    word: 快速反应\n    length: 15 min\n", "    word: 快速反应\n    length: 40 min\n"))
    change(pack, "kinds/incident.yml", ("label: {zh: 值班确认, en: ", "label: {zh: 值班接警, en: "))


def acknowledge_label(d, case):
    return next(m["zh"] for m in d.show(case)["moves"] if m["move"] == "acknowledge")


def receive(d):
    return d.do("dut01", "incident", "create", title="新案", reporter="联络员", unit=d.unit["edu"], aware_at=d.now,
                what="测试").number


def minutes(d, case, code):
    """Length of the newest clock of this name."""
    row = d.clock(case, code)
    at = [int(row[name][11:13]) * 60 + int(row[name][14:16]) for name in ("started", "due")]
    return (at[1] - at[0]) % 1440


class Publish(unittest.TestCase):
    maxDiff = None

    def publish(self, d, pack, as_="ped01", expect=0):
        return d.cli("plan", "publish", pack, "--as", as_, expect=expect)

    def is_of(self, d, case, length, label):
        self.assertEqual(minutes(d, case, "CK02"), length)
        self.assertEqual(acknowledge_label(d, case), label)

    def test_a_running_case_keeps_its_version_and_a_new_one_has_the_new(self):
        with copy_of_the_plan() as pack, city() as d:
            before = receive(d)
            revise(pack)
            said = self.publish(d, pack)
            self.assertIn("1.0.1", said)
            self.assertEqual(d.status()["pack"]["version"], "1.0.1")
            after = receive(d)
            for _ in ("at once", "after a restart"):
                self.is_of(d, before, 15, "值班确认")
                self.is_of(d, after, 40, "值班接警")
                d.restart()
            self.assertEqual(d.status()["pack"]["version"], "1.0.1")
            self.assertEqual(d.ask(op="rebuild", check=True)["differing"], 0)

    def test_what_is_made_for_a_running_case_later_belongs_to_its_version(self):
        """Children, and the children of those: their clocks and moves are those of the version of the case."""
        with copy_of_the_plan() as pack, city() as d:
            old = open_case(d)
            change(pack, "pack.yml", ("version: 1.0.0", "version: 1.0.1"))
            for kind in ("note", "evidence", "affected_system", "remedy"):
                self.rename_create(pack, kind)
            self.publish(d, pack)
            new = open_case(d)
            for case, version in ((old, "1.0.0"), (new, "1.0.1")):
                system = self.deep_in(d, case)
                remedy = d.do("rsp01", "remedy", "create", incident=case, affected_system=system, text="更换口令")
                for ref in (system, remedy.ref):
                    self.assertEqual(self.version_of(d, ref), version, f"{ref} of {case}")

    def rename_create(self, pack, kind):
        """Words that are shown with each record of this kind."""
        path = f"kinds/{kind}.yml"
        with open(os.path.join(pack, path), encoding="utf-8") as f:
            line = next(row for row in f if row.startswith("label:"))
        change(pack, path, (line, line.replace("zh: ", "zh: 新")))

    def deep_in(self, d, case):
        """A system hit by the case, of which only later steps tell."""
        d.done("dut01", "incident", "score", case, scores=LEVEL2)
        d.done("dut01", "incident", "accept", case, on_scene=["rsp01", "rsp02", "uop_edu"])
        d.done("dir01", "incident", "name_lead", case, lead="cl01")
        return d.done("cl01", "affected_system", "create", incident=case, system=d.system["edu"], unit=d.unit["edu"],
                      name="教务系统").ref

    def version_of(self, d, ref):
        """The version of the plan that a record is under, from the store itself: what is shown to people leaves it out."""
        import sqlite3
        with contextlib.closing(sqlite3.connect(f"file:{d.folder}/fengsui.db?mode=ro", uri=True)) as db:
            return db.execute("SELECT p.version FROM objects o JOIN packs p ON p.digest = o.pack WHERE o.id = ?",
                              (int(ref[1:]),)).fetchone()[0]

    def test_a_running_case_can_still_make_a_move_that_the_new_version_has_lost(self):
        with copy_of_the_plan() as pack, city() as d:
            old = open_case(d)
            change(pack, "pack.yml", ("version: 1.0.0", "version: 2.0.0"))
            change(pack, "kinds/incident.yml", ("      dismiss:\n        t: T004\n", "      set_aside:\n        t: T004\n"))
            change(pack, "roles.yml", ("incident.dismiss,", "incident.set_aside,"), times=2)
            self.publish(d, pack)
            new = open_case(d)
            d.done("dut01", "incident", "dismiss", old, reason="误报")
            d.fault("invalid", "dut01", "incident", "dismiss", new, reason="误报")
            d.done("dut01", "incident", "set_aside", new, reason="误报")
            for case in (old, new):
                d.expect_state(case, handling="dismissed")

    def test_a_broken_pack_is_refused_with_its_place_and_nothing_changes(self):
        with copy_of_the_plan() as pack, city() as d:
            case, before = receive(d), d.status()
            change(pack, "kinds/note.yml", ("kind: note\n", "kind: note\ncolour: red\n"))
            said = self.publish(d, pack, expect=65)
            self.assertIn(f"kinds/note.yml:{place_of(pack, 'kinds/note.yml', 'colour')}: ", said)
            self.assertIn("colour", said)
            after = d.status()
            self.assertEqual(after["pack"], before["pack"])
            self.assertEqual(after["record"], before["record"])
            self.assertEqual(os.listdir(os.path.join(d.folder, "packs")), [before["pack"]["digest"]])
            self.is_of(d, case, 15, "值班确认")

    def test_an_unsound_pack_is_refused_with_its_place(self):
        """Well written, but its clock is started nowhere it could end."""
        with copy_of_the_plan() as pack, city() as d:
            change(pack, "kinds/note.yml", ("who: [", "who: [NOBODY, "))
            said = self.publish(d, pack, expect=65)
            self.assertIn("kinds/note.yml:", said)
            self.assertIn("NOBODY", said)
            self.assertEqual(d.status()["pack"]["version"], "1.0.0")

    def test_what_is_no_pack_is_refused(self):
        with city() as d, tempfile.TemporaryDirectory() as empty:
            self.assertIn(empty, self.publish(d, empty, expect=None))
            self.assertIn("/nonexistent", self.publish(d, "/nonexistent", expect=66))
            self.assertEqual(d.status()["pack"]["version"], "1.0.0")

    def test_only_the_director_and_plan_editors_publish(self):
        with copy_of_the_plan() as pack, city() as d:
            revise(pack)
            for login in ("dut01", "lg01", "cl01", "rsp01", "aud01", "uhd_edu"):
                self.assertIn("N16", self.publish(d, pack, login, expect=77))
            self.assertEqual(d.status()["pack"]["version"], "1.0.0")
            self.publish(d, pack, "dir01")
            self.assertEqual(d.status()["pack"]["version"], "1.0.1")

    def test_editing_files_changes_nothing(self):
        with copy_of_the_plan() as pack, Daemon(pack=pack) as d:
            before = d.status()["pack"]
            revise(pack)
            self.assertEqual(d.status()["pack"], before)
            d.restart()
            self.assertEqual(d.status()["pack"], before)
            change(pack, "pack.yml", ("pack: ", "rubbish: "))
            d.restart()
            self.assertEqual(d.status()["pack"], before)

    def test_a_published_pack_that_was_changed_on_disk_is_noticed(self):
        with city() as d:
            digest = d.status()["pack"]["digest"]
            d.stop()
            kept = os.path.join(d.folder, "packs", digest)
            path = os.path.join(kept, "clocks.yml")
            os.chmod(kept, 0o700)
            os.chmod(path, 0o600)
            with open(path, encoding="utf-8") as f:
                text = f.read()
            with open(path, "w", encoding="utf-8") as f:
                f.write(text.replace("15 min", "16 min"))
            with self.assertRaises(Unexpected) as caught:
                d.start()
            self.assertIn("70", str(caught.exception))
            self.assertIn(digest[:12], d.said())
            self.assertIn("not what was published", d.said())
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
            d.start()

    def test_publishing_is_on_record_with_who_and_what(self):
        with copy_of_the_plan() as pack, city() as d:
            revise(pack)
            self.publish(d, pack)
            self.publish(d, OWN)
            self.assertEqual(d.status()["pack"]["version"], "1.0.0", "an earlier version can be put in force again")

    def test_the_difference_in_words(self):
        with copy_of_the_plan() as pack, city() as d:
            revise(pack)
            en = d.cli("plan", "diff", OWN, pack, expect=1)
            zh = d.cli("plan", "diff", OWN, pack, expect=1, lang="zh")
            for said, words in ((en, ("15 min", "40 min", "CK02", "acknowledge")), (zh, ("15", "40", "CK02", "值班确认", "值班接警"))):
                for word in words:
                    self.assertIn(word, said)
            self.assertEqual(len(en.splitlines()), 3, en)
            self.assertEqual(len(zh.splitlines()), 3, zh)
            self.assertEqual(d.cli("plan", "diff", OWN, OWN), "")

    def differs(self, pack, *wanted):
        """The lines of the difference, in both languages: these words in as many lines, in this order."""
        for lang, words in zip(("en", "zh"), zip(*wanted)):
            done = subprocess.run([binary(), "plan", "diff", OWN, pack, "--lang", lang], capture_output=True, text=True)
            self.assertEqual(done.returncode, 1, done.stderr)
            lines = done.stdout.splitlines()
            self.assertEqual(len(lines), len(words), done.stdout)
            for line, one in zip(lines, words):
                self.assertTrue(line.startswith(one[0]) and all(w in line for w in one[1:]), (line, one))

    def test_who_may_publish_what_is_compared(self):
        with copy_of_the_plan() as pack:
            change(pack, "publication.yml", ("public:  {levels: [1, 2, 3, 4], authorised: yes}", "public:  {levels: [1, 2, 3]}"),
                   ("colour: orange, zh: 橙色, en: Orange, grade: II, cap: Severe", "colour: amber, zh: 琥珀色, en: Orange, grade: I, cap: Extreme"))
            self.differs(pack, (("~ public", "1 2 3 4, authorised → 1 2 3"), ("~ public", "1 2 3 4，须授权 → 1 2 3")),
                         (("~ warning level 4", "colour", "orange → amber"), ("~ 预警4级", "颜色")),
                         (("~ warning level 4", "label zh", "橙色 → 琥珀色"), ("~ 预警4级", "中文名称")),
                         (("~ warning level 4", "grade", "II → I"), ("~ 预警4级", "响应等级")),
                         (("~ warning level 4", "CAP severity", "Severe → Extreme"), ("~ 预警4级", "CAP 严重程度")))

    def test_documents_are_compared_block_by_block(self):
        with copy_of_the_plan() as pack:
            change(pack, "documents/public_notice.yml", ("  - {text: solution}\n", "  - {text: services}\n"), ("archived: yes", "archived: no"))
            # The solution no longer stands there; the services stand there twice, which is a block that is there already.
            self.differs(pack, (("~ document public_notice", "archived", "yes → no"), ("~ 文件 public_notice", "归档")),
                         (("- document public_notice", "text solution"), ("- 文件 public_notice", "正文 solution")))
        with copy_of_the_plan() as pack:
            change(pack, "documents/warning.yml", ("一、危害, en: 1  Hazard", "一、危害性, en: 1  Hazard"))
            self.differs(pack, (("- document warning", "“一、危害 / 1  Hazard”"), ("- 文件 warning", "一、危害")),
                         (("+ document warning", "“一、危害性 / 1  Hazard”"), ("+ 文件 warning", "一、危害性")))
        with copy_of_the_plan() as pack:
            a, b = "  - {text: hazard}\n", "  - {text: measures}\n"
            change(pack, "documents/warning.yml", (a, "  - {text: there}\n"), (b, a), ("  - {text: there}\n", b))
            self.differs(pack, (("~ document warning", "in another order"), ("~ 文件 warning", "次序")))
        with copy_of_the_plan() as pack:
            os.rename(os.path.join(pack, "documents/evaluation.yml"), os.path.join(pack, "documents/review.yml"))
            change(pack, "documents/review.yml", ("document: evaluation", "document: review"))
            change(pack, "kinds/incident.yml", ("{document: evaluation}", "{document: review}"))
            out = subprocess.run([binary(), "plan", "diff", OWN, pack, "--lang", "en"], capture_output=True, text=True).stdout
            self.assertIn("- document evaluation\n", out)
            self.assertIn("+ document review\n", out)


if __name__ == "__main__":
    program = unittest.main(exit=False, verbosity=0)
    result = program.result
    bad = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - bad} passed, {bad} failed")
    sys.exit(1 if bad else 0)
