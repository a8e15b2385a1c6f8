#include "packs.h"

#include <dirent.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"

enum { PATH_LEN = 512 };

/* "a/b" in a place of the caller's. */
static const char *join(char path[static PATH_LEN], const char *a, const char *b)
{
	snprintf(path, PATH_LEN, "%s/%s", a, b);
	return path;
}

char *packs_read(const char *path)
{
	FILE *file = fopen(path, "r");
	struct buf text = { 0 };
	char part[4096];
	size_t n;

	if (!file)
		return NULL;
	while ((n = fread(part, 1, sizeof(part), file)))
		buf_put(&text, part, n);
	fclose(file);
	return text.data ? text.data : must_copy("");
}

static void write_text(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
	fclose(file);
}

/* Copy a folder and the folders in it; `change` and `expect` are no part of a pack. */
static void copy_folder(const char *from, const char *to)
{
	DIR *dir = opendir(from);
	struct dirent *entry;
	struct stat st;
	char *text;

	assert_non_null(dir);
	mkdir(to, 0755);
	while ((entry = readdir(dir))) {
		char a[PATH_LEN], b[PATH_LEN];

		if (entry->d_name[0] == '.' || !strcmp(entry->d_name, "change") ||
		    !strcmp(entry->d_name, "expect"))
			continue;
		join(a, from, entry->d_name);
		join(b, to, entry->d_name);
		assert_int_equal(stat(a, &st), 0);
		if (S_ISDIR(st.st_mode)) {
			copy_folder(a, b);
			continue;
		}
		text = packs_read(a);
		write_text(b, text);
		free(text);
	}
	closedir(dir);
}

static void replace(const char *path, const char *old, const char *new, const char *kase)
{
	char *text = packs_read(path), *at;
	struct buf out = { 0 };

	if (!text || !(at = strstr(text, old)))
		fail_msg("%s: '%s' does not stand in %s", kase, old, path);
	buf_put(&out, text, (size_t)(at - text));
	buf_text(&out, new);
	buf_text(&out, at + strlen(old));
	write_text(path, out.data);
	buf_fini(&out);
	free(text);
}

/* The text up to a line that is `mark`, which is cut out; *p moves behind it. */
static char *until(char **p, const char *mark)
{
	char *start = *p, *at = start;
	size_t len = strlen(mark);

	for (; *at; at = strchr(at, '\n') + 1)
		if (!strncmp(at, mark, len) && at[len] == '\n') {
			*p = at + len + 1;
			if (at > start)
				at[-1] = '\0';
			else
				*at = '\0';
			return start;
		}
	fail_msg("a change lacks its '%s'", mark);
	return NULL;
}

static void apply_change(const char *folder, const char *kase)
{
	char path[PATH_LEN], *text = packs_read(join(path, kase, "change")), *p = text;

	while (p && *p) {
		char *file = until(&p, "<<<"), *old = until(&p, "==="), *new = until(&p, ">>>");

		replace(join(path, folder, file), old, new, kase);
	}
	free(text);
}

void packs_make(const char *base, const char *kase, char out[static 64])
{
	strcpy(out, "/tmp/fengsui-pack-XXXXXX");
	assert_non_null(mkdtemp(out));
	copy_folder(base, out);
	if (kase) {
		copy_folder(kase, out);
		apply_change(out, kase);
	}
}

void packs_edit(const char *path, const char *file, const char *old, const char *new)
{
	char full[PATH_LEN];

	replace(join(full, path, file), old, new, path);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

void packs_remove(const char *path) { nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS); }

void packs_judge(const char *path, struct buf *out)
{
	struct pack *pack = NULL;
	struct problems problems;
	struct fault why = { 0 };
	int ret;

	problems_init(&problems);
	if ((ret = pack_load(path, &pack, &problems, &why)) == 0)
		ret = pack_check(pack, &problems, &why);
	for (size_t i = 0; i < problems.count; i++) {
		const struct problem *p = &problems.at[i];

		if (!p->warning)
			buf_format(out, "%s:%d:%d: %s%s%s\n", p->at.file, p->at.line, p->at.column,
				   p->code ? p->code : "", p->code ? ": " : "", p->text);
	}
	if (ret < 0 && !problems.errors)
		buf_format(out, "%s\n", why.text);
	assert_int_equal(ret<0, out->len> 0);
	pack_free(pack);
	problems_fini(&problems);
}

static void judge_case(const char *base, const char *kase)
{
	char path[64], said_path[PATH_LEN], *expect = packs_read(join(said_path, kase, "expect"));
	struct buf said = { 0 };

	packs_make(base, kase, path);
	packs_judge(path, &said);
	packs_remove(path);
	if (getenv("FENGSUI_WRITE_EXPECT"))
		write_text(said_path, said.data ? said.data : "");
	else if (!expect || !said.data || strcmp(expect, said.data))
		fail_msg("%s:\nexpected\n%ssaid\n%s", kase, expect ? expect : "(no expect)\n",
			 said.data ? said.data : "(sound)\n");
	buf_fini(&said);
	free(expect);
}

size_t packs_all(const char *base, const char *cases)
{
	struct dirent **names;
	int count = scandir(cases, &names, NULL, alphasort);
	char kase[PATH_LEN];
	size_t judged = 0;

	assert_true(count > 0);
	for (int i = 0; i < count; i++) {
		if (names[i]->d_name[0] != '.') {
			judge_case(base, join(kase, cases, names[i]->d_name));
			judged++;
		}
		free(names[i]);
	}
	free(names);
	return judged;
}
