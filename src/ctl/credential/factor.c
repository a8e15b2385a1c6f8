#include <string.h>

#include "ctl/credential/account.h"
#include "ctl/ctl_private.h"
#include "ctl/remote/remote.h"

/*
 * factor -- `fengsui totp on|off`: one-time codes as a second factor.
 */
static const char address[] = "/api/v1/session/totp";

static const char *text_of(const json_t *thing, const char *name)
{
	const char *text = json_string_value(json_object_get(thing, name));

	return text ? text : "";
}

/* To the person alone: nothing of it is printed where it would be kept. */
static void say_offer(const struct ctl *ctl, const json_t *offer)
{
	struct buf drawn = { 0 };

	if (ctl->columns && qr_draw(text_of(offer, "uri"), ctl->columns, &drawn))
		fputs(drawn.data, stderr);
	fprintf(stderr,
		in_words(ctl, "Secret, for the authenticator app:\n\n    %s\n\n%s\n\n",
			 "用于身份验证器应用的密钥：\n\n    %s\n\n%s\n\n"),
		text_of(offer, "secret"), text_of(offer, "uri"));
	if (drawn.data)
		explicit_bzero(drawn.data, drawn.len);
	buf_fini(&drawn);
}

static void say_recovery(const struct ctl *ctl, const json_t *codes)
{
	const json_t *code;
	size_t i;

	puts(in_words(ctl,
		      "One-time codes are on. Recovery codes, each good once; they are not shown again. Keep "
		      "them on "
		      "paper:\n",
		      "动态码已启用。以下恢复码各可使用一次，不再显示，请写在纸上保存：\n"));
	json_array_foreach((json_t *)codes, i, code)
		printf("    %s\n", json_string_value(code));
}

static int confirm(struct ctl *ctl, json_t **answer, struct fault *why)
{
	char code[REMOTE_CODE];
	int ret = self_ask(ctl, in_words(ctl, "Code that the app shows: ", "应用显示的动态码："), false, code,
			   sizeof(code), why);

	if (ret == 0)
		ret = remote_call(ctl, "PUT", address, json_pack("{s:s}", "code", code), answer, why);
	explicit_bzero(code, sizeof(code));
	return ret;
}

static int turn_on(struct ctl *ctl)
{
	struct fault why = { 0 };
	json_t *answer = NULL;
	int ret = remote_or_say(ctl, "POST", address, json_object(), &answer);

	if (ret)
		return ret;
	say_offer(ctl, answer);
	self_wipe(answer);
	answer = NULL;
	ret = confirm(ctl, &answer, &why);
	if ((ret = talk_said(ctl, ret, answer, &why, &answer)))
		return ret;
	if (ctl->typed.json)
		say_json(answer);
	else
		say_recovery(ctl, json_object_get(answer, "recovery_codes"));
	json_decref(answer);
	return 0;
}

static int turn_off(struct ctl *ctl)
{
	json_t *answer;
	int ret = remote_or_say(ctl, "DELETE", address, NULL, &answer);

	if (ret)
		return ret;
	json_decref(answer);
	puts(in_words(ctl, "One-time codes are off.", "动态码已停用。"));
	return 0;
}

int totp_command(struct ctl *ctl)
{
	const char *word = ctl->typed.word_count == 2 ? ctl->typed.words[1] : "";

	if (!strcmp(word, "on"))
		return turn_on(ctl);
	if (!strcmp(word, "off"))
		return turn_off(ctl);
	return say_usage(ctl, "fengsui totp on|off", "fengsui totp on|off");
}
