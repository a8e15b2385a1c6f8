"""recipes -- how each state of each machine is reached, and what each row wants to be made.

A Scene is one way a row is made: the state it starts from, what is put in place first (each with a
name, so that a guard's case can leave it out), who makes it, and what comes with it. A state is
reached by the scene that leads there, so that every recipe is made of rows.
"""
from world import AUTHORITY, OFFICE, Thing, scores

RPT_AWARE = "2026-03-02T07:50:00Z"


class Scene:
    def __init__(self, row, start, who=(), input=None, prep=(), branch=0, move=None, then=None, lands=None, auto=None,
                 **options):
        self.row, self.start, self.who, self.input = row, start, list(who), input or {}
        self.prep = [(step.__name__, step) for step in prep]
        self.branch, self.move, self.then, self.lands, self.auto, self.options = branch, move, then, lands, auto, options

    @property
    def name(self):
        way = f" {self.move}" if self.move else f" way {self.branch + 1}" if self.branch else ""
        return self.row + way + (" by itself" if self.auto else "")

    def begin(self, w, without=None, instead=None, **options):
        """A record in the row's `from`, with everything in place but `without`."""
        t = begin(w, self.start, **{**self.options, **options})
        for name, step in self.prep:
            if name != without:
                ((instead or {}).get(name) or step)(w, t)
        return t

    def given(self, w, t):
        return dict(self.input(w, t) if callable(self.input) else self.input)


def begin(w, start, **options):
    if start is None:
        return None
    if callable(start):
        return start(w, **options)
    if start in FIRST:
        return FIRST[start](w, **options)
    scene = VIA[start]
    t = scene.begin(w, **options)
    scene.auto(w, t) if scene.auto else play(w, scene, t)
    return t


def play(w, scene, t):
    """Make the move by the right people; gives the last answer."""
    input_ = scene.given(w, t)
    for login in scene.who[:-1]:
        w.proposed(login, t.kind, scene.move, t.ref, **input_)
    answer = w.done(scene.who[-1], t.kind, scene.move, t.ref, **input_)
    if scene.then:
        scene.then(w, t)
    return answer


REASON = {"reason": "理由如实记录"}

# ---- the case ---------------------------------------------------------------------------------------


def new_case_input(w, t=None):
    return {"title": "示例案件", "reporter": "联络员", "aware_at": RPT_AWARE, "what": "测试用事件", "unit": w.u("edu")}


def case(w, level=2, nature="net_attack", key=False, **more):
    t = w.make("dut", "incident", **new_case_input(w))
    t.level, t.nature, t.key, t.case = level, nature, key, t.ref
    t.__dict__.update(more)
    w.act("dir", t, "name_lead", lead="cl")
    w.act("dir", t, "name_group", on_scene=["rsp"])
    return t


def score(w, t):
    w.act("dut", t, "score", scores=scores(t.level))


def grade(w, t):
    w.two("rsp", "dir", t, "fix", scores=scores(t.level))


def evidence(w, t):
    t.evidence = w.make("rsp", "evidence", incident=t.case, type="log", label_text="主机日志").ref


def system(w, t):
    t.affected = w.make("cl", "affected_system", of=t, incident=t.case, unit=w.u("edu"), name="业务系统",
                        system=w.key_system if t.key else w.system["edu"])


def facts(w, t):
    return {"class": t.nature, "consequence": ["data_damage"], "source": "外网", "scope": "一个单位", "impact": "业务中断"}


def contain_system(w, t):
    w.act("cl", t.affected, "edit", not_containable="系统已离线")
    w.act("cl", t.affected, "contained")


def cause(w, t):
    w.act("cl", t, "record_cause", cause="attack", root_cause="弱口令")


def remedy(w, t):
    t.remedy = w.make("rsp", "remedy", of=t, incident=t.case, affected_system=t.affected.ref, text="更换口令")
    w.act("rsp", t.remedy, "apply")
    w.act("cl", t.remedy, "verify", result="已核验")


def eradicate_system(w, t):
    w.act("cl", t.affected, "eradicated")


def restore(w, t):
    step = w.make("rsp", "recovery_step", of=t, incident=t.case, affected_system=t.affected.ref, type="service",
                  destructive=False, target="业务服务")
    w.act("rsp", step, "carry_out")
    w.act("rsp", step, "passed", integrity_result="完整")
    w.act("uhd", t.affected, "signed_off")


def no_loss(w, t):
    w.act("cl", t, "prepare_closing", no_loss="无损失")


def process_evaluation(w, t):
    w.make("cl", "evaluation", incident=t.case, type="process", text="流程合规")


def plan_evaluation(w, t):
    w.make("cl", "evaluation", incident=t.case, type="plan", text="预案适用")


def no_lessons(w, t):
    w.act("cl", t, "prepare_closing", no_lessons="无新教训")


def no_revision(w, t):
    w.act("cl", t, "prepare_closing", no_revision="无修改意见")


def case_report(w, t):
    t.report = w.make("cl", "case_report", incident=t.case, title="处理报告", text_zh="经过与结论").ref


def closing(w, t):
    if not hasattr(t, "report"):
        case_report(w, t)
    return {"report_upward": False, "case_report": t.report}


CLOSING = [no_loss, process_evaluation, plan_evaluation, no_lessons, no_revision, case_report]


def propose_special(w, t):
    w.act("dir", t, "propose", special_reason="首都重要会议期间")


def activate(w, t):
    if w.state(t, "command") == "none":
        propose_special(w, t)
    w.act("lg", t, "start", lead="cl", conflict_declared=False)


def end_command(w, t):
    activate(w, t)
    w.act("dir", t, "propose_end")
    w.act("lg", t, "end")


def followup_active(w, **options):
    t = begin(w, "H.FOLLOWUP", **options)
    activate(w, t)
    return t


def followup_ended(w, **options):
    t = begin(w, "H.FOLLOWUP", **options)
    end_command(w, t)
    return t


def eradicate_active(w, **options):
    t = begin(w, "H.ERADICATE", **options)
    activate(w, t)
    return t


def evaluate_high(w, **options):
    t = followup_ended(w, level=3, **options)
    w.act("dir", t, "evaluate", watch_continues="继续观察")
    return t


def confirmed_high(w, level=4, **options):
    return begin(w, "H.CONFIRM", level=level, **options)


def ck05_passes(w, t):
    w.pass_time("61 min")


def calls(w, t):
    w.make("dir", "call_attempt", incident=t.case, person="lg", channel="phone", result="no_answer")


def delegation(w, t):
    if not w.__dict__.get("delegated"):
        w.delegated = w.done("lg", "delegation", "create", grantee="dir", power="provisional_activation", min_level=4,
                           valid_from="2026-01-01T00:00:00Z", valid_to="2029-01-01T00:00:00Z", document_no="委〔2026〕1号").ref


def regraded_case(w, **options):
    return begin(w, "G.CONFIRMED", **options)


def raise_level(w, t, level=4):
    if not hasattr(t, "evidence"):
        evidence(w, t)
    w.act("cl", t, "question", scores=scores(level), evidence_ref=t.evidence, **REASON)
    w.act("dir", t, "accept_grade")


def proposed_high(w, **options):
    return begin(w, "H.CONFIRM", level=3)


def returned_high(w, **options):
    t = proposed_high(w)
    w.act("lg", t, "send_back", question="来源是否查清", **REASON)
    return t


def returned_in_verification(w, **options):
    t = begin(w, "H.VERIFY", level=3)
    for step in (grade, evidence, system):
        step(w, t)
    w.act("lg", t, "send_back", question="来源是否查清", **REASON)
    return t


def confirm_again(w, t):
    w.two("rsp", "dir", t, "confirm", **facts(w, t))


def ck04_passes(w, t):
    w.pass_time("241 min")


def lower_level(w, t):
    raise_level(w, t, level=2)


def end_proposed_in_followup(w, **options):
    t = followup_active(w)
    w.act("dir", t, "propose_end")
    return t


def recur(w, t):
    w.act("cl", t, "recurrence")


def of_system(move, login="cl"):
    """The phase of a system takes its case along."""
    return lambda w, t: w.act(login, t.affected, move)


def new_system(w, t):
    w.make("cl", "affected_system", incident=t.case, unit=w.u("tax"), name="又一系统", system=w.system["tax"])


def retention_passes(w, t):
    w.act("dir", t, "set_retention", retention="short", retention_until=w.later(hours=1))
    w.pass_time("2 h")


def archive_case(w, t):
    w.act("arc", t.incident, "archive")


def expiring_warning(w, **options):
    t = warning(w)
    w.act("dir", t, "review")
    warning_target(w, t)
    w.act("dir", t, "edit", valid_to=w.later(hours=1))
    w.act("dir", t, "approve", **WARNING)
    w.act("dir", t, "publish")
    return t


def two_hours(w, t):
    w.pass_time("2 h")


def case_from_report(w, t):
    w.make("dut", "incident", **new_case_input(w), report=t.ref)


def target_case(w, t=None):
    if not w.__dict__.get("target"):
        w.target = begin(w, "H.TRIAGE").ref
    return {"target_case": w.target}


def regrade(w, t):
    if not hasattr(t, "evidence"):
        evidence(w, t)
    return {"scores": scores(3 if t.level == 2 else 2), "evidence_ref": t.evidence, **REASON}


# ---- what belongs to a case -------------------------------------------------------------------------


def verified_case(w, **options):
    """A graded case in verification: enough to hang things on."""
    return begin(w, "G.CONFIRMED", **options)


def report(w, **more):
    return w.make("uop", "report", unit=w.u("edu"), aware_at=RPT_AWARE, **more)


def linked_case(w, t=None):
    return {"incident": begin(w, "H.TRIAGE").ref}


def support(w, **options):
    t = verified_case(w, **options)
    return w.make("uop", "support_request", of=t, incident=t.case, requester=w.u("edu"))


SUPPORT = {"needs_text": "日志分析人员", "skills": "取证", "place": "机房", "contact": "值班电话"}


def dispatch(w, t):
    return {"team": w.team, "members": ["rsp2"], "leader": "rsp2"}


def released(w, t):
    """The team is free for the next request."""


def special_plan(w, **options):
    t = begin(w, "H.CONFIRM", nature="ransomware", **options)
    return Thing("special_plan", w.only_linked(t, "special_plan"), **{**vars_of(t), "incident": t})


def vars_of(t):
    return {k: v for k, v in t.__dict__.items() if k not in ("kind", "ref")}


def start_plans(w, t):
    w.act("cl", t.incident, "start_plans")


def conflict(w, t):
    t.conflict = w.make("dir", "plan_conflict", incident=t.case, description="两预案步骤冲突",
                        settled_by_office=getattr(t, "office_settles", True)).ref


def named_conflict(w, t):
    conflict(w, t)
    return {"conflict": t.conflict}


def taskings_of(w, t):
    return [Thing("tasking", link.ref) for link in w.linked(t.ref, "tasking")]


def cancel_taskings(w, t):
    for tasking in taskings_of(w, t):
        w.act("dir", tasking, "cancel", **REASON)


def tasking(w, assignee="edu", issuer="dir", **options):
    t = verified_case(w, **options)
    return w.make(issuer, "tasking", of=t, incident=t.case, text="封堵来源", type="order", assignee=w.unit_ref.get(assignee, assignee),
                  accountable="uhd", due_at=w.later(days=1))


def warning(w, author="dut", **options):
    return w.make(author, "warning", title="漏洞预警", hazard="远程执行")


def warning_target(w, t):
    t.target = w.make("dut", "warning_target", warning=t.ref, unit=w.u("edu"))


WARNING = {"level": 5, "measures": "更新补丁", "marking": "members"}


def published_target(w, **options):
    t = begin(w, "WRN.PUBLISHED", **options)
    return Thing("warning_target", t.target.ref, warning=t)


def ck11_passes(w, t):
    w.pass_time("31 min")


def lift(w, t):
    w.act("dir", t.warning, "lift", **REASON)


def upward(w, mandatory=False, channel="phone", **options):
    t = verified_case(w, **options)
    by = {"channel": channel} if channel else {}
    return w.make("dir", "upward_report", of=t, incident=t.case, recipient="省网信办", type="initial", within_min=60,
                  mandatory=mandatory, **by)


def captured(w, **options):
    t = verified_case(w, **options)
    t.digest = w.upload(b"evidence of %s" % t.ref.encode())
    return w.make("rsp", "evidence", of=t, incident=t.case, type="log", label_text="主机日志", blob=t.digest)


SEAL = {"label_text": "主机日志", "place": "保险柜", "capturer": "rsp", "custodian": "rsp"}


def sealed_closed(w, **options):
    """Sealed evidence of a case that is closed by now."""
    t = begin(w, "H.EVALUATE", **options)
    e = w.make("rsp", "evidence", of=t, incident=t.case, type="log", label_text="主机日志")
    w.act("rsp", e, "seal", **SEAL)
    for step in CLOSING:
        step(w, t)
    w.act("uhd", t, "close", **closing(w, t))
    e.incident = t
    return e


def retention_over(w, t):
    w.two("dir", "arc", t, "set_retention", retention_until=w.later(hours=1))
    w.pass_time("2 h")


def notice(w, author="pio", **options):
    t = verified_case(w, **options)
    return w.make(author, "notice", of=t, incident=t.case)


NOTICE = {"hazard": "钓鱼网站", "services": "网上办事", "solution": "核对网址", "contact": "12345"}

# ---- drill, rectification, revision, plan version ---------------------------------------------------


def drill(w, **options):
    return w.make("dir", "drill", year=2026, due_at="2026-12-31T00:00:00Z", name="年度演练")


def goal(w, t):
    t.goal = w.make("dir", "drill_goal", drill=t.ref, text="一小时内报告", measure="报告时刻")


def inject(w, t):
    t.inject = w.make("dir", "drill_inject", drill=t.ref, text="发现网页后门", offset_min=10)


def participant(w, t):
    t.participant = w.make("dir", "drill_participant", drill=t.ref, unit=w.u("edu"))


def line(w, t):
    t.tool = w.make("res", "resource", type="tool", name="检测工具", check_min=1000000)
    t.line = w.make("res", "drill_line", drill=t.ref, resource=t.tool.ref)


def reservation(w, t):
    t.reservation = w.make("res", "reservation", resource=t.tool.ref, drill=t.ref, starts_at=w.now, ends_at=w.later(days=2))
    w.act("res", t.reservation, "confirm")


def participant_confirms(w, t):
    w.act("uhd", t.participant, "confirm")


def inject_done(w, t):
    w.act("dir", t.inject, "inject")


def line_checked(w, t):
    w.act("res", t.line, "check", result="good")


def reconfirm(w, t):
    w.act("uhd", t.participant, "reconfirm")


def goal_scored(w, t):
    w.act("lg", t.goal, "score", score=4, evidence="录像")


def evaluator_notes(w, t):
    w.make("rsp", "evaluation", drill=t.ref, type="drill_goal", text="反应及时")


def drill_lesson(w, t):
    w.make("rsp", "lesson", drill=t.ref, text="联络表需更新")


def drill_no_revision(w, t):
    w.act("dir", t, "prepare_summary", no_revision="无")


def drill_no_rectification(w, t):
    w.act("dir", t, "prepare_summary", no_rectification="无")


def rectification(w, owner="edu", issuer="dir", **options):
    return w.make(issuer, "rectification", owner=w.unit_ref.get(owner, owner), text="修补弱口令", due_at=w.later(days=30))


ACCEPT = {"person": "uhd", "due_at": "2026-12-01T00:00:00Z", "plan": "两周内完成"}


def revision(w, origin="other", **options):
    t = w.make("dut", "revision", origin=origin, text="联络表每季核对")
    t.origin, t.previous, t.named = origin, options.get("previous"), options.get("named", True)
    return t


def plan_version(w, previous=None, named=True, **options):
    w.versions = w.__dict__.get("versions", 0) + 1
    t = w.make("ped", "plan_version", version=f"1.{w.versions}", text="修订稿",
               plan=previous.plan if previous else f"plan-{w.versions}", **({"previous": previous.ref} if previous and named else {}))
    t.distribution_no, t.plan = w.versions, previous.plan if previous else f"plan-{w.versions}"
    return t


def own_draft(w, t):
    t.draft = plan_version(w, getattr(t, "previous", None), getattr(t, "named", True))
    return {"plan_version": t.draft.ref}


def good_draft(w, t):
    """The draft carries a plan pack that the check finds sound."""
    thing = t if t.kind == "plan_version" else t.draft
    w.act("ped", thing, "edit", pack=w.sound_pack(), changes="联络表")
    w.act("ped", thing, "check")


def experts_asked(w, t):
    w.act("dir", t, "edit", experts_asked=True)


def opinion(login, verdict="pass"):
    def give(w, t):
        w.make(login, "opinion", revision=t.ref, verdict=verdict, conflict=False, text="可行")
    give.__name__ = "opinion_" + login
    return give


OPINIONS = [opinion("exp"), opinion("exp2"), opinion("exp3")]


def text_minimum(w, t):
    if not w.__dict__.get("minimum"):
        w.minimum = w.make("lg", "setting", name="text_minimum", value="yes", valid_from="2026-01-01T00:00:00Z",
                           valid_to="2029-01-01T00:00:00Z", reason="按文本")


def by_experts(w, **options):
    t = begin(w, "REV.DRAFTING", **options)
    return t


def approved_version(w, **options):
    t = begin(w, "REV.READY", **options)
    return Thing("plan_version", t.draft.ref, revision=t, number=t.draft.distribution_no, plan=t.draft.plan)


def succeeded(w, t):
    """Another version of the same plan comes into force."""
    effective(w, begin(w, "PLV.PUBLISHED", previous=t))


def issue(w, t):
    return {"document_no": f"济信字[2026]{t.number}号", "distribution": "各成员单位", "effective_at": w.later(hours=1)}


def effective(w, t):
    w.pass_time("2 h")


# ---- the first state of each machine ------------------------------------------------------------------

FIRST = {
    "H.RECEIVED": case, "C.NONE": lambda w, **o: begin(w, "H.CONFIRM", **o), "G.UNGRADED": lambda w, **o: begin(w, "H.TRIAGE", **o),
    "G.PROVISIONAL": lambda w, **o: begin(w, "H.VERIFY", **o), "RPT.DRAFT": report, "RPT.RECEIPTED": lambda w, **o: receipted(w),
    "SUP.DRAFT": support, "SPL.MATCHED": special_plan, "TSK.ISSUED": tasking, "WRN.SUBMITTED": warning,
    "WTG.PENDING": published_target, "UPR.OPEN": upward, "EVD.CAPTURED": captured, "NOT.DRAFT": notice, "DRL.DUE": drill,
    "RCT.OPEN": rectification, "REV.PROPOSED": revision, "PLV.DRAFT": plan_version, "PLV.APPROVED": approved_version,
}


def receipted(w, **more):
    t = report(w, **more)
    w.act("uop", t, "submit", reporter="联络员", what="网页被篡改")
    return t


S = Scene
SCENES = [
    # ---- H: handling of a case
    S("T001", None, ["dut"], new_case_input, move="create", branch=1),
    S("T002", "H.RECEIVED", ["dut"]),
    S("T003", "H.TRIAGE", ["dut"], {"on_scene": ["rsp"]}, [score]),
    S("T004", "H.TRIAGE", ["dut"], REASON, [score], branch=1),
    S("T004", "H.TRIAGE", ["cl", "dir"], REASON, [score], level=3),
    S("T005", "H.TRIAGE", ["dut"], target_case),
    S("T006", "H.TRIAGE", ["dir"], {"receiving_authority": "市公安局"}),
    S("T007", "H.VERIFY", ["cl", "dir"], facts, [grade, evidence, system]),
    S("T007", "H.VERIFY", ["rsp", "dir"], facts, [grade, evidence, system], branch=1, level=3),
    S("T008", "H.VERIFY", ["cl", "dir"], REASON, branch=1),
    S("T008", "H.VERIFY", ["rsp", "dir"], REASON, level=3),
    S("T009", "H.CONFIRM", ["cl"], REASON),
    S("T010", "H.CONFIRM", ["cl"], {"mode": "own"}),
    S("T011", "H.CONTAIN", ["cl"], REASON),
    S("T012", "H.CONTAIN", ["cl"], {"business_impact": "停用两小时"}, [contain_system]),
    S("T013", "H.ERADICATE", ["cl"]),
    S("T014", "H.ERADICATE", ["cl"], None, [cause, remedy, eradicate_system], branch=1),
    S("T014", eradicate_active, ["cl", "dir"], None, [cause, remedy, eradicate_system], level=3),
    S("T015", "H.RECOVER", ["cl"]),
    S("T016", "H.RECOVER", ["cl"], None, [restore]),
    S("T017", "H.FOLLOWUP", ["cl"]),
    S("T018", "H.FOLLOWUP", ["cl"], {"watch_continues": "继续观察"}),
    S("T018", followup_ended, ["dir"], {"watch_continues": "继续观察"}, branch=1),
    S("T019", "H.EVALUATE", ["dir"]),
    S("T020", "H.EVALUATE", ["uhd"], closing, CLOSING),
    S("T020", evaluate_high, ["lg"], closing, CLOSING, branch=1),
    S("T021", "H.CLOSED", ["dir"], REASON),
    S("T022", "H.CLOSED", ["arc"]),
    S("T023", "H.DISMISSED", ["dir"], REASON),
    S("T024", "H.DISMISSED", ["arc"]),
    S("T025", "H.REFERRED", ["dir"]),
    S("T026", "H.REFERRED", ["dir"], {"hand_over_receipt": "公网安[2026]7号"}),
    # ---- C: command
    S("T030", "C.NONE", ["dir"], {"special_reason": "首都重要会议期间"}),
    S("T031", "C.PROPOSED", ["lg"], {"lead": "cl", "conflict_declared": False}),
    S("T032", "C.PROPOSED", ["lg"], {"question": "来源是否查清", **REASON}),
    S("T033", "C.RETURNED", ["dir"], {"special_reason": "首都重要会议期间"}),
    S("T034", "C.RETURNED", ["dir"]),
    S("T035", "C.PROPOSED", ["lg"], REASON),
    S("T036", confirmed_high, ["dir"], {"lead": "cl", **REASON}, [ck05_passes, calls, delegation]),
    S("T037", "C.PROVISIONAL", ["lg"]),
    S("T038", "C.PROVISIONAL", ["lg"], REASON),
    S("T039", followup_active, ["dir"]),
    S("T040", "C.ACTIVE", ["dir"], {"hand_back_plan": "由单位继续处理"}),
    S("T041", "C.END_PROPOSED", ["lg"]),
    S("T042", "C.END_PROPOSED", ["lg"], REASON),
    S("T043", "C.ENDED", auto=raise_level),
    # ---- the same rows, made by the rules of the plan
    S("T013", "H.ERADICATE", auto=of_system("spread_again")),
    S("T013", "H.ERADICATE", auto=new_system),
    S("T015", "H.RECOVER", auto=of_system("trouble_again")),
    S("T017", "H.FOLLOWUP", auto=of_system("recurrence")),
    S("T019", "H.EVALUATE", auto=of_system("recurrence", "dir")),
    S("T019", "H.EVALUATE", auto=new_system),
    S("T024", "H.DISMISSED", auto=retention_passes),
    S("T030", "H.VERIFY", auto=grade, level=3),
    S("T033", returned_high, auto=ck04_passes),
    S("T033", returned_in_verification, auto=confirm_again),
    S("T035", proposed_high, auto=lower_level),
    S("T042", end_proposed_in_followup, auto=recur),
    S("T062", "RPT.RECEIPTED", auto=case_from_report),
    S("T105", expiring_warning, auto=two_hours),
    S("T133", sealed_closed, auto=archive_case),
    # ---- G: grade
    S("T050", "G.UNGRADED", ["dut"], {"scores": scores(2)}),
    S("T051", "G.PROVISIONAL", ["rsp", "dir"], lambda w, t: {"scores": scores(t.level)}),
    S("T052", "G.CONFIRMED", ["cl"], regrade, [evidence]),
    S("T053", "G.REGRADE", ["dir"], move="accept_grade"),
    S("T053", "G.REGRADE", ["lg"], REASON, move="keep_grade"),
    S("T053", "G.REGRADE", ["lg"], {"scores": scores(2), **REASON}, move="override_grade"),
    # ---- RPT: report of a unit; the receipt follows its submission in the same act
    S("T060", "RPT.DRAFT", ["uop"], {"reporter": "联络员", "what": "网页被篡改", "unit": "市教育局信息中心", "aware_at": RPT_AWARE},
      lands="receipted"),
    S("T061", "RPT.DRAFT", auto=lambda w, t: w.act("uop", t, "submit", reporter="联络员", what="网页被篡改")),
    S("T062", "RPT.RECEIPTED", ["dut"], linked_case),
    S("T063", "RPT.RECEIPTED", ["dut"], {"questions": "受影响的主机"}),
    S("T064", "RPT.SUPPLEMENT", ["uop"], {"answer": "两台"}),
    S("T065", "RPT.RECEIPTED", ["dut"], {"reason_code": "not_technical"}),
    # ---- SUP: support
    S("T070", "SUP.DRAFT", ["uop"], SUPPORT),
    S("T071", "SUP.SUBMITTED", ["dir"]),
    S("T072", "SUP.SUBMITTED", ["dir"], {"alternative": "电话指导", **REASON}),
    S("T073", "SUP.SUBMITTED", ["uop"]),
    S("T074", "SUP.ACCEPTED", ["dir"], {"team": "支援队", "members": ["rsp2"], "leader": "rsp2", "override_reason": "分身"}),
    S("T075", "SUP.ACCEPTED", ["dir"], REASON),
    S("T076", "SUP.DISPATCHED", ["rsp2"]),
    S("T077", "SUP.ON_SITE", ["dir", "uop"], {"hand_over_note": "已移交"}),
    S("T078", "SUP.DISPATCHED", ["dir"], REASON),
    # ---- SPL: special plans
    S("T080", "SPL.MATCHED", auto=start_plans),
    S("T081", "SPL.MATCHED", ["cl"], REASON),
    S("T082", "SPL.ACTIVE", ["dir"], named_conflict),
    S("T083", "SPL.SUSPENDED", ["dir"], REASON, branch=1),
    S("T083", "SPL.SUSPENDED", ["lg"], REASON, office_settles=False),
    S("T084", "SPL.ACTIVE", ["cl"], None, [cancel_taskings]),
    S("T085", "SPL.SUSPENDED", ["dir"], {"replaced_by": "malware-outbreak", **REASON}),
    # ---- TSK: taskings
    S("T090", "TSK.ISSUED", ["uop"], branch=1),
    S("T090", "TSK.ISSUED", ["dut"], {"by_phone": True}),
    S("T091", "TSK.ISSUED", ["uop"], REASON),
    S("T092", "TSK.DECLINED", ["dir"]),
    S("T093", "TSK.DECLINED", ["dir"], REASON),
    S("T094", "TSK.ACKED", ["uop"]),
    S("T095", "TSK.IN_PROGRESS", ["uop"], {"result": "已封堵"}),
    S("T096", "TSK.DONE", ["dir"]),
    S("T097", "TSK.DONE", ["dir"], REASON),
    S("T098", "TSK.ISSUED", ["dir"], REASON, move="cancel"),
    S("T099", "TSK.ACKED", ["dir"], REASON, move="cancel"),
    # ---- WRN, WTG: warnings and whom they reach
    S("T100", "WRN.SUBMITTED", ["dir"]),
    S("T101", "WRN.REVIEW", ["dir"], WARNING, [warning_target]),
    S("T102", "WRN.REVIEW", ["dir"], REASON),
    S("T103", "WRN.APPROVED", ["dir"]),
    S("T104", "WRN.PUBLISHED", ["dut", "dir"], {**WARNING, "level": 4}),
    S("T105", "WRN.PUBLISHED", ["dir"], REASON),
    S("T110", "WTG.PENDING", ["uop"]),
    S("T111", "WTG.PENDING", auto=ck11_passes),
    S("T112", "WTG.DELIVERED", auto=ck11_passes),
    S("T113", "WTG.DELIVERED", ["uop"], branch=1),
    S("T113", "WTG.DELIVERED", ["dut"], {"by_phone": True}),
    S("T114", "WTG.ESCALATED", ["uop"], branch=1),
    S("T114", "WTG.ESCALATED", ["dut"], {"by_phone": True}),
    S("T115", "WTG.ACKED", ["uop"], {"measures": "已更新"}),
    S("T116", "WTG.ACKED", ["uop"], REASON),
    S("T117", "WTG.ESCALATED", auto=lift),
    S("T118", "WTG.ACKED", auto=lift),
    # ---- UPR: reports upward
    S("T120", "UPR.OPEN", ["cl"], {"text": "情况报告"}),
    S("T121", "UPR.DRAFTED", ["dir"], branch=1),
    S("T121", "UPR.DRAFTED", ["lg"], level=4),
    S("T122", "UPR.APPROVED", ["dir"]),
    S("T123", "UPR.SENT", ["dir"], {"receipt": "鲁网[2026]3号"}),
    S("T124", "UPR.OPEN", ["dir"], {"authority": "规定第三条", **REASON}),
    S("T125", "UPR.DRAFTED", ["dir"], REASON, branch=1),
    S("T125", "UPR.DRAFTED", ["lg"], REASON, level=4),
    # ---- EVD: evidence
    S("T130", "EVD.CAPTURED", ["rsp"], SEAL),
    S("T131", "EVD.SEALED", ["rsp", "sup"], {"receiver": "sup"}),
    S("T132", "EVD.TRANSFERRED", ["sup", "rsp"], {"receiver": "rsp"}),
    S("T133", sealed_closed, ["arc"]),
    S("T134", "EVD.SEALED", ["dir", "aud"], None, [retention_over]),
    S("T135", "EVD.TRANSFERRED", ["dir"], {"receipt": "公网安[2026]9号"}),
    # ---- NOT: public notices
    S("T140", "NOT.DRAFT", ["pio"], NOTICE),
    S("T141", "NOT.TECH_REVIEW", ["cl"]),
    S("T142", "NOT.TECH_REVIEW", ["cl"], REASON),
    S("T143", "NOT.RELEASE_CHECK", ["sup"], {"findings": "含内部地址"}),
    S("T144", "NOT.RELEASE_CHECK", ["dir"], branch=1),
    S("T144", "NOT.RELEASE_CHECK", ["lg"], level=4),
    S("T145", "NOT.APPROVED", ["pio"]),
    S("T146", "NOT.PUBLISHED", ["pio"]),
    S("T147", "NOT.PUBLISHED", ["dir"], REASON),
    S("T148", "NOT.PUBLISHED", ["dir"], {"solved": True}),
    # ---- DRL: the drill
    S("T200", "DRL.DUE", ["lg"], {"goals": "按时报告", "scope": "教育系统"}, [goal]),
    S("T201", "DRL.SCOPED", ["dir"], {"office_drafters": ["dir"], "team_drafters": ["rsp"]}),
    S("T202", "DRL.SCHEME_DRAFT", ["dir", "rsp"], {"scenario": "网页后门", "safety_rules": "真实事件即中止", "criteria": "时限"},
      [inject, participant, line]),
    S("T203", "DRL.SCHEME_AGREED", ["dir"], REASON),
    S("T204", "DRL.SCHEME_AGREED", ["dir"], None, [reservation, participant_confirms]),
    S("T205", "DRL.RESOURCED", ["dir"], {"real_incident_check": "无真实事件"}),
    S("T206", "DRL.RUNNING", ["dir"], None, [inject_done, line_checked]),
    S("T207", "DRL.RUNNING", ["dir"], REASON),
    S("T208", "DRL.ABORTED", ["dir"], {"new_date": "2026-06-01T00:00:00Z"}, [reconfirm]),
    S("T209", "DRL.ABORTED", ["dir", "lg"]),
    S("T210", "DRL.ABORTED", ["lg"], REASON),
    S("T211", "DRL.CONDUCTED", ["lg"], None, [goal_scored, evaluator_notes]),
    S("T212", "DRL.EVALUATED", ["dir", "lg"], {"bulletin": "演练结果"}),
    S("T213", "DRL.ANNOUNCED", ["dir"], {"team_analysis": "联络偏慢"}, [drill_lesson, drill_no_revision, drill_no_rectification]),
    S("T214", "DRL.SUMMARISED", ["arc"]),
    S("T215", "DRL.SCOPED", ["lg"], REASON),
    S("T216", "DRL.SCHEME_AGREED", ["lg"], REASON),
    S("T217", "DRL.RESOURCED", ["lg"], REASON),
    # ---- RCT: rectifications
    S("T220", "RCT.OPEN", ["uop"], ACCEPT),
    S("T221", "RCT.OPEN", ["uop"], REASON),
    S("T222", "RCT.DISPUTED", ["dir"], REASON),
    S("T223", "RCT.DISPUTED", ["dir"], REASON),
    S("T224", "RCT.ACCEPTED", ["uop"], {"proof": "扫描报告"}),
    S("T225", "RCT.DONE", ["dir"], REASON),
    S("T226", "RCT.DONE", ["dir"]),
    # ---- REV, PLV: the plan is revised
    S("T230", "REV.PROPOSED", ["dir"], lambda w, t: {"origin": t.origin}),
    S("T231", "REV.ASSESSING", ["dir"], REASON),
    S("T232", "REV.ASSESSING", ["ped", "dir"], {"comparison": "逐条一致"}),
    S("T233", "REV.ASSESSING", ["dir"]),
    S("T234", "REV.ACCEPTED", ["dir"], own_draft),
    S("T235", "REV.DRAFTING", ["dir"], None, [good_draft, experts_asked]),
    S("T236", "REV.DRAFTING", ["dir"], None, [good_draft]),
    S("T237", "REV.EXPERT_REVIEW", ["exp"], {"verdict": "conditional"}, [OPINIONS[0]]),
    S("T238", "REV.EXPERT_REVIEW", ["exp"], {"verdict": "pass"}, OPINIONS),
    S("T239", "REV.CONSENT", ["lg"], REASON),
    S("T240", "REV.CONSENT", ["lg"]),
    S("T241", "REV.READY", auto=lambda w, t: come_into_force(w, t)),
    S("T242", "REV.EXPERT_REVIEW", ["exp"], {"verdict": "pass"}, [*OPINIONS, text_minimum], origin="basis"),
    S("T250", "PLV.DRAFT", ["ped"], None, [good_draft]),
    S("T251", lambda w, **o: frozen_version(w), auto=lambda w, t: w.act("lg", t.revision, "wants_changes", **REASON)),
    S("T252", lambda w, **o: frozen_version(w), auto=lambda w, t: w.act("lg", t.revision, "consent")),
    S("T253", "PLV.APPROVED", ["ped"], issue),
    S("T254", "PLV.PUBLISHED", auto=effective),
    S("T255", "PLV.IN_FORCE", auto=succeeded),
    S("T256", "PLV.DRAFT", ["ped"], REASON),
]


def come_into_force(w, t):
    draft = Thing("plan_version", t.draft.ref, number=t.draft.distribution_no)
    w.act("ped", draft, "publish", **issue(w, draft))
    effective(w, draft)


def frozen_version(w):
    t = begin(w, "REV.CONSENT")
    return Thing("plan_version", t.draft.ref, revision=t, number=t.draft.distribution_no)


# Where a first state is reached by another machine's row.
BEHIND = {"PLV.APPROVED": "REV.READY"}


def scene(row, branch=None, move=None):
    fit = [s for s in SCENES if s.row == row and (branch is None or s.branch == branch) and (not move or s.move == move)]
    return min(fit, key=lambda s: bool(s.auto))  # a person's way before a rule's


# Which row leads to a state: the last step of its recipe.
VIA = {
    "H.TRIAGE": scene("T002"), "H.VERIFY": scene("T003"), "H.CONFIRM": scene("T007"), "H.CONTAIN": scene("T010"),
    "H.ERADICATE": scene("T012"), "H.RECOVER": scene("T014", 1), "H.FOLLOWUP": scene("T016"), "H.EVALUATE": scene("T018", 0),
    "H.CLOSED": scene("T020", 0), "H.ARCHIVED": scene("T022"), "H.DISMISSED": scene("T004", 1), "H.REFERRED": scene("T006"),
    "H.MERGED": scene("T005"),
    "C.PROPOSED": scene("T030"), "C.ACTIVE": scene("T031"), "C.RETURNED": scene("T032"), "C.PROVISIONAL": scene("T036"),
    "C.END_PROPOSED": scene("T040"), "C.ENDED": scene("T041"),
    "G.CONFIRMED": scene("T051"), "G.REGRADE": scene("T052"),
    "RPT.SUPPLEMENT": scene("T063"), "RPT.LINKED": scene("T062"), "RPT.REJECTED": scene("T065"),
    "SUP.SUBMITTED": scene("T070"), "SUP.ACCEPTED": scene("T071"), "SUP.DECLINED": scene("T072"), "SUP.WITHDRAWN": scene("T073"),
    "SUP.DISPATCHED": scene("T074"), "SUP.ON_SITE": scene("T076"), "SUP.RELEASED": scene("T078"),
    "SPL.ACTIVE": scene("T080"), "SPL.NOT_APPLICABLE": scene("T081"), "SPL.SUSPENDED": scene("T082"), "SPL.COMPLETED": scene("T084"),
    "TSK.ACKED": scene("T090", 1), "TSK.DECLINED": scene("T091"), "TSK.IN_PROGRESS": scene("T094"), "TSK.DONE": scene("T095"),
    "TSK.VERIFIED": scene("T096"), "TSK.CANCELLED": scene("T098"),
    "WRN.REVIEW": scene("T100"), "WRN.APPROVED": scene("T101"), "WRN.PUBLISHED": scene("T103"), "WRN.LIFTED": scene("T105"),
    "WRN.REJECTED": scene("T102"),
    "WTG.DELIVERED": scene("T110"), "WTG.ESCALATED": scene("T111"), "WTG.ACKED": scene("T113", 1), "WTG.ACTED": scene("T115"),
    "WTG.NOT_APPLICABLE": scene("T116"), "WTG.CLOSED_UNANSWERED": scene("T118"),
    "UPR.DRAFTED": scene("T120"), "UPR.APPROVED": scene("T121", 1), "UPR.SENT": scene("T122"), "UPR.RECEIPTED": scene("T123"),
    "UPR.WAIVED": scene("T124"),
    "EVD.SEALED": scene("T130"), "EVD.TRANSFERRED": scene("T131"), "EVD.ARCHIVED": scene("T135"), "EVD.DISPOSED": scene("T134"),
    "NOT.TECH_REVIEW": scene("T140"), "NOT.RELEASE_CHECK": scene("T141"), "NOT.APPROVED": scene("T144", 1),
    "NOT.PUBLISHED": scene("T145"), "NOT.WITHDRAWN": scene("T147"), "NOT.FINAL": scene("T148"),
    "DRL.SCOPED": scene("T200"), "DRL.SCHEME_DRAFT": scene("T201"), "DRL.SCHEME_AGREED": scene("T202"), "DRL.RESOURCED": scene("T204"),
    "DRL.RUNNING": scene("T205"), "DRL.CONDUCTED": scene("T206"), "DRL.ABORTED": scene("T207"), "DRL.CANCELLED": scene("T215"),
    "DRL.EVALUATED": scene("T211"), "DRL.ANNOUNCED": scene("T212"), "DRL.SUMMARISED": scene("T213"), "DRL.CLOSED": scene("T214"),
    "RCT.ACCEPTED": scene("T220"), "RCT.DISPUTED": scene("T221"), "RCT.DONE": scene("T224"), "RCT.VERIFIED": scene("T226"),
    "RCT.WITHDRAWN": scene("T223"),
    "REV.ASSESSING": scene("T230"), "REV.REJECTED": scene("T231"), "REV.NO_CHANGE": scene("T232"), "REV.ACCEPTED": scene("T233"),
    "REV.DRAFTING": scene("T234"), "REV.EXPERT_REVIEW": scene("T235"), "REV.CONSENT": scene("T236"), "REV.READY": scene("T240"),
    "REV.IMPLEMENTED": scene("T241"),
    "PLV.FROZEN": scene("T250"), "PLV.PUBLISHED": scene("T253"), "PLV.IN_FORCE": scene("T254"), "PLV.SUPERSEDED": scene("T255"),
    "PLV.ABANDONED": scene("T256"),
}
