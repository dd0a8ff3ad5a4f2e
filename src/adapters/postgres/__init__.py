"""The Store port on PostgreSQL, and what else is kept there: rate limits, the audit record, its own health.

SQLAlchemy Core describes tables and statements, psycopg runs them.
"""

from adapters.postgres.audit import AuditRecord, EventFilter
from adapters.postgres.connecting import PoolSettings
from adapters.postgres.health import DatabaseReadiness
from adapters.postgres.inspection import Inspection, inspect
from adapters.postgres.pool import Database
from adapters.postgres.rate_limits import RateLimitCounters, Window
from adapters.postgres.schema import Schema, State
from adapters.postgres.store import PostgresStore

__all__ = [
    "AuditRecord",
    "Database",
    "DatabaseReadiness",
    "EventFilter",
    "Inspection",
    "PoolSettings",
    "PostgresStore",
    "RateLimitCounters",
    "Schema",
    "State",
    "Window",
    "inspect",
]
