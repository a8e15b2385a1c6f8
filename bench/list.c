#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/stamp.h"
#include "host/clock.h"
#include "store/list.h"
#include "store/search.h"

/* How long does a list or a search take over a province's worth of cases?
 *
 *     bench_list PATH [CASES [ROUNDS]]
 *
 * Makes the store at PATH if it is not there (CASES with ten children each),
 * then asks each query ROUNDS times, every time from another place of the list,
 * and prints milliseconds. */

enum { CHILDREN = 10, BATCH = 2000 };

static uint64_t seed = 20260102;

static unsigned dice(unsigned sides)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(seed >> 33) % sides;
}

#define ANY(list) (list)[dice(sizeof(list) / sizeof(*(list)))]

static const char *const child_kinds[] = { "system", "tasking", "evidence", "report", "notice" };
static const char *const child_states[] = { "open", "sent", "done", "done", "done", "checked" };
static const char *const case_types[] = { "malware", "intrusion", "denial", "leak", "phishing", "misuse" };

/* About one in `n` texts has the word with the place n in its row. */
static const struct {
	unsigned one_in;
	const char *word;
} topics[] = {
	{ 2, "系统" },        { 3, "网站" },      { 5, "攻击" },      { 5, "nginx" },
	{ 10, "篡改" },       { 20, "勒索病毒" }, { 50, "数据泄露" }, { 200, "CVE-2024-3094" },
	{ 5000, "零日漏洞" },
};

static const char *const fillers[] = { "发现", "单位", "服务器", "被",   "已",   "处置",
				       "通报", "市",   "的",     "和",   "异常", "流量",
				       "登录", "主机", "隔离",   "恢复", "正在", "核实" };

static void die(const struct fault *why)
{
	fprintf(stderr, "bench_list: %s\n", why->text);
	exit(1);
}

static void compose(struct buf *out, unsigned length)
{
	for (unsigned i = 0; i < sizeof(topics) / sizeof(*topics); i++)
		if (!dice(topics[i].one_in)) {
			buf_text(out, topics[i].word);
			buf_text(out, ANY(fillers));
		}
	for (unsigned i = 0; i < length; i++)
		buf_text(out, dice(8) ? ANY(fillers) : "，");
}

static void put_object(struct store *store, int64_t id, const char *kind, const char *number,
		       const char *body, int64_t at)
{
	struct fault why = { 0 };

	if (store_run(store,
		      "INSERT INTO objects(id, space, kind, number, states, body, pack, version, created_at,"
		      " updated_at) VALUES($1, 1, $2, $3, '{\"main\":\"closed\"}', $4, 'jinan-2007', 1, $5, "
		      "$6)",
		      VALUES(value_int(id), value_text(kind), value_text(number), value_text(body),
			     value_int(at), value_int(at + dice(5000) * STAMP_SECOND)),
		      NULL, &why) < 0)
		die(&why);
}

static void put_facet(struct store *store, int64_t id, const char *kind, const char *name, const char *value)
{
	struct fault why = { 0 };

	if (store_run(store, "INSERT INTO facets(kind, name, value, object) VALUES($1, $2, $3, $4)",
		      VALUES(value_text(kind), value_text(name), value_text(value), value_int(id)), NULL,
		      &why) < 0)
		die(&why);
}

static void put_text(struct store *store, int64_t id, const char *kind, const char *number, unsigned length,
		     int64_t at)
{
	SCOPED(buf_fini) struct buf text = { 0 }, body = { 0 };
	struct fault why = { 0 };

	compose(&text, length);
	buf_text(&body, "{\"summary\":");
	buf_json_string(&body, text.data, text.len);
	buf_format(&body, ",\"unit\":\"unit:%u\",\"owner\":\"person:%u\"}", dice(500), dice(200));
	put_object(store, id, kind, number, body.data, at);
	if (search_feed(store, id, text.data, &why) < 0)
		die(&why);
}

/* The facets of a case: levels are skewed, and few cases are still open. */
static void put_case_facets(struct store *store, int64_t id, int64_t at, bool recent)
{
	static const char *const levels[] = { "1", "1", "1", "1", "1", "2", "2", "2", "3", "4" };
	static const char *const phases[] = { "verify", "contain", "eradicate", "recover" };
	char unit[16], day[STAMP_LEN];
	bool open = !dice(recent ? 2 : 100);

	snprintf(unit, sizeof(unit), "unit:%u", dice(500));
	stamp_format(at, day);
	put_facet(store, id, "incident", "level", dice(500) ? ANY(levels) : "5");
	put_facet(store, id, "incident", "open", open ? "yes" : "no");
	put_facet(store, id, "incident", "phase", open ? ANY(phases) : dice(20) ? "closed" : "archived");
	put_facet(store, id, "incident", "type", ANY(case_types));
	put_facet(store, id, "incident", "unit", unit);
	put_facet(store, id, "incident", "discovered", day);
}

static void put_child(struct store *store, int64_t id, int64_t parent, const char *kind, int64_t at)
{
	char number[32], unit[16], of[32];

	snprintf(number, sizeof(number), "%.3s-2026-%07" PRId64, kind, id);
	snprintf(unit, sizeof(unit), "unit:%u", dice(500));
	snprintf(of, sizeof(of), "incident:%" PRId64, parent);
	put_text(store, id, kind, number, 15, at);
	put_facet(store, id, kind, "state", ANY(child_states));
	put_facet(store, id, kind, "unit", unit);
	put_facet(store, id, kind, "incident", of);
}

static void put_case(struct store *store, int64_t nth, int64_t cases)
{
	int64_t id = nth * (CHILDREN + 1) + 1, at = INT64_C(1600000000000000) + nth * 5 * STAMP_MINUTE;
	char number[32];

	snprintf(number, sizeof(number), "INC-2026-%06" PRId64, nth);
	put_text(store, id, "incident", number, 30, at);
	put_case_facets(store, id, at, nth > cases - cases / 200);
	for (int i = 0; i < CHILDREN; i++)
		put_child(store, id + 1 + i, id, child_kinds[i % 5], at);
}

static void fill(struct store *store, int64_t cases)
{
	struct fault why = { 0 };
	int64_t start = clock_steady();

	if (store_schema(store, &why) < 0)
		die(&why);
	for (int64_t nth = 0; nth < cases;) {
		struct store_txn *txn;

		if (store_begin(store, &txn, &why) < 0)
			die(&why);
		for (int i = 0; i < BATCH && nth < cases; i++)
			put_case(store, nth++, cases);
		if (store_commit(&txn, &why) < 0)
			die(&why);
	}
	printf("made %" PRId64 " cases with %d children each in %.1f s\n", cases, CHILDREN,
	       (double)(clock_steady() - start) / 1e6);
}

/* clang-format off */
/* What people ask. `%u` becomes a number that differs from round to round. */
static const struct {
	const char *what, *kind, *filter;
	enum list_order order;
	bool from_anywhere; /* a page in the middle of the list */
} queries[] = {
	{ "newest cases",                    "incident", "",                                     LIST_NEWEST,  false },
	{ "a page somewhere",                "incident", "",                                     LIST_NEWEST,  true },
	{ "open, level 3 and up",            "incident", "level:>=3 open:yes",                   LIST_NEWEST,  false },
	{ "cases of a unit",                 "incident", "unit:\"unit:%u\"",                     LIST_NEWEST,  false },
	{ "rare level, last changed first",  "incident", "level:5",                              LIST_UPDATED, false },
	{ "closed of two types, not level 1", "incident",
	  "phase:closed (type:leak OR type:denial) NOT level:1",                                 LIST_UPDATED, false },
	{ "in either of two phases",         "incident", "phase:contain OR phase:eradicate",     LIST_NEWEST,  false },
	{ "by number, a range of days",      "incident", "discovered:>=2021-03-01 discovered:<2021-04-01", LIST_NUMBER, false },
	{ "taskings of a unit still open",   "tasking",  "unit:\"unit:%u\" NOT state:done",      LIST_NEWEST,  false },
	{ "two-character word in cases",     "incident", "篡改",                                 LIST_NEWEST,  false },
	{ "rare word",                       "incident", "零日漏洞",                             LIST_NEWEST,  false },
	{ "two words, field, last changed",  "incident", "勒索病毒 nginx level:>=2",             LIST_UPDATED, false },
};

/* Harder than people usually ask; not part of the bar, shown beside it. */
static const struct {
	const char *what, *kind, *filter;
	enum list_order order;
} hard[] = {
	{ "frequent in other order, nothing meets both", "incident", "phase:archived open:yes", LIST_UPDATED },
	{ "frequent both, nothing meets both", "incident", "type:leak type:denial",          LIST_NEWEST },
	{ "frequent word and a type it never has", "incident", "系统 type:none",             LIST_NEWEST },
	{ "one character",                   "incident", "篡",                               LIST_NEWEST },
	{ "one frequent character",          "incident", "系",                               LIST_NEWEST },
	{ "word in children",                "evidence", "数据泄露 state:open",              LIST_UPDATED },
	{ "frequent word and rare level",    "incident", "系统 level:5",                     LIST_NEWEST },
	{ "frequent word without another",   "incident", "系统 NOT 网站 NOT 攻击",           LIST_NEWEST },
	{ "drills, of which there are none", "incident", "level:1",                          LIST_NEWEST },
};
/* clang-format on */

static int by_size(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void report(const char *what, double *ms, size_t count, double rows)
{
	qsort(ms, count, sizeof(*ms), by_size);
	printf("%-46s %8.3f %8.3f %8.3f %7.1f\n", what, ms[count / 2], ms[count * 95 / 100], ms[count - 1],
	       rows);
}

static double ask(struct store *store, const struct list_query *query, size_t *rows)
{
	SCOPED(arena_drop) struct arena *mem = arena_new();
	struct list_page page;
	struct fault why = { 0 };
	int64_t start = clock_steady();

	if (list_run(store, query, mem, &page, &why) < 0)
		die(&why);
	*rows += page.count;
	return (double)(clock_steady() - start) / 1e3;
}

static const char *const fields[] = { "level", "open",       "phase", "type",
				      "unit",  "discovered", "state", "incident" };

static void measure(struct store *store, struct list_query query, const char *what, bool anywhere, int space,
		    unsigned rounds, double *ms)
{
	size_t rows = 0;
	const char *filter = query.filter;

	query.fields = fields;
	query.field_count = sizeof(fields) / sizeof(*fields);
	query.limit = 50;
	query.space = space;
	for (unsigned i = 0; i < rounds; i++) {
		char text[256], after[32];

		snprintf(after, sizeof(after), "i:%u", 1000 + dice(1000000));
		query.after = anywhere ? after : NULL;
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(text, sizeof(text), filter, dice(500));
		query.filter = text;
		ms[i] = ask(store, &query, &rows);
	}
	report(what, ms, rounds, (double)rows / rounds);
}

static long resident_kib(void)
{
	char line[256];
	long kib = 0;
	FILE *f = fopen("/proc/self/status", "r");

	while (f && fgets(line, sizeof(line), f))
		sscanf(line, "VmRSS: %ld", &kib);
	if (f)
		fclose(f);
	return kib;
}

static void measure_all(struct store *store, unsigned rounds)
{
	enum { QUERIES = sizeof(queries) / sizeof(*queries), HARD = sizeof(hard) / sizeof(*hard) };
	double *ms = must_alloc(sizeof(*ms) * rounds * QUERIES);

	printf("%-46s %8s %8s %8s %7s\n", "query (a page of 50)", "p50 ms", "p95 ms", "max ms", "rows");
	for (size_t i = 0; i < QUERIES; i++)
		measure(store,
			(struct list_query){ .kind = queries[i].kind,
					     .filter = queries[i].filter,
					     .order = queries[i].order },
			queries[i].what, queries[i].from_anywhere, 1, rounds, ms + i * rounds);
	report("ALL TWELVE", ms, rounds * QUERIES, 0);
	printf("resident %.1f MiB\n\n", (double)resident_kib() / 1024);
	for (size_t i = 0; i < HARD; i++)
		measure(store,
			(struct list_query){
				.kind = hard[i].kind, .filter = hard[i].filter, .order = hard[i].order },
			hard[i].what, false, i == HARD - 1 ? 2 : 1, rounds, ms);
	free(ms);
}

int main(int argc, char **argv)
{
	SCOPED(store_drop) struct store *store = NULL;
	struct fault why = { 0 };
	struct stat is;
	bool made = argc > 1 && stat(argv[1], &is) == 0;

	if (argc < 2) {
		fprintf(stderr, "usage: bench_list PATH [CASES [ROUNDS]]\n");
		return 64;
	}
	if (store_open(&store_sqlite, argv[1], STORE_WRITE, &store, &why) < 0)
		die(&why);
	if (!made)
		fill(store, argc > 2 ? strtol(argv[2], NULL, 10) : 100000);
	measure_all(store, argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 100);
	return 0;
}
