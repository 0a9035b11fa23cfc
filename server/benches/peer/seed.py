"""Fills an empty database: `python seed.py USERS TASKS`.

User n is `user-{n:06}`, with the e-mail `user-{n:06}@example.com` and the password below. Task n belongs to user
n % USERS, has the id `00000000-0000-4000-8000-{n:012x}`, and the higher n, the newer it is.
"""

import sys
from datetime import timedelta

from sqlalchemy import insert
from sqlmodel import Session, SQLModel

from main import Task, User, engine, hasher, now

PASSWORD = "correct horse battery"
USERS, TASKS = int(sys.argv[1]), int(sys.argv[2])
HASH = hasher.hash(PASSWORD)
START = now() - timedelta(seconds=TASKS)


def user(n: int) -> dict:
    return {"id": f"user-{n:06}", "name": f"User {n}", "email": f"user-{n:06}@example.com", "password_hash": HASH}


def task(n: int) -> dict:
    return {
        "id": f"00000000-0000-4000-8000-{n:012x}",
        "user_id": f"user-{n % USERS:06}",
        "title": f"Task {n}: bring the books back to the library",
        "description": "Two novels and an atlas, due by the end of the week." if n % 2 else None,
        "completed": n % 3 == 0,
        "created_at": (time := START + timedelta(seconds=n)),
        "updated_at": time,
    }


SQLModel.metadata.create_all(engine)
with Session(engine) as session:
    for model, row, count in (User, user, USERS), (Task, task, TASKS):
        for first in range(0, count, 10_000):
            session.execute(insert(model), [row(n) for n in range(first, min(first + 10_000, count))])
    session.commit()
engine.dispose()
