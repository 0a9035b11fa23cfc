"""The service that Holdfast's benchmark is compared with: the same tasks and accounts in FastAPI, SQLModel and SQLite.

It is written as FastAPI's and SQLModel's documentation teach it, with the same owner filter, the same index, the same
argon2id cost and the same durability: WAL with synchronous=FULL, so that an acknowledged create is on the disk. Of the
contract it has what a load client drives: the six task routes, sign-up and sign-in. Errors are FastAPI's own.

    python3.11 -m venv .venv && .venv/bin/pip install -r requirements.txt
    export DATABASE=/tmp/peer.db BETTER_AUTH_SECRET=$(openssl rand -base64 48)
    .venv/bin/python seed.py 1000 100000   # makes the tables too; `seed.py 0 0` does nothing else
    .venv/bin/uvicorn main:app --port 8000 --no-access-log
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal
from uuid import uuid4

import jwt
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from fastapi import Depends, FastAPI, HTTPException, Query, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints
from pydantic.alias_generators import to_camel
from sqlalchemy import Index, event
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, Session, SQLModel, col, create_engine, select

SECRET = os.environ["BETTER_AUTH_SECRET"]
engine = create_engine(
    f"sqlite:///{os.environ['DATABASE']}",
    connect_args={"check_same_thread": False, "timeout": 30},
    # No limit: with one, FastAPI's threads wait for connections of requests that wait for a thread, until the timeout.
    pool_size=0,
)


@event.listens_for(engine, "connect")
def set_pragmas(connection, _):
    for pragma in "journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON":
        connection.execute(f"PRAGMA {pragma}")


def now() -> datetime:
    return datetime.now(UTC)


class Row(SQLModel):
    id: str = Field(default_factory=lambda: str(uuid4()), primary_key=True)
    created_at: datetime = Field(default_factory=now)
    updated_at: datetime = Field(default_factory=now)


class User(Row, table=True):
    name: str
    email: str = Field(unique=True)  # in lower case
    email_verified: bool = False
    image: str | None = None
    password_hash: str


class Task(Row, table=True):
    __table_args__ = (Index("tasks_by_creation", "user_id", "created_at", "id"),)

    user_id: str
    title: str
    description: str | None = None
    completed: bool = False


# SQLite's datetimes come back without their zone.
Time = Annotated[datetime, AfterValidator(lambda time: time if time.tzinfo else time.replace(tzinfo=UTC))]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Description = Annotated[str, StringConstraints(strip_whitespace=True, max_length=5000), AfterValidator(lambda text: text or None)]
Email = Annotated[str, StringConstraints(to_lower=True, max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]


class TaskCreate(BaseModel):
    title: Title
    description: Description | None = None
    completed: bool = False


class TaskUpdate(TaskCreate):
    title: Title = ""  # what is absent stays


class Completion(BaseModel):
    completed: bool


class TaskPublic(BaseModel):
    id: str
    user_id: str
    title: str
    description: str | None
    completed: bool
    created_at: Time
    updated_at: Time


class SignIn(BaseModel):
    email: Email
    password: str


class SignUp(SignIn):
    name: str


class UserPublic(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, from_attributes=True, validate_by_name=True)

    id: str
    name: str
    email: str
    email_verified: bool
    image: str | None
    created_at: Time
    updated_at: Time


class SignedIn(BaseModel):
    token: str
    user: UserPublic


def get_session() -> Iterator[Session]:
    with Session(engine) as session:
        yield session


SessionDep = Annotated[Session, Depends(get_session)]
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))]


async def get_owner(user_id: str, credentials: Credentials) -> str:
    """The user of the token, who must be the one of the path."""
    challenge = 'Bearer realm="holdfast"'
    if credentials is None:
        raise HTTPException(401, "Not authenticated", {"WWW-Authenticate": challenge})
    try:
        claims = jwt.decode(credentials.credentials, SECRET, algorithms=["HS256"], options={"require": ["exp", "sub"]})
    except jwt.InvalidTokenError:
        raise HTTPException(401, "Invalid token", {"WWW-Authenticate": challenge + ', error="invalid_token"'}) from None
    if claims["sub"] != user_id:
        raise HTTPException(403, "Not your tasks")
    return user_id


Owner = Annotated[str, Depends(get_owner)]

app = FastAPI(title="Tasks")


def find(session: Session, owner: str, task_id: str) -> Task:
    task = session.exec(select(Task).where(Task.id == task_id, Task.user_id == owner)).first()
    if task is None:
        raise HTTPException(404, "No such task")
    return task


def save(session: Session, row: SQLModel):
    session.add(row)
    session.commit()
    session.refresh(row)
    return row


@app.get("/api/{user_id}/tasks", response_model=list[TaskPublic])
def list_tasks(
    owner: Owner,
    session: SessionDep,
    status: Literal["all", "pending", "completed"] = "all",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
):
    query = select(Task).where(Task.user_id == owner)
    if status != "all":
        query = query.where(Task.completed == (status == "completed"))
    return session.exec(query.order_by(col(Task.created_at).desc(), col(Task.id).desc()).limit(limit)).all()


@app.post("/api/{user_id}/tasks", response_model=TaskPublic, status_code=201)
def create_task(body: TaskCreate, owner: Owner, session: SessionDep, response: Response):
    task = save(session, Task(user_id=owner, **body.model_dump()))
    response.headers["Location"] = f"/api/{owner}/tasks/{task.id}"
    return task


@app.get("/api/{user_id}/tasks/{task_id}", response_model=TaskPublic)
def read_task(task_id: str, owner: Owner, session: SessionDep):
    return find(session, owner, task_id)


@app.put("/api/{user_id}/tasks/{task_id}", response_model=TaskPublic)
def update_task(task_id: str, body: TaskUpdate, owner: Owner, session: SessionDep):
    task = find(session, owner, task_id)
    task.sqlmodel_update(body.model_dump(exclude_unset=True) | {"updated_at": now()})
    return save(session, task)


@app.delete("/api/{user_id}/tasks/{task_id}", status_code=204)
def delete_task(task_id: str, owner: Owner, session: SessionDep) -> None:
    session.delete(find(session, owner, task_id))
    session.commit()


@app.patch("/api/{user_id}/tasks/{task_id}/complete", response_model=TaskPublic)
def complete_task(task_id: str, owner: Owner, session: SessionDep, body: Completion | None = None):
    task = find(session, owner, task_id)
    task.completed = body.completed if body else not task.completed
    task.updated_at = now()
    return save(session, task)


hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# What a password is checked against when there is no such user, so that both take the same time.
NOBODYS_HASH = hasher.hash("nobody")


def signed_in(user: User) -> SignedIn:
    claims = {"sub": user.id, "email": user.email, "name": user.name, "iat": now(), "exp": now() + timedelta(days=7)}
    return SignedIn(token=jwt.encode(claims, SECRET, algorithm="HS256"), user=UserPublic.model_validate(user))


@app.post("/api/auth/sign-up/email")
def sign_up(body: SignUp, session: SessionDep) -> SignedIn:
    if not 8 <= len(body.password) <= 128:
        raise HTTPException(400, "The password must have 8 to 128 characters")
    try:
        user = save(session, User(name=body.name, email=body.email, password_hash=hasher.hash(body.password)))
    except IntegrityError:
        raise HTTPException(422, "User already exists. Use another email.") from None
    return signed_in(user)


@app.post("/api/auth/sign-in/email")
def sign_in(body: SignIn, session: SessionDep) -> SignedIn:
    user = session.exec(select(User).where(User.email == body.email)).first()
    try:
        hasher.verify(user.password_hash if user else NOBODYS_HASH, body.password)
    except VerifyMismatchError:
        user = None
    if user is None:
        raise HTTPException(401, "Invalid email or password")
    return signed_in(user)
