#include <stdlib.h>
#include <string.h>

#include "ctl/ctl_private.h"

/*
 * messages -- `fengsui message` and `fengsui channel`: what left or waits, the ways out, whom to call.
 */
static const char *text_of(const json_t *thing, const char *name)
{
	const char *text = json_string_value(json_object_get(thing, name));

	return text ? text : "";
}

static const char *digits(struct ctl *ctl, const json_t *thing, const char *name)
{
	return arena_text(ctl->mem, "%lld", (long long)json_integer_value(json_object_get(thing, name)));
}

static void heads(struct ctl *ctl, struct table *table, const char *const words[][2], size_t count)
{
	for (size_t i = 0; i < count; i++)
		table_put(table, in_words(ctl, words[i][0], words[i][1]));
}

/* ---- messages ------------------------------------------------------------------- */

static const char *about_of(const json_t *message)
{
	const json_t *about = json_object_get(message, "about");
	const char *number = text_of(about, "number");

	return *number ? number : text_of(about, "kind");
}

static void say_messages(struct ctl *ctl, const json_t *answer)
{
	static const char *const words[][2] = { { "Message", "消息" }, { "Time", "时间" },
						{ "About", "事由" },   { "To", "收件方" },
						{ "Channel", "渠道" }, { "State", "状态" },
						{ "Tries", "次数" } };
	const json_t *list = json_object_get(answer, "messages"), *one;
	struct table *table = table_new(ctl, 7);
	size_t i;

	heads(ctl, table, words, 7);
	json_array_foreach((json_t *)list, i, one) {
		table_put(table, digits(ctl, one, "id"));
		table_put(table, text_of(one, "at"));
		table_put(table, about_of(one));
		table_put(table, text_of(one, "recipient"));
		table_put(table, text_of(one, "channel"));
		table_put(table, json_object_get(one, "held") ? "held" : text_of(one, "state"));
		table_put(table, digits(ctl, one, "tries"));
	}
	if (i)
		table_print(table);
	else
		puts(in_words(ctl, "No messages.", "没有消息。"));
}

static json_t *files_of(const json_t *answer)
{
	return json_object_get(json_object_get(json_object_get(answer, "message"), "letter"), "files");
}

static void say_files(struct ctl *ctl, const json_t *answer)
{
	json_t *file;
	size_t i;

	json_array_foreach(files_of(answer), i, file)
		printf("%s%s  %s  %.16s\n", i ? "          " : in_words(ctl, "Enclosed: ", "附件：    "),
		       text_of(file, "name"), text_of(file, "type"), text_of(file, "digest"));
	if (i)
		puts("");
}

static void say_message(struct ctl *ctl, const json_t *answer)
{
	static const char *const words[][2] = { { "Time", "时间" },   { "Address", "地址" },
						{ "Result", "结果" }, { "Code", "代码" },
						{ "Answer", "应答" }, { "Next", "下次" } };
	const json_t *message = json_object_get(answer, "message"),
		     *list = json_object_get(message, "attempts"), *one;
	struct table *table = table_new(ctl, 6);
	size_t i;

	printf("%s  %s  %s  %s  %s\n", about_of(message), text_of(message, "recipient"),
	       text_of(message, "channel"), text_of(message, "state"), text_of(message, "key"));
	if (json_object_get(message, "held"))
		printf("%s\n", text_of(json_object_get(message, "held"), ctl->zh ? "zh" : "en"));
	printf("\n%s\n", text_of(json_object_get(message, "letter"), ctl->zh ? "zh" : "en"));
	say_files(ctl, answer);
	heads(ctl, table, words, 6);
	table_wrap(table);
	json_array_foreach((json_t *)list, i, one) {
		table_put(table, text_of(one, "at"));
		table_put(table, text_of(one, "address"));
		table_put(table, text_of(one, "result"));
		table_put(table, digits(ctl, one, "code"));
		table_put(table, text_of(one, "words"));
		table_put(table, text_of(one, "next_at"));
	}
	if (i)
		table_print(table);
}

static const char *word(const struct ctl *ctl, size_t i)
{
	return ctl->typed.word_count > i ? ctl->typed.words[i] : NULL;
}

static int number_typed(struct ctl *ctl, long long *out)
{
	const char *typed = word(ctl, 2);
	char *end = NULL;

	*out = typed ? strtoll(typed, &end, 10) : 0;
	if (typed && end != typed && !*end && *out > 0)
		return 0;
	return say_usage(ctl, "the number of a message is wanted; fengsui message list shows them",
			 "须给出消息编号；见 fengsui message list");
}

static int message_list(struct ctl *ctl)
{
	json_t *request = talk_request(ctl, "messages");
	int ret;

	if (word(ctl, 2))
		json_object_set_new(request, "ref", json_string(word(ctl, 2)));
	ret = talk_limit(ctl, request);
	return ret ? ret : talk_tell(ctl, request, say_messages);
}

static json_t *message_wanted(struct ctl *ctl, long long id)
{
	json_t *request = talk_request(ctl, "message");

	json_object_set_new(request, "message", json_integer(id));
	return request;
}

static int message_show(struct ctl *ctl)
{
	long long id;
	int ret = number_typed(ctl, &id);

	return ret ? ret : talk_tell(ctl, message_wanted(ctl, id), say_message);
}

/* By its name, or the beginning of its digest; the only one needs neither. NULL: none, or several. */
static const json_t *file_typed(const json_t *files, const char *typed)
{
	json_t *file, *found = NULL;
	size_t i;

	json_array_foreach((json_t *)files, i, file) {
		if (typed && strcmp(typed, text_of(file, "name")) != 0 &&
		    (strlen(typed) < 8 || strncmp(typed, text_of(file, "digest"), strlen(typed)) != 0))
			continue;
		if (found)
			return NULL;
		found = file;
	}
	return found;
}

/* A name from afar is a name here, never a path and never a hidden file. */
static const char *plain_name(const char *name, const char *otherwise)
{
	return *name && *name != '.' && *name != '-' && !strchr(name, '/') ? name : otherwise;
}

static int save_file(struct ctl *ctl, long long id, const json_t *file)
{
	json_t *request = message_wanted(ctl, id), *answer;
	int ret;

	json_object_set(request, "digest", json_object_get(file, "digest"));
	if ((ret = talk_or_say(ctl, request, &answer)))
		return ret;
	ret = document_keep(ctl, answer, plain_name(text_of(file, "name"), text_of(file, "digest")));
	json_decref(answer);
	return ret;
}

static int message_save(struct ctl *ctl)
{
	const json_t *file;
	json_t *answer;
	long long id;
	int ret = number_typed(ctl, &id);

	if (ret || (ret = talk_or_say(ctl, message_wanted(ctl, id), &answer)))
		return ret;
	if ((file = file_typed(files_of(answer), word(ctl, 3)))) {
		ret = save_file(ctl, id, file);
	} else {
		say_files(ctl, answer);
		ret = say_usage(ctl, "which file? fengsui message save NUMBER NAME [--out FILE|-]",
				"请指明附件：fengsui message save 编号 附件名 [--out 文件|-]");
	}
	json_decref(answer);
	return ret;
}

static int message_retry(struct ctl *ctl)
{
	json_t *request;
	long long id;
	int ret = number_typed(ctl, &id);

	if (ret)
		return ret;
	request = talk_request(ctl, "channel");
	json_object_set_new(request, "act", json_string("retry"));
	json_object_set_new(request, "message", json_integer(id));
	return talk_tell(ctl, request, NULL);
}

/* ---- channels ---------------------------------------------------------------------- */

static void say_channels(struct ctl *ctl, const json_t *answer)
{
	static const char *const words[][2] = { { "Channel", "渠道" },         { "Kind", "类别" },
						{ "State", "状态" },           { "Waiting", "待发" },
						{ "Sending", "发送中" },       { "Failed", "失败" },
						{ "Last trouble", "最近故障" } };
	const json_t *list = json_object_get(answer, "channels"), *one;
	struct table *table = table_new(ctl, 7);
	size_t i;

	heads(ctl, table, words, 7);
	table_wrap(table);
	json_array_foreach((json_t *)list, i, one) {
		table_put(table, text_of(one, "name"));
		table_put(table, text_of(one, "kind"));
		table_put(table, text_of(one, "state"));
		table_put(table, digits(ctl, one, "waiting"));
		table_put(table, digits(ctl, one, "sending"));
		table_put(table, digits(ctl, one, "failed"));
		table_put(table, json_object_get(one, "because")
					 ? text_of(json_object_get(one, "because"), ctl->zh ? "zh" : "en")
					 : arena_text(ctl->mem, "%s %s", text_of(one, "trouble_at"),
						      text_of(one, "words")));
	}
	if (i)
		table_print(table);
	else
		puts(in_words(ctl, "No channels: fengsui serve --channels FILE.",
			      "没有渠道：fengsui serve --channels 文件。"));
}

static int channel_list(struct ctl *ctl)
{
	return talk_tell(ctl, talk_request(ctl, "channels"), say_channels);
}

static void say_tested(struct ctl *ctl, const json_t *answer)
{
	printf(in_words(ctl,
			"Test messages under way: %lld. What becomes of them stands on the duty shift.\n",
			"已发出 %lld 条测试消息，结果记入当前值班。\n"),
	       (long long)json_integer_value(json_object_get(answer, "messages")));
}

static int act_on(struct ctl *ctl, const char *act, const char *reason)
{
	json_t *request;

	if (!word(ctl, 2))
		return say_usage(ctl, "the name of a channel is wanted; fengsui channel list shows them",
				 "须给出渠道名；见 fengsui channel list");
	request = talk_request(ctl, "channel");
	json_object_set_new(request, "act", json_string(act));
	json_object_set_new(request, "channel", json_string(word(ctl, 2)));
	if (reason)
		json_object_set_new(request, "reason", json_string(reason));
	return talk_tell(ctl, request, NULL);
}

static int channel_test(struct ctl *ctl)
{
	json_t *request = talk_request(ctl, "channel");

	json_object_set_new(request, "act", json_string("test"));
	return talk_tell(ctl, request, say_tested);
}

static int channel_hold(struct ctl *ctl)
{
	if (!word(ctl, 3))
		return say_usage(ctl, "why? It is: fengsui channel hold NAME REASON",
				 "请说明理由；用法：fengsui channel hold 渠道 理由");
	return act_on(ctl, "hold", word(ctl, 3));
}

static void say_given_up(struct ctl *ctl, const json_t *answer)
{
	const long long left = (long long)json_integer_value(json_object_get(answer, "waiting"));

	printf(in_words(ctl, "Given up: %lld.", "已放弃 %lld 条。"),
	       (long long)json_integer_value(json_object_get(answer, "given_up")));
	if (left)
		printf(in_words(ctl, " %lld still wait: give up once more.",
				"尚有 %lld 条待发：请再次放弃。"),
		       left);
	puts("");
}

static int channel_give_up(struct ctl *ctl)
{
	json_t *request;

	if (!word(ctl, 3))
		return say_usage(ctl, "why? It is: fengsui channel give-up NAME REASON",
				 "请说明理由；用法：fengsui channel give-up 渠道 理由");
	request = talk_request(ctl, "channel");
	json_object_set_new(request, "act", json_string("give-up"));
	json_object_set_new(request, "channel", json_string(word(ctl, 2)));
	json_object_set_new(request, "reason", json_string(word(ctl, 3)));
	return talk_tell(ctl, request, say_given_up);
}

static int channel_key(struct ctl *ctl)
{
	if (ctl->typed.word_count < 4)
		return say_usage(ctl,
				 "of which channel and which URL? fengsui channel key NAME URL "
				 "[CHANNELS-FILE] [--out FILE]",
				 "请指明渠道和地址：fengsui channel key 渠道 地址 [渠道文件] [--out 文件]");
	return hook_key_command(ctl, word(ctl, 2), word(ctl, 3), word(ctl, 4));
}

static int channel_resume(struct ctl *ctl) { return act_on(ctl, "resume", NULL); }

static void say_calls(struct ctl *ctl, const json_t *answer)
{
	const json_t *list = json_object_get(answer, "calls"), *one;
	json_t *contact;
	size_t i, k;

	printf("%s %s\n\n", text_of(json_object_get(answer, "warning"), "number"),
	       text_of(json_object_get(answer, "warning"), "title"));
	json_array_foreach((json_t *)list, i, one) {
		printf("[ ] %s  %s\n", text_of(json_object_get(one, "unit"), "title"),
		       text_of(one, ctl->zh ? "zh" : "en"));
		json_array_foreach(json_object_get(one, "contacts"), k, contact)
			printf("    %s: %s\n", text_of(contact, "channel"), text_of(contact, "address"));
		if (json_object_get(one, "head"))
			printf("    %s %s\n", text_of(json_object_get(one, "head"), "name"),
			       text_of(json_object_get(one, "head"), "phones"));
	}
	if (!i)
		puts(in_words(ctl, "Nobody is left to call.", "无需电话通知。"));
}

static int channel_calls(struct ctl *ctl)
{
	json_t *request;

	if (!word(ctl, 2))
		return say_usage(ctl, "the number of a warning is wanted", "须给出预警编号");
	request = talk_request(ctl, "calls");
	json_object_set_new(request, "ref", json_string(word(ctl, 2)));
	return talk_tell(ctl, request, say_calls);
}

/* ---- words ---------------------------------------------------------------------------- */

/* clang-format off */
static const struct {
	const char *of, *word;
	size_t most; /* words at most */
	int (*run)(struct ctl *ctl);
} words_of[] = {
	{ "message", "list",   3, message_list },
	{ "message", "show",   3, message_show },
	{ "message", "save",   4, message_save },
	{ "message", "retry",  3, message_retry },
	{ "channel", "list",   2, channel_list },
	{ "channel", "test",   2, channel_test },
	{ "channel", "hold",   4, channel_hold },
	{ "channel", "resume", 3, channel_resume },
	{ "channel", "give-up", 4, channel_give_up },
	{ "channel", "key",    5, channel_key },
	{ "channel", "calls",  3, channel_calls },
};
/* clang-format on */

static int run_word(struct ctl *ctl, const char *of)
{
	const char *said = word(ctl, 1) ? word(ctl, 1) : "list";

	for (size_t i = 0; i < sizeof(words_of) / sizeof(*words_of); i++) {
		if (strcmp(words_of[i].of, of) != 0 || strcmp(words_of[i].word, said) != 0)
			continue;
		if (ctl->typed.word_count > words_of[i].most)
			return say_usage(ctl, "'%s' is one word too many", "“%s”是多余的词",
					 word(ctl, words_of[i].most));
		return words_of[i].run(ctl);
	}
	return say_usage(ctl, "'%s' is nothing that fengsui %s does; see fengsui %2$s --help",
			 "fengsui %2$s 没有“%1$s”；见 fengsui %2$s --help", said, of);
}

int message_command(struct ctl *ctl) { return run_word(ctl, "message"); }
int channel_command(struct ctl *ctl) { return run_word(ctl, "channel"); }
