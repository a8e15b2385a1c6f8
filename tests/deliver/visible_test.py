#!/usr/bin/env python3
"""visible -- messages, channels and calls as people see and hold them: HTTP, socket, command line; the test at a hand-over."""
import json
import os
import signal
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
from cast import city  # noqa: E402
from channels import Channels, contact, main, published, rows, states, wait_until  # noqa: E402
from smtp import Mailserver  # noqa: E402

A = "/api/v1"


class Visible(unittest.TestCase):
    def test_each_message_has_its_history_for_whoever_sees_what_it_is_about(self):
        with Mailserver(acl_rcpt="refuse_one") as server, Channels(mail=server.channel()) as file, \
                city(http=True, args=["--channels", file.path]) as d:
            contact(d, "edu", "mail", "nobody@example.org")
            contact(d, "tax", "mail", "tax@example.org")
            warning, targets = published(d, ("edu", "tax", "bank"))
            wait_until(lambda: rows(d, "SELECT 1 FROM attempts WHERE result = 'refused'"))
            wait_until(lambda: states(d, "mail").get("sent"))
            listed = d.web.get(f"{A}/messages?channel=mail", login="dut01").json
            self.assertEqual(([m["state"] for m in listed["messages"]], listed["more"]), (["sent", "waiting"], False))
            self.assertTrue(d.web.get(f"{A}/messages?limit=1", login="dut01").json["more"])
            self.assertEqual(d.web.get(f"{A}/messages?limit=0", login="dut01").status, 422)
            self.assertEqual(d.web.get(f"{A}/messages", login="uop_edu").status, 403)
            alone = d.web.get(f"{A}/messages?kind=warning", login="dut01")
            self.assertEqual(alone.status, 422)
            self.assertIn("kind: ", alone.json["en"])
            of_edu = d.web.get(f"{A}/messages?ref={targets['edu'][1:]}&kind=warning_target", login="uop_edu")
            self.assertEqual({m["channel"] for m in of_edu.json["messages"]}, {"portal", "mail"})
            self.assertEqual(d.web.get(f"{A}/messages?ref={targets['tax'][1:]}&kind=warning_target", login="uop_edu").status, 404)
            one = next(m for m in listed["messages"] if m["state"] == "waiting")
            shown = d.web.get(f"{A}/messages/{one['id']}", login="uop_edu").json["message"]
            self.assertEqual((shown["attempts"][0]["result"], shown["attempts"][0]["code"]), ("refused", 550))
            self.assertIn("网络与信息安全预警", shown["letter"]["zh"])
            other = next(m for m in listed["messages"] if m["state"] == "sent")
            self.assertEqual(d.web.get(f"{A}/messages/{other['id']}", login="uop_edu").status, 404)
            # Once the address is right it is tried again at once.
            self.assertEqual(d.web.post(f"{A}/messages/{one['id']}/retry", {}, login="uop_edu").status, 403)
            d.done("dut01", "contact", "edit", d.list("contact")[0].ref if d.list("contact")[0]["fields"]["address"].startswith("nobody") else d.list("contact")[1].ref,
                   address="right@example.org")
            self.assertEqual(d.web.post(f"{A}/messages/{one['id']}/retry", {}, login="dut01").status, 200)
            wait_until(lambda: states(d, "mail") == {"sent": 2})
            self.assertEqual(d.web.post(f"{A}/messages/{one['id']}/retry", {}, login="dut01").status, 409)
            self.assertIn("right@example.org", {str(m["To"]) for m in server.wait_for(2)})

    def test_a_channel_is_held_and_resumed_and_the_record_says_who(self):
        with Mailserver() as server, Channels(mail=server.channel()) as file, city(http=True, args=["--channels", file.path]) as d:
            contact(d, "edu", "mail", "edu@example.org")
            self.assertEqual(d.web.post(f"{A}/channels/mail/hold", {"reason": "维护"}, login="cl01").status, 403)
            self.assertEqual(d.web.post(f"{A}/channels/post/hold", {"reason": "维护"}, login="dut01").status, 404)
            self.assertEqual(d.web.post(f"{A}/channels/mail/hold", {"reason": "维护"}, login="dut01").status, 200)
            published(d, ("edu",))
            d.restart()
            channel, = d.web.get(f"{A}/channels", login="dut01").json["channels"]
            self.assertEqual((channel["state"], channel["waiting"]), ("held", 1))
            self.assertEqual(server.messages(), [])
            self.assertEqual(d.web.post(f"{A}/channels/mail/resume", {}, login="dut01").status, 200)
            server.wait_for(1)
            types = [e["type"] for e in d.web.get(f"{A}/record?order=newest&limit=50", login="aud01").json["entries"]]
            self.assertTrue({"channel.held", "channel.resumed"} <= set(types), types)

    def test_what_waits_for_a_channel_that_is_gone_is_seen_goes_on_or_is_given_up(self):
        with Mailserver() as server, Channels(mail=server.channel()) as file, city(http=True, args=["--channels", file.path]) as d:
            contact(d, "edu", "mail", "edu@example.org")
            d.done("dir01", "contact", "create", unit=d.unit["edu"], channel="phone", address="0531-1", priority=9)
            give_up = lambda name, login="dut01", **body: d.web.post(f"{A}/channels/{name}/give-up", body, login=login)  # noqa: E731
            listed = lambda: {c["name"]: c for c in d.web.get(f"{A}/channels", login="dut01").json["channels"]}  # noqa: E731
            reload = lambda **channels: (file.write(**channels), d.process.send_signal(signal.SIGHUP))  # noqa: E731
            self.assertEqual(give_up("mail", reason="停用").status, 409, "it is configured")
            server.stop()
            _, targets = published(d, ("edu",))
            wait_until(lambda: listed()["mail"]["waiting"] == 1)
            reload(other=server.channel())
            gone = wait_until(lambda: listed().get("mail") if "other" in listed() else None)
            self.assertEqual((gone["kind"], gone["state"], gone["waiting"]), ("none", "held", 1))
            self.assertEqual(gone["because"], {"zh": "渠道已不在配置中", "en": "the channel is not configured any more"})
            message, = d.web.get(f"{A}/messages?channel=mail", login="dut01").json["messages"]
            self.assertEqual((message["state"], message["held"]), ("waiting", gone["because"]))
            self.assertIn("not configured any more", d.cli("channel", "list", "--as", "dut01"))
            self.assertIn("mail not configured any more, 1 waiting", d.cli("doctor", expect=None))
            # It comes back, and they go on.
            server.start()
            reload(mail=server.channel())
            server.wait_for(1)
            self.assertNotIn("held", d.web.get(f"{A}/messages?channel=mail", login="dut01").json["messages"][0])
            # Or they are given up, by those who may, with a reason that stands in the record.
            server.stop()
            _, targets = published(d, ("edu",))
            reload(other=server.channel())
            wait_until(lambda: listed().get("mail", {}).get("kind") == "none" and listed()["mail"]["waiting"] == 1)
            self.assertEqual(give_up("mail").status, 422)
            self.assertEqual(give_up("mail", login="cl01", reason="x").status, 403)
            done = give_up("mail", reason="邮件渠道已拆除")
            self.assertEqual((done.status, done.json["given_up"], done.json["waiting"]), (200, 1, 0))
            self.assertNotIn("mail", listed())
            self.assertEqual(states(d, "mail"), {"sent": 1, "failed": 1})
            failed, = [e for e in d.history(targets["edu"]) if e["type"] == "message.failed"]
            self.assertIn("邮件渠道已拆除", json.dumps(failed, ensure_ascii=False))
            self.assertIn("call", [r["channel"] for r in failed["change"]["out"]], "the next contact is a telephone")
            self.assertIn("channel.given_up", [e["type"] for e in d.web.get(f"{A}/record?order=newest&limit=20", login="aud01").json["entries"]])

    def test_a_server_in_trouble_is_shown_and_comes_back_by_itself(self):
        with Mailserver() as server, Channels(mail=server.channel(timeout="2 s")) as file, \
                city(http=True, args=["--channels", file.path]) as d:
            contact(d, "edu", "mail", "edu@example.org")
            server.stop()
            published(d, ("edu",))
            channel = lambda: d.web.get(f"{A}/channels", login="dut01").json["channels"][0]  # noqa: E731
            wait_until(lambda: channel()["state"] == "trouble")
            self.assertIn("onnect", channel()["words"])
            server.start()
            wait_until(lambda: channel()["state"] == "open" and channel()["waiting"] == 0, 30)
            server.wait_for(1)

    def test_the_call_list_names_who_has_not_acknowledged_for_screen_and_paper(self):
        with city(http=True) as d:
            contact(d, "edu", "phone", "0531-1234 <b>")
            contact(d, "tax", "phone", "0531-5678")
            warning, targets = published(d, ("edu", "tax"))
            d.done("uop_tax", "warning_target", "reached", targets["tax"])
            d.done("uop_tax", "warning_target", "ack", targets["tax"])
            said = d.web.get(f"{A}/warning/{warning}/calls", login="dut01").json
            self.assertEqual([c["unit"]["title"] for c in said["calls"]], ["市教育局信息中心"])
            self.assertEqual(said["calls"][0]["contacts"], [{"channel": "phone", "address": "0531-1234 <b>"}])
            self.assertEqual(said["calls"][0]["head"]["name"], "市教育局信息中心负责人")
            page = d.web.get(f"{A}/warning/{warning}/calls?form=html", login="dut01")
            self.assertEqual(page.headers["content-type"], "text/html; charset=utf-8")
            self.assertIn("0531-1234 &lt;b&gt;", page.text if hasattr(page, "text") else page.body.decode())
            self.assertEqual(d.web.get(f"{A}/warning/{warning}/calls?form=pdf", login="dut01").status, 422)
            self.assertIn(d.web.get(f"{A}/warning/{warning}/calls", login="uop_edu").status, (403, 404))
            self.assertIn("0531-1234", d.cli("channel", "calls", warning, "--as", "dut01"))
            self.assertNotIn("0531-5678", d.cli("channel", "calls", warning, "--as", "dut01"))

    def test_a_warning_is_seen_as_it_would_leave_and_nothing_is_written(self):
        with city(http=True) as d:
            warning = d.done("dut01", "warning", "create", title="蠕虫", hazard="口令被猜中").number
            d.done("dut01", "warning", "edit", warning, level=4, measures="停用口令登录", title_en="A worm", marking="public")
            before = d.show(warning)["version"]
            see = lambda login, body: d.web.post(f"{A}/warning/{warning}/preview", body, login=login)  # noqa: E731
            said = see("dut01", {"input": {"measures": "封锁 10.20.1.11", "scope": ""}}).json
            self.assertIn("封锁 10.20.1.11", said["letter"]["zh"])
            self.assertIn("A worm", said["letter"]["en"])
            self.assertIn("<value>orange</value>", said["cap"]["xml"])
            self.assertNotIn("Signature", said["cap"]["xml"])
            self.assertEqual([(f["field"], f["from"], f["to"], f["class"], f["what"]) for f in said["found"]],
                             [("measures", 3, 13, "address", "10.20.1.11")])
            after = d.show(warning)["version"]
            self.assertEqual(before, after)
            self.assertEqual(d.show(warning)["fields"]["measures"], "停用口令登录")
            self.assertEqual(d.web.get(f"{A}/messages?ref={warning}&channel=mail", login="dut01").json["messages"], [])
            self.assertEqual(see("dut01", {"input": {"found": "x"}}).status, 422)
            self.assertEqual(see("dut01", {"input": {"title": 1}}).status, 422)
            self.assertEqual(see("dut01", {"input": {"marking": "secret_ref"}}).json["cap"].keys(), {"none"})
            for login in ("uop_edu", "aud01"):
                self.assertIn(see(login, {}).status, (403, 404), login)

    def test_the_command_line(self):
        with Mailserver() as server, Channels(mail=server.channel()) as file, city(args=["--channels", file.path]) as d:
            contact(d, "edu", "mail", "edu@example.org")
            published(d, ("edu",))
            server.wait_for(1)
            wait_until(lambda: states(d, "mail") == {"sent": 1})
            self.assertIn("mail", d.cli("message", "list", "--as", "dut01"))
            id_ = rows(d, "SELECT id FROM outbox WHERE channel = 'mail'")[0][0]
            self.assertIn("250", d.cli("message", "show", str(id_), "--as", "dut01"))
            self.assertEqual(json.loads(d.cli("message", "show", str(id_), "--as", "dut01", "--json"))["message"]["state"], "sent")
            self.assertIn("open", d.cli("channel", "list", "--as", "dut01"))
            d.cli("channel", "hold", "mail", "维护", "--as", "dut01")
            self.assertIn("held", d.cli("channel", "list", "--as", "dut01"))
            d.cli("channel", "resume", "mail", "--as", "dut01")
            d.cli("channel", "resume", "mail", "--as", "cl01", expect=77)
            d.cli("message", "show", "x", "--as", "dut01", expect=64)
            d.cli("channel", "dance", "--as", "dut01", expect=64)

    def test_a_hand_over_tries_each_way_and_the_result_stands_on_it(self):
        with Mailserver(acl_rcpt="refuse_one") as server, Channels(mail=server.channel(), second=server.channel(),
                                                                    recipients={"test": {"mail": "test@example.org", "second": "nobody@example.org"}}) as file, \
                city(args=["--channels", file.path]) as d:
            shift = d.list("duty_shift")[0].ref
            person = d.show(shift)["fields"]["person"]["id"]
            login = next(k for k, v in d.who.items() if v == f"#{person}")
            d.done(login, "duty_shift", "hand_over", shift, handover_note="无异常")
            mail, = server.wait_for(1)
            self.assertIn("对外渠道测试", mail["Subject"])
            wait_until(lambda: len([e for e in d.history(shift) if e["type"] == "channel.tested"]) == 2)
            tested = {e["change"]["tested"]["channel"]: e["change"]["tested"]["good"] for e in d.history(shift) if e["type"] == "channel.tested"}
            self.assertEqual(tested, {"mail": True, "second": False})
            d.cli("channel", "test", "--as", "dut01")
            server.wait_for(2)

    def test_who_is_on_duty_now_is_told_not_who_will_be(self):
        """A roster is made ahead: the newest shift is seldom the one that runs."""
        with city() as d:
            later = d.done("dir01", "duty_shift", "create", person=d.who["dut02"], starts_at="2026-03-09T00:00:00Z", ends_at="2026-03-10T00:00:00Z").ref
            report = d.done("uop_edu", "report", "create", unit=d.unit["edu"], reporter="张工", what="网页被篡改", aware_at="2026-03-02T07:50:00Z")
            d.done("uop_edu", "report", "submit", report)
            told = {r for r, in rows(d, "SELECT recipient FROM outbox WHERE recipient LIKE 'duty_shift:%'")}
            self.assertTrue(told)
            self.assertNotIn(f"duty_shift:{later[1:]}", told)


if __name__ == "__main__":
    main()
