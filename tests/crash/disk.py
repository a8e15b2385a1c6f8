"""disk -- a disk of which the power can be cut.

tmpfs, an XFS image on it, and on that an ext4 image: a reflink clone of that image is what had reached
the disk at a chance moment, without what was only in memory. Blocks keep the order in which they were
submitted; torn sectors are not modelled. Needs root, loop devices, xfsprogs.
"""
import os
import shutil
import subprocess
import tempfile


def run(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


class Disk:
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
