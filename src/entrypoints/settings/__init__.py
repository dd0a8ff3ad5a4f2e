"""The settings: one frozen object, read once. Nothing else reads the environment or the files of settings.

    load        reads all settings, with their rules and defaults, into a `tree` of typed values
    sources     the environment, `.env` (`dotenv_file`), `.secrets.toml` and `settings.toml` (`toml_file`)
    layers      lays them over each other, with dynaconf
    reader      takes typed values out of what was set, and collects what is wrong
    better_auth the settings of an external issuer
    tracing     the settings of traces
    rules       one function for each kind of value; `network_rules` for hosts and URLs, with `urls`

`ConfigurationError` holds everything that is wrong, one line each.
"""

from entrypoints.settings.load import load_settings
from entrypoints.settings.reader import ConfigurationError
from entrypoints.settings.secret import Secret
from entrypoints.settings.tree import (
    BetterAuthMode,
    BetterAuthSettings,
    DatabaseSettings,
    Environment,
    KeySettings,
    LogFormat,
    LogSettings,
    NetworkSettings,
    PasswordSettings,
    Registration,
    ServerSettings,
    Settings,
    TimeLimits,
    TracingSettings,
)

__all__ = [
    "BetterAuthMode",
    "BetterAuthSettings",
    "ConfigurationError",
    "DatabaseSettings",
    "Environment",
    "KeySettings",
    "LogFormat",
    "LogSettings",
    "NetworkSettings",
    "PasswordSettings",
    "Registration",
    "Secret",
    "ServerSettings",
    "Settings",
    "TimeLimits",
    "TracingSettings",
    "load_settings",
]
