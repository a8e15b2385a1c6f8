#!/usr/bin/env python3
"""outside -- 26 to 34, 41, 61: what anybody may ask for without a sign-in, and what is handed out as a file: the public page, warnings
in CAP, links to acknowledge by, documents; and the lists of messages and channels."""
import contextlib
import http.client
import os
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from attack import *  # noqa: E402,F403
from attack import A, HOME, Web, ask, city, cpu_ns, everybody, expect, quoted, same, true  # noqa: E402
from channels import Channels, contact, wait_until  # noqa: E402
from hook import Hook  # noqa: E402

TITLE = "<script>alert(1)</script>\"'><img src=x> {{7*7}} {title} %n"
CONTROLS = "\x1b[2J\x1b]0;x\x07\x9b31m \u202egnp.exe"


def warning(d, **more):
    """A published one that is public; its number."""
    said = dict(title="边界网关漏洞", hazard="可远程执行代码", level=4, measures="升级", category="vulnerability", marking="public",
                starts_at="2026-03-02T08:00:00Z", scope="使用该网关的用户", matters="异常登录应核查", title_en="Weakness of a gateway")
    said |= more
    number = d.done("dut01", "warning", "create", title=said["title"], hazard=said["hazard"]).number
    d.done("dir01", "warning", "review", number)
    d.done("dut01", "warning", "edit", number, **said)
    d.done("dut01", "warning_target", "create", warning=number, unit=d.unit["edu"])
    if said["marking"] == "public":
        d.done("dir01", "warning", "record_authorisation", number, authorised_by=d.unit["edu"], authorisation="鲁网[2026]8号")
    d.done("dir01", "warning", "approve", number)
    d.done("dir01", "warning", "publish", number)
    return number


@contextlib.contextmanager
def house(**more):
    with city(args=["--http", "127.0.0.1:0", *more.pop("args", ())], **more) as d:
        everybody(d)
        d.web = Web(d)
        yield d


def cap_file(d, number):
    edition = d.show(d.linked(number, "edition")[0].ref)["fields"]
    return f"/cap/{edition['cap_id']}.xml"


def policy(reply):
    return {part.split()[0]: part.split()[1:] for part in reply.headers["content-security-policy"].split(";")}


# ---- 26, 28: nothing that is handed out is run, whatever it holds ---------------------------------------

def a26_a_hostile_title_is_text_in_every_file_that_is_handed_out():
    with house() as d:
        number = warning(d, title=TITLE, title_en=TITLE)
        for path in (f"/public/{number}-1.html", f"/public/{number}-1.en.html", "/public/index.html", "/public/index.en.html",
                     "/cap/feed.atom", cap_file(d, number)):
            body = expect(ask(d.web, "GET", path), 200, path).body.decode()
            true("alert(1)" in body and "{{7*7}} {title} %n" in body, f"{path}: the title is not there as it is")
            true("<script" not in body and "<img" not in body, f"{path}: a tag of the title is one of the page")
        who = d.web.who("dir01")
        for ending in ("html", "md"):
            body = expect(ask(d.web, "GET", f"{A}/document/{number}/warning.{ending}", None, who), 200, ending).body.decode()
            body = body.replace("\\<", "")
            true("<script" not in body and "<img" not in body, f"a tag in the {ending}")


def a28_each_file_says_what_it_is_and_may_do_nothing():
    with house() as d:
        number = warning(d)
        who = d.web.who("dir01")
        for path, type_, sandbox in ((f"/public/{number}-1.html", "text/html; charset=utf-8", False), ("/public/style.css", "text/css; charset=utf-8", False),
                                     ("/cap/feed.atom", "application/atom+xml; charset=utf-8", True), (cap_file(d, number), "application/cap+xml", True),
                                     ("/ack/1-2-3-" + "f" * 64, "text/html; charset=utf-8", False),
                                     (f"{A}/document/{number}/warning.html", "text/html; charset=utf-8", True),
                                     (f"{A}/document/{number}/warning.pdf", "application/pdf", True),
                                     (f"{A}/document/{number}/warning.md", "text/markdown; charset=utf-8", True),
                                     (f"{A}/document/{number}/warning.docx",
                                      "application/vnd.openxmlformats-officedocument.wordprocessingml.document", True)):
            reply = ask(d.web, "GET", path, None, who if path.startswith(A) else None)
            expect(reply, {200, 404} if path.startswith("/ack") else 200, path)
            same(reply.headers["content-type"], type_, path)
            same(reply.headers["x-content-type-options"], "nosniff", path)
            same(policy(reply)["default-src"], ["'none'"], path)
            true("script-src" not in policy(reply), path)
            same("sandbox" in policy(reply), sandbox, path)
            same(policy(reply).get("sandbox", []), [], path)
            true("set-cookie" not in reply.headers and not [h for h in reply.headers if h.startswith("access-control-")], path)
            kept = reply.headers.get("content-disposition", "")
            same(kept.split(";")[0], {"docx": "attachment", "md": "attachment", "pdf": "inline"}.get(path.rpartition(".")[2], kept.split(";")[0]), path)
            true(not path.startswith(A) or "no-store" in reply.headers["cache-control"] or "private" in reply.headers["cache-control"], path)


# ---- 30, 32, 41: names and filters ------------------------------------------------------------------------

NAMES = ("__proto__", "constructor", "toString", "index.html%00.png", "..%2f..%2ffengsui.db", "..%5c..%5cfengsui.db", ".", "%2e%2e", "keys",
         "'%20OR%20'1'='1", "x'%3B%20DROP%20TABLE%20objects%3B--", "%25", "_", "*", "%F0%9F%98%80", "%C0%AE", "a" * 3000)


def a30_a44_names_lead_to_nothing_else():
    with house() as d:
        number = warning(d)
        who = d.web.who("dir01")
        for name in NAMES:
            for path in (f"/public/{name}", f"/cap/{name}", f"/cap/{name}.xml", f"/ack/{name}"):
                expect(ask(d.web, "GET", path), {400, 404, 414}, path)
            for path in (f"{A}/document/{number}/{name}.html", f"{A}/document/{name}/warning.html", f"{A}/document/{number}/warning.{name}"):
                expect(ask(d.web, "GET", path, None, who), {400, 404, 414, 422}, path)
        for body in ({"__proto__": {"admin": True}, "reason": "x"}, {"constructor": {"prototype": {}}, "reason": "x"}, {"reason": {"__proto__": 1}}):
            expect(ask(d.web, "POST", f"{A}/channels/mail/hold", body, who), {400, 403, 404, 422}, str(body))


def a32_filters_of_messages_are_words_and_no_sql():
    with house() as d:
        warning(d)
        who = d.web.who("dir01")
        everything = len(expect(ask(d.web, "GET", f"{A}/messages?limit=500", None, who), 200).json["messages"])
        true(everything, "there are messages")
        for word in ("' OR '1'='1", "1 OR 1=1", "x' UNION SELECT 1,2,3 --", "%", "_", "waiting' --", "\"", "9" * 40, "-1", "1e9"):
            for name in ("state", "channel", "ref", "kind", "after", "before", "message", "limit", "order"):
                reply = expect(ask(d.web, "GET", f"{A}/messages?{name}={quoted(word)}", None, who), {200, 400, 404, 422}, f"{name}={word}")
                true(reply.status != 200 or name in ("before", "limit", "kind") or reply.json["messages"] == [], f"{name}={word}: {reply}")
            expect(ask(d.web, "GET", f"{A}/messages/{quoted(word)}", None, who), {400, 404, 422}, word)
        same(len(ask(d.web, "GET", f"{A}/messages?limit=500", None, who).json["messages"]), everything)


def a41_nothing_of_an_address_becomes_a_redirect():
    with house() as d:
        for path in ("//evil.example/", "/\\evil.example/", "/%5cevil.example", "//evil.example/public/index.html", "/public//evil.example",
                     "/ack//evil.example", "/ack/%2f%2fevil.example", "/cap/%0d%0aLocation:%20https:%2f%2fevil.example", "/public/..;/evil.example",
                     "/public/?next=https://evil.example", "/ack/x?next=//evil.example"):
            connection = http.client.HTTPConnection(d.web.host, d.web.port, timeout=60)
            with contextlib.closing(connection):
                connection.putrequest("GET", path, skip_host=True)
                connection.putheader("Host", "evil.example")
                connection.endheaders()
                reply = connection.getresponse()
                body = reply.read()
                true(reply.status < 300 or reply.status >= 400, f"{path}: {reply.status}")
                same(reply.getheader("Location"), None, path)
                true(b"evil.example" not in body or reply.getheader("Content-Type", "").startswith("application/"), f"{path}: {body[:300]}")


# ---- 33: a terminal ------------------------------------------------------------------------------------------

def a33_what_strangers_wrote_does_nothing_to_a_terminal():
    with Hook() as hook, Channels() as file:
        file.write(webhook={"kind": "webhook", "secret_file": file.secret("s", "x"), "plain_http": "yes", "networks": ["127.0.0.1/32"]})
        with house(args=["--channels", file.path]) as d:
            contact(d, "edu", "webhook", hook.url)  # its answer holds escapes as well
            number = warning(d, title="预警" + CONTROLS, marking="members")
            wait_until(lambda: hook.seen)
            message = str(expect(ask(d.web, "GET", f"{A}/messages?limit=1", None, d.web.who("dir01")), 200).json["messages"][0]["id"])
            for args in (("message", "list"), ("message", "show", message), ("channel", "list"), ("channel", "calls", number), ("document", "list", number),
                         ("warning", "show", number), ("warning", "list")):
                for lang in ("en", "zh"):
                    said = d.cli(*args, "--as", "dir01", lang=lang) if args[0] != "channel" or args[1] != "list" else d.cli(*args, lang=lang)
                    for bad in ("\x1b", "\x07", "\x9b", "\u202e"):
                        true(bad not in said, f"{args}: {bad!r} in {said!r}")


# ---- 61, 62: work that anybody can ask for -----------------------------------------------------------------------

def a61_the_feed_and_the_page_are_made_once_for_all_who_ask():
    with house() as d:
        numbers = [warning(d) for _ in range(12)]
        who = d.web.who("dir01")

        def cost(path, headers=None, times=150):
            expect(ask(d.web, "GET", path, None, headers), 200, path)
            before = cpu_ns(d)
            for _ in range(times):
                ask(d.web, "GET", path, None, headers)
            return cpu_ns(d) - before
        made_anew, kept, page, health = cost("/cap/feed.atom", who), cost("/cap/feed.atom"), cost("/public/index.html"), cost("/health")
        true(kept - health < (made_anew - health) / 4, f"feed: {kept}, made anew {made_anew}, health {health}")
        true(page - health < (made_anew - health) / 4, f"page: {page}, made anew {made_anew}, health {health}")
        # Kept, and never out of date.
        same(ask(d.web, "GET", "/cap/feed.atom").body.count(b"<entry"), 12)
        d.done("dir01", "warning", "lift", numbers[0], reason="风险已消除")
        feed = ask(d.web, "GET", "/cap/feed.atom").body.decode()
        same(feed.count("解除预警"), 1)
        d.pass_time("6 d")
        warning(d)
        same(ask(d.web, "GET", "/cap/feed.atom").body.count(b"<entry"), 13)
        d.pass_time("2 d")
        same(ask(d.web, "GET", "/cap/feed.atom").body.count(b"<entry"), 1, "what has expired goes by itself")


def a62_documents_keep_nobody_from_signing_in():
    """Of many who ask at once some are told to come again; a session is opened in the meantime."""
    with house() as d:
        number = warning(d, hazard="可远程执行代码。" * 2500)
        who = d.web.who("dir01")
        answers, lock = [], threading.Lock()

        def one():
            reply = ask(d.web, "GET", f"{A}/document/{number}/warning.pdf", None, who)
            with lock:
                answers.append(reply)
        crowd = [threading.Thread(target=one) for _ in range(60)]
        for thread in crowd:
            thread.start()
        for thread in crowd:
            thread.join()
        told = {reply.status for reply in answers}
        same(told, {200, 503}, "written or told to come again")
        good = [reply for reply in answers if reply.status == 200]
        true(len(good) >= 9, f"{len(good)} were written")
        true(all(reply.body.startswith(b"%PDF-") for reply in good), "they are whole")
        busy = next(reply for reply in answers if reply.status == 503)
        true("documents wait" in busy.body.decode() or "等待生成" in busy.body.decode(), str(busy))
        expect(ask(d.web, "GET", f"{A}/document/{number}/warning.pdf", None, who), 200, "afterwards all is well")


def main():
    results = Results("outside")  # noqa: F405
    for name, case in sorted(globals().items()):
        if name[0] == "a" and name[1:3].isdigit():
            results.case(name, case)
    results.end()


main()
