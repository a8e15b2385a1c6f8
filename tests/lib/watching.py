"""watching -- `fengsui watch` over rules and events that a test has made, and what it said.

    with Place() as place:
        place.rules("title: …")                        # a file of rules; every document one
        place.maps(SOURCES)                            # events that name their log source
        found = place.watch(lines)                     # {(line from 0, rule id), …}

Rules and lines lie in a folder that goes away. A test may also name rules that lie elsewhere.
"""
import json
import os
import subprocess
import tempfile
import zlib

from fengsui import ROOT, binary

SHARED = os.path.join(os.path.dirname(ROOT), "shared", "data")
SOURCE_FIELD = "log_source_of_test"


def shared(*names):
    """A file of ../shared/data, or None where that folder is not there: then the test is skipped,
    and that is said, except in CI, where missing data is a failure."""
    path = os.path.join(SHARED, *names)
    if os.path.exists(path):
        return path
    if os.environ.get("CI"):
        raise FileNotFoundError(f"{path} is missing, and this is CI")
    print(f"{path} is not here: what needs it is skipped", flush=True)
    return None


def source_map(number, product, category, service):
    """A mapping for events that say themselves which log source they are of."""
    parts = [f"{key}: {word}" for key, word in (("product", product), ("category", category), ("service", service)) if word]
    name = source_name(product, category, service)
    return (f"map: test_{number}\nabout: \"Events of a test.\"\nfrom: json\n"
            f"logsource: {{{', '.join(parts)}}}\nwhen: {{{SOURCE_FIELD}: \"{name}\"}}\n")


def source_name(product, category, service):
    """Two characters of nobody's script: a word that a rule seeks anywhere must not be in it."""
    number = zlib.crc32("/".join(word or "-" for word in (product, category, service)).encode())
    return chr(0xE000 + number % 6000) + chr(0xE000 + number // 6000 % 6000)


class Place:
    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="fengsui-watching-")
        self.said = self.stats = None
        self.paths, self.own_maps, self.own_lists = [], None, None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.folder.cleanup()

    def path(self, *names):
        path = os.path.join(self.folder.name, *names)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return path

    def rules(self, text, name="rules.yml"):
        path = self.path("rules", name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        if path not in self.paths:
            self.paths.append(path)
        return path

    def maps(self, sources):
        """(product, category, service) each, as source_name() says it in SOURCE_FIELD."""
        for number, source in enumerate(sources):
            with open(self.path("maps", f"{number}.yml"), "w", encoding="utf-8") as f:
                f.write(source_map(number, *source))
        self.own_maps = self.path("maps")

    def lists(self, text, name="lists.yml"):
        """What placeholders stand for."""
        path = self.path("lists", name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        self.own_lists = os.path.dirname(path)

    def command(self, file, rules=None):
        command = [binary(), "watch", "--stats", *(x for path in rules or self.paths for x in ("--rules", path))]
        command += ["--lists", self.own_lists] if self.own_lists else []
        return command + (["--maps", self.own_maps] if self.own_maps else []) + [file]

    def watch(self, lines, rules=None, twice=False):
        """(line from 0, rule id) of every alert; `twice`: how often, as a dict."""
        path = self.path("events.jsonl")
        with open(path, "wb") as f:
            f.writelines((line if isinstance(line, bytes) else line.encode("utf-8", "surrogatepass")) + b"\n" for line in lines)
        done = subprocess.run(self.command(path, rules), stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=600)
        return self.take(done.returncode, done.stdout, done.stderr, twice)

    def take(self, status, out, err, twice=False):
        said = err.decode("utf-8", "replace").splitlines()
        # The exit status may say that something matched.
        if status not in (0, 1) or not said or not said[-1].startswith("{"):
            raise AssertionError(f"fengsui watch ended with {status}:\n" + "\n".join(said[-20:]))
        self.said, self.stats = said[:-1], json.loads(said[-1])
        found = {}
        for line in out.splitlines():
            alert = json.loads(line)
            pair = (alert["line"] - 1, alert["rule"])
            found[pair] = found.get(pair, 0) + 1
        if not twice and any(n > 1 for n in found.values()):
            raise AssertionError(f"said twice: {next(pair for pair, n in found.items() if n > 1)}")
        return found if twice else set(found)
