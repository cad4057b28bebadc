"""The columns of ten.yaml by Faker or Mimesis, as their users write it: one call a value, one CSV line a row.

Usage: python_words.py faker|mimesis ROWS RUNS  ->  rows per second of processor time of each run, as one JSON line.
"""

import json
import sys
import time
from datetime import date

START, END = date(1950, 1, 1), date(2005, 12, 31)
STATUSES = (["active", "inactive", "pending", "suspended"], [70, 15, 10, 5])


def with_faker():
    import random
    from faker import Faker

    fake = Faker("en_US")

    def line(row):
        first, last = fake.first_name(), fake.last_name()
        born = fake.date_between_dates(date_start=START, date_end=END)
        return (
            f"{row},{fake.uuid4()},{first},{last},{first.lower()}.{last.lower()}{row}@example.com,{fake.city()},"
            f"{born},{random.randint(100, 100000) / 100:.2f},{random.choices(*STATUSES)[0]},{fake.boolean()}\n"
        )

    return line


def with_mimesis():
    from mimesis import Address, Cryptographic, Datetime, Development, Finance, Person
    from mimesis.locales import Locale
    from mimesis.random import Random

    person, address, finance = Person(Locale.EN), Address(Locale.EN), Finance(Locale.EN)
    when, crypto, development, random = Datetime(), Cryptographic(), Development(), Random()

    def line(row):
        first, last = person.first_name(), person.last_name()
        born = when.date(start=1950, end=2005)
        price = finance.price(minimum=1, maximum=1000)
        status = random.choices(*STATUSES)[0]
        return (
            f"{row},{crypto.uuid()},{first},{last},{first.lower()}.{last.lower()}{row}@example.com,{address.city()},"
            f"{born},{price:.2f},{status},{development.boolean()}\n"
        )

    return line


def main():
    peer, rows, runs = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    line = {"faker": with_faker, "mimesis": with_mimesis}[peer]()
    rates = []
    with open("/dev/null", "w") as sink:
        for _ in range(runs + 1):
            start = time.process_time()
            for row in range(rows):
                sink.write(line(row))
            rates.append(rows / (time.process_time() - start))
    print(json.dumps(rates[1:]))


main()
