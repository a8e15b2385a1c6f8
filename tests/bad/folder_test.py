"""folder -- a data folder that cannot be served: what is said, how it ends, and that nothing in it is touched."""
import contextlib
import hashlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lib"))
from fengsui import Daemon, binary  # noqa: E402
from shift import Shift, usable  # noqa: E402

OFFICE, NOBODY = "市信息产业局", 65534



def serve(folder, *args, **more):
    """A start that must fail by itself."""
    return subprocess.run([binary(), "serve", "--data", folder, *args], capture_output=True, text=True, timeout=60, **more)


def content(folder):
    """Every file with its digest; not the lock and the shared memory of the store."""
    found = {}
    for where, _, files in os.walk(folder):
        for name in files:
            path = os.path.join(where, name)
            if not name.endswith(("-writer", "-shm", "-wal", ".sock")):
                with open(path, "rb") as f:
                    found[os.path.relpath(path, folder)] = hashlib.sha256(f.read()).hexdigest()
    return found


class Folder(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        """A real folder with a little in it, to be spoilt in many ways."""
        cls.where = tempfile.mkdtemp(prefix="fengsui-bad-")
        os.chmod(cls.where, 0o755)
        cls.good = os.path.join(cls.where, "good")
        with Daemon(folder=cls.good, demo=False) as d:
            d.do(None, "person", "create", name="甲", login="sca01", unit=OFFICE)
            cls.size = d.status()["record"]["entries"]
        cls.before = content(cls.good)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.where)

    @contextlib.contextmanager
    def copy(self):
        with tempfile.TemporaryDirectory(dir=self.where) as where:
            os.chmod(where, 0o755)
            folder = os.path.join(where, "d")
            shutil.copytree(self.good, folder)
            yield folder

    def refused(self, status, folder, *says, **more):
        done = serve(folder, **more)
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        for words in says:
            self.assertIn(words, done.stderr)
        return done.stderr

    def untouched(self, folder, missing=()):
        wanted = {k: v for k, v in self.before.items() if k not in missing}
        self.assertEqual({k: v for k, v in content(folder).items() if k in wanted}, wanted)

    def serves(self, folder):
        with Daemon(folder=folder, demo=False) as d:
            self.assertEqual(d.status()["record"]["entries"], self.size + 1)  # that of this start

    # ---- what is missing or damaged --------------------------------------------------------------

    def test_without_its_key(self):
        with self.copy() as folder:
            key = os.path.join(folder, "keys", "record.key")
            os.rename(key, key + ".away")
            self.refused(70, folder, key, "key of this record is not there")
            self.untouched(folder, ["keys/record.key"])
            os.rename(key + ".away", key)
            self.serves(folder)

    def test_with_another_key_or_rubbish_for_one(self):
        with self.copy() as folder, Daemon(demo=False) as other:
            key = os.path.join(folder, "keys", "record.key")
            shutil.copy(os.path.join(other.folder, "keys", "record.key"), key)
            self.refused(70, folder, key)
            with open(key, "w", encoding="ascii") as f:
                f.write("rubbish\n")
            self.refused(70, folder, key)
            self.untouched(folder, ["keys/record.key"])

    def test_a_store_cut_off(self):
        with self.copy() as folder:
            store = os.path.join(folder, "fengsui.db")
            os.truncate(store, os.path.getsize(store) // 2)
            self.refused(70, folder, store, "damaged")
            self.untouched(folder, ["fengsui.db"])

    def test_a_store_of_rubbish(self):
        with self.copy() as folder:
            store = os.path.join(folder, "fengsui.db")
            with open(store, "wb") as f:
                f.write(b"not a database" * 1000)
            self.refused(70, folder, store)
            with open(store, "rb") as f:
                self.assertEqual(f.read(), b"not a database" * 1000)

    def test_a_store_that_is_lost_is_not_begun_anew(self):
        for lose in (os.unlink, lambda path: os.truncate(path, 0)):
            with self.copy() as folder:
                store = os.path.join(folder, "fengsui.db")
                lose(store)
                self.refused(70, folder, folder, "fengsui.db", "backup")
                self.untouched(folder, ["fengsui.db"])
                shutil.copy(os.path.join(self.good, "fengsui.db"), store)
                self.serves(folder)

    def test_without_its_plan(self):
        with self.copy() as folder:
            shutil.rmtree(os.path.join(folder, "packs"))
            self.refused(66, folder, os.path.join(folder, "packs"))

    def test_an_entry_changed_below_the_house(self):
        with self.copy() as folder:
            with contextlib.closing(sqlite3.connect(os.path.join(folder, "fengsui.db"))) as db:
                db.execute("UPDATE payloads SET bytes = x'78' WHERE seq = 5 AND part = 1 AND log = 1")
                db.commit()
            done = subprocess.run([binary(), "verify", folder], capture_output=True, text=True)
            self.assertEqual(done.returncode, 1)
            self.assertIn("5", done.stdout)

    # ---- what is another's -----------------------------------------------------------------------

    def test_of_a_newer_version(self):
        with self.copy() as folder:
            store = os.path.join(folder, "fengsui.db")
            with contextlib.closing(sqlite3.connect(store)) as db:
                db.execute("UPDATE meta SET value = '9' WHERE name = 'schema'")
                db.commit()
            self.refused(78, folder, store, "schema version 9", "knows versions up to")
            done = subprocess.run([binary(), "verify", folder], capture_output=True, text=True)
            self.assertIn(done.returncode, (0, 78), "a verifier that knows the log may read it")

    def test_a_second_daemon(self):
        with self.copy() as folder, Daemon(folder=folder, demo=False) as d:
            self.refused(75, folder, folder, str(d.process.pid))
            self.assertTrue(d.ask(op="status").ok)

    def test_of_many_that_start_at_once_one_serves(self):
        with tempfile.TemporaryDirectory() as where:
            folder = os.path.join(where, "d")
            started = [subprocess.Popen([binary(), "serve", "--data", folder], stderr=subprocess.PIPE, text=True)
                       for _ in range(4)]
            until = time.monotonic() + 60
            while sum(p.poll() is None for p in started) > 1 and time.monotonic() < until:
                time.sleep(0.05)
            left = [p for p in started if p.poll() is None]
            self.assertEqual(len(left), 1)
            for p in started:
                if p is not left[0]:
                    self.assertEqual(p.returncode, 75, p.stderr.read())
            while not os.path.exists(os.path.join(folder, "fengsui.sock")) and time.monotonic() < until:
                time.sleep(0.05)
            left[0].send_signal(signal.SIGTERM)
            self.assertEqual(left[0].wait(60), 0)
            for p in started:
                p.stderr.close()

    # ---- where it is ------------------------------------------------------------------------------

    def test_places_that_cannot_be_a_folder(self):
        with tempfile.TemporaryDirectory() as where:
            file = os.path.join(where, "file")
            with open(file, "w", encoding="ascii"):
                pass
            self.refused(74, file, f"{file} is there and is not a folder")
            self.refused(66, os.path.join(where, "a", "b"), os.path.join(where, "a", "b"), "above it is not there")
            self.refused(74, os.path.join(where, "x" * 300), "x" * 100)
            self.assertEqual(os.listdir(where), ["file"])

    def open_place(self):
        """A folder that every user may read, gone at the end."""
        place = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, place)
        os.chmod(place, 0o755)
        return os.path.join(place, "fengsui")

    @unittest.skipIf(os.geteuid() != 0, "as root, so that another user can be tried")
    def test_a_folder_of_somebody_else(self):
        with self.copy() as folder:
            os.chmod(folder, 0o700)
            as_nobody = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
            # The tree may lie where nobody else may look; the program is taken to a place where they may.
            program = shutil.copy(binary(), self.open_place())
            for args, status in ((["serve", "--data", folder], 74), (["verify", folder], 74),
                                 (["status", "--data", folder], 77)):
                done = subprocess.run([program, *args], capture_output=True, text=True, timeout=60, **as_nobody)
                self.assertEqual(done.returncode, status, done.stderr)
                self.assertIn(folder, done.stderr)
                self.assertIn("Permission denied", done.stderr)
            self.untouched(folder)


@unittest.skipUnless(usable(), "the clock is put in front of the C library, where the sanitizer wants to be")
class Clock(unittest.TestCase):
    """Real folders whose records were made under one clock and are opened under another."""

    def setUp(self):
        self.clock = Shift()
        self.addCleanup(self.clock.close)

    def set_off(self, seconds):
        self.clock.set(seconds)

    def env(self):
        return self.clock.env

    def register(self, d, login):
        d.do(None, "person", "create", name=login, login=login, unit=OFFICE)

    def test_behind_the_last_entry(self):
        """Records of next year; then the machine says it is this year."""
        self.set_off(366 * 86400)
        with Daemon(demo=False, env=self.env(), verify=False) as d:
            self.register(d, "one")
            size = d.status()["record"]["entries"]
            d.stop()
            self.set_off(0)
            done = serve(d.folder, env={**os.environ, **self.env()})
            self.assertEqual(done.returncode, 65, done.stderr)
            for words in (d.folder, time.strftime("says %Y-", time.gmtime()),
                          time.strftime("recorded at %Y-", time.gmtime(time.time() + 366 * 86400)), "set the clock"):
                self.assertIn(words, done.stderr)
            self.set_off(366 * 86400)
            d.start()
            self.assertEqual(d.status()["record"]["entries"], size + 1)  # that of this start
            self.register(d, "two")
            d.stop()
            d.verify()

    def test_before_this_program_was_written(self):
        self.set_off(-20 * 366 * 86400)
        with tempfile.TemporaryDirectory() as where:
            folder = os.path.join(where, "d")
            done = serve(folder, env={**os.environ, **self.env()})
            self.assertEqual(done.returncode, 65, done.stderr)
            self.assertIn("before 2026", done.stderr)
            self.assertFalse(os.path.exists(folder), "nothing was recorded under a wrong clock")

    def test_set_back_while_it_runs(self):
        """What is recorded never goes back in time."""
        self.set_off(0)
        with Daemon(demo=False, env=self.env()) as d:
            self.register(d, "one")
            self.set_off(-3600)
            self.register(d, "two")
            self.set_off(60)
            self.register(d, "three")
            at = {d.show(p.ref)["fields"]["login"]: d.history(p.ref)[0]["at"] for p in d.list("person")}
            self.assertLessEqual(at["one"], at["two"])
            self.assertLess(at["two"], at["three"])

    def test_a_correction_of_seconds_is_no_fault(self):
        self.set_off(30)
        with Daemon(demo=False, env=self.env()) as d:
            self.register(d, "one")
            d.stop()
            self.set_off(0)
            d.start()
            self.register(d, "two")


if __name__ == "__main__":
    program = unittest.main(exit=False, verbosity=0, warnings="ignore")
    bad = len(program.result.failures) + len(program.result.errors)
    print(f"{program.result.testsRun - bad} passed, {bad} failed")
    sys.exit(1 if bad else 0)
