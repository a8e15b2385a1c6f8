#include "deliver/channels.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/stamp.h"
#include "deliver/mailbox_name.h"
#include "deliver/turns.h"
#include "host/file.h"
#include "pack/yaml.h"

enum { TIMEOUT_MS = 30000, CONNECTIONS = 8, REFUSALS = 6, REFUSALS_MOST = 100 };
#define GIVE_UP (3 * STAMP_DAY)

struct listed {
	const char *word, *channel, *address;
};

struct channels {
	atomic_int held;
	struct arena *mem;
	const char *site;
	int64_t give_up;
	struct channel *channels;
	size_t count;
	struct listed *listed;
	size_t listed_count;
};

/* One file being read; the first thing that is wrong ends it. */
struct reading {
	struct channels *out;
	struct arena *mem;
	struct fault *why;
};

static const char *const kinds[CHANNEL_KINDS] = { "mail", "webhook", "command" };
static const char *const kinds_zh[CHANNEL_KINDS] = { "邮件", "网络推送", "程序" };

const char *channel_kind_word(enum channel_kind kind) { return kinds[kind]; }

/* ---- what every key needs -------------------------------------------------- */

static int wrong_at(const struct reading *r, struct place at)
{
	return fault_within(r->why, "%s:%d:%d", at.file, at.line, at.column);
}

static int text_of(const struct reading *r, const struct yaml_node *node, const char **out)
{
	if (node->form == YAML_TEXT && *node->text) {
		*out = node->text;
		return 0;
	}
	fault_say(r->why, FAULT_INVALID, "a word is wanted here", "此处应为一个词");
	return wrong_at(r, node->at);
}

static int yes_of(const struct reading *r, const struct yaml_node *node, bool *out)
{
	const char *text;
	int ret = text_of(r, node, &text);

	if (ret < 0)
		return ret;
	*out = !strcmp(text, "yes");
	if (*out || !strcmp(text, "no"))
		return 0;
	fault_say(r->why, FAULT_INVALID, "'%.40s' is neither yes nor no", "“%.40s”既非 yes 也非 no", text);
	return wrong_at(r, node->at);
}

static int number_of(const struct reading *r, const struct yaml_node *node, int least, int most, int *out)
{
	const char *text;
	char *end;
	int ret = text_of(r, node, &text);
	long n;

	if (ret < 0)
		return ret;
	n = strtol(text, &end, 10);
	if (end != text && !*end && n >= least && n <= most) {
		*out = (int)n;
		return 0;
	}
	fault_say(r->why, FAULT_INVALID, "'%.40s' is not %d..%d", "“%.40s”不在 %d..%d 之内", text, least,
		  most);
	return wrong_at(r, node->at);
}

static int span_of(const struct reading *r, const struct yaml_node *node, int64_t least, int64_t most,
		   int64_t *out)
{
	const char *text;
	char from[32], to[32];
	int ret = text_of(r, node, &text);

	if (ret < 0)
		return ret;
	if (stamp_parse_span(text, out, r->why) < 0)
		return wrong_at(r, node->at);
	if (*out >= least && *out <= most)
		return 0;
	stamp_format_span(least, from, sizeof(from));
	stamp_format_span(most, to, sizeof(to));
	fault_say(r->why, FAULT_INVALID, "'%.40s' is not %s to %s", "“%.40s”不在 %s 至 %s 之间", text, from,
		  to);
	return wrong_at(r, node->at);
}

static int choice_of(const struct reading *r, const struct yaml_node *node, const char *const *words,
		     int count, int *out)
{
	const char *text;
	int ret = text_of(r, node, &text);

	if (ret < 0)
		return ret;
	for (int i = 0; i < count; i++)
		if (!strcmp(text, words[i])) {
			*out = i;
			return 0;
		}
	fault_say(r->why, FAULT_INVALID, "'%.40s' is none of %s, %s%s%s", "“%.40s”不是 %s、%s%s%s 之一", text,
		  words[0], words[1], count > 2 ? ", " : "", count > 2 ? words[2] : "");
	return wrong_at(r, node->at);
}

/* A secret in a file that nobody else may read. */
static int secret_of(const struct reading *r, const struct yaml_node *node, const char **out)
{
	const char *path;
	struct stat about;
	char *text;
	size_t len;
	int ret = text_of(r, node, &path);

	if (ret < 0)
		return ret;
	if (file_read(path, CHANNEL_SECRET_MOST, r->mem, &text, &len, r->why) < 0)
		return wrong_at(r, node->at);
	if (stat(path, &about) == 0 && (about.st_mode & 077)) {
		fault_say(r->why, FAULT_REFUSED, "%s holds a secret and others may read it (chmod 600)",
			  "%s 存有密钥，但他人可读（chmod 600）", path);
		return wrong_at(r, node->at);
	}
	text[strcspn(text, "\r\n")] = '\0';
	*out = text;
	if (*text)
		return 0;
	fault_say(r->why, FAULT_INVALID, "%s is empty", "%s 为空", path);
	return wrong_at(r, node->at);
}

/* ---- keys of a channel ------------------------------------------------------ */

static int take_kind(const struct reading *r, const struct yaml_node *node, struct channel *c)
{
	int kind;
	int ret = choice_of(r, node, kinds, CHANNEL_KINDS, &kind);

	if (ret == 0)
		c->kind = (enum channel_kind)kind;
	return ret;
}

static int take_off(const struct reading *r, const struct yaml_node *node, struct channel *c)
{
	return yes_of(r, node, &c->off);
}

static int take_connections(const struct reading *r, const struct yaml_node *node, struct channel *c)
{
	return number_of(r, node, 1, CONNECTIONS_MOST, &c->connections);
}

static int take_timeout(const struct reading *r, const struct yaml_node *node, struct channel *c)
{
	int64_t span;
	int ret = span_of(r, node, STAMP_SECOND, 10 * STAMP_MINUTE, &span);

	if (ret == 0)
		c->timeout_ms = (int)(span / 1000);
	return ret;
}

static int take_refusals(const struct reading *r, const struct yaml_node *node, struct channel *c)
{
	return number_of(r, node, 1, REFUSALS_MOST, &c->refusals);
}

static int take_ca(const struct reading *r, const struct yaml_node *node, struct channel *c)
{
	return text_of(r, node, &c->ca);
}

static int take_server(const struct reading *r, const struct yaml_node *node, struct channel *c)
{
	int ret = text_of(r, node, &c->server);
	const char *host = ret == 0 ? strstr(c->server, "://") : NULL;

	if (ret < 0)
		return ret;
	if (host && (!strncmp(c->server, "smtp://", 7) || !strncmp(c->server, "smtps://", 8)) &&
	    !host[3 +
		  strspn(host + 3, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]")] &&
	    host[3])
		return 0;
	fault_say(r->why, FAULT_INVALID, "'%.80s' is not smtp://HOST:PORT or smtps://HOST:PORT",
		  "“%.80s”不是 smtp://主机:端口 或 smtps://主机:端口", c->server);
	return wrong_at(r, node->at);
}

static int take_tls(const struct reading *r, const struct yaml_node *node, struct channel *c)
{
	static const char *const words[] = { "required", "optional", "off" };
	int tls;
	int ret = choice_of(r, node, words, 3, &tls);

	if (ret == 0)
		c->tls = (enum channel_tls)tls;
	return ret;
}

static int take_user(const struct reading *r, const struct yaml_node *node, struct channel *c)
{
	return text_of(r, node, &c->user);
}

static int take_password(const struct reading *r, const struct yaml_node *node, struct channel *c)
{
	return secret_of(r, node, &c->password);
}

static int take_from(const struct reading *r, const struct yaml_node *node, struct channel *c)
{
	int ret = text_of(r, node, &c->from);

	if (ret < 0)
		return ret;
	c->from_address = mailbox_address(c->from, r->mem);
	if (c->from_address)
		return 0;
	fault_say(r->why, FAULT_INVALID, "'%.80s' is no sender such as Office <office@example.org>",
		  "“%.80s”不是发件人，例如 办公室 <office@example.org>", c->from);
	return wrong_at(r, node->at);
}

static int take_secret(const struct reading *r, const struct yaml_node *node, struct channel *c)
{
	return secret_of(r, node, &c->secret);
}

static int take_plain(const struct reading *r, const struct yaml_node *node, struct channel *c)
{
	return yes_of(r, node, &c->plain);
}

static int take_redirects(const struct reading *r, const struct yaml_node *node, struct channel *c)
{
	return number_of(r, node, 0, 5, &c->redirects);
}

static int take_pace(const struct reading *r, const struct yaml_node *node, struct channel *c)
{
	return number_of(r, node, 1, TURNS_MOST, &c->pace);
}

static int list_of(const struct reading *r, const struct yaml_node *node, size_t most)
{
	if (node->form == YAML_LIST && node->count && node->count <= most)
		return 0;
	fault_say(r->why, FAULT_INVALID, "a list of 1 to %zu is wanted here", "此处应为 1 至 %zu 项的列表",
		  most);
	return wrong_at(r, node->at);
}

static int take_networks(const struct reading *r, const struct yaml_node *node, struct channel *c)
{
	int ret = list_of(r, node, CHANNEL_NETWORKS_MOST);
	const char *text;

	if (ret < 0)
		return ret;
	c->reach = arena_many(r->mem, node->count, sizeof(*c->reach));
	for (const struct yaml_node *one = node->first; one; one = one->next) {
		if ((ret = text_of(r, one, &text)) < 0)
			return ret;
		if (reach_parse(text, &c->reach[c->reach_count++], r->why) < 0)
			return wrong_at(r, one->at);
	}
	return 0;
}

static int take_program(const struct reading *r, const struct yaml_node *node, struct channel *c)
{
	int ret = list_of(r, node, CHANNEL_ARGS_MOST);
	const char **words;
	size_t count = 0;

	if (ret < 0)
		return ret;
	words = arena_many(r->mem, node->count + 1, sizeof(*words));
	for (const struct yaml_node *one = node->first; one; one = one->next)
		if ((ret = text_of(r, one, &words[count++])) < 0)
			return ret;
	c->program = words;
	if (*words[0] == '/')
		return 0;
	fault_say(r->why, FAULT_INVALID, "'%.80s': the program is named from / on",
		  "“%.80s”：程序应写绝对路径", words[0]);
	return wrong_at(r, node->first->at);
}

/* clang-format off */
enum { MAIL = 1 << CHANNEL_MAIL, HOOK = 1 << CHANNEL_WEBHOOK, COMMAND = 1 << CHANNEL_COMMAND, ALL = MAIL | HOOK | COMMAND };
static const struct {
	const char *key;
	unsigned kinds;
	int (*take)(const struct reading *r, const struct yaml_node *node, struct channel *c);
} keys[] = {
	{ "kind",          ALL,         take_kind },
	{ "off",           ALL,         take_off },
	{ "connections",   ALL,         take_connections },
	{ "timeout",       ALL,         take_timeout },
	{ "refusals",      ALL,         take_refusals },
	{ "ca",            MAIL | HOOK, take_ca },
	{ "server",        MAIL,        take_server },
	{ "tls",           MAIL,        take_tls },
	{ "user",          MAIL,        take_user },
	{ "password_file", MAIL,        take_password },
	{ "from",          MAIL,        take_from },
	{ "secret_file",   HOOK,        take_secret },
	{ "plain_http",    HOOK,        take_plain },
	{ "redirects",     HOOK,        take_redirects },
	{ "networks",      HOOK,        take_networks },
	{ "pace",          HOOK,        take_pace },
	{ "program",       COMMAND,     take_program },
};
/* clang-format on */
enum { KEYS = sizeof(keys) / sizeof(*keys) };

static int unknown_key(const struct reading *r, const struct yaml_node *key, const char *of_en,
		       const char *of_zh)
{
	fault_say(r->why, FAULT_INVALID, "'%.40s' is nothing that %s%.0s has",
		  "%3$s没有“%1$.40s”这一项%2$.0s", key->text, of_en, of_zh);
	return wrong_at(r, key->at);
}

static int take_key(const struct reading *r, const struct yaml_node *key, struct channel *c)
{
	for (size_t i = 0; i < KEYS; i++)
		if (!strcmp(keys[i].key, key->text) && keys[i].kinds & 1U << c->kind)
			return keys[i].take(r, key->value, c);
	return unknown_key(r, key, arena_text(r->mem, "%s channel '%s'", kinds[c->kind], c->name),
			   arena_text(r->mem, "%s渠道“%s”", kinds_zh[c->kind], c->name));
}

static bool loopback(const char *server)
{
	const char *host = strstr(server, "://") + 3;

	return !strncmp(host, "127.", 4) || !strncmp(host, "localhost", 9) || !strncmp(host, "[::1]", 5);
}

static const char *lacks(const struct channel *c)
{
	if (c->kind == CHANNEL_MAIL)
		return !c->server                ? "server"
		       : !c->from                ? "from"
		       : c->user && !c->password ? "password_file"
						 : NULL;
	if (c->kind == CHANNEL_WEBHOOK)
		return c->secret ? NULL : "secret_file";
	return c->program ? NULL : "program";
}

static int whole_channel(const struct reading *r, const struct yaml_node *at, const struct channel *c)
{
	const char *missing = lacks(c);

	if (missing) {
		fault_say(r->why, FAULT_INVALID, "channel '%s' has no %s", "渠道“%s”缺少 %s", c->name,
			  missing);
		return wrong_at(r, at->at);
	}
	/* In clear through the network nobody's post, and no password, is safe. */
	if (c->kind == CHANNEL_MAIL && c->tls == TLS_OFF && !loopback(c->server)) {
		fault_say(r->why, FAULT_REFUSED, "tls: off is for a server on this machine; %s is not",
			  "tls: off 仅用于本机邮件服务器；%s 不是", c->server);
		return wrong_at(r, at->at);
	}
	return 0;
}

static bool is_name(const char *name)
{
	return *name && strlen(name) < CHANNEL_NAME &&
	       !name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")];
}

static bool is_ours(const char *name)
{
	static const char *const ours[] = { "portal", "paper", "exercise", "call",
					    "phone",  "web",   "cli",      "api" };

	for (size_t i = 0; i < sizeof(ours) / sizeof(*ours); i++)
		if (!strcmp(name, ours[i]))
			return true;
	return false;
}

static int map_of(const struct reading *r, const struct yaml_node *node, const char *en, const char *zh)
{
	if (node->form == YAML_MAP)
		return 0;
	fault_say(r->why, FAULT_INVALID, "%s%.0s", "%.0s%s", en, zh);
	return wrong_at(r, node->at);
}

static int take_channel(const struct reading *r, const struct yaml_node *key)
{
	struct channels *out = r->out;
	struct channel *c = &out->channels[out->count];
	const struct yaml_node *kind;
	int ret;

	*c = (struct channel){
		.name = key->text, .connections = CONNECTIONS, .timeout_ms = TIMEOUT_MS, .refusals = REFUSALS
	};
	if (!is_name(c->name) || is_ours(c->name)) {
		fault_say(r->why, FAULT_INVALID,
			  "'%.40s' is no name of a channel: small letters, digits and _, and none of the "
			  "house's own",
			  "“%.40s”不能作渠道名：只用小写字母、数字和 _，且不与自有渠道同名", c->name);
		return wrong_at(r, key->at);
	}
	if ((ret = map_of(r, key->value, "a channel is a map: kind, and what that kind has",
			  "渠道应为映射：kind 及该类渠道的各项")) < 0)
		return ret;
	if (!(kind = yaml_get(key->value, "kind"))) {
		fault_say(r->why, FAULT_INVALID, "channel '%s' has no kind", "渠道“%s”缺少 kind", c->name);
		return wrong_at(r, key->at);
	}
	if ((ret = take_kind(r, kind, c)) < 0)
		return ret;
	for (const struct yaml_node *one = key->value->first; one; one = one->next)
		if ((ret = take_key(r, one, c)) < 0)
			return ret;
	if ((ret = whole_channel(r, key, c)) == 0)
		out->count++;
	return ret;
}

static int take_channels(const struct reading *r, const struct yaml_node *node)
{
	int ret =
		map_of(r, node, "channels are a map: name: {kind: …}", "channels 应为映射：名称: {kind: …}");

	if (ret == 0 && node->count > CHANNELS_MOST) {
		fault_say(r->why, FAULT_LIMIT, "more than %d channels", "渠道超过 %d 个", CHANNELS_MOST);
		ret = wrong_at(r, node->at);
	}
	for (const struct yaml_node *key = node->first; ret == 0 && key; key = key->next)
		ret = take_channel(r, key);
	return ret;
}

/* ---- recipients that are words ------------------------------------------------ */

static int take_listed(const struct reading *r, const struct yaml_node *word, const struct yaml_node *key)
{
	struct channels *out = r->out;
	const char *address = "";
	int ret;

	if (!channels_find(out, key->text)) {
		fault_say(r->why, FAULT_INVALID, "there is no channel '%.40s'", "没有渠道“%.40s”", key->text);
		return wrong_at(r, key->at);
	}
	if ((ret = text_of(r, key->value, &address)) < 0)
		return ret;
	if (out->listed_count == CHANNELS_LISTED_MOST || strlen(address) > CHANNEL_ADDRESS_MOST) {
		fault_say(r->why, FAULT_LIMIT, "at most %d addresses of at most %d bytes",
			  "地址至多 %d 个，每个至多 %d 字节", CHANNELS_LISTED_MOST, CHANNEL_ADDRESS_MOST);
		return wrong_at(r, key->at);
	}
	out->listed[out->listed_count++] = (struct listed){ word->text, key->text, address };
	return 0;
}

static int take_recipients(const struct reading *r, const struct yaml_node *node)
{
	int ret = map_of(r, node, "recipients are a map: word: {channel: address}",
			 "recipients 应为映射：词: {渠道: 地址}");

	if (ret < 0)
		return ret;
	r->out->listed = arena_many(r->mem, CHANNELS_LISTED_MOST, sizeof(*r->out->listed));
	for (const struct yaml_node *word = node->first; ret == 0 && word; word = word->next) {
		ret = map_of(r, word->value, "a recipient is a map: channel: address",
			     "接收方应为映射：渠道: 地址");
		for (const struct yaml_node *key = ret == 0 ? word->value->first : NULL; ret == 0 && key;
		     key = key->next)
			ret = take_listed(r, word, key);
	}
	return ret;
}

static int take_site(const struct reading *r, const struct yaml_node *node)
{
	const char *site;
	int ret = text_of(r, node, &site);
	size_t len;

	if (ret < 0)
		return ret;
	len = strlen(site);
	if ((!strncmp(site, "https://", 8) || !strncmp(site, "http://127.0.0.1", 16) ||
	     !strncmp(site, "http://localhost", 16)) &&
	    len < 200 && !strpbrk(site, " \t\r\n\"<>?#@")) {
		r->out->site = arena_copy_bytes(r->mem, site, len - (site[len - 1] == '/'));
		return 0;
	}
	fault_say(r->why, FAULT_INVALID, "'%.80s' is not https://HOST, where units find this house",
		  "“%.80s”不是 https://主机（各单位访问本系统的地址）", site);
	return wrong_at(r, node->at);
}

/* ---- the file -------------------------------------------------------------------- */

static int take_all(const struct reading *r, const struct yaml_node *root)
{
	int ret = map_of(r, root, "a channels file is a map: channels, recipients, site, give_up",
			 "渠道文件应为映射：channels、recipients、site、give_up");
	const struct yaml_node *channels = yaml_get(root, "channels"),
			       *recipients = yaml_get(root, "recipients");

	for (const struct yaml_node *key = ret == 0 ? root->first : NULL; ret == 0 && key; key = key->next) {
		if (!strcmp(key->text, "site"))
			ret = take_site(r, key->value);
		else if (!strcmp(key->text, "give_up"))
			ret = span_of(r, key->value, STAMP_MINUTE, 30 * STAMP_DAY, &r->out->give_up);
		else if (key->value != channels && key->value != recipients)
			ret = unknown_key(r, key, "a channels file", "渠道文件");
	}
	if (ret == 0 && channels)
		ret = take_channels(r, channels);
	/* After the channels, wherever they stand: each names one. */
	return ret == 0 && recipients ? take_recipients(r, recipients) : ret;
}

static int read_file(const struct reading *r, const char *path)
{
	const struct yaml_node *root;
	struct place where = { 0 };
	char *bytes;
	size_t len;
	int ret = file_read(path, YAML_BYTES_MOST, r->mem, &bytes, &len, r->why);

	if (ret < 0)
		return ret;
	if ((ret = yaml_read(bytes, len, path, r->mem, r->mem, &root, &where, r->why)) < 0)
		return wrong_at(r, where);
	return take_all(r, root);
}

int channels_read(const char *path, struct channels **out, struct fault *why)
{
	struct channels *channels = must_alloc(sizeof(*channels));
	struct fault mine = { 0 };
	struct reading r = { .out = channels, .why = why ? why : &mine };
	int ret;

	*channels = (struct channels){ .held = 1, .mem = arena_new(), .give_up = GIVE_UP };
	channels->channels = arena_many(channels->mem, CHANNELS_MOST, sizeof(*channels->channels));
	r.mem = channels->mem;
	if ((ret = read_file(&r, path)) < 0)
		channels_release(channels);
	else
		*out = channels;
	return ret;
}

struct channels *channels_hold(struct channels *channels)
{
	if (channels)
		atomic_fetch_add(&channels->held, 1);
	return channels;
}

void channels_release(struct channels *channels)
{
	if (!channels || atomic_fetch_sub(&channels->held, 1) != 1)
		return;
	arena_free(channels->mem);
	free(channels);
}

const char *channels_site(const struct channels *channels) { return channels ? channels->site : NULL; }
int64_t channels_give_up(const struct channels *channels) { return channels ? channels->give_up : GIVE_UP; }

const struct channel *channels_find(const struct channels *channels, const char *name)
{
	for (size_t i = 0; channels && i < channels->count; i++)
		if (!strcmp(channels->channels[i].name, name))
			return &channels->channels[i];
	return NULL;
}

const struct channel *channels_at(const struct channels *channels, size_t index)
{
	return channels && index < channels->count ? &channels->channels[index] : NULL;
}

const char *channels_listed(const struct channels *channels, const char *word, const char *channel)
{
	for (size_t i = 0; channels && i < channels->listed_count; i++)
		if (!strcmp(channels->listed[i].word, word) && !strcmp(channels->listed[i].channel, channel))
			return channels->listed[i].address;
	return NULL;
}
