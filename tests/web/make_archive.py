"""make_archive -- a short run of a daemon that ends in an archive, for the tests of the page in it.

    make_archive.py OUT    OUT/archive/, OUT/before (a checkpoint of the same record, signed earlier),
                           OUT/foreign (a checkpoint of another record)
"""
import os
import shutil
import sys

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [os.path.join(TESTS, "lib"), os.path.join(TESTS, "scenario")]
from fengsui import Daemon  # noqa: E402
from scene import LEVEL3, activated, archived, city, containing, to_followup  # noqa: E402


def keep(d, path):
    with open(path, "w", encoding="utf-8") as f:
        f.write(d.ask(op="checkpoint")["checkpoint"])


def main(out):
    with city() as d:
        keep(d, os.path.join(out, "before"))
        case, refs = activated(d, LEVEL3)
        containing(d, case)
        to_followup(d, case, refs)
        archived(d, case)
        shutil.copytree(os.path.join(d.folder, "archive", case), os.path.join(out, "archive"))
    with Daemon(at="2026-03-02T08:00:00Z") as d:
        keep(d, os.path.join(out, "foreign"))


main(sys.argv[1])
