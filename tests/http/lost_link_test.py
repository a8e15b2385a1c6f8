#!/usr/bin/env python3
"""a lost link -- needs: root, network namespaces. A listener's cable is pulled: no FIN ever comes, and its stream goes all the same.

The test runs in a network namespace of its own, the listener in another; between them is a pair of virtual
cards, of which the far one is taken down. Nothing of the machine's network is touched.
"""
import os
import re
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lib"))
from fengsui import Daemon, Results, Unexpected  # noqa: E402
from web import Web  # noqa: E402

HERE, THERE = "10.99.77.1", "10.99.77.2"
OFFICE, PASSWORD = "市信息产业局", "battery-staple-on-a-long-cable"
LISTENER = """
import http.client, ssl, sys
context = ssl.create_default_context(); context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
c = http.client.HTTPSConnection(sys.argv[1], int(sys.argv[2]), context=context, timeout=60)
c.request("GET", "/api/v1/events", headers={"Cookie": sys.argv[3]})
reply = c.getresponse()
print(reply.status, flush=True)
for line in reply:
    print(line.decode().strip(), flush=True)
"""


def ip(*words):
    subprocess.run(["ip", *words], check=True, capture_output=True)


def streams(web):
    return int(re.search(r"^fengsui_http_streams (\d+)$", web.raw("GET", "/metrics").body.decode(), re.M)[1])


def waits_for(web, count, seconds):
    until = time.monotonic() + seconds
    while streams(web) != count:
        if time.monotonic() > until:
            raise Unexpected(f"{streams(web)} streams after {seconds} s, not {count}")
        time.sleep(0.1)


def signed_in(d, web):
    """A person of a real folder, over the network."""
    d.do(None, "person", "create", name="管理员", login="sca01", unit=OFFICE)
    d.do(None, "post", "create", person="sca01", role="SCA")
    code = d.ask(op="account", act="invite", login="sca01")["code"]
    web.raw("POST", "/api/v1/enrolment", {"login": "sca01", "code": code, "password": PASSWORD})
    web.passwords["sca01"] = PASSWORD
    return web.who("sca01")["Cookie"]


def the_cable_is_pulled():
    far = subprocess.Popen(["unshare", "-n", "sleep", "300"])
    try:
        ip("link", "set", "lo", "up")
        ip("link", "add", "near", "type", "veth", "peer", "name", "far")
        until = time.monotonic() + 10
        while os.readlink(f"/proc/{far.pid}/ns/net") == os.readlink("/proc/self/ns/net") and time.monotonic() < until:
            time.sleep(0.01)
        ip("link", "set", "far", "netns", str(far.pid))
        ip("addr", "add", f"{HERE}/30", "dev", "near")
        ip("link", "set", "near", "up")
        beyond = ["nsenter", "-t", str(far.pid), "-n"]
        subprocess.run([*beyond, "ip", "addr", "add", f"{THERE}/30", "dev", "far"], check=True)
        subprocess.run([*beyond, "ip", "link", "set", "far", "up"], check=True)
        listens(beyond)
    finally:
        far.kill()
        far.wait()


def listens(beyond):
    with Daemon(demo=False, args=["--https", f"{HERE}:0", "--http", "127.0.0.1:0"]) as d:
        cookie = signed_in(d, Web(d, "https"))
        web = Web(d)
        port = Web(d, "https").port
        listener = subprocess.Popen([*beyond, sys.executable, "-c", LISTENER, HERE, str(port), cookie],
                                    stdout=subprocess.PIPE, text=True)
        try:
            if listener.stdout.readline().strip() != "200":
                raise Unexpected("the listener is not let in")
            waits_for(web, 1, 10)
            subprocess.run([*beyond, "ip", "link", "set", "far", "down"], check=True)
            # A heartbeat each 15 s, and 20 s without an answer to it.
            waits_for(web, 0, 50)
        finally:
            listener.kill()
            listener.wait()


def main():
    if os.environ.get("FENGSUI_NETNS") != "1":
        os.execvpe("unshare", ["unshare", "-n", sys.executable, *sys.argv], {**os.environ, "FENGSUI_NETNS": "1"})
    results = Results("a lost link")
    results.case("the cable is pulled", the_cable_is_pulled)
    results.end()


if __name__ == "__main__":
    main()
