"""story -- a real folder over HTTPS by command alone: from the first code to a report with a token."""
import base64
import hashlib
import hmac
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import folder  # noqa: E402
from folder import Terminal, binary, main, password  # noqa: E402


def totp(secret):
    """RFC 6238, for the clock of this machine."""
    key = base64.b32decode(secret)
    digest = hmac.new(key, struct.pack(">Q", int(time.time() // 30)), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7FFFFFFF) % 1000000:06d}"


class OverHttps(folder.RealFolder):
    # ---- who --------------------------------------------------------------------------------------------

    def test_what_is_kept_is_for_ones_own_eyes(self):
        folder = os.path.join(self.state_of["dir01"], "fengsui")
        self.assertEqual(os.stat(folder).st_mode & 0o777, 0o700)
        files = os.listdir(folder)
        self.assertEqual(len(files), 1)
        path = os.path.join(folder, files[0])
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        with open(path, encoding="utf-8") as f:
            self.assertNotIn(password("dir01"), f.read())
        state = self.fresh_state()
        shutil.copytree(folder, os.path.join(state, "fengsui"))
        os.chmod(os.path.join(state, "fengsui", files[0]), 0o644)
        self.bad(77, state, "whoami", says=["others may read", "chmod 600"])
        self.assertNotIn("page_token", self.good("dir01", "whoami", "--json"))

    def test_as_is_no_guess_at_a_real_folder(self):
        self.bad(77, self.state_of["dir01"], "whoami", "--as", "sca01", says="demonstration folder")
        said = json.loads(self.good("dir01", "accounts", "show", "sca01", "--json"))
        self.assertEqual(said["failures"], 0, "it was not even tried")

    def test_passwords_do_not_show_and_are_asked_again(self):
        state = self.register("pw01")
        t = self.on_terminal(state, "sign-in", "pw01")
        t.answer("Password of pw01", "wrong-" + password("x"))
        t.until("not accepted")
        t.answer("Password of pw01", password("pw01"))
        t.until("Signed in")
        self.assertEqual(t.end(), 0)
        self.assertNotIn("battery", t.all)
        t = self.on_terminal(state, "password")
        t.answer("Present password", password("pw01"))
        t.answer("New password", password("pw01-new"))
        t.answer("The same again", "something-else-entirely")
        t.until("differ")
        t.answer("New password", password("pw01-new"))
        t.answer("The same again", password("pw01-new"))
        t.until("is changed")
        self.assertEqual(t.end(), 0)
        self.assertNotIn("battery", t.all)
        self.assertIn("pw01", self.typed(state, "whoami").stdout, "this session goes on")
        self.bad(77, self.fresh_state(), "sign-in", "pw01", "--pin", self.pin, says="there is none here")

    def test_one_who_turns_away_leaves_the_terminal_as_it_was(self):
        """Ctrl-C at a password: the signal is obeyed, and what is typed is shown again."""
        t = Terminal(["/bin/sh", "-c", f"trap : INT; {binary()} sign-in dir01; echo ended $?; stty -a"], self.env(self.state_of["dir01"]))
        t.until("dir01: $")
        os.write(t.fd, b"\x03")
        t.until("ended 130")
        t.until(r" echo\b")
        t.end()

    def test_one_time_codes(self):
        state = self.register("totp01")
        t = self.on_terminal(state, "totp", "on")
        t.until(r"authenticator app:\s+")
        t.until(r"otpauth://totp/\S+\s+")
        secret = re.search(r"authenticator app:\s+([A-Z2-7]+)\s", t.all).group(1)
        self.assertIn(f"secret={secret}", t.all)
        self.check_qr(t.all)
        t.answer("Code that the app shows", totp(secret))
        t.until("Recovery codes")
        self.assertEqual(t.end(), 0, t.all)
        codes = re.findall(r"^    (\S+)\r?$", t.all.split("Recovery codes")[1], re.M)
        self.assertEqual(len(set(codes)), 10, t.all)
        self.assertEqual(self.typed(state, "sign-out").returncode, 0)
        self.bad(77, state, "whoami", says="sign-in")
        t = self.on_terminal(state, "sign-in", "totp01")
        t.answer("Password of totp01", password("totp01"))
        t.answer("One-time code", codes[0])
        t.until("Signed in")
        self.assertEqual(t.end(), 0)
        self.age("totp01")
        t = self.on_terminal(state, "totp", "off")
        t.answer("one-time code of totp01", password("totp01"))
        t.until("are off")
        self.assertEqual(t.end(), 0, t.all)

    def check_qr(self, said):
        """The three eyes and the line of dots between them (ISO/IEC 18004), read back from half blocks."""
        linked = subprocess.run(["ldd", binary()], capture_output=True, text=True).stdout
        if "libqrencode" not in linked:
            self.assertNotIn("CI", os.environ, "built without libqrencode")
            print("one_time_codes: built without libqrencode, no QR code is drawn", flush=True)
            return
        rows = []
        for line in re.findall(r"^([ ▀▄█]{20,})\r?$", said, re.M):
            rows.append([c in " ▄" for c in line])  # dark above
            rows.append([c in " ▀" for c in line])  # dark below
        rows = [row[4:-4] for row in rows[4:]]
        side = len(rows[0])
        self.assertEqual((side - 17) % 4, 0)
        eye = ["1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111"]
        for top, left in ((0, 0), (0, side - 7), (side - 7, 0)):
            seen = ["".join("01"[dark] for dark in row[left:left + 7]) for row in rows[top:top + 7]]
            self.assertEqual(seen, eye)
        self.assertEqual([rows[6][i] for i in range(8, side - 8)], [i % 2 == 0 for i in range(8, side - 8)])

    def test_what_is_careful_asks_on_a_terminal_and_says_what_to_do_without(self):
        self.register("careful01")
        self.age("sca01")
        state = self.state_of["sca01"]
        self.bad(77, state, "accounts", "disable", "careful01", says=["prove anew", "sign-in"])
        self.bad(77, state, "accounts", "disable", "careful01", says="五分钟内", lang="zh")
        t = self.on_terminal(state, "accounts", "disable", "careful01")
        t.answer("one-time code of sca01", "wrong-" + password("y"))
        t.until("not accepted")
        t.answer("one-time code of sca01", password("sca01"))
        t.until("Disabled")
        self.assertEqual(t.end(), 0, t.all)
        self.good("sca01", "accounts", "enable", "careful01")

    def test_two_commands_prove_it_at_once(self):
        self.register("both01")
        self.age("sca01")
        one, two = (self.on_terminal(self.state_of["sca01"], "accounts", act, "both01") for act in ("disable", "enable"))
        one.until("one-time code of sca01: $")
        two.answer("one-time code of sca01", password("sca01"))
        self.assertNotEqual(two.end(), 77, two.all)
        os.write(one.fd, (password("sca01") + "\n").encode())
        one.until("Disabled")
        self.assertEqual(one.end(), 0, one.all)
        self.good("sca01", "whoami")

    def test_sessions_one_by_one(self):
        state = self.register("twice01")
        second = self.fresh_state()
        t = self.on_terminal(second, "sign-in", "twice01", "--pin", self.pin)
        t.answer("Password of twice01", password("twice01"))
        t.end()
        rows = json.loads(self.typed(state, "sessions", "--json").stdout)["rows"]
        self.assertEqual(len(rows), 2)
        other = [row["id"] for row in rows if not row["this"]][0]
        self.assertEqual(self.typed(state, "sessions", "end", str(other)).returncode, 0)
        self.bad(77, second, "whoami", says="sign in again")

    # ---- others' accounts ----------------------------------------------------------------------------------

    def test_the_administrator_and_the_second_person(self):
        self.register("off01")
        self.assertIn("off01", self.good("sca01", "accounts"))
        self.good("sca01", "accounts", "disable", "off01")
        self.bad(77, self.state_of["off01"], "whoami", says="not signed in")
        self.good("sca01", "accounts", "enable", "off01")
        self.assertIn("启用", self.good("sca01", "accounts", "show", "off01", lang="zh"))
        self.bad(77, self.state_of["off01"], "accounts", "show", "sca01")
        opened = json.loads(self.good("sca01", "accounts", "break-glass", "open", "off01", "--json"))
        self.assertIn(str(opened["break_glass"]), self.good("dir01", "accounts", "break-glass"))
        self.bad(77, self.state_of["sca01"], "accounts", "break-glass", "confirm", str(opened["break_glass"]))
        self.assertRegex(self.good("dir01", "accounts", "break-glass", "confirm", str(opened["break_glass"])), r"\n\n +\S+\n\n")
        opened = json.loads(self.good("sca01", "accounts", "break-glass", "open", "off01", "--json"))
        self.good("dir01", "accounts", "break-glass", "withdraw", str(opened["break_glass"]))
        self.assertIn("None", self.good("dir01", "accounts", "break-glass", "list"))

    # ---- programs --------------------------------------------------------------------------------------------

    def token(self, login, name, *args):
        path = os.path.join(self.fresh_state(), "token")
        self.good(login, "tokens", "make", name, "--expires", "1 d", "--out", path, *args)
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        return path

    def test_a_unit_reports_with_a_token_and_keeps_the_receipt(self):
        state = self.register("uop01", "UOP", unit="市教育局")
        token, script = self.token("uop01", "edge", "--scopes", "report"), self.fresh_state()
        receipt = os.path.join(script, "receipt.txt")
        report = ["report", "--what", "网页被篡改", "--aware-at", "2026-01-02T07:50:00Z", "--pin", self.pin, "--out", receipt]
        done = self.typed(script, *report, env={"FENGSUI_TOKEN_FILE": token})
        self.assertEqual(done.returncode, 0, done)
        self.assertIn("Receipt RCP-", done.stdout)
        self.d.verify("--against", receipt)
        self.assertEqual(os.listdir(os.path.join(script, "fengsui")).__len__(), 1, "the pin alone")
        self.bad(77, script, "incident", "list", "--token-file", token, says="scope of this token")
        self.assertIn("edge", self.typed(state, "tokens").stdout)
        with open(token, encoding="utf-8") as f:
            secret = f.read()
        self.assertNotIn(secret, self.typed(state, "tokens", "--json").stdout)
        number = json.loads(self.typed(state, "tokens", "--json").stdout)["rows"][0]["id"]
        self.assertEqual(self.typed(state, "tokens", "revoke", str(number)).returncode, 0)
        self.bad(77, script, "report", "list", "--token-file", token, says="not signed in")

    def test_a_token_file_that_others_may_read_is_not_used(self):
        path = os.path.join(self.fresh_state(), "token")
        for text, mode, status, says in (("fs_1_x", 0o640, 77, "chmod 600"), ("fs_1_x", 0o604, 77, "chmod 600"),
                                         ("fs_1 x", 0o600, 65, "one token is wanted"), ("fs_1\x07x", 0o600, 65, "one token"), ("", 0o600, 65, "one token"),
                                         ("fs_1\r\nX-Forged: y\n", 0o600, 65, "one token"), ("fs_1_x\n", 0o600, 77, "not signed in")):
            with open(path, "w", encoding="utf-8", newline="") as f:
                f.write(text)
            os.chmod(path, mode)
            self.bad(status, self.state_of["dir01"], "whoami", "--token-file", path, says=says)
        os.chmod(path, 0o644)
        self.bad(77, self.state_of["dir01"], "whoami", "--token-file", path, says="其他用户可以读取", lang="zh")
        self.bad(66, self.state_of["dir01"], "whoami", "--token-file", path + ".none", says=path + ".none")

    def test_lines_of_a_source_go_on_behind_what_its_quota_took(self):
        """4000 lines of which 3900 are taken at once, and 50 each second."""
        token, folder = self.token("sca01", "fw", "--scopes", "intake", "--source", "edu-fw01"), self.fresh_state()
        path = os.path.join(folder, "auth.log")
        with open(path, "w", encoding="utf-8") as f:
            for i in range(4000):
                f.write(f"Mar  2 08:00:00 web01 sshd[{i}]: Accepted publickey for ops from 192.0.2.{i % 250} port {i} ssh2\n")
                if i % 100 == 0:
                    f.write("\n")
        state = self.state_of["sca01"]
        self.assertIn("edu-fw01", self.typed(state, "whoami", "--token-file", token).stdout)
        done = self.typed(state, "ingest", "edu-fw01", path, "--token-file", token)
        self.assertEqual((done.returncode, done.stdout), (0, "4000 lines, 0 alerts\n"), done)
        row = [s for s in self.d.status()["sources"] if s["name"] == "edu-fw01"][0]
        self.assertEqual(row["stored"], 4000, "each line once")
        self.assertGreater(row["limited"], 0, "and it was over its quota on the way")
        self.bad(77, state, "ingest", "edu-fw02", path, "--token-file", token, says="not for the source")
        done = self.typed(state, "ingest", "edu-fw01", path, "--token-file", token, "--after", "4035")
        self.assertEqual(done.stdout, "5 lines, 0 alerts\n", done)
        same = os.path.join(folder, "same.log")
        with open(same, "w", encoding="utf-8") as f:
            f.write(("x" * 60000 + "\n") * 60 + "y" * 300000 + "\n")
        done = self.typed(state, "ingest", "edu-fw01", same, "--token-file", token)
        self.assertEqual(done.stdout, "61 lines, 0 alerts\n1 of them were malformed\n", done)


if __name__ == "__main__":
    main()
