"""people -- a house with everybody in it and records of two units, for tests of who may what.

    with full_house() as h:          # h.d the daemon, h.web, h.case["edu"], h.records["evidence"]["tax"], ...
    with real_house() as h:          # the same over HTTPS in a real folder: everybody with a password, and the machine's time

Beside the cast: sys01, sca01, sca02, pub01, and nopost01, late01 (whose only post has ended), left01 (who has left).
"""
import contextlib
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lib"))
from cast import OFFICE, PEOPLE, city, open_case, person, verify_case  # noqa: E402
from fengsui import Results, Unexpected  # noqa: E402,F401
from real import Real, moment  # noqa: E402
from web import Reply, Web, quoted  # noqa: E402,F401

UNITS = ("edu", "tax")
SCORES = [3, 3, 3, 3, 3, 3]
SCENE = {"edu": ("rsp01", "rsp02"), "tax": ("rsp03",)}
WORDS = {"edu": "桃花源", "tax": "烽火台"}  # what stands in the records of one unit alone


class Full:
    """The daemon, its web, and records[KIND][UNIT] -> row id, number or None."""

    def __init__(self, d, web, aware_at):
        self.d, self.web, self.aware_at = d, web, aware_at
        self.case, self.records, self.file = {}, {}, {}

    def keep(self, kind, unit, answer):
        self.records.setdefault(kind, {})[unit] = answer
        return answer


# Who comes to the cast: login, name, unit, roles, and what holds of the post.
BESIDES = [("sup01", "公安联络员", "市公安局", ("SUP",), {}), ("sec_edu", "教育主管", "市教育局", ("SEC",), {}),
           ("sys01", "sys01", OFFICE, ("SYS",), {}), ("sca01", "sca01", OFFICE, ("SCA",), {}), ("sca02", "sca02", OFFICE, ("SCA",), {}),
           ("pub01", "pub01", OFFICE, ("PUB",), {}), ("nopost01", "无岗位者", OFFICE, (), {}),
           ("late01", "任期已满者", OFFICE, ("DUT",), {"valid_to": "2026-01-01T00:00:00Z"})]


def everybody(d):
    """Who is not there yet; in a real folder each with an account."""
    for login, name, unit, roles, post in BESIDES:
        if login in d.who:
            continue
        if d.demo:
            person(d, login, name, unit, *roles, **post)
        else:
            d.hire(login, name, unit, *roles, **post)


def fill(h):
    """Of each unit: a case in triage and one in verification with what belongs to it."""
    d = h.d
    d.done("dir01", "unit", "edit", d.unit["edu"], authority="市教育局")  # whose sector authority sec_edu is
    for unit in UNITS:
        word = WORDS[unit]
        case = h.case[unit] = open_case(d, unit, title=f"案件{word}", aware_at=h.aware_at)
        h.keep("incident", unit, d.show(case))
        second = verify_case(d, SCORES, unit, title=f"核实{word}", on_scene=SCENE[unit], aware_at=h.aware_at)
        h.keep("verified", unit, d.show(second))
        h.keep("note", unit, d.done("dut01", "note", "create", incident=case, type="analysis", text=f"会商{word}"))
        h.file[unit] = d.upload(f"log {word}\n".encode(), as_="uop_" + unit)
        h.keep("evidence", unit, d.done("uop_" + unit, "evidence", "create", incident=case, type="log",
                                        label_text=f"日志{word}", blob=h.file[unit]))
        h.keep("affected_system", unit, d.done("uop_" + unit, "affected_system", "create", incident=second,
                                               system=d.system[unit], unit=d.unit[unit], name=f"系统{word}"))
        h.keep("report", unit, d.done("uop_" + unit, "report", "create", unit=d.unit[unit], reporter="联络员",
                                      aware_at=h.aware_at, what=f"报告{word}"))


@contextlib.contextmanager
def full_house(**more):
    with city(args=["--http", "127.0.0.1:0"], **more) as d:
        everybody(d)
        h = Full(d, Web(d), "2026-03-02T07:00:00Z")
        fill(h)
        yield h


@contextlib.contextmanager
def real_house(**more):
    with Real(people=[login for login, _, _ in PEOPLE], units=UNITS, **more) as d:
        everybody(d)
        h = Full(d, d.web, moment(minutes=5))
        fill(h)
        yield h
