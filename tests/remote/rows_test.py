"""rows -- what a person types and reads is the same over HTTP: the rows of the socket, and what is for the machine itself."""
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
sys.path.insert(0, os.path.join(HERE, "..", "gate"))
import command_test  # noqa: E402
from fengsui import Daemon, Results, Unexpected, binary  # noqa: E402
from web import address  # noqa: E402

# Rows that say something else where somebody is signed in and owns no folder.
OTHERWISE = {
    "incident close INC-2026-0001": (77, "Refused"),
    "bundle x": (64, "for whoever owns the data folder"),
    "whoami": (0, "(DUT)"),
    "status --data": (64, "--data needs a value"),
}
MORE = [
    (["stop"], 64, "for whoever owns the data folder"),
    (["stop", "--lang", "zh"], 64, "由数据目录的所有者办理"),
    (["rebuild", "--check"], 64, "for whoever owns the data folder"),
    (["publish", "packs/jinan-2007"], 64, "for whoever owns the data folder"),
    (["user", "invite", "duty01"], 64, "for whoever owns the data folder"),
    (["status", "--data", "/tmp"], 69, "no daemon is running on /tmp"),
    (["status", "--url", "http://192.0.2.7:80"], 65, "http:// is for this machine alone"),
    (["status", "--url", "http://192.0.2.7:80", "--lang", "zh"], 65, "仅限本机"),
    (["status", "--url", "ftp://127.0.0.1"], 65, "https://HOST[:PORT] is wanted"),
    (["status", "--url", "https://me@127.0.0.1:1"], 65, "https://HOST[:PORT] is wanted"),
    (["status", "--url", "https://127.0.0.1:1/path"], 65, "https://HOST[:PORT] is wanted"),
    (["incident", "create", "--key", "a b", "--as", "duty01"], 65, "--key has 1 to 128"),
    (["status", "--pin", "12"], 65, "64 hex digits"),
    (["tick", "+1 min"], 0, "It is now 2026-03-02T08:01"),
    (["checkpoint"], 0, "demo."),
    (["api"], 0, '"openapi"'),
    (["kinds"], 0, "incident"),
    (["words", "incident"], 0, "acknowledge"),
    (["sign-in", "--help", "--lang", "zh"], 0, "登录"),
    (["totp", "maybe"], 64, "totp on|off"),
    (["tokens", "make", "x"], 64, "--scopes"),
    (["tokens", "make", "x", "--scope", "read", "--expires", "1 d"], 64, "no --scope"),
    (["sessions"], 0, "127.0.0.1"),
    (["accounts"], 77, "administrator of accounts"),
]


def only_over_http(d):
    for word in ("sign-in", "sign-out", "enrol", "password", "totp", "sessions", "tokens", "accounts"):
        done = subprocess.run([binary(), word, "--data", d.folder, "--lang", "en"], capture_output=True, text=True)
        if done.returncode != 64 or "goes over HTTPS" not in done.stderr:
            raise Unexpected(f"{word}: {done}")


def nobody(d):
    """Without a session: what to do, in both languages, and nothing is asked where there is no terminal."""
    with tempfile.TemporaryDirectory() as state:
        for lang, says in (("en", "Sign in: fengsui sign-in LOGIN --url"), ("zh", "请登录：fengsui sign-in")):
            done = subprocess.run([binary(), "incident", "list", "--lang", lang], capture_output=True, text=True,
                                  stdin=subprocess.DEVNULL, env={**os.environ, "XDG_STATE_HOME": state})
            if done.returncode != 77 or says not in done.stderr:
                raise Unexpected(f"{done}")


def as_somebody_keeps_nothing(d):
    with tempfile.TemporaryDirectory() as state:
        done = subprocess.run([binary(), "whoami", "--as", "edu01", "--lang", "en"], capture_output=True, text=True,
                              env={**os.environ, "XDG_STATE_HOME": state})
        if "edu01" not in done.stdout or os.listdir(state):
            raise Unexpected(f"{done} {os.listdir(state)}")
    said = command_test.typed(d, ["sessions", "--as", "edu01"])
    if said.count("127.0.0.1") != 1:
        raise Unexpected(f"the session of a command ends with it:\n{said}")


def step_up_in_a_demonstration(d):
    """Nobody has a password there; what wants one anew goes on by itself, hours later too."""
    d.pass_time("20 min")
    out = command_test.typed(d, ["tokens", "make", "t", "--scopes", "read", "--expires", "1 d"])
    if d.last_status or "fs_" not in out:
        raise Unexpected(out)


def main():
    results = Results("remote rows")
    state = tempfile.mkdtemp(prefix="fengsui-remote-")
    try:
        with Daemon(args=["--http", "127.0.0.1:0"]) as d:
            d.person("duty01", ["DUT"])
            d.person("edu01", ["UOP"], unit="市教育局")
            os.environ.update(FENGSUI_URL=f"http://127.0.0.1:{address(d)[1]}", XDG_STATE_HOME=state)
            out = command_test.typed(d, ["sign-in", "duty01"])
            assert d.last_status == 0, out
            out = command_test.typed(d, command_test.CREATE)
            assert d.last_status == 0 and "INC-2026-0001" in out, out
            for args, status, says in command_test.EXITS:
                status, says = OTHERWISE.get(" ".join(args), (status, says))
                results.case(" ".join(args), command_test.row, d, args, status, says)
            for args, status, says in MORE:
                results.case(" ".join(args), command_test.row, d, args, status, says)
            for case in (command_test.as_json, command_test.scores_by_their_names, command_test.no_colour_in_a_pipe,
                         command_test.on_a_terminal, command_test.attach, command_test.history, command_test.completion,
                         only_over_http, nobody, as_somebody_keeps_nothing, step_up_in_a_demonstration):
                results.case(case.__name__, case, d)
            results.case("sign-out", command_test.row, d, ["sign-out"], 0, "Signed out")
            results.case("signed out", command_test.row, d, ["status"], 77, "not signed in")
    finally:
        shutil.rmtree(state, ignore_errors=True)
    results.end()


if __name__ == "__main__":
    main()
