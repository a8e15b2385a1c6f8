"""What stands in a node's /etc, and how its daemons are started."""
import grp
import pathlib
import re
import subprocess
import sys

import city

# Read from the machine before our own /etc covers it: what the loader and libraries need.
KEPT = ("/etc/ld.so.cache", "/etc/ssl/openssl.cnf", "/etc/login.defs", "/etc/services", "/etc/protocols")

# These too must be found out before /etc is covered: the group number that crontab(1) was
# installed with, and the version of OpenSSH.
CRONTAB_GROUP = grp.getgrnam("crontab").gr_gid
SSH_SAYS = subprocess.run(["ssh", "-V"], text=True, stderr=subprocess.PIPE).stderr
OPENSSH = tuple(int(n) for n in re.match(r"OpenSSH_(\d+)\.(\d+)", SSH_SAYS).groups())

DAEMONS = {
    "sshd": ["/usr/sbin/sshd", "-D"],
    "nginx": ["/usr/sbin/nginx", "-e", "stderr"],
    "cron": ["/usr/sbin/cron", "-f"],
    "scripts": [sys.executable, "/run/tool/scripts.py"],
}

SSHD = """\
Port 22
AddressFamily inet
HostKey /etc/ssh/host_key
UsePAM yes
PermitRootLogin prohibit-password
KbdInteractiveAuthentication no
PasswordAuthentication yes
PrintMotd no
"""
# From 9.8 on sshd shuts out an address that guesses; the hosts of the story do not do that yet.
SSHD += "PerSourcePenalties no\n" if OPENSSH >= (9, 8) else ""
SSH = """\
StrictHostKeyChecking no
UserKnownHostsFile /dev/null
LogLevel ERROR
"""
NGINX = """\
user www-data;
worker_processes 1;
daemon off;
pid /run/nginx.pid;
error_log syslog:server=unix:/dev/log,tag=nginx_error,nohostname warn;
events { worker_connections 256; }
http {
	types { text/html html; text/css css; text/plain txt sh; }
	default_type application/octet-stream;
	client_body_temp_path /run/nginx/body;
	proxy_temp_path /run/nginx/proxy;
	fastcgi_temp_path /run/nginx/fastcgi;
	uwsgi_temp_path /run/nginx/uwsgi;
	scgi_temp_path /run/nginx/scgi;
	access_log syslog:server=unix:/dev/log,tag=nginx,nohostname combined;
	log_not_found off;
	server {
		listen 80 default_server;
		root /srv/www;
%s	}
}
"""
# The mistake that lets the attacker in: whoever may upload forms may upload scripts.
NGINX_UPLOADS = r"""
		location /uploads/ { dav_methods PUT; }
		location ~ ^/uploads/.*\.php$ {
			dav_methods PUT;
			if ($request_method = GET) { proxy_pass http://unix:/run/nginx/scripts.sock; }
		}
"""
CRONTAB = """\
MAILTO=""
SHELL=/bin/sh
PATH=/usr/bin:/bin
* * * * * root curl -fsS http://127.0.0.1/healthz -o /dev/null
*/2 * * * * www-data find /srv/www/uploads -name '*.part' -mmin +60 -delete
"""
PAM = """\
auth required pam_unix.so
account required pam_unix.so
session required pam_unix.so
"""


def keep():
    """The files of the machine that a node's /etc needs a copy of."""
    found = (pathlib.Path(path) for path in KEPT)
    return {str(path): path.read_bytes() for path in found if path.exists()}


def accounts_of(name):
    return [account for account in city.ACCOUNTS if name in account.hosts]


def site_of(name):
    return next((host.site for host in city.HOSTS if host.name == name), name)


def _hash(password):
    return subprocess.run(["openssl", "passwd", "-6", password], check=True, text=True,
                          stdout=subprocess.PIPE).stdout.strip()


def _users(accounts):
    """Make passwd, shadow and group."""
    system = (("root", 0, "/run/root"), ("sshd", 105, "/run/sshd"), ("www-data", 33, "/srv/www"),
              ("nobody", 65534, "/nonexistent"))
    passwd = [f"{name}:x:{uid}:{uid}::{home}:/bin/sh" for name, uid, home in system]
    shadow = [f"{name}:*:20000:0:99999:7:::" for name, _, _ in system]
    group = [f"{name}:x:{gid}:" for name, gid, _ in system]
    group += [f"crontab:x:{CRONTAB_GROUP}:", "shadow:x:42:", "tty:x:5:"]
    for account in accounts:
        passwd.append(f"{account.name}:x:{account.uid}:{account.uid}::/srv/home/{account.name}:/bin/sh")
        shadow.append(f"{account.name}:{_hash(account.password)}:20000:0:99999:7:::")
        group.append(f"{account.name}:x:{account.uid}:")
    return ["\n".join(lines) + "\n" for lines in (passwd, shadow, group)]


def files(name):
    """Every file of a node's /etc: path, text, mode."""
    passwd, shadow, group = _users(accounts_of(name))
    uploads = NGINX_UPLOADS if name == city.TAX.name else ""
    made = {
        "/etc/hostname": name + "\n",
        "/etc/hosts": "127.0.0.1 localhost\n",
        "/etc/nsswitch.conf": "passwd: files\ngroup: files\nshadow: files\nhosts: files\n",
        "/etc/passwd": passwd,
        "/etc/group": group,
        "/etc/crontab": CRONTAB,
        "/etc/ssh/sshd_config": SSHD,
        "/etc/ssh/ssh_config": SSH,
        "/etc/nginx/nginx.conf": NGINX % uploads,
    }
    made.update({f"/etc/pam.d/{service}": PAM for service in ("sshd", "cron", "other")})
    private = {"/etc/shadow": shadow, "/etc/ssh/host_key": pathlib.Path("/run/tool/host_key").read_text()}
    return {path: (text, 0o644) for path, text in made.items()} | \
        {path: (text, 0o600) for path, text in private.items()}
