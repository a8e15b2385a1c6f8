"""Write the mapping files into a C table: embed.py OUT FILE..."""
import os
import sys


def literal(line):
    text = line.replace("\\", "\\\\").replace('"', '\\"').replace("?", "\\?")
    return '\t  "%s\\n"' % text


def main(out, files):
    with open(out, "w", encoding="utf-8") as c:
        c.write('#include "intake/map_own.h"\n\nconst struct map_own map_own[] = {\n')
        for name in sorted(files):
            lines = open(name, encoding="utf-8").read().splitlines()
            c.write('\t{ "maps/%s",\n%s },\n' % (os.path.basename(name), "\n".join(map(literal, lines))))
        c.write("};\nconst size_t map_own_count = sizeof(map_own) / sizeof(*map_own);\n")


main(sys.argv[1], sys.argv[2:])
