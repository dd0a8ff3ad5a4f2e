"""The settings: one frozen tree, read once. Only this package reads the environment, `.env` and `settings.toml`."""

from entrypoints.settings.load import load_settings
from entrypoints.settings.reader import ConfigurationError
from entrypoints.settings.secret import Secret
from entrypoints.settings.tree import (
    DatabaseSettings,
    Environment,
    KeySettings,
    LimitSettings,
    LogFormat,
    LogSettings,
    NetworkSettings,
    PasswordSettings,
    RateLimit,
    Registration,
    ServerSettings,
    Settings,
)

__all__ = [
    "ConfigurationError",
    "DatabaseSettings",
    "Environment",
    "KeySettings",
    "LimitSettings",
    "LogFormat",
    "LogSettings",
    "NetworkSettings",
    "PasswordSettings",
    "RateLimit",
    "Registration",
    "Secret",
    "ServerSettings",
    "Settings",
    "load_settings",
]
