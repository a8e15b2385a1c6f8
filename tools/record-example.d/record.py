"""The recording: build the city, let the story happen, write down what was received."""
import os
import pathlib
import shutil
import subprocess
import sys
import threading
import time

import city
import story
import truth
import world

BEGAN = time.monotonic()


def say(line):
    """Tell the person at the terminal how far we are."""
    print(f"[{time.monotonic() - BEGAN:4.0f} s] {line}", flush=True)


def end_with_parent():
    """End when the pipe from the outer process closes: nobody waits for us any more."""
    def watch():
        os.read(sys.stdin.fileno(), 1)
        os._exit(1)  # we are the first process here: the kernel ends all others with us
    threading.Thread(target=watch, daemon=True).start()


def own_run(parts):
    """Keep every file of the recording in memory, where it goes away with us."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=0755", "tmpfs", "/run"], check=True)
    tool = pathlib.Path(world.TOOL)
    shutil.copytree(parts, tool, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("host_key", "ops"):
        world.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(tool / name)])


def build_city():
    """Start all machines and wait until the hosts answer."""
    world.make_bridge()
    nodes = {}
    for host in city.HOSTS:
        extra = ["scripts"] if host is city.TAX else []
        nodes[host.name] = world.Node(host.name, [host.address], ["sshd", "nginx", "cron", *extra])
    nodes["people"] = world.Node("people", [city.JUMP_HOST, *city.DESKS, *city.CITIZENS, city.CRAWLER], [])
    nodes["attacker"] = world.Node("attacker", [city.ATTACKER], ["nginx"])
    for host in city.HOSTS:
        nodes[host.name].wait_for("Server listening", 10)
        nodes["people"].run(["curl", "-fsS", "--retry", "5", "--retry-connrefused", "-A", "curl/7.88.1",
                             f"http://{host.address}/healthz"])
    return nodes


def write_result(out, files):
    """Replace the old recording only now that the new one is whole."""
    owner = out.stat()
    (out / "logs").mkdir(exist_ok=True)
    os.chown(out / "logs", owner.st_uid, owner.st_gid)
    for name, text in files.items():
        part = out / (name + ".part")
        part.write_text(text)
        os.chown(part, owner.st_uid, owner.st_gid)
        part.replace(out / name)


def record(out):
    nodes = build_city()
    for headline, step in story.STEPS:
        say(headline)
        step(nodes)
    logs = {host.name: nodes[host.name].lines() for host in city.HOSTS}
    facts = truth.find(logs)
    files = {f"logs/{name}.log": "\n".join(lines) + "\n" for name, lines in logs.items()}
    files |= {"truth.json": truth.as_json(facts), "story.md": truth.as_story(facts)}
    write_result(out, files)
    say("recorded: " + ", ".join(f"{name} {len(lines)} lines" for name, lines in logs.items()))


def main(parts, out):
    """Record into `out`; the answer is the exit code."""
    end_with_parent()
    os.environ["TZ"] = "UTC"
    try:
        own_run(parts)
        say("building the city: three hosts, their visitors, one attacker")
        record(out)
    except (RuntimeError, OSError, subprocess.SubprocessError) as error:
        print(f"record-example: the recording failed and nothing was written: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 1
    return 0
