#include "warn/check.h"

#include <string.h>

#include "warn/moment.h"
#include "warn/schema.h"

bool check_other_version(const struct node *node)
{
	static const char *const spaces[] = { "urn:oasis:names:tc:emergency:cap:1.0",
					      "urn:oasis:names:tc:emergency:cap:1.1",
					      "http://www.incident.com/cap/1.0" };

	for (size_t i = 0; i < sizeof(spaces) / sizeof(*spaces); i++)
		if (!strcmp(node->space, spaces[i]) && !strcmp(node->name, "alert"))
			return true;
	return false;
}

void check_alert(const struct node *alert, struct arena *mem, struct findings *found)
{
	const size_t before = found->refused;

	schema_check(alert, mem, found);
	if (found->refused != before)
		return;
	check_rules(alert, mem, found);
	check_profile(alert, mem, found);
}

const struct node *check_message(const char *bytes, size_t len, struct arena *mem, struct findings *found)
{
	const struct node *root = xml_read(bytes, len, mem, found);

	if (!root)
		return NULL;
	if (!node_is(root, CAP_SPACE, "alert")) {
		finding_add(found, check_other_version(root) ? RULE_OTHER_VERSION : RULE_NOT_CAP, root->line,
			    root->name, *root->space ? root->space : root->name);
		return NULL;
	}
	check_alert(root, mem, found);
	return root;
}

/* ---- references ------------------------------------------------------------------ */

static bool word_good(const char *word) { return *word && !word[strcspn(word, " \t\r\n,<&")]; }

int reference_next(const char **at, struct arena *mem, struct reference *out)
{
	const char *text = *at + strspn(*at, " \t\r\n");
	const size_t len = strcspn(text, " \t\r\n");
	char *group, *first, *second;

	*at = text + len;
	if (!len)
		return 0;
	group = arena_copy_bytes(mem, text, len);
	first = strchr(group, ',');
	second = first ? strchr(first + 1, ',') : NULL;
	if (!second)
		return -1;
	*first = *second = '\0';
	*out = (struct reference){ .sender = group, .identifier = first + 1, .sent = second + 1 };
	return word_good(out->sender) && word_good(out->identifier) && moment_read(out->sent, &out->sent_at)
		       ? 1
		       : -1;
}
