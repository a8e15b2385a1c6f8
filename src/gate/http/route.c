#include "gate/http/route.h"

#include <string.h>

#include "account/token.h"
#include "gate/http/parts.h"
#include "gate/pages/pages.h"

enum { READS = TOKEN_READ | TOKEN_ACT, ACTS = TOKEN_ACT, NO_SCOPE = 0 };

/* clang-format off */
static const struct route routes[] = {
	/* method    path                                     who           token scopes     and of reports        body */
	{ "POST",   "/api/v1/session",                       FOR_ANYBODY, NO_SCOPE,     NO_SCOPE,     BODY_JSON,  proof_sign_in,          NULL, NULL },
	{ "GET",    "/api/v1/session",                       FOR_BOTH,    READS | TOKEN_REPORT | TOKEN_INTAKE, NO_SCOPE, BODY_NONE, session_whoami, NULL, NULL },
	{ "DELETE", "/api/v1/session",                       FOR_SESSION, NO_SCOPE,     NO_SCOPE,     BODY_NONE,  session_sign_out,       NULL, NULL },
	{ "POST",   "/api/v1/session/step-up",               FOR_SESSION, NO_SCOPE,     NO_SCOPE,     BODY_JSON,  proof_step_up,          NULL, NULL },
	{ "POST",   "/api/v1/session/password",              FOR_SESSION, NO_SCOPE,     NO_SCOPE,     BODY_JSON,  proof_password,         NULL, NULL },
	{ "POST",   "/api/v1/session/totp",                  FOR_SESSION, NO_SCOPE,     NO_SCOPE,     BODY_JSON,  session_factor_offer,   NULL, NULL },
	{ "PUT",    "/api/v1/session/totp",                  FOR_SESSION, NO_SCOPE,     NO_SCOPE,     BODY_JSON,  session_factor_confirm, NULL, NULL },
	{ "DELETE", "/api/v1/session/totp",                  FOR_SESSION, NO_SCOPE,     NO_SCOPE,     BODY_NONE,  session_factor_remove,  NULL, NULL },
	{ "GET",    "/api/v1/sessions",                      FOR_SESSION, NO_SCOPE,     NO_SCOPE,     BODY_NONE,  session_all,            NULL, NULL },
	{ "DELETE", "/api/v1/sessions/{id}",                 FOR_SESSION, NO_SCOPE,     NO_SCOPE,     BODY_NONE,  session_end_one,        NULL, NULL },
	{ "POST",   "/api/v1/enrolment",                     FOR_ANYBODY, NO_SCOPE,     NO_SCOPE,     BODY_JSON,  proof_enrol,            NULL, NULL },
	{ "GET",    "/api/v1/accounts",                      FOR_SESSION, NO_SCOPE,     NO_SCOPE,     BODY_NONE,  admin_accounts,         NULL, NULL },
	{ "GET",    "/api/v1/accounts/{login}",              FOR_SESSION, NO_SCOPE,     NO_SCOPE,     BODY_NONE,  admin_account,          NULL, NULL },
	{ "POST",   "/api/v1/accounts/{login}/{act}",        FOR_SESSION, NO_SCOPE,     NO_SCOPE,     BODY_JSON,  admin_do,               NULL, NULL },
	{ "GET",    "/api/v1/break-glass",                   FOR_SESSION, NO_SCOPE,     NO_SCOPE,     BODY_NONE,  admin_breakglass_list,  NULL, NULL },
	{ "POST",   "/api/v1/break-glass/{id}/confirm",      FOR_SESSION, NO_SCOPE,     NO_SCOPE,     BODY_JSON,  admin_breakglass_confirm, NULL, NULL },
	{ "DELETE", "/api/v1/break-glass/{id}",              FOR_SESSION, NO_SCOPE,     NO_SCOPE,     BODY_NONE,  admin_breakglass_withdraw, NULL, NULL },
	{ "GET",    "/api/v1/tokens",                        FOR_SESSION, NO_SCOPE,     NO_SCOPE,     BODY_NONE,  tokens_all,             NULL, NULL },
	{ "POST",   "/api/v1/tokens",                        FOR_SESSION, NO_SCOPE,     NO_SCOPE,     BODY_JSON,  tokens_make,            NULL, NULL },
	{ "DELETE", "/api/v1/tokens/{id}",                   FOR_SESSION, NO_SCOPE,     NO_SCOPE,     BODY_NONE,  tokens_revoke,          NULL, NULL },
	{ "GET",    "/api/v1/views",                         FOR_SESSION, NO_SCOPE,     NO_SCOPE,     BODY_NONE,  views_all,              NULL, NULL },
	{ "PUT",    "/api/v1/views/{name}",                  FOR_SESSION, NO_SCOPE,     NO_SCOPE,     BODY_JSON,  views_put,              NULL, NULL },
	{ "DELETE", "/api/v1/views/{name}",                  FOR_SESSION, NO_SCOPE,     NO_SCOPE,     BODY_NONE,  views_remove,           NULL, NULL },
	{ "POST",   "/api/v1/uploads",                       FOR_BOTH,    ACTS | TOKEN_REPORT, NO_SCOPE, BODY_JSON, uploads_make,         NULL, NULL },
	{ "HEAD",   "/api/v1/uploads/{id}",                  FOR_BOTH,    ACTS | TOKEN_REPORT, NO_SCOPE, BODY_NONE, uploads_head,         NULL, NULL },
	{ "PATCH",  "/api/v1/uploads/{id}",                  FOR_BOTH,    ACTS | TOKEN_REPORT, NO_SCOPE, BODY_BYTES, uploads_whole,       uploads_begin, uploads_part },
	{ "POST",   "/api/v1/uploads/{id}/end",              FOR_BOTH,    ACTS | TOKEN_REPORT, NO_SCOPE, BODY_JSON, uploads_end,          NULL, NULL },
	{ "DELETE", "/api/v1/uploads/{id}",                  FOR_BOTH,    ACTS | TOKEN_REPORT, NO_SCOPE, BODY_NONE, uploads_drop,         NULL, NULL },
	{ "POST",   "/api/v1/intake/{source}",               FOR_BOTH,    TOKEN_INTAKE, NO_SCOPE,     BODY_BYTES, intake_whole,           intake_begin, intake_part },
	{ "GET",    "/api/v1/quarantine",                    FOR_BOTH,    READS,        NO_SCOPE,     BODY_NONE,  quarantine_list,        NULL, NULL },
	{ "GET",    "/api/v1/events",                        FOR_BOTH,    READS,        NO_SCOPE,     BODY_NONE,  events_listen,          NULL, NULL },
	{ "GET",    "/api/v1/catalogue",                     FOR_BOTH,    READS | TOKEN_REPORT, NO_SCOPE, BODY_NONE, site_catalogue,      NULL, NULL },
	{ "GET",    "/api/v1/openapi.json",                  FOR_ANYBODY, NO_SCOPE,     NO_SCOPE,     BODY_NONE,  site_openapi,           NULL, NULL },
	{ "GET",    "/api/v1/status",                        FOR_BOTH,    READS,        NO_SCOPE,     BODY_NONE,  site_status,            NULL, NULL },
	{ "GET",    "/api/v1/deadlines",                     FOR_BOTH,    READS,        NO_SCOPE,     BODY_NONE,  figures_deadlines,      NULL, NULL },
	{ "GET",    "/api/v1/clocks",                        FOR_BOTH,    READS,        NO_SCOPE,     BODY_NONE,  figures_clocks,         NULL, NULL },
	{ "GET",    "/api/v1/counts",                        FOR_BOTH,    READS,        NO_SCOPE,     BODY_NONE,  figures_counts,         NULL, NULL },
	{ "GET",    "/api/v1/statistics",                    FOR_BOTH,    READS,        NO_SCOPE,     BODY_NONE,  figures_statistics,     NULL, NULL },
	{ "GET",    "/api/v1/record",                        FOR_BOTH,    READS,        NO_SCOPE,     BODY_NONE,  record_entries,         NULL, NULL },
	{ "GET",    "/api/v1/plan/versions",                 FOR_BOTH,    READS,        NO_SCOPE,     BODY_NONE,  plan_versions,          NULL, NULL },
	{ "GET",    "/api/v1/plan/diff",                     FOR_BOTH,    READS,        NO_SCOPE,     BODY_NONE,  plan_diff,              NULL, NULL },
	{ "GET",    "/api/v1/plan/boundary",                 FOR_BOTH,    READS,        NO_SCOPE,     BODY_NONE,  plan_boundary,          NULL, NULL },
	{ "GET",    "/api/v1/plan/regimes",                  FOR_BOTH,    READS,        NO_SCOPE,     BODY_NONE,  plan_regimes,           NULL, NULL },
	{ "GET",    "/api/v1/rules",                         FOR_BOTH,    READS,        NO_SCOPE,     BODY_NONE,  rules_all,              NULL, NULL },
	{ "POST",   "/api/v1/rules/try",                     FOR_BOTH,    READS,        NO_SCOPE,     BODY_JSON,  rules_try,              NULL, NULL },
	{ "POST",   "/api/v1/checkpoint",                    FOR_BOTH,    READS | TOKEN_REPORT, NO_SCOPE, BODY_JSON, site_checkpoint,      NULL, NULL },
	{ "POST",   "/api/v1/time",                          FOR_SESSION, NO_SCOPE,     NO_SCOPE,     BODY_JSON,  site_time,              NULL, NULL },
	{ "DELETE", "/api/v1/proposals/{id}",                FOR_BOTH,    ACTS,         NO_SCOPE,     BODY_NONE,  records_withdraw,       NULL, NULL },
	{ "GET",    "/api/v1/messages",                      FOR_BOTH,    READS,        NO_SCOPE,     BODY_NONE,  messages_list,          NULL, NULL },
	{ "GET",    "/api/v1/messages/{id}",                 FOR_BOTH,    READS,        NO_SCOPE,     BODY_NONE,  messages_show,          NULL, NULL },
	{ "GET",    "/api/v1/messages/{id}/attachments/{digest}", FOR_BOTH, READS,      NO_SCOPE,     BODY_NONE,  message_enclosed,       NULL, NULL },
	{ "POST",   "/api/v1/messages/{id}/retry",           FOR_BOTH,    ACTS,         NO_SCOPE,     BODY_JSON,  messages_retry,         NULL, NULL },
	{ "GET",    "/api/v1/channels",                      FOR_BOTH,    READS,        NO_SCOPE,     BODY_NONE,  channels_list,          NULL, NULL },
	{ "POST",   "/api/v1/channels/test",                 FOR_BOTH,    ACTS,         NO_SCOPE,     BODY_JSON,  channels_test_all,      NULL, NULL },
	{ "POST",   "/api/v1/channels/{name}/hold",          FOR_BOTH,    ACTS,         NO_SCOPE,     BODY_JSON,  channels_hold_one,      NULL, NULL },
	{ "POST",   "/api/v1/channels/{name}/give-up",       FOR_BOTH,    ACTS,         NO_SCOPE,     BODY_JSON,  channels_give_up_one,   NULL, NULL },
	{ "POST",   "/api/v1/channels/{name}/resume",        FOR_BOTH,    ACTS,         NO_SCOPE,     BODY_JSON,  channels_resume_one,    NULL, NULL },
	{ "GET",    "/api/v1/warning/{ref}/calls",           FOR_BOTH,    READS,        NO_SCOPE,     BODY_NONE,  calls_list,             NULL, NULL },
	{ "POST",   "/api/v1/warning/{ref}/preview",         FOR_BOTH,    READS,        NO_SCOPE,     BODY_JSON,  warning_preview,        NULL, NULL },
	{ "GET",    "/ack/{token}",                          FOR_ANYBODY, NO_SCOPE,     NO_SCOPE,     BODY_NONE,  ack_page,               NULL, NULL },
	{ "POST",   "/ack/{token}",                          FOR_ANYBODY, NO_SCOPE,     NO_SCOPE,     BODY_NONE,  ack_use,                NULL, NULL },
	{ "GET",    "/api/v1/documents",                     FOR_BOTH,    READS,        NO_SCOPE,     BODY_NONE,  documents_of_record,    NULL, NULL },
	{ "GET",    "/api/v1/document/{ref}/{document_file}", FOR_BOTH,    READS,        NO_SCOPE,     BODY_NONE,  document_of_record,     NULL, NULL },
	{ "GET",    "/api/v1/{kind}",                        FOR_BOTH,    READS,        TOKEN_REPORT, BODY_NONE,  records_list,           NULL, NULL },
	{ "POST",   "/api/v1/{kind}",                        FOR_BOTH,    ACTS,         TOKEN_REPORT, BODY_JSON,  records_make,           NULL, NULL },
	{ "GET",    "/api/v1/{kind}/{ref}",                  FOR_BOTH,    READS,        TOKEN_REPORT, BODY_NONE,  records_show,           NULL, NULL },
	{ "GET",    "/api/v1/incident/{ref}/bundle",         FOR_BOTH,    READS,        NO_SCOPE,     BODY_NONE,  parcel_case,            NULL, NULL },
	{ "GET",    "/api/v1/{kind}/{ref}/history",          FOR_BOTH,    READS,        TOKEN_REPORT, BODY_NONE,  records_history,        NULL, NULL },
	{ "GET",    "/api/v1/{kind}/{ref}/file/{field}",     FOR_BOTH,    READS,        TOKEN_REPORT, BODY_NONE,  records_file,           NULL, NULL },
	{ "POST",   "/api/v1/{kind}/{ref}/{move}",           FOR_BOTH,    ACTS,         TOKEN_REPORT, BODY_JSON,  records_move,           NULL, NULL },
	{ "GET",    "/cap/feed.atom",                        FOR_ANYBODY, NO_SCOPE,     NO_SCOPE,     BODY_NONE,  cap_feed,               NULL, NULL },
	{ "GET",    "/cap/{file}",                           FOR_ANYBODY, NO_SCOPE,     NO_SCOPE,     BODY_NONE,  cap_file,               NULL, NULL },
	{ "POST",   "/cap",                                  FOR_BOTH,    ACTS,         NO_SCOPE,     BODY_BYTES, cap_whole,              cap_begin, cap_part },
	{ "GET",    "/health",                               FOR_ANYBODY, NO_SCOPE,     NO_SCOPE,     BODY_NONE,  site_health,            NULL, NULL },
	{ "GET",    "/metrics",                              FOR_ANYBODY, NO_SCOPE,     NO_SCOPE,     BODY_NONE,  site_metrics,           NULL, NULL },
	{ "GET",    "/public/{name}",                        FOR_ANYBODY, NO_SCOPE,     NO_SCOPE,     BODY_NONE,  site_public,            NULL, NULL },
	{ "GET",    "/",                                     FOR_ANYBODY, NO_SCOPE,     NO_SCOPE,     BODY_NONE,  visit_page,             NULL, NULL },
};
/* clang-format on */

size_t route_count(void) { return sizeof(routes) / sizeof(*routes); }
const struct route *route_at(size_t index) { return &routes[index]; }

static size_t segment(const char *at) { return strcspn(at, "/"); }

/* How well does it fit: fixed words before variables, from the left; 0: not. */
static unsigned fits(const char *pattern, const char *path)
{
	unsigned score = 1;

	while (*pattern == '/' && *path == '/') {
		const size_t want = segment(++pattern), have = segment(++path);
		const bool variable = *pattern == '{';

		if (!variable && (want != have || memcmp(pattern, path, want) != 0))
			return 0;
		if (variable && !have)
			return 0;
		score = score * 2 + !variable;
		pattern += want;
		path += have;
	}
	return *pattern || *path ? 0 : score;
}

static bool takes(const struct route *route, const char *method)
{
	return !strcmp(route->method, method) || (!strcmp(method, "HEAD") && !strcmp(route->method, "GET"));
}

static void keep_words(struct call *call, const char *pattern, const char *path)
{
	for (size_t n = 0; *pattern == '/';) {
		const size_t want = segment(++pattern), have = segment(++path);

		if (*pattern == '{')
			call->words[n++] = arena_copy_bytes(call->mem, path, have);
		pattern += want;
		path += have;
	}
}

/* The methods of the best pattern, for Allow. */
static const char *methods_of(struct call *call, const char *path, unsigned best)
{
	const char *all = "";

	for (size_t i = 0; i < route_count(); i++)
		if (fits(routes[i].path, path) == best)
			all = arena_text(call->mem, "%s%s%s", all, *all ? ", " : "", routes[i].method);
	return strstr(all, "GET") && !strstr(all, "HEAD") ? arena_text(call->mem, "%s, HEAD", all) : all;
}

static unsigned best_fit(const char *path)
{
	unsigned best = 0;

	for (size_t i = 0; i < route_count(); i++) {
		const unsigned score = fits(routes[i].path, path);

		best = score > best ? score : best;
	}
	return best;
}

const struct route *route_find(struct call *call, const char *method, const char *path, const char **allow,
			       struct fault *why)
{
	const struct route *found = NULL;
	unsigned best = best_fit(path);

	if (!best && visit_fits(call, path))
		best = best_fit(path = "/");

	for (size_t i = 0; best && i < route_count() && !found; i++)
		if (fits(routes[i].path, path) == best && takes(&routes[i], method))
			found = &routes[i];
	if (found) {
		keep_words(call, found->path, path);
		return found;
	}
	*allow = best ? methods_of(call, path, best) : NULL;
	if (best)
		fault_say(why, FAULT_INVALID, "'%.16s' is not for this address; it takes %s",
			  "此地址不接受“%.16s”；可用：“%s”", method, *allow);
	else
		fault_say(why, FAULT_ABSENT, "there is nothing at this address", "此地址没有内容");
	return NULL;
}
