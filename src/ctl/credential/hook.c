#include <stdio.h>
#include <string.h>

#include "ctl/ctl_private.h"
#include "deliver/channels.h"
#include "deliver/webhook.h"
#include "host/file.h"
#include "seal/digest.h"
#include "seal/hex.h"

/*
 * hook -- the key by which the receiver of a webhook tells that it was this house, and how.
 *
 * On the machine of the daemon alone, by whoever may read the secret. The key itself goes to a file.
 */

static void say_how(const struct ctl *ctl, const char *url, const char *key)
{
	unsigned char hash[DIGEST_LEN];
	char print[2 * DIGEST_LEN + 1];

	digest_of(key, strlen(key), hash);
	hex_write(hash, sizeof(hash), print);
	printf("%s\n%s %.16s\n\n", url, in_words(ctl, "the key's mark:", "密钥标识："), print);
	puts(in_words(
		ctl,
		"Each POST has the header  Fengsui-Signature: t=SECONDS,v1=HEX\n"
		"  1. Take SECONDS, a point, and the body as it came, byte by byte, before it is read as "
		"JSON.\n"
		"  2. HEX must be the HMAC-SHA256 of that, with the key (64 hex digits: 32 bytes) of this "
		"URL;\n"
		"     compare without leaving off early.\n"
		"  3. SECONDS (since 1970, UTC) must be of the last five minutes.\n"
		"  4. The header Idempotency-Key that was there before: answer 2xx and do nothing.\n"
		"Any 2xx takes it. 429 or 503 with Retry-After is heeded up to 15 minutes.",
		"每个 POST 带有请求头  Fengsui-Signature: t=秒数,v1=十六进制\n"
		"  1. 取“秒数”、一个小数点和收到的正文（逐字节，未按 JSON 解析前）。\n"
		"  2. v1 须等于以本地址密钥（64 个十六进制数字，即 32 字节）对上述内容计算的 HMAC-SHA256；\n"
		"     比较时不得提前退出。\n"
		"  3. 秒数（自 1970 年起，UTC）须在最近五分钟内。\n"
		"  4. Idempotency-Key 曾收到过的：答 2xx，不再处理。\n"
		"答 2xx 即为收下。429、503 所附 Retry-After 予以遵守，至多 15 分钟。"));
}

static const char *secret_of(struct ctl *ctl, const struct channels *channels, const char *name,
			     struct fault *why)
{
	const struct channel *channel = channels_find(channels, name);

	(void)ctl;
	if (channel && channel->kind == CHANNEL_WEBHOOK)
		return channel->secret;
	fault_say(why, FAULT_ABSENT, "there is no webhook channel '%.40s' in the channels file",
		  "渠道文件中没有网络推送渠道“%.40s”", name);
	return NULL;
}

/* fengsui channel key NAME URL [CHANNELS-FILE] [--out FILE] */
int hook_key_command(struct ctl *ctl, const char *name, const char *url, const char *file)
{
	const char *path = file ? file : arena_text(ctl->mem, "%s/channels.yml", talk_folder(ctl)), *secret;
	struct channels *channels;
	struct fault why;
	char key[66];
	int ret;

	if (talk_elsewhere(ctl, "channel key"))
		return EXIT_USAGE;
	if ((ret = channels_read(path, &channels, &why)) < 0)
		return say_fault(ctl, &why);
	if ((secret = secret_of(ctl, channels, name, &why))) {
		webhook_key(secret, url, key);
		say_how(ctl, url, key);
		if (ctl->typed.out) {
			strcat(key, "\n");
			ret = file_write(ctl->typed.out, 0600, key, strlen(key), &why);
		}
	} else {
		ret = -why.code;
	}
	explicit_bzero(key, sizeof(key));
	channels_release(channels);
	return ret < 0 ? say_fault(ctl, &why) : 0;
}
