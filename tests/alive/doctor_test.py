#!/usr/bin/env python3
"""doctor -- each planted trouble is found, named in both languages, with what to do about it."""
import contextlib
import json
import os
import resource
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from cast import city  # noqa: E402
from channels import Channels, contact, published, wait_until  # noqa: E402
from fengsui import Daemon, Results, Unexpected, binary  # noqa: E402
from smtp import Mailserver  # noqa: E402

# What the machine that runs the tests is like is its own affair.
MACHINE = {"filesystem", "sync", "room", "inodes", "ntp", "clock", "files", "core"}


def check(good, what):
    if not good:
        raise Unexpected(what)


def doctor(folder, *args, expect=None):
    """{check: finding}; the exit status agrees with the worst of them."""
    done = subprocess.run([binary(), "doctor", "--data", folder, "--json", *args], capture_output=True, text=True)
    said = json.loads(done.stdout)
    check(done.returncode == ["good", "warning", "trouble"].index(said["health"]), done)
    if expect is not None:
        check(done.returncode == expect, done.stdout)
    return {f["check"]: f for f in said["findings"]}


def finds(folder, name, health, *words, args=()):
    one = doctor(folder, *args).get(name)
    check(one and one["health"] == health, f"{name} should be {health}: {one}")
    for word in words:
        check(word in one["en"] + one["zh"], f"{name} should say '{word}': {one}")
    if health != "good":
        check(one["do"]["en"] and one["do"]["zh"], f"{name} should say what to do: {one}")
        check(any("一" <= c <= "鿿" for c in one["zh"]), one)
    return one


@contextlib.contextmanager
def folder_with_backup():
    with Daemon(demo=False) as d, tempfile.TemporaryDirectory() as where:
        d.cli("backup", os.path.join(where, "to"))
        yield d


def a_sound_folder():
    with folder_with_backup() as d:
        said = doctor(d.folder)
        bad = {n: f for n, f in said.items() if f["health"] != "good" and n not in MACHINE}
        bad.pop("permissions", None) if os.geteuid() == 0 else None  # a real folder of root is warned of
        check(not bad, bad)
        check(len(said) >= 14, sorted(said))
        check(said["ballast"]["en"] == "64 MiB held back", said["ballast"])


def no_folder():
    with tempfile.TemporaryDirectory() as where:
        done = subprocess.run([binary(), "doctor", "--data", where, "--lang", "en"], capture_output=True, text=True)
        check(done.returncode == 2 and "no data folder" in done.stdout, done)
        done = subprocess.run([binary(), "doctor", "--data", where, "--lang", "zh"], capture_output=True, text=True)
        check(done.returncode == 2 and "不是数据目录" in done.stdout, done)


def one_screen_in_each_language():
    with Daemon(demo=False) as d:
        for lang, words in (("en", ("File system", "Backup", "never", "->")), ("zh", ("文件系统", "备份", "从未备份", "→"))):
            out = subprocess.run([binary(), "doctor", "--data", d.folder, "--lang", lang], capture_output=True, text=True).stdout
            check(all(w in out for w in words), out)
            check(len(out.splitlines()) <= 40, f"more than one screen:\n{out}")
        check(subprocess.run([binary(), "doctor", "--nonsense"], capture_output=True).returncode == 64, "usage")


def memory_is_no_disk():
    if not os.path.isdir("/dev/shm") or os.statvfs("/dev/shm").f_bavail * 4096 < 200 << 20:
        check(not os.environ.get("CI"), "/dev/shm is needed here")
        return print("memory_is_no_disk left out: no /dev/shm with room")
    with tempfile.TemporaryDirectory(dir="/dev/shm") as where:
        with Daemon(demo=False, folder=os.path.join(where, "d"), args=["--ballast", "0"]) as d:
            finds(d.folder, "filesystem", "trouble", "tmpfs", "断电")
            finds(d.folder, "sync", "warning", "faster than a disk")
            finds(d.folder, "ballast", "warning", "none")


def others_may_read():
    with Daemon(demo=False) as d:
        key = os.path.join(d.folder, "keys", "record.key")
        os.chmod(key, 0o640)
        finds(d.folder, "permissions", "trouble", key)
        os.chmod(key, 0o600)
        os.chmod(d.folder, 0o755)
        finds(d.folder, "permissions", "trouble", d.folder)
        os.chmod(d.folder, 0o700)


def the_daemon():
    with Daemon(demo=False) as d:
        finds(d.folder, "daemon", "good", str(d.process.pid))
        d.stop()
        finds(d.folder, "daemon", "warning", "not running", "未运行")
        d.start()
        os.rename(os.path.join(d.folder, "fengsui.sock"), os.path.join(d.folder, "away"))
        finds(d.folder, "daemon", "trouble", str(d.process.pid), "does not answer")
        os.rename(os.path.join(d.folder, "away"), os.path.join(d.folder, "fengsui.sock"))
        d.process.send_signal(signal.SIGSTOP)
        try:
            finds(d.folder, "daemon", "trouble", "does not answer")
            with tempfile.TemporaryDirectory() as where:  # and it is backed up all the same
                subprocess.run([binary(), "backup", "--data", d.folder, where], check=True, capture_output=True, timeout=60)
        finally:
            d.process.send_signal(signal.SIGCONT)
        d.kill()
        d.start()
        finds(d.folder, "before", "warning", "not as it should be", "非正常结束")
        d.restart()
        finds(d.folder, "before", "good")


def the_store():
    with Daemon(demo=False, verify=False) as d:
        d.stop()
        path = os.path.join(d.folder, "fengsui.db")
        with contextlib.closing(sqlite3.connect(path)) as db:
            db.execute("UPDATE meta SET value = '99' WHERE name = 'schema'")
            db.commit()
        finds(d.folder, "schema", "trouble", "99")
        with contextlib.closing(sqlite3.connect(path)) as db:
            db.execute("UPDATE meta SET value = '0' WHERE name = 'schema'")
            db.commit()
        finds(d.folder, "schema", "warning", "version 0")
        with contextlib.closing(sqlite3.connect(path)) as db:
            db.execute("UPDATE meta SET value = '1' WHERE name = 'schema'")
            db.execute("DELETE FROM checkpoints")
            db.commit()
        finds_trouble = doctor(d.folder)["checkpoint"]
        check(finds_trouble["health"] == "trouble" and "never signed" in finds_trouble["en"], finds_trouble)
        with open(path, "r+b") as f:
            f.write(b"not a database at all")
        finds(d.folder, "schema", "trouble", "cannot be read")


def the_backup():
    with Daemon(demo=False) as d:
        finds(d.folder, "backup", "warning", "never")
        path = os.path.join(d.folder, "backup.json")

        def plant(**about):
            with open(path, "w", encoding="utf-8") as f:
                json.dump({"at": "2026-01-01T00:00:00Z", "to": "/mnt", "entries": 5, "lacking": 0, **about}, f)
        plant()
        finds(d.folder, "backup", "trouble", "/mnt")
        finds(d.folder, "verified", "warning", "2026-01-01")
        plant(at="2199-01-01T00:00:00Z")
        finds(d.folder, "backup", "good")
        plant(at="2199-01-01T00:00:00Z", lacking=3)
        finds(d.folder, "backup", "trouble", "3 evidence files", "损坏或缺失")
        with open(path, "w", encoding="utf-8") as f:
            f.write("{")
        finds(d.folder, "backup", "warning", "never")


def openssl(*args):
    subprocess.run(["openssl", *args], check=True, capture_output=True)


def the_certificate():
    with Daemon(demo=False) as d:
        check("certificate" not in doctor(d.folder), "there is none")
        keys = os.path.join(d.folder, "keys")
        pem, key = os.path.join(keys, "https.pem"), os.path.join(keys, "https.key")

        def make(days, out_key):
            openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=x",
                    "-days", days, "-keyout", out_key, "-out", pem)
            os.chmod(pem, 0o600)
        make("397", key)
        finds(d.folder, "certificate", "good", "39")
        make("5", key)
        finds(d.folder, "certificate", "warning", "days left", "到期")
        make("397", os.path.join(d.folder, "other.key"))
        finds(d.folder, "certificate", "trouble", "not that of the key")
        os.unlink(key)
        finds(d.folder, "certificate", "trouble", "cannot be read")
        with open(pem, "w", encoding="utf-8") as f:
            f.write("-----BEGIN CERTIFICATE-----\nnothing\n")
        finds(d.folder, "certificate", "trouble", "no certificate")


def the_ports():
    with socket.socket() as one, socket.socket() as probe, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        one.bind(("127.0.0.1", 0))
        one.listen()
        taken = f"127.0.0.1:{one.getsockname()[1]}"
        probe.bind(("127.0.0.1", 0))
        udp.bind(("127.0.0.1", 0))
        free, free_udp = f"127.0.0.1:{probe.getsockname()[1]}", f"127.0.0.1:{udp.getsockname()[1]}"
        probe.close()
        udp.close()
        with Daemon(demo=False, args=["--syslog-tcp", free, "--syslog-udp", free_udp]) as d:
            said = finds(d.folder, "ports", "good", f"{free} is served", f"{free_udp} is served", f"{taken} answers",
                         args=["--port", taken])
            check("正在服务" in said["zh"], said)
            finds(d.folder, "ports", "warning", "is no ADDRESS:PORT", args=["--port", "nonsense"])
        with tempfile.TemporaryDirectory() as where:
            one_free = doctor(where, "--port", free)["ports"]
            check(one_free["health"] == "good" and "is free" in one_free["en"], one_free)


def limits_of_the_daemon():
    """Those of the running daemon, not of the shell that asks."""
    with Daemon(demo=False) as d:
        hard = resource.prlimit(d.process.pid, resource.RLIMIT_NOFILE)[1]
        resource.prlimit(d.process.pid, resource.RLIMIT_NOFILE, (256, hard))
        finds(d.folder, "files", "warning", "256")
        resource.prlimit(d.process.pid, resource.RLIMIT_NOFILE, (min(4096, hard), hard))
        finds(d.folder, "files", "good", "4096")
        hard = resource.prlimit(d.process.pid, resource.RLIMIT_CORE)[1]
        resource.prlimit(d.process.pid, resource.RLIMIT_CORE, (0, hard))
        finds(d.folder, "core", "good", "off")
        if hard != 0:
            resource.prlimit(d.process.pid, resource.RLIMIT_CORE, (hard, hard))
            finds(d.folder, "core", "warning", "on", "崩溃")


def fonts_for_documents():
    with Daemon(demo=False) as d:
        finds(d.folder, "fonts", "good", "PDF")
        os.environ["FENGSUI_TEST_NO_FONT"] = "fonts-arphic-uming"  # as if that package were not installed
        try:
            finds(d.folder, "fonts", "warning", "fonts-arphic-uming", "无法生成 PDF", "DOCX")
        finally:
            del os.environ["FENGSUI_TEST_NO_FONT"]


def ways_out():
    with Daemon() as d:
        check("channels" not in doctor(d.folder), "there are none")
    with Mailserver() as server, Channels(mail=server.channel(timeout="3 s")) as file, city(args=["--channels", file.path]) as d:
        contact(d, "edu", "mail", "edu@example.org")
        finds(d.folder, "channels", "good", "1, all open", "均畅通")
        d.cli("channel", "hold", "mail", "服务器更换", "--as", "dir01")
        finds(d.folder, "channels", "warning", "mail held by decision", "mail 已人工暂停")
        d.cli("channel", "resume", "mail", "--as", "dir01")
        finds(d.folder, "channels", "good")
        server.stop()
        published(d, ("edu",))
        wait_until(lambda: doctor(d.folder)["channels"]["health"] != "good", 30, "in trouble")
        finds(d.folder, "channels", "warning", "mail in trouble, 1 waiting", "mail 故障，1 条待发")
        server.start()
        wait_until(lambda: doctor(d.folder)["channels"]["health"] == "good", 30, "open again")


def nothing_is_changed():
    with Daemon(demo=False) as d:
        before = sorted(os.listdir(d.folder)), d.status()["record"]["entries"]
        doctor(d.folder)
        check((sorted(os.listdir(d.folder)), d.status()["record"]["entries"]) == before, os.listdir(d.folder))


def main():
    results = Results("doctor")
    for case in (a_sound_folder, no_folder, one_screen_in_each_language, memory_is_no_disk, others_may_read, the_daemon,
                 the_store, the_backup, the_certificate, the_ports, fonts_for_documents, ways_out, limits_of_the_daemon, nothing_is_changed):
        results.case(case.__name__, case)
    results.end()


if __name__ == "__main__":
    main()
