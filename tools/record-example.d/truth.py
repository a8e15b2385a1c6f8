"""What the recording holds: found again in the lines as they were received."""
import json
import re
import time

import city

FROM_ATTACKER = re.escape(city.ATTACKER)
URL = re.escape(city.DOWNLOADER)

STEPS = (
    # step, host, ATT&CK technique, the rule that hears it,
    # the lines that are its trace, and its words in both languages
    ("password_guessing", city.EDU, "T1110.001", "ssh_password_guessing",
     rf"sshd\S*: Failed password for .* from {FROM_ATTACKER} ",
     "攻击者逐个尝试用户名和口令", "the attacker tries names and passwords"),
    ("password_guessed", city.EDU, "T1078", "ssh_password_guessed",
     rf"sshd\S*: Accepted password for opsvc from {FROM_ATTACKER} ",
     "运维外包账号 opsvc 的弱口令被猜中并登录", "the weak password of the contractor's account opsvc is found and used"),
    ("web_scan", city.TAX, "T1595.003", "web_scan",
     rf'nginx: {FROM_ATTACKER} .*"{re.escape(city.SCANNER_AGENT)}"$',
     "网站目录扫描", "a scanner goes over the site"),
    ("script_upload", city.TAX, "T1505.003", "web_script_upload",
     rf'nginx: {FROM_ATTACKER} .*"PUT {re.escape(city.SHELL_PATH)} .*" 201 ',
     "经 PUT 上传脚本", "a script is uploaded with PUT"),
    ("web_shell", city.TAX, "T1505.003", "web_shell_command",
     rf'nginx: {FROM_ATTACKER} .*"GET {re.escape(city.SHELL_PATH)}\?cmd=',
     "脚本被用作网页后门执行命令", "the script is used as a web shell"),
    ("downloader_by_shell", city.TAX, "T1105", "web_download_command",
     rf'nginx: {FROM_ATTACKER} .*cmd=\S*{URL}',
     "经后门取回下载器", "the web shell fetches the downloader"),
    ("injection_tried", city.HOSP, "T1190", "web_download_command",
     rf"nginx: {FROM_ATTACKER} .*GET /cgi-bin/\S*{URL}",
     "命令注入尝试下载器，失败", "a command injection for the same downloader fails"),
    ("password_reused", city.HOSP, "T1021.004", "ssh_account_on_many_hosts",
     rf"sshd\S*: Accepted password for opsvc from {re.escape(city.EDU.address)} ",
     "以同一口令从 edu-web01 登录", "the same password works, coming from edu-web01"),
    ("downloader_by_cron_1", city.EDU, "T1053.003", "cron_fetch_and_run",
     rf"CRON\S*: \(opsvc\) CMD .*{URL}",
     "计划任务取回同一下载器", "a cron job fetches the same downloader"),
    ("downloader_by_cron_3", city.HOSP, "T1053.003", "cron_fetch_and_run",
     rf"CRON\S*: \(opsvc\) CMD .*{URL}",
     "计划任务取回同一下载器", "a cron job fetches the same downloader"),
)


def when(line):
    """The time a line bears: "hh:mm:ss" of "<PRI>Mmm dd hh:mm:ss"."""
    return line.split(">", 1)[1][:15]


def iso(line):
    """The same with the year, which RFC 3164 leaves out; the hosts keep UTC."""
    parsed = time.strptime(f"{time.gmtime().tm_year} {when(line)}", "%Y %b %d %H:%M:%S")
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", parsed)


def find_step(step, lines):
    name, host, technique, rule, pattern, zh, en = step
    found = [n for n, line in enumerate(lines, 1) if re.search(pattern, line)]
    if not found:
        raise RuntimeError(f"the recording lacks its step '{name}' on {host.name}")
    return {"step": name, "host": host.name, "technique": technique, "rule": rule, "zh": zh, "en": en,
            "first": iso(lines[found[0] - 1]), "last": iso(lines[found[-1] - 1]),
            "count": len(found), "lines": found}


def find_host(host, lines):
    return {"host": host.name, "address": host.address, "unit": {"zh": host.unit_zh, "en": host.unit_en},
            "sector": {"zh": host.sector_zh, "en": host.sector_en}, "file": f"logs/{host.name}.log",
            "count": len(lines), "first": iso(lines[0]), "last": iso(lines[-1]),
            "from_attacker": [n for n, line in enumerate(lines, 1) if city.ATTACKER in line]}


def find(logs):
    """Everything a replay may be held against."""
    hosts = [find_host(host, logs[host.name]) for host in city.HOSTS]
    steps = [find_step(step, logs[step[1].name]) for step in STEPS]
    return {"year": time.gmtime().tm_year, "utc_offset": "+00:00",
            "first": min(host["first"] for host in hosts), "last": max(host["last"] for host in hosts),
            "attackers": [city.ATTACKER], "downloader": city.DOWNLOADER,
            "accounts": [{"user": city.CONTRACTOR.name, "hosts": list(city.CONTRACTOR.hosts)}],
            "web_shell": {"host": city.TAX.name, "path": city.SHELL_PATH},
            "hosts": hosts, "steps": sorted(steps, key=lambda step: step["first"])}


def as_json(facts):
    """One row of the lists a line, so that a person can read them and git can compare them."""
    rows = []
    for key, value in facts.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            inner = ",\n".join("    " + json.dumps(row, ensure_ascii=False) for row in value)
            rows.append(f'  "{key}": [\n{inner}\n  ]')
        else:
            rows.append(f'  "{key}": {json.dumps(value, ensure_ascii=False)}')
    return "{\n" + ",\n".join(rows) + "\n}\n"


def as_story(facts):
    """The same for people."""
    head = (f"# 经过 / What happened\n\n"
            f"{facts['first'][:10]}, UTC. 攻击来源 / from {city.ATTACKER}; 下载器 / downloader {city.DOWNLOADER}\n\n")
    lines = [f"- {step['first'][11:19]} {step['host']}: {step['zh']}（{step['count']} 行）/ {step['en']} "
             f"({step['count']} {'line' if step['count'] == 1 else 'lines'})\n" for step in facts["steps"]]
    return head + "".join(lines)
