#!/usr/bin/env python3
"""page -- 13, 26, 44: the pages of the command centre let no foreign script run, are framed by nobody, and lead nowhere else."""
import contextlib
import os
import re
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from attack import *  # noqa: E402,F403
from attack import A, Web, ask, city, everybody, expect, same, true  # noqa: E402

SCRIPTS = ("<script>alert(1)</script>", "%3Cscript%3Ealert(1)%3Cb%3E", "%22%3E%3Csvg%20onload=alert(1)%3E", "'-alert(1)-'",
           "javascript:alert(1)", "%E2%80%AEgpj.exe", "%7B%7B7*7%7D%7D", "constructor", "__proto__")


@contextlib.contextmanager
def house():
    where = tempfile.mkdtemp(prefix="fengsui-web-")
    try:
        for name, content in (("index.html", "<!doctype html><script type=module src=/assets/a.js></script>"), ("assets/a.js", "1"),
                              ("a.svg", "<svg onload='alert(1)'/>")):
            os.makedirs(os.path.dirname(os.path.join(where, name)), exist_ok=True)
            with open(os.path.join(where, name), "w", encoding="utf-8") as f:
                f.write(content)
        with city(args=["--http", "127.0.0.1:0", "--web", where]) as d:
            everybody(d)
            d.web = Web(d)
            yield d
    finally:
        shutil.rmtree(where)


def policy(reply):
    return {name: words for name, *words in (part.split() for part in reply.headers["content-security-policy"].split(";"))}


def a26_only_scripts_of_the_folder_run():
    with house() as d:
        for path in ("/", "/index.html", "/a.svg", "/assets/a.js", "/case/INC-2026-0001", "/?x=<script>".replace("<", "%3C").replace(">", "%3E")):
            said = policy(expect(ask(d.web, "GET", path), 200, path))
            same(said["default-src"], ["'none'"], path)
            same(said["script-src"], ["'self'"], path)
            same(said["style-src"], ["'self'"], path)
            same(said["require-trusted-types-for"], ["'script'"], path)
            same((said["base-uri"], said["form-action"], said["connect-src"]), (["'none'"], ["'self'"], ["'self'"]), path)
            for word in ("unsafe", "*", "http:", "https:", "wasm", "nonce", "hash"):
                true(not any(word in w for words in said.values() for w in words), f"{path} lets {word} through")


def a26_nothing_of_an_address_stands_in_the_page():
    with house() as d:
        plain = ask(d.web, "GET", "/").body
        for text in SCRIPTS:
            if re.search(r"[<>\"]", text):
                continue
            same(ask(d.web, "GET", f"/case/{text}").body, plain, text)
            same(ask(d.web, "GET", f"/?q={text}").body, plain, text)


def a26_an_answer_of_the_interface_is_no_page():
    with house() as d:
        who = d.web.who("dut01")
        for path in (f"{A}/incident", f"{A}/nothing", f"{A}/incident/{SCRIPTS[1]}", f"{A}/catalogue", "/health", "/assets/none.js"):
            reply = ask(d.web, "GET", path, None, who)
            true(re.match(r"application/(problem\+)?json", reply.headers["content-type"]), f"{path}: {reply.headers['content-type']}")
            same(reply.headers["x-content-type-options"], "nosniff", path)


def a13_nobody_frames_it_or_holds_its_window():
    with house() as d:
        for path in ("/", "/case/INC-2026-0001", "/assets/a.js"):
            reply = expect(ask(d.web, "GET", path, None, {"Origin": "https://evil.example"}), 200)
            same(policy(reply)["frame-ancestors"], ["'none'"], path)
            same((reply.headers["cross-origin-opener-policy"], reply.headers["cross-origin-resource-policy"]), ("same-origin", "same-origin"))
            same(reply.headers["referrer-policy"], "no-referrer")
            true(not [h for h in reply.headers if h.startswith("access-control-")], "CORS is offered")
            true("set-cookie" not in reply.headers, "a cookie was given")


def a44_an_address_leads_to_no_file_of_the_machine():
    with house() as d:
        plain = ask(d.web, "GET", "/").body
        for path in ("/etc/passwd", "/fengsui.db", "/keys/https.key", f"/{d.folder[1:]}/keys/https.key", "/assets%5c..%5c..%5cetc%5cpasswd",
                     "/..;/etc/passwd", "/.ssh/id_rsa", "/proc/self/environ"):
            reply = ask(d.web, "GET", path)
            true(reply.status in (400, 404) or reply.body == plain, f"{path}: {reply}")
        for path in ("/../etc/passwd", "/%2e%2e/etc/passwd", "/..%2fetc%2fpasswd", "/assets/../../etc/passwd"):
            expect(ask(d.web, "GET", path), 400, path)


def main():
    results = Results("pages")  # noqa: F405
    for name, case in sorted(globals().items()):
        if name[0] == "a" and name[1:3].isdigit():
            results.case(name, case)
    results.end()


main()
