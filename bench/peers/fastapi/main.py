"""The design that the specification names, as the documentation of its libraries has it: FastAPI, SQLModel, psycopg.

One synchronous session a request, endpoints in FastAPI's thread pool, and the account behind the token is loaded on
every request.
"""

import datetime as dt
import os
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated
from uuid import UUID, uuid4

import jwt
from fastapi import Depends, FastAPI, HTTPException, Query, status
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import TIMESTAMP, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, Session, SQLModel, col, create_engine, select

SECRET = os.environ["PEER_SECRET"]
AUDIENCE = os.environ["PEER_AUDIENCE"]
THREADS = 40
"""FastAPI's thread pool: with fewer connections than that, threads would wait for each other."""

engine = create_engine("postgresql+psycopg://", pool_size=THREADS)  # libpq's variables say where
app = FastAPI()


class Priority(StrEnum):
    """How urgent a task is."""

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class User(SQLModel, table=True):
    """An account."""

    __tablename__ = "users"

    id: UUID = Field(primary_key=True)
    timezone: str
    disabled_at: dt.datetime | None = Field(sa_type=TIMESTAMP(timezone=True))


class TaskFields(SQLModel):
    """What a client may write."""

    title: str = Field(min_length=1, max_length=500)
    description: str = Field(default="", max_length=16_384)
    priority: Priority = Field(default=Priority.NONE, sa_type=Text)
    due_date: dt.date | None = None
    tags: list[str] = Field(default_factory=list, sa_type=ARRAY(Text))


class TaskShown(TaskFields):
    """What a client is shown."""

    id: UUID
    completed_at: dt.datetime | None
    created_at: dt.datetime
    updated_at: dt.datetime
    version: int


class Tasks(SQLModel):
    """A page of tasks."""

    items: list[TaskShown]


def now() -> dt.datetime:
    """Return the time."""
    return dt.datetime.now(dt.UTC)


class Task(TaskFields, table=True):
    """A task as it is stored."""

    __tablename__ = "tasks"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    user_id: UUID = Field(foreign_key="users.id")
    completed_at: dt.datetime | None = Field(default=None, sa_type=TIMESTAMP(timezone=True))
    created_at: dt.datetime = Field(default_factory=now, sa_type=TIMESTAMP(timezone=True))
    updated_at: dt.datetime = Field(default_factory=now, sa_type=TIMESTAMP(timezone=True))
    version: int = 1


def session() -> Iterator[Session]:
    """Open a session for one request."""
    with Session(engine) as opened:
        yield opened


SessionDependency = Annotated[Session, Depends(session)]


def current_user(
    session: SessionDependency, credentials: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]
) -> User:
    """Return the account that the token speaks for."""
    try:
        claims = jwt.decode(credentials.credentials, SECRET, ["HS256"], audience=AUDIENCE)
    except jwt.InvalidTokenError:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED) from None
    user = session.get(User, UUID(claims["sub"]))
    if user is None or user.disabled_at is not None:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED)
    return user


CurrentUser = Annotated[User, Depends(current_user)]


@app.get("/api/tasks/{task_id}", response_model=TaskShown)
def read_task(task_id: UUID, session: SessionDependency, user: CurrentUser) -> Task:
    """Return one task of the user."""
    task = session.get(Task, task_id)
    if task is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND)
    if task.user_id != user.id:
        raise HTTPException(status.HTTP_403_FORBIDDEN)
    return task


@app.get("/api/tasks", response_model=Tasks)
def list_tasks(
    session: SessionDependency,
    user: CurrentUser,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> dict[str, list[Task]]:
    """Return a page of the user's tasks, newest first."""
    newest = select(Task).where(Task.user_id == user.id).order_by(col(Task.created_at).desc(), col(Task.id).desc())
    return {"items": list(session.exec(newest.offset(offset).limit(limit)))}


@app.post("/api/tasks", response_model=TaskShown, status_code=status.HTTP_201_CREATED)
def create_task(fields: TaskFields, session: SessionDependency, user: CurrentUser) -> Task:
    """Make a task."""
    task = Task.model_validate(fields, update={"user_id": user.id})
    session.add(task)
    session.commit()
    session.refresh(task)
    return task
