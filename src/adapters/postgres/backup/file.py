"""The file of a backup: a ZIP archive with what pg_dump wrote, perhaps keys, and a manifest that describes them.

The members are stored as they are, so any `unzip` gets at them: without this program `database.dump` is restored by
`pg_restore`.
"""

import json
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from time import localtime
from typing import IO, Any

import attrs

from adapters.postgres.backup.errors import BackupError

FORMAT = "todo-core backup 1"
MANIFEST = "manifest.json"
DUMP = "database.dump"
CHUNK = 1 << 20
MAX_MANIFEST_BYTES = 1 << 20
_DAMAGED = (zipfile.BadZipFile, EOFError, KeyError, NotImplementedError, RuntimeError, ValueError, TypeError)
"""What `zipfile`, `json` and wrong members raise for a file that is not whole, or something else."""


@attrs.frozen
class Member:
    """A member of the archive: its size and its SHA-256."""

    bytes: int
    sha256: str


@attrs.frozen
class Manifest:
    """What is in a backup.

    Attributes:
        created_at: the instant at which it was begun, RFC 3339 in UTC.
        release: of the program that made it.
        postgresql: the major version of the server.
        schema: the PostgreSQL schema that holds the tables.
        revision: the newest migration in it.
        rows: how many rows each table has.
        members: the other members of the archive, by name.
    """

    created_at: str
    release: str
    postgresql: int
    schema: str
    revision: str
    rows: Mapping[str, int]
    members: Mapping[str, Member] = attrs.field(factory=dict)

    def dump(self) -> bytes:
        """Return it as JSON."""
        return json.dumps({"format": FORMAT, **attrs.asdict(self)}, indent=1).encode()

    @classmethod
    def parse(cls, text: bytes) -> "Manifest":
        """Read it from JSON. Raises ValueError, TypeError or KeyError when it is none."""
        found: dict[str, Any] = json.loads(text)
        if found.pop("format") != FORMAT:
            raise ValueError(found)
        members = {name: Member(int(each["bytes"]), str(each["sha256"])) for name, each in found.pop("members").items()}
        rows = {str(table): int(number) for table, number in found.pop("rows").items()}
        return cls(**found, rows=rows, members=members)


@attrs.frozen
class Writer:
    """Writes the members of a new backup."""

    archive: zipfile.ZipFile
    members: dict[str, Member] = attrs.field(factory=dict, init=False)

    @contextmanager
    def member(self, name: str) -> Iterator[Callable[[bytes], None]]:
        """Yield what appends to a member."""
        digest, size = sha256(), 0
        with self.archive.open(zipfile.ZipInfo(name, localtime()[:6]), "w", force_zip64=True) as member:

            def write(chunk: bytes) -> None:
                nonlocal size
                size += len(chunk)
                digest.update(chunk)
                member.write(chunk)

            yield write
        self.members[name] = Member(size, digest.hexdigest())

    def finish(self, manifest: Manifest) -> Manifest:
        """Write the manifest, with all members in it, and return it."""
        whole = attrs.evolve(manifest, members=dict(self.members))
        self.archive.writestr(MANIFEST, whole.dump())
        return whole


@contextmanager
def new_file(path: Path) -> Iterator[Writer]:
    """Yield a writer whose file appears at `path` when the block ends, whole and on the disk, or not at all.

    Only its owner can read it: hashes of passwords are in it. Raises BackupError, also when there is such a file.
    """
    if path.exists():
        raise BackupError(f"{path} exists already: name another file")
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
        try:
            with os.fdopen(descriptor, "w+b") as file:
                with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
                    yield Writer(archive)
                file.flush()
                os.fsync(file.fileno())
            Path(name).rename(path)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        raise BackupError(f"{path} cannot be written: {error.strerror or error}") from error


@attrs.frozen
class Backup:
    """A backup that was read: its manifest, and every member as it was written."""

    path: Path
    manifest: Manifest
    _archive: zipfile.ZipFile

    @classmethod
    @contextmanager
    def open(cls, path: Path) -> Iterator["Backup"]:
        """Read a backup, and compare every member with its checksum. Raises BackupError."""
        with _readable(path), zipfile.ZipFile(path) as archive:
            backup = cls(path, Manifest.parse(_limited(archive, MANIFEST)), archive)
            for name, member in backup.manifest.members.items():
                if _measured(archive, name) != member:
                    raise BackupError(f"{path} is damaged: {name} is not what was written")
            archive.getinfo(DUMP)
        with zipfile.ZipFile(path) as archive:
            yield attrs.evolve(backup, archive=archive)

    def small(self, name: str) -> bytes | None:
        """Return the bytes of a small member, None when it is not in there."""
        return _limited(self._archive, name) if name in self.manifest.members else None

    @contextmanager
    def stream(self) -> Iterator[IO[bytes]]:
        """Yield the dump, to be read from its beginning."""
        with self._archive.open(DUMP) as member:
            yield member


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Raise BackupError for a file that cannot be used, or is none of ours."""
    try:
        yield
    except OSError as error:
        raise BackupError(f"{path}: {error.strerror or error}") from error
    except _DAMAGED as error:
        raise BackupError(f"{path} is damaged, or no file that `todo backup` made") from error


def _limited(archive: zipfile.ZipFile, name: str) -> bytes:
    if archive.getinfo(name).file_size > MAX_MANIFEST_BYTES:
        raise ValueError(name)
    return archive.read(name)


def _measured(archive: zipfile.ZipFile, name: str) -> Member:
    digest, size = sha256(), 0
    with archive.open(name) as member:
        while chunk := member.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return Member(size, digest.hexdigest())
