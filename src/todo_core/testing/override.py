"""`typing.override` (PEP 698), which Python 3.11 lacks. Type checkers know it from typeshed."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from typing_extensions import override
else:
    Method = TypeVar("Method", bound=Callable)

    def override(method: Method) -> Method:
        """Return the method: the mark is for type checkers."""
        return method


__all__ = ["override"]
