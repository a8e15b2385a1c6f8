"""channels -- a channels file for tests, and a warning that goes out by it.

    with Channels(mail=server.channel()) as file, city(args=["--channels", file.path]) as d:
        warning, targets = published(d, ("edu", "tax"))
"""
import contextlib
import json
import os
import shutil
import sqlite3
import sys
import tempfile
import time
import unittest


class Channels:
    """The file, and files with secrets beside it."""

    def __init__(self, site=None, give_up=None, recipients=None, **channels):
        self.folder = tempfile.mkdtemp(prefix="fs-channels-")
        self.path = os.path.join(self.folder, "channels.yml")
        self.write(site=site, give_up=give_up, recipients=recipients, **channels)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)

    def secret(self, name, text):
        path = os.path.join(self.folder, name)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as f:
            f.write(text + "\n")
        return path

    def write(self, site=None, give_up=None, recipients=None, **channels):
        said = {"channels": channels}
        for name, value in (("site", site), ("give_up", give_up), ("recipients", recipients)):
            if value is not None:
                said[name] = value
        with open(self.path, "w", encoding="utf-8") as f:
            json.dump(said, f, ensure_ascii=False, indent=1)  # JSON is YAML


def contact(d, unit, channel, address, priority=1):
    return d.done("dir01", "contact", "create", unit=d.unit[unit], channel=channel, address=address, priority=priority).ref


def approved(d, units, title="勒索病毒预警", hazard="加密文件", level=4):
    warning = d.done("dut01", "warning", "create", title=title, hazard=hazard).number
    d.done("dut01", "warning", "review", warning)
    d.done("dut01", "warning", "edit", warning, level=level, measures="断网并打补丁", marking="members")
    targets = {key: d.done("dut01", "warning_target", "create", warning=warning, unit=d.unit[key]).ref for key in units}
    d.done("dir01", "warning", "approve", warning)
    return warning, targets


def published(d, units, **more):
    """A warning with these units for targets; gives its number, and the targets by unit."""
    warning, targets = approved(d, units, **more)
    d.done("dir01", "warning", "publish", warning)
    return warning, targets


def rows(d, sql, *args):
    with contextlib.closing(sqlite3.connect(f"file:{d.folder}/fengsui.db?mode=ro", uri=True)) as db:
        return db.execute(sql, args).fetchall()


def wait_until(said, seconds=30, what=""):
    """Until it holds; gives what it gave."""
    until = time.monotonic() + seconds
    while not (found := said()):
        if time.monotonic() > until:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.05)
    return found


def states(d, channel):
    """How many messages of a channel are in each state."""
    return dict(rows(d, "SELECT state, count(*) FROM outbox WHERE channel = ? GROUP BY state", channel))


def main():
    """Run the tests of the calling file; the last line is `N passed, N failed`."""
    result = unittest.main(module="__main__", exit=False, warnings="ignore").result
    bad = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - bad} passed, {bad} failed", flush=True)
    sys.exit(1 if bad or not result.testsRun else 0)
