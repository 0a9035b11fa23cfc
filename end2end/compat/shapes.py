"""Tables of tasks, as SQLModel makes them, in the shapes in which such systems keep them.

    python shapes.py SHAPE ADA BOB [FILE]

ADA and BOB are the ids of the owners. With a file, it makes a SQLite database there, with users of its own; without one, it
prints the statements for PostgreSQL, each with its parameters, as lines of JSON.
"""

import enum
import json
import sys
import uuid
from datetime import date, datetime, timezone

from argon2 import PasswordHasher
from pydantic import NaiveDatetime
from sqlalchemy import ARRAY, JSON, Boolean, Column, Date, DateTime, String, create_mock_engine, insert
from sqlalchemy.dialects import postgresql
from sqlmodel import Field, Session, SQLModel, create_engine

shape, ada, bob, *file = sys.argv[1:]
PASSWORD = "correct horse battery"
NAIVE = datetime(2025, 3, 1, 10, 0, 0, 250000)
MADE = NAIVE.replace(tzinfo=timezone.utc)


class Priority(str, enum.Enum):
    low = "low"
    medium = "medium"
    high = "high"


class Status(str, enum.Enum):
    pending = "pending"
    completed = "completed"


def uid(number: int) -> uuid.UUID:
    return uuid.UUID(f"0199aa00-0000-7000-8000-{number:012x}")


if file:
    # Users of a FastAPI service that has no Better Auth beside it.
    is_uuid = shape == "uuid_and_flags"
    Id = uuid.UUID if is_uuid else int
    people = [uid(1), uid(2)] if is_uuid else [1, 2]

    class User(SQLModel, table=True):
        __tablename__ = "users"
        id: Id = Field(primary_key=True)
        email: str = Field(unique=True)
        full_name: str
        hashed_password: str
        is_active: bool = True

    hasher = PasswordHasher()
    rows = [User(id=id, email=email, full_name=email[:3], hashed_password=hasher.hash(PASSWORD)) for id, email in zip(people, ["ada@example.com", "bob@example.com"])]
else:
    people, rows, Id = [ada, bob], [], str

if shape == "integers":

    class Task(SQLModel, table=True):
        __tablename__ = "tasks"
        id: int = Field(primary_key=True)
        user_id: Id = Field(index=True)
        title: str
        description: str | None = None
        completed: bool = False
        created_at: datetime = Field(default=MADE)
        updated_at: datetime = Field(default=MADE)

    rows += [Task(id=7, user_id=people[0], title="Buy milk", description="two", completed=True), Task(id=8, user_id=people[1], title="His")]

elif shape == "uuid_and_flags":

    class Task(SQLModel, table=True):
        id: uuid.UUID = Field(primary_key=True)
        owner_id: Id = Field(index=True)
        title: str
        is_completed: bool = False
        priority: Priority = Priority.medium
        due_date: NaiveDatetime | None = None
        created_at: NaiveDatetime = Field(default=NAIVE)

    rows += [
        Task(id=uid(7), owner_id=people[0], title="Buy milk", is_completed=True, priority=Priority.high, due_date=datetime(2026, 3, 1)),
        Task(id=uid(8), owner_id=people[1], title="His"),
    ]

elif shape == "status_and_json":

    class Task(SQLModel, table=True):
        __tablename__ = "todos"
        id: int = Field(primary_key=True)
        user_id: Id
        name: str
        status: Status = Status.pending
        tags: list[str] = Field(default_factory=list, sa_column=Column(JSON))
        due_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
        created_at: datetime = Field(default=MADE)

    rows += [
        Task(id=7, user_id=people[0], name="Buy milk", status=Status.completed, tags=["home", "shop"], due_at=datetime(2026, 3, 1, tzinfo=timezone.utc)),
        Task(id=8, user_id=people[1], name="His"),
    ]

elif shape == "camel_case_and_arrays":

    class Task(SQLModel, table=True):
        __tablename__ = "Task"
        id: str = Field(primary_key=True)
        owner: Id = Field(sa_column=Column("userId", String))
        title: str
        done: bool = Field(default=False, sa_column=Column("isCompleted", Boolean))
        due: date | None = Field(default=None, sa_column=Column("dueDate", Date))
        priority: str = "P3"
        tags: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(String)))

    rows += [
        Task(id="cm5abc", owner=people[0], title="Buy milk", done=True, due=date(2026, 3, 1), priority="P1", tags=["home", "shop"]),
        Task(id="cm5def", owner=people[1], title="His"),
    ]

elif shape == "tags_of_their_own":

    class Tag(SQLModel, table=True):
        id: int = Field(primary_key=True)
        name: str

    class TaskTagLink(SQLModel, table=True):
        __tablename__ = "task_tag_link"
        task_id: int = Field(primary_key=True)
        tag_id: int = Field(primary_key=True)

    class Task(SQLModel, table=True):
        id: int = Field(primary_key=True)
        owner_id: Id
        title: str
        completed: bool = False
        due_date: date | None = None
        deleted_at: datetime | None = None

    rows += [
        Task(id=7, owner_id=people[0], title="Buy milk", completed=True, due_date=date(2026, 3, 1)),
        Task(id=8, owner_id=people[1], title="His"),
        Task(id=9, owner_id=people[0], title="Gone", deleted_at=MADE),
        Tag(id=1, name="home"),
        Tag(id=2, name="shop"),
        TaskTagLink(task_id=7, tag_id=1),
        TaskTagLink(task_id=7, tag_id=2),
    ]

elif shape == "words":

    class Task(SQLModel, table=True):
        __tablename__ = "todo_items"
        id: str = Field(primary_key=True)
        user_id: Id
        content: str
        notes: str | None = None
        state: str = "open"
        priority: str = "LOW"
        deadline: str | None = None
        labels: str = ""

    rows += [
        Task(id="V1StGXR8", user_id=people[0], content="Buy milk", notes="two", state="done", priority="HIGH", deadline="2026-03-01", labels="home,shop"),
        Task(id="Z5jdHi6B", user_id=people[1], content="His"),
    ]

else:
    sys.exit(f"there is no shape {shape}")

if file:
    engine = create_engine(f"sqlite:///{file[0]}")
    SQLModel.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all(rows)
        session.commit()
else:
    dialect = postgresql.dialect(paramstyle="numeric_dollar")

    def parameter(value, kind):
        if isinstance(value, enum.Enum):
            return value.name
        return json.dumps(value) if isinstance(kind, JSON) else value

    def say(statement, *_, **__):
        compiled = statement.compile(dialect=dialect)
        binds = compiled.construct_params() or {}
        names = getattr(compiled, "positiontup", None) or []
        print(json.dumps([str(compiled), [parameter(binds[name], compiled.binds[name].type) for name in names]], default=str))

    SQLModel.metadata.create_all(create_mock_engine("postgresql://", say), checkfirst=False)
    for row in rows:
        table = row.__table__
        # By the columns' names, which may differ from the attributes'.
        say(insert(table).values({table.c[column.name]: getattr(row, row.__mapper__.get_property_by_column(column).key) for column in table.c}))
