#include <string.h>

#include "pack/pack_private.h"

/*
 * pack_load: the files of a folder, in the order in which they need each other.
 */

void load_about(struct reader *r, const struct yaml_node *root)
{
	static const char *const keys[] = { "pack",  "version",     "label",     "threshold",
					    "basis", "approved_by", "languages", NULL };
	static const char letters_and_marks[] = "-_.abcdefghijklmnopqrstuvwxyz0123456789";
	static const char *const letters = letters_and_marks + 3;
	const struct yaml_node *threshold = yaml_get(root, "threshold");

	if (!read_map(r, root, "pack.yml", keys))
		return;
	r->pack->id = read_text(r, root, "pack", true);
	if (r->pack->id && (strlen(r->pack->id) > 64 || !strchr(letters, *r->pack->id) ||
			    strspn(r->pack->id, letters_and_marks) != strlen(r->pack->id)))
		wrong(r, yaml_get(root, "pack"),
		      "a pack is named in small letters, digits, '-', '_' and '.', like jinan-2007, in at "
		      "most 64");
	r->pack->version = read_text(r, root, "version", true);
	r->pack->label = read_label(r, root, "pack");
	r->pack->approved_by = read_text(r, root, "approved_by", false);
	r->pack->basis = read_names(r, yaml_get(root, "basis"), "basis");
	if (threshold)
		r->pack->threshold = read_number(r, threshold, "threshold", 1, 5, 3);
	else
		wrong(r, root, "'threshold' is missing: from which level does the plan start?");
}

/* Fixed files in the order of their needs; kinds and all else come after. */
static const struct {
	const char *name;
	void (*load)(struct reader *r, const struct yaml_node *root);
	bool late, wanted;
} files[] = {
	{ "pack.yml", load_about, false, true },
	{ "enums.yml", load_enums, false, false },
	{ "inputs.yml", load_inputs, false, false },
	{ "refusals.yml", load_refusals, false, true },
	{ "roles.yml", load_roles, false, true },
	{ "clocks.yml", load_clocks, false, false },
	{ "grading.yml", load_grading, false, false },
	{ "organisation.yml", load_seeds, true, false },
	{ "publication.yml", load_publication, false, false },
};

static const struct source *find(const struct reader *r, const char *name)
{
	for (size_t i = 0; i < r->file_count; i++)
		if (!strcmp(r->files[i].name, name))
			return &r->files[i];
	return NULL;
}

static void load_fixed(struct reader *r, bool late)
{
	const struct source *file;

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		if (files[i].late != late)
			continue;
		file = find(r, files[i].name);
		if (file && file->root)
			files[i].load(r, file->root);
		else if (!file && files[i].wanted)
			problem_add(r->problems, (struct place){ files[i].name, 1, 1 }, NULL,
				    "the file is missing; every pack has it");
	}
}

static void parse_all(struct reader *r)
{
	struct place where;
	struct fault why;

	for (size_t i = 0; i < r->file_count; i++) {
		struct source *file = &r->files[i];

		if (yaml_read(file->bytes, file->len, file->name, r->scratch, r->mem, &file->root, &where,
			      &why) < 0)
			problem_add(r->problems, where, NULL, "%s", why.text);
	}
}

static struct pack *pack_new(void)
{
	struct arena *mem = arena_new();
	struct pack *pack = arena_take(mem, sizeof(*pack));

	pack->mem = mem;
	pack->id = pack->version = "";
	pack->label = (struct words){ "", "" };
	pack->threshold = 3;
	pack->unknown_score = 2;
	pack->urgency_most = 1;
	return pack;
}

/* Names are tied only in what could be read: half a pack would give a hundred
 * problems that are none. */
int load_sources(struct reader *r, struct fault *why)
{
	size_t before = r->problems->errors;

	parse_all(r);
	if (r->problems->errors > before)
		return problems_verdict(r->problems, why);
	load_fixed(r, false);
	load_kinds(r);
	load_fixed(r, true);
	load_plans(r);
	load_regimes(r);
	load_texts(r);
	load_documents(r);
	resolve(r);
	if (r->problems->errors > before)
		return problems_verdict(r->problems, why);
	say_all(r);
	digest_files(r->files, r->file_count, r->pack->digest);
	return 0;
}

int pack_load(const char *path, struct pack **out, struct problems *problems, struct fault *why)
{
	SCOPED(arena_drop) struct arena *scratch = arena_new();
	struct pack *pack = pack_new();
	struct reader r = { .pack = pack, .problems = problems, .mem = pack->mem, .scratch = scratch };
	size_t before = problems->errors;
	int ret = folder_read(&r, path, why);

	if (ret == 0)
		ret = load_sources(&r, why);
	if (ret == 0 && problems->errors > before)
		ret = problems_verdict(problems, why); /* a stray file beside a sound pack */
	problems_sort(problems);
	if (ret < 0)
		pack_free(pack);
	else
		*out = pack;
	return ret;
}

void pack_free(struct pack *pack)
{
	if (pack)
		arena_free(pack->mem);
}

void pack_drop(struct pack **pack)
{
	pack_free(*pack);
	*pack = NULL;
}
