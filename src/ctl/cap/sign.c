#include <stdio.h>
#include <string.h>

#include "ctl/cap/cap.h"
#include "host/file.h"
#include "warn/check.h"

/*
 * sign -- `fengsui cap sign` and `verify`: signatures put there, and looked at.
 */

static void buf_release(struct buf *b) { buf_fini(b); }

static int refused(const struct cap_line *line, const char *path, const struct findings *found)
{
	const struct finding *first = findings_first(found);

	fprintf(stderr, "fengsui cap: %s:%u: [%s] %s\n", path, first->line, rule_code(first->rule),
		cap_words(line, rule_en(first->rule), rule_zh(first->rule)));
	return CAP_REFUSED;
}

static int open_signer(const struct cap_line *line, struct signer **out, struct fault *why)
{
	const char *data = line->data ? line->data : "";

	if (line->key && line->certificate)
		return signer_load(line->key, line->certificate, out, why);
	if (!line->data)
		return fault_say(why, FAULT_INVALID, "with which key? --key and --cert, or --data",
				 "用哪把密钥？请给出 --key 和 --cert，或 --data");
	return signer_load(arena_text(line->mem, "%s/keys/cap.key", data),
			   arena_text(line->mem, "%s/keys/cap.pem", data), out, why);
}

static int put_out(const struct cap_line *line, const struct buf *out, struct fault *why)
{
	if (line->out)
		return file_write(line->out, 0644, out->data, out->len, why);
	fwrite(out->data, 1, out->len, stdout);
	return 0;
}

/* Only what may leave the house is signed. */
int cap_sign(const struct cap_line *line, const char *path)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	SCOPED(signer_drop) struct signer *signer = NULL;
	SCOPED(buf_release) struct buf out = { 0 };
	struct findings found = { 0 };
	struct fault why = { 0 };
	char *bytes;
	size_t len;
	int ret;

	if ((ret = cap_read(line, path, &bytes, &len)))
		return ret;
	check_message(bytes, len, mem, &found);
	if (found.refused)
		return refused(line, path, &found);
	if (open_signer(line, &signer, &why) < 0)
		return why.code == FAULT_INVALID && !line->key && !line->data
			       ? (cap_fault(line, path, &why), CAP_USAGE)
			       : cap_fault(line, path, &why);
	if (sign_message(signer, bytes, len, &out, &why) < 0 || put_out(line, &out, &why) < 0)
		return cap_fault(line, path, &why);
	return 0;
}

/* ---- looking at them ----------------------------------------------------------------- */

void cap_say_signatures(const struct cap_line *line, const struct signatures *all, const char *margin)
{
	if (!all->count)
		printf("%s%s\n", margin, cap_words(line, "not signed", "没有签名"));
	for (size_t i = 0; i < all->count; i++) {
		const struct signature *one = &all->at[i];
		const char *why = cap_words(line, one->why_en, one->why_zh);

		printf(cap_words(line, "%ssignature in line %u: [%s] %s", "%s第 %u 行的签名：[%s] %s"),
		       margin, one->line, signed_name(one->state),
		       cap_words(line, signed_en(one->state), signed_zh(one->state)));
		printf("%s%s%s%s\n", *why ? cap_words(line, "; ", "；") : "", why,
		       *one->algorithm ? ", " : "", one->algorithm);
		if (*one->print)
			printf("%s  %s  SHA-256 %s\n", margin, cap_legible(line, one->subject), one->print);
	}
	if (all->beyond)
		printf(cap_words(line, "%sand %zu signature%s not looked at\n",
				 "%s另有 %zu 个签名%.0s未查看\n"),
		       margin, all->beyond, all->beyond == 1 ? "" : "s");
}

json_t *cap_json_signatures(const struct signatures *all)
{
	json_t *list = json_array();

	for (size_t i = 0; i < all->count; i++) {
		const struct signature *one = &all->at[i];

		json_array_append_new(list,
				      json_pack("{s:s, s:i, s:s, s:s, s:s, s:s, s:s}", "state",
						signed_name(one->state), "line", (int)one->line, "algorithm",
						one->algorithm, "subject", one->subject, "sha256", one->print,
						"en", one->why_en, "zh", one->why_zh));
	}
	return list;
}

static void say_file(const struct cap_line *line, const char *path, const struct signatures *all)
{
	json_t *out;

	if (!line->json) {
		printf("%s: %s\n", path,
		       all->count ? cap_words(line, signed_en(signatures_state(all)),
					      signed_zh(signatures_state(all)))
				  : cap_words(line, "not signed", "没有签名"));
		if (all->count)
			cap_say_signatures(line, all, "  ");
		return;
	}
	out = json_pack("{s:s, s:s, s:o}", "file", path, "state",
			all->count ? signed_name(signatures_state(all)) : "unsigned", "signatures",
			cap_json_signatures(all));
	json_dumpf(out, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(out);
}

int cap_verify(const struct cap_line *line, const char *path)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	struct findings found = { 0 };
	struct signatures all;
	const char *trusted;
	struct fault why;
	char *bytes;
	size_t len;
	int ret;

	if ((ret = cap_read(line, path, &bytes, &len)) || (ret = cap_trusted(line, &trusted)))
		return ret;
	if (!check_message(bytes, len, mem, &found))
		return refused(line, path, &found);
	if (sign_verify(bytes, len, trusted, &all, &why) < 0)
		return cap_fault(line, path, &why);
	say_file(line, path, &all);
	if (!all.count)
		return CAP_UNPROVEN;
	switch (signatures_state(&all)) {
	case SIGNED_GOOD:
		return CAP_FINE;
	case SIGNED_WRONG:
		return CAP_REFUSED;
	default:
		return CAP_UNPROVEN;
	}
}
