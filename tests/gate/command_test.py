"""command -- what a person types and reads: exit statuses, both languages, tables, JSON, help, the nearest word."""
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from fengsui import ROOT, Daemon, Results, Unexpected, binary  # noqa: E402

CREATE = ["incident", "create", "--title", "网页被篡改", "--reporter", "r", "--aware-at", "2026-03-02T07:50:00Z", "--what", "w",
          "--unit", "@市教育局"]

EXITS = [  # arguments, exit status, what must be said in English
    (["status"], 0, "DEMONSTRATION"),
    (["status", "--lang", "zh"], 0, "演示目录"),
    (["incidnt", "list"], 64, "did you mean 'incident'"),
    (["incident", "acknowlege", "INC-2026-0001"], 64, "did you mean 'acknowledge'"),
    (["incident", "acknowledge"], 64, "which one"),
    (["incident", "show", "INC-2026-0001", "again"], 64, "one word too many"),
    (["incident", "list", "篡改", "AND", "NOT", "handling:closed"], 0, "INC-2026-0001"),
    (["incident", "list", "--level", ">=3"], 65, "'confirmed_level'"),
    (["incident", "score", "--help"], 0, "business=1,unit=1,"),
    (["incident", "close", "INC-2026-0001"], 77, "--as LOGIN"),
    (["incident", "show", "INC-2026-9999"], 66, "INC-2026-9999"),
    (["incident", "list", "nofield:3"], 65, "nofield"),
    (["incident", "list", "title:("], 65, "filter"),
    (["incident", "create", "--as", "duty01", "--titel", "x"], 65, "titel"),
    (["incident", "create", "--as", "duty01", "--aware-at", "yesterday"], 65, "aware_at"),
    (["incident", "create", "--as", "duty01", "--title", "x"], 77, "Reporter is missing"),
    (["incident", "create", "--as", "duty01", "--title", "x", "--lang", "zh"], 77, "缺少：报告人"),
    (["incident", "create", "--as", "nobody", "--title", "x"], 66, "nobody"),
    (["incident", "acknowledge", "INC-2026-0001", "--as", "edu01"], 77, "Refused"),
    (["incident", "create", "--title"], 65, "--title needs a value"),
    (["status", "--data"], 64, "--data needs a value"),
    (["tick", "2026-03-01T00:00:00Z"], 65, "does not go back"),
    (["bundle", "x"], 64, "bundle FOLDER NUMBER"),
    (["ingest", "x", "/nonexistent"], 66, "/nonexistent"),
    (["withdraw", "99", "--as", "duty01"], 66, "there is no proposal 99"),
    (["incident", "list", "--limit", "x"], 65, "'limit' must be a whole number"),
    (["incident", "list", "--limit", "2x"], 65, "'limit' must be a whole number"),
    (["verify", ".", "--against", "/etc/passwd"], 65, "/etc/passwd"),
    (["--help"], 0, "incident"),
    (["incident", "--help"], 0, "fengsui incident acknowledge NUMBER"),
    (["incident", "confirm", "--help"], 0, "confirms (another person)"),
    (["incident", "confirm", "--help", "--lang", "zh"], 0, "另一人确认"),
    (["verify", "--help", "--lang", "zh"], 0, "另处保存的检查点"),
    (["watch", "--lang=zh", "--help"], 0, "逐行自动识别"),
    (["record", "--help", "--lang", "zh"], 0, "任何人不用本产品即可核验"),
    (["plan", "nonsense", "--lang", "zh"], 64, "没有“nonsense”"),
    (["tick", "--help"], 0, "time passes"),
    (["incident", "list", "--handling", "received"], 0, "INC-2026-0001"),
    (["incident", "list", "--open"], 0, "INC-2026-0001"),
    (["incident", "list", "篡改 AND NOT handling:closed"], 0, "INC-2026-0001"),
    (["incident", "list", "--handling", "closed"], 0, "None."),
    (["incident", "list", "--handling", "closd"], 65, "one of: received"),
    (["incident", "list", "--open", "maybe"], 65, "one of: yes, no"),
    (["incident", "list", "confirmed_level:abc"], 65, "confirmed_level is a number"),
    (["incident", "list", "class:nonsense"], 65, "one of: malware"),
    (["incident", "list", "class:nonsense", "--lang", "zh"], 65, "可填："),
    (["incident", "list", "confirmed_level:>=3", "class:malware"], 0, "None."),
    (["incident", "list", "confirmed_level:*"], 0, "None."),
    (["stop", "now"], 64, "one word too many"),
    (["status", "all", "--lang", "zh"], 64, "多余"),
    (["whoami", "--as", "duty01"], 0, "(DUT)"),
    (["whoami", "--as", "duty01", "--lang", "zh"], 0, "值班"),
    (["whoami", "--as", "duty01", "--json"], 0, '"roles"'),
    (["whoami"], 0, "--as LOGIN"),
]


def typed(d, args, lang=None):
    """What is printed; the exit status goes to d.last_status."""
    done = subprocess.run([binary(), *args, *(["--lang", lang] if lang else [])], capture_output=True, text=True, cwd=d.folder,
                          env={**os.environ, "FENGSUI_DATA": d.folder, "LANG": "en_US.UTF-8", "LC_ALL": ""})
    d.last_status = done.returncode
    return done.stdout + done.stderr


def row(d, args, status, says):
    out = typed(d, args)
    if d.last_status != status or says not in out:
        raise Unexpected(f"exit {d.last_status}, should be {status} and say '{says}':\n{out}")


def no_daemon():
    with tempfile.TemporaryDirectory() as where:
        done = subprocess.run([binary(), "status", "--data", where], capture_output=True, text=True,
                              env={**os.environ, "LANG": "C"})
        assert done.returncode == 69 and f"fengsui serve --data {where}" in done.stderr, done.stderr


def as_json(d):
    shown = json.loads(typed(d, ["incident", "show", "INC-2026-0001", "--json"]))
    assert shown["states"]["handling"] == "received"
    refused = json.loads(typed(d, ["incident", "confirm", "INC-2026-0001", "--as", "edu01", "--json"]))
    assert refused["ok"] is False and refused["refusals"] and d.last_status == 77


def scores_by_their_names(d):
    made = json.loads(typed(d, ["score_sheet", "create", "--incident", "INC-2026-0001", "--as", "duty01", "--json", "--scores",
                                "business=3,unit=1,public=1,state=1,order=1,economy=1"]))
    out = typed(d, ["score_sheet", "show", f"#{made['id']}"], lang="zh")
    assert "业务" in out and "business" not in out, out


def no_colour_in_a_pipe(d):
    assert "\033" not in typed(d, ["incident", "show", "INC-2026-0001"])


def on_a_terminal(d):
    """On a terminal: colour, columns that fit, two for a Chinese character; what one record says is never cut."""
    try:
        for end in os.openpty():
            os.close(end)
    except OSError as error:
        print(f"on_a_terminal is left out: this machine gives no terminal ({error}; is /dev/pts mounted?)", flush=True)
        return
    for words in ("incident list", "incident show INC-2026-0001", "incident history INC-2026-0001"):
        done = subprocess.run(["script", "-qec", f"stty cols 60; {binary()} {words}", "/dev/null"], capture_output=True,
                              text=True, env={**os.environ, "FENGSUI_DATA": d.folder, "LANG": "zh_CN.UTF-8", "TERM": "xterm"})
        assert "\033[1m" in done.stdout, done.stdout
        for line in done.stdout.replace("\033[1m", "").replace("\033[0m", "").split("当前可办事项")[0].splitlines():
            width = sum(2 if ord(c) > 0x2e80 else 1 for c in line.rstrip("\r"))
            assert width <= 60, f"{width} columns: {line}"
    assert "…" not in done.stdout, done.stdout


def attach(d):
    path = os.path.join(d.folder, "附件.txt")
    with open(path, "w", encoding="utf-8") as f:
        f.write("evidence\n" * 1000)
    out = typed(d, ["incident", "attach", "INC-2026-0001", path, "--type", "document", "--as", "duty01"])
    assert d.last_status == 0 and "EVD-2026-" in out, out
    out = typed(d, ["evidence", "list"])
    assert "附件.txt" in out, out


def history(d):
    out = typed(d, ["incident", "history", "INC-2026-0001"])
    assert "Receive" in out and "duty01" in out and "Affected unit: 市教育局" in out, out
    out = typed(d, ["incident", "history", "INC-2026-0001"], lang="zh")
    assert "接收" in out and "事件发生单位：市教育局" in out and "incident." not in out and "by." not in out, out


def bundle(d):
    """A case leaves as a bundle that verifies without the daemon."""
    where = os.path.join(d.folder, "bundle")
    out = typed(d, ["bundle", where, "INC-2026-0001"])
    assert d.last_status == 0, out
    out = typed(d, ["verify", where])
    assert d.last_status == 0 and "as it should be" in out, out


def rebuild(d):
    out = typed(d, ["rebuild", "--check"])
    assert d.last_status == 0 and out.startswith("0 rows"), out


def time_does_not_go_back(d):
    """A folder whose record is later than --at goes on where it was, and says so."""
    d.pass_time("2 h")
    d.person("late01", ["DUT"])
    d.stop()
    d.start()
    assert "goes on to" in d.said() and "2026-03-02T08:00:00Z" in d.said(), d.said()


def completion(d):
    done = subprocess.run(["bash", "-c", f"source {ROOT}/etc/completion/fengsui.bash; fengsui() {{ {binary()} \"$@\"; }}; "
                           "COMP_WORDS=(fengsui incident ack); COMP_CWORD=2; _fengsui; echo ${COMPREPLY[*]}"],
                          capture_output=True, text=True, env={**os.environ, "FENGSUI_DATA": d.folder})
    assert done.stdout.split() == ["acknowledge"], done


def main():
    results = Results("command")
    with Daemon() as d:
        d.person("duty01", ["DUT"])
        d.person("edu01", ["UOP"], unit="市教育局")
        out = typed(d, [*CREATE, "--as", "duty01"])
        assert d.last_status == 0 and "INC-2026-0001" in out, out
        for args, status, says in EXITS:
            results.case(" ".join(args), row, d, args, status, says)
        for case in (as_json, scores_by_their_names, no_colour_in_a_pipe, on_a_terminal, attach, history, bundle, rebuild, completion, time_does_not_go_back):
            results.case(case.__name__, case, d)
    results.case("no_daemon", no_daemon)
    results.end()


if __name__ == "__main__":
    main()
