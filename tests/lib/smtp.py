"""smtp -- an Exim of Debian for tests: unpacked, never installed, run by a user without rights on a free port.

    with Mailserver() as server:
        server.port, server.ca                    # STARTTLS is offered with a certificate of its own
        server.messages()                         # what came, as email.message.EmailMessage
        server.stop(); server.start()             # its spool and mailbox stay
        server.pause(); server.go_on()            # it hangs

The package lies unpacked in FENGSUI_SERVERS, else in a folder of this user's cache; nothing of it is set up in the
system. Exim insists on a user 'Debian-exim': libnss-wrapper gives it one, in its own process alone.
"""
import contextlib
import email
import email.policy
import glob
import os
import shutil
import signal
import smtplib
import socket
import subprocess
import tempfile
import time

PACKAGES = ["exim4-daemon-light", "libnss-wrapper"]
USER, PASSWORD = "fengsui", "Brief-4711"

CONFIG = """
primary_hostname = localhost
exim_path = {program}
spool_directory = {home}/spool
log_file_path = {home}/log/%slog
pid_file_path = {home}/exim.pid
exim_user = {user}
exim_group = {group}
never_users =
deliver_drop_privilege = true
keep_environment = LD_PRELOAD : NSS_WRAPPER_PASSWD : NSS_WRAPPER_GROUP
daemon_smtp_ports = {port}
local_interfaces = 127.0.0.1
qualify_domain = localhost
domainlist local_domains = *
acl_smtp_mail = {acl_mail}
acl_smtp_rcpt = {acl_rcpt}
acl_smtp_data = {acl_data}
smtp_accept_max = 100
smtp_accept_max_per_connection = 0
smtp_accept_queue_per_connection = 0
message_size_limit = 50M
host_lookup =
rfc1413_query_timeout = 0s
check_spool_space = 0
tls_advertise_hosts = {tls}
tls_certificate = {home}/cert.pem
tls_privatekey = {home}/key.pem
{more}
begin acl
need_user:
  accept authenticated = *
  deny message = sign in first
refuse_one:
  deny local_parts = nobody
       message = no such user here: <$local_part@$domain>
  accept
{acls}
begin routers
# It is taken here and comes back later: nobody lives there any more.
gone:
  driver = redirect
  domains = gone.example
  data = :fail: no such mailbox
  allow_fail
all:
  driver = accept
  transport = box
begin transports
box:
  driver = appendfile
  directory = {home}/mail
  maildir_format = true
  create_directory = true
  user = {user}
  group = {group}
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if and{{{{eq{{$auth2}}{{{auth_user}}}}}{{eq{{$auth3}}{{{auth_password}}}}}}}}}
  server_set_id = $auth2
begin retry
* * F,1h,10s
"""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def unpacked():
    """The folder with the packages' files; fetched once."""
    folder = os.environ.get("FENGSUI_SERVERS") or os.path.join(
        os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache"), "fengsui", "servers")
    done = os.path.join(folder, "exim4")
    if not os.path.exists(os.path.join(done, "usr/sbin/exim4")):
        os.makedirs(folder, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as where:
            subprocess.run(["apt-get", "download", "-q", *PACKAGES], cwd=where, check=True, capture_output=True)
            for name in glob.glob(os.path.join(where, "*.deb")):
                subprocess.run(["dpkg", "-x", name, os.path.join(where, "root")], check=True)
            os.chmod(os.path.join(where, "root/usr/sbin/exim4"), 0o755)  # it comes setuid
            with contextlib.suppress(OSError):
                os.rename(os.path.join(where, "root"), done)
    return done


class Mailserver:
    def __init__(self, tls="*", acl_mail="accept", acl_rcpt="accept", acl_data="accept", more="", acls="", runs="-q10s"):
        self.runs = [runs] if runs else []  # how often what was taken is delivered on; "": never
        self.how = {"tls": tls, "acl_mail": acl_mail, "acl_rcpt": acl_rcpt, "acl_data": acl_data, "more": more, "acls": acls}
        self.home = tempfile.mkdtemp(prefix="fs-smtp-")
        self.port = free_port()
        self.process = None
        self.uid, self.gid = (65534, 65534) if os.getuid() == 0 else (os.getuid(), os.getgid())
        self.ca = os.path.join(self.home, "cert.pem")

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

    def make(self):
        import grp
        import pwd
        root = unpacked()
        # Where a user without rights can read it: a home is often closed.
        self.program = os.path.join(self.home, "exim4")
        shutil.copy(os.path.join(root, "usr/sbin/exim4"), self.program)
        wrapper = glob.glob(os.path.join(root, "usr/lib/*/libnss_wrapper.so"))[0]
        shutil.copy(wrapper, os.path.join(self.home, "libnss_wrapper.so"))
        user, group = pwd.getpwuid(self.uid).pw_name, grp.getgrgid(self.gid).gr_name
        for name in ("spool", "log", "mail"):
            os.mkdir(os.path.join(self.home, name))
        self.write("passwd", f"root:x:0:0::/:/bin/sh\n{user}:x:{self.uid}:{self.gid}::/:/bin/sh\n"
                             f"Debian-exim:x:{self.uid}:{self.gid}::/:/bin/sh\nmail:x:8:8::/:/bin/sh\n")
        self.write("group", f"root:x:0:\n{group}:x:{self.gid}:\nDebian-exim:x:{self.gid}:\nmail:x:8:\n")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                        "-keyout", f"{self.home}/key.pem", "-out", self.ca, "-subj", "/CN=localhost",
                        "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"], check=True, capture_output=True)
        self.names = {"program": self.program, "home": self.home, "user": user, "group": group, "port": self.port,
                      "auth_user": USER, "auth_password": PASSWORD}
        self.configure()
        if os.getuid() == 0:
            for where, folders, files in os.walk(self.home):
                for name in [where] + [os.path.join(where, n) for n in folders + files]:
                    os.chown(name, self.uid, self.gid)

    def write(self, name, text):
        with open(os.path.join(self.home, name), "w", encoding="utf-8") as f:
            f.write(text)

    def configure(self, **how):
        """Anew, for the next start."""
        self.how.update(how)
        self.write("exim.conf", CONFIG.format(**self.names, **self.how))

    def start(self):
        self.out = open(self.home + "/out", "ab")
        as_whom = {"user": self.uid, "group": self.gid, "extra_groups": []} if os.getuid() == 0 else {}
        env = {"PATH": "/usr/bin:/bin", "LD_PRELOAD": f"{self.home}/libnss_wrapper.so", "NSS_WRAPPER_PASSWD": f"{self.home}/passwd",
               "NSS_WRAPPER_GROUP": f"{self.home}/group"}
        self.process = subprocess.Popen([self.program, "-C", f"{self.home}/exim.conf", "-bdf", *self.runs], stdout=self.out,
                                        stderr=self.out, env=env, start_new_session=True, **as_whom)
        until = time.monotonic() + 20
        while True:
            try:
                with smtplib.SMTP("127.0.0.1", self.port, timeout=5):
                    return
            except (OSError, smtplib.SMTPException) as error:
                if self.process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(f"exim: {error}\n{self.said()}") from None
                time.sleep(0.02)

    def said(self):
        text = ""
        for name in ["out"] + [os.path.join("log", n) for n in sorted(os.listdir(self.home + "/log"))]:
            with contextlib.suppress(OSError), open(os.path.join(self.home, name), encoding="utf-8", errors="replace") as f:
                text += f.read()
        return text

    def signal_all(self, signum):
        """To the daemon and each process that it began for a connection: they are one session."""
        for path in glob.glob("/proc/[0-9]*/stat"):
            with contextlib.suppress(OSError, ValueError), open(path, encoding="ascii", errors="replace") as f:
                fields = f.read().rpartition(")")[2].split()
                if int(fields[3]) == self.process.pid:
                    os.kill(int(path.split("/")[2]), signum)

    def processor_s(self):
        """Seconds of work of the daemon and each process that it began, so far."""
        ticks = 0
        for path in glob.glob("/proc/[0-9]*/stat"):
            with contextlib.suppress(OSError, ValueError), open(path, encoding="ascii", errors="replace") as f:
                fields = f.read().rpartition(")")[2].split()
                if int(fields[3]) == self.process.pid:
                    ticks += sum(int(fields[i]) for i in (11, 12, 13, 14))
        return ticks / os.sysconf("SC_CLK_TCK")

    def stop(self):
        if self.process:
            self.signal_all(signal.SIGKILL)
            self.process.wait()
            self.out.close()
            self.process = None

    def pause(self):
        self.signal_all(signal.SIGSTOP)

    def go_on(self):
        self.signal_all(signal.SIGCONT)

    def messages(self):
        """Those in the mailbox, each as often as it lies there."""
        found = []
        for path in sorted(glob.glob(self.home + "/mail/new/*"), key=lambda p: os.stat(p).st_mtime_ns):
            with open(path, "rb") as f:
                found.append(email.message_from_binary_file(f, policy=email.policy.default))
        return found

    def wait_for(self, count, seconds=30):
        until = time.monotonic() + seconds
        while len(found := self.messages()) < count:
            if time.monotonic() > until:
                raise AssertionError(f"{len(found)} messages after {seconds} s, not {count}\n{self.said()[-2000:]}")
            time.sleep(0.05)
        return found

    def channel(self, tls="required", host="localhost", **more):
        """What a channels file says of it."""
        said = {"kind": "mail", "server": f"smtp://{host}:{self.port}", "tls": tls, "from": "应急办公室 <office@example.org>"}
        if tls != "off":
            said["ca"] = self.ca
        return {**said, **more}
