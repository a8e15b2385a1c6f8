#!/usr/bin/env python3
"""busy_city -- a demonstration daemon with the cast and a busy morning: cases of every level, alerts, reports, taskings.

    tests/web/busy_city.py [--port N] [--keep DIR]

Prints one line of JSON ({"base", "folder", "cases", …}) when it is ready and stays until standard input ends. A line
`flood N` on standard input changes a case N times as fast as the daemon takes it; `stop` ends the daemon and `start` brings
it back. Each is answered with a line of JSON.
People sign in without a password.
"""
import argparse
import json
import os
import socket
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
sys.dont_write_bytecode = True
from cast import OFFICE, city, confirm_case, open_case, person, verify_case  # noqa: E402
from fengsui import Unexpected  # noqa: E402
from web import address  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(HERE))
# Scores in the order of the pack's dimensions that come to this level.
SCORES = {2: [2, 2, 1, 1, 1, 2], 3: [3, 3, 2, 1, 2, 2], 4: [4, 4, 3, 1, 2, 3], 5: [5, 5, 4, 1, 3, 4]}


def posts(d):
    """Somebody with two posts, each of which may take one side of a move by two."""
    person(d, "two01", "兼任者", OFFICE, "RSP", "DIR")


def cases(d):
    """One case in each of several phases; gives their numbers by what they stand for."""
    made = {"received": open_case(d, "uni")}
    made["verify"] = verify_case(d, SCORES[2], "power", on_scene=("rsp01", "rsp02", "two01"))
    made["confirm"], _ = confirm_case(d, SCORES[3], "tax", systems=("tax",))
    made["contain"], systems = confirm_case(d, SCORES[4], "edu", systems=("edu", "hosp"), incident_class="malware")
    d.done("lg01", "incident", "start", made["contain"], lead="cl01", conflict_declared=False)
    d.done("lg01", "incident", "start_plans", made["contain"])
    d.done("cl01", "incident", "choose_mode", made["contain"], mode="special")
    for unit, text in (("edu", "断开教学平台对外连接"), ("hosp", "核查门诊终端"), ("tax", "封堵来源地址")):
        d.done("cl01", "tasking", "create", incident=made["contain"], text=text, assignee=d.unit[unit], type="order", accountable=d.who["uhd_" + unit],
               due_at="2026-03-02T12:00:00Z")
    d.done("uop_edu", "containment_action", "create", incident=made["contain"], affected_system=systems["edu"], action="isolate",
           target="教学平台", impact_statement="教学平台停用", alternatives={"none": "来源不固定"}, rollback="恢复连接", disruptive=False,
           reversible=True)
    return made


def lines(d):
    """The example's logs go in, moved to this morning: alerts on the desk."""
    with open(os.path.join(ROOT, "example", "logs", "hosp-web01.log"), encoding="utf-8", errors="replace") as f:
        text = f.read().replace("Nov 25 23:", "Mar  2 07:").replace("25/Nov/2026:23:", "02/Mar/2026:07:")
    d.ingest("hosp-web01", text.splitlines())


def reports(d):
    for unit, what in (("bank", "网上银行首页打开缓慢"), ("power", "办公邮箱收到钓鱼邮件")):
        report = d.done("uop_" + unit, "report", "create", unit=d.unit[unit], aware_at="2026-03-02T07:50:00Z", reporter="联络员",
                        what=what, contact="0531-80000000").ref
        d.done("uop_" + unit, "report", "submit", report)


def free_port():
    """The same after a restart, so that a page finds its daemon again."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def flood(d, case, count):
    """`count` changes of one case, in groups; gives the seconds that it took."""
    begin, sent = time.monotonic(), 0
    while sent < count:
        group = min(200, count - sent)
        for n in range(group):
            d.connection.send(op="do", kind="incident", move="record_facts", ref=case, input={"scope": f"{sent + n} 台主机"}, **{"as": "cl01"})
        for _ in range(group):
            answer = d.connection.receive()
            if not answer.ok:
                raise Unexpected(str(answer))
        sent += group
    return time.monotonic() - begin


def warnings(d):
    """A warning in force, acknowledged by one unit of three."""
    warning = d.done("uop_edu", "warning", "create", submitter=d.unit["edu"], title="蠕虫利用远程登录口令传播",
                     hazard="口令被猜中后主机成为攻击源").ref
    d.done("dir01", "warning", "review", warning)
    d.done("dut01", "warning", "edit", warning, level=3, measures="停用口令登录，核查近期登录", marking="members")
    for key in ("bank", "tax", "uni"):
        d.done("dut01", "warning_target", "create", warning=warning, unit=d.unit[key])
    d.done("dir01", "warning", "approve", warning)
    d.done("dir01", "warning", "publish", warning)
    bank = next(t.ref for t in d.linked(warning, "warning_target") if d.show(t.ref)["fields"]["unit"]["id"] == int(d.unit["bank"][1:]))
    d.done("uop_bank", "warning_target", "reached", bank)
    d.done("uop_bank", "warning_target", "ack", bank)


def texts(d):
    """A bulletin that a sector has to read, a notice that is being written, a warning for everybody under review."""
    sector = next(s.ref for s in d.list("sector", limit=50) if s["fields"]["name"] == "教育")
    d.done("dir01", "unit", "edit", d.unit["edu"], sector=sector)
    bulletin = d.done("dut01", "bulletin", "create", sector=sector, type="info", title="近期弱口令登录情况通报",
                      title_en="Recent logins with weak passwords", facts="三个单位的远程登录口令被猜中", hazard="主机成为攻击源",
                      measures="两周内更换口令", measures_en="Change passwords within two weeks", marking="members", contact="值班室").ref
    d.done("dut01", "bulletin", "ready", bulletin)
    d.done("dir01", "bulletin", "approve", bulletin)
    d.done("dir01", "bulletin", "publish", bulletin)
    d.done("pio01", "notice", "create", incident="INC-2026-0004", hazard="教学平台暂停服务")
    draft = d.done("dut01", "warning", "create", title="邮件系统漏洞被利用", title_en="A flaw of mail servers is exploited",
                   hazard="未修补的邮件服务器可被远程控制", measures="立即安装补丁").ref
    d.done("dir01", "warning", "review", draft)
    d.done("dut01", "warning", "edit", draft, level=4, marking="public", contact="请致电 13912345678 或访问 10.20.1.11")
    d.done("dut01", "warning", "add_targets", draft, sector=sector)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int, default=0)
    asked = options.parse_args()
    with city(args=["--http", f"127.0.0.1:{asked.port or free_port()}", "--rules", os.path.join(ROOT, "rules")], verify=False) as d:
        made, troubles = {}, []
        for part in (posts, cases, lines, reports, warnings, texts):
            try:
                made.update(part(d) or {})
            except Exception as wrong:  # noqa: BLE001 -- said, so that whoever waits sees it
                troubles.append(f"{part.__name__}: {wrong}")
        host, port = address(d)
        print(json.dumps({"base": f"http://{host}:{port}", "folder": d.folder, "cases": made, "troubles": troubles,
                          "units": d.unit, "people": d.who}, ensure_ascii=False), flush=True)
        for line in sys.stdin:
            if line.startswith("flood "):
                print(json.dumps({"seconds": flood(d, made["verify"], int(line.split()[1]))}), flush=True)
            elif line.strip() in ("stop", "start"):
                (d.stop if line.strip() == "stop" else d.start)()
                print(json.dumps({"said": line.strip()}), flush=True)


if __name__ == "__main__":
    main()
