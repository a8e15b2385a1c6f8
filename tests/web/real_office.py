#!/usr/bin/env python3
"""real_office -- a real folder over HTTPS in which people have passwords, for what concerns accounts.

    tests/web/real_office.py

Prints one line of JSON ({"base", "folder", "passwords", "troubles"}) when it is ready and stays until standard input ends. new01 is
registered and was never invited; dir02 is a director whose code takes a second person.
"""
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
sys.dont_write_bytecode = True
from cast import OFFICE  # noqa: E402
from real import Real, password  # noqa: E402
from web import address  # noqa: E402

PEOPLE = ("dut01", "aud01")


def main():
    with Real(people=PEOPLE, units=()) as d:
        d.done(d.administrator, "person", "create", name="新来者", login="new01", unit=OFFICE)
        d.done(d.administrator, "person", "create", name="副主任", login="dir02", unit=OFFICE)
        d.done(d.director, "post", "vouch", d.done(d.administrator, "post", "create", person="dir02", role="DIR"))
        host, port = address(d, "https")
        logins = (d.administrator, d.director) + PEOPLE
        print(json.dumps({"base": f"https://{host}:{port}", "folder": d.folder, "passwords": {login: password(login) for login in logins}, "troubles": []}), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
