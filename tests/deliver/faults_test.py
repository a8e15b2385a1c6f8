#!/usr/bin/env python3
"""faults -- servers and the daemon itself killed, hung, slow, refusing: nothing is lost, nothing is seen twice.

    FENGSUI_DELIVER_ROUNDS=200 tests/deliver/faults_test.py     # the campaign; 2 rounds of each fault else

A receiver drops a repeat by its key, as receivers of mail do by Message-ID: what is counted is what it shows.
"""
import contextlib
import os
import sys
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
from cast import city  # noqa: E402
from channels import Channels, contact, main, published, rows, states, wait_until  # noqa: E402
from hook import Hook  # noqa: E402
from smtp import Mailserver  # noqa: E402
from webhook_test import LOCAL, Command, webhook  # noqa: E402

ROUNDS = int(os.environ.get("FENGSUI_DELIVER_ROUNDS", "2"))
DRAINED_S = 60
UNITS = ("edu", "tax", "hosp")


class Faults(unittest.TestCase):
    def campaign(self, d, channel, begin, end, shown):
        """Rounds of a fault; each time all that was written meanwhile is shown within a minute of its end, once."""
        worst = 0
        for n in range(ROUNDS):
            begin()
            published(d, UNITS, title=f"预警 {n}")
            time.sleep(1.5 if n % 2 else 0.1)
            if n % 2 == 0:
                published(d, UNITS, title=f"预警 {n} 之二")
            end()
            began = time.monotonic()
            wait_until(lambda: set(states(d, channel)) <= {"sent"}, DRAINED_S, f"round {n}: the backlog is drained: {states(d, channel)}")
            worst = max(worst, time.monotonic() - began)
        keys = {key for key, in rows(d, "SELECT key FROM outbox WHERE channel = ?", channel)}
        seen = shown()
        self.assertEqual(set(seen), keys)
        self.assertEqual(rows(d, "SELECT count(*) FROM outbox WHERE state IN ('failed', 'dropped')"), [(0,)])
        print(f"{channel}: {len(keys)} messages, {len(seen) - len(set(seen))} repeats dropped, drained within {worst:.1f} s", flush=True)

    @contextlib.contextmanager
    def mail(self, **how):
        with Mailserver(**how) as server, Channels(mail=server.channel(timeout="3 s", refusals=20)) as file, \
                city(args=["--channels", file.path]) as d:
            for key in UNITS:
                contact(d, key, "mail", f"{key}@example.org")
            yield server, d

    def mail_keys(self, server, d):
        """As they lie in the mailbox; what exim had taken when it was killed it delivers at its next queue run."""
        keys = {key for key, in rows(d, "SELECT key FROM outbox WHERE channel = 'mail'")}
        shown = lambda: [m["Message-ID"].strip("<>").split("@")[0] for m in server.messages()]  # noqa: E731
        wait_until(lambda: keys <= set(shown()), 40, f"in the mailbox: {keys - set(shown())}")
        return shown()

    def test_mail_server_killed(self):
        with self.mail() as (server, d):
            self.campaign(d, "mail", server.stop, server.start, lambda: self.mail_keys(server, d))

    def test_mail_server_killed_in_the_middle(self):
        with self.mail(acl_rcpt="accept delay = 1s") as (server, d):
            def end():
                time.sleep(0.5)
                server.stop()
                server.start()
            self.campaign(d, "mail", lambda: None, end, lambda: self.mail_keys(server, d))

    def test_mail_server_hung(self):
        with self.mail() as (server, d):
            self.campaign(d, "mail", server.pause, server.go_on, lambda: self.mail_keys(server, d))

    def test_mail_server_slow(self):
        with self.mail(acl_rcpt="accept delay = 1s") as (server, d):
            self.campaign(d, "mail", lambda: None, lambda: None, lambda: self.mail_keys(server, d))

    def test_mail_server_refuses_all(self):
        with self.mail() as (server, d):
            def answer(acl):
                server.stop()
                server.configure(acl_mail=acl)
                server.start()
            self.campaign(d, "mail", lambda: answer("deny message = broken"), lambda: answer("accept"), lambda: self.mail_keys(server, d))

    @contextlib.contextmanager
    def hook(self):
        with Hook() as hook, Channels() as file:
            file.write(webhook=webhook(file, plain_http="yes", networks=LOCAL))
            with city(args=["--channels", file.path]) as d:
                for key in UNITS:
                    contact(d, key, "webhook", hook.url)
                yield hook, d

    def fault_of_hook(self, how):
        with self.hook() as (hook, d):
            self.campaign(d, "webhook", lambda: setattr(hook, "how", how), lambda: setattr(hook, "how", "ok"), lambda: list(hook.seen))

    def test_webhook_killed(self):
        with self.hook() as (hook, d):
            self.campaign(d, "webhook", hook.stop, hook.start, lambda: list(hook.seen))

    def test_webhook_hung(self):
        self.fault_of_hook("hang")

    def test_webhook_slow(self):
        self.fault_of_hook("slow")

    def test_webhook_answers_503(self):
        self.fault_of_hook("503")

    def test_webhook_takes_it_and_says_nothing(self):
        self.fault_of_hook("cut")

    def test_gateway(self):
        for how in ("busy", "hang"):
            with self.subTest(how), Channels() as file:
                gateway = Command()
                file.write(sms=Command.gateway(gateway, file))
                with city(args=["--channels", file.path]) as d:
                    for key in UNITS:
                        contact(d, key, "sms", "1380000")
                    good = lambda: {c["said"]["key"] for c in gateway.calls()}  # noqa: E731
                    self.campaign(d, "sms", lambda: gateway.tell(how), lambda: gateway.tell("ok"), good)

    def test_the_daemon_is_killed_wherever_a_message_stands(self):
        points = ("message.taken", "message.sent", "message.noted", "store.commit", "store.committed")
        for point in points:
            for nth in (1, 2, 4)[:max(1, ROUNDS)]:
                with self.subTest(f"{point}:{nth}"), self.mail() as (server, d):
                    d.stop()
                    server.stop()
                    d.start()
                    published(d, UNITS)
                    d.stop()
                    server.start()
                    d.env["FENGSUI_FAULTPOINT"] = f"{point}:{nth}"
                    with contextlib.suppress(Exception):
                        d.start()
                        d.process.wait(5)
                    killed = d.process.poll() is not None
                    del d.env["FENGSUI_FAULTPOINT"]
                    if not killed:
                        d.stop()
                    d.start()
                    wait_until(lambda: states(d, "mail") == {"sent": len(UNITS)}, DRAINED_S, f"{point}: {states(d, 'mail')}")
                    keys = {key for key, in rows(d, "SELECT key FROM outbox WHERE channel = 'mail'")}
                    self.assertEqual(set(self.mail_keys(server, d)), keys)
                    if point.startswith("message.") and nth == 1:
                        self.assertTrue(killed, "the point was not reached: the test kills nothing")


if __name__ == "__main__":
    main()
