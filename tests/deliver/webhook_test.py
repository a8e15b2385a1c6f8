#!/usr/bin/env python3
"""webhook -- POSTs that are signed, go where they may and nowhere else; and programs of the site."""
import hashlib
import hmac
import json
import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
from cast import city  # noqa: E402
from channels import Channels, contact, main, published, rows, states, wait_until  # noqa: E402
from hook import Hook, body_of, signed  # noqa: E402

SECRET = "Geheimnis-1"
LOCAL = ["127.0.0.1/32"]


def webhook(file, **more):
    return {"kind": "webhook", "secret_file": file.secret("hook", SECRET), "timeout": "2 s", **more}


class Webhook(unittest.TestCase):
    def test_it_is_signed_for_its_receiver_and_says_all_in_both_languages(self):
        with Hook() as hook, Channels() as file:
            file.write(webhook=webhook(file, plain_http="yes", networks=LOCAL))
            with city(args=["--channels", file.path]) as d:
                contact(d, "edu", "webhook", hook.url)
                warning, targets = published(d, ("edu",))
                wait_until(lambda: d.show(targets["edu"])["states"]["life"] == "delivered")
                (key, body), = hook.seen.items()
                self.assertTrue(signed(SECRET, hook.url, hook.heads[key]["Fengsui-Signature"], body))
                self.assertFalse(signed(SECRET, hook.url + "2", hook.heads[key]["Fengsui-Signature"], body))
                self.assertFalse(signed(SECRET, hook.url, hook.heads[key]["Fengsui-Signature"], body + b" "))
                said = json.loads(body)
                self.assertEqual((said["key"], said["channel"], said["recipient"]), (key, "webhook", d.unit["edu"].replace("#", "unit:")))
                self.assertIn("网络与信息安全预警", said["subject"]["zh"])
                self.assertIn("What to do", said["text"]["en"])
                self.assertNotIn("address", said)
                # What the receiver said is one line without controls.
                self.assertEqual(rows(d, "SELECT code, words FROM attempts"), [(200, "taken [31m")])

    def test_who_says_when_to_come_again_is_heard_up_to_a_quarter_of_an_hour(self):
        with Hook() as hook, Channels() as file:
            file.write(webhook=webhook(file, plain_http="yes", networks=LOCAL))
            hook.how = "later"
            with city(args=["--channels", file.path]) as d:
                contact(d, "edu", "webhook", hook.url)
                pause = "SELECT a.next_at - a.at, a.result, a.code, m.refused FROM attempts a JOIN outbox m ON m.id = a.message ORDER BY a.at DESC LIMIT 1"
                for wait, at_least in (("40", 40), ("999999", 900), ("0", 0), ("soon", 0), ("-5", 0)):
                    hook.wait = wait
                    before = rows(d, "SELECT count(*) FROM attempts")[0][0]
                    published(d, ("edu",))
                    wait_until(lambda: rows(d, "SELECT count(*) FROM attempts")[0][0] > before)  # noqa: B023
                    (waits, *said), = rows(d, pause)
                    self.assertEqual(said, ["trouble", 429, 0], wait)
                    self.assertGreaterEqual(waits / 1e6, at_least - 1, wait)
                    self.assertLess(waits / 1e6, max(at_least, 15) + 2, wait)

    def test_one_host_is_asked_no_more_often_than_the_file_says(self):
        with Hook() as hook, Channels() as file:
            file.write(webhook=webhook(file, plain_http="yes", networks=[*LOCAL, "::1/128"], pace=2))
            with city(args=["--channels", file.path]) as d:
                keys = ("edu", "tax", "bank")
                for n in range(2):
                    for key in keys:
                        contact(d, key, "webhook", f"http://127.0.0.1:{hook.port}/{key}/{n}", n + 1)
                contact(d, "uni", "webhook", f"http://localhost:{hook.port}/in")
                published(d, (*keys, "uni"))
                published(d, keys)
                wait_until(lambda: states(d, "webhook") == {"sent": 7})
                ours = [at for at, host in hook.moments if host.startswith("127.")]
                other, = [at for at, host in hook.moments if host.startswith("localhost")]
                self.assertEqual(len(ours), 6)
                self.assertGreater(ours[-1] - ours[0], 5 / 2 - 0.3)
                self.assertLess(other - ours[0], 1, "another host is not kept waiting by that one")
                self.assertEqual(rows(d, "SELECT count(*) FROM attempts"), [(7,)], "who waits for its turn was not tried")

    def test_whoever_runs_the_daemon_can_tell_a_receiver_how_to_check(self):
        with Channels() as file:
            file.write(webhook=webhook(file), mail={"kind": "mail", "server": "smtp://localhost:1", "from": "a@b.org", "tls": "off"})
            with city(args=["--channels", file.path]) as d:
                said = d.cli("channel", "key", "webhook", "https://a.example/in", file.path)
                key = hmac.new(hashlib.sha256(SECRET.encode()).digest(), b"webhook\nhttps://a.example/in", hashlib.sha256).hexdigest()
                for hidden in (SECRET, key):
                    self.assertNotIn(hidden, said)
                self.assertIn(hashlib.sha256(key.encode()).hexdigest()[:16], said)
                self.assertIn("Fengsui-Signature: t=SECONDS,v1=HEX", said)
                out = os.path.join(file.folder, "key")
                d.cli("channel", "key", "webhook", "https://a.example/in", file.path, "--out", out)
                with open(out, encoding="utf-8") as f:
                    self.assertEqual((f.read(), oct(os.stat(out).st_mode & 0o777)), (key + "\n", "0o600"))
                d.cli("channel", "key", "mail", "https://a.example/in", file.path, expect=66)
                d.cli("channel", "key", "webhook", expect=64)

    def test_it_leads_nowhere_into_the_house(self):
        with Hook() as hook, Channels() as file:
            file.write(webhook=webhook(file, plain_http="yes", refusals=1))
            port = hook.port
            urls = [f"http://{host}:{port}/" for host in
                    ("127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0.0.0.0", "[::1]", "[::]",
                     "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::1]", "169.254.169.254", "10.0.0.1",
                     "192.168.0.1", "172.16.0.1", "100.64.0.1", "[fe80::1]", "[fc00::1]", "user@127.0.0.1", "127.0.0.1。example.org",
                     "127.0.0.1\\@example.org")]
            urls += [f"file:///etc/passwd", f"gopher://127.0.0.1:{port}/", f"dict://127.0.0.1:{port}/", f"//127.0.0.1:{port}/",
                     f"ftp://127.0.0.1:{port}/", f"http://127.0.0.1:{port}/\r\nX-Evil: 1", f"HTTP://127.0.0.1:{port}/"]
            with city(args=["--channels", file.path]) as d:
                for n, url in enumerate(urls):
                    contact(d, "edu", "webhook", url, priority=n + 1)
                published(d, ("edu",))
                wait_until(lambda: rows(d, "SELECT count(*) FROM attempts")[0][0] == len(urls), 60, "each is tried once")
                self.assertEqual(hook.times, {})
                self.assertEqual(states(d, "webhook"), {"failed": len(urls)})
                self.assertEqual(rows(d, "SELECT address, result FROM attempts WHERE result <> 'refused'"), [])

    def test_a_connection_of_a_channel_that_may_is_not_used_by_one_that_may_not(self):
        with Hook() as hook, Channels() as file:
            file.write(fax=webhook(file, plain_http="yes", networks=LOCAL), webhook=webhook(file, plain_http="yes", refusals=1))
            with city(args=["--channels", file.path]) as d:
                contact(d, "edu", "fax", hook.url)
                published(d, ("edu",))
                wait_until(lambda: states(d, "fax").get("sent"))
                contact(d, "tax", "webhook", hook.url + "2")
                published(d, ("tax",))
                wait_until(lambda: states(d, "webhook") == {"failed": 1})
                self.assertEqual(len(hook.seen), 1)
                self.assertIn("not of the public network", rows(d, "SELECT words FROM attempts WHERE result = 'refused'")[0][0])

    def test_what_the_environment_says_of_proxies_is_for_others(self):
        with Hook() as hook, Hook() as proxy, Channels() as file:
            file.write(webhook=webhook(file, plain_http="yes", networks=LOCAL))
            env = {"http_proxy": proxy.url, "all_proxy": proxy.url, "HTTPS_PROXY": proxy.url}
            with city(args=["--channels", file.path], env=env) as d:
                contact(d, "edu", "webhook", hook.url)
                published(d, ("edu",))
                wait_until(lambda: hook.seen)
                self.assertEqual(proxy.times, {})

    def test_http_in_clear_only_where_it_is_allowed(self):
        with Hook() as hook, Channels() as file:
            file.write(webhook=webhook(file, networks=LOCAL, refusals=1))
            with city(args=["--channels", file.path]) as d:
                contact(d, "edu", "webhook", hook.url)
                published(d, ("edu",))
                wait_until(lambda: states(d, "webhook").get("failed"))
                self.assertEqual(hook.times, {})

    def test_a_redirect_is_no_answer_and_a_long_one_is_cut_off(self):
        with Hook() as hook, Channels() as file:
            file.write(webhook=webhook(file, plain_http="yes", networks=LOCAL, refusals=1))
            with city(args=["--channels", file.path]) as d:
                contact(d, "edu", "webhook", hook.url)
                hook.how = "redirect"
                published(d, ("edu",))
                wait_until(lambda: states(d, "webhook").get("failed"))
                self.assertEqual(rows(d, "SELECT code, result FROM attempts"), [(307, "refused")])
                self.assertEqual(sum(hook.times.values()), 1)
                hook.how = "long"
                published(d, ("edu",))
                wait_until(lambda: states(d, "webhook").get("sent"))


GATEWAY = """#!/usr/bin/python3
import json, os, sys, time
said = json.load(sys.stdin)
with open({log!r}, "a") as f:
    f.write(json.dumps({{"argv": sys.argv[1:], "env": dict(os.environ), "fds": sorted(os.listdir("/proc/self/fd")), "said": said}}) + "\\n")
how = open({how!r}).read().strip()
if how == "hang":
    time.sleep(60)
if how == "flood":
    os.fork(), os.fork(), os.fork()
    os.execv("/usr/bin/yes", ["yes"])
print("gateway says \\x1b[31m" + how)
print("second line")
sys.exit({{"ok": 0, "busy": 75, "no": 3}}.get(how, 1))
"""


class Command(unittest.TestCase):
    def gateway(self, file, **more):
        self.log, self.how = os.path.join(file.folder, "log"), os.path.join(file.folder, "how")
        path = os.path.join(file.folder, "gateway")
        with open(path, "w", encoding="utf-8") as f:
            f.write(GATEWAY.format(log=self.log, how=self.how))
        os.chmod(path, 0o755)
        self.tell("ok")
        return {"kind": "command", "program": [path, "--sms", "$(id);`id`"], "timeout": "2 s", **more}

    def tell(self, how):
        with open(self.how + ".new", "w", encoding="utf-8") as f:
            f.write(how)
        os.replace(self.how + ".new", self.how)  # a call of before may be reading it

    def calls(self):
        if not os.path.exists(self.log):
            return []
        with open(self.log, encoding="utf-8") as f:
            return [json.loads(line) for line in f]

    def test_it_is_no_shell_and_knows_nothing_of_the_daemon(self):
        with Channels() as file:
            file.write(sms=self.gateway(file))
            with city(args=["--channels", file.path], env={"FENGSUI_SECRET": "x"}) as d:
                contact(d, "edu", "sms", "--help; rm -rf / $(id)")
                _, targets = published(d, ("edu",))
                wait_until(lambda: d.show(targets["edu"])["states"]["life"] == "delivered")
                call, = self.calls()
                self.assertEqual(call["argv"], ["--sms", "$(id);`id`"])
                self.assertEqual(call["said"]["address"], "--help; rm -rf / $(id)")
                self.assertLessEqual(set(call["env"]), {"PATH", "LANG", "LC_CTYPE"})
                self.assertLessEqual(set(call["fds"]), {"0", "1", "2", "3", "4"})  # two of them its own
                self.assertEqual(rows(d, "SELECT code, words FROM attempts"), [(0, "gateway says  [31mok")])

    def test_its_status_says_what_became_of_it(self):
        with Channels() as file:
            file.write(sms=self.gateway(file, refusals=1))
            with city(args=["--channels", file.path]) as d:
                contact(d, "edu", "sms", "13800000000")
                for how, result, code in (("no", "refused", 3), ("busy", "trouble", 75), ("hang", "trouble", 0)):
                    self.tell(how)
                    published(d, ("edu",))
                    newest, = rows(d, "SELECT max(id) FROM outbox WHERE channel = 'sms'")[0]
                    first = lambda: rows(d, "SELECT result, code FROM attempts WHERE message = ? ORDER BY try LIMIT 1", newest)  # noqa: B023, E731
                    wait_until(first)  # of those before, tries go on meanwhile
                    self.assertEqual(first(), [(result, code)], how)
                self.assertIn("not done within 2 s", str(rows(d, "SELECT words FROM attempts")))
                self.tell("ok")
                wait_until(lambda: states(d, "sms") == {"failed": 1, "sent": 2}, 30, "those that waited leave")

    def test_one_that_never_stops_talking_is_ended_and_keeps_no_other_waiting(self):
        with Hook() as hook, Channels() as file:
            file.write(sms=self.gateway(file), webhook=webhook(file, plain_http="yes", networks=LOCAL))
            with city(args=["--channels", file.path]) as d:
                contact(d, "edu", "sms", "13800000000")
                self.tell("flood")
                published(d, ("edu",))
                wait_until(lambda: self.calls())
                contact(d, "tax", "webhook", hook.url)
                published(d, ("tax",))
                wait_until(lambda: states(d, "webhook").get("sent"), 10, "another channel's message leaves")
                wait_until(lambda: rows(d, "SELECT 1 FROM attempts WHERE result = 'trouble'"), 10, "it is ended at its time")
                self.tell("ok")
                wait_until(lambda: states(d, "sms") == {"sent": 1})


if __name__ == "__main__":
    main()
