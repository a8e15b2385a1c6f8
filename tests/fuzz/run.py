"""fuzz -- every parser on made-up input for a few seconds, from seeds that the tests and the example hold.

    tests/fuzz/run.py [SECONDS [TARGET …]]      (6 seconds each)

Builds build-fuzz with clang ($FENGSUI_FUZZ names another folder). A crash, a leak, an input that takes too long: each is
a failure, and the input stays in build-fuzz/found/. The control: a planted fault of one byte must be found, and the same
program without it must be clean.
"""
import concurrent.futures
import glob
import gzip
import io
import os
import shutil
import subprocess
import sys
import tarfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "lib"))
from fengsui import Results, Unexpected  # noqa: E402

BUILD = os.environ.get("FENGSUI_FUZZ") or os.path.join(ROOT, "build-fuzz")
HERE = os.path.dirname(os.path.abspath(__file__))
FOUND, CORPUS = os.path.join(BUILD, "found"), os.path.join(BUILD, "corpus")
SECONDS = 6

# What each parser has its target for; a parser without one fails the run.
PARSERS = {
    "yaml": "files of a plan pack as YAML", "pack": "a whole plan pack", "list": "filters, lists and searches",
    "tokens": "words of a search", "syslog": "a syslog message", "frame": "messages cut out of a stream",
    "jsonl": "a line of JSON events", "map": "a mapping of a log format", "sigma_rule": "a detection rule",
    "sigma_lists": "lists for placeholders",
    "sigma_match": "rules over lines", "request": "a request line of the socket", "leaf": "an entry of the record",
    "checkpoint": "a signed checkpoint", "bundle": "a bundle of cases", "canon": "canonical JSON",
    "stamp": "times and spans", "input": "values typed into fields",
    "unpack": "a plan pack in one file", "token": "API tokens and the networks they come from",
    "http_head": "the head of an HTTP request",
    "http_message": "HTTP requests out of a stream",
    "gunzip": "lines that are posted as gzip", "roster": "the file of sources",
    "mail": "a mail message", "bounce": "what a mail server reports of a message",
    "channels": "the file of the ways out", "link_token": "what stands in a signed link", "cap": "a CAP file or an Atom feed",
    "columns": "tables of Zeek and W3C", "messages": "CEF, LEEF, audit records, pairs",
    "release": "texts that are to leave", "eventxml": "an event of XML",
    "records": "documents of many events", "tail": "a file through rotation",
}
BIG = {"pack": 3, "input": 3, "bundle": 2}  # slower ones get more time


def read(*pattern, most=4096, count=40):
    """Beginnings of files of this tree, as seeds."""
    found = sorted(glob.glob(os.path.join(ROOT, *pattern), recursive=True))[:count]
    for path in found:
        if os.path.isfile(path):
            with open(path, "rb") as f:
                yield f.read(most)


def log_lines(count=60):
    for text in read("example", "logs", "*.log", most=1 << 20):
        lines = text.splitlines()
        yield from lines[::max(1, len(lines) // count)]


def rules_with_lines():
    for path in sorted(glob.glob(os.path.join(ROOT, "rules", "**", "*.yml"), recursive=True)):
        with open(path, "rb") as f, open(path[:-4] + ".hit.log", "rb") as log:
            yield f.read() + b"\0" + log.read()[:2000]


def maps_with_lines():
    lines = list(log_lines(5))
    for text in read("maps", "*.yml", most=12000):
        for line in lines[:3]:
            yield text + b"\0" + line


def planted_texts():
    """What the corpus of the release check plants, by hand and clean."""
    for text in read("tests", "unit", "release", "*.t*", most=1 << 16):
        yield from [line.rpartition(b"\t")[2] for line in text.splitlines()[::3]]


def pack_files():
    """One file of the small base pack in the place of each of its first files."""
    for at, text in enumerate(read("tests", "unit", "pack", "base", "**", "*.yml")):
        yield bytes([at]) + text


def typed():
    values = ['"x"', '"2026-03-02T08:00:00Z"', "17", '"#1"', '["a","b"]', '{"unknown":"why"}', "true", "null", "[1,1,1,1,1,1]",
              '{"business":3,"unit":"unknown"}', '"市信息产业局"', '"malware"', "9007199254740993", '["#1","#2"]']
    for at, value in enumerate(values * 8):
        yield bytes([at * 7 % 256, at % 4]) + value.encode()


def tars():
    """Small archives as a plan editor would make them."""
    for names in (["pack.yml"], ["plan/pack.yml", "plan/kinds/note.yml"], ["../x"]):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
            for name in names:
                about = tarfile.TarInfo(name)
                about.size = 8
                tar.addfile(about, io.BytesIO(b"pack: x\n"))
        yield out.getvalue()


REQUESTS = [b'{"id":1,"op":"do","kind":"incident","move":"confirm","ref":"INC-2026-0001","input":{"scope":"x"},"as":"lead01"}',
            b'{"op":"list","kind":"incident","where":"level:3 AND NOT open:no","limit":5}', b'{"op":"status"}',
            b'{"op":"tick","at":"+15 min"}', b'{"op":"ingest","source":"x","lines":["a","b"]}',
            b'{"op":"blob","step":"append","upload":1,"data":"YWJj"}']
FILTERS = [b"\0level:>=3 AND open:yes", b"\1(level:1 OR level:2) NOT unit:x", '\2网页 "a b"'.encode(), b"\0level:3\nlevel:4"]
LEAF = ('{"act":7,"actor":"person:5","at":"2026-01-02T03:04:05.000006Z","log":"fuzz.example","obj":"incident:17","oprev":"%s",'
        '"oseq":0,"pay":{"len":2,"sha256":"%s"},"seq":3%s,"type":"incident.note","unit":"unit:3","v":1}')
LEAVES = [(LEAF % ("0" * 64, "ab" * 32, session)).encode() for session in ("", ',"sess":"s1"')]
JSON = [b'{"a":1,"b":[true,null,"x"],"c":{"d":"\\u4e00"}}', b'{"p":1,"sd":"00"}', b"[]", b'"x"', b"-17"]
STAMPS = [b"2026-03-02T08:00:00Z", b"1970-01-01T00:00:00.123456+00:00", b"9999-12-31T23:59:60-23:59", b"15 min", b"36500 d", b"4 h"]
TOKENS = [b"fs_17_" + b"0123456789abcdef" * 4, b"192.0.2.0/24", b"2001:db8::/32", b"::ffff:192.0.2.7",
          b"192.0.2.0/24 2001:db8::/33\n2001:db8::7", b"  198.51.100.7 ::ffff:192.0.2.0/120\n::ffff:192.0.2.9"]
ROSTERS = [b"default rate=5 burst=9\n", b"# x\nweb01 key=" + b"aB" * 32 + b" silent=10min\nudp:192.0.2.7\trate=0 silent=1h"]
GZIPS = [b"\7" + gzip.compress(text) for text in (b"one\ntwo\n", b"", b"x" * 300, bytes(1 << 21))] + \
        [b"\1" + gzip.compress(b"a\n") + gzip.compress(b"b\n")]
LISTS = [b"# a\ndc01\n\n dc02 \r\n", b"Servers: [a, 'b*', {pattern: srv*}]\nNone: []\n", b"Servers: [1]\n---\nX: [y]\n"]
SIGMA_TOP = b"title: t\nid: i\ntags: [attack.t1059]\nlogsource: {product: windows}\n"
SIGMA = [SIGMA_TOP + text for text in (
    b"detection: {s: {a|contains|all|windash: [' -a', '/b']}, f: {a|expand: '%Servers%x', b|hour|gte: 22}, condition: s and not 1 of f*}",
    b"detection: {s: {a|re|i: 'x.*', b|cidr|expand: '%Nets%', c|fieldref: d}, condition: [s, not s]}\n---\n"
    b"title: c\nname: c\ncorrelation: {type: value_percentile, rules: i, timespan: 1m, condition: {field: x, percentile: 5, gte: 2.5}}\n---\n"
    b"title: d\ncorrelation: {type: temporal, rules: [i, c], timespan: 1m, condition: i and not c, aliases: {u: {i: v}}, group-by: [u]}\n---\n"
    b"title: f\nlogsource: {product: windows}\nfilter: {rules: any, s: {u|base64offset: adm}, condition: s}")]
FRAMES = [b"\0\x05<34>one\n<34>two\n", b"\1\x115 <34>x12 <34>hello wo", b"\1\1999999999 x", b"\1\3-5 <1>x", b"\1\0990 <1>x"]

TABLES = [b"#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tdns\n#fields\tts\tq\tn\tb\ta\n"
          b"#types\ttime\tstring\tcount\tbool\tset[addr]\n1.5\ta\\x09b\t7\tT\t1.1.1.1,::1\n2\t(empty)\t-\tF\t(empty)\n#close\tx\n",
          b"#Software: Microsoft Internet Information Services 10.0\n#Fields: date time c-ip cs(User-Agent)\n"
          b'2026-11-26 05:02:28 1.2.3.4 a+b\n2026-11-26 05:02:29 ::1 "a ""b"""\n#Fields: a\tb\nx\ty\n']
AUDIT = b"type=%s msg=audit(1604994496.155:92733): %s\n"
EVENTS = [
    b'<Event><System><Provider Name="Linux-Sysmon" Guid="{ff}"/><EventID>1</EventID><TimeCreated SystemTime="2025-11-26T05:02:28.1Z"/>'
    b'<Correlation/><Channel>Linux-Sysmon/Operational</Channel></System><EventData><Data Name="Image">/usr/bin/curl</Data>'
    b'<Data Name="CommandLine">a &lt;b&gt; &amp; &quot;c&apos;&#10;&#x20ac;</Data><Data Name="x"/></EventData></Event>',
    b"<Event xmlns='http://x'><System><EventID Qualifiers='0'>4688</EventID><Channel>Security</Channel></System>"
    b"<UserData><a><b c='d'>e</b></a></UserData></Event>",
]
MESSAGES = [b"CEF:0|a|b\\|c|1|7|n|5|src=1.1.1.1 dst=2.2.2.2 act=x cs1Label=P cs1=a\\=b c rt=1764133348000",
            b"<13>Nov 26 05:02:28 h CEF:0|a|b|1|7|n|5|request=http://x requestMethod=GET",
            b"LEEF:1.0|a|b|1|7|src=1.1.1.1\tdst=2.2.2.2\tdevTime=Nov 26 2025 05:02:28",
            b"LEEF:2.0|a|b|1|7|x5E|src=1.1.1.1^dst=2.2.2.2", b"LEEF:2.0|a|b|1|7|^|url=x^y=z",
            b'<189>date=2025-11-26 time=05:02:28 devname="fg" logid="1" type="event" msg="a \\"b\\""',
            b"".join(AUDIT % one for one in ((b"SYSCALL", b'arch=c000003e syscall=42 a0=1 pid=1 uid=0 exe="/x" key=(null)'),
                                             (b"EXECVE", b'argc=2 a0="sh" a1=6C7320A0 a2[0]="x" a2[1]="y"'), (b"CWD", b'cwd="/etc"'),
                                             (b"PATH", b'name="a" nametype=CREATE'), (b"SOCKADDR", b"saddr=02001F90CB0071420000000000000000"),
                                             (b"USER_LOGIN", b"msg='op=login acct=\"root\" res=failed'"))), *TABLES]
DOCUMENTS = [b'\0{"Records":[{"a":1},{"b":"]}"}]}\n', b'\3{"@odata.context":"x","value":[{"a":1}],"n":"}"}\nx\n', b'\7[{"a":1},{"b":2}]\n',
             b'\1{"a":1}\n{"b":2}\n']
WRITERS = [bytes([5, 130, 220, 70, 200, 130, 200, 240, 3, 220, 130, 200, 220]), bytes([1, 140, 200, 240, 2, 220, 140, 240, 200, 200]),
           b"tail1 1 2 3 4 " + b"ab" * 32 + b"\n"]

BOUNCES = [b"Reporting-MTA: dns; mx.example.org\r\nArrival-Date: x\r\n\r\nFinal-Recipient: rfc822; a@b.org\r\nAction: failed\r\nStatus: 5.1.1\r\n"
           b"Diagnostic-Code: smtp; 550 5.1.1\r\n no such user\r\n\r\nOriginal-Recipient: rfc822;<c@d.org>\nAction: Delayed (later)\nStatus: 4.4.7\n",
           b"From: x\r\nMessage-ID:\r\n <warning_target-7-0123456789ab@example.org>\r\n\r\n",
           b"Final-Recipient: utf-8; \xe5\xbc\xa0@x\nAction: relayed\nStatus: 2.0.0 (ok)\n"]

CHANNELS = [b"site: https://w.example.org\ngive_up: 3 d\nchannels:\n  mail:\n    kind: mail\n    server: smtp://m.example.org:587\n    tls: required\n"
            b"    from: Office <w@example.org>\n    connections: 4\n    timeout: 5 s\nrecipients:\n  office: {mail: d@example.org, sms: '138'}\n",
            b"channels:\n  sms: {kind: command, program: [/bin/true, --stdin], off: yes, refusals: 3}\n",
            b"channels:\n  hook: {kind: webhook, secret_file: /nowhere, networks: [10.8.0.0/16, 'fd00::/8'], plain_http: no, redirects: 2}\n"]
LINKS = [b"7-9-1795000000-" + b"0123456789abcdef" * 4, b"07-9-1-" + b"0" * 64, b"9223372036854775807-1-1-" + b"f" * 64]


def http_requests():
    """The table that is tried from the socket, and two requests in one stream."""
    sys.path.insert(0, os.path.join(ROOT, "tests", "http"))
    import cases
    return [data[:1500] for _, data, _ in cases.TAKEN + cases.REFUSED] + [cases.TAKEN[0][1] * 2, cases.TAKEN[5][1] + cases.TAKEN[0][1]]


def cap_files():
    """Ours, a signed one, and what the test of bytes tries."""
    import cap
    sys.path.insert(0, os.path.join(ROOT, "tests", "warn"))
    import bytes_test
    yield cap.MESSAGE.encode()
    yield cap.MESSAGE.replace("</alert>", '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo><CanonicalizationMethod Algorithm='
                              '"http://www.w3.org/2001/10/xml-exc-c14n#"/><SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"/>'
                              '<Reference URI=""><Transforms><Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/></Transforms>'
                              '<DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><DigestValue>AA==</DigestValue></Reference></SignedInfo>'
                              '<SignatureValue>AA==</SignatureValue></Signature></alert>').encode()
    yield b'<feed xmlns="http://www.w3.org/2005/Atom"><id>a</id><title>t</title><updated>2026-03-02T08:00:00+08:00</updated>' \
          b'<author><name>n</name></author><entry><id>b</id><title>t</title><updated>2026-03-02T08:00:00Z</updated><link href="x"/></entry></feed>'
    for _, data, _ in bytes_test.CASES:
        data = data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass")
        if len(data) < 8192:
            yield data


SEEDS = {
    "http_head": http_requests, "http_message": lambda: [bytes([n % 16]) + data for n, data in enumerate(http_requests())],
    "yaml": lambda: [*read("packs", "jinan-2007", "**", "*.yml"), *read("rules", "**", "*.yml")],
    "pack": pack_files, "list": lambda: FILTERS, "tokens": lambda: [*log_lines(10), "网页被篡改 nginx 1.2".encode()],
    "syslog": log_lines, "frame": lambda: FRAMES, "jsonl": lambda: JSON, "map": maps_with_lines,
    "sigma_rule": lambda: [*read("rules", "**", "*.yml"), *read("tests", "boundary", "rules", "*.yml"), *SIGMA],
    "sigma_lists": lambda: LISTS, "sigma_match": rules_with_lines, "request": lambda: REQUESTS, "canon": lambda: JSON,
    "stamp": lambda: STAMPS, "release": planted_texts,
    "input": typed, "unpack": tars, "token": lambda: TOKENS, "leaf": lambda: LEAVES, "bundle": lambda: [b"m{}", b"t" + b"\0" * 512],
    "gunzip": lambda: GZIPS, "roster": lambda: ROSTERS, "columns": lambda: TABLES, "messages": lambda: MESSAGES, "eventxml": lambda: EVENTS,
    "cap": cap_files, "bounce": lambda: BOUNCES,
    "channels": lambda: CHANNELS, "link_token": lambda: LINKS, "records": lambda: DOCUMENTS, "tail": lambda: WRITERS,
}


def build():
    env = {**os.environ, "CC": "clang"}
    if not os.path.exists(os.path.join(BUILD, "build.ninja")):
        subprocess.run(["meson", "setup", BUILD, "-Dfuzz=true", "--buildtype=debug", "-Doptimization=1",
                        "-Db_sanitize=address,undefined", "-Db_lundef=false"], cwd=ROOT, check=True, capture_output=True, env=env)
    done = subprocess.run(["ninja", "-C", BUILD, "fuzz"], capture_output=True, text=True)
    if done.returncode:
        print(done.stdout[-4000:])
        print("0 passed, 1 failed")
        sys.exit(1)


def sow(target):
    """The seeds of a target in a corpus that later runs go on with."""
    where = os.path.join(CORPUS, target)
    os.makedirs(where, exist_ok=True)
    for at, seed in enumerate(SEEDS.get(target, list)()):
        with open(os.path.join(where, f"seed-{at}"), "wb") as f:
            f.write(seed)
    return where


def fuzz(name, *args, timeout=120):
    os.makedirs(FOUND, exist_ok=True)
    program = os.path.join(BUILD, "tests", "fuzz", name)
    env = {**os.environ, "FENGSUI_ROOT": ROOT, "ASAN_OPTIONS": "detect_leaks=1", "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1"}
    return subprocess.run([program, f"-artifact_prefix={FOUND}/{name}-", "-timeout=10", "-rss_limit_mb=2048", "-max_len=16384",
                           "-verbosity=0", "-print_final_stats=1", *args], capture_output=True, text=True, errors="replace",
                          cwd=ROOT, env=env, timeout=timeout)


def clean(target, seconds):
    committed = os.path.join(HERE, "seeds", target)
    seconds *= BIG.get(target, 1)
    done = fuzz(target + "_fuzz", f"-max_total_time={seconds}", sow(target), *([committed] if os.path.isdir(committed) else []),
                timeout=seconds + 120)
    if done.returncode:
        raise Unexpected(f"exit {done.returncode}\n{done.stderr[-5000:]}")
    tried = [line.split()[-1] for line in done.stderr.splitlines() if "number_of_executed_units" in line]
    print(f"{target:12} {PARSERS[target]:34} {tried[0] if tried else '?':>9} inputs", flush=True)


def planted_fault_is_found():
    done = fuzz("planted", "-max_total_time=60", sow("stamp"))
    if "heap-buffer-overflow" not in done.stderr:
        raise Unexpected(f"exit {done.returncode}: the planted fault was not found\n{done.stderr[-2000:]}")


def without_it_nothing_is():
    done = fuzz("unplanted", "-max_total_time=3", sow("stamp"))
    if done.returncode:
        raise Unexpected(f"exit {done.returncode}\n{done.stderr[-2000:]}")


def every_parser_has_a_target():
    there = {os.path.basename(path)[:-len("_fuzz.c")] for path in glob.glob(os.path.join(HERE, "*_fuzz.c"))}
    if there != set(PARSERS):
        raise Unexpected(f"without a target: {set(PARSERS) - there}; without a line here: {there - set(PARSERS)}")


def main():
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    chosen = sys.argv[2:] or list(PARSERS)
    build()
    shutil.rmtree(FOUND, ignore_errors=True)
    results = Results("fuzz")
    cases = [(every_parser_has_a_target.__name__, every_parser_has_a_target), (planted_fault_is_found.__name__, planted_fault_is_found),
             (without_it_nothing_is.__name__, without_it_nothing_is)] if len(sys.argv) < 3 else []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        waiting = [pool.submit(results.case, name, run) for name, run in cases]
        waiting += [pool.submit(results.case, target, clean, target, seconds) for target in chosen]
        for one in waiting:
            one.result()
    results.end()


if __name__ == "__main__":
    main()
