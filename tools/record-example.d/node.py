"""One machine of the city, from the inside: private files, a log receiver, real daemons.

Runs as the first process of its namespaces: node.py NAME DAEMON...
"""
import os
import pathlib
import shutil
import socket
import subprocess
import sys

import city
import config

RUN = pathlib.Path("/run")
# These are replaced by private ones; everything else of the machine is only read.
PRIVATE = ("dev", "etc", "srv", "var/log", "var/spool/cron", "run")
DEVICES = {"null": (1, 3), "zero": (1, 5), "full": (1, 7), "random": (1, 8), "urandom": (1, 9),
           "tty": (5, 0)}


def mount(*arguments):
    """Mount something; only the processes of this node will see it."""
    subprocess.run(["mount", *arguments], check=True)


def make_devices(dev):
    """Make the few devices that daemons ask for; with a /dev of its own a node has its own /dev/log."""
    for name, (major, minor) in DEVICES.items():
        os.mknod(dev / name, 0o020666, os.makedev(major, minor))
        os.chmod(dev / name, 0o666)
    (dev / "fd").symlink_to("/proc/self/fd")
    (dev / "ptmx").symlink_to("pts/ptmx")
    (dev / "pts").mkdir()
    (dev / "shm").mkdir()
    os.chmod(dev / "shm", 0o1777)


def move_in(files):
    """Put this node's own directories over those of the machine."""
    for place in PRIVATE:
        (files / place).mkdir(parents=True, exist_ok=True)
    make_devices(files / "dev")
    shutil.copytree(RUN / "tool", files / "run/tool")
    for place in PRIVATE:
        if pathlib.Path("/", place).is_dir():
            mount("--bind", files / place, f"/{place}")
    mount("-t", "devpts", "-o", "newinstance,ptmxmode=0666,mode=0620", "devpts", "/dev/pts")


def write(path, text, mode=0o644):
    """Write a file and the folders it stands in."""
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)


def write_etc(name, kept):
    """Write an /etc of the example's own; `kept` is the little we need from the machine's."""
    for path, data in kept.items():
        pathlib.Path(path).parent.mkdir(parents=True, exist_ok=True)
        pathlib.Path(path).write_bytes(data)
    for path, (text, mode) in config.files(name).items():
        write(path, text, mode)


def make_homes(accounts):
    """Give each person a home; the administrators log in with a key."""
    for account in accounts:
        home = pathlib.Path("/srv/home", account.name)
        (home / ".ssh").mkdir(parents=True, mode=0o700)
        if account.name == "ops":
            write(home / ".ssh/authorized_keys", (RUN / "tool/ops.pub").read_text(), 0o600)
        for path in (home, home / ".ssh", *(home / ".ssh").iterdir()):
            os.chown(path, account.uid, account.uid)


def make_site(site):
    """Write the pages that are asked for, and the folder that takes uploads."""
    root = pathlib.Path("/srv/www")
    for page in city.PAGES.get(site, ()):
        path = page.split("?")[0]
        write(f"{root}{path}index.html" if path.endswith("/") else f"{root}{path}",
              f"<!doctype html><title>{site}</title><p>{page}\n")
    write(root / "healthz", "ok\n")
    if site == "attacker":
        write(root / "x/dl.sh", city.DOWNLOADER_TEXT)
    (root / "uploads").mkdir()
    shutil.chown(root / "uploads", "www-data", "www-data")


def make_places():
    """Make the directories that the daemons expect to find."""
    for path in ("/run/sshd", "/run/nginx", "/run/root", "/etc/cron.d"):
        pathlib.Path(path).mkdir(mode=0o755)
    shutil.chown("/run/nginx", "www-data", "www-data")
    spool = pathlib.Path("/var/spool/cron/crontabs")
    spool.mkdir(parents=True)
    shutil.chown(spool, "root", "crontab")
    spool.chmod(0o1730)


def receiver():
    """Open /dev/log, where every program on this node sends its log lines."""
    door = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    door.bind("/dev/log")
    os.chmod("/dev/log", 0o666)
    door.settimeout(0.5)
    return door


def with_host(line, host):
    """Add the host name behind the time, as a forwarding syslog daemon does.

    What programs write to /dev/log is "<PRI>Mmm dd hh:mm:ss tag: text" (RFC 3164 without
    the host, which only the machine itself can know).
    """
    head = line.index(b">") + 1 + len("Mmm dd hh:mm:ss")
    return line[:head] + b" " + host.encode() + line[head:].rstrip(b"\n\0") + b"\n"


def receive(door, log, host):
    """Write down what arrives, and bury the processes that other ones leave to us."""
    while True:
        try:
            log.write(with_host(door.recv(65536), host))
            log.flush()
        except TimeoutError:
            pass
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            pass


def start(daemons):
    """Start the daemons; what they say outside of syslog is kept in case the recording fails."""
    said = open(RUN / "daemons.log", "ab")
    for daemon in daemons:
        subprocess.Popen(config.DAEMONS[daemon], stdin=subprocess.DEVNULL, stdout=said, stderr=said, cwd="/")


def main(name, daemons):
    """Become the machine called `name`."""
    files = RUN / "nodes" / name
    log = open(files / "received.log", "ab")
    kept = config.keep()
    socket.sethostname(name)
    move_in(files)
    write_etc(name, kept)
    make_homes(config.accounts_of(name))
    make_places()
    make_site(config.site_of(name))
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    door = receiver()
    start(daemons)
    print("ready", flush=True)
    receive(door, log, name)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
