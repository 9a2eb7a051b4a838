"""Logs for the benchmark: a real server under a shop's load, and longer ones of it.

The server writes stderr, csvlog and jsonlog at once. The load has some fifty shapes of
statements in each of three protocols (simple, extended, prepared), loops, plans of
auto_explain, temporary files, lock waits, errors and connections; on demand also
thousands of statements that all differ.
"""

from __future__ import annotations

import multiprocessing
import random
import re
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

import psycopg

from analyzer.domain.target import Address
from analyzer.embedded.cluster import Cluster, ClusterSpec, free_port

PREFIX = "%m [%p] %c %v %x %e %Q %q%u@%d/%a %h "
SUFFIXES = {"stderr": "log", "csvlog": "csv", "jsonlog": "json"}
PASSWORD = "benchmark-only"
CLIENTS = 3
WIDE_COLUMNS = 14
Connection = psycopg.Connection[tuple[Any, ...]]
SETTINGS = {
    "logging_collector": "on",
    "log_destination": "stderr,csvlog,jsonlog",
    "log_filename": "server.log",
    "log_rotation_size": "0",
    "log_line_prefix": PREFIX,
    "log_min_duration_statement": "0",
    "log_lock_waits": "on",
    "deadlock_timeout": "5ms",
    "log_temp_files": "0",
    "log_connections": "on",
    "log_disconnections": "on",
    "log_checkpoints": "on",
    "log_autovacuum_min_duration": "0",
    "autovacuum_naptime": "5s",
    "compute_query_id": "on",
    "fsync": "off",
    "lc_messages": "C",
    "shared_preload_libraries": "auto_explain",
    "auto_explain.log_min_duration": "3ms",
    "auto_explain.log_analyze": "off",
}
SCHEMA = f"""
CREATE TABLE customer AS SELECT n AS id, 'customer ' || n AS name,
  n % 97 AS city, n % 2 = 0 AS active FROM generate_series(1, 5000) AS n;
CREATE TABLE product AS SELECT n AS id, 'product ' || n AS name, n % 40 AS category,
  (n % 900) / 10.0 AS price, n % 70 AS stock FROM generate_series(1, 3000) AS n;
CREATE TABLE orders AS SELECT n AS id, n % 5000 + 1 AS customer, 'paid' AS status,
  repeat('x', 50) AS note, now() AS made_at FROM generate_series(1, 20000) AS n;
CREATE TABLE item AS SELECT n AS id, n % 20000 + 1 AS orders, n % 3000 + 1 AS product,
  n % 5 + 1 AS amount FROM generate_series(1, 60000) AS n;
CREATE TABLE event (id bigserial PRIMARY KEY, customer int, kind text, seen_at
  timestamptz DEFAULT now(), payload jsonb);
CREATE TABLE wide (id int PRIMARY KEY, {
    ", ".join(f"c{n} int" for n in range(WIDE_COLUMNS))
});
CREATE UNIQUE INDEX ON customer (id);
CREATE UNIQUE INDEX ON product (id);
CREATE UNIQUE INDEX ON orders (id);
CREATE INDEX ON orders (customer);
CREATE UNIQUE INDEX ON item (id);
CREATE INDEX ON item (orders);
CREATE INDEX ON item (product);
"""
# What stands in braces is a value: a constant or a parameter.
TEXTS = (
    "SELECT id, name, city FROM customer WHERE id = {customer}",
    "SELECT name FROM customer WHERE id = {customer} AND active",
    "SELECT * FROM product WHERE id = {product}",
    "SELECT id, price FROM product WHERE id = {product} AND stock > {small}",
    "SELECT id, name, price\n  FROM product\n WHERE category = {category}\n ORDER BY"
    " price DESC\n LIMIT 20 /* page: products */",
    "SELECT count(*) FROM product WHERE category = {category}",
    "SELECT id, status, made_at FROM orders WHERE customer = {customer}",
    "SELECT id, status FROM orders WHERE id = {order}",
    "SELECT o.id, i.product, i.amount\nFROM orders AS o\n\tJOIN item AS i ON i.orders ="
    " o.id\nWHERE o.id = {order} -- basket",
    "SELECT sum(i.amount * p.price) FROM item i JOIN product p ON p.id = i.product"
    " WHERE i.orders = {order}",
    "SELECT p.name, i.amount FROM item i JOIN product p ON p.id = i.product WHERE"
    " i.orders IN (SELECT id FROM orders WHERE customer = {customer})",
    "SELECT max(id) FROM orders WHERE customer = {customer} AND status = {word}",
    "SELECT id FROM event WHERE customer = {customer} ORDER BY id DESC LIMIT 5",
    "SELECT kind, count(*) FROM event WHERE customer = {customer} GROUP BY kind",
    "SELECT id, name FROM product WHERE id = ANY(ARRAY[{product}, {product}, {small}])",
    "SELECT id, name FROM product WHERE id IN ({product}, {product}, {product},"
    " {product}, {small})",
    "SELECT c.name, (SELECT count(*) FROM orders o WHERE o.customer = c.id) FROM"
    " customer c WHERE c.id = {customer}",
    "SELECT coalesce(max(price), 0) FROM product WHERE category = {category} AND stock"
    " BETWEEN 1 AND {small}",
    "SELECT exists(SELECT 1 FROM orders WHERE customer = {customer})",
    "UPDATE orders SET status = {word} WHERE id = {order}",
    "UPDATE product SET stock = stock - 1 WHERE id = {product}",
    "UPDATE customer SET city = {small}, active = true WHERE id = {customer}",
    "INSERT INTO event (customer, kind) VALUES ({customer}, {word})",
    "INSERT INTO event (customer, kind, payload) VALUES ({customer}, {word},"
    ' \'{{"page": "shop: LOG", "at": 7}}\')',
    "DELETE FROM event WHERE id = {order}",
    "WITH mine AS (SELECT id FROM orders WHERE customer = {customer}) SELECT count(*)"
    " FROM item JOIN mine ON mine.id = item.orders",
    "SELECT id, row_number() OVER (ORDER BY price) FROM product WHERE category ="
    " {category}",
    "SELECT date_trunc('day', made_at), count(*) FROM orders WHERE customer ="
    " {customer} GROUP BY 1 ORDER BY 1",
    "SELECT name FROM product WHERE id = {product}"
    " /*action='show',controller='products',traceparent='00-0af7651916cd43dd8448eb211c"
    "80319c-b7ad6b7169203331-01'*/",
    "SELECT 'it''s ' || name FROM customer WHERE id = {customer}",
)
WORDS = ("paid", "sent", "open", "it's late", "back")
FAILING = (
    "SELECT 1/0",
    "SELECT * FROM no_such_table WHERE id = 4711",
    "INSERT INTO wide (id) VALUES (0), (0)",
    "SELECT 'a'::int",
)
SLOW = (
    "SELECT note, id FROM orders ORDER BY note, id DESC OFFSET 19990",
    "SELECT customer, count(*) FROM orders GROUP BY customer ORDER BY 2 DESC LIMIT 3",
    "SELECT p.category, sum(i.amount) FROM item i JOIN product p ON p.id = i.product "
    "GROUP BY 1 ORDER BY 2 DESC",
)
_VALUE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, kw_only=True)
class Load:
    """How much to log.

    Attributes:
        megabytes: of stderr.
        distinct: statements that all differ, beside the usual ones.
    """

    megabytes: float
    distinct: int


def written_logs(folder: Path, load: Load) -> dict[str, Path]:
    """The logs in the three formats, by format."""
    spec = ClusterSpec(
        data_dir=folder / "server",
        port=free_port(),
        password=PASSWORD,
        settings=SETTINGS,
    )
    with Cluster(spec) as cluster:
        log = cluster.spec.data_dir / "log" / "server.log"
        address = Address(
            host="127.0.0.1",
            port=cluster.port,
            database="postgres",
            user="postgres",
            password=PASSWORD,
        )
        with connected(address) as connection:
            connection.execute(SCHEMA.encode())
        clients = [
            multiprocessing.get_context("fork").Process(
                target=_client, args=(address, load.distinct, number), daemon=True
            )
            for number in range(CLIENTS)
        ]
        for client in clients:
            client.start()
        while log.stat().st_size < load.megabytes * 1e6:
            if not all(client.is_alive() for client in clients):
                raise SystemExit("a client of the benchmark has ended")
            time.sleep(0.2)
        for client in clients:
            client.terminate()
            client.join()
    # A stopped collector has written everything.
    found = {}
    for name, suffix in SUFFIXES.items():
        found[name] = folder / f"all.{suffix}"
        shutil.move(log.with_suffix(f".{suffix}"), found[name])
    shutil.rmtree(folder / "server")
    return found


def connected(address: Address) -> Connection:
    """A connection of the shop, which commits by itself."""
    return psycopg.connect(
        host=address.host,
        port=address.port,
        dbname=address.database,
        user=address.user,
        password=address.password,
        application_name="shop",
        autocommit=True,
    )


def _client(address: Address, distinct: int, number: int) -> None:
    chance = random.Random(4711 + number)
    wide = _wide_texts(distinct, number)
    turns = cycle(range(10))
    while True:
        with connected(address) as connection:
            _pages(connection, chance, wide)
            _special(connection, chance, next(turns))


def _wide_texts(distinct: int, number: int) -> Iterator[str]:
    """Statements that differ in their columns, again and again."""
    chance = random.Random(number)
    numbers = list(range(1, distinct + 1))
    chance.shuffle(numbers)
    for mask in cycle(numbers):
        columns = [f"c{n}" for n in range(WIDE_COLUMNS) if mask >> n & 1]
        listed = ", ".join(columns)
        yield f"SELECT {listed} FROM wide WHERE id = {chance.randrange(10**6)}"


def _pages(connection: Connection, chance: random.Random, wide: Iterator[str]) -> None:
    for page in range(60):
        if page % 15 == 0:
            # The clients meet here, and wait for each other.
            with suppress(psycopg.Error), connection.transaction():
                connection.execute("UPDATE customer SET city = city + 1 WHERE id = 1")
                time.sleep(0.02)
        for _ in range(6):
            _send(connection, chance, chance.choice(TEXTS))
        for _ in range(4):
            connection.execute(next(wide).encode())
        with connection.transaction():
            _send(connection, chance, TEXTS[0])
            # One after the other, each with an id of its own.
            for step in range(chance.choice((1, 2, 8))):
                connection.execute(
                    "SELECT amount FROM item WHERE orders = %s", (step * 7 + 1,)
                )


def _send(connection: Connection, chance: random.Random, text: str) -> None:
    values: list[object] = []
    protocol = chance.randrange(3)
    draw: Mapping[str, Callable[[], object]] = {
        "customer": lambda: chance.randrange(1, 5001),
        "product": lambda: chance.randrange(1, 3001),
        "order": lambda: chance.randrange(1, 20_001),
        "category": lambda: chance.randrange(40),
        "small": lambda: chance.randrange(1, 60),
        "word": lambda: chance.choice(WORDS),
    }

    def value(found: re.Match[str]) -> str:
        drawn = draw[found[1]]()
        if protocol:
            values.append(drawn)
            return "%s"
        shown = str(drawn).replace("'", "''")
        return shown if isinstance(drawn, int) else f"'{shown}'"

    filled = _VALUE.sub(value, text.replace("{{", "\0").replace("}}", "\1"))
    filled = filled.replace("\0", "{").replace("\1", "}")
    # Deadlocks and the like are part of the load.
    with suppress(psycopg.Error):
        if protocol:
            connection.execute(filled.encode(), values, prepare=protocol == 2)
        else:
            connection.execute(filled.encode())


def _special(connection: Connection, chance: random.Random, turn: int) -> None:
    with suppress(psycopg.Error):
        connection.execute(chance.choice(FAILING))
    if turn % 3 == 0:
        connection.execute("SET work_mem = '64kB'")
        with suppress(psycopg.Error):
            connection.execute(chance.choice(SLOW))


def copies(path: Path, count: int, target: Path) -> None:
    """A log so many times, each a day later and of sessions of its own."""
    data = path.read_bytes()
    first = re.search(rb"\d{4}-\d\d-\d\d", data)
    if first is None:
        raise SystemExit(f"{path} has no dates")
    begun = date.fromisoformat(first[0].decode())
    dates = [begun, begun + timedelta(days=1)]
    with target.open("wb") as file:
        for day in range(count):
            moved = data
            for known in reversed(dates):
                later = known + timedelta(days=day)
                for head in (b"\n", b'\n{"timestamp":"'):
                    moved = moved.replace(
                        head + known.isoformat().encode(),
                        head + later.isoformat().encode(),
                    )
            file.write(_with_sessions(moved, day) if day else moved)


def _with_sessions(data: bytes, day: int) -> bytes:
    """The log of other sessions: the start of each is moved by some days."""
    known: dict[bytes, bytes] = {}

    def moved(found: re.Match[bytes]) -> bytes:
        start = known.get(found[1])
        if start is None:
            later = int(found[1], 16) + day * 86_400
            start = known[found[1]] = f"{later:x}".encode()
        return found[0].replace(found[1], start)

    return re.sub(rb"(?:\] |,|\")([0-9a-f]{8})\.[0-9a-f]{1,8}(?=[ ,\"])", moved, data)


def sizes(paths: Sequence[Path]) -> int:
    """Bytes of some files."""
    return sum(path.stat().st_size for path in paths)
