"""shift -- a daemon whose machine has another clock than ours: real folders, and time that passes while we look.

    with Shift() as clock, Real(env=clock.env) as d:
        clock.forward(days=365)         # the daemon reads its clock a year later from now on

A library in front of the C library adds to CLOCK_REALTIME what a file says. The sanitizers want to be in front
themselves: `usable()` is False for a program made with them.
"""
import datetime
import os
import shutil
import subprocess
import tempfile

from fengsui import binary

SHIM = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
int clock_gettime(clockid_t id, struct timespec *out)
{
	static int (*real)(clockid_t, struct timespec *);
	FILE *f;
	long by = 0;
	if (!real)
		real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
	if (real(id, out) < 0)
		return -1;
	if (id == CLOCK_REALTIME && (f = fopen(getenv("CLOCK_BY"), "r"))) {
		if (fscanf(f, "%ld", &by) == 1)
			out->tv_sec += by;
		fclose(f);
	}
	return 0;
}
"""


def usable():
    return "asan" not in binary()


class Shift:
    """The clock of a machine, `by` seconds away from ours."""

    def __init__(self):
        self.where = tempfile.mkdtemp(prefix="fengsui-clock-")
        source, self.shim = os.path.join(self.where, "clock.c"), os.path.join(self.where, "clock.so")
        with open(source, "w", encoding="ascii") as f:
            f.write(SHIM)
        subprocess.run(["cc", "-shared", "-fPIC", "-o", self.shim, source, "-ldl"], check=True)
        self.path = os.path.join(self.where, "by")
        self.set(0)
        self.env = {"LD_PRELOAD": self.shim, "CLOCK_BY": self.path}

    def set(self, seconds):
        self.by = seconds
        with open(self.path + ".new", "w", encoding="ascii") as f:
            f.write(str(int(seconds)))
        os.rename(self.path + ".new", self.path)

    def forward(self, **span):
        self.set(self.by + datetime.timedelta(**span).total_seconds())

    def moment(self, **ago):
        """A moment of that clock, so long ago (or, with a minus, to come)."""
        at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=self.by) - datetime.timedelta(**ago)
        return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def close(self):
        shutil.rmtree(self.where)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()
