"""Merges sources with dynaconf: later sections over earlier ones, later sources over earlier ones."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from entrypoints.settings.entries import Entry, Section, Sections


def lay(sources: Mapping[str, Sections], environment: str) -> Section:
    """Return the entries that count in an environment.

    The last source that has a key wins, and in it the environment's own section before `default`. dynaconf gets `Entry`
    objects, not texts: it would convert a text, or read it as a directive.
    """
    with _without_variables():
        from dynaconf import Dynaconf  # noqa: PLC0415 - it reads variables on import
        from dynaconf.loaders.base import BaseLoader  # noqa: PLC0415 - the same

        layers = Dynaconf(core_loaders=[], env=environment, environments=True, envvar_prefix=None, loaders=[])
        loader = BaseLoader(
            layers, environment, "settings", extensions=(), file_reader=None, string_reader=sources.__getitem__
        )
        loader.load(list(sources))
        return {key: value for key, value in layers.as_dict().items() if isinstance(value, Entry)}


@contextmanager
def _without_variables() -> Iterator[None]:
    """Empty the process's environment for a moment, before there are threads.

    dynaconf reads dozens of variables, which override its arguments: `SETTINGS_FILE_FOR_DYNACONF`, `DYNACONF_…`.
    """
    variables = dict(os.environ)
    os.environ.clear()
    try:
        yield
    finally:
        os.environ.update(variables)
