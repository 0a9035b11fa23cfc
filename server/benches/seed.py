"""Fills Holdfast's SQLite database as `peer/seed.py` fills the peer's: `python3 seed.py FILE USERS TASKS OWNERS`.

The file has the schema and one user, made by `holdfast migrate` and `holdfast user create`, whose password everybody
gets. Users and tasks are the peer's, but that the tasks belong to the first OWNERS of the users, in turn: few tasks of
few owners are as long a list as many of many. Each user has a session, `session-{n:06}`, so that tokens are as
those of a sign-in.

It needs nothing but Python's own library: rows go in without their indexes, which are made again afterwards.
"""

import sqlite3
import sys
import time

FILE, (USERS, TASKS, OWNERS) = sys.argv[1], map(int, sys.argv[2:])
NOW = int(time.time() * 1000)
START = NOW - TASKS * 1000
YEAR = 365 * 24 * 3600 * 1000
# As `app/src/position.rs`: each hexadecimal digit turned over, so that the newest comes first.
TURNED = str.maketrans("0123456789abcdef", "FEDCBA9876543210", "-")


def user(n: int) -> tuple:
    return f"user-{n:06}", f"User {n}", f"user-{n:06}@example.com", HASH, NOW, NOW


def session(n: int) -> tuple:
    return f"session-{n:06}", f"user-{n:06}", True, NOW + YEAR, NOW, NOW, NOW


def task(n: int) -> tuple:
    id = f"00000000-0000-4000-8000-{n:012x}"
    title = f"Task {n}: bring the books back to the library"
    description = "Two novels and an atlas, due by the end of the week." if n % 2 else None
    completed, at = n % 3 == 0, START + n * 1000
    return (
        *(id, f"user-{n % OWNERS:06}", title, title.lower(), description, description and description.lower()),
        *(completed, at if completed else None, id.translate(TURNED), at, at),
    )


def fill(table: str, columns: str, row, count: int):
    places = ", ".join("?" for _ in columns.split(","))
    connection.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places})", map(row, range(count)))


connection = sqlite3.connect(FILE, isolation_level=None)
connection.execute("PRAGMA journal_mode = OFF")
connection.execute("PRAGMA synchronous = OFF")
connection.execute("PRAGMA cache_size = -500000")
(HASH,) = connection.execute("SELECT password_hash FROM users").fetchone()
indexes = connection.execute("SELECT name, sql FROM sqlite_master WHERE tbl_name = 'tasks' AND type = 'index' AND sql NOT NULL").fetchall()

connection.execute("BEGIN")
connection.execute("DELETE FROM users")
for name, _ in indexes:
    connection.execute(f"DROP INDEX {name}")
fill("users", "id, name, email, password_hash, created_at, updated_at", user, USERS)
fill("sessions", "id, user_id, remember, expires_at, created_at, updated_at, last_seen_at", session, USERS)
fill(
    "tasks",
    "id, user_id, title, title_key, description, description_key, completed, completed_at, position, created_at, updated_at",
    task,
    TASKS,
)
for _, sql in indexes:
    connection.execute(sql)
connection.execute("COMMIT")
connection.execute("PRAGMA journal_mode = WAL")
connection.close()
