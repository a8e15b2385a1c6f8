#include <stdio.h>
#include <string.h>

#include "account/token.h"
#include "action/action.h"
#include "ctl/ctl_private.h"
#include "gate/http/route.h"
#include "gate/openapi/openapi.h"
#include "pack/pack.h"

/*
 * api -- `fengsui api`: the HTTP interface as a document, of a daemon or of a plan pack.
 */

static int of_daemon(struct ctl *ctl, json_t **out)
{
	int ret = catalogue_learn(ctl);

	if (ret == 0)
		*out = json_incref(ctl->catalogue);
	return ret;
}

/* A plan is read here without proofs: `fengsui plan check` gives those. */
static int of_pack(struct ctl *ctl, const char *path, json_t **out)
{
	SCOPED(pack_drop) struct pack *pack = NULL;
	struct problems problems;
	struct fault why = { 0 };
	int ret;

	problems_init(&problems);
	if ((ret = pack_load(path, &pack, &problems, &why)) == 0)
		*out = catalogue_make(pack);
	problems_fini(&problems);
	return ret < 0 ? say_fault(ctl, &why) : 0;
}

static void say_scopes(unsigned scopes)
{
	const char *between = "";

	if (!scopes)
		putchar('-');
	for (unsigned bit = 1; bit <= TOKEN_ACT; bit <<= 1)
		if (scopes & bit) {
			printf("%s%s", between, token_scope_name((enum token_scope)bit));
			between = ",";
		}
}

/* One a line: method, path, who, scopes of a token, scopes besides for reports. */
static int say_routes(void)
{
	static const char *const who[] = {
		[FOR_ANYBODY] = "anybody", [FOR_SESSION] = "session", [FOR_BOTH] = "both"
	};

	for (size_t i = 0; i < route_count(); i++) {
		const struct route *route = route_at(i);

		printf("%s %s %s ", route->method, route->path, who[route->who]);
		say_scopes(route->scopes);
		putchar(' ');
		say_scopes(route->report_scopes);
		putchar('\n');
	}
	return 0;
}

int api_command(struct ctl *ctl)
{
	const struct openapi_site site = { .version = FENGSUI_VERSION };
	json_t *catalogue = NULL, *document;
	int ret;

	if (ctl->typed.word_count > 2)
		return say_usage(ctl, "fengsui api [PACK|routes], the folder of a plan pack",
				 "fengsui api [预案包目录|routes]");
	if (ctl->typed.word_count > 1 && !strcmp(ctl->typed.words[1], "routes"))
		return say_routes();
	ret = ctl->typed.word_count > 1 ? of_pack(ctl, ctl->typed.words[1], &catalogue)
					: of_daemon(ctl, &catalogue);
	if (ret)
		return ret;
	document = openapi_make(catalogue, &site);
	json_decref(catalogue);
	json_dumpf(document, stdout, JSON_INDENT(1));
	putchar('\n');
	json_decref(document);
	return 0;
}
