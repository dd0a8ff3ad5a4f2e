"""PostgreSQL over TLS with SCRAM, as hosted ones are: URLs as Neon gives them work, and each mistake is one line."""

from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest
from click.testing import Result

from tests.cli.conftest import command_line
from tests.clusters import Cluster, Programs, debian_programs, running
from tests.conftest import directory_for_all
from tests.neighbours.certificates import write_certificate
from tests.serving import free_port

STRICT = "sslmode=verify-full&channel_binding=require"


@attrs.frozen
class Hosted:
    """A server that lets nobody in without TLS. `certificate` is its own, and says that it is `localhost`."""

    cluster: Cluster
    certificate: Path
    other: Path
    """A certificate of somebody else, for the same name."""

    def url(self, query: str, host: str = "localhost") -> str:
        """Return a URL with parameters; what stands in braces is the path of a certificate."""
        return f"{self.cluster.url(host=host)}?{query.format(ours=self.certificate, other=self.other)}"


@pytest.fixture(scope="module")
def hosted() -> Iterator[Hosted]:
    """Run such a server, with an empty database."""
    with directory_for_all("todo-tls-") as place:
        for name in ("server", "other"):
            write_certificate(place / f"{name}.pem", place / f"{name}.key", "localhost")
        programs = Programs.find(place, debian_programs())
        with running(Cluster.create(programs, place / "hosted", free_port())) as cluster:
            for name in ("server.pem", "server.key"):
                cluster.write(name, place.joinpath(name).read_text())
            cluster.data.joinpath("server.key").chmod(0o600)
            rules = cluster.data.joinpath("pg_hba.conf").read_text()
            cluster.write("pg_hba.conf", rules.replace("host ", "hostssl "))
            cluster.configure(ssl="on", ssl_cert_file="server.pem", ssl_key_file="server.key")
            cluster.stop()
            cluster.start()
            yield Hosted(cluster, place / "server.pem", place / "other.pem")


def run(url: str, directory: Path, *command: str) -> Result:
    """Run `todo` on this database."""
    settings = {"TODO_DATABASE_URL": url, "TODO_DATA_DIR": str(directory / "data")}
    with command_line(settings, directory) as todo:
        return todo(*command)


def test_strictest_url_works(hosted: Hosted, tmp_path: Path) -> None:
    """`verify-full` with channel binding: the schema is made, the check is content, and a backup can be made."""
    url = hosted.url(STRICT + "&sslrootcert={ours}")

    commands = (("migrate",), ("check",), ("backup", str(tmp_path / "file")))
    assert [0, 0, 0] == [run(url, tmp_path, *command).exit_code for command in commands]
    assert "ok       database: external" in run(url, tmp_path, "check").output.splitlines()


@pytest.mark.parametrize(
    ("query", "host", "words"),
    [
        (STRICT + "&sslrootcert={other}", "localhost", "certificate verify failed"),
        (STRICT + "&sslrootcert={ours}", "127.0.0.1", 'does not match host name "127.0.0.1"'),
        (STRICT + "&sslrootcert=/nowhere.pem", "localhost", 'root certificate file "/nowhere.pem" does not exist'),
        ("sslmode=disable", "localhost", "no encryption"),
    ],
)
def test_mistakes_are_one_line(hosted: Hosted, tmp_path: Path, query: str, host: str, words: str) -> None:
    """A wrong authority, a wrong host, a file that is missing, no TLS: one line each, and exit code 1."""
    checked = run(hosted.url(query, host=host), tmp_path, "check")

    assert_one_line(checked, words)
    assert hosted.cluster.password not in checked.output


def test_wrong_password_is_one_line(hosted: Hosted, tmp_path: Path) -> None:
    """It says whose password is wrong, and shows none."""
    wrong = hosted.url(STRICT + "&sslrootcert={ours}").replace(hosted.cluster.password, "hunter2")

    checked = run(wrong, tmp_path, "check")

    assert_one_line(checked, 'password authentication failed for user "todo"')
    assert "hunter2" not in checked.output


def assert_one_line(result: Result, words: str) -> None:
    """Look whether a command failed in one line with these words."""
    [line] = [line for line in result.output.splitlines() if line.startswith("todo: ")]
    assert (result.exit_code, words in line, "Traceback" in result.output) == (1, True, False), line
