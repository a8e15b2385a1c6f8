"""real -- a real folder whose people are signed in over HTTPS, each with an account and a password.

    from real import Real

    with Real() as d:                       # the people of cast.py, as far as they are asked for
        case = open_case(d, aware_at=ago(minutes=10))
        d.done("dir01", "incident", "close", case)   # a fresh proof is given where one is asked for

The owner of the folder enters the first administrator and director and hands each a code; the administrator
registers everybody else. Whoever decides (a guarded role) is vouched for by the director, who also confirms the
code. What a person does goes over HTTPS; `do(None, …)` is the owner over the socket, who may do nothing more.
"""
import datetime
import hashlib

from cast import OFFICE, PEOPLE, UNITS
from fengsui import Unexpected
from web import HttpDaemon

GUARDED = ("LG", "DIR", "AUD", "SCA")
USUAL = ("lg01", "dut01", "cl01", "rsp01", "rsp02", "arc01", "aud01")


def moment(**ago):
    """A moment of this machine's clock, so long ago (or, with a minus, to come), as the interface says it."""
    at = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(**ago)
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def password(login):
    """Long, of its own for each, and without the login in it."""
    return "battery-staple-" + hashlib.sha256(login.encode()).hexdigest()[:12]


class Real(HttpDaemon):
    """A daemon on a real folder, over HTTPS. `people`: logins of cast.py; `units`: keys of its units, each with its
    operator uop_KEY and head uhd_KEY, and one system."""

    scheme = "https"
    administrator, director = "sca01", "dir01"

    def __init__(self, people=USUAL, units=("edu",), **more):
        super().__init__(demo=False, **more)
        self.who, self.unit, self.system = {}, {}, {}
        try:
            self.found()
            self.settle(people, units)
        except BaseException:
            self.remove()
            raise

    # ---- the first two -------------------------------------------------------------------------------

    def found(self):
        """What the owner does, once."""
        first = {self.administrator: ("账户管理员", "SCA"), self.director: ("办公室主任", "DIR")}
        for login, (name, _) in first.items():
            self.who[login] = self.do(None, "person", "create", name=name, login=login, unit=OFFICE).ref
        for login, (_, role) in first.items():
            self.do(None, "post", "create", person=self.who[login], role=role)
        for login in first:
            self.enrol(login, self._ok(self.ask(op="account", act="invite", login=login), "invite")["code"])

    def settle(self, people, units):
        for key in units:
            name, type_, bound = UNITS[key]
            self.unit[key] = self.done("dir01", "unit", "create", name=name, type=type_, bound=bound).ref
            self.system[key] = self.done("dir01", "system", "create", name=name + "业务系统", owner=self.unit[key]).ref
            self.hire("uop_" + key, name + "联络员", self.unit[key], "UOP")
            self.hire("uhd_" + key, name + "负责人", self.unit[key], "UHD")
        for login, name, role in PEOPLE:
            if login in people and login not in self.who:
                self.hire(login, name, OFFICE, role)
        for login in people:
            if login.startswith("dut"):
                self.done("dir01", "duty_shift", "create", person=self.who[login], starts_at=moment(hours=1),
                          ends_at=moment(days=-30))

    # ---- everybody else ------------------------------------------------------------------------------

    def hire(self, login, name, unit, /, *roles, **post):
        """Register somebody with posts and an account that has its password; gives the reference."""
        self.who[login] = self.done(self.administrator, "person", "create", name=name, login=login, unit=unit).ref
        for role in roles:
            made = self.done(self.administrator, "post", "create", person=self.who[login], role=role, **post)
            if role in GUARDED:
                self.done(self.director, "post", "vouch", made)
        self.enrol(login, self.code_for(login))
        return self.who[login]

    def code_for(self, login):
        """By the administrator; for whoever decides, with the director behind it."""
        reply = self.web.post(f"/api/v1/accounts/{login}/invite", login=self.administrator)
        if reply.status == 202:
            reply = self.web.post(f"/api/v1/break-glass/{reply.json['break_glass']}/confirm", login=self.director)
        if reply.status != 200:
            raise Unexpected(f"no code for {login}: {reply}")
        return reply.json["code"]

    def enrol(self, login, code):
        reply = self.web.raw("POST", "/api/v1/enrolment", {"login": login, "code": code, "password": password(login)})
        if reply.status != 200:
            raise Unexpected(f"{login} cannot set a password: {reply}")
        self.web.passwords[login] = password(login)
