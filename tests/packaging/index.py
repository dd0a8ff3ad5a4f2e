"""An index of packages on loopback that offers, beside what a lock names, newer releases and other builds of it.

Its wheels have the metadata of what is installed here, so that a resolver sees the real dependencies, but no content;
only the build backend is whole. So no network is needed, and an installation takes seconds. Their hashes are not those
of the real files: `relocked` puts them into a copy of a lock. Each `make` on a fresh machine shows that the real hashes
fit.
"""

import hashlib
import os
import re
import threading
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from zipfile import ZipFile

import attrs

BACKEND = {"editables", "hatchling", "packaging", "pathspec", "pluggy", "trove-classifiers"}
NEWER = "99999.0"
PIN = re.compile(r"^(?P<head>(?P<name>[\w.-]+)(?:\[.+\])?==(?P<version>[^\s;]+).*)\n(?: +--hash=.*\n)+", re.MULTILINE)


@attrs.frozen
class Release:
    """One release of a distribution, and the files in its wheel beside METADATA."""

    name: str
    version: str
    metadata: str
    files: dict[str, bytes]

    @classmethod
    def of(cls, found: Distribution) -> "Release":
        """Return what is installed here: the metadata, and for the build backend everything."""
        name = found.metadata["Name"]
        files = {}
        if name in BACKEND:
            packed = [one for one in found.files or () if ".." not in one.parts and one.suffix != ".pyc"]
            files = {str(one): one.read_binary() for one in packed if one.name not in {"METADATA", "WHEEL", "RECORD"}}
        return cls(name, found.version, found.read_text("METADATA") or "", files)

    def newer(self) -> "Release":
        """Return a release of the same dependencies that every resolver prefers."""
        metadata = re.sub(r"^Version: .*$", f"Version: {NEWER}", self.metadata, count=1, flags=re.MULTILINE)
        return Release(self.name, NEWER, metadata, {})

    def write(self, directory: Path, build: str = "") -> str:
        """Write a wheel, its metadata, and a link; return the SHA-256. Installers prefer the higher of two builds."""
        stem = f"{re.sub(r'[-_.]+', '_', self.name)}-{self.version}"
        wheel = directory / f"{stem}-{build and f'{build}-'}py3-none-any.whl"
        with ZipFile(wheel, "w") as archive:
            for name, content in self._packed(f"{stem}.dist-info", build).items():
                archive.writestr(name, content)
        sha256 = hashlib.sha256(wheel.read_bytes()).hexdigest()
        wheel.with_name(f"{wheel.name}.metadata").write_text(self.metadata)
        with (directory / "index.html").open("a") as page:
            page.write(f'<a href="{wheel.name}#sha256={sha256}" data-core-metadata="true">{wheel.name}</a><br>\n')
        return sha256

    def _packed(self, described: str, build: str) -> dict[str, bytes]:
        kind = f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n{build and f'Build: {build}'}\n"
        files = self.files | {f"{described}/METADATA": self.metadata.encode(), f"{described}/WHEEL": kind.encode()}
        record = [f"{name},sha256={digest(content)},{len(content)}\n" for name, content in files.items()]
        return files | {f"{described}/RECORD": "".join([*record, f"{described}/RECORD,,\n"]).encode()}


def digest(content: bytes) -> str:
    """Return the hash of a file as RECORD has it."""
    return urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


@attrs.frozen
class Index:
    """The index: its URL, and what is in it, by normal name: the SHA-256 of the wheel that a lock may name."""

    url: str
    hashes: dict[str, str]

    def relocked(self, lock: str) -> str:
        """Return a lock with the hashes of this index. What is not installed here is for other platforms, and stays."""

        def pin(found: "re.Match[str]") -> str:
            if found["name"] not in self.hashes:
                return found[0]
            return f"{found['head']}\n    --hash=sha256:{self.hashes[found['name']]}\n"

        return PIN.sub(pin, lock)

    def environment(self) -> dict[str, str]:
        """Return variables that have pip use this index and nothing else of the machine's."""
        pip = {"INDEX_URL": self.url, "CONFIG_FILE": os.devnull, "NO_CACHE_DIR": "1"}
        return {"PATH": os.environ["PATH"], **{f"PIP_{name}": value for name, value in pip.items()}}


@contextmanager
def serving_index(directory: Path, lock: str) -> Iterator[Index]:
    """Serve an index with everything that a lock names, for as long as the block."""
    hashes = {}
    for name in pinned(lock):
        with suppress(PackageNotFoundError):  # it is for another platform
            release = Release.of(distribution(name))
            place = directory / "simple" / name
            place.mkdir(parents=True)
            hashes[name] = release.write(place)
            attrs.evolve(release, files={}).write(place, build="1")
            release.newer().write(place)
    handler = partial(Quiet, directory=str(directory))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield Index(f"http://127.0.0.1:{server.server_port}/simple", hashes)
        finally:
            server.shutdown()
            thread.join()


class Quiet(SimpleHTTPRequestHandler):
    """Lists directories, which is what installers read, and logs nothing."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Log nothing."""


def pinned(lock: str) -> dict[str, str]:
    """Return the version of each name in a lock."""
    return {found["name"]: found["version"] for found in PIN.finditer(lock)}
