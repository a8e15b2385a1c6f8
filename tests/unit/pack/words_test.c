#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "grade/grade.h"
#include "oracle.h"

/*
 * Words, permissions and grades of the default pack against the tables.
 */

/* ---- words ---------------------------------------------------------------- */

static void every_refusal_has_its_words(void **state)
{
	struct tsv refusals;

	(void)state;
	table(&refusals, "refusals.tsv");
	assert_int_equal(refusals.count, 45);
	assert_int_equal(pack->refusal_count, 45);
	for (size_t i = 0; i < refusals.count; i++) {
		const char **cell = refusals.rows[i].cell;
		const struct refusal *refusal = pack_refusal(pack, cell[0]);
		char said[256];

		if (!refusal) {
			differs("%s is missing", cell[0]);
			continue;
		}
		snprintf(said, sizeof(said), "%s / %s", refusal->label.zh, refusal->label.en);
		if (strcmp(said, cell[2]))
			differs("%s: '%s', the table says '%s'", cell[0], said, cell[2]);
	}
	tsv_close(&refusals);
	none_differs();
}

/* The door through which content would come is shut (docs/decisions/0012). */
static bool shut(const char *name, const char *code)
{
	return !strcmp(code, "other") && (!strcmp(name, "incident_class") || !strcmp(name, "indicator_type"));
}

static void every_enumeration_has_its_codes(void **state)
{
	struct tsv codes;

	(void)state;
	table(&codes, "enums.tsv");
	for (size_t i = 0; i < codes.count; i++) {
		const char **cell = codes.rows[i].cell;
		const struct enumeration *list = pack_enum(pack, cell[0]);
		const struct code *code = list ? enum_code(list, cell[1]) : NULL;

		if (shut(cell[0], cell[1])) {
			if (code)
				differs("%s has '%s', which the boundary shuts out", cell[0], cell[1]);
			continue;
		}
		if (!code)
			differs("%s '%s' is missing", cell[0], cell[1]);
		else if (strcmp(code->label.zh, cell[2]) || strcmp(code->label.en, cell[3]))
			differs("%s '%s': '%s' / '%s', the table says '%s' / '%s'", cell[0], cell[1],
				code->label.zh, code->label.en, cell[2], cell[3]);
	}
	tsv_close(&codes);
	none_differs();
}

/* ---- roles and the matrix ------------------------------------------------- */

static void every_role_has_its_words(void **state)
{
	struct tsv roles;

	(void)state;
	markdown(&roles, "| Code | zh | en | Seed basis |");
	assert_int_equal(roles.count, 19);
	for (size_t i = 0; i < roles.count; i++) {
		const char **cell = roles.rows[i].cell;
		const struct role *role = pack_role(pack, cell[0]);

		if (!role)
			differs("role %s is missing", cell[0]);
		else if (strcmp(role->label.zh, cell[1]) ||
			 strncmp(cell[2], role->label.en, strlen(role->label.en)))
			differs("role %s: '%s' / '%s', the table says '%s' / '%s'", cell[0], role->label.zh,
				role->label.en, cell[1], cell[2]);
	}
	tsv_close(&roles);
	none_differs();
}

static const struct permission *permission(const char *en)
{
	for (size_t i = 0; i < pack->matrix_count; i++)
		if (!strcmp(pack->matrix[i].label.en, en))
			return &pack->matrix[i];
	return NULL;
}

static const char *letters(const struct permission *row, const char *role)
{
	for (size_t i = 0; i < row->role_count; i++)
		if (!strcmp(row->roles[i], role))
			return row->letters[i];
	return "";
}

static void the_matrix_is_that_of_part_7(void **state)
{
	static const char *const columns[] = { "LG",  "DIR", "DUT", "CL",  "RSP", "UOP", "UHD",
					       "SEC", "SUP", "EXP", "PIO", "PED", "FIN", "RES",
					       "ARC", "SYS", "SCA", "AUD", "PUB" };
	struct tsv matrix;

	(void)state;
	markdown(&matrix, "| Action | LG |");
	assert_int_equal(matrix.count, 86);
	if (pack->matrix_count != matrix.count)
		differs("%zu rows, part 7 has %zu", pack->matrix_count, matrix.count);
	for (size_t i = 0; i < matrix.count; i++) {
		const char **cell = matrix.rows[i].cell;
		const struct permission *row = permission(cell[0]);

		if (!row)
			differs("'%s' is missing", cell[0]);
		for (size_t k = 0; row && k < sizeof(columns) / sizeof(*columns); k++)
			if (strcmp(letters(row, columns[k]), cell[k + 1]))
				differs("'%s' %s: '%s', part 7 says '%s'", cell[0], columns[k],
					letters(row, columns[k]), cell[k + 1]);
	}
	tsv_close(&matrix);
	none_differs();
}

static bool excluded(const char *a, const char *b)
{
	for (size_t i = 0; i < pack->incompatible_count; i++)
		if (names_have(&pack->incompatible[i], a) && names_have(&pack->incompatible[i], b))
			return true;
	return false;
}

/* Part 7.1: SYS+SCA, SYS+AUD, SCA+AUD, AUD with any role that decides. */
static void what_one_person_must_not_be(void **state)
{
	(void)state;
	assert_true(excluded("SYS", "SCA"));
	assert_true(excluded("SYS", "AUD"));
	assert_true(excluded("SCA", "AUD"));
	for (size_t i = 0; i < pack->matrix_count; i++)
		for (size_t k = 0; k < pack->matrix[i].role_count; k++)
			if (pack->matrix[i].letters[k][0] == 'D' && strcmp(pack->matrix[i].roles[k], "AUD") &&
			    !strchr("oks", pack->matrix[i].letters[k][1]) &&
			    !excluded("AUD", pack->matrix[i].roles[k]))
				differs("AUD may be held beside %s, which decides '%s'",
					pack->matrix[i].roles[k], pack->matrix[i].label.en);
	none_differs();
}

/* ---- grades --------------------------------------------------------------- */

static const struct worked_grade *worked(const char *id)
{
	for (size_t i = 0; i < pack->worked_count; i++)
		if (!strcmp(pack->worked[i].id, id))
			return &pack->worked[i];
	return NULL;
}

static void one_grade(const char **cell)
{
	const struct worked_grade *mine = worked(cell[0]);
	struct fault why = { 0 };
	struct grade grade;
	int scores[8] = { 0 };

	for (size_t i = 0; i < 6; i++)
		scores[i] = strcmp(cell[2 + i], "?") ? atoi(cell[2 + i]) : 0;
	if (grade_level(pack, scores, atoi(cell[8]), &grade, &why) < 0)
		differs("%s: %s", cell[0], why.text);
	else if (grade.level != atoi(cell[9]))
		differs("%s comes out at %d, the table says %s", cell[0], grade.level, cell[9]);
	if (!mine) {
		differs("%s is missing", cell[0]);
		return;
	}
	for (size_t i = 0; i < 6; i++)
		if (mine->scores[i] != scores[i])
			differs("%s score %zu: %d, the table says %s", cell[0], i + 1, mine->scores[i],
				cell[2 + i]);
	if (mine->level != atoi(cell[9]) || mine->urgency != atoi(cell[8]) ||
	    strncmp(cell[10], mine->plan, strlen(mine->plan)) || strcmp(mine->label.en, cell[1]))
		differs("%s: '%s' level %d urgency %d plan %s", cell[0], mine->label.en, mine->level,
			mine->urgency, mine->plan);
}

static void every_worked_grade_comes_out(void **state)
{
	static const char *const dimensions[] = { "business", "unit", "public", "state", "order", "economy" };
	struct tsv grades;

	(void)state;
	table(&grades, "grades.tsv");
	assert_int_equal(grades.count, 20);
	assert_int_equal(pack->dimension_count, 6);
	for (size_t i = 0; i < 6; i++)
		assert_string_equal(pack->dimensions[i].code, dimensions[i]);
	for (size_t i = 0; i < grades.count; i++)
		one_grade(grades.rows[i].cell);
	tsv_close(&grades);
	none_differs();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_refusal_has_its_words),
		cmocka_unit_test(every_enumeration_has_its_codes),
		cmocka_unit_test(every_role_has_its_words),
		cmocka_unit_test(the_matrix_is_that_of_part_7),
		cmocka_unit_test(what_one_person_must_not_be),
		cmocka_unit_test(every_worked_grade_comes_out),
	};

	return cmocka_run_group_tests_name("words, permissions and grades against the tables", tests,
					   oracle_load, oracle_unload);
}
