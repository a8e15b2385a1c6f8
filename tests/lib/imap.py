"""imap -- a Dovecot of Debian for tests: with a configuration of its own, run by the user that tests, on free ports.

    with Mailserver() as server:
        server.put(message_bytes)                 # into INBOX, by the server's own APPEND
        server.folder("Fengsui-taken")            # the messages in it, as bytes

Only the programs of the package are used; all that it writes is in a temporary folder.
"""
import contextlib
import imaplib
import os
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time

USER, PASSWORD = "reports", "Bericht-42"
PROGRAM = "/usr/sbin/dovecot"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


CONFIG = """{versions}
base_dir = {home}/run
state_dir = {home}/state
auth_mechanisms = plain login
auth_failure_delay = 0
log_path = {home}/log
protocols = imap
listen = 127.0.0.1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = {uid}
mail_uid = {uid}
mail_gid = {gid}
ssl = yes
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {plain}
  }}
  inet_listener imaps {{
    port = {tls}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""
# What Dovecot 2.4 (Debian 13) calls otherwise than 2.3 (Debian 12) does.
CONFIG_2_3 = """
mail_location = maildir:{home}/mail
ssl_cert = <{home}/cert.pem
ssl_key = <{home}/key.pem
ssl_dh =
disable_plaintext_auth = no
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={home}
}}
"""
CONFIG_2_4 = """
mail_driver = maildir
mail_path = {home}/mail
ssl_server_cert_file = {home}/cert.pem
ssl_server_key_file = {home}/key.pem
auth_allow_cleartext = yes
passdb static {{
  password = {password}
}}
userdb static {{
  fields {{
    uid = {uid}
    gid = {gid}
    home = {home}
  }}
}}
"""


def config():
    said = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=True).stdout
    if tuple(int(n) for n in said.split()[0].split(".")[:2]) < (2, 4):
        return CONFIG.replace("{versions}", "") + CONFIG_2_3
    # They have to stand first.
    return CONFIG.replace("{versions}", "dovecot_config_version = 2.4.0\ndovecot_storage_version = 2.4.0") + CONFIG_2_4


class Mailserver:
    def __init__(self):
        self.home = tempfile.mkdtemp(prefix="fs-imap-")
        self.plain, self.tls = free_port(), free_port()
        self.process = None
        # Dovecot refuses to serve mail as root; then it is the user nobody's.
        self.uid, self.gid = (65534, 65534) if os.getuid() == 0 else (os.getuid(), os.getgid())
        self.ca = os.path.join(self.home, "cert.pem")
        self.password_file = self.home + ".password"

    def __enter__(self):
        try:
            self.make()
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)
        with contextlib.suppress(OSError):
            os.unlink(self.password_file)

    def make(self):
        import grp
        import pwd
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                        "-keyout", f"{self.home}/key.pem", "-out", self.ca, "-subj", "/CN=localhost",
                        "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"], check=True, capture_output=True)
        with open(f"{self.home}/dovecot.conf", "w", encoding="utf-8") as f:
            f.write(config().format(home=self.home, user=pwd.getpwuid(self.uid).pw_name, uid=self.uid, gid=self.gid,
                                     group=grp.getgrgid(self.gid).gr_name, password=PASSWORD, plain=self.plain, tls=self.tls))
        self.write_password(PASSWORD)
        if os.getuid() == 0:
            for where, folders, files in os.walk(self.home):
                for name in [where] + [os.path.join(where, n) for n in folders + files]:
                    os.chown(name, self.uid, self.gid)

    def write_password(self, text):
        with open(os.open(self.password_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as f:
            f.write(text + "\n")

    def start(self):
        self.out = open(self.home + "/out", "ab")
        as_whom = {"user": self.uid, "group": self.gid, "extra_groups": []} if os.getuid() == 0 else {}
        self.process = subprocess.Popen([PROGRAM, "-F", "-c", f"{self.home}/dovecot.conf"], stdout=self.out, stderr=self.out,
                                        start_new_session=True, **as_whom)
        until = time.monotonic() + 20
        while True:
            try:
                with self.login():
                    return
            except (OSError, imaplib.IMAP4.error) as error:
                if self.process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(f"dovecot: {error}\n{self.said()}") from None
                time.sleep(0.02)

    def said(self):
        text = ""
        for name in ("out", "log"):
            with contextlib.suppress(OSError), open(os.path.join(self.home, name), encoding="utf-8", errors="replace") as f:
                text += f.read()
        return text

    def stop(self):
        if self.process:
            # All at once: a child that lingers would hold the ports open and answer nobody.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.out.close()
            self.process = None

    @contextlib.contextmanager
    def login(self):
        box = imaplib.IMAP4_SSL("127.0.0.1", self.tls, ssl_context=ssl.create_default_context(cafile=self.ca), timeout=40)
        try:
            box.login(USER, PASSWORD)
            yield box
        finally:
            with contextlib.suppress(OSError, imaplib.IMAP4.error):
                box.logout()

    def put(self, *messages, when=None):
        with self.login() as box:
            for message in messages:
                at = imaplib.Time2Internaldate(when) if when else None
                kind, said = box.append("INBOX", None, at, message)
                if kind != "OK":
                    raise RuntimeError(f"APPEND: {said}")

    def folder(self, name):
        with self.login() as box:
            if box.select(name, readonly=True)[0] != "OK":
                return []
            found = box.search(None, "ALL")[1][0].split()
            return [box.fetch(n, "(BODY.PEEK[])")[1][0][1] for n in found]

    def address(self, scheme="imaps", user=USER, host="localhost"):
        return f"{scheme}://{user}@{host}:{self.tls if scheme == 'imaps' else self.plain}/INBOX"
