"""Stands in for a script interpreter behind nginx, with real but harmless effect.

A request for a script that was uploaded runs its `cmd`, as a web shell would, provided
that it is one of the few lines listed in city.py. Anything else is refused.
"""
import http.server
import os
import pathlib
import pwd
import shlex
import socketserver
import subprocess
import urllib.parse

import city

DOOR = "/run/nginx/scripts.sock"


class Script(http.server.BaseHTTPRequestHandler):
    """One request that nginx passes on."""

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        command = dict(urllib.parse.parse_qsl(url.query)).get("cmd", "")
        if not pathlib.Path("/srv/www" + url.path).is_file():
            return self.reply(404, b"")
        if command not in city.SHELL_COMMANDS:
            return self.reply(403, b"")
        done = subprocess.run(shlex.split(command), stdout=subprocess.PIPE, timeout=5)
        return self.reply(200, done.stdout)

    def reply(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if body:
            self.wfile.write(body)

    def log_message(self, *_):
        """Stay silent: nginx writes the log of this site."""


def drop_root():
    """Become www-data by ourselves: it may be unable to reach the Python that root runs."""
    user = pwd.getpwnam("www-data")
    os.setgroups([])
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)


if __name__ == "__main__":
    drop_root()
    with socketserver.UnixStreamServer(DOOR, Script) as server:
        os.chmod(DOOR, 0o666)
        server.serve_forever()
