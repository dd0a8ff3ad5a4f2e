"""SQLAlchemy compiles a statement once; psycopg runs its text.

The text is fixed: a list is bound as an array (`= ANY`), never expanded, and the values that a caller passes are
`bindparam`s without a value.
"""

from collections.abc import Mapping
from typing import Any

import attrs
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

DIALECT: sa.Dialect = PGDialect_psycopg(paramstyle="format")  # type: ignore[no-untyped-call] # SQLAlchemy has not typed it


@attrs.frozen(cache_hash=True)
class Statement:
    """The text of a statement with `%s` for values, the names of these in order, and their types in SQL."""

    sql: str
    names: tuple[str, ...]
    constants: Mapping[str, object] = attrs.field(eq=False)
    binds: Mapping[str, sa.types.TypeEngine[Any]] = attrs.field(eq=False)

    @property
    def types(self) -> Mapping[str, str]:
        """The types of the values in SQL."""
        return {name: _type_in_sql(type_) for name, type_ in self.binds.items()}

    @classmethod
    def of(cls, statement: sa.ClauseElement) -> "Statement":
        """Compile a statement whose text is the same for all values."""
        compiled = statement.compile(dialect=DIALECT)
        assert isinstance(compiled, sa.sql.compiler.SQLCompiler)  # noqa: S101 - DDL has another compiler
        assert not compiled.literal_execute_params | compiled.post_compile_params  # noqa: S101 - these change the text
        names = tuple(compiled.positiontup or ())
        constants = {name: compiled.binds[name].value for name in names if not compiled.binds[name].required}
        binds = {name: compiled.binds[name].type for name in names}
        return cls(str(compiled), names, constants, binds)

    def bind(self, values: Mapping[str, object]) -> tuple[object, ...]:
        """Return the values in the order of the text; those that it does not name are left out."""
        bound = {**self.constants, **values}
        return tuple(map(bound.__getitem__, self.names))


def _type_in_sql(type_: sa.types.TypeEngine[Any]) -> str:
    return "" if isinstance(type_, sa.types.NullType) else DIALECT.type_compiler_instance.process(type_)


def bindparam(name: str, type_: sa.types.TypeEngine[Any] | None = None) -> sa.BindParameter[Any]:
    """Return a required parameter; the type is needed where the context of the parameter has none."""
    return sa.bindparam(name, type_=type_)


MAX_ROWS = bindparam("max_rows", sa.BigInteger())
