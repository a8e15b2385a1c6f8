#!/usr/bin/env python3
"""20 power cuts under load: nothing that was acknowledged is lost.

needs: root, loop devices, xfsprogs (reflink). The data folder lies on ext4 in an image on XFS; a
power cut is a reflink clone of the image at a chance moment, which holds what reached the disk and
not what was only in memory. The daemon starts on the clone. Blocks keep the order in which they
were submitted; torn sectors are not modelled.

The control: `synchronous=NORMAL` (a hook of test builds) loses acknowledged acts and is caught.
"""
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import load  # noqa: E402
from cast import confirm_case, register  # noqa: E402
from fengsui import Daemon  # noqa: E402

ROUNDS, CONTROL_ROUNDS = int(os.environ.get("FENGSUI_CUTS", "20")), 20
counts = {"passed": 0, "failed": 0}


def run(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


class Disk:
    """tmpfs, an XFS image on it, and on that an ext4 image that can be cloned at once."""

    def __init__(self):
        self.top = tempfile.mkdtemp(prefix="fengsui-cut-")
        self.mounted = []
        self.memory, self.xfs = self.folder("memory"), self.folder("xfs")
        self.mount("-t", "tmpfs", "-o", "size=3g", "tmpfs", self.memory)
        self.image(os.path.join(self.memory, "xfs.img"), 2200, "mkfs.xfs", "-q", "-m", "reflink=1")
        self.mount("-o", "loop", os.path.join(self.memory, "xfs.img"), self.xfs)
        self.live = self.image(os.path.join(self.xfs, "live.img"), 600, "mkfs.ext4", "-q")
        self.disk = self.folder("disk")
        self.mount("-o", "loop", self.live, self.disk)
        self.cuts = 0

    def folder(self, name):
        path = os.path.join(self.top, name)
        os.mkdir(path)
        return path

    def mount(self, *arguments):
        run("mount", *arguments)
        self.mounted.append(arguments[-1])

    def image(self, path, megabytes, *mkfs):
        with open(path, "wb") as f:
            f.truncate(megabytes << 20)
        run(*mkfs, path)
        return path

    def cut(self):
        """Clone the disk as it is at this moment."""
        self.cuts += 1
        clone = os.path.join(self.xfs, f"cut{self.cuts}.img")
        run("cp", "--reflink=always", self.live, clone)
        return clone

    def look(self, clone):
        path = self.folder(f"cut{self.cuts}")
        self.mount("-o", "loop", clone, path)
        return path

    def forget(self, path, clone):
        run("umount", path)
        self.mounted.remove(path)
        os.unlink(clone)

    def close(self):
        for path in reversed(self.mounted):
            if subprocess.run(["umount", path], check=False, stderr=subprocess.DEVNULL).returncode:
                subprocess.run(["umount", "-l", path], check=False)
        shutil.rmtree(self.top, ignore_errors=True)


def note(good, what):
    counts["passed" if good else "failed"] += 1
    if not good:
        print(what, flush=True)


def look_at(folder, acked, blobs):
    """Start the daemon on what the cut left; gives what is wrong."""
    with Daemon(at=None, folder=folder) as d:
        rebuilt = d.ask(op="rebuild")
    wrong = load.missing(folder, acked, blobs)
    if rebuilt.get("differing"):
        wrong.append(f"{rebuilt['differing']} rows of the views differed from the record")
    return wrong


def one_round(disk, d, case, name, chance):
    work = load.Load(d.folder, case, name)
    time.sleep(chance.uniform(0.2, 0.8))
    acked, blobs = work.so_far()  # what was acknowledged before the cut
    clone = disk.cut()
    work.stop()
    path = disk.look(clone)
    try:
        return look_at(os.path.join(path, "data"), acked, blobs), len(acked)
    except Exception as error:  # noqa: BLE001 -- a daemon that does not start is a finding
        return [f"the daemon does not work on what the cut left: {error}"], len(acked)
    finally:
        disk.forget(path, clone)


def on_disk(disk, env):
    d = register(Daemon(folder=os.path.join(disk.disk, "data"), env=env, verify=False))
    case, _ = confirm_case(d, [3, 3, 2, 1, 1, 1])
    return d, case


def campaign(rounds, seed, env=None):
    """Gives per round what is wrong; stops at the first loss where one is looked for."""
    disk, chance, total, d = Disk(), random.Random(seed), 0, None
    try:
        d, case = on_disk(disk, env)
        for n in range(rounds):
            wrong, acked = one_round(disk, d, case, f"cut{n}", chance)
            total += acked
            yield n, wrong, total
    finally:
        # Whoever stops reading early leaves nothing behind: no daemon, no mount, no loop device.
        if d:
            d.remove()
        disk.close()


total = 0
for n, wrong, total in campaign(ROUNDS, 20070415):
    note(not wrong, f"cut {n}: " + "; ".join(wrong[:5]))
print(f"{ROUNDS} power cuts, {total} acts acknowledged", flush=True)
note(total > ROUNDS * 20, f"too little load to mean anything: {total} acts")

caught = None
control = campaign(CONTROL_ROUNDS, 7, {"FENGSUI_TEST_SYNC": "NORMAL"})
for n, wrong, _ in control:
    if any("was acknowledged and is not there" in w or "does not work" in w for w in wrong):
        caught = n
        break
control.close()
if caught is not None:
    print(f"control: synchronous=NORMAL was caught in cut {caught}", flush=True)
note(caught is not None, "control: synchronous=NORMAL was not caught")
print(f"{counts['passed']} passed, {counts['failed']} failed")
sys.exit(counts["failed"] > 0)
