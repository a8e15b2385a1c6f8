"""played -- a story that is played once, on a machine whose clock is ours; each test looks at what it left.

    @on_our_clock
    class Interrupted(Played, Scene):
        folder = {"units": ("edu", "tax")}          # what `real` of a Scene is asked for

        def play(self, d): ...                      # once, before the tests; d is cls.d, its clock cls.clock
        def test_it_is_back_within_seconds(self): ...

`place` is a folder for what is kept outside the data folder; `kept` writes a file there.
"""
import json
import os
import shutil
import sys
import tempfile
import unittest

from shift import Shift, usable


on_our_clock = unittest.skipUnless(usable(), "the clock is put in front of the C library, where the sanitizer wants to be")


class Played:
    folder = {}

    @classmethod
    def setUpClass(cls):
        cls.clock, cls.place = Shift(), tempfile.mkdtemp(prefix="fengsui-played-")
        cls.addClassCleanup(cls.clock.close)
        cls.addClassCleanup(shutil.rmtree, cls.place)
        cls.scene = cls()
        cls.opened = cls.scene.real(env=cls.clock.env, **cls.folder)
        cls.d = cls.opened.__enter__()
        try:
            cls.scene.play(cls.d)
        except BaseException:
            cls.opened.__exit__(*sys.exc_info())
            raise

    @classmethod
    def tearDownClass(cls):
        cls.opened.__exit__(None, None, None)

    def kept(self, name, text):
        """The path of a file that somebody keeps elsewhere; what is no text is kept as JSON."""
        path = os.path.join(self.place, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text if isinstance(text, str) else json.dumps(text, ensure_ascii=False))
        return path
