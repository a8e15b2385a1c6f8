#!/usr/bin/env python3
"""corpus -- large files of real events, for measuring: recordings repeated with other hosts and times.

    bench/corpus.py FOLDER [--mb N] [--lines N]     # mixed.jsonl, process.jsonl, sshd.log and failed.log

mixed: every Windows event of ../shared/data/otrf without its Message (which says the same once more),
shuffled; process: those that begin a process; sshd: lines as OpenSSH writes them, for the templates; failed: failed
passwords, twenty a second, from 5,000 addresses of which few are busy.
"""
import argparse
import glob
import gzip
import json
import os
import random
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RECORDINGS = os.path.join(os.path.dirname(ROOT), "shared", "data", "otrf")
HOST, DAY = "@HOST@", "@DAY@"
DAYS, HOSTS = 28, 400
STARTS = {("microsoft-windows-sysmon/operational", 1), ("security", 4688)}


def windows_events(folder=RECORDINGS):
    for path in sorted(glob.glob(os.path.join(folder, "*.json.gz"))):
        with gzip.open(path, "rt", encoding="utf-8", errors="replace") as f:
            for line in f:
                event = json.loads(line)
                if "Channel" in event and "EventID" in event:
                    yield event


def starts_process(event):
    return (event["Channel"].lower(), event["EventID"]) in STARTS


def template(event):
    """Its line as text between the places where host and day go."""
    event.pop("Message", None)
    for name in ("Hostname", "host"):
        if name in event:
            event[name] = HOST
    for name in ("EventTime", "EventReceivedTime", "UtcTime", "@timestamp"):
        if isinstance(event.get(name), str) and len(event[name]) > 10:
            event[name] = DAY + event[name][10:]
    return json.dumps(event, ensure_ascii=False, separators=(",", ":"))


def write(path, templates, size, chance):
    """So many bytes, every round in another order; gives the number of lines."""
    lines = written = 0
    with open(path, "w", encoding="utf-8") as f:
        while written < size:
            chance.shuffle(templates)
            for text in templates:
                day = f"2026-03-{chance.randrange(DAYS) + 1:02}"
                written += f.write(text.replace(HOST, f"ws{chance.randrange(HOSTS):04}.example.org").replace(DAY, day)) + f.write("\n")
                lines += 1
                if written >= size:
                    break
    return lines


SSHD = ["Failed password for {user} from {ip} port {port} ssh2", "Failed password for invalid user {user} from {ip} port {port} ssh2",
        "Accepted password for {user} from {ip} port {port} ssh2", "Accepted publickey for {user} from {ip} port {port} ssh2: RSA SHA256:abc",
        "Invalid user {user} from {ip} port {port}", "Connection closed by {ip} port {port} [preauth]",
        "Received disconnect from {ip} port {port}:11: Bye Bye [preauth]", "Disconnected from {ip} port {port} [preauth]",
        "pam_unix(sshd:session): session opened for user {user} by (uid=0)", "pam_unix(sshd:session): session closed for user {user}",
        "error: maximum authentication attempts exceeded for {user} from {ip} port {port} ssh2 [preauth]",
        "Did not receive identification string from {ip} port {port}"]


def write_sshd(path, count, chance):
    with open(path, "w", encoding="ascii") as f:
        for n in range(count):
            text = chance.choice(SSHD).format(user=f"user{chance.randrange(500)}", port=chance.randrange(1024, 65536),
                                              ip=f"203.0.{chance.randrange(256)}.{chance.randrange(256)}")
            f.write(f"<38>Mar {n // 86400 % 28 + 1:2} {n // 3600 % 24:02}:{n // 60 % 60:02}:{n % 60:02} host{chance.randrange(50)} "
                    f"sshd[{chance.randrange(30000)}]: {text}\n")
    return count


def write_failed(path, count, chance):
    addresses = [f"203.0.{n // 250}.{n % 250}" for n in range(5000)]
    with open(path, "w", encoding="ascii") as f:
        for n in range(count):
            second, address = n // 20, addresses[int(len(addresses) ** chance.random()) - 1]
            f.write(f"<38>Mar {second // 86400 % 28 + 1:2} {second // 3600 % 24:02}:{second // 60 % 60:02}:{second % 60:02} host{chance.randrange(50)} "
                    f"sshd[{chance.randrange(30000)}]: Failed password for user{chance.randrange(500)} from {address} port {chance.randrange(1024, 65536)} ssh2\n")
    return count


def make(folder, mb=300, lines=2_000_000, seed=1):
    """{name: (path, lines)} of the four."""
    chance, out = random.Random(seed), {}
    events = list(windows_events())
    for name, chosen, size in (("mixed", events, mb), ("process", [e for e in events if starts_process(e)], mb // 2)):
        path = os.path.join(folder, name + ".jsonl")
        out[name] = (path, write(path, [template(dict(e)) for e in chosen], size << 20, chance))
    for name, write_lines in (("sshd", write_sshd), ("failed", write_failed)):
        path = os.path.join(folder, name + ".log")
        out[name] = (path, write_lines(path, lines, chance))
    return out


def main():
    reader = argparse.ArgumentParser()
    reader.add_argument("folder")
    reader.add_argument("--mb", type=int, default=300)
    reader.add_argument("--lines", type=int, default=2_000_000, help="of sshd")
    asked = reader.parse_args()
    if not os.path.isdir(RECORDINGS):
        sys.exit(f"{RECORDINGS} is not here")
    for name, (path, lines) in make(asked.folder, asked.mb, asked.lines).items():
        print(f"{name}\t{lines}\t{path}")


if __name__ == "__main__":
    main()
