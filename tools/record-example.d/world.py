"""The namespaces: one bridge, and nodes on it that have nothing else to talk to."""
import pathlib
import subprocess
import sys
import time

import city

TOOL = "/run/tool"


def run(argv, **more):
    """Run a command that must work; its own words become the reason when it does not."""
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)
    if done.returncode:
        last = "\n".join(done.stdout.strip().splitlines()[-5:])
        raise RuntimeError(f"{' '.join(argv)}: exit code {done.returncode}: {last}")
    return done.stdout


def make_bridge():
    """Make the only network there is."""
    run(["ip", "link", "add", "city0", "type", "bridge"])
    run(["ip", "link", "set", "city0", "up"])


class Node:
    """A machine of the city: its own network, host name, processes and files."""

    def __init__(self, name, addresses, daemons):
        self.name, self.addresses = name, addresses
        self.files = pathlib.Path("/run/nodes") / name
        self.log = self.files / "received.log"
        self.files.mkdir(parents=True)
        self.keeper = subprocess.Popen(
            ["unshare", "--net", "--uts", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc",
             sys.executable, f"{TOOL}/node.py", name, *daemons], stdout=subprocess.PIPE, text=True)
        if self.keeper.stdout.readline() != "ready\n":
            raise RuntimeError(f"{name} did not start")
        self.first = self._first_process()
        self._connect()

    def _first_process(self):
        pid = self.keeper.pid
        return pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0]

    def _connect(self):
        run(["ip", "link", "add", self.name, "type", "veth", "peer", "name", "eth0",
             "netns", self.first])
        run(["ip", "link", "set", self.name, "master", "city0", "up"])
        self.run(["ip", "link", "set", "eth0", "up"])
        for address in self.addresses:
            self.run(["ip", "address", "add", f"{address}/32", "dev", "eth0"])
        for network in city.NETWORKS:
            self.run(["ip", "route", "add", network, "dev", "eth0", "src", self.addresses[0]])

    def inside(self, argv):
        """The same command, but carried out on this node."""
        return ["nsenter", "-t", self.first, "--net", "--uts", "--mount", "--pid", "--root", "--", *argv]

    def run(self, argv, **more):
        """Run a command on this node; it must work."""
        return run(self.inside(argv), **more)

    def start(self, script, *arguments):
        """Start one of our scripts on this node and let it run on."""
        return subprocess.Popen(self.inside([sys.executable, f"{TOOL}/{script}", *arguments]))

    def lines(self):
        """What this node's receiver has written so far."""
        return self.log.read_text().splitlines()

    def wait_for(self, words, within_s):
        """Wait until a line with these words has been received."""
        until = time.monotonic() + within_s
        while not any(words in line for line in self.lines()):
            if time.monotonic() > until:
                said = (self.files / "run/daemons.log").read_text()
                raise RuntimeError(f"{self.name} never logged '{words}'; its daemons said: {said}")
            time.sleep(0.5)
