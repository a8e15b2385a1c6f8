#!/usr/bin/env python3
"""pages -- the command centre's files: from memory, with headers that let nothing foreign run, and no way past the folder."""
import contextlib
import gzip
import hashlib
import http.client
import os
import shutil
import socket
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lib"))
from fengsui import Daemon, Results, Unexpected, binary  # noqa: E402
from web import address  # noqa: E402

INDEX = b"<!doctype html><title>index</title>" + b"<p>\xe7\x83\xbd\xe7\x87\xa7</p>" * 50
SCRIPT = b"export const a = 1;\n" * 200
FILES = {
    "index.html": INDEX, "assets/app-1f0c.js": SCRIPT, "assets/app-1f0c.css": b"p{color:red}\n" * 50,
    "assets/font-77.woff2": bytes(range(256)) * 4, "assets/deep/er/a.svg": b"<svg/>" * 99, "favicon.ico": b"\0\1" * 40,
    "logo.png": b"\x89PNG" * 30, "robots.txt": b"User-agent: *\n" * 20, "manifest.webmanifest": b"{" + b" " * 200 + b"}",
    "words/zh.json": b"[" + b" " * 300 + b"]", "tiny.txt": b"x", "empty.txt": b"", "unknown.bin": b"q" * 400,
    "assets/app.js.map": b"{}" * 90, "字.txt": b"name" * 90, "noending": b"n", "UPPER.HTML": b"<p>" * 90,
}
TYPES = {
    "index.html": "text/html; charset=utf-8", "assets/app-1f0c.js": "text/javascript; charset=utf-8",
    "assets/app-1f0c.css": "text/css; charset=utf-8", "assets/font-77.woff2": "font/woff2",
    "assets/deep/er/a.svg": "image/svg+xml", "favicon.ico": "image/x-icon", "logo.png": "image/png",
    "robots.txt": "text/plain; charset=utf-8", "manifest.webmanifest": "application/manifest+json",
    "words/zh.json": "application/json",
}
PACKED = {name for name in FILES if name in TYPES and not name.endswith(("woff2", "ico", "png"))} | {"字.txt"}
HEADERS = {
    "content-security-policy":
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
        "connect-src 'self'; frame-src 'self'; manifest-src 'self'; worker-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
        "form-action 'self'; require-trusted-types-for 'script'; trusted-types svelte-trusted-html fengsui-worker",
    "x-content-type-options": "nosniff", "referrer-policy": "no-referrer", "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin", "permissions-policy": "camera=(), microphone=(), geolocation=()",
}
LONG = "public, max-age=31536000, immutable"


def same(one, other, what=""):
    if one != other:
        raise Unexpected(f"{what}: {one!r} is not {other!r}")


@contextlib.contextmanager
def folder(files):
    where = tempfile.mkdtemp(prefix="fengsui-web-")
    try:
        for name, content in files.items():
            path = os.path.join(where, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as f:
                f.write(content)
        yield where
    finally:
        shutil.rmtree(where)


class Page:
    """An answer as it came."""

    def __init__(self, response):
        self.status, self.body = response.status, response.read()
        self.headers = {name.lower(): value for name, value in response.getheaders()}


class Site:
    def __init__(self, d):
        self.host, self.port = address(d)

    def ask(self, path, method="GET", **headers):
        connection = http.client.HTTPConnection(self.host, self.port, timeout=30)
        try:
            connection.request(method, path, headers={k.replace("_", "-"): v for k, v in headers.items()})
            return Page(connection.getresponse())
        finally:
            connection.close()

    def raw(self, target):
        """A target that a client library would tidy up; the status and what follows."""
        with socket.create_connection((self.host, self.port), 30) as one:
            one.sendall(b"GET " + target + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            said = b""
            while piece := one.recv(65536):
                said += piece
        return int(said.split(b" ", 2)[1]), said


def path_of(name):
    return "/" + "".join(c if c.isascii() else "".join(f"%{b:02X}" for b in c.encode()) for c in name)


# ---- what is sent --------------------------------------------------------------------------------


def each_file(site, name):
    content, plain = FILES[name], site.ask(path_of(name))
    same((plain.status, plain.body), (200, content))
    same(plain.headers["content-type"], TYPES.get(name, "text/plain; charset=utf-8" if name.endswith(".txt") else "application/octet-stream"))
    same(plain.headers["etag"], f'"{hashlib.sha256(content).hexdigest()}"')
    same(plain.headers["cache-control"], LONG if name.startswith("assets/") else "no-cache")
    same({k: plain.headers.get(k) for k in HEADERS}, HEADERS)
    same("vary" in plain.headers, name in PACKED, "Vary")
    packed = site.ask(path_of(name), Accept_Encoding="br, gzip")
    same(packed.headers.get("content-encoding"), "gzip" if name in PACKED else None)
    same(gzip.decompress(packed.body) if name in PACKED else packed.body, content)
    same(packed.headers["etag"], f'"{hashlib.sha256(packed.body).hexdigest()}"', "each form has its own tag")
    same(packed.headers.get("vary"), "Accept-Encoding" if name in PACKED else None)
    same({k: packed.headers.get(k) for k in HEADERS}, HEADERS)


def gzip_is_sent_to_who_takes_it(site):
    for said, packed in (("gzip", True), ("GZIP", True), ("*", True), ("deflate,gzip;q=0.1", True), ("gzip;q=0", False),
                         ("gzip; q=0.000", False), ("*, gzip;q=0", False), ("*;q=0", False), ("identity", False), ("xgzip", False),
                         ("gzipx", False), ("", False), (",,", False), ("br;q=1.0, *;q=0.5", True), ("gzip;q=0.001", True)):
        reply = site.ask("/index.html", Accept_Encoding=said)
        same("content-encoding" in reply.headers, packed, said)
        same(gzip.decompress(reply.body) if packed else reply.body, INDEX)


def what_is_known_is_not_sent_again(site):
    plain, packed = site.ask("/").headers["etag"], site.ask("/", Accept_Encoding="gzip").headers["etag"]
    if plain == packed:
        raise Unexpected("one tag for two forms")
    for tag, coding, status in ((plain, "identity", 304), (packed, "gzip", 304), (packed, "identity", 200), (plain, "gzip", 200),
                                ("*", "gzip", 304), (f'"x", W/{plain}', "identity", 304), ('"x"', "identity", 200), ("", "identity", 200)):
        reply = site.ask("/", If_None_Match=tag, Accept_Encoding=coding)
        same(reply.status, status, f"{tag} {coding}")
        if status == 304:
            same((reply.body, reply.headers["etag"], reply.headers["vary"], reply.headers["cache-control"]),
                 (b"", plain if coding == "identity" else packed, "Accept-Encoding", "no-cache"))


def head_says_the_same_without_the_bytes(site):
    for path in ("/", "/assets/app-1f0c.js", "/case/INC-2026-0001"):
        for coding in ("identity", "gzip"):
            get, head = (site.ask(path, method, Accept_Encoding=coding) for method in ("GET", "HEAD"))
            bare = lambda reply: {k: v for k, v in reply.headers.items() if k != "date"}  # noqa: E731
            same((head.status, bare(head), head.body), (200, bare(get), b""), path)


# ---- which address is which ----------------------------------------------------------------------


def addresses_of_the_command_centre_are_its_page(site):
    for path in ("/", "/case/INC-2026-0001", "/case", "/%E6%A1%88%E4%BB%B6", "/health/x", "/metrics/x", "/apix", "/API/v1/session",
                 "/assets", "/words", "/Index.html", "/?a=b", "/case/INC-2026-0001?tab=1", "/index.html/x"):
        reply = site.ask(path)
        same((reply.status, reply.body, reply.headers["content-type"], reply.headers["cache-control"]),
             (200, INDEX, "text/html; charset=utf-8", "no-cache"), path)


def addresses_of_the_interface_are_not(site):
    for path, status in (("/api", 404), ("/api/v1", 404), ("/api/v2/session", 404), ("/api/index.html", 404), ("/api/v1/session", 401),
                         ("/api/v1/nothing/at/all/here/now", 404), ("/health", 200), ("/metrics", 200), ("/assets/none.js", 404),
                         ("/assets/deep", 404), ("/assets/index.html", 404)):
        reply = site.ask(path)
        same(reply.status, status, path)
        same(reply.headers["cache-control"], "no-store", path)


def pages_are_read_only(site):
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        for path in ("/", "/index.html", "/case/INC-2026-0001", "/assets/app-1f0c.js"):
            reply = site.ask(path, method)
            same((reply.status, reply.headers.get("allow")), (405, "GET, HEAD"), f"{method} {path}")


def nothing_but_the_table_is_reached(site, where):
    secret = os.path.join(os.path.dirname(where), os.path.basename(where) + ".secret")
    with open(secret, "w", encoding="utf-8") as f:
        f.write("behind the folder")
    try:
        name = os.path.basename(secret).encode()
        for target in (b"/../" + name, b"/assets/../../" + name, b"/%2e%2e/" + name, b"/..%2f" + name, b"/assets/..%5c..%5c" + name,
                       b"//" + secret.encode(), secret.encode(), b"/assets/" + secret.encode()[1:], b"/assets/%2e%2e/%2e%2e/" + name,
                       b"/index.html%00.js", b"/./index.html", b"/.hidden", b"/.hidden/a.js", b"/file:///etc/passwd", b"/etc/passwd"):
            status, said = site.raw(target)
            if status not in (200, 400, 404) or b"behind the folder" in said or b"root:" in said or b"hidden!" in said:
                raise Unexpected(f"{target}: {said[:200]}")
            if status == 200 and INDEX not in said:
                raise Unexpected(f"{target}: something else than the page: {said[:200]}")
    finally:
        os.remove(secret)


def it_is_read_at_the_start(site, where):
    with open(os.path.join(where, "index.html"), "wb") as f:
        f.write(b"changed behind its back")
    os.remove(os.path.join(where, "logo.png"))
    try:
        same(site.ask("/").body, INDEX)
        same(site.ask("/logo.png").body, FILES["logo.png"])
    finally:
        for name in ("index.html", "logo.png"):
            with open(os.path.join(where, name), "wb") as f:
                f.write(FILES[name])


# ---- what is no web folder -----------------------------------------------------------------------


def refused_at_the_start(where, *words):
    data = tempfile.mkdtemp(prefix="fengsui-")
    try:
        done = subprocess.run([binary(), "serve", "--demo", "--data", data, "--http", "127.0.0.1:0", "--web", where], capture_output=True,
                              text=True, timeout=60)
    finally:
        shutil.rmtree(data)
    for word in ("--web", *words):
        if done.returncode == 0 or word not in done.stderr:
            raise Unexpected(f"{done.returncode}, without {word!r}: {done.stderr}")


def a_folder_of(files, *words):
    with folder(files) as where:
        refused_at_the_start(where, *words)


def a_folder_that_is_not_there():
    refused_at_the_start("/nonexistent/web", "/nonexistent/web", "No such file")


def a_link_is_not_followed():
    with folder({"index.html": INDEX}) as where:
        os.symlink("/etc/passwd", os.path.join(where, "passwd.txt"))
        refused_at_the_start(where, "passwd.txt", "links are not followed", "不跟随链接")


def as_much_as_may_be():
    """The limits themselves are taken: 500 files, 4 MiB, and 16 MiB in all."""
    files = {f"{i}.txt": b"x" for i in range(495)} | {f"big{i}.bin": bytes(4 << 20) for i in range(3)}
    files |= {"index.html": INDEX, "last.bin": bytes((4 << 20) - 495 - len(INDEX))}
    with folder(files) as where, Daemon(args=["--http", "127.0.0.1:0", "--web", where]) as d:
        same(len(Site(d).ask("/big0.bin").body), 4 << 20)


def without_it_the_front_page_stays():
    """A program that lies nowhere near a web folder."""
    away = tempfile.mkdtemp(prefix="fengsui-")
    try:
        program = shutil.copy(binary(), os.path.join(away, "fengsui"))
        pack = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "packs", "jinan-2007")
        with Daemon(args=["--http", "127.0.0.1:0"], program=program, pack=pack) as d:
            site = Site(d)
            same(b"openapi.json" in site.ask("/").body, True)
            same(site.ask("/case/INC-2026-0001").status, 404)
            same(site.ask("/", "POST").status, 405)
    finally:
        shutil.rmtree(away)


def beside_the_program(place):
    """As in a build tree, and as installed."""
    away = tempfile.mkdtemp(prefix="fengsui-")
    try:
        os.makedirs(os.path.join(away, "bin"))
        program = shutil.copy(binary(), os.path.join(away, "bin", "fengsui"))
        with folder(FILES) as where:
            shutil.copytree(where, os.path.join(away, place))
        pack = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "packs", "jinan-2007")
        with Daemon(args=["--http", "127.0.0.1:0"], program=program, pack=pack) as d:
            same(Site(d).ask("/case/1").body, INDEX)
    finally:
        shutil.rmtree(away)


def main():
    results = Results("pages")
    with folder({**FILES, ".hidden": b"hidden!", ".git/a.js": b"hidden!"}) as where, Daemon(args=["--http", "127.0.0.1:0", "--web", where]) as d:
        site = Site(d)
        for name in FILES:
            results.case(name, each_file, site, name)
        results.case("gzip", gzip_is_sent_to_who_takes_it, site)
        results.case("tags", what_is_known_is_not_sent_again, site)
        results.case("HEAD", head_says_the_same_without_the_bytes, site)
        results.case("addresses within it", addresses_of_the_command_centre_are_its_page, site)
        results.case("addresses of the interface", addresses_of_the_interface_are_not, site)
        results.case("read only", pages_are_read_only, site)
        results.case("nothing else is reached", nothing_but_the_table_is_reached, site, where)
        results.case("at the start", it_is_read_at_the_start, site, where)
    results.case("no index.html", a_folder_of, {"a.js": b"x"}, "index.html")
    results.case("501 files", a_folder_of, {f"{i}.txt": b"x" for i in range(501)}, ".txt", "500")
    results.case("a file over 4 MiB", a_folder_of, {"index.html": b"", "assets/b.js": bytes((4 << 20) + 1)}, "assets/b.js", "4194304")
    results.case("over 16 MiB", a_folder_of, {"index.html": b"", **{f"{i}.bin": bytes(3 << 20) for i in range(6)}}, ".bin", "16777216")
    results.case("too deep", a_folder_of, {"index.html": b"", "a/" * 9 + "x.js": b""}, "/a/a/a", "8")
    results.case("not there", a_folder_that_is_not_there)
    results.case("a link", a_link_is_not_followed)
    results.case("as much as may be", as_much_as_may_be)
    results.case("none", without_it_the_front_page_stays)
    for place in ("web/dist", "share/fengsui/web"):
        results.case(f"in {place}", beside_the_program, place)
    results.end()


main()
