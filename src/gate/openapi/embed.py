"""Write a text into a C string: embed.py OUT IN."""
import sys


def literal(line):
    return '\t"%s\\n"' % line.replace("\\", "\\\\").replace('"', '\\"').replace("?", "\\?")


def main(out, name):
    with open(name, encoding="utf-8") as text, open(out, "w", encoding="utf-8") as c:
        lines = "\n".join(map(literal, text.read().splitlines()))
        c.write('#include "gate/openapi/openapi_private.h"\n\nconst char openapi_shapes[] =\n%s;\n' % lines)


main(sys.argv[1], sys.argv[2])
