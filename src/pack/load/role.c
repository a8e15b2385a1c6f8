#include <string.h>

#include "pack/pack_private.h"

/*
 * Roles, which of them exclude each other, and the matrix of who may do what.
 */

static void read_role(struct reader *r, const struct yaml_node *key, struct role *out)
{
	static const char *const keys[] = { "label", "scope", "guarded", NULL };
	static const char *const scopes[] = { [SCOPE_ALL] = "all",
					      [SCOPE_CASE] = "case",
					      [SCOPE_UNIT] = "unit",
					      [SCOPE_SECTOR] = "sector",
					      NULL };
	const struct yaml_node *scope = yaml_get(key->value, "scope");
	int at;

	out->code = key->text;
	out->at = key->at;
	out->label = (struct words){ "", "" };
	if (!read_map(r, key->value, key->text, keys))
		return;
	out->label = read_label(r, key->value, "role");
	out->guarded = read_yes(r, key->value, "guarded");
	at = scope ? read_choice(r, scope, "scope", scopes) : SCOPE_ALL;
	out->scope = at < 0 ? SCOPE_ALL : (enum role_scope)at;
}

static void read_roles(struct reader *r, const struct yaml_node *node)
{
	if (!node || node->form != YAML_MAP) {
		if (node)
			wrong(r, node, "roles is a map of code to {label, scope, guarded}");
		return;
	}
	r->pack->roles = arena_many(r->mem, node->count, sizeof(*r->pack->roles));
	for (const struct yaml_node *key = node->first; key; key = key->next)
		read_role(r, key, &r->pack->roles[r->pack->role_count++]);
}

static void read_incompatible(struct reader *r, const struct yaml_node *node)
{
	struct names pair;

	if (!node)
		return;
	if (node->form != YAML_LIST) {
		wrong(r, node, "incompatible is a list of pairs, like [[SYS, SCA]]");
		return;
	}
	r->pack->incompatible = arena_many(r->mem, node->count, sizeof(*r->pack->incompatible));
	for (const struct yaml_node *item = node->first; item; item = item->next) {
		pair = read_names(r, item, "incompatible");
		if (pair.count != 2)
			wrong(r, item, "a pair holds two roles");
		else if (known_role(r, item->at, pair.at[0]) && known_role(r, item->at, pair.at[1]))
			r->pack->incompatible[r->pack->incompatible_count++] = pair;
	}
}

/* "D", "Ck", "Po": what, then where: own unit, own sector, own cases. */
static bool letters_ok(const char *letters)
{
	return strchr("DCPR", letters[0]) && letters[0] &&
	       (!letters[1] || (strchr("osk", letters[1]) && !letters[2]));
}

static void read_permission(struct reader *r, const struct yaml_node *node, struct permission *out)
{
	static const char *const keys[] = { "label", "moves", "roles", NULL };
	const struct yaml_node *roles = yaml_get(node, "roles"), *key;
	const char *letters;

	out->at = node->at;
	out->label = (struct words){ "", "" };
	if (!read_map(r, node, "matrix", keys))
		return;
	out->label = read_label(r, node, "matrix");
	out->moves = read_names(r, yaml_get(node, "moves"), "moves");
	if (!roles || roles->form != YAML_MAP) {
		if (roles)
			wrong(r, roles, "roles is a map of role to letters, like {DIR: D, CL: Ck}");
		return;
	}
	out->roles = arena_many(r->mem, roles->count, sizeof(*out->roles));
	out->letters = arena_many(r->mem, roles->count, sizeof(*out->letters));
	for (key = roles->first; key; key = key->next) {
		letters = read_scalar(r, key->value, key->text);
		if (!letters || !known_role(r, key->at, key->text))
			continue;
		if (!letters_ok(letters))
			wrong(r, key->value, "'%.20s' is not D, C, P or R, with o, s or k behind it",
			      letters);
		out->roles[out->role_count] = key->text;
		out->letters[out->role_count++] = letters;
	}
}

static void read_matrix(struct reader *r, const struct yaml_node *node)
{
	if (!node)
		return;
	if (node->form != YAML_LIST) {
		wrong(r, node, "matrix is a list of {label, moves, roles}");
		return;
	}
	r->pack->matrix = arena_many(r->mem, node->count, sizeof(*r->pack->matrix));
	for (const struct yaml_node *item = node->first; item; item = item->next)
		read_permission(r, item, &r->pack->matrix[r->pack->matrix_count++]);
}

void load_roles(struct reader *r, const struct yaml_node *root)
{
	static const char *const keys[] = { "roles", "incompatible", "matrix", NULL };

	if (!read_map(r, root, "roles.yml", keys))
		return;
	read_roles(r, yaml_get(root, "roles"));
	read_incompatible(r, yaml_get(root, "incompatible"));
	read_matrix(r, yaml_get(root, "matrix"));
}
