#!/usr/bin/env python3
"""recipients -- a warning to many units by mail, to a real server on this machine, while its board is asked for.

    FENGSUI=build-rel/fengsui bench/recipients.py [--recipients 10000]

Prints how long the publication took, how long until the server had all of them, and how long the acknowledgement board
(the list of warning_target over HTTP) took meanwhile: median and worst. Exits 1 where a bar is missed: 60 s, 100 ms.
"""
import argparse
import json
import os
import statistics
import sys
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests", "lib"))
from channels import Channels, rows  # noqa: E402
from smtp import Mailserver  # noqa: E402
from web import HttpDaemon  # noqa: E402

HANDED_S, BOARD_MS, AT_ONCE = 60, 100, 200


def many(d, requests):
    """Operations of the socket, so many at a time under way; gives the answers."""
    answers = []
    for at in range(0, len(requests), AT_ONCE):
        part = requests[at:at + AT_ONCE]
        for request in part:
            d.connection.send(**request)
        for _ in part:
            answer = d.connection.receive()
            if not answer.ok:
                sys.exit(f"refused: {answer}")
            answers.append(answer)
    return answers


def create(kind, **input_):
    return {"op": "do", "kind": kind, "move": "create", "input": input_, "as": "dir01"}


def register(d, count):
    person = lambda login, role: d.do(None, "post", "create", person=d.do(None, "person", "create", name=login, login=login,  # noqa: E731
                                                                          unit="市信息产业局").ref, role=role)
    person("dir01", "DIR")
    person("dut01", "DUT")
    units = many(d, [create("unit", name=f"单位 {n}", type="bureau", bound=True) for n in range(count)])
    many(d, [create("contact", unit=f"#{u['id']}", channel="mail", address=f"unit{n}@example.org", priority=1) for n, u in enumerate(units)])
    warning = d.done("dut01", "warning", "create", title="勒索病毒预警", hazard="加密文件").number
    d.done("dut01", "warning", "review", warning)
    d.done("dut01", "warning", "edit", warning, level=4, measures="断网并打补丁", marking="members")
    many(d, [create("warning_target", warning=warning, unit=f"#{u['id']}") for u in units])
    d.done("dir01", "warning", "approve", warning)
    return warning


class Board(threading.Thread):
    """Whoever looks at the board, ten times a second."""

    def __init__(self, d):
        super().__init__(daemon=True)
        self.d, self.times, self.over = d, [], False
        self.headers = d.web.who("dut01")
        self.start()

    def run(self):
        connection = self.d.web.connect()
        while not self.over:
            began = time.monotonic()
            connection.request("GET", "/api/v1/warning_target?limit=100", None, self.headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                sys.exit(f"the board answers {answer.status}")
            self.times.append((time.monotonic() - began) * 1000)
            time.sleep(0.1)


def cpu_of(pid):
    """Seconds of work that a process has had, user and system."""
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as f:
        fields = f.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main():
    reader = argparse.ArgumentParser()
    reader.add_argument("--recipients", type=int, default=10000)
    count = reader.parse_args().recipients
    # Taken and kept, not delivered on: what is measured is the handing over.
    with Mailserver(more="queue_only = true", runs="") as server, Channels(mail=server.channel(connections=8)) as file, \
            HttpDaemon(at="2026-03-02T08:00:00Z", args=["--channels", file.path], verify=False) as d:
        warning = register(d, count)
        began = time.monotonic()
        d.done("dir01", "warning", "publish", warning)
        published = time.monotonic() - began
        board = Board(d)
        cpu, server_cpu = cpu_of(d.process.pid), server.processor_s()
        began = time.monotonic()
        while (sent := rows(d, "SELECT count(*) FROM outbox WHERE state = 'sent' AND channel = 'mail'")[0][0]) < count:
            time.sleep(0.2)
            if time.monotonic() - began > 10 * HANDED_S:
                sys.exit(f"only {sent} of {count} within {10 * HANDED_S} s")
        handed = time.monotonic() - began
        board.over = True
        board.join()
        said = {"recipients": count, "publish_s": round(published, 2), "handed_s": round(handed, 1), "daemon_cpu_s": round(cpu_of(d.process.pid) - cpu, 2),
                "server_cpu_s": round(server.processor_s() - server_cpu, 2), "load": round(os.getloadavg()[0], 1),
                "board_ms": {"asked": len(board.times), "median": round(statistics.median(board.times), 1), "worst": round(max(board.times), 1)},
                "delivered": rows(d, "SELECT count(*) FROM facets WHERE kind = 'warning_target' AND name = 'life' AND value = 'delivered'")[0][0]}
        print(json.dumps(said))
        return 0 if handed <= HANDED_S and max(board.times) <= BOARD_MS and said["delivered"] == count else 1


if __name__ == "__main__":
    sys.exit(main())
