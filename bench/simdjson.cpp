/* simdjson -- what bare parsing of JSON lines costs here: the ceiling for whatever reads them.
 *
 *   bench_simdjson FILE      every object walked once, twelve fields of it taken; CPU seconds of that
 */
#include <simdjson.h>

#include <cstdio>
#include <ctime>
#include <string_view>
#include <unordered_set>

static const std::unordered_set<std::string_view> wanted = {
	"Channel", "EventID", "Image", "CommandLine", "OriginalFileName", "ParentImage", "ParentCommandLine",
	"TargetObject", "Details", "TargetFilename", "ScriptBlockText", "User",
};

static double cpu_seconds()
{
	timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Fields taken, so that nothing can be left out as unused. */
static size_t take_fields(simdjson::ondemand::object object)
{
	size_t bytes = 0;

	for (auto field : object) {
		std::string_view name = field.unescaped_key();
		std::string_view text;

		if (!wanted.count(name))
			continue;
		auto value = field.value();
		if (value.get_string().get(text) == simdjson::SUCCESS)
			bytes += text.size();
	}
	return bytes;
}

int main(int argc, char **argv)
{
	simdjson::padded_string all;
	simdjson::ondemand::parser parser;
	size_t lines = 0, bytes = 0;

	if (argc != 2 || simdjson::padded_string::load(argv[1]).get(all)) {
		fprintf(stderr, "usage: bench_simdjson FILE\n");
		return 64;
	}
	const double begin = cpu_seconds();
	simdjson::ondemand::document_stream stream;
	if (parser.iterate_many(all, 1 << 20).get(stream))
		return 74;
	for (auto document : stream) {
		simdjson::ondemand::object object;

		if (document.get_object().get(object))
			return 65;
		bytes += take_fields(object);
		lines++;
	}
	printf("%zu lines %zu bytes %.6f s %zu taken\n", lines, all.size(), cpu_seconds() - begin, bytes);
	return 0;
}
