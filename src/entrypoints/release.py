"""Which release this is."""

from importlib.metadata import PackageNotFoundError, version


def release() -> str:
    """Return the version of the installed distribution."""
    try:
        return version("todo-core")
    except PackageNotFoundError:  # run from the sources, without an installation
        return "unreleased"
