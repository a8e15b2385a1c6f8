"""cast -- the people and units that scenario tests play with.

    with city(at="2026-03-02T08:00:00Z") as d:      # a Daemon, and what was set up as d.who, d.unit, d.system
        case = open_case(d, "edu")

Logins say who it is: lg01 lg02 (Leading Group), dir01 dir02 (Office directors), dut01 dut02 (duty officers, on
shift), cl01 cl02 (may lead cases), rsp01..rsp04 (responders), exp01, pio01, ped01, fin01, res01, arc01, aud01,
sup01 (police liaison), sec_edu (sector authority of education); for each unit uop_KEY (operator) and uhd_KEY (head).
"""
import os

from fengsui import Daemon
from web import HttpDaemon

UNITS = {
    "edu": ("市教育局信息中心", "bureau", True), "tax": ("市税务局信息中心", "bureau", True),
    "hosp": ("市中心医院", "bureau", True), "bank": ("市商业银行", "enterprise", False),
    "power": ("市电力公司", "enterprise", False), "uni": ("市理工大学", "university", True),
}
OFFICE = "市信息产业局"
PEOPLE = [("lg01", "组长甲", "LG"), ("lg02", "副组长乙", "LG"), ("dir01", "办公室主任", "DIR"), ("dir02", "办公室副主任", "DIR"),
          ("dut01", "值班员一", "DUT"), ("dut02", "值班员二", "DUT"), ("cl01", "处理负责人一", "CL"), ("cl02", "处理负责人二", "CL"),
          ("rsp01", "响应人员一", "RSP"), ("rsp02", "响应人员二", "RSP"), ("rsp03", "响应人员三", "RSP"), ("rsp04", "响应人员四", "RSP"),
          ("exp01", "专家一", "EXP"), ("pio01", "信息发布员", "PIO"), ("ped01", "预案编辑", "PED"), ("fin01", "财务后勤", "FIN"),
          ("res01", "物资保管员", "RES"), ("arc01", "档案员", "ARC"), ("aud01", "审计员", "AUD")]


def city(at="2026-03-02T08:00:00Z", http=False, **more):
    """A Daemon with the cast registered. `more` goes to Daemon. With `http`, or FENGSUI_WAY=http, each person is
    signed in and asks over HTTP."""
    d = (HttpDaemon if http or os.environ.get("FENGSUI_WAY") == "http" else Daemon)(at=at, **more)
    try:
        register(d)
    except BaseException:
        d.remove()
        raise
    return d


def person(d, login, name, unit, *roles, **post):
    """Register a person with posts; gives its reference."""
    d.who[login] = d.do(None, "person", "create", name=name, login=login, unit=unit).ref
    for role in roles:
        d.do(None, "post", "create", person=d.who[login], role=role, **post)
    return d.who[login]


def register(d):
    d.who, d.unit, d.system = {}, {}, {}
    for key, (name, type_, bound) in UNITS.items():
        d.unit[key] = d.do(None, "unit", "create", name=name, type=type_, bound=bound).ref
        d.system[key] = d.do(None, "system", "create", name=name + "业务系统", owner=d.unit[key]).ref
        person(d, "uop_" + key, name + "联络员", d.unit[key], "UOP")
        person(d, "uhd_" + key, name + "负责人", d.unit[key], "UHD")
    for login, name, role in PEOPLE:
        person(d, login, name, OFFICE, role)
    person(d, "sup01", "公安联络员", "市公安局", "SUP")
    person(d, "sec_edu", "教育主管", "市教育局", "SEC")
    for login in ("dut01", "dut02"):
        d.do(None, "duty_shift", "create", person=d.who[login], starts_at="2026-01-01T00:00:00Z",
             ends_at="2027-12-31T00:00:00Z")
    return d


def open_case(d, unit="edu", title="示例案件", **more):
    """A case, received and acknowledged: in triage. Gives its number."""
    case = d.do("dut01", "incident", "create", title=title, reporter="联络员", unit=d.unit[unit],
                aware_at=more.pop("aware_at", None) or "2026-03-02T07:50:00Z", what="测试用事件", **more).number
    d.done("dut01", "incident", "acknowledge", case)
    return case


def verify_case(d, scores, unit="edu", on_scene=("rsp01", "rsp02"), urgency=None, **more):
    """A case in verification with a lead, a group and a provisional level."""
    case = open_case(d, unit, **more)
    extra = {} if urgency is None else {"urgency": urgency, "urgency_reason": "紧急"}
    d.done("dut01", "incident", "score", case, scores=list(scores), **extra)
    d.done("dut01", "incident", "accept", case, on_scene=list(on_scene) + ["uop_" + unit])
    d.done("dir01", "incident", "name_lead", case, lead="cl01")
    return case


def add_system(d, case, unit="edu", by="cl01"):
    """An affected system of the case; gives its reference."""
    return d.done(by, "affected_system", "create", incident=case, system=d.system[unit], unit=d.unit[unit],
                  name=UNITS[unit][0] + "业务系统").ref


def confirm_case(d, scores, unit="edu", systems=("edu",), incident_class="net_attack", **more):
    """A case confirmed as an incident with a confirmed level and affected systems."""
    case = verify_case(d, scores, unit, **more)
    refs = {key: add_system(d, case, key) for key in systems}
    d.done("rsp01", "evidence", "create", incident=case, type="log", label_text="主机日志")
    d.both("rsp01", "dir01", "incident", "fix", case, scores=list(scores))
    d.both("cl01", "dir01", "incident", "confirm", case, **{"class": incident_class}, consequence=["data_damage"],
           source={"unknown": "尚在分析"}, scope="涉事单位业务系统", impact="部分业务中断")
    return case, refs
