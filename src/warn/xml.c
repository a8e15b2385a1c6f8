#include "warn/xml.h"

#include <string.h>
#include <strings.h>

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlerror.h>

#include "base/buf.h"
#include "base/utf8.h"

enum {
	DECLARATION_MOST = 256, /* bytes in which <?xml … ?> ends */
	ATTRIBUTES_MOST = 256,
	/* Each element is compared with all of them where a signature is reckoned. */
	NAMESPACES_MOST = 16,
};

struct reading {
	struct arena *mem;
	struct findings *found;
	xmlParserCtxt *parser;
	struct node *root, *at; /* the element that is open */
	struct buf text[XML_DEPTH_MOST + 1];
	unsigned spaces[XML_DEPTH_MOST + 1]; /* declared on the elements that are open */
	unsigned depth, elements;
	bool over; /* refused; nothing more is looked at */
};

/* ---- before libxml2 sees it ------------------------------------------------- */

static unsigned line_of(const char *bytes, size_t at)
{
	unsigned line = 1;

	for (size_t i = 0; i < at; i++)
		line += bytes[i] == '\n';
	return line;
}

static bool wide(const char *bytes, size_t len)
{
	return len >= 2 && (!memcmp(bytes, "\xff\xfe", 2) || !memcmp(bytes, "\xfe\xff", 2));
}

/* The encoding that is declared; "" where none is. */
static const char *declared(const char *bytes, size_t len, struct arena *mem)
{
	const char *text = arena_copy_bytes(mem, bytes, len < DECLARATION_MOST ? len : DECLARATION_MOST);
	const char *end, *at;
	char quote;

	if (strncmp(text, "<?xml", 5) || !(end = strstr(text, "?>")) || !(at = strstr(text, "encoding")) ||
	    at > end)
		return "";
	at += strlen("encoding");
	at += strspn(at, " \t\r\n=");
	quote = *at;
	if (quote != '"' && quote != '\'')
		return "";
	return arena_copy_bytes(mem, at + 1, strcspn(at + 1, quote == '"' ? "\"" : "'"));
}

static bool taken(const char *encoding)
{
	static const char *const names[] = { "UTF-8", "UTF-16",     "UTF-16LE", "UTF-16BE", "US-ASCII",
					     "ASCII", "ISO-8859-1", "GBK",      "GB2312",   "GB18030" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcasecmp(names[i], encoding))
			return true;
	return false;
}

static bool wide_good(const char *bytes, size_t len, struct findings *found)
{
	if (len >= 4 && !memcmp(bytes, "\xff\xfe\0\0", 4)) {
		finding_add(found, RULE_ENCODING, 1, "", "UTF-32");
		return false;
	}
	if (len % 2)
		finding_add(found, RULE_BYTES, 0, "", "UTF-16");
	return len % 2 == 0;
}

/* Bytes that we can name better than a parser does. */
static bool bytes_good(const char *bytes, size_t len, struct arena *mem, struct findings *found)
{
	const bool marked = len >= 3 && !memcmp(bytes, "\xef\xbb\xbf", 3);
	const char *encoding = declared(bytes + (marked ? 3 : 0), len - (marked ? 3 : 0), mem), *nul;
	size_t good;

	if (wide(bytes, len))
		return wide_good(bytes, len, found);
	if ((nul = memchr(bytes, '\0', len))) {
		finding_add(found, RULE_NUL, line_of(bytes, (size_t)(nul - bytes)), "", "");
		return false;
	}
	if (*encoding && !taken(encoding)) {
		finding_add(found, RULE_ENCODING, 1, "", encoding);
		return false;
	}
	if (!marked && *encoding && strcasecmp(encoding, "UTF-8"))
		return true;
	if ((good = utf8_valid(bytes, len)) < len)
		finding_add(found, RULE_BYTES, line_of(bytes, good), "", "UTF-8");
	return good == len;
}

/* ---- what libxml2 tells ------------------------------------------------------- */

static unsigned line_here(const struct reading *r)
{
	return r->parser->input ? (unsigned)r->parser->input->line : 0;
}

static void refuse(struct reading *r, enum rule rule, const char *what)
{
	if (!r->over)
		finding_add(r->found, rule, line_here(r), r->at ? node_path(r->at, r->mem) : "", what);
	r->over = true;
	xmlStopParser(r->parser);
}

static const char *copy(struct reading *r, const xmlChar *text)
{
	return text ? arena_copy(r->mem, (const char *)text) : "";
}

static void take_attributes(struct reading *r, struct node *node, int count, const xmlChar **attributes)
{
	struct attribute **last = &node->attributes;

	for (int i = 0; i < count; i++, attributes += 5) {
		struct attribute *one = arena_take(r->mem, sizeof(*one));

		one->name = copy(r, attributes[0]);
		one->space = copy(r, attributes[2]);
		one->value = arena_copy_bytes(r->mem, attributes[3], (size_t)(attributes[4] - attributes[3]));
		*last = one;
		last = &one->next;
	}
}

static bool retyped(const struct node *node)
{
	for (const struct attribute *a = node->attributes; a; a = a->next)
		if (!strcmp(a->space, "http://www.w3.org/2001/XMLSchema-instance") &&
		    !strcmp(a->name, "type"))
			return true;
	return false;
}

static void put_node(struct reading *r, struct node *node)
{
	node->parent = r->at;
	if (!r->at)
		r->root = node;
	else if (r->at->last)
		r->at->last = r->at->last->next = node;
	else
		r->at->first = r->at->last = node;
	r->at = node;
	buf_clear(&r->text[r->depth]);
}

static void on_start(void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *space, int spaces,
		     const xmlChar **declared_spaces, int count, int defaulted, const xmlChar **attributes)
{
	struct reading *r = data;
	struct node *node;

	(void)prefix;
	(void)declared_spaces;
	(void)defaulted;
	if (r->over)
		return;
	if (r->depth == XML_DEPTH_MOST) {
		refuse(r, RULE_DEPTH, (const char *)name);
		return;
	}
	if (r->elements++ == XML_ELEMENTS_MOST) {
		refuse(r, RULE_ELEMENTS, (const char *)name);
		return;
	}
	r->depth++;
	node = arena_take(r->mem, sizeof(*node));
	node->name = copy(r, name);
	node->space = copy(r, space);
	node->line = line_here(r);
	take_attributes(r, node, count, attributes);
	put_node(r, node);
	r->spaces[r->depth] = r->spaces[r->depth - 1] + (unsigned)spaces;
	if (r->spaces[r->depth] > NAMESPACES_MOST)
		refuse(r, RULE_NAMESPACES, "");
	else if (retyped(node))
		refuse(r, RULE_XSI_TYPE, "");
}

static void on_end(void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *space)
{
	struct reading *r = data;
	struct buf *text;

	(void)name;
	(void)prefix;
	(void)space;
	if (r->over || !r->at)
		return;
	text = &r->text[r->depth--];
	r->at->text = text->len ? arena_copy_bytes(r->mem, text->data, text->len) : "";
	r->at = r->at->parent;
}

static void on_text(void *data, const xmlChar *text, int len)
{
	struct reading *r = data;

	if (r->over || !r->at)
		return;
	for (int i = 0; i < len && !r->at->stray; i++)
		r->at->stray = !strchr(" \t\r\n", text[i]);
	buf_put(&r->text[r->depth], text, (size_t)len);
}

static void on_cdata(void *data, const xmlChar *text, int len)
{
	struct reading *r = data;

	on_text(data, text, len);
	if (!r->over && r->at)
		r->at->stray = true;
}

static void on_doctype(void *data, const xmlChar *name, const xmlChar *outer, const xmlChar *system)
{
	(void)outer;
	(void)system;
	refuse(data, RULE_DOCTYPE, (const char *)name);
}

static enum rule rule_of(const xmlError *error)
{
	if (error->domain == XML_FROM_NAMESPACE)
		return RULE_NAMESPACE;
	return error->code == XML_ERR_INVALID_ENCODING || error->code == XML_I18N_CONV_FAILED
		       ? RULE_BYTES
		       : RULE_MALFORMED;
}

#if LIBXML_VERSION >= 21200
static void on_error(void *data, const xmlError *error)
#else
static void on_error(void *data, xmlError *error)
#endif
{
	struct reading *r = data;
	const enum rule rule = rule_of(error);

	if (r->over || error->level < XML_ERR_ERROR)
		return;
	finding_add(r->found, rule, (unsigned)(error->line > 0 ? error->line : 0),
		    r->at ? node_path(r->at, r->mem) : "", error->message);
	r->over = true;
	/* Below the parser, in a conversion, its input is in use: it ends by itself there. */
	if (error->domain == XML_FROM_PARSER || error->domain == XML_FROM_NAMESPACE)
		xmlStopParser(r->parser);
}

static void take_events(struct reading *r)
{
	*r->parser->sax = (xmlSAXHandler){
		.initialized = XML_SAX2_MAGIC,
		.startElementNs = on_start,
		.endElementNs = on_end,
		.characters = on_text,
		.ignorableWhitespace = on_text,
		.cdataBlock = on_cdata,
		.internalSubset = on_doctype,
		.serror = on_error,
	};
	r->parser->userData = r;
	xmlCtxtUseOptions(r->parser, XML_PARSE_NONET);
}

static void parse(struct reading *r, const char *bytes, size_t len)
{
	/* What goes wrong in a conversion is told to nobody else but standard error. */
	xmlSetStructuredErrorFunc(r, on_error);
	r->parser = xmlCreateMemoryParserCtxt(bytes, (int)len);
	if (!r->parser) {
		finding_add(r->found, RULE_MALFORMED, 0, "", "");
		r->over = true;
		xmlSetStructuredErrorFunc(NULL, NULL);
		return;
	}
	take_events(r);
	if (xmlParseDocument(r->parser) != 0 && !r->over) {
		finding_add(r->found, RULE_MALFORMED, line_here(r), "", "");
		r->over = true;
	}
	xmlFreeParserCtxt(r->parser);
	xmlSetStructuredErrorFunc(NULL, NULL);
}

/* Counted beforehand: libxml2 compares each attribute with all before it. */
static bool attributes_good(const char *bytes, size_t len, struct findings *found)
{
	size_t equals = 0;
	bool tag = false;

	for (size_t i = 0; i < len; i++) {
		if (bytes[i] == '<')
			equals = 0, tag = i + 1 < len && bytes[i + 1] != '!' && bytes[i + 1] != '?';
		else if (bytes[i] == '>')
			tag = false;
		else if (bytes[i] == '=' && tag && ++equals > ATTRIBUTES_MOST)
			break;
	}
	if (equals > ATTRIBUTES_MOST)
		finding_add(found, RULE_ATTRIBUTES, 0, "", "");
	return equals <= ATTRIBUTES_MOST;
}

struct node *xml_read(const char *bytes, size_t len, struct arena *mem, struct findings *found)
{
	struct reading r = { .mem = mem, .found = found };

	if (len > XML_BYTES_MOST) {
		finding_add(found, RULE_SIZE, 0, "", "");
		return NULL;
	}
	if (!bytes_good(bytes, len, mem, found) || !attributes_good(bytes, len, found))
		return NULL;
	parse(&r, bytes, len);
	for (size_t i = 0; i <= XML_DEPTH_MOST; i++)
		buf_fini(&r.text[i]);
	return r.over ? NULL : r.root;
}

/* ---- looking at it ------------------------------------------------------------ */

bool node_is(const struct node *node, const char *space, const char *name)
{
	return !strcmp(node->name, name) && !strcmp(node->space, space);
}

const struct node *node_child(const struct node *node, const char *name)
{
	for (const struct node *child = node->first; child; child = child->next)
		if (node_is(child, node->space, name))
			return child;
	return NULL;
}

const struct node *node_again(const struct node *node)
{
	for (const struct node *next = node->next; next; next = next->next)
		if (node_is(next, node->space, node->name))
			return next;
	return NULL;
}

const char *node_text(const struct node *node, const char *name)
{
	const struct node *child = node_child(node, name);

	return child ? child->text : NULL;
}

const char *node_attribute(const struct node *node, const char *name)
{
	for (const struct attribute *one = node->attributes; one; one = one->next)
		if (!*one->space && !strcmp(one->name, name))
			return one->value;
	return NULL;
}

const char *node_path(const struct node *node, struct arena *mem)
{
	const char *path = node->name;

	for (node = node->parent; node; node = node->parent)
		path = arena_text(mem, "%s.%s", node->name, path);
	return path;
}

bool text_blank(const char *text) { return !text[strspn(text, " \t\r\n")]; }

const char *text_collapse(const char *text, struct arena *mem)
{
	char *out = arena_take(mem, strlen(text) + 1), *at = out;

	for (text += strspn(text, " \t\r\n"); *text; text += strspn(text, " \t\r\n")) {
		const size_t len = strcspn(text, " \t\r\n");

		if (at != out)
			*at++ = ' ';
		memcpy(at, text, len);
		at += len;
		text += len;
	}
	*at = '\0';
	return out;
}
