#!/usr/bin/env python3
"""s01_city -- a demonstration daemon in which a worm logs in to hosts of two units (S01); nobody has done anything yet.

    tests/web/s01_city.py [--port N]

Prints one line of JSON ({"base", "folder", …}) when it is ready and stays until standard input ends. Warnings leave by a
mail server of its own; a line `link KEY` on standard input is answered with the link in the newest mail to that unit.
"""
import argparse
import json
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
sys.dont_write_bytecode = True
from cast import city, person  # noqa: E402
from channels import Channels, contact, wait_until  # noqa: E402
from smtp import Mailserver, free_port  # noqa: E402
from web import address  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(HERE))
HOSTS = {"edu": ("教育主机", "edu-web01"), "tax": ("税务主机", "tax-app01"), "hosp": ("医院主机", "hosp-web01")}
LINK = re.compile(r"http://127\.0\.0\.1:\d+/ack/\S+")


def login(host, at):
    return f"<38>Mar  2 {at} {host} sshd[83]: Accepted password for opsvc from 10.20.1.11 port 50100 ssh2"


def heard(d):
    for key, (name, host) in HOSTS.items():
        d.do(None, "system", "create", name=name, owner=d.unit[key], hosts=[host])
    person(d, "uop_centre", "支援中心联络员", "应急支援中心", "UOP")
    contact(d, "tax", "mail", "tax@example.org")
    d.ingest("udp:514", [login(HOSTS["edu"][1], "07:58:10"), login(HOSTS["tax"][1], "07:59:20")])


def link(server, key):
    """The one in the newest mail to this unit, which may still be on its way."""
    def there():
        to = [mail for mail in server.messages() if str(mail["To"]) == f"{key}@example.org"]
        return LINK.search(to[-1].get_body(("plain",)).get_content()) if to else None
    return wait_until(there, 45, f"a mail to {key}").group()


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int, default=0)
    port = options.parse_args().port or free_port()
    with Mailserver() as server, Channels(site=f"http://127.0.0.1:{port}", mail=server.channel()) as file, \
            city(args=["--http", f"127.0.0.1:{port}", "--rules", os.path.join(ROOT, "rules"), "--channels", file.path], verify=False) as d:
        heard(d)
        host, port = address(d)
        print(json.dumps({"base": f"http://{host}:{port}", "folder": d.folder, "troubles": []}), flush=True)
        for line in sys.stdin:
            print(json.dumps({"link": link(server, line.split()[1])}), flush=True)


if __name__ == "__main__":
    main()
