"""The attacker's scanner: asks a site for names that careless sites have."""
import time

import city
import visits


def main():
    for path in city.SCANNED:
        visits.ask(city.TAX, city.ATTACKER, city.SCANNER_AGENT, path)
        time.sleep(0.15)


if __name__ == "__main__":
    main()
