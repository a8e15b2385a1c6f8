"""terminal -- a program on a terminal: what it says is waited for, never slept for."""
import codecs
import os
import pty
import re
import select
import signal
import time


class Terminal:
    """`answer` types when a question stands at the end of what was said; `all` keeps everything."""

    def __init__(self, command, env=None):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            # Whoever runs the tests in the background has Ctrl-C ignored; somebody at a terminal has not.
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            signal.signal(signal.SIGQUIT, signal.SIG_DFL)
            os.execve(command[0], command, {**os.environ, **(env or {})})
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.said = self.all = ""

    def take(self, patience):
        """What comes next; False at the end."""
        if not select.select([self.fd], [], [], max(0, patience))[0]:
            raise AssertionError(f"nothing more after: {self.all}")
        try:
            more = os.read(self.fd, 4096)
        except OSError:
            return False
        text = self.decoder.decode(more)
        self.said += text
        self.all += text
        return bool(more)

    def until(self, words):
        end = time.monotonic() + 20
        while not re.search(words, self.said):
            if not self.take(end - time.monotonic()):
                raise AssertionError(f"ended without '{words}': {self.all}")
        self.said = re.split(words, self.said, maxsplit=1)[1]

    def answer(self, question, text):
        self.until(question + r"[^\n]*[:：)）] ?$")
        os.write(self.fd, (text + "\n").encode())

    def end(self):
        """Its exit status, when it has said its last."""
        while self.take(60):
            pass
        os.close(self.fd)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
