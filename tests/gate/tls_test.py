"""tls -- syslog by TLS: a source is the name that the roster gives to the client's key, and nobody else's."""
import hashlib
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from fengsui import ROOT, Daemon, Results, Unexpected  # noqa: E402
from syslog_test import add_up, free_port, source, wait_for  # noqa: E402

PORT, TCP, UDP = free_port(socket.SOCK_STREAM), free_port(socket.SOCK_STREAM), free_port(socket.SOCK_DGRAM)


class Papers:
    """Two authorities, a site, and clients with a certificate of either."""

    def __init__(self, folder):
        self.folder = folder
        for authority in ("ca", "other"):
            # Python 3.13 goes by RFC 5280 to the letter: an authority says that its key signs certificates.
            self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj",
                         f"/CN={authority}", "-addext", "keyUsage=critical,keyCertSign,cRLSign",
                         "-keyout", self.at(authority + ".key"), "-out", self.at(authority + ".pem"))
        with open(self.at("site.ext"), "w", encoding="ascii") as f:
            f.write("subjectAltName=IP:127.0.0.1\n")
        for name, authority in (("site", "ca"), ("edu", "ca"), ("tax", "ca"), ("stranger", "other")):
            self.sign(name, authority)

    def at(self, name):
        return os.path.join(self.folder, name)

    def openssl(self, *args, input_=None):
        done = subprocess.run(["openssl", *args], capture_output=True, input=input_, check=False)
        if done.returncode:
            raise Unexpected(f"openssl {args[0]}: {done.stderr.decode()}")
        return done.stdout

    def sign(self, name, authority):
        self.openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
                     "-keyout", self.at(name + ".key"), "-out", self.at(name + ".csr"))
        extra = ["-extfile", self.at("site.ext")] if name == "site" else []
        self.openssl("x509", "-req", "-in", self.at(name + ".csr"), "-CA", self.at(authority + ".pem"), "-CAkey",
                     self.at(authority + ".key"), "-CAcreateserial", "-days", "30", "-out", self.at(name + ".pem"), *extra)

    def key(self, name):
        """SHA-256 of the public key, as the roster has it."""
        public = self.openssl("x509", "-in", self.at(name + ".pem"), "-pubkey", "-noout")
        return hashlib.sha256(self.openssl("pkey", "-pubin", "-outform", "der", input_=public)).hexdigest()

    def connect(self, name=None):
        context = ssl.create_default_context(cafile=self.at("ca.pem"))
        if name:
            context.load_cert_chain(self.at(name + ".pem"), self.at(name + ".key"))
        plain = socket.create_connection(("127.0.0.1", PORT), timeout=10)
        return Client(context.wrap_socket(plain, server_hostname="127.0.0.1"))


class Client:
    """Says good-bye when it goes: one that just closes throws away what is still on its way."""

    def __init__(self, wrapped):
        self.sendall, self.recv, self.wrapped = wrapped.sendall, wrapped.recv, wrapped

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.wrapped.unwrap()
        except OSError:
            pass
        self.wrapped.close()


def counted(*lines):
    return b"".join(b"%d %s" % (len(line), line) for line in lines)


def guesses(address, count=30):
    return [f"<38>Mar  2 08:00:{n:02} web01 sshd[7]: Failed password for root from {address} port {4000 + n} ssh2".encode()
            for n in range(count)]


def is_cut_off(s):
    try:
        return s.recv(1) == b""
    except OSError:
        return True


def roster(d, text):
    with open(os.path.join(d.folder, "sources"), "w", encoding="utf-8") as f:
        f.write(text)


def reload(d, text):
    roster(d, text)
    d.process.send_signal(signal.SIGHUP)


def enrolled(d, papers):
    with papers.connect("edu") as s:
        s.sendall(counted(*guesses("203.0.113.21")))
        s.sendall(b"<13>by a line end\n" + b"<13>and " * 3 + b"\n")
    row = wait_for(lambda: (r := source(d, "edu-fw01")) and r["received"] >= 32 and r)
    add_up(row)
    assert row["stored"] == 32, row
    wait_for(lambda: [a for a in d.list("alert") if "203.0.113.21" in str(d.show(a)["fields"].get("group"))])


def not_enrolled(d, papers):
    """Of the right authority, but nobody's name: counted under its key, not taken, cut off."""
    name, before = "tls:" + papers.key("tax")[:16], source(d, "edu-fw01")
    with papers.connect("tax") as s:
        try:
            s.sendall(counted(*guesses("203.0.113.22")))
        except OSError:
            pass
        assert is_cut_off(s)
    row = wait_for(lambda: source(d, name))
    add_up(row)
    assert row["stored"] == 0 and row["refused"] == 1 and row["limited"] == row["received"], row
    assert source(d, "edu-fw01") == before
    assert not [a for a in d.list("alert") if "203.0.113.22" in str(d.show(a)["fields"].get("group"))]


def of_another_authority(d, papers):
    names = {row["name"] for row in d.status()["sources"]}
    before = d.status()["intake"]["turned_away"]
    for name in ("stranger", None):
        try:
            with papers.connect(name) as s:
                s.sendall(counted(b"<13>hello"))
                assert is_cut_off(s), name
        except OSError:
            pass
    wait_for(lambda: d.status()["intake"]["turned_away"] == before + 2)
    assert {row["name"] for row in d.status()["sources"]} == names


def an_address_is_no_name(d, _papers):
    """Whoever says it is edu-fw01, by UDP or TCP, is an address."""
    before = source(d, "edu-fw01")["received"]
    said = b"<38>Mar  2 08:00:00 edu-fw01 sshd[7]: Failed password for root from 203.0.113.23 port 1 ssh2"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.sendto(said, ("127.0.0.1", UDP))
    with socket.create_connection(("127.0.0.1", TCP)) as s:
        s.sendall(said + b"\n")
    wait_for(lambda: source(d, "udp:127.0.0.1") and source(d, "tcp:127.0.0.1"))
    assert source(d, "edu-fw01")["received"] == before


def keys_change(d, papers):
    """SIGHUP: who has lost the name is cut off, who has got one is let in; a broken file changes nothing."""
    with papers.connect("edu") as s:
        s.sendall(counted(b"<13>still here"))
        wait_for(lambda: source(d, "edu-fw01")["received"] >= 33)
        reload(d, "edu-fw01 key=nonsense\n")
        wait_for(lambda: "stay as they were" in d.said())
        s.sendall(counted(b"<13>and still"))
        wait_for(lambda: source(d, "edu-fw01")["received"] >= 34)
        reload(d, f"tax-fw01 key={papers.key('tax')}\n")
        assert is_cut_off(s)
    with papers.connect("tax") as s:
        s.sendall(counted(b"<13>now I am somebody"))
    row = wait_for(lambda: source(d, "tax-fw01"))
    assert row["stored"] == 1, row
    reload(d, f"edu-fw01 key={papers.key('edu')}\n")


def hostile(d, papers):
    """Framing that is lost inside TLS ends the connection; rubbish instead of TLS is no connection at all."""
    before = source(d, "edu-fw01")
    with papers.connect("edu") as s:
        s.sendall(counted(b"<13>good") + b"-7 <13>bad")
        assert is_cut_off(s)
    row = wait_for(lambda: (r := source(d, "edu-fw01")) and r["received"] == before["received"] + 2 and r)
    assert row["malformed"] == before["malformed"] + 1, row
    with socket.create_connection(("127.0.0.1", PORT), timeout=10) as s:
        s.sendall(b"<13>in clear\n" * 100)
        while not is_cut_off(s):
            pass
    with papers.connect("edu") as s:
        s.sendall(counted(b"<13>" + b"x" * 60000))  # several records
        s.sendall(b"30 <13>cut off")
    row = wait_for(lambda: (r := source(d, "edu-fw01")) and r["received"] == before["received"] + 4 and r)
    assert row["malformed"] == before["malformed"] + 2, row


def much(d, papers):
    """100,000 lines as fast as they go: a stream loses nothing, whatever the lanes hold."""
    before = source(d, "edu-fw01")["stored"]
    piece = counted(*(b"<13>Mar  2 08:00:00 web01 app: line %d %s" % (n, b"x" * 200) for n in range(1000)))
    with papers.connect("edu") as s:
        for _ in range(100):
            s.sendall(piece)
    wait_for(lambda: source(d, "edu-fw01")["stored"] == before + 100000, 30)


def options_are_checked(papers):
    site = {"--syslog-cert": papers.at("site.pem"), "--syslog-key": papers.at("site.key"), "--syslog-clients": papers.at("ca.pem")}
    for name, value, says in (("--syslog-clients", None, "--syslog-clients"), ("--syslog-key", papers.at("edu.key"), "edu.key"),
                              ("--syslog-cert", papers.at("none.pem"), "none.pem")):
        chosen = {k: v for k, v in {**site, name: value}.items() if v}
        try:
            with Daemon(args=["--syslog-tls", f"127.0.0.1:{PORT}", *(a for pair in chosen.items() for a in pair)], verify=False):
                pass
        except Unexpected as error:
            assert says in str(error), error
        else:
            raise Unexpected(f"{name} {value} was taken")


def main():
    results = Results("tls")
    folder = tempfile.mkdtemp(prefix="fengsui-tls-")
    try:
        papers = Papers(folder)
        with Daemon(rules=os.path.join(ROOT, "rules"),
                    args=["--syslog-tls", f"127.0.0.1:{PORT}", "--syslog-cert", papers.at("site.pem"), "--syslog-key", papers.at("site.key"),
                          "--syslog-clients", papers.at("ca.pem"), "--syslog-tcp", f"127.0.0.1:{TCP}", "--syslog-udp",
                          f"127.0.0.1:{UDP}"]) as d:
            roster(d, f"# units\nedu-fw01 key={papers.key('edu')}\n")
            d.restart()
            for case in (enrolled, not_enrolled, of_another_authority, an_address_is_no_name, keys_change, hostile, much):
                results.case(case.__name__, case, d, papers)
        results.case("options_are_checked", options_are_checked, papers)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    results.end()


if __name__ == "__main__":
    main()
