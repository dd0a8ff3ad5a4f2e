"""Checks as values: a function of a harness, with the cases that it runs for."""

import itertools
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import attrs

from todo_core.testing.contract.harness import StoreHarness

Function = TypeVar("Function", bound=Callable[..., Awaitable[None]])

STORE_CHECKS: list["Check"] = []
"""Every check of the Store port, in the order of their modules."""


@attrs.frozen
class Check:
    """One promise of the contract. `run` raises AssertionError when the store breaks it."""

    name: str
    run: Callable[[StoreHarness], Awaitable[None]]

    def __str__(self) -> str:
        return self.name


def cases(names: str | Sequence[str], values: Iterable[Any], **_: object) -> Callable[[Function], Function]:
    """Run a check once for each of the values. Several of these make every combination."""
    keys = (names,) if isinstance(names, str) else tuple(names)
    arguments = [dict(zip(keys, (value,) if isinstance(names, str) else value, strict=True)) for value in values]

    def declare(function: Function) -> Function:
        vars(function).setdefault("cases", []).append(arguments)
        return function

    return declare


def check(function: Function) -> Function:
    """Add a function, which takes a harness and the values of its cases, to the checks."""
    module = function.__module__.rpartition(".")[2]
    for number, combination in enumerate(itertools.product(*vars(function).get("cases", []))):
        arguments = {name: value for case in combination for name, value in case.items()}
        suffix = f"[{number}]" if arguments else ""
        STORE_CHECKS.append(Check(f"{module}.{function.__name__}{suffix}", _bound(function, arguments)))
    return function


def _bound(function: Function, arguments: dict[str, Any]) -> Callable[[StoreHarness], Awaitable[None]]:
    return lambda harness: function(harness, **arguments)


@contextmanager
def expect(error: type[BaseException]) -> Iterator[None]:
    """Assert that the block raises this error."""
    try:
        yield
    except error:
        return
    raise AssertionError(f"{error.__name__} was not raised")
