#!/usr/bin/env python3
"""peers -- what else reads logs, run unprivileged over the same files for the same hits.

    bench/peers.py FOLDER       # rsyslog and SEC out of their Debian packages; nothing is installed or started

syslog-ng is taken from its package (apt-get install --no-install-recommends syslog-ng-core). rsyslog cannot stand beside it as a
package, so that it and SEC may lie unpacked in a folder: bench/run.py --peers FOLDER, or $FENGSUI_PEERS. What is not found is
named by whoever measures.
"""
import glob
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time

EMPTY = "/dev/null"
PACKAGES = ["rsyslog", "libestr0", "libfastjson4", "liblognorm5", "sec"]
NOBODY = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}

# Ten things that sshd says; what counts is a failed password.
TEN = ["Failed password for {user} from {ip} port {port} ssh2", "Failed password for invalid user {user} from {ip} port {port} ssh2",
       "Accepted password for {user} from {ip} port {port} ssh2", "Accepted publickey for {user} from {ip} port {port} ssh2: {rest}",
       "Invalid user {user} from {ip} port {port}", "Connection closed by {ip} port {port} {rest}",
       "Received disconnect from {ip} port {port}:{rest}", "Disconnected from {ip} port {port} {rest}",
       "pam_unix(sshd:session): session opened for user {user} by {rest}", "pam_unix(sshd:session): session closed for user {user}"]


class Cost:
    """What a child took. It has one core for itself: threads that wait for each other on two of them can take three times as
    long, and not each time (syslog-ng does)."""

    def __init__(self, command, piped=EMPTY, out=EMPTY, until=None, cores=1, **how):
        began = time.monotonic()
        with open(out, "wb") as said, open(EMPTY, "wb") as nothing, subprocess.Popen(["cat", piped], stdout=subprocess.PIPE) as cat:
            p = subprocess.Popen(command, stdin=cat.stdout, stdout=said, stderr=nothing, preexec_fn=lambda: stay_on(cores), **how)
            cat.stdout.close()
            while until and not until() and time.monotonic() - began < 3600:
                time.sleep(0.05)
            if until:
                p.send_signal(signal.SIGTERM)
            _, status, used = os.wait4(p.pid, 0)
        p.returncode = os.waitstatus_to_exitcode(status)
        if p.returncode not in (0, 1) and not until:
            sys.exit(f"{command[0]} ended with {p.returncode}: {' '.join(command)}")
        self.wall, self.cpu, self.mib = time.monotonic() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def stay_on(cores):
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])


def lines_of(path):
    if not os.path.exists(path):
        return 0
    with open(path, "rb") as f:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: f.read(1 << 20), b""))


class Peer:
    """One that may be there: `path` is None where it is not. A question it cannot be asked has no method here."""
    name = program = None
    most_filters = 1000

    def __init__(self, where, unpacked):
        self.where = os.path.join(where, self.name)
        self.root = unpacked
        folders = ["usr/sbin", "usr/bin"]
        self.path = shutil.which(self.program, path=":".join([os.path.join(unpacked, f) for f in folders] if unpacked else [])) \
            or shutil.which(self.program, path="/usr/sbin:/sbin:" + os.environ.get("PATH", ""))

    def prepare(self):
        """A folder of nobody's, in one that it may pass through."""
        os.chmod(os.path.dirname(self.where), 0o711)
        os.makedirs(self.where, exist_ok=True)
        os.chmod(self.where, 0o777)

    def file(self, name, text=None):
        path = os.path.join(self.where, name)
        if text is not None:
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
        return path

    def without(self, *names):
        for name in names:
            if os.path.exists(self.file(name)):
                os.unlink(self.file(name))


class SyslogNg(Peer):
    """Reads standard input and ends with it."""
    name, program = "syslog-ng", "syslog-ng"

    def head(self):
        said = subprocess.run([self.path, "--version"], capture_output=True, text=True).stdout
        return (f"@version: {re.search(r'Config version: (.*)', said)[1]}\noptions {{ stats-freq(0); log-msg-size(262144); keep-timestamp(yes); }};\n"
                f"destination d {{ file(\"{self.file('hits')}\" template(\"hit\\n\")); }};\n")

    @staticmethod
    def quoted(text):
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$") + '"'

    def filters(self, filters):
        flags = {"contains": '"ignore-case" "substring"', "startswith": '"ignore-case" "prefix"', "equals": '"ignore-case"'}
        out = [self.head(), "source s { stdin(flags(no-parse)); };\nparser p { json-parser(prefix(\".j.\")); };\n"]
        out += [f"filter f{n} {{ match({self.quoted(text)} value(\".j.{field}\") type(\"string\") flags({flags[op]})); }};\n"
                for n, (field, op, text) in enumerate(filters)]
        out.append("log { source(s); parser(p);\n")
        out += [f"  log {{ filter(f{n}); destination(d); }};\n" for n in range(len(filters))]
        return "".join(out) + "};\n"

    def patterns(self):
        forms = {"user": "@STRING:user:.-_@", "ip": "@IPv4:ip@", "port": "@NUMBER:port@", "rest": "@ANYSTRING:rest@"}
        rules = "".join(f"<rule provider='b' id='{n}' class='system'><patterns><pattern>{text.format(**forms)}</pattern></patterns></rule>"
                        for n, text in enumerate(TEN))
        path = self.file("patterns.xml", "<patterndb version='4' pub_date='2026-01-01'><ruleset name='sshd' id='s'><pattern>sshd</pattern>"
                         f"<rules>{rules}</rules></ruleset></patterndb>\n")
        return (self.head() + f"source s {{ stdin(); }};\nparser p {{ db-parser(file(\"{path}\")); }};\n"
                "filter f { match(\"^Failed\" value(\"MESSAGE\")); };\n")

    def templates(self):
        return self.patterns() + "log { source(s); parser(p); filter(f); destination(d); };\n"

    def threshold(self, count, seconds):
        """Its window ends when a group was quiet for so long, and begins anew when it has reported."""
        return (self.patterns() + f"parser g {{ grouping-by(key(\"$ip\") scope(global) timeout({seconds}) inject-mode(aggregate-only)\n"
                f"  trigger(\"$(context-length)\" == \"{count}\") having(\"$(context-length)\" == \"{count}\") aggregate(value(\"MESSAGE\" \"many\"))); }};\n"
                "filter m { match(\"^many\" value(\"MESSAGE\")); };\n"
                "log { source(s); parser(p); filter(f); parser(g); filter(m); destination(d); };\n")

    def run(self, config, corpus_path):
        self.without("hits", "persist")
        path = self.file("conf", config)
        cost = Cost([self.path, "-F", "--no-caps", "-f", path, "-R", self.file("persist"), "-p", self.file("pid"), "-c", self.file("ctl")],
                    piped=corpus_path, **NOBODY)
        return cost, lines_of(self.file("hits"))


class Rsyslog(Peer):
    """Follows a file; the mark behind the last line says when it is through."""
    name, program = "rsyslog", "rsyslogd"
    MARK = "END-OF-MEASUREMENT"

    def filters(self, filters):
        test = {"contains": "contains_i", "startswith": "startswith_i"}
        out = [f"if $!{field} != \"\" and " + (f"$!{field} {test[op]} {self.quoted(text)}" if op in test else
                                              f"tolower($!{field}) == {self.quoted(text.lower())}") + f" then {{ {self.to('hits')} }}\n"
               for field, op, text in filters]
        return "action(type=\"mmjsonparse\" cookie=\"\")\n" + "".join(out)

    @staticmethod
    def quoted(text):
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"

    def to(self, name):
        return f"action(type=\"omfile\" file=\"{self.file(name)}\" template=\"hit\")"

    def marked(self, corpus_path):
        """The corpus with the mark at its end, made once."""
        copy = self.file(os.path.basename(corpus_path))
        if not os.path.exists(copy) or corpus_path == EMPTY:
            shutil.copyfile(corpus_path, copy)
            with open(copy, "a", encoding="utf-8") as f:
                f.write(json.dumps({"msg": self.MARK}) + "\n")
        return copy

    def surroundings(self):
        """Where what is unpacked has its libraries; (environment, options)."""
        if not self.root or not self.path.startswith(self.root):
            return dict(os.environ), []
        libraries = glob.glob(os.path.join(self.root, "usr/lib/*-linux-*"))
        return {**os.environ, "LD_LIBRARY_PATH": ":".join(libraries)}, ["-M", os.path.join(libraries[0], "rsyslog")]

    def run(self, rules, corpus_path):
        copy = self.marked(corpus_path)
        self.without("hits", *(name for name in os.listdir(self.where) if name.startswith("imfile-state")))
        for name in ("hits", "end"):
            os.chmod(self.file(name, ""), 0o666)
        conf = self.file("conf", f"global(workDirectory=\"{self.where}\" maxMessageSize=\"256k\")\nmodule(load=\"imfile\")\nmodule(load=\"mmjsonparse\")\n"
                         f"template(name=\"hit\" type=\"string\" string=\"hit\\n\")\ninput(type=\"imfile\" file=\"{copy}\" tag=\"t\" ruleset=\"r\")\n"
                         f"ruleset(name=\"r\") {{\nif $msg contains \"{self.MARK}\" then {{ {self.to('end')} }}\n{rules}}}\n")
        env, more = self.surroundings()
        tried = subprocess.run([self.path, "-N1", "-f", conf, *more], capture_output=True, text=True, env=env)
        if tried.returncode:
            sys.exit(f"rsyslogd does not take {conf}: {tried.stderr[-500:]}")
        cost = Cost([self.path, "-n", "-f", conf, "-i", self.file("pid"), *more], until=lambda: os.path.getsize(self.file("end")) > 0, env=env, **NOBODY)
        return cost, lines_of(self.file("hits"))


class Sec(Peer):
    """Regular expressions over whole lines. Its windows go by the clock of the machine, not by the time in the lines."""
    name, program = "SEC", "sec"
    most_filters = 10  # with 1,000 it reads 300 lines a second

    def rule(self, pattern, action, kind="Single", desc="x", **more):
        words = {"type": kind, "ptype": "RegExp", "pattern": pattern, "desc": desc, "action": action, **more}
        return "".join(f"{key}={word}\n" for key, word in words.items()) + "\n"

    def hit(self):
        return f"write {self.file('hits')} hit"

    def filters(self, filters):
        """Nothing stands last that would be a line that goes on (a backslash) or be cut off (a blank)."""
        shape = {"contains": r'(?:[^"\\]|\\.)*%s(?:)', "startswith": "%s(?:)", "equals": '%s"'}
        return "".join(self.rule(f'(?i)"{field}":"' + shape[op] % re.escape(json.dumps(text)[1:-1]), self.hit(), **{"continue": "TakeNext"})
                       for field, op, text in filters)

    @staticmethod
    def patterns():
        forms = {"user": r"(\S+)", "ip": r"([\d.]+)", "port": r"(\d+)", "rest": "(.*)"}
        for text in TEN:
            parts = re.split(r"\{(\w+)\}", text)
            yield text, r"sshd\[\d+\]: " + "".join(forms[part] if n % 2 else re.escape(part) for n, part in enumerate(parts))

    def templates(self):
        return "".join(self.rule(pattern, self.hit() if text.startswith("Failed") else "none") for text, pattern in self.patterns())

    def threshold(self, count, seconds):
        return "".join(self.rule(pattern, self.hit(), kind="SingleWithThreshold", desc="many of $2", window=seconds, thresh=count)
                       for text, pattern in self.patterns() if text.startswith("Failed"))

    def run(self, rules, corpus_path):
        self.without("hits")
        cost = Cost([self.path, f"--conf={self.file('conf', rules)}", f"--input={corpus_path}", "--notail"], **NOBODY)
        return cost, lines_of(self.file("hits"))


def peers(where, unpacked):
    """Those that are there; the names of those that are not are said."""
    found = []
    for kind in (SyslogNg, Rsyslog, Sec):
        peer = kind(where, unpacked)
        if peer.path:
            peer.prepare()
            found.append(peer)
        else:
            print(f"{peer.name} is not installed and was left out; bench/peers.py says how it comes here\n")
    return found


def unpack(folder):
    os.makedirs(folder, exist_ok=True)
    subprocess.run(["apt-get", "download", *PACKAGES], cwd=folder, check=True)
    for package in glob.glob(os.path.join(folder, "*.deb")):
        subprocess.run(["dpkg", "-x", package, folder], check=True)
        os.unlink(package)


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    unpack(os.path.abspath(sys.argv[1]))
