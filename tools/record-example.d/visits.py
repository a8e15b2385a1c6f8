"""Ordinary days go on: citizens, a crawler, a health check and the staff's uploads.

Runs on the node of ordinary people until it is stopped. Chance is seeded, so that two
recordings differ in their times but not in their character.
"""
import http.client
import random
import time

import city


def ask(host, source, agent, path, method="GET", body=None):
    """Make one request from one of our addresses; what comes back does not matter."""
    line = http.client.HTTPConnection(host.address, 80, timeout=5, source_address=(source, 0))
    try:
        line.request(method, path, body, {"User-Agent": agent, "Accept": "*/*"})
        line.getresponse().read()
    except OSError:
        pass  # a visitor whose connection fails goes away
    finally:
        line.close()


def citizen(chance):
    """Somebody looks at a page or two; the browser also asks for an icon that is not there."""
    host, source = chance.choice(city.HOSTS), chance.choice(city.CITIZENS)
    agent = chance.choice(city.BROWSERS)
    ask(host, source, agent, "/")
    for path in chance.sample(city.PAGES[host.site], 2):
        ask(host, source, agent, path)
    if chance.random() < 0.3:
        ask(host, source, agent, chance.choice(city.MISSING))


def crawler(chance):
    host = chance.choice(city.HOSTS)
    ask(host, city.CRAWLER, city.CRAWLER_AGENT, "/robots.txt")
    ask(host, city.CRAWLER, city.CRAWLER_AGENT, chance.choice(city.PAGES[host.site]))


def health_check(_):
    for host in city.HOSTS:
        ask(host, city.JUMP_HOST, "curl/7.88.1", "/healthz")


def upload(chance):
    """The tax office puts a form on its site, the way the attacker later puts a script there."""
    name = f"/uploads/form-{chance.randrange(100, 999)}.pdf"
    ask(city.TAX, chance.choice(city.DESKS), "TaxDesk/4.2", name, "PUT", b"%PDF-1.4\n% a form\n")


HABITS = (
    # who, every how many seconds on average
    (citizen, 2), (crawler, 25), (health_check, 20), (upload, 40),
)


def main():
    chance = random.Random(119)
    while True:
        for habit, every_s in HABITS:
            if chance.random() < 1 / every_s:
                habit(chance)
        time.sleep(1)


if __name__ == "__main__":
    main()
