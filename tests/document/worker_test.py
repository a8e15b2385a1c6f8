#!/usr/bin/env python3
"""A document over the socket is written by a thread: nobody else waits for it, and whoever asked gets answers in order."""
import os
import sys
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
from cast import city  # noqa: E402
from channels import main, published  # noqa: E402
from fengsui import Connection  # noqa: E402

SLOW_S = 4


class Worker(unittest.TestCase):
    def setUp(self):
        self.d = city(env={"FENGSUI_TEST_SLOW_DOCUMENT": str(SLOW_S * 1000)})
        self.addCleanup(self.d.remove)
        warning, _ = published(self.d, ("edu",))
        self.wanted = {"op": "document", "ref": warning, "template": "warning", "format": "pdf", "as": "dir01"}

    def test_nobody_else_waits_and_answers_come_in_order(self):
        asker, other = Connection(self.d.folder), Connection(self.d.folder)
        began = time.monotonic()
        asker.send(**self.wanted)
        status = asker.send(op="status")
        self.assertTrue(other.ask(op="status").ok)
        self.d.done("dut01", "warning", "create", title="另一预警", hazard="加密文件")
        self.assertLess(time.monotonic() - began, SLOW_S / 2)
        document = asker.receive()
        self.assertGreaterEqual(time.monotonic() - began, SLOW_S)
        self.assertTrue(document.ok and document["data"])
        self.assertEqual(asker.receive()["request"], status)

    def test_who_leaves_meanwhile_takes_nothing_along(self):
        for _ in range(2):
            gone = Connection(self.d.folder)
            gone.send(**self.wanted)
            gone.send(op="status")
            time.sleep(0.2)
            gone.close()
        self.assertTrue(self.d.ask(**self.wanted).ok)
        self.assertTrue(self.d.ask(op="status").ok)

    def test_the_daemon_ends_without_what_was_not_begun(self):
        asking = [Connection(self.d.folder) for _ in range(6)]
        for one in asking:
            one.send(**self.wanted)
        time.sleep(0.3)
        began = time.monotonic()
        self.d.stop()
        self.assertLess(time.monotonic() - began, 3 * SLOW_S)


if __name__ == "__main__":
    main()
