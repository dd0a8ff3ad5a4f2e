"""Litestar with its companion library for databases, as their documentation has it: plugin, model, repository, service.

One asynchronous session a request, and the account behind the token is loaded on every request.
"""

import datetime as dt
import os
from typing import Annotated, Any
from uuid import UUID, uuid4

import msgspec
from advanced_alchemy.base import DefaultBase
from advanced_alchemy.exceptions import NotFoundError
from advanced_alchemy.extensions.litestar import (
    EngineConfig,
    SQLAlchemyAsyncConfig,
    SQLAlchemyPlugin,
    providers,
    repository,
    service,
)
from advanced_alchemy.filters import LimitOffset, OrderBy
from litestar import Controller, Litestar, Request, get, post
from litestar.connection import ASGIConnection
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.params import Parameter
from litestar.security.jwt import JWTAuth, Token
from sqlalchemy import ForeignKey, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

CONNECTIONS = 10

database = SQLAlchemyAsyncConfig(
    connection_string="postgresql+psycopg://",  # libpq's variables say where
    engine_config=EngineConfig(pool_size=CONNECTIONS),
    before_send_handler="autocommit",
)


def now() -> dt.datetime:
    """Return the time."""
    return dt.datetime.now(dt.UTC)


class User(DefaultBase):
    """An account."""

    __tablename__ = "users"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    timezone: Mapped[str]
    disabled_at: Mapped[dt.datetime | None]


class Task(DefaultBase):
    """A task as it is stored."""

    __tablename__ = "tasks"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    title: Mapped[str]
    description: Mapped[str]
    completed_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    priority: Mapped[str]
    due_date: Mapped[dt.date | None] = mapped_column(default=None)
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text))
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    updated_at: Mapped[dt.datetime] = mapped_column(default=now)
    version: Mapped[int] = mapped_column(default=1)


class TaskInput(msgspec.Struct):
    """What a client may write."""

    title: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
    description: Annotated[str, msgspec.Meta(max_length=16_384)] = ""
    priority: str = "none"
    due_date: dt.date | None = None
    tags: list[str] = msgspec.field(default_factory=list)


class TaskShown(msgspec.Struct):
    """What a client is shown."""

    id: UUID
    title: str
    description: str
    completed_at: dt.datetime | None
    priority: str
    due_date: dt.date | None
    tags: list[str]
    created_at: dt.datetime
    updated_at: dt.datetime
    version: int


class TaskService(service.SQLAlchemyAsyncRepositoryService[Task]):
    """What can be done with tasks."""

    class Repository(repository.SQLAlchemyAsyncRepository[Task]):
        """How they are stored."""

        model_type = Task

    repository_type = Repository


async def current_user(token: Token, connection: ASGIConnection[Any, Any, Any, Any]) -> User | None:
    """Return the account that the token speaks for."""
    session: AsyncSession = database.provide_session(connection.app.state, connection.scope)
    user = await session.get(User, UUID(token.sub))
    return user if user is not None and user.disabled_at is None else None


class TaskController(Controller):
    """The routes."""

    path = "/api/tasks"
    dependencies = providers.create_service_dependencies(TaskService, "tasks")

    @get("/{task_id:uuid}")
    async def read_task(self, request: Request[User, Token, Any], tasks: TaskService, task_id: UUID) -> TaskShown:
        """Return one task of the user."""
        try:
            task = await tasks.get(task_id)
        except NotFoundError:
            raise NotFoundException from None
        if task.user_id != request.user.id:
            raise PermissionDeniedException
        return tasks.to_schema(task, schema_type=TaskShown)

    @get()
    async def list_tasks(
        self,
        request: Request[User, Token, Any],
        tasks: TaskService,
        limit: Annotated[int, Parameter(ge=1, le=200)] = 50,
        offset: Annotated[int, Parameter(ge=0)] = 0,
    ) -> dict[str, list[TaskShown]]:
        """Return a page of the user's tasks, newest first."""
        newest = OrderBy("created_at", "desc"), OrderBy("id", "desc")
        found = await tasks.get_many(LimitOffset(limit, offset), *newest, user_id=request.user.id)
        return {"items": list(tasks.to_schema(found, schema_type=TaskShown).items)}

    @post()
    async def create_task(self, request: Request[User, Token, Any], tasks: TaskService, data: TaskInput) -> TaskShown:
        """Make a task."""
        task = await tasks.create({**msgspec.structs.asdict(data), "user_id": request.user.id})
        return tasks.to_schema(task, schema_type=TaskShown)


authentication = JWTAuth[User](
    retrieve_user_handler=current_user,
    token_secret=os.environ["PEER_SECRET"],
    accepted_audiences=[os.environ["PEER_AUDIENCE"]],
)

app = Litestar(
    [TaskController],
    on_app_init=[authentication.on_app_init],
    plugins=[SQLAlchemyPlugin(config=database)],
    logging_config=None,
    openapi_config=None,
)
