"""The Store port on PostgreSQL. SQLAlchemy Core describes tables and statements, psycopg runs them."""

from adapters.postgres.pool import Database, PoolSettings
from adapters.postgres.store import PostgresStore

__all__ = ["Database", "PoolSettings", "PostgresStore"]
