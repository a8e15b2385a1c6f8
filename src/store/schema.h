#pragma once

/*
 * schema -- the tables of a data folder: version 1, and what each later one added.
 *
 * A text that was released is never changed: folders were made by it. Text for
 * every engine; the tokens @INT @PK @BLOB @STRICT are replaced by
 * what the engine says for them. Statements are separated by ";\n".
 */
static const char store_tables[] =
	"CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) @STRICT;\n"

	/* The record: log plus payloads. */
	"CREATE TABLE logs(id @INT PRIMARY KEY, origin TEXT NOT NULL, vkey TEXT NOT NULL,"
	" given_time @INT NOT NULL) @STRICT;\n"
	"CREATE TABLE records(log @INT NOT NULL, seq @INT NOT NULL, act @INT NOT NULL, object @INT NOT NULL,"
	" oseq @INT NOT NULL, at @INT NOT NULL, hash @BLOB NOT NULL, leaf @BLOB NOT NULL,"
	" PRIMARY KEY(log, seq)) @STRICT;\n"
	"CREATE UNIQUE INDEX records_object ON records(object, log, oseq);\n"
	"CREATE TABLE payloads(log @INT NOT NULL, seq @INT NOT NULL, part @INT NOT NULL, salt @BLOB,"
	" bytes @BLOB, erased @INT, PRIMARY KEY(log, seq, part)) @STRICT;\n"
	"CREATE TABLE frontier(log @INT PRIMARY KEY, size @INT NOT NULL, hashes @BLOB NOT NULL) @STRICT;\n"
	"CREATE TABLE checkpoints(log @INT NOT NULL, size @INT NOT NULL, at @INT NOT NULL, note TEXT NOT "
	"NULL,"
	" PRIMARY KEY(log, size)) @STRICT;\n"

	/* Views of the record: rebuilt from it, identical. space: 1 real, 2 drill. */
	"CREATE TABLE objects(id @PK, space @INT NOT NULL, kind TEXT NOT NULL, number TEXT,"
	" states TEXT NOT NULL, pack TEXT NOT NULL, version @INT NOT NULL, created_at @INT NOT NULL,"
	" updated_at @INT NOT NULL, body TEXT NOT NULL) @STRICT;\n" /* a long body must not lie before the
								       rest */
	"CREATE UNIQUE INDEX objects_number ON objects(number) WHERE number IS NOT NULL;\n"
	"CREATE INDEX objects_kind ON objects(kind, space, id);\n"
	/* The two other orders of a list; each begins with the kind, or the last
	 * change of one kind would be sought among those of all. */
	"CREATE INDEX objects_updated ON objects(kind, space, updated_at, id);\n"
	"CREATE INDEX objects_sorted ON objects(kind, space, number, id);\n"
	/* Fields that the pack declares as filters, states and refs, one row a value. */
	"CREATE TABLE facets(kind TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, object @INT NOT "
	"NULL,"
	" PRIMARY KEY(kind, name, value, object)) @STRICT, WITHOUT ROWID;\n"
	"CREATE INDEX facets_object ON facets(object, name);\n"
	/* child.field refers to parent. */
	"CREATE TABLE links(parent @INT NOT NULL, kind TEXT NOT NULL, field TEXT NOT NULL, child @INT NOT "
	"NULL,"
	" PRIMARY KEY(parent, kind, field, child)) @STRICT, WITHOUT ROWID;\n"
	"CREATE INDEX links_child ON links(child, field);\n"
	"CREATE TABLE clocks(id @PK, space @INT NOT NULL, object @INT NOT NULL, part @INT NOT NULL, code "
	"TEXT NOT NULL,"
	" state TEXT NOT NULL, started_at @INT NOT NULL, due_at @INT, stopped_at @INT, left @INT,"
	" missed_at @INT, step @INT NOT NULL, next_at @INT) @STRICT;\n"
	"CREATE INDEX clocks_object ON clocks(object, code);\n"
	"CREATE INDEX clocks_next ON clocks(next_at) WHERE next_at IS NOT NULL;\n"
	"CREATE TABLE proposals(id @PK, object @INT NOT NULL, move TEXT NOT NULL, version @INT NOT NULL,"
	" input TEXT NOT NULL, signers TEXT NOT NULL, opened_at @INT NOT NULL, state TEXT NOT NULL) "
	"@STRICT;\n"
	"CREATE INDEX proposals_object ON proposals(object, state);\n"
	"CREATE TABLE series(name TEXT PRIMARY KEY, next @INT NOT NULL) @STRICT;\n"

	/* What leaves the house, written in the commit that caused it. */
	"CREATE TABLE outbox(id @PK, space @INT NOT NULL, act @INT NOT NULL, object @INT NOT NULL, at @INT "
	"NOT NULL,"
	" channel TEXT NOT NULL, recipient TEXT NOT NULL, text TEXT NOT NULL, key TEXT NOT NULL UNIQUE,"
	" state TEXT NOT NULL, tries @INT NOT NULL, next_at @INT) @STRICT;\n"

	/* Not views: kept for the working of the house. */
	"CREATE TABLE answers(key TEXT PRIMARY KEY, actor TEXT NOT NULL, digest @BLOB NOT NULL, at @INT NOT "
	"NULL,"
	" answer TEXT NOT NULL) @STRICT;\n"
	"CREATE TABLE blobs(digest TEXT PRIMARY KEY, size @INT NOT NULL, at @INT NOT NULL) @STRICT;\n"
	"CREATE TABLE checks(id @PK, object @INT NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL,"
	" good @INT NOT NULL, detail TEXT NOT NULL, at @INT NOT NULL) @STRICT;\n"
	"CREATE INDEX checks_object ON checks(object, name, id);\n"
	"CREATE TABLE packs(digest TEXT PRIMARY KEY, id TEXT NOT NULL, version TEXT NOT NULL, at @INT NOT "
	"NULL,"
	" in_force @INT NOT NULL) @STRICT;\n"
	"CREATE TABLE sources(name TEXT PRIMARY KEY, received @INT NOT NULL, stored @INT NOT NULL,"
	" limited @INT NOT NULL, malformed @INT NOT NULL, lost @INT NOT NULL, last_at @INT NOT NULL) "
	"@STRICT;\n";

/* Version 2: accounts (src/account/). No views of the record either: secrets
 * and sessions, of which neither a rebuild nor a bundle knows. */
static const char store_tables_2[] =
	"CREATE TABLE accounts(person @INT PRIMARY KEY, made_at @INT NOT NULL, password TEXT,"
	" password_at @INT NOT NULL, shorter @INT NOT NULL, disabled_at @INT NOT NULL,"
	" failures @INT NOT NULL, signed_in_at @INT NOT NULL, factor @BLOB, factor_offer @BLOB,"
	" factor_last @INT NOT NULL, by_two @INT NOT NULL) @STRICT;\n"
	"CREATE TABLE recovery_codes(person @INT NOT NULL, digest @BLOB NOT NULL,"
	" PRIMARY KEY(person, digest)) @STRICT;\n"
	"CREATE TABLE invitations(person @INT PRIMARY KEY, digest @BLOB NOT NULL UNIQUE, made_by @INT NOT "
	"NULL,"
	" made_at @INT NOT NULL, until_at @INT NOT NULL, breakglass @INT NOT NULL) @STRICT;\n"
	"CREATE TABLE breakglass(id @PK, person @INT NOT NULL UNIQUE, opened_by @INT NOT NULL,"
	" opened_at @INT NOT NULL) @STRICT;\n"
	"CREATE TABLE sessions(id @PK, digest @BLOB NOT NULL UNIQUE, person @INT NOT NULL, address TEXT NOT "
	"NULL,"
	" agent TEXT NOT NULL, opened_at @INT NOT NULL, touched_at @INT NOT NULL, proven_at @INT NOT NULL,"
	" ends_at @INT NOT NULL) @STRICT;\n"
	"CREATE INDEX sessions_person ON sessions(person, id);\n"
	"CREATE TABLE tokens(id @PK, digest @BLOB NOT NULL, person @INT NOT NULL, source TEXT NOT NULL,"
	" name TEXT NOT NULL, scopes @INT NOT NULL, networks TEXT NOT NULL, made_by @INT NOT NULL,"
	" made_at @INT NOT NULL, expires_at @INT NOT NULL, used_at @INT NOT NULL, revoked_at @INT NOT NULL)"
	" @STRICT;\n"
	"CREATE INDEX tokens_person ON tokens(person, id);\n"
	"CREATE TABLE throttles(digest @BLOB PRIMARY KEY, count @INT NOT NULL, at @INT NOT NULL,"
	" until_at @INT NOT NULL) @STRICT;\n"
	"CREATE INDEX throttles_until ON throttles(until_at);\n"
	"CREATE TABLE known_places(person @INT NOT NULL, place @BLOB NOT NULL, at @INT NOT NULL,"
	" PRIMARY KEY(person, place)) @STRICT;\n"
	"CREATE TABLE saved_views(person @INT NOT NULL, name TEXT NOT NULL, text TEXT NOT NULL,"
	" at @INT NOT NULL, PRIMARY KEY(person, name)) @STRICT;\n"
	"CREATE TABLE uploads(id TEXT PRIMARY KEY, person @INT NOT NULL, size @INT NOT NULL, at @INT NOT "
	"NULL,"
	" touched_at @INT NOT NULL) @STRICT;\n"
	"CREATE INDEX uploads_touched ON uploads(touched_at);\n";

/* Version 3: what is due soonest, of all records. */
static const char store_tables_3[] =
	"CREATE INDEX clocks_running ON clocks(space, due_at, id) WHERE state = 'running';\n";

/* Version 4: letters, kept once for all who get them, and what became of each
 * message. A message of before has no letter; it was for the portal, for paper or
 * for a drill, and nobody sends it. */
static const char store_tables_4[] =
	"CREATE TABLE letters(id @PK, space @INT NOT NULL, object @INT NOT NULL, at @INT NOT NULL,"
	" purpose TEXT NOT NULL, text TEXT NOT NULL, files TEXT NOT NULL) @STRICT;\n"
	"CREATE INDEX letters_object ON letters(object, id);\n"
	"ALTER TABLE outbox ADD COLUMN letter @INT;\n"
	"ALTER TABLE outbox ADD COLUMN via TEXT;\n"
	"ALTER TABLE outbox ADD COLUMN refused @INT NOT NULL DEFAULT 0;\n"
	"UPDATE outbox SET state = 'done', next_at = NULL;\n"
	"CREATE INDEX outbox_object ON outbox(object, id);\n"
	"CREATE INDEX outbox_state ON outbox(state, channel, id) WHERE state <> 'done';\n"
	"CREATE INDEX outbox_due ON outbox(channel, next_at, id) WHERE state = 'waiting';\n"
	"CREATE TABLE attempts(message @INT NOT NULL, try @INT NOT NULL, at @INT NOT NULL,"
	" channel TEXT NOT NULL, address TEXT NOT NULL, code @INT NOT NULL, result TEXT NOT NULL,"
	" words TEXT NOT NULL, next_at @INT, PRIMARY KEY(message, try)) @STRICT;\n"
	"CREATE TABLE held_channels(name TEXT PRIMARY KEY, person @INT NOT NULL, at @INT NOT NULL,"
	" reason TEXT NOT NULL) @STRICT;\n";

/* Chinese and other text search (store/tokens.h), in the same file and the
 * same transaction; contentless, fed with tokens made by us, which 'ascii'
 * leaves as they are. */
static const char store_search_tables[] =
	"CREATE VIRTUAL TABLE search USING fts5(words, content='', tokenize='ascii');\n"
	"CREATE TABLE search_fed(object @INT PRIMARY KEY, words TEXT NOT NULL) @STRICT;\n";
