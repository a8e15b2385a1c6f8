#include "ctl/plan/boundary.h"

#include "intake/map.h"

static const char *or_any(const char *word) { return word ? word : "*"; }

static void sources(struct buf *out, const struct logsource *at)
{
	const char *category = at->categories[0];
	bool any = false;

	for (size_t i = 0; i < LOGSOURCE_SERVICES; i++)
		if (at->services[i]) {
			buf_format(out, " [%s/%s/%s]", or_any(at->product), or_any(category),
				   at->services[i]);
			any = true;
		}
	if (!any)
		buf_format(out, " [%s/%s/*]", or_any(at->product), or_any(category));
}

static void one(struct buf *out, const struct map_row *row, bool chinese)
{
	static const struct {
		const char *en, *zh;
	} froms[] = {
		[MAP_SYSLOG] = { "syslog of", "系统日志" },
		[MAP_LINE] = { "lines", "文本行" },
		[MAP_JSON] = { "JSON", "JSON" },
		[MAP_ZEEK] = { "tables of Zeek", "Zeek 表格" },
		[MAP_W3C] = { "W3C extended logs", "W3C 扩展日志" },
		[MAP_CEF] = { "CEF", "CEF" },
		[MAP_LEEF] = { "LEEF", "LEEF" },
		[MAP_PAIRS] = { "key=value", "键值对" },
	};

	buf_format(out, "  %s  %s", row->name, chinese ? froms[row->from].zh : froms[row->from].en);
	for (size_t i = 0; i < row->program_count; i++)
		buf_format(out, " %s", row->programs[i]);
	buf_text(out, " →");
	sources(out, row->at);
	buf_char(out, '\n');
}

static void list(struct buf *out, const struct maps *maps, const char *heading, bool chinese)
{
	struct map_row row;

	buf_format(out, "\n%s\n", heading);
	for (size_t i = 0; maps_row(maps, i, &row); i++)
		one(out, &row, chinese);
}

static int own(struct buf *out, bool chinese, struct fault *why)
{
	struct maps *maps = maps_new();
	int ret = maps_add_own(maps, why);

	if (ret == 0)
		list(out, maps,
		     chinese ? "程序自带的字段映射及其可产生的日志来源"
			     : "Field mappings of the program, and the log sources they may produce",
		     chinese);
	maps_free(maps);
	return ret;
}

static int given(struct buf *out, const char *folder, bool chinese, struct fault *why)
{
	struct maps *maps = maps_new();
	int ret = maps_add_folder(maps, folder, why);

	if (ret == 0)
		list(out, maps,
		     chinese ? "另行给出的字段映射（先于自带映射）"
			     : "Field mappings given beside them, tried first",
		     chinese);
	maps_free(maps);
	return ret;
}

int boundary_maps(struct buf *out, const char *folder, bool chinese, struct fault *why)
{
	int ret = own(out, chinese, why);

	return ret == 0 && folder ? given(out, folder, chinese, why) : ret;
}
