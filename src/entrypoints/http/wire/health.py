"""The schemas of health responses, for operators."""

from typing import Annotated, Literal

from msgspec import Meta

from entrypoints.http.wire.base import Schema


class Health(Schema):
    """The process lives."""

    status: Literal["ok"]
    version: Annotated[str, Meta(examples=["1.0.0"])]


class DatabaseCheck(Schema):
    """Whether the database answers, after how many milliseconds, and whether it can be written."""

    status: Literal["ok", "read-only", "unavailable"]
    latency_ms: Annotated[float | None, Meta(examples=[0.8])]
    writable: Annotated[bool, Meta(examples=[True])]


class MigrationsCheck(Schema):
    """Which revision the schema has, and which one this program was made for."""

    status: Literal["ok", "behind", "unknown"]
    current: Annotated[str | None, Meta(examples=["0005"])]
    head: Annotated[str, Meta(examples=["0005"])]


class ReadinessChecks(Schema):
    """What readiness depends on."""

    database: DatabaseCheck
    migrations: MigrationsCheck


class Readiness(Schema):
    """Whether requests can be served. `stopping`: the server is about to stop, and wants no new ones."""

    status: Literal["ok", "unavailable", "stopping"]
    checks: ReadinessChecks


class SettingCheck(Schema):
    """One judgement on the settings."""

    name: Annotated[str, Meta(examples=["allowed_hosts"])]
    status: Literal["ok", "warning", "error"]
    detail: Annotated[str, Meta(examples=["any host is answered"])]


class Configuration(Schema):
    """Whether the settings are sound. No value of a secret is shown."""

    status: Literal["ok", "error"]
    environment: Annotated[str, Meta(examples=["production"])]
    checks: list[SettingCheck]
