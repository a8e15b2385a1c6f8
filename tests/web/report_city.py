#!/usr/bin/env python3
"""report_city -- a demonstration daemon with what is due upward and what leaves: laws adopted, one of them unconfirmed, moments
of a case, a warning by webhook and by mail, of which the first arrives and the other does not.

    tests/web/report_city.py [--port N]

Prints one line of JSON ({"base", "folder", "cases", …}) when it is ready and stays until standard input ends. A line
`hook HOW` on standard input changes what the receiver of webhooks does (tests/lib/hook.py); answered with a line of JSON.
"""
import argparse
import json
import os
import signal
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
sys.dont_write_bytecode = True
from cast import OFFICE, city, confirm_case, person  # noqa: E402
from channels import Channels, contact, published, states, wait_until  # noqa: E402
from hook import Hook  # noqa: E402
from web import address  # noqa: E402

LEVEL2, LEVEL4 = [2, 2, 1, 1, 1, 2], [4, 4, 3, 1, 2, 3]
HOSTILE = "<img src=x onerror=\"parent.document.title='taken'\"><script>document.title='taken'</script>"


def adopted(d):
    """Three laws: one that counts, one of which one stage counts, one that nobody has confirmed."""
    person(d, "law01", "法制审核", OFFICE, "LAW")
    for regime, more, stages in (("cn-cac-2025", {"variant": "cii"}, None), ("eu-nis2", {}, ["ew"]), ("au-csa-ransom", {}, False)):
        ref = d.done("dir01", "regime_adoption", "create", regime=regime, why="本单位属于其适用范围", **more).ref
        if stages is not False:
            d.done("law01", "regime_adoption", "confirm", ref, source="公报原文", edition="2025年版", **({"stages": stages} if stages else {}))


def cases(d):
    grave, _ = confirm_case(d, LEVEL4)
    d.done("rsp01", "incident", "record_facts", grave, personal_data=True)
    d.done("dir01", "case_fact", "create", incident=grave, fact="ransom_paid", happened_at="2026-03-02T07:59:00Z")
    hostile, _ = confirm_case(d, LEVEL2, "tax", systems=("tax",), title=HOSTILE)
    return {"grave": grave, "hostile": hostile}


def sent(d, hook):
    """By webhook it arrives; the mail server takes no connection."""
    contact(d, "edu", "webhook", hook.url)
    contact(d, "tax", "mail", "duty@tax.example")
    warning, _ = published(d, ("edu", "tax"), title="勒索软件通过远程桌面传播")
    wait_until(lambda: states(d, "webhook").get("sent") and states(d, "mail").get("waiting"), 20, "the warning is on its way")
    return {"warning": warning}


def serve(asked):
    with Hook() as hook, Channels() as file:
        ways = {"webhook": {"kind": "webhook", "secret_file": file.secret("hook", "Geheimnis-1"), "timeout": "2 s", "plain_http": "yes",
                            "networks": ["127.0.0.1/32"], "refusals": 2},
                "mail": {"kind": "mail", "server": "smtp://127.0.0.1:9", "tls": "off", "from": "warn@example.org"}}

        def keep(*names):
            file.write(site="https://warn.example.org", recipients={"test": {"webhook": hook.url}}, **{name: ways[name] for name in names})
        keep("webhook", "mail")
        with city(args=["--http", f"127.0.0.1:{asked.port}", "--channels", file.path], verify=False) as d:
            made, troubles = {}, []
            for part in (adopted, cases, lambda d: sent(d, hook)):
                try:
                    made.update(part(d) or {})
                except Exception as wrong:  # noqa: BLE001 -- said, so that whoever waits sees it
                    troubles.append(f"{part.__name__}: {wrong}")
            host, port = address(d)
            print(json.dumps({"base": f"http://{host}:{port}", "folder": d.folder, "cases": made, "troubles": troubles, "units": d.unit,
                              "people": d.who}, ensure_ascii=False), flush=True)
            for line in sys.stdin:
                what, *words = line.split()
                if what == "hook":
                    hook.how = words[0]
                else:  # channels NAME …: only these are configured any more
                    keep(*words)
                    d.process.send_signal(signal.SIGHUP)
                print(json.dumps({what: words}), flush=True)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int, default=0)
    serve(options.parse_args())


if __name__ == "__main__":
    main()
