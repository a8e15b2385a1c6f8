"""HTTPS with other people's clients: openssl s_client, curl where it is there, and Python's ssl."""
import os
import select
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from peer import Results, Server, Unexpected, read_answer, send, until_end  # noqa: E402

V1 = b" HTTP/1.1\r\nHost: localhost\r\n"


def expect(what, is_so):
    if not is_so:
        raise Unexpected(what)


def openssl(*words):
    done = subprocess.run(["openssl", *words], capture_output=True, text=True)
    if done.returncode:
        raise Unexpected(f"openssl {words[0]}: {done.stderr}")


class Papers:
    """A certificate for the server, an authority for clients, and two clients, one of them a stranger."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="fengsui-https-")
        for name, subject in (("site", "/CN=localhost"), ("authority", "/CN=authority"), ("stranger", "/CN=unit")):
            openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                    subject, "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", self[name + ".key"],
                    "-out", self[name + ".pem"])
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=unit", "-keyout",
                self["unit.key"], "-out", self["unit.csr"])
        openssl("x509", "-req", "-in", self["unit.csr"], "-CA", self["authority.pem"], "-CAkey", self["authority.key"],
                "-CAcreateserial", "-days", "2", "-out", self["unit.pem"])

    def __getitem__(self, name):
        return os.path.join(self.folder, name)

    def site(self):
        return ["--cert", self["site.pem"], "--key", self["site.key"]]


def wrapped(server, papers, who=None, most=None):
    context = ssl.create_default_context(cafile=papers["site.pem"])
    if who:
        context.load_cert_chain(papers[who + ".pem"], papers[who + ".key"])
    if most:
        context.maximum_version = most
    return context.wrap_socket(server.connect(), server_hostname="localhost")


def s_client(papers, *words, ask=b"GET /echo" + V1 + b"Connection: close\r\n\r\n"):
    with Server(*papers.site()) as server:
        done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", "-CAfile", papers["site.pem"],
                               "-verify_return_error", "-quiet", "-ign_eof", *words], input=ask, capture_output=True, timeout=20)
    return done.stdout


def old_version(papers):
    """A hello of TLS 1.1, made by hand: clients of today do not say it any more."""
    body = b"\x03\x02" + b"r" * 32 + b"\0" + b"\0\x04\xc0\x09\xc0\x0a" + b"\x01\0" + b"\0\0"
    hello = b"\x01" + len(body).to_bytes(3, "big") + body
    with Server(*papers.site()) as server, server.connect() as one:
        send(one, b"\x16\x03\x01" + len(hello).to_bytes(2, "big") + hello)
        said = until_end(one)
        expect(f"alert protocol_version: {said!r}", said[:1] == b"\x15" and said[-1] == 70)


def clear_text(papers):
    with Server(*papers.site()) as server, server.connect() as one:
        send(one, b"GET /echo" + V1 + b"\r\n")
        expect("no HTTP in clear", b"HTTP/1.1" not in until_end(one))


def silent(papers):
    with Server(*papers.site(), "head_ms=200") as server, server.connect() as one:
        expect("a handshake has its time", until_end(one) == b"")


def relay(front, back):
    """Pass on what comes from `front`, a byte at a time, and what comes back."""
    while readable := select.select([front, back], [], [])[0]:
        for one in readable:
            if not (data := one.recv(65536)):
                return
            send(back if one is front else front, data, 1)


def rubbish_without_end(papers):
    """Who was broken off with does not stay by going on to talk."""
    with Server(*papers.site(), "head_ms=60000") as server, server.connect() as one:
        begin = time.monotonic()
        try:
            while time.monotonic() - begin < 20:
                one.sendall(b"rubbish" * 10)
                time.sleep(0.02)
        except OSError:
            pass
        expect("closed", time.monotonic() - begin < 20)


def byte_by_byte(papers):
    """Through a relay that passes single bytes on, in both directions."""
    near, far = socket.socketpair()
    with Server(*papers.site()) as server, server.connect() as back, far:
        thread = threading.Thread(target=relay, args=(far, back))
        thread.start()
        context = ssl.create_default_context(cafile=papers["site.pem"])
        near.settimeout(10)
        with context.wrap_socket(near, server_hostname="localhost") as one:
            send(one, b"POST /echo" + V1 + b"Content-Length: 5\r\n\r\nhello")
            status, _, body = read_answer(one)
        thread.join()
        expect(f"echoed: {body!r}", status == 200 and body.endswith(b"hello"))


def large(papers):
    with Server(*papers.site()) as server, wrapped(server, papers) as one:
        send(one, b"GET /file?size=3000000" + V1 + b"\r\n")
        expect("every byte", read_answer(one)[2] == bytes(ord("a") + n % 26 for n in range(3000000)))
        send(one, b"POST /echo" + V1 + b"Content-Length: 900000\r\n\r\n" + b"y" * 900000)
        expect("every byte back", read_answer(one)[2].endswith(b"y" * 900000))


def ends_properly(papers):
    """close_notify: that an answer is whole can be told from one that was cut off."""
    with Server(*papers.site()) as server, wrapped(server, papers) as one:
        one.suppress_ragged_eofs = False
        send(one, b"GET /echo" + V1 + b"Connection: close\r\n\r\n")
        expect("an answer", until_end(one).startswith(b"HTTP/1.1 200"))


def clients(papers):
    want = subprocess.run(f"openssl pkey -in {papers['unit.key']} -pubout -outform DER | sha256sum", shell=True,
                          capture_output=True, text=True).stdout.split()[0]
    for most in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        with Server(*papers.site(), "--clients", papers["authority.pem"]) as server:
            with wrapped(server, papers, "unit", most) as one:
                send(one, b"GET /echo" + V1 + b"\r\n")
                expect("known by its key", want.encode() in read_answer(one)[2])
            for who in (None, "stranger"):
                try:
                    with wrapped(server, papers, who, most) as one:
                        send(one, b"GET /echo" + V1 + b"\r\n")
                        expect(f"{who} is not let in", not until_end(one))
                except (ssl.SSLError, ConnectionError):
                    pass
            expect("nothing of theirs was read", server.process.poll() is None)


def stream(papers):
    with Server(*papers.site(), "stream_bytes=100000") as server, wrapped(server, papers) as one:
        send(one, b"GET /stream?count=4&bytes=9" + V1 + b"\r\n")
        expect("all of it", read_answer(one)[2] == b"x" * 36)


def curl(papers):
    with Server(*papers.site()) as server:
        done = subprocess.run(["curl", "-sS", "-m", "10", "--cacert", papers["site.pem"], "-d", "hello",
                               f"https://localhost:{server.port}/echo", "--resolve", f"localhost:{server.port}:127.0.0.1"],
                              capture_output=True)
        expect(done.stderr.decode(), done.stdout.endswith(b"hello"))


def main():
    results = Results("https")
    papers = Papers()
    try:
        for version in ("-tls1_2", "-tls1_3"):
            results.case("s_client " + version, lambda: expect("200", b"HTTP/1.1 200" in s_client(papers, version)))
        results.case("s_client with ALPN", lambda: expect("200", b"200" in s_client(papers, "-alpn", "h2,http/1.1")))
        results.case("s_client with h2 alone", lambda: expect("none", b"200" not in s_client(papers, "-alpn", "h2")))
        results.case("s_client with CBC alone",
                     lambda: expect("none", b"200" not in s_client(papers, "-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA")))
        for case in (old_version, clear_text, silent, rubbish_without_end, byte_by_byte, large, ends_properly, clients, stream):
            results.case(case.__name__, case, papers)
        if shutil.which("curl"):
            results.case("curl", curl, papers)
    finally:
        shutil.rmtree(papers.folder, ignore_errors=True)
    results.end()


main()
