"""Write the rules of a folder into a C table: embed.py OUT DEPFILE FOLDER

A folder that gets another file is newer than what was made of it: the depfile names folders, too.
"""
import os
import sys


def literal(line):
    text = line.replace("\\", "\\\\").replace('"', '\\"').replace("?", "\\?")
    return '\t  "%s\\n"' % text


def main(out, depfile, folder):
    seen, rules = [], []
    for where, folders, files in os.walk(folder):
        folders.sort()
        seen.append(where)
        rules += [os.path.join(where, name) for name in sorted(files) if name.endswith((".yml", ".yaml"))]
    with open(out, "w", encoding="utf-8") as c:
        c.write('#include "ctl/watch/rule_own.h"\n\nconst struct rule_own rule_own[] = {\n')
        for name in rules:
            with open(name, encoding="utf-8") as f:
                lines = f.read().splitlines()
            shown = os.path.join("rules", os.path.relpath(name, folder))
            c.write('\t{ "%s",\n%s },\n' % (shown, "\n".join(map(literal, lines))))
        c.write("};\nconst size_t rule_own_count = sizeof(rule_own) / sizeof(*rule_own);\n")
    with open(depfile, "w", encoding="utf-8") as d:
        d.write("%s: %s\n" % (out, " ".join(path.replace(" ", "\\ ") for path in seen + rules)))


main(*sys.argv[1:])
