"""small -- a file system of its own that is soon full. Whoever uses it needs root, and says so in its head.

    with Small(mib=24) as where, Daemon(folder=os.path.join(where, "d")) as d:
        filler = stuff(where)           # something else takes all that is left
        os.unlink(filler)               # and gives it back
"""
import os
import subprocess
import tempfile


class Small:
    """So many MiB: in memory, or with `kind="ext4"` in an image."""

    def __init__(self, kind="tmpfs", mib=64):
        self.kind, self.mib = kind, mib

    def __enter__(self):
        self.where = tempfile.mkdtemp(prefix="fengsui-small-")
        if self.kind == "tmpfs":
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={self.mib}m", "tmpfs", self.where], check=True)
        else:
            with open(self.where + ".img", "wb") as f:
                f.truncate(self.mib << 20)
            subprocess.run(["mkfs.ext4", "-q", "-m", "0", self.where + ".img"], check=True)
            subprocess.run(["mount", "-o", "loop", self.where + ".img", self.where], check=True)
        return self.where

    def __exit__(self, *unused):
        subprocess.run(["umount", "-l", self.where], check=True)
        os.rmdir(self.where)
        if self.kind != "tmpfs":
            os.unlink(self.where + ".img")


def stuff(where):
    """Something else takes all that is left."""
    path = os.path.join(where, "filler")
    with open(path, "ab", buffering=0) as f:
        for size in (1 << 20, 1 << 12):
            try:
                while True:
                    f.write(b"x" * size)
            except OSError:
                pass
    return path
