#include "ctl/watch/inputs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "intake/stream/packed.h"
#include "intake/stream/rotation.h"

enum { SAID_MOST = 10 };

struct search {
	struct inputs *inputs;
	const struct settings *settings;
	size_t root_len; /* of the folder that was typed, with its '/' */
	bool quiet;
};

static void say(const struct settings *s, const char *path, const char *en, const char *zh)
{
	fprintf(stderr, "fengsui watch: %s: %s\n", path, in_language(s, en, zh));
}

/* A folder may hold thousands of such entries: the first are named, all are counted. */
static void pass_by(struct search *at, const char *path, const char *en, const char *zh)
{
	if (at->inputs->passed_by++ < SAID_MOST && !at->quiet)
		say(at->settings, path, en, zh);
}

/* While logs are followed they are renamed: what is not there any more is found by its next name. */
static void pass_by_broken(struct search *at, const char *path)
{
	const int problem = errno;
	struct stat info;

	if (!at->settings->follow || problem != ENOENT || lstat(path, &info) == 0)
		pass_by(at, path, strerror(problem), strerror(problem));
}

const char *input_name(const struct input *input) { return strcmp(input->path, "-") ? input->path : "stdin"; }

static void add(struct inputs *in, const char *path, const struct stat *info, bool named, bool continues)
{
	const bool regular = info && S_ISREG(info->st_mode);

	if (in->count == in->room) {
		in->room = in->room ? 2 * in->room : 64;
		in->list = must_grow(in->list, in->room * sizeof(*in->list));
	}
	in->list[in->count] = (struct input){ .path = must_copy(path),
					      .number = in->count,
					      .bytes = regular ? (uint64_t)info->st_size : 0,
					      .named = named,
					      .piped = !regular,
					      .continues = continues };
	in->bytes += in->list[in->count++].bytes;
	in->all_known &= regular;
}

/* ---- the order -------------------------------------------------------------- */

static int by_name(const struct dirent **one, const struct dirent **other)
{
	const char *x = (*one)->d_name, *y = (*other)->d_name;
	const struct rotation a = rotation_of(x), b = rotation_of(y);
	const int age = a.stem == b.stem && !memcmp(x, y, a.stem) ? rotation_by_age(&a, &b) : 0;
	const size_t shared = a.stem < b.stem ? a.stem : b.stem;
	const int stems = memcmp(x, y, shared);

	if (age)
		return age;
	if (stems || a.stem != b.stem)
		return stems ? stems : a.stem < b.stem ? -1 : 1;
	return strcmp(x, y);
}

/* Did rotation make the last one out of this, or out of what this was made of? */
static bool goes_on(const struct inputs *in, const char *path)
{
	const char *last = in->count ? in->list[in->count - 1].path : "";
	const char *name = strrchr(path, '/') + 1;
	const size_t folder = (size_t)(name - path);
	struct rotation a, b;

	if (strncmp(last, path, folder) != 0 || strchr(last + folder, '/'))
		return false;
	a = rotation_of(last + folder);
	b = rotation_of(name);
	return a.stem == b.stem && !memcmp(last + folder, name, a.stem);
}

/* ---- the search ------------------------------------------------------------- */

/* A pattern with a '/' is for the path below the folder that was typed. */
static bool wanted(const struct search *at, const char *path)
{
	const struct path_list *patterns = &at->settings->includes;
	const char *below = path + at->root_len, *name = strrchr(path, '/') + 1;

	for (size_t i = 0; i < patterns->count; i++)
		if (!fnmatch(patterns->paths[i], strchr(patterns->paths[i], '/') ? below : name, FNM_PERIOD))
			return true;
	return !patterns->count;
}

static void take_folder(struct search *at, const char *folder, unsigned depth);

static bool is_packed(const char *path)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	const bool packed = fd >= 0 && packed_is(fd);

	if (fd >= 0)
		close(fd);
	return packed;
}

static void take_entry(struct search *at, const char *path, unsigned depth)
{
	struct stat info;

	if (strrchr(path, '/')[1] == '.')
		pass_by(at, path, "hidden, not read", "隐藏文件，未读取");
	else if (lstat(path, &info) < 0)
		pass_by_broken(at, path);
	else if (S_ISDIR(info.st_mode))
		take_folder(at, path, depth + 1);
	else if (!wanted(at, path))
		return;
	else if (stat(path, &info) < 0)
		pass_by_broken(at, path);
	else if (S_ISDIR(info.st_mode))
		pass_by(at, path, "a link to a folder, not followed", "指向目录的链接，未跟随");
	else if (!S_ISREG(info.st_mode))
		pass_by(at, path, "no ordinary file, not read", "不是普通文件，未读取");
	else if (access(path, R_OK) < 0)
		pass_by_broken(at, path);
	else if (at->settings->follow && rotation_of(strrchr(path, '/') + 1).is && is_packed(path))
		return; /* read as a part of what it was made of */
	else if (at->settings->follow && is_packed(path))
		pass_by(at, path, "packed, not followed", "已压缩，未跟踪");
	else if (at->inputs->count == INPUTS_MOST)
		pass_by(at, path, "more than 100000 files, not read", "超过 100000 个文件，未读取");
	else
		add(at->inputs, path, &info, false, goes_on(at->inputs, path));
}

static int not_dots(const struct dirent *d) { return strcmp(d->d_name, ".") && strcmp(d->d_name, ".."); }

static void take_folder(struct search *at, const char *folder, unsigned depth)
{
	struct buf path = { 0 };
	struct dirent **entries;
	int count;

	if (depth > INPUT_FOLDERS_DEEP) {
		pass_by(at, folder, "folders are nested more than 32 deep, not read",
			"目录嵌套超过 32 层，未读取");
		return;
	}
	if ((count = scandir(folder, &entries, not_dots, by_name)) < 0) {
		pass_by(at, folder, strerror(errno), strerror(errno));
		return;
	}
	for (int i = 0; i < count; i++) {
		buf_clear(&path);
		buf_format(&path, "%s/%s", folder, entries[i]->d_name);
		take_entry(at, path.data, depth);
		free(entries[i]);
	}
	free(entries);
	buf_fini(&path);
}

static void take_root(struct search *at, const char *word)
{
	const size_t before = at->inputs->count;
	char *folder = must_copy(word);

	for (size_t len = strlen(folder); len > 1 && folder[len - 1] == '/';)
		folder[--len] = '\0';
	at->root_len = strlen(folder) + 1;
	at->inputs->folders++;
	take_folder(at, folder, 0);
	if (at->inputs->count == before && !at->settings->follow) {
		at->inputs->absent++;
		say(at->settings, word, "there is no file to read in it", "其中没有可读取的文件");
	}
	free(folder);
}

/* It need not be there yet. */
static void take_followed(struct search *at, const char *word)
{
	struct stat info;

	if (stat(word, &info) == 0 && S_ISDIR(info.st_mode)) {
		take_root(at, word);
	} else if (stat(word, &info) == 0 && !S_ISREG(info.st_mode)) {
		at->inputs->absent++;
		if (!at->quiet)
			say(at->settings, word, "only files and folders can be followed",
			    "只有文件和目录可以跟踪");
	} else {
		add(at->inputs, word, NULL, true, false);
	}
}

static void take_word(struct search *at, const char *word)
{
	struct stat info;

	if (!strcmp(word, "-")) {
		add(at->inputs, word, fstat(STDIN_FILENO, &info) < 0 ? NULL : &info, true, false);
	} else if (at->settings->follow) {
		take_followed(at, word);
	} else if (stat(word, &info) < 0) {
		at->inputs->absent++;
		say(at->settings, word, strerror(errno), strerror(errno));
	} else if (S_ISDIR(info.st_mode)) {
		take_root(at, word);
	} else {
		add(at->inputs, word, &info, true, false);
	}
}

static void find(struct search *at)
{
	*at->inputs = (struct inputs){ .all_known = true };
	for (size_t i = 0; i < at->settings->file_count; i++)
		take_word(at, at->settings->files[i]);
}

void inputs_look(struct inputs *inputs, const struct settings *settings)
{
	find(&(struct search){ .inputs = inputs, .settings = settings, .quiet = true });
}

void inputs_find(struct inputs *inputs, const struct settings *settings)
{
	find(&(struct search){ .inputs = inputs, .settings = settings });
	if (inputs->passed_by > SAID_MOST)
		fprintf(stderr,
			in_language(settings,
				    "fengsui watch: and %zu more entries of folders were not read\n",
				    "fengsui watch: 另有 %zu 个目录项未读取\n"),
			inputs->passed_by - SAID_MOST);
}

void inputs_fini(struct inputs *inputs)
{
	for (size_t i = 0; i < inputs->count; i++)
		free((char *)inputs->list[i].path);
	free(inputs->list);
}
