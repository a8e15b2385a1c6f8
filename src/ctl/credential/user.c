#include <string.h>

#include "ctl/credential/account.h"
#include "ctl/ctl_private.h"

/*
 * user -- accounts, for whoever owns the folder: fengsui user invite LOGIN.
 */

static void say_account(const struct ctl *ctl, const char *login, const json_t *answer)
{
	const char *state = json_string_value(json_object_get(answer, "state"));
	const char *last = json_string_value(json_object_get(answer, "signed_in_at"));

	printf(in_words(ctl, "%s: %s; one-time codes: %s; last signed in: %s\n",
			"%s：%s；动态码：%s；最近登录：%s\n"),
	       login, account_state_words(ctl, state ? state : ""),
	       json_is_true(json_object_get(answer, "factor")) ? in_words(ctl, "yes", "有")
							       : in_words(ctl, "no", "无"),
	       last ? last : in_words(ctl, "never", "从未"));
}

int user_command(struct ctl *ctl)
{
	const char *act = ctl->typed.word_count == 3 ? ctl->typed.words[1] : NULL, *login;
	json_t *request, *answer;
	int ret;

	if (!act)
		return say_usage(ctl, "fengsui user invite|show|disable|enable|unlock LOGIN",
				 "fengsui user invite|show|disable|enable|unlock 登录名");
	login = ctl->typed.words[2];
	request = talk_request(ctl, "account");
	json_object_set_new(request, "act", json_string(act));
	json_object_set_new(request, "login", json_string(login));
	if ((ret = talk_or_say(ctl, request, &answer)))
		return ret;
	if (ctl->typed.json)
		say_json(answer);
	else if (json_object_get(answer, "code"))
		account_say_code(ctl, login, json_string_value(json_object_get(answer, "until")),
				 json_string_value(json_object_get(answer, "code")));
	else if (json_object_get(answer, "state"))
		say_account(ctl, login, answer);
	else
		puts(in_words(ctl, "Done.", "已完成。"));
	json_decref(answer);
	return 0;
}
