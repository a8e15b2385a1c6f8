#include <sys/stat.h>
#include <unistd.h>

#include "folder.h"
#include "record/bundle.h"

/* A case taken out of a log with others in it, and what happens to it then. */

static char *in_folder(struct folder *f, const char *name)
{
	return arena_text(f->mem, "%s/%s", f->path, name);
}

static void fill(struct folder *f)
{
	for (int i = 0; i < 9; i++)
		folder_append(
			f, RECORD_REAL, 1 + i % 3, "incident.note",
			json_pack("{s:i,s:{s:s}}", "n", i, "note", "$", i % 2 ? "\"quoted\"\n\t一" : ""));
	folder_erase(f, 4, 1);
	folder_append(f, RECORD_REAL, 2, "incident.close", json_object());
	folder_sign(f, RECORD_REAL);
}

static char *make(struct folder *f, const int64_t *objects, size_t count, struct record *signer,
		  bool withhold)
{
	static const struct bundle_file files[] = {
		{ "index.zh.html", NULL, "<p>", 3 },
		{ "evidence/ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", NULL, "abc",
		  3 },
	};
	struct bundle_order order = { .store = f->store,
				      .space = RECORD_REAL,
				      .objects = objects,
				      .object_count = count,
				      .files = files,
				      .file_count = 2,
				      .withhold_texts = withhold,
				      .signer = signer };
	char *dir = in_folder(f, "bundle");
	struct bundle_made made;

	if (bundle_write(&order, dir, &made, &f->why) < 0)
		fail_msg("%s", f->why.text);
	return dir;
}

static struct verdict *check(struct folder *f, const char *path, const char *against)
{
	struct verify_options options = { .against = &against, .against_count = against != NULL };
	struct verdict *verdict = arena_take(f->mem, sizeof(*verdict));

	if (verify_bundle(path, &options, verdict, &f->why) < 0)
		fail_msg("%s", f->why.text);
	return verdict;
}

static void shell(struct folder *f, const char *what)
{
	if (system(arena_text(f->mem, "cd %s/bundle && %s", f->path, what)))
		fail_msg("%s", what);
}

static void a_case_alone_is_complete_and_proves(void **state)
{
	static const int64_t objects[] = { 2, 1 };
	struct folder *f = *state;
	struct verdict *verdict;
	char *dir;

	fill(f);
	dir = make(f, objects, 2, NULL, false);
	verdict = check(f, dir, NULL);
	assert_int_equal(verdict_exit(verdict), 2); /* one text is erased */
	assert_int_equal(verdict_bad(verdict), 0);
	assert_int_equal(verdict->objects, 2);
	assert_int_equal(verdict->logs[0].entries, 1 + 3 + 4 + 1); /* opening, 1, 2, the eraser */
	assert_int_equal(verdict->logs[0].erased, 1);
	assert_false(verdict->manifest_signed);
}

static void a_whole_log_is_held_against_what_was_kept(void **state)
{
	struct folder *f = *state;
	char *early, *dir, *root;
	struct verdict *verdict;

	folder_append(f, RECORD_REAL, 1, "incident.create", json_object());
	early = folder_sign(f, RECORD_REAL);
	fill(f);
	dir = make(f, NULL, 0, f->record, false);
	verdict = check(f, dir, early);
	assert_int_equal(verdict_bad(verdict), 0);
	assert_int_equal(verdict->logs[0].against, 1);
	assert_true(verdict->manifest_signed);
	root = early + strlen("test.example/2026\n2\n");
	*root = *root == 'A' ? 'B' : 'A';
	assert_true(verdict_has(check(f, dir, early), FOUND_AGAINST_FORGED));
	assert_true(verdict_has(check(f, dir, early), FOUND_AGAINST_ROOT));
}

static void a_part_says_when_it_cannot_be_compared(void **state)
{
	static const int64_t objects[] = { 2 };
	struct folder *f = *state;
	char *early = folder_sign(f, RECORD_REAL), *same, *dir;

	fill(f);
	same = folder_sign(f, RECORD_REAL);
	dir = make(f, objects, 1, NULL, false);
	assert_true(verdict_has(check(f, dir, early), FOUND_BEYOND));
	assert_false(verdict_has(check(f, dir, same), FOUND_BEYOND));
}

static void texts_may_be_withheld(void **state)
{
	struct folder *f = *state;
	struct verdict *verdict;

	fill(f);
	verdict = check(f, make(f, NULL, 0, NULL, true), NULL);
	assert_int_equal(verdict_exit(verdict), 2);
	assert_int_equal(verdict->logs[0].withheld, 8);
	assert_int_equal(verdict->logs[0].erased, 1);
	shell(f, "! grep -q quoted payloads.jsonl");
}

static void a_tar_says_the_same_as_the_folder(void **state)
{
	struct folder *f = *state;
	char *dir, *tar = in_folder(f, "b.tar"), *other = in_folder(f, "c.tar");
	struct verdict *verdict;

	fill(f);
	dir = make(f, NULL, 0, f->record, false);
	assert_int_equal(bundle_pack(dir, tar, &f->why), 0);
	verdict = check(f, tar, NULL);
	assert_int_equal(verdict_bad(verdict), 0);
	assert_int_equal(verdict->files, 7);
	shell(f, "tar cf ../c.tar -C .. bundle");
	assert_int_equal(verdict_bad(check(f, other, NULL)), 0);
	assert_int_equal(bundle_pack(dir, tar, &f->why), -FAULT_CONFLICT);
	shell(f, "head -c 3000 ../b.tar > ../cut.tar");
	assert_int_equal(
		verify_bundle(in_folder(f, "cut.tar"), &(struct verify_options){ 0 }, verdict, &f->why),
		-FAULT_INVALID);
}

/* What is done to the files; the manifest is the old one throughout. */
static const struct {
	const char *command;
	enum finding_code code;
} cases[] = {
	{ "sed -i 's/person:5/person:6/' records.jsonl", FOUND_PROOF },
	{ "sed -i 's/person:5/person:6/' records.jsonl", FOUND_FILE },
	{ "sed -i 4d records.jsonl", FOUND_SEQ },
	{ "sed -i '$d' records.jsonl", FOUND_CHECKPOINT_SIZE },
	{ "sed -i 3d payloads.jsonl", FOUND_TEXT_MISSING },
	{ "sed -i 4d payloads.jsonl", FOUND_PAYLOAD_MISSING },
	{ "sed -i 's/quoted/Quoted/' payloads.jsonl", FOUND_TEXT },
	{ "sed -i 4d proofs.jsonl", FOUND_PROOF_MISSING },
	{ "sed -i 's/{\"leaf\"/{ \"leaf\"/' records.jsonl", FOUND_LINE },
	{ "truncate -s -1 records.jsonl", FOUND_LINE },
	{ "sed -i 's/^1./9&/' checkpoint", FOUND_CHECKPOINT_FORGED },
	{ "rm checkpoint", FOUND_CHECKPOINT_NONE },
	{ "rm vkey", FOUND_VKEY },
	{ "rm index.zh.html", FOUND_FILE_MISSING },
	{ "echo x > more.txt", FOUND_FILE_STRAY },
	{ "ln -s vkey more.txt", FOUND_FILE_STRAY },
	{ "rm vkey && ln -s /etc/passwd vkey", FOUND_FILE },
	{ "for f in evidence/*; do echo x >> $f; done", FOUND_FILE },
	{ "sed -i 's/\"product\"/\"Product\"/' manifest.json", FOUND_MANIFEST },
	{ "sed -i 's/fengsui 0/Fengsui 0/' manifest.json", FOUND_MANIFEST_FORGED },
	{ "sed -i 's/\"size\":12/\"size\":13/' manifest.json", FOUND_MANIFEST },
};

static void each_change_of_a_bundle_is_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		void *inner = NULL;
		struct verdict *verdict;
		char *dir;

		assert_int_equal(folder_setup(&inner), 0);
		fill(inner);
		dir = make(inner, NULL, 0, ((struct folder *)inner)->record, false);
		shell(inner, cases[i].command);
		verdict = check(inner, dir, NULL);
		if (!verdict_has(verdict, cases[i].code)) {
			verdict_print(verdict, "", stderr);
			fail_msg("%s: not found as %s", cases[i].command, finding_word(cases[i].code));
		}
		folder_teardown(&inner);
	}
}

static void a_bundle_takes_no_place_and_no_strange_name(void **state)
{
	static const int64_t objects[] = { 99 };
	struct folder *f = *state;
	struct bundle_file file = { "../x", NULL, "", 0 };
	struct bundle_order order = {
		.store = f->store, .space = RECORD_REAL, .files = &file, .file_count = 1
	};
	struct bundle_made made;

	assert_int_equal(bundle_write(&order, f->path, &made, &f->why), -FAULT_CONFLICT);
	assert_int_equal(bundle_write(&order, in_folder(f, "b1"), &made, &f->why), -FAULT_INVALID);
	order.file_count = 0;
	order.objects = objects;
	order.object_count = 1;
	assert_int_equal(bundle_write(&order, in_folder(f, "b2"), &made, &f->why), -FAULT_ABSENT);
}

static void a_store_that_denies_its_checkpoint_gives_no_bundle(void **state)
{
	struct folder *f = *state;
	struct bundle_order order = { .store = f->store, .space = RECORD_REAL };
	struct bundle_made made;

	fill(f);
	folder_sql(f, "UPDATE records SET hash = zeroblob(32) WHERE log = 1 AND seq = 3");
	assert_int_equal(bundle_write(&order, in_folder(f, "b"), &made, &f->why), -FAULT_CORRUPT);
}

int main(void)
{
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_setup, folder_teardown)
	const struct CMUnitTest tests[] = {
		IN_FOLDER(a_case_alone_is_complete_and_proves),
		IN_FOLDER(a_whole_log_is_held_against_what_was_kept),
		IN_FOLDER(a_part_says_when_it_cannot_be_compared),
		IN_FOLDER(texts_may_be_withheld),
		IN_FOLDER(a_tar_says_the_same_as_the_folder),
		cmocka_unit_test(each_change_of_a_bundle_is_found),
		IN_FOLDER(a_bundle_takes_no_place_and_no_strange_name),
		IN_FOLDER(a_store_that_denies_its_checkpoint_gives_no_bundle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
