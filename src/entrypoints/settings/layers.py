"""Lays sources over each other with dynaconf: section over section, source over source."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from entrypoints.settings.entries import Entry, Section, Sections


def lay(sources: Mapping[str, Sections], environment: str) -> Section:
    """Return what counts in an environment: of the last source that has it, from its section before its `default`.

    dynaconf is given entries, not texts: an entry has no type to guess, and is no order to read a file or a variable.
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

    dynaconf obeys dozens of variables, above what it is told in code: `SETTINGS_FILE_FOR_DYNACONF`, `DYNACONF_…`.
    """
    variables = dict(os.environ)
    os.environ.clear()
    try:
        yield
    finally:
        os.environ.update(variables)
