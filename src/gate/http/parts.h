#pragma once

#include "gate/http/call.h"

/*
 * parts -- the routes of each file of this folder, and what the call asks of them.
 */

/* identity.c: who asks. FAULT_UNKNOWN where nobody, or not who was said. */
int identity_find(struct call *call, struct fault *why);
/* May this identity use the route? */
int identity_may(const struct call *call, const struct route *route, struct fault *why);
/* FAULT_STEP_UP where the session has not proven of late who it is. */
int identity_fresh(const struct call *call, struct fault *why);
/* The session or token was used: noted in a batch of its own, once a minute. */
void identity_touch(struct call *call);
/* The cookie of a session; NULL ends it. */
void identity_cookie(struct call *call, const char *secret);

/* problem.c: RFC 9457. Takes the answer; `status` is 0 or what it must be. */
json_t *problem_of(const struct call *call, json_t *answer, int *status);

/* records.c */
int records_list(struct call *call, struct fault *why);
int records_make(struct call *call, struct fault *why);
int records_show(struct call *call, struct fault *why);
int records_history(struct call *call, struct fault *why);
int records_move(struct call *call, struct fault *why);
int records_withdraw(struct call *call, struct fault *why);
int records_file(struct call *call, struct fault *why);

/* figures.c: over all records */
int figures_clocks(struct call *call, struct fault *why);
int figures_deadlines(struct call *call, struct fault *why);
int figures_counts(struct call *call, struct fault *why);
int figures_statistics(struct call *call, struct fault *why);

/* account/proof.c: whoever proves who it is */
int proof_sign_in(struct call *call, struct fault *why);
int proof_step_up(struct call *call, struct fault *why);
int proof_password(struct call *call, struct fault *why);
int proof_enrol(struct call *call, struct fault *why);

/* account/session.c */
int session_whoami(struct call *call, struct fault *why);
int session_sign_out(struct call *call, struct fault *why);
int session_all(struct call *call, struct fault *why);
int session_end_one(struct call *call, struct fault *why);
int session_factor_offer(struct call *call, struct fault *why);
int session_factor_confirm(struct call *call, struct fault *why);
int session_factor_remove(struct call *call, struct fault *why);

/* account/admin.c */
int admin_accounts(struct call *call, struct fault *why);
int admin_account(struct call *call, struct fault *why);
int admin_do(struct call *call, struct fault *why);
int admin_breakglass_list(struct call *call, struct fault *why);
int admin_breakglass_confirm(struct call *call, struct fault *why);
int admin_breakglass_withdraw(struct call *call, struct fault *why);

/* account/tokens.c */
json_t *tokens_scopes(unsigned bits); /* their names, a new list */
int tokens_all(struct call *call, struct fault *why);
int tokens_make(struct call *call, struct fault *why);
int tokens_revoke(struct call *call, struct fault *why);

/* account/views.c */
int views_all(struct call *call, struct fault *why);
int views_put(struct call *call, struct fault *why);
int views_remove(struct call *call, struct fault *why);

/* upload.c */
int uploads_open(struct web *web, struct uploads **out, struct fault *why);
void uploads_free(struct uploads *uploads);
/* In a batch: those that nothing came for since a day ago. */
int uploads_sweep(struct uploads *uploads, int64_t now, struct fault *why);
void uploads_committed(struct uploads *uploads); /* and after it, their files */
int uploads_make(struct call *call, struct fault *why);
int uploads_head(struct call *call, struct fault *why);
int uploads_begin(struct call *call, struct fault *why);
int uploads_part(struct call *call, const char *bytes, size_t len, struct fault *why);
int uploads_whole(struct call *call, struct fault *why);
int uploads_end(struct call *call, struct fault *why);
int uploads_drop(struct call *call, struct fault *why);

/* intake.c */
int intake_begin(struct call *call, struct fault *why);
int intake_part(struct call *call, const char *bytes, size_t len, struct fault *why);
int intake_whole(struct call *call, struct fault *why);

/* quarantine.c */
int quarantine_list(struct call *call, struct fault *why);

/* events.c */
struct events *events_new(struct web *web);
void events_free(struct events *events);
void events_committed(struct events *events);
bool events_turn(struct events *events);
void events_over(struct call *call);    /* a listener is gone */
void events_drained(struct call *call); /* and may be told more */
/* What a session or token was good for is over: their streams end. 0: all of the person. */
void events_revoke(struct events *events, enum asking way, int64_t id, int64_t person);
unsigned events_listening(const struct events *events);
int events_listen(struct call *call, struct fault *why);

/* shown/document.c */
int documents_of_record(struct call *call, struct fault *why);
int document_of_record(struct call *call, struct fault *why);

/* shown/parcel.c */
int parcels_open(struct web *web, struct parcels **out, struct fault *why);
void parcels_free(struct parcels *parcels);
int parcel_case(struct call *call, struct fault *why);

/* shown/cap.c */
int cap_feed(struct call *call, struct fault *why);
int cap_file(struct call *call, struct fault *why);
int cap_begin(struct call *call, struct fault *why);
int cap_part(struct call *call, const char *bytes, size_t len, struct fault *why);
int cap_whole(struct call *call, struct fault *why);
/* shown/messages.c */
int messages_list(struct call *call, struct fault *why);
int messages_show(struct call *call, struct fault *why);
int messages_retry(struct call *call, struct fault *why);
int message_enclosed(struct call *call, struct fault *why);
int channels_list(struct call *call, struct fault *why);
int channels_test_all(struct call *call, struct fault *why);
int channels_hold_one(struct call *call, struct fault *why);
int channels_give_up_one(struct call *call, struct fault *why);
int channels_resume_one(struct call *call, struct fault *why);
int calls_list(struct call *call, struct fault *why);
int warning_preview(struct call *call, struct fault *why);

/* pages/ack.c: the link in a warning's mail */
int ack_page(struct call *call, struct fault *why);
int ack_use(struct call *call, struct fault *why);
/* shown/plan.c */
int plan_versions(struct call *call, struct fault *why);
int plan_diff(struct call *call, struct fault *why);
int plan_boundary(struct call *call, struct fault *why);

/* shown/regimes.c */
int plan_regimes(struct call *call, struct fault *why);

/* shown/record.c */
int record_entries(struct call *call, struct fault *why);

/* shown/rules.c */
int rules_all(struct call *call, struct fault *why);
int rules_try(struct call *call, struct fault *why);

/* site.c */
/* Who may look at raw events, or runs the software: the sources are those of all units. */
bool site_sees_sources(const struct call *call);
int site_openapi(struct call *call, struct fault *why);
int site_catalogue(struct call *call, struct fault *why);
int site_status(struct call *call, struct fault *why);
int site_checkpoint(struct call *call, struct fault *why);
int site_time(struct call *call, struct fault *why);
int site_health(struct call *call, struct fault *why);
int site_metrics(struct call *call, struct fault *why);
int site_public(struct call *call, struct fault *why);
int site_front(struct call *call, struct fault *why);
