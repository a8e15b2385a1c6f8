#!/usr/bin/env python3
"""accounts -- a real folder from the first invitation to the first sign-in, and what one person alone cannot do."""
import base64
import hashlib
import hmac
import os
import struct
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lib"))
from fengsui import Daemon  # noqa: E402
from web import Web, quoted  # noqa: E402

OFFICE = "市信息产业局"


def password(login):
    """Long, of its own for each, and without the login in it."""
    return "battery-staple-" + hashlib.sha256(login.encode()).hexdigest()[:12]


def totp(secret, at=None):
    """RFC 6238, for the clock of this machine."""
    key = base64.b32decode(secret)
    digest = hmac.new(key, struct.pack(">Q", int((at or time.time()) // 30)), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7FFFFFFF) % 1000000:06d}"


class Accounts(unittest.TestCase):
    """One real folder; each test goes on from where it is."""

    @classmethod
    def setUpClass(cls):
        cls.d = Daemon(demo=False, args=["--https", "127.0.0.1:0"])
        cls.d.__enter__()
        cls.web = Web(cls.d, "https")
        for login, role in (("sca01", "SCA"), ("dir01", "DIR")):
            cls.d.do(None, "person", "create", name=login, login=login, unit=OFFICE) if role == "SCA" else None
        cls.d.do(None, "person", "create", name="主任", login="dir01", unit=OFFICE)
        cls.d.do(None, "post", "create", person="sca01", role="SCA")
        cls.d.do(None, "post", "create", person="dir01", role="DIR")
        for login in ("sca01", "dir01"):
            cls.enrol(login, cls.invited(login))

    @classmethod
    def tearDownClass(cls):
        cls.d.__exit__(None, None, None)

    @classmethod
    def invited(cls, login):
        answer = cls.d.ask(op="account", act="invite", login=login)
        assert answer.ok, answer
        return answer["code"]

    @classmethod
    def enrol(cls, login, code, expect=200):
        reply = cls.web.raw("POST", "/api/v1/enrolment", {"login": login, "code": code, "password": password(login)})
        assert reply.status == expect, reply
        cls.web.passwords[login] = password(login)
        return reply

    def register(self, login, role=None, **post):
        made = self.web.post("/api/v1/person", {"input": {"name": login, "login": login, "unit": OFFICE}}, login="sca01")
        self.assertEqual(made.status, 201, made)
        if role:
            return self.web.post("/api/v1/post", {"input": {"person": login, "role": role, **post}}, login="sca01")
        return made

    def test_a_code_is_good_once(self):
        self.register("once")
        made = self.web.post("/api/v1/accounts/once/invite", login="sca01")
        self.assertEqual(made.status, 200, made)
        self.enrol("once", made.json["code"])
        self.enrol("once", made.json["code"], expect=401)
        self.assertEqual(self.web.sign_in("once").status, 201)

    def test_passwords_are_long_and_not_common(self):
        self.register("short")
        code = self.web.post("/api/v1/accounts/short/invite", login="sca01").json["code"]
        for password, words in (("shorter-than-1", "15"), ("passwordpassword", ""), ("short-short-short", "")):
            reply = self.web.raw("POST", "/api/v1/enrolment", {"login": "short", "code": code, "password": password})
            self.assertIn(reply.status, (413, 422), reply)
            self.assertIn(words, reply.json["en"])
            self.assertTrue(reply.json["zh"])
        self.enrol("short", code)

    def test_the_administrator_alone_makes_nobody_who_decides(self):
        """Not by the post, not by the code, and not by a code given before the post."""
        self.register("lead01")
        early = self.web.post("/api/v1/accounts/lead01/invite", login="sca01").json["code"]
        self.enrol("lead01", early)
        self.assertEqual(self.web.get("/api/v1/session", login="lead01").status, 200)
        post = self.web.post("/api/v1/post", {"input": {"person": "lead01", "role": "LG"}}, login="sca01")
        self.assertEqual(post.status, 201, post)
        who = self.web.get("/api/v1/session", login="lead01")
        self.assertEqual(who.json["roles"], [], "a guarded role waits for another")
        self.assertEqual(self.web.post(f"/api/v1/post/{post.json['id']}/vouch", login="sca01").status, 403)
        self.assertEqual(self.web.post(f"/api/v1/post/{post.json['id']}/vouch", login="dir01").status, 200)
        stale = self.web.ask("GET", "/api/v1/incident", login="lead01", patient=False)
        self.assertEqual((stale.status, stale.fault), (401, "unauthenticated"), "the password is one that sca01 could know")
        opened = self.web.post("/api/v1/accounts/lead01/invite", login="sca01")
        self.assertEqual(opened.status, 202, "the code comes with the second person")
        self.assertNotIn("code", opened.json)
        number = opened.json["break_glass"]
        self.assertEqual(self.web.post(f"/api/v1/break-glass/{number}/confirm", login="sca01").status, 403)
        confirmed = self.web.post(f"/api/v1/break-glass/{number}/confirm", login="dir01")
        self.assertEqual(confirmed.status, 200, confirmed)
        self.enrol("lead01", confirmed.json["code"])
        self.web.sessions.pop("lead01", None)
        self.assertEqual(self.web.get("/api/v1/session", login="lead01").json["roles"], ["LG"])

    def test_the_administrator_administers_accounts_only(self):
        case = {"input": {"title": "t", "reporter": "r", "what": "w", "unit": OFFICE, "aware_at": "2026-01-01T00:00:00Z"}}
        self.assertEqual(self.web.post("/api/v1/incident", case, login="sca01").status, 403)

    def test_what_is_careful_wants_a_fresh_proof(self):
        """Five minutes after signing in; the clock is the machine's, so the proof is made old in the store."""
        import sqlite3
        self.web.who("dir01")
        store = sqlite3.connect(os.path.join(self.d.folder, "fengsui.db"), timeout=20)
        store.execute("UPDATE sessions SET proven_at = proven_at - 301000000")
        store.commit()
        store.close()
        reply = self.web.ask("POST", "/api/v1/accounts/sca01/unlock", {}, login="dir01", patient=False)
        self.assertEqual(reply.status, 403, "roles are asked first")
        reply = self.web.ask("POST", "/api/v1/session/totp", {}, login="dir01", patient=False)
        self.assertEqual((reply.status, reply.fault), (401, "step_up"), reply)
        self.assertEqual(self.web.step_up("dir01", password="wrong").status, 401)
        before = dict(self.web.sessions["dir01"])
        self.assertEqual(self.web.step_up("dir01").status, 200)
        self.assertNotEqual(before["Cookie"], self.web.sessions["dir01"]["Cookie"], "the secret is changed")
        self.assertEqual(self.web.raw("GET", "/api/v1/session", headers=before).status, 401)

    def test_one_time_codes_and_recovery(self):
        self.register("totp01")
        self.enrol("totp01", self.web.post("/api/v1/accounts/totp01/invite", login="sca01").json["code"])
        offer = self.web.ask("POST", "/api/v1/session/totp", {}, login="totp01")
        self.assertEqual(offer.status, 200, offer)
        self.assertTrue(offer.json["uri"].startswith("otpauth://totp/"))
        secret = offer.json["secret"]
        confirmed = self.web.ask("PUT", "/api/v1/session/totp", {"code": totp(secret)}, login="totp01")
        self.assertEqual(confirmed.status, 200, confirmed)
        codes = confirmed.json["recovery_codes"]
        self.assertEqual(len(set(codes)), 10)
        own = self.web.get("/api/v1/session", login="totp01").json["session"]["account"]
        self.assertEqual((own["factor"], own["recovery_left"]), (True, 10), "its owner is told how many are left")
        self.web.sessions.pop("totp01")
        half = self.web.sign_in("totp01")
        self.assertEqual((half.status, half.fault), (401, "step_up"), "the password alone is not enough")
        self.assertNotIn("set-cookie", half.headers)
        self.assertEqual(self.web.sign_in("totp01", code=totp(secret)).status, 401, "that code was used to confirm")
        self.assertEqual(self.web.sign_in("totp01", code=codes[0]).status, 201)
        self.assertEqual(self.web.sign_in("totp01", code=codes[0]).status, 401, "a recovery code is good once")

    def test_a_token_reaches_as_far_as_its_scope(self):
        later = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 86400))
        made = self.web.post("/api/v1/tokens", {"name": "监测", "scopes": ["read"], "expires_at": later}, login="dir01")
        self.assertEqual(made.status, 201, made)
        token = made.json["token"]
        self.assertEqual(self.web.get("/api/v1/incident", token=token).status, 200)
        self.assertEqual(self.web.post("/api/v1/incident", {}, token=token).status, 403)
        self.assertEqual(self.web.get("/api/v1/sessions", token=token).status, 403)
        self.assertEqual(self.web.get(f"/api/v1/incident?token={quoted(token)}").status, 401)
        self.assertEqual(self.web.delete(f"/api/v1/tokens/{made.json['id']}", login="dir01").status, 200)
        self.assertEqual(self.web.get("/api/v1/incident", token=token).status, 401)
        listed = self.web.get("/api/v1/tokens", login="dir01")
        self.assertNotIn(token[-20:], listed.body.decode(), "no list gives a secret again")

    def test_who_is_disabled_is_out_at_once(self):
        self.register("gone01")
        self.enrol("gone01", self.web.post("/api/v1/accounts/gone01/invite", login="sca01").json["code"])
        self.assertEqual(self.web.get("/api/v1/session", login="gone01").status, 200)
        done = self.web.post("/api/v1/accounts/gone01/disable", login="sca01")
        self.assertEqual((done.status, done.json["sessions_ended"]), (200, 1), done)
        self.assertEqual(self.web.ask("GET", "/api/v1/session", login="gone01", patient=False).status, 401)
        self.web.sessions.pop("gone01")
        self.assertEqual(self.web.sign_in("gone01").status, 401)

    def test_what_was_done_with_accounts_stands_in_the_record(self):
        self.d.cli("checkpoint")
        found = self.d.verify()
        self.assertTrue(found)
        import sqlite3
        store = sqlite3.connect(f"file:{self.d.folder}/fengsui.db?mode=ro", uri=True)
        leaves = " ".join(str(row[0]) for row in store.execute("SELECT leaf FROM records"))
        store.close()
        for fact in ("account.invited", "account.enrol", "account.sign_in"):
            self.assertIn(fact, leaves)


if __name__ == "__main__":
    program = unittest.main(exit=False)
    bad = len(program.result.failures) + len(program.result.errors)
    print(f"{program.result.testsRun - bad} passed, {bad} failed")
    sys.exit(1 if bad else 0)
