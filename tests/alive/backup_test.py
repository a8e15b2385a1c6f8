#!/usr/bin/env python3
"""backup and restore -- under load, broken off, rolled back, damaged: what is taken for a backup is one."""
import contextlib
import hashlib
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
sys.path.insert(0, os.path.join(HERE, "..", "crash"))
import load  # noqa: E402
from cast import city, confirm_case  # noqa: E402
from fengsui import Daemon, Results, Unexpected, binary  # noqa: E402

KILLS = int(os.environ.get("FENGSUI_BACKUP_KILLS", "25"))


def fengsui(*args, expect=0, lang="en"):
    done = subprocess.run([binary(), *args, "--lang", lang], capture_output=True, text=True)
    if done.returncode != expect:
        raise Unexpected(f"fengsui {' '.join(args)}: exit {done.returncode}, not {expect}\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def backup(d, to, *args, expect=0):
    out = fengsui("backup", "--data", d.folder, "--json", *args, to, expect=expect)
    return json.JSONDecoder().raw_decode(out[out.index("{"):])[0] if expect in (0, 2) else out


def generations(to):
    return sorted(n for n in os.listdir(to) if not n.startswith(".") and n not in ("blobs", "lock"))


def check(good, what):
    if not good:
        raise Unexpected(what)


def named_blobs(folder):
    with contextlib.closing(sqlite3.connect(f"file:{folder}/fengsui.db?mode=ro", uri=True)) as db:
        return [r[0] for r in db.execute("SELECT digest FROM blobs")]


def blobs_are_there(folder):
    for digest in named_blobs(folder):
        with open(os.path.join(folder, "blobs", digest[:2], digest), "rb") as f:
            check(hashlib.sha256(f.read()).hexdigest() == digest, f"{digest} is not what its name says")


@contextlib.contextmanager
def place():
    with tempfile.TemporaryDirectory(prefix="fengsui-backup-") as where:
        yield where


@contextlib.contextmanager
def house():
    """A daemon with a case and an evidence file, and a place for backups."""
    with place() as where, city() as d:
        case, _ = confirm_case(d, [3, 3, 2, 1, 1, 1])
        digest = d.upload(b"evidence" * 1000, "cl01")
        d.do("cl01", "evidence", "create", incident=case, type="log", label_text="e", blob=digest)
        yield d, case, os.path.join(where, "to"), where


def restored(where, name, source, *args, expect=0):
    folder = os.path.join(where, name)
    out = fengsui("restore", source, "--data", folder, *args, expect=expect)
    return folder, out


def goes_on(folder, at="2026-03-03T08:00:00Z"):
    """A daemon starts on the folder, acts, and its views are those of its record."""
    with Daemon(folder=folder, at=at) as d:
        check(d.ask(op="rebuild", check=True).get("differing") == 0, "the views differ from the record")
        d.do(None, "unit", "create", name="u" + os.path.basename(folder), type="bureau", bound=False)
        return {"incidents": len(d.list("incident"))}


def while_it_writes():
    """All that was acknowledged before the backup began is in it, and every file that it names."""
    with house() as (d, case, to, where):
        work = load.Load(d.folder, case, "b")
        for n in range(3):
            time.sleep(0.3)
            before, _ = work.so_far()
            said = backup(d, to)
            folder, _ = restored(where, f"r{n}", to)
            wrong = load.missing(folder, before, [])
            check(not wrong, wrong[:3])
            blobs_are_there(folder)
            check(said["lacking"] == 0, said)
        after, _ = work.so_far()
        work.stop()
        check(len(after) > len(before) > 20, f"{len(after)} acts: the daemon did not go on")
        check(len(generations(to)) == 3, generations(to))
        goes_on(folder)


def broken_off():
    """SIGKILL at many moments: no half backup, the next one works, the daemon does not care."""
    chance = random.Random(44)
    with house() as (d, case, to, where):
        for n in range(30):
            d.upload(os.urandom(50000), "cl01")
        backup(d, to)
        whole = 0
        for n in range(KILLS):
            digest = d.upload(os.urandom(200000), "cl01")
            process = subprocess.Popen([binary(), "backup", "--data", d.folder, to], stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE)
            time.sleep(chance.uniform(0.0, 0.12))
            process.send_signal(signal.SIGKILL)
            process.communicate()
            whole += process.returncode == 0
            d.do("cl01", "lesson", "create", incident=case, text=f"after kill {n}")
        for name in generations(to):
            folder, _ = restored(where, name, os.path.join(to, name))
            blobs_are_there(folder)
            shutil.rmtree(folder)
        said = backup(d, to)
        check(not [n for n in os.listdir(to) if n.startswith(".partial")], os.listdir(to))
        folder, _ = restored(where, "last", to)
        check(digest in named_blobs(folder) and said["lacking"] == 0, "the backup after the kills is not whole")
        blobs_are_there(folder)


def at_each_fault_point():
    """Ended by itself at each place where a file is made, written, synced or renamed."""
    points = ["file.create", "file.write", "file.written", "file.synced", "file.renamed", "file.landed", "folder.made"]
    with house() as (d, _, to, where):
        backup(d, to)
        for point in points:
            for nth in (1, 2, 5, 20):
                d.upload(os.urandom(3000), "cl01")
                env = {**os.environ, "FENGSUI_FAULTPOINT": f"{point}:{nth}"}
                done = subprocess.run([binary(), "backup", "--data", d.folder, to], capture_output=True, env=env)
                check(done.returncode in (0, -9), f"{point}:{nth}: {done.returncode} {done.stderr}")
        for name in generations(to):
            folder, _ = restored(where, name, os.path.join(to, name))
            blobs_are_there(folder)


def only_what_is_new():
    with house() as (d, case, to, where):
        first = backup(d, to)
        check(first["blobs_copied"] == first["blobs"] > 0, first)
        d.upload(b"another", "cl01")
        second = backup(d, to)
        check(second["blobs_copied"] == 1 and second["blobs"] == first["blobs"] + 1, second)
        # A file at TO that was changed in place is found by --full-check alone, and mended.
        digest = named_blobs(d.folder)[0]
        path = os.path.join(to, "blobs", digest[:2], digest)
        size = os.path.getsize(path)
        os.chmod(path, 0o600)
        with open(path, "wb") as f:
            f.write(b"y" * size)
        check(backup(d, to)["blobs_copied"] == 0, "by size it looks the same")
        check(backup(d, to, "--full-check")["blobs_copied"] == 1, "--full-check must mend it")
        blobs_are_there(restored(where, "r", to)[0])
        with open(path, "wb") as f:
            f.write(b"y" * (size - 1))
        check(backup(d, to)["blobs_copied"] == 1, "another size must be mended")


def keep_and_prune():
    with house() as (d, case, to, where):
        names = []
        digest = d.upload(b"to be orphaned", "cl01")
        for _ in range(3):
            names.append(backup(d, to)["generation"])
        check(generations(to) == names, names)
        said = backup(d, to, "--keep", "2")
        check(generations(to) == [names[2], said["generation"]] and said["removed"] == 2, said)
        check(os.path.exists(os.path.join(to, "blobs", digest[:2], digest)), "named by what was kept")
        d.stop()
        with contextlib.closing(sqlite3.connect(os.path.join(d.folder, "fengsui.db"))) as db:
            db.execute("DELETE FROM blobs WHERE digest = ?", (digest,))
            db.commit()
        backup(d, to, "--keep", "1")
        check(not os.path.exists(os.path.join(to, "blobs", digest[:2], digest)), "nobody names it any more")
        blobs_are_there(restored(where, "r", to)[0])
        # A backup that fails prunes nothing.
        os.rename(os.path.join(d.folder, "fengsui.db"), os.path.join(d.folder, "away"))
        with open(os.path.join(d.folder, "fengsui.db"), "wb") as f:
            f.write(b"no database" * 1000)
        fengsui("backup", "--data", d.folder, "--keep", "1", to, expect=70)
        check(len(generations(to)) == 1 and os.listdir(to).count("lock") == 1, os.listdir(to))
        os.rename(os.path.join(d.folder, "away"), os.path.join(d.folder, "fengsui.db"))
        d.start()


def the_folder_knows():
    with house() as (d, _, to, _where):
        check(d.status()["backup"] is None, "there was none")
        said = backup(d, to)
        check(d.status()["backup"]["at"] == said["at"] and d.status()["backup"]["lacking"] == 0, d.status()["backup"])


def damaged_evidence():
    """The rest is saved, and what is damaged is named."""
    with house() as (d, _, to, where):
        lost, bent = d.upload(b"lost", "cl01"), d.upload(b"bent", "cl01")
        os.unlink(os.path.join(d.folder, "blobs", lost[:2], lost))
        path = os.path.join(d.folder, "blobs", bent[:2], bent)
        os.chmod(path, 0o600)
        with open(path, "wb") as f:
            f.write(b"BENT")
        said = backup(d, to, expect=2)
        check(said["lacking"] == 2, said)
        out = fengsui("backup", "--data", d.folder, to, expect=2)
        check(lost in out and bent[:16] in out, out)
        folder, out = restored(where, "r", to, expect=2)
        check("2" in out and os.path.exists(folder), out)
        check(d.status()["backup"]["lacking"] == 2, d.status()["backup"])


def keys_left_out():
    with house() as (d, _, to, where):
        check(d.ask(op="account", act="invite", login="dut01").ok, "something that the key of the accounts was used for")
        backup(d, to, "--without-keys")
        for root, _folders, files in os.walk(to):
            check("record.key" not in files, root)
        folder, out = restored(where, "r", to, expect=77)
        check("--keys" in out and not os.path.exists(folder), out)
        with city() as other:
            key = os.path.join(other.folder, "keys", "record.key")
            folder, out = restored(where, "r", to, "--keys", key, expect=77)
            check(not os.path.exists(folder), "another house's key")
        alone = shutil.copy(os.path.join(d.folder, "keys", "record.key"), os.path.join(where, "alone.key"))
        folder, out = restored(where, "alone", to, "--keys", alone)
        check("account.key" in out and not os.path.exists(os.path.join(folder, "keys", "account.key")), out)
        try:
            goes_on(folder)
            raise AssertionError("a folder without the key of its accounts was served")
        except Unexpected as error:
            check("account.key" in str(error), error)
        folder, out = restored(where, "r", to, "--keys", os.path.join(d.folder, "keys", "record.key"))
        check("account.key" not in out, out)
        goes_on(folder)


def a_rollback_is_said():
    with house() as (d, case, to, where):
        backup(d, to)
        against = os.path.join(where, "kept.txt")
        old = os.path.join(where, "old.txt")
        with open(old, "w", encoding="utf-8") as f:
            f.write(d.ask(op="checkpoint")["checkpoint"])
        size = d.status()["record"]["entries"]
        for n in range(7):
            d.do("cl01", "lesson", "create", incident=case, text=f"l{n}")
        with open(against, "w", encoding="utf-8") as f:
            f.write(d.ask(op="checkpoint")["checkpoint"])
        lost = d.status()["record"]["entries"] - size
        folder, out = restored(where, "r", to, "--against", against, expect=77)
        check(f"{lost} entries after 2026-03-02T" in out and not os.path.exists(folder), out)
        zh = fengsui("restore", to, "--data", folder, "--against", against, expect=77, lang="zh")
        check(f"{lost} 条记录" in zh and "会丢失" in zh, zh)
        restored(where, "same", to, "--against", old)  # not newer: nothing is lost
        folder, out = restored(where, "r", to, "--against", against, "--accept-loss")
        check(f"Lost: {lost} entries" in out, out)
        with open(os.path.join(folder, "restored.json"), encoding="utf-8") as f:
            check(json.load(f)["lost"] == lost, "the folder does not know what it lost")
        # Another history with the same key is no older one: never accepted.
        with Daemon(folder=folder, at="2026-03-05T08:00:00Z") as fork:
            for n in range(20):
                fork.do("cl01", "lesson", "create", incident=case, text=f"fork{n}")
            backup(fork, os.path.join(where, "forks"))
        folder, out = restored(where, "f", os.path.join(where, "forks"), "--against", against, "--accept-loss", expect=77)
        check("contradicts" in out and not os.path.exists(folder), out)


def not_over_anything():
    with house() as (d, _, to, where):
        backup(d, to)
        folder = os.path.join(where, "r")
        os.mkdir(folder)
        with open(os.path.join(folder, "x"), "w", encoding="utf-8"):
            pass
        out = restored(where, "r", to, expect=73)[1]
        check("not empty" in out and os.listdir(folder) == ["x"], out)
        os.unlink(os.path.join(folder, "x"))
        restored(where, "r", to)  # an empty one is fine
        check("lost with it" in backup(d, os.path.join(d.folder, "inside"), expect=77), "inside the folder")
        fengsui("restore", where, "--data", os.path.join(where, "n"), expect=66)
        fengsui("backup", "--data", where, to, expect=66)
        fengsui("backup", "--data", d.folder, "--keep", "0", to, expect=64)


def damaged_backup():
    """A bit that changed in any file of a backup is found before anything is restored."""
    with house() as (d, _, to, where):
        name = backup(d, to)["generation"]
        whole = os.path.join(to, name)
        files = [os.path.join(r, f) for r, _, names in os.walk(whole) for f in names]
        check(len(files) > 10, files)
        for path in random.Random(5).sample(files, 8) + [os.path.join(whole, "fengsui.db")]:
            with open(path, "r+b") as f:
                middle = os.path.getsize(path) // 2
                f.seek(middle)
                was = f.read(1)
                f.seek(middle)
                f.write(bytes([was[0] ^ 1]))
            out = subprocess.run([binary(), "restore", to, "--data", os.path.join(where, "r")], capture_output=True)
            check(not os.path.exists(os.path.join(where, "r")), f"{path} was changed and restored")
            check(out.returncode in (65, 66, 70, 77), f"{path}: {out}")
            with open(path, "r+b") as f:
                f.seek(middle)
                f.write(was)
        restored(where, "r", to)


def in_both_languages():
    for command in ("backup", "restore"):
        check("exit" not in fengsui(command, "--help", lang="zh") and "备份" in fengsui(command, "--help", lang="zh"), command)
        check("--data FOLDER" in fengsui(command, "--help"), command)


def main():
    results = Results("backup")
    for case in (while_it_writes, broken_off, at_each_fault_point, only_what_is_new, keep_and_prune, the_folder_knows,
                 damaged_evidence, keys_left_out, a_rollback_is_said, not_over_anything, damaged_backup, in_both_languages):
        results.case(case.__name__, case)
    results.end()


if __name__ == "__main__":
    main()
