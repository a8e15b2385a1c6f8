/* One operation written out: parameters, body, answers, problems, ways to say who one is. */

#include "gate/openapi/openapi_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORD_MOST = 256 };

/* clang-format off */
/* What a problem of each status means, and the faults that it can be. */
static const struct {
	const char *status, *headers, *faults, *en, *zh;
} problems[] = {
	{ "400", "",                 "invalid",                 "The request cannot be read: no JSON, an unknown member",        "请求无法读取：不是 JSON，或含有未知成员" },
	{ "401", "WWW-Authenticate", "unauthenticated step_up", "Who asks is not known, or has to prove it again",               "身份未知，或需再次证明身份" },
	{ "403", "",                 "refused",                 "Not permitted, or a condition of the plan is not met",          "无权执行，或未满足预案条件" },
	{ "404", "",                 "absent",                  "Not there, or not to be seen by who asks",                      "不存在，或无权查看" },
	{ "405", "Allow",            "",                        "There is the path, not the method",                             "路径不支持此方法" },
	{ "409", "",                 "conflict",                "Changed in the meantime, or not where the sender thinks it is", "已被他人更改，或与请求方所知不符" },
	{ "412", "",                 "conflict",                "No longer the version of If-Match",                             "已不是 If-Match 所示版本" },
	{ "413", "",                 "limit",                   "Larger or longer than is taken",                                "超出大小限制" },
	{ "415", "",                 "",                        "Not the type that is wanted",                                   "内容类型不符" },
	{ "422", "",                 "invalid",                 "A value is not acceptable",                                     "内容不符合要求" },
	{ "429", "Retry-After",      "limit",                   "Too many in a short time",                                      "请求过于频繁" },
	{ "500", "",                 "corrupt newer",           "Stored data is not what it was",                                "存储数据异常" },
	{ "503", "Retry-After",      "busy io",                 "Cannot be stored at present; the same request may be sent again", "暂时无法保存，可再次发送同一请求" },
};
/* clang-format on */

/* The next word of a list; NULL at its end. */
static const char *next_word(const char **list, char word[WORD_MOST])
{
	size_t len;

	if (!*list)
		return NULL;
	*list += strspn(*list, " ");
	len = strcspn(*list, " ");
	if (!len || len >= WORD_MOST)
		return NULL;
	memcpy(word, *list, len);
	word[len] = '\0';
	*list += len;
	return word;
}

static void put_header(json_t *response, const char *name)
{
	json_t *headers = json_object_get(response, "headers");

	if (!headers) {
		headers = json_object();
		json_object_set_new(response, "headers", headers);
	}
	json_object_set_new(headers, name, json_pack("{s:s+}", "$ref", "#/components/headers/", name));
}

static json_t *problem_schema(const char *status, const char *faults)
{
	json_t *list = json_array(), *own = schema_object(false);
	char word[WORD_MOST];

	while (next_word(&faults, word))
		json_array_append_new(list, json_string(word));
	schema_property(own, "status", json_pack("{s:i}", "const", atoi(status)), true);
	if (json_array_size(list))
		schema_property(own, "fault", json_pack("{s:O}", "enum", list), true);
	json_decref(list);
	return json_pack("{s:[o, o]}", "allOf", schema_ref("problem"), own);
}

json_t *operation_problems(void)
{
	json_t *all = json_object();

	for (size_t i = 0; i < sizeof(problems) / sizeof(*problems); i++) {
		const char *headers = problems[i].headers;
		char word[WORD_MOST];
		json_t *one = json_pack("{s:s, s:s, s:{s:{s:o}}}", "description", problems[i].en, "x-zh",
					problems[i].zh, "content", "application/problem+json", "schema",
					problem_schema(problems[i].status, problems[i].faults));

		while (next_word(&headers, word))
			put_header(one, word);
		/* What cannot be read as HTTP is told in clear text, before anything of ours has seen it. */
		if (!strcmp(problems[i].status, "400"))
			json_object_set_new(json_object_get(one, "content"), "text/plain", json_object());
		json_object_set_new(all, problems[i].status, one);
	}
	return all;
}

static void put_problems(json_t *responses, const char *statuses)
{
	char word[WORD_MOST];

	while (next_word(&statuses, word))
		if (!json_object_get(responses, word))
			json_object_set_new(responses, word,
					    json_pack("{s:s+}", "$ref", "#/components/responses/", word));
}

static json_t *parameter(const char *name)
{
	return json_pack("{s:s+}", "$ref", "#/components/parameters/", name);
}

static json_t *parameters_of(const struct operation *operation)
{
	const char *takes = operation->takes;
	json_t *list = json_array();
	char word[WORD_MOST];

	for (const char *p = strchr(operation->path, '{'); p; p = strchr(p, '{')) {
		size_t len = strcspn(++p, "}");

		snprintf(word, sizeof(word), "%.*s", (int)len, p);
		json_array_append_new(list, parameter(word));
	}
	while (next_word(&takes, word))
		json_array_append_new(list, parameter(word));
	json_array_append_new(list, parameter("accept_language"));
	return list;
}

static json_t *bytes_of(const char *types)
{
	json_t *content = json_object();
	char word[WORD_MOST];

	while (next_word(&types, word))
		json_object_set_new(content, word, json_object());
	return content;
}

static json_t *json_content(json_t *schema)
{
	return json_pack("{s:{s:o}}", "application/json", "schema", schema);
}

/* "proof?": a body that need not be there. */
static json_t *schema_ref_of(const char *body)
{
	char name[WORD_MOST];

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(body, "?"), body);
	return schema_ref(name);
}

static json_t *body_of(const struct operation *operation, json_t *schema)
{
	const char *body = operation->body;
	json_t *content;

	if (schema)
		content = json_content(schema);
	else if (*body == '~')
		content = bytes_of(body + 1);
	else
		content = json_content(schema_ref_of(body));
	return json_pack("{s:o, s:b}", "content", content, "required",
			 schema ? json_object_get(schema, "required") != NULL : !strchr(body, '?'));
}

/* "201=upload+Location": see openapi_private.h. */
static void put_answer(json_t *responses, const char *answer)
{
	char status[4] = { 0 }, what[WORD_MOST];
	json_t *response = json_pack("{s:s}", "description", "Done");
	const char *rest = answer + 3;
	size_t len;

	memcpy(status, answer, 3);
	if (*rest == '=' || *rest == '~') {
		len = strcspn(rest + 1, "+");
		/* A media type may have a + in it: "image/svg+xml". */
		if (*rest == '~')
			len = strlen(rest + 1);
		snprintf(what, sizeof(what), "%.*s", (int)len, rest + 1);
		/* Of several types one is given: "200~application/pdf,text/html". */
		for (char *p = what; *rest == '~' && (p = strchr(p, ','));)
			*p = ' ';
		json_object_set_new(response, "content",
				    *rest == '=' ? json_content(schema_ref(what)) : bytes_of(what));
		rest += len + 1;
	}
	while (*rest == '+') {
		len = strcspn(++rest, "+");
		snprintf(what, sizeof(what), "%.*s", (int)len, rest);
		put_header(response, what);
		rest += len;
	}
	json_object_set_new(responses, status, response);
}

static json_t *responses_of(const struct operation *operation, bool takes_body)
{
	const char *answers = operation->answers;
	json_t *responses = json_object();
	char word[WORD_MOST];

	while (next_word(&answers, word))
		put_answer(responses, word);
	put_problems(responses, "400 422");
	if (operation->way != WAY_OPEN)
		put_problems(responses, "401 403");
	if (strchr(operation->path, '{'))
		put_problems(responses, "404");
	if (takes_body)
		put_problems(responses, "413 415");
	put_problems(responses, operation->faults);
	put_problems(responses, "429 500 503");
	return responses;
}

/* In clear the cookie has another name: a browser takes __Host- only over TLS. */
static json_t *security_of(const struct operation *operation)
{
	const bool reads = !strcmp(operation->method, "get") || !strcmp(operation->method, "head");
	json_t *list = json_array();

	if (operation->way == WAY_OPEN)
		return list;
	for (int clear = 0; clear < 2; clear++) {
		json_t *one = json_pack("{s:[]}", clear ? "session_clear" : "session");

		if (!reads)
			json_object_set_new(one, "session_token", json_array());
		json_array_append_new(list, one);
	}
	if (operation->way == WAY_ANY)
		json_array_append_new(list, json_pack("{s:[]}", "bearer"));
	return list;
}

void operation_put(json_t *paths, const struct operation *operation, json_t *body, json_t *more)
{
	json_t *path = json_object_get(paths, operation->path), *made;
	const bool takes_body = operation->body || body;

	if (!path) {
		path = json_object();
		json_object_set_new(paths, operation->path, path);
	}
	made = json_pack("{s:s, s:[s], s:s, s:s, s:s, s:s}", "operationId", operation->id, "tags",
			 operation->tag, "summary", operation->en, "description", operation->zh, "x-en",
			 operation->en, "x-zh", operation->zh);
	json_object_set_new(made, "parameters", parameters_of(operation));
	if (takes_body)
		json_object_set_new(made, "requestBody", body_of(operation, body));
	json_object_set_new(made, "responses", responses_of(operation, takes_body));
	json_object_set_new(made, "security", security_of(operation));
	if (more)
		json_object_update_new(made, more);
	json_object_set_new(path, operation->method, made);
}
