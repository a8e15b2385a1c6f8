"""guards -- each condition of each row, unmet once: one line per condition, with the reason.

A case is found by its row and by words of the condition as the plan tells it. `how` gives the record
with all else in place, who tries, and what comes with it; None means that nobody can bring the record
there, and `why` says how the plan itself prevents it.
"""
import recipes
from recipes import CLOSING, NOTICE, REASON, SEAL, WARNING, ACCEPT, begin, play, scene
from world import AUTHORITY, OFFICE, Thing, Unexpected, scores
import cap  # world looks in ../lib


class Case:
    def __init__(self, row, words, how, why, *, move=None, branch=None, says=None):
        self.row, self.words, self.how, self.why = row, words, how, why
        self.move, self.branch, self.says = move, branch, says

    def play(self, w, plan, unchanged, must):
        one = scene(self.row, self.branch, self.move)
        t, login, input_ = self.how(w, one)
        version, states = w.version(t), w.states(t.ref)
        if login is None:  # an automatic move: the trigger comes, the move does not
            input_(w, t)
            must(w.states(t.ref) == states, f"was made by itself: {w.states(t.ref)}")
            return
        answer = w.try_(login, t.kind, one.move, t.ref, **input_)
        unchanged(w, t, version, answer, self.words)
        must(w.states(t.ref) == states, f"changed its states: {w.states(t.ref)}")
        must((self.says or self.words) in answer.brief(), f"the answer does not say so: {answer.brief()}")


# ---- ways to leave a condition unmet -----------------------------------------------------------------------


def without(name, **instead):
    """One step of the recipe is left out; others may be replaced."""
    def how(w, one):
        t = one.begin(w, without=name, instead=instead)
        return t, one.who[0], one.given(w, t)
    return how


def given(**changes):
    """Something else comes with the move; None: it does not come."""
    def how(w, one):
        t = one.begin(w)
        input_ = {**one.given(w, t), **{k: v(w) if callable(v) else v for k, v in changes.items()}}
        return t, one.who[0], {k: v for k, v in input_.items() if v is not None}
    return how


def by(login):
    """Somebody with the role, but not the one."""
    def how(w, one):
        t = one.begin(w)
        return t, login, one.given(w, t)
    return how


def after(step, **changes):
    """With all in place, something happens before."""
    def how(w, one):
        t = one.begin(w)
        step(w, t)
        input_ = {**one.given(w, t), **changes}
        return t, one.who[0], {k: v for k, v in input_.items() if v is not None}
    return how


def start(make, login=None, **changes):
    """Another record than the recipe's."""
    def how(w, one):
        t = make(w)
        return t, login or one.who[0], {**one.given(w, t), **changes}
    return how


def itself(make, happens):
    """An automatic move: the record, and what would set it off."""
    def how(w, one):
        return make(w), None, happens
    return how


def confirms_himself(login, prepare=None):
    """Who proposed it tries to confirm it."""
    def how(w, one):
        t = one.begin(w)
        if prepare:
            prepare(w, t)
        input_ = one.given(w, t)
        w.proposed(login, t.kind, one.move, t.ref, **input_)
        return t, login, input_
    return how


HIMSELF = "who proposed it may not confirm it"

# ---- records and steps that only conditions want ------------------------------------------------------------


def lead_is(login):
    return lambda w, t: w.act("dir", t, "name_lead", lead=login)


def dismissed_graded(w):
    t = begin(w, "G.CONFIRMED")
    w.two("cl", "dir", t, "not_incident", **REASON)
    return t


def without_system(w):
    t = begin(w, "H.VERIFY")
    recipes.grade(w, t)
    recipes.evidence(w, t)
    w.two("cl", "dir", t, "confirm", **recipes.facts(w, t))
    w.act("cl", t, "choose_mode", mode="own")
    return t


def write_off(w, t):
    w.two("cl", "dir", t.affected, "write_off", **REASON)


def unchecked_measure(w, t):
    action = w.make("rsp", "containment_action", incident=t.case, affected_system=t.affected.ref, action="isolate",
                    target="主机", impact_statement="停用", alternatives={"none": "无"}, rollback="恢复网络", disruptive=False,
                    reversible=True)
    w.act("rsp", action, "execute")


def open_remedy(w, t):
    w.make("rsp", "remedy", incident=t.case, text="再加固")


def report_by(login):
    def write(w, t):
        t.report = w.make(login, "case_report", incident=t.case, title="处理报告", text_zh="经过").ref
    return write


def written_by_head(w, one):
    t = one.begin(w, without="case_report")
    report_by("uhd")(w, t)
    return t, "uhd", recipes.closing(w, t)


def open_tasking(w, t):
    w.make("dir", "tasking", incident=t.case, text="补充材料", type="order", assignee=w.u("edu"), accountable="uhd",
           due_at=w.later(days=1))


def closed_damaged(w):
    t = begin(w, "H.EVALUATE")
    digest = w.upload(b"damaged " + t.ref.encode())
    w.make("rsp", "evidence", incident=t.case, type="log", label_text="日志", blob=digest)
    for step in CLOSING:
        step(w, t)
    w.act("uhd", t, "close", **recipes.closing(w, t))
    w.damage(digest)
    return t


def proposed_by(login):
    def make(w):
        t = begin(w, "C.NONE")
        w.act(login, t, "propose", special_reason="首都重要会议期间")
        return t
    return make


def low_late(w):
    t = begin(w, "C.PROPOSED")
    w.pass_time("121 min")
    recipes.calls(w, t)
    recipes.delegation(w, t)
    return t


def active_high(w):
    t = begin(w, "H.CONFIRM", level=3)
    recipes.activate(w, t)
    return t


def questioned(w, t):
    if not hasattr(t, "evidence"):
        recipes.evidence(w, t)
    w.act("cl", t, "question", scores=scores(3), evidence_ref=t.evidence, **REASON)


def spreads(w, t):
    w.act("cl", t, "flag_spread")


def wants_team(w, t):
    s = w.make("uop", "support_request", incident=t.case, requester=w.u("edu"))
    w.act("uop", s, "submit", **recipes.SUPPORT)


def end_proposed_by(login):
    def make(w):
        t = begin(w, "C.ACTIVE")
        w.act(login, t, "stand_down", hand_back_plan="由单位处理")
        return t
    return make


def regrade_low(w, t):
    recipes.raise_level(w, t, level=1)


def ended_doubted(w):
    t = begin(w, "C.ENDED")
    w.act("cl", t, "doubt", **REASON)
    return t


def scored_triage(w):
    t = begin(w, "H.TRIAGE")
    recipes.score(w, t)
    return t


def closed_graded(w):
    return begin(w, "H.CLOSED")


def questioned_by(login):
    def make(w):
        t = begin(w, "G.CONFIRMED")
        recipes.evidence(w, t)
        w.act(login, t, "question", scores=scores(3), evidence_ref=t.evidence, **REASON)
        return t
    return make


def member_elsewhere(w, t):
    if not w.__dict__.get("elsewhere"):
        other = begin(w, "SUP.ACCEPTED")
        w.act("dir", other, "dispatch", team=w.team, members=["rsp2"], leader="rsp2")
        w.elsewhere = other


def worked_by_sector(w):
    t = recipes.tasking(w, assignee=AUTHORITY, issuer="sec")
    for move, more in (("ack", {}), ("begin", {}), ("done", {"result": "已处理"})):
        w.act("sec", t, move, **more)
    return t


def warning_of(login):
    def make(w):
        t = recipes.warning(w, author=login)
        w.act("dir", t, "review")
        recipes.warning_target(w, t)
        return t
    return make


def imported_unsigned(w):
    """Another centre's message for whose signature nobody vouches."""
    digest = w.upload(cap.MESSAGE.replace("0007", f"{len(w.list('warning')) + 7:04d}").encode(), as_="dut")
    t = w.make("dut", "warning", title="漏洞预警", hazard="远程执行", imported_file=digest)
    w.act("dir", t, "review")
    recipes.warning_target(w, t)
    return t


def drafted_by(login):
    def make(w):
        t = recipes.upward(w)
        w.act(login, t, "draft", text="情况报告")
        return t
    return make


def approved_without_channel(w):
    t = recipes.upward(w, channel=None)
    w.act("cl", t, "draft", text="情况报告")
    w.act("dir", t, "approve")
    return t


def damage(w, t):
    w.damage(t.digest)


def quarantined(w, t):
    w.damage(t.digest)
    w.act("rsp", t, "verify_digest")


def held(w, t):
    w.act("dir", t, "hold", **REASON)


def readied_by(login):
    def make(w):
        t = recipes.notice(w)
        w.act(login, t, "ready", **NOTICE)
        return t
    return make


def checked_notice_of(login):
    def make(w):
        t = readied_by(login)(w)
        w.act("cl", t, "facts_right")
        return t
    return make


PUBLIC = {"marking": "public", "category": "malware", "starts_at": "2026-03-02T08:00:00Z", "scope": "使用该软件的用户", "matters": "勿打开附件"}


def for_the_public(without=None, **said):
    """A warning that could go to the public, but for what is left out or said instead."""
    def step(w, t):
        w.act("dir", t, "edit", level=4, **{k: v for k, v in {**PUBLIC, **said}.items() if k != without})
        if without != "authorisation":
            w.act("dir", t, "record_authorisation", authorised_by=w.u("edu"), authorisation="鲁网[2026]8号")
    return step


def for_the_public_anew(without=None, **said):
    """The same of its new edition, whose words come with the move."""
    def how(w, one):
        t = one.begin(w)
        if without != "authorisation":
            w.act("dir", t, "record_authorisation", authorised_by=w.u("edu"), authorisation="鲁网[2026]8号")
        return t, one.who[0], {**one.given(w, t), **{k: v for k, v in {**PUBLIC, **said}.items() if k != without}}
    return how


def spoiled(w, t):
    w.act("pio", t, "edit", hazard="攻击来自 10.20.30.40")


def edited(w, t):
    w.act("pio", t, "edit", hazard="另一种说法")


def unconfirmed(w, t):
    w.make("res", "reservation", resource=t.tool.ref, drill=t.ref, starts_at=w.now, ends_at=w.later(days=2))


def done_by_office(w):
    t = recipes.rectification(w, owner=OFFICE)
    w.act("uhd_off", t, "accept", **ACCEPT)
    w.act("uhd_off", t, "done", proof="扫描报告")
    return t


def basis(state):
    return lambda w: begin(w, state, origin="basis")


def basis_draft(w):
    t = begin(w, "REV.DRAFTING", origin="basis")
    recipes.good_draft(w, t)
    return t


def shared_with_basis(w, t):
    other = begin(w, "REV.ACCEPTED", origin="basis")
    w.act("ped", other, "join_draft", plan_version=t.draft.ref)


def fails(w, t):
    w.make("exp3", "opinion", revision=t.ref, verdict="fail", conflict=False, text="不可行")


def literal(origin="basis"):
    def make(w):
        t = begin(w, "REV.EXPERT_REVIEW", origin=origin)
        for step in scene("T242").prep:
            step[1](w, t)
        return t
    return make


def rival_version(w):
    return begin(w, "PLV.APPROVED", previous=begin(w, "PLV.IN_FORCE"), named=False)


def number_taken(w):
    other = begin(w, "PLV.PUBLISHED")
    return w.show(other.ref)["fields"]["document_no"]


C = Case
CASES = [
    C("T002", "on shift", by("dut_off"), "a duty officer who is not on the roster now"),
    C("T003", "Grade must be in", without("score"), "not scored yet"),
    C("T005", "Merged into must be in", given(target_case=lambda w: begin(w, "H.DISMISSED").ref), "the target was dismissed"),
    C("T007", "Grade must be in", without("grade"), "only the provisional level stands"),
    C("T007", "at least one 'Evidence'", without("evidence"), "neither evidence nor a reason"),
    C("T007", "other than 'proposer'", confirms_himself("dircl", lead_is("dircl")), "lead and director in one person", says=HIMSELF),
    C("T010", "plans have not been searched", None, "the confirmation itself searches the plans"),
    C("T010", "a support request is wanted", given(mode="supported"), "beyond own forces, nobody asked for help"),
    C("T010", "every matched plan", start(lambda w: begin(w, "H.CONFIRM", nature="ransomware")), "a matched plan is undecided"),
    C("T012", "a system is not contained", without("contain_system"), "its system is still to be contained"),
    C("T012", "at least one 'Affected system'", start(without_system), "no system and no measure"),
    C("T012", "a measure is unchecked", after(unchecked_measure), "a measure's effect is open"),
    C("T014", "'Root cause'", without("cause", eradicate_system=write_off), "no cause on record", branch=1),
    C("T014", "at least one 'Remedy'", without("remedy", eradicate_system=write_off), "no remedy", branch=1),
    C("T014", "every 'Remedy'", after(open_remedy), "a remedy is only planned", branch=1),
    C("T014", "every 'Affected system'", without("eradicate_system"), "a system is behind", branch=1),
    C("T014", "evidence was kept", None, "cleaning itself wants evidence first; a cleaned system without any cannot come about", branch=1),
    C("T016", "neither signed off", without("restore"), "its owner has not signed"),
    C("T018", "Command must be in", start(recipes.followup_active), "the response is not ended", branch=1),
    C("T018", "the watch is not over", given(watch_continues=None), "three days are not over", branch=0),
    C("T020", "loss is not assessed", without("no_loss"), "no loss, and no word that there is none", branch=0),
    C("T020", "the handling is not evaluated", without("process_evaluation"), "one of two evaluations", branch=0),
    C("T020", "the plan is not evaluated", without("plan_evaluation"), "one of two evaluations", branch=0),
    C("T020", "no lessons", without("no_lessons"), "no lesson, and no word that there is none", branch=0),
    C("T020", "no proposals for the plan", without("no_revision"), "no proposal, and no word that there is none", branch=0),
    C("T020", "open", after(open_tasking), "a tasking is open", branch=0),
    C("T020", "Command must be in", after(recipes.propose_special), "a proposal to start the plan is undecided", branch=0),
    C("T020", "other than 'Author'", written_by_head, "who wrote the report approves it", branch=0),
    C("T022", "the archive package verifies", start(closed_damaged), "an evidence file was changed on the disk"),
    C("T030", "Incident must be in", start(dismissed_graded), "the case was dismissed"),
    C("T030", "Grade must be in", start(lambda w: begin(w, "H.VERIFY")), "no confirmed level"),
    C("T030", "below the threshold", given(special_reason=None), "level 2 and no reason"),
    C("T031", "a conflict leaves the decision", given(conflict_declared=True), "the decider has an interest"),
    C("T031", "other than 'Who proposed", start(proposed_by("lgdir"), "lgdir"), "director and decider in one person"),
    C("T033", "at least the threshold", given(special_reason=None), "level 2 and no reason"),
    C("T034", "Grade must be in", after(questioned), "a regrade is undecided"),
    C("T034", "below the threshold", start(recipes.returned_high), "level 3"),
    C("T035", "below the threshold", start(recipes.proposed_high), "level 3"),
    C("T036", "still has time", without("ck05_passes"), "the hour is not over"),
    C("T036", "from level 4", start(low_late), "level 2"),
    C("T036", "no call attempts", without("calls"), "nobody was called"),
    C("T036", "must have the delegation", by("dir2"), "the other director holds no delegation"),
    C("T039", "must be in 'Follow-up", start(lambda w: begin(w, "C.ACTIVE")), "still in confirmation"),
    C("T040", "Grade must be in", after(questioned), "a regrade is undecided"),
    C("T040", "below 'Threshold that applied'", start(active_high), "level 3, started at 3"),
    C("T040", "below 3", start(active_high), "level 3"),
    C("T041", "no 'Duty to submit", after(spreads), "the warning is owed"),
    C("T041", "every 'Support request'", after(wants_team), "a team is asked for"),
    C("T041", "other than 'Who proposed", start(end_proposed_by("lgdir"), "lgdir"), "director and decider in one person"),
    C("T043", "at least the threshold", itself(lambda w: begin(w, "C.ENDED"), lambda w, t: regrade_low(w, t)), "regraded to 1"),
    C("T043", "Incident must be in", itself(ended_doubted, lambda w, t: recipes.raise_level(w, t)), "the case is in verification again"),
    C("T051", "Incident must be in", start(scored_triage), "the sheet would be one of triage"),
    C("T051", "other than 'proposer'", confirms_himself("dircl", lead_is("dircl")), "lead and director in one person", says=HIMSELF),
    C("T052", "Incident must be in", start(closed_graded), "the case is closed"),
    C("T053", "'Proposed level'", None, "the question itself reckons it", move="accept_grade"),
    C("T053", "other than", start(questioned_by("lgdir"), "lgdir"), "who asked decides", move="accept_grade"),
    C("T053", "other than", start(questioned_by("lgdir"), "lgdir"), "who asked decides", move="keep_grade"),
    C("T053", "other than", start(questioned_by("lgdir"), "lgdir"), "who asked decides", move="override_grade"),
    C("T001", "the report was not accepted", None, "a case that is not there yet has no state to keep: S25 plays it"),
    C("T060", "number to call back", start(lambda w: recipes.report(w, via="phone")), "a report by telephone without a number"),
    C("T062", "calling back first", start(lambda w: recipes.receipted(w, via="mail")), "a mail address proves nothing"),
    C("T062", "Case must be in", given(incident=lambda w: begin(w, "H.DISMISSED").ref), "the case was dismissed"),
    C("T073", "Requesting unit", by("cl"), "the lead neither asked nor is of the unit"),
    C("T074", "each member is available", after(member_elsewhere, override_reason=None), "the member is under way elsewhere"),
    C("T076", "'Leader'", by("rsp"), "a responder of the case who does not lead the team"),
    C("T084", "every 'Tasking'", without("cancel_taskings"), "its taskings are open"),
    C("T090", "'Assignee'", by("rsp"), "a responder of another unit", branch=1),
    C("T091", "'Assignee'", by("sec"), "the sector authority is not the unit"),
    C("T094", "'Assignee'", by("rsp"), "a responder of another unit"),
    C("T095", "'Result'", given(result=None), "neither words nor a file"),
    C("T095", "'Assignee'", by("rsp"), "a responder of another unit"),
    C("T096", "'Issuer'", by("cl"), "the lead did not issue it"),
    C("T096", "other than 'Done by'", start(worked_by_sector, "sec"), "who did it verifies it"),
    C("T097", "'Issuer'", by("cl"), "the lead did not issue it"),
    C("T098", "'Issuer'", by("cl"), "the lead did not issue it"),
    C("T099", "'Issuer'", by("cl"), "the lead did not issue it"),
    C("T101", "no targets", without("warning_target"), "it would reach nobody"),
    C("T101", "nothing restricted", after(for_the_public(hazard="来自 10.20.30.40"), level=4, marking="public"), "a public text holds an address"),
    C("T101", "a public warning states", after(for_the_public("matters"), level=4, marking="public"), "a statutory field is missing"),
    C("T101", "this level may be published", after(for_the_public("authorisation"), level=4, marking="public"), "nobody has authorised it"),
    C("T101", "nobody vouches for the signature", start(imported_unsigned), "it came unsigned"),
    C("T101", "other than 'Author'", start(warning_of("dir")), "who wrote it approves it"),
    C("T103", "at least one 'Warning target'", None, "approval wants one, and targets are never removed"),
    C("T103", "the text that was approved", None, "an approved warning cannot be edited"),
    C("T104", "at least one 'Warning target'", None, "approval wants one, and targets are never removed"),
    C("T104", "nothing restricted", for_the_public_anew(hazard="来自 10.20.30.40"), "a public text holds an address"),
    C("T104", "a public warning states", for_the_public_anew("matters"), "a statutory field is missing"),
    C("T104", "this level may be published", for_the_public_anew("authorisation"), "nobody has authorised it"),
    C("T104", "other than 'proposer'", confirms_himself("dir"), "who proposed the edition confirms it", says=HIMSELF),
    C("T110", "people of 'Unit'", by("uop_lent"), "operator for the unit, but of another one"),
    C("T113", "people of 'Unit'", by("sec"), "the sector authority is not the unit", branch=1),
    C("T114", "people of 'Unit'", by("sec"), "the sector authority is not the unit", branch=1),
    C("T115", "people of 'Unit'", by("uop_lent"), "operator for the unit, but of another one"),
    C("T116", "people of 'Unit'", by("uop_lent"), "operator for the unit, but of another one"),
    C("T121", "other than 'Drafted by'", start(drafted_by("dir")), "who drafted it approves it", branch=1),
    C("T122", "the text that was approved", None, "an approved report cannot be edited"),
    C("T122", "the channel is not on record", start(approved_without_channel), "sent, and nobody knows by which way"),
    C("T123", "'Receipt'", given(receipt=None), "neither receipt nor a log of contacts"),
    C("T124", "'Mandatory'", start(lambda w: recipes.upward(w, mandatory=True)), "the rule says it must be sent"),
    C("T130", "the digest of the evidence", after(damage), "the file was changed on the disk"),
    C("T131", "the digest of the evidence", after(damage), "the file was changed on the disk"),
    C("T131", "'Custodian'", by("cl"), "the lead is neither custodian nor receiver"),
    C("T132", "the digest of the evidence", after(damage), "the file was changed on the disk"),
    C("T132", "'Custodian'", by("dir"), "the director is neither custodian nor receiver"),
    C("T133", "Case must be in", start(lambda w: begin(w, "EVD.SEALED")), "the case is not closed"),
    C("T134", "'Keep until'", without("retention_over"), "it is to be kept"),
    C("T134", "'Legal hold'", after(held), "a hold is on it"),
    C("T134", "'Quarantined'", after(quarantined), "the file is no longer what was captured"),
    C("T141", "other than 'Author'", start(readied_by("cl")), "who wrote it reviews it"),
    C("T143", "say what is restricted", given(findings=None), "nothing was found, and nothing is said"),
    C("T144", "nothing restricted", after(spoiled), "an address got into the text since the check", branch=1),
    C("T144", "other than 'Author'", start(checked_notice_of("dir")), "who wrote it approves it", branch=1),
    C("T145", "the text that was approved", after(edited), "edited after approval"),
    C("T148", "'Problem solved'", given(solved=False), "the problem is not solved"),
    C("T200", "at least one 'Drill goal'", without("goal"), "no goal"),
    C("T200", "measurable", None, "a goal cannot be entered without its measure"),
    C("T202", "no injects", without("inject"), "nothing would happen"),
    C("T202", "no participants", without("participant"), "nobody would take part"),
    C("T202", "check list", without("line", ), "no resource on the list"),
    C("T204", "every 'Reservation'", without("reservation", participant_confirms=lambda w, t: (
        unconfirmed(w, t), recipes.participant_confirms(w, t))), "a reservation is unconfirmed"),
    C("T204", "every 'Participant'", without("participant_confirms"), "a unit has not confirmed"),
    C("T206", "every 'Inject'", without("inject_done"), "an inject is open"),
    C("T206", "every 'Line", without("line_checked"), "a resource is unchecked"),
    C("T207", "Safety officer", by("rsp"), "a responder who is not the safety officer"),
    C("T208", "every 'Participant'", without("reconfirm"), "a unit has not confirmed again"),
    C("T211", "'Score' is given", without("goal_scored"), "a goal has no score"),
    C("T211", "'Evidence' is given", without("goal_scored"), "score and evidence are entered together"),
    C("T211", "no notes", without("evaluator_notes"), "nobody wrote anything down"),
    C("T213", "no lessons", without("drill_lesson"), "no lesson"),
    C("T213", "'Plan revision'", without("drill_no_revision"), "no proposal, and no word that there is none"),
    C("T213", "'Rectification'", without("drill_no_rectification"), "none, and no word that there is none"),
    C("T214", "the archive package verifies", None, "a drill has no files that could be damaged"),
    C("T220", "people of 'Unit'", by("uop_lent"), "operator for the unit, but of another one"),
    C("T221", "people of 'Unit'", by("uop_lent"), "operator for the unit, but of another one"),
    C("T224", "people of 'Unit'", by("uop_lent"), "operator for the unit, but of another one"),
    C("T225", "'Issued by'", by("sec"), "the sector authority did not issue it"),
    C("T226", "'Issued by'", by("sec"), "the sector authority did not issue it"),
    C("T226", "may not do this", start(done_by_office), "the Office verifies its own"),
    C("T231", "'Origin'", start(basis("REV.ASSESSING")), "a change of the basis cannot be turned down"),
    C("T232", "other than 'proposer'", confirms_himself("dir"), "who proposed it confirms it", says=HIMSELF),
    C("T234", "Draft must be in", given(plan_version=lambda w: begin(w, "PLV.ABANDONED").ref), "the draft was given up"),
    C("T235", "'Origin'", without("experts_asked"), "nobody asked for experts, and the basis did not change"),
    C("T236", "'case', 'drill'", start(basis_draft), "a change of the basis wants experts"),
    C("T236", "shares this draft", after(shared_with_basis), "another proposal in the draft is a change of the basis"),
    C("T237", "at least one 'Expert opinion'", without("opinion_exp"), "no opinion"),
    C("T237", "no 'Expert opinion'", None, "who declares a conflict gives no opinion"),
    C("T238", "fewer than three", without("opinion_exp3"), "two opinions"),
    C("T238", "'Verdict' is 'fail'", without("opinion_exp3", opinion_exp2=lambda w, t: (fails(w, t), recipes.OPINIONS[1](w, t))),
      "one of three fails it"),
    C("T238", "'Conflict of interest'", None, "who declares a conflict gives no opinion"),
    C("T240", "the text that was approved", None, "a frozen draft cannot be edited"),
    C("T241", "'Document number'", None, "the version cannot be issued without"),
    C("T241", "'Effective at'", None, "the version cannot be issued without"),
    C("T241", "'Distribution list'", None, "the version cannot be issued without"),
    C("T241", "Draft must be in", None, "only the version that comes into force carries it along"),
    C("T241", "the text that was approved", None, "a frozen draft cannot be edited"),
    C("T242", "text_minimum", without("text_minimum"), "no such setting"),
    C("T242", "'Origin'", start(literal("other")), "not a change of the basis"),
    C("T242", "at least 3", without("opinion_exp3"), "two opinions"),
    C("T242", "'Verdict' is 'fail'", without("opinion_exp3", opinion_exp2=lambda w, t: (fails(w, t), recipes.OPINIONS[1](w, t))),
      "one of three fails it"),
    C("T242", "'Conflict of interest'", None, "who declares a conflict gives no opinion"),
    C("T250", "the plan check", without("good_draft"), "no plan pack that could be checked"),
    C("T253", "the document number is taken", given(document_no=number_taken), "another version bears it"),
    C("T253", "that it replaces", start(rival_version), "another version of the plan is in force"),
    C("T253", "the text that was approved", None, "an approved draft cannot be edited"),
    C("T254", "'Effective at'", None, "the date itself sets it off"),
]
