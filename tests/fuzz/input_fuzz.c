#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "action/action_private.h"
#include "base/canon.h"

/*
 * Property: what is typed into a field is refused with a reason, or comes into
 * a form that the record can keep and that, typed again, stays as it is.
 *
 * The first two bytes choose a field of the default plan, the rest is the value
 * as JSON, or else as text. The plan stands in packs/jinan-2007 below the
 * folder where the target is started, or below $FENGSUI_ROOT.
 */

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { NOW = 1790000000, FIELDS_MOST = 4096 };

static struct house *house;
static const struct field *fields[FIELDS_MOST];
static size_t field_count;

static void take_fields(const struct pack *pack)
{
	for (size_t k = 0; k < pack->kind_count; k++)
		for (size_t i = 0; i < pack->kinds[k].field_count && field_count < FIELDS_MOST; i++)
			fields[field_count++] = &pack->kinds[k].fields[i];
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static char folder[] = "/tmp/input-fuzz-XXXXXX";
	const char *root = getenv("FENGSUI_ROOT");
	char pack[512], command[600];
	struct fault why;

	(void)argc, (void)argv;
	snprintf(pack, sizeof(pack), "%s/packs/jinan-2007", root ? root : ".");
	if (!mkdtemp(folder) || house_open(&(struct house_options){ .folder = folder,
								    .pack = pack,
								    .origin = "fuzz.example",
								    .demo = true,
								    .now = NOW * INT64_C(1000000) },
					   &house, &why) < 0) {
		fprintf(stderr, "%s\n", why.text);
		exit(1);
	}
	/* Nobody opens it again: the store is at work on files that have no name. */
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	take_fields(house_pack(house));
	return system(command);
}

static void typed_again(struct deed *deed, const struct field *field, json_t *kept)
{
	SCOPED(buf_fini) struct buf form = { 0 };
	json_t *again = NULL;
	struct fault why = { 0 };

	if (canon_write(&form, kept, &why) < 0 || input_value(deed, field, kept, &again, &why) < 0 ||
	    !json_equal(kept, again)) {
		fprintf(stderr, "%s: %s\n", field->name, why.text);
		abort();
	}
	json_decref(again);
}

static void type_in(const struct field *field, json_t *typed)
{
	struct fault why = { 0 };
	json_t *kept = NULL;
	struct deed deed;

	deed_open(&deed, house, NULL, NOW * INT64_C(1000000));
	if (input_value(&deed, field, typed, &kept, &why) == 0)
		typed_again(&deed, field, kept);
	else if (kept || !why.text[0])
		abort();
	json_decref(kept);
	deed_close(&deed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data + 2;
	json_t *typed;

	if (size < 2)
		return 0;
	typed = json_loadb(text, size - 2, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
	if (!typed)
		typed = json_stringn(text, size - 2);
	if (typed)
		type_in(fields[(data[0] | data[1] << 8) % field_count], typed);
	json_decref(typed);
	return 0;
}
