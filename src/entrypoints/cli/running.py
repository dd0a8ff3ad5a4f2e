"""What sub-commands share: read the settings, and run something with the system open."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from entrypoints.bootstrap import System, open_system
from entrypoints.databases import open_database
from entrypoints.logs import configure_logs
from entrypoints.settings import Settings, load_settings

T = TypeVar("T")


def settings_and_logs() -> Settings:
    """Return the settings, and configure the log by them. Raises ConfigurationError."""
    settings = load_settings()
    configure_logs(settings.logs)
    return settings


def run(work: Callable[[System], Awaitable[T]], settings: Settings | None = None) -> T:
    """Return what `work` returns for the open system; an embedded database is started for it."""
    settings = settings or settings_and_logs()

    async def whole(database_url: str) -> T:
        async with open_system(settings, database_url) as system:
            return await work(system)

    with open_database(settings) as database:
        return asyncio.run(whole(database.url))
