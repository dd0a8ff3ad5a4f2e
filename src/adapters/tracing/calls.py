"""A stand-in for an object whose asynchronous methods are recorded, each under its name."""

import inspect
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import wraps
from typing import Any

Record = Callable[[str], AbstractContextManager[None]]


class TracedCalls:
    """Passes everything on to `part`, and records what is awaited.

    A call is named as in `store.create_task`; a unit of work is one call, `store.write`. A part of `part`, or what is
    made by a method that does not wait, is stood in for, too: `store.read.tasks.page`.
    """

    def __init__(self, part: object, name: str, record: Record) -> None:
        self._part = part
        self._name = name
        self._record = record

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the part has
        """Return the attribute of the part, recorded; it is looked up once."""
        value = self._traced(getattr(self._part, name), f"{self._name}.{name}")
        setattr(self, name, value)
        return value

    def _traced(self, value: Any, name: str) -> Any:  # noqa: ANN401 - the same
        if inspect.iscoroutinefunction(value):
            return self._recorded(value, name)
        if inspect.ismethod(value):
            return lambda *given, **named: self._traced(value(*given, **named), name)
        return TracedCalls(value, name, self._record) if _is_part(value) else value

    def _recorded(self, call: Callable[..., Any], name: str) -> Callable[..., Any]:
        @wraps(call)
        async def recorded(*given: object, **named: object) -> object:
            with self._record(name):
                return await call(*given, **named)

        return recorded


def _is_part(value: object) -> bool:
    """Say whether a value is a part that speaks to the database."""
    return type(value).__module__.startswith("adapters.postgres.")
