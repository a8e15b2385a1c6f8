#!/usr/bin/env python3
"""samples_test -- CAP files and feeds that other centres sent, or that were made wrong on purpose: taken, or refused by
the element and the rule that samples.tsv names; and by the schema exactly when xmllint refuses them too."""
import glob
import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "lib"))
import cap  # noqa: E402


def rows():
    with open(os.path.join(HERE, "samples.tsv"), encoding="utf-8") as f:
        lines = [line.rstrip("\n").split("\t") for line in f if not line.startswith("#")]
    return [line + [""] * (4 - len(line)) for line in lines[1:]]


class Samples(unittest.TestCase):
    def setUp(self):
        if not os.path.isdir(cap.SAMPLES):
            self.skipTest(f"{cap.SAMPLES} is not here; nothing was tried")

    def test_every_sample_has_its_row(self):
        found = {os.path.relpath(path, cap.SAMPLES) for path in glob.glob(os.path.join(cap.SAMPLES, "**", "*"), recursive=True)
                 if os.path.isfile(path) and not path.endswith((".py", ".pem"))}
        self.assertEqual(found, {row[0] for row in rows()})

    def test_each_as_its_row_says(self):
        said = cap.check(*(os.path.join(cap.SAMPLES, row[0]) for row in rows()))
        for file, verdict, element, rule in rows():
            with self.subTest(file=file):
                one = said[os.path.join(cap.SAMPLES, file)]
                self.assertEqual("taken" if one["taken"] else "refused", verdict, one)
                if rule:
                    self.assertIn((element, rule), [(f["element"], f["code"]) for f in one["findings"]])
                if verdict == "refused":
                    self.assertTrue(all(f["line"] or f["code"] == "size" for f in one["findings"]), one)

    def test_the_schema_agrees(self):
        paths = [os.path.join(cap.SAMPLES, row[0]) for row in rows() if row[0].endswith((".cap", ".xml")) and "feed" not in row[0]]
        said, valid = cap.check(*paths), cap.by_schema(*paths)
        for path in paths:
            with self.subTest(path=path):
                ours = not any(f["stage"] in ("read", "form", "schema") for f in said[path]["findings"])
                self.assertEqual(ours, valid[path], said[path])


if __name__ == "__main__":
    unittest.main()
