"""The generated keys in a backup: on request, and never in plain text."""

from pathlib import Path

import pytest

from tests.cli.conftest import Todo
from tests.cli.databases import lines, rows


@pytest.fixture
def passphrase(tmp_path: Path) -> Path:
    """Return a file with a passphrase, as some editors write one."""
    file = tmp_path / "passphrase"
    file.write_text("\ufeffopen sesame\r\n")
    return file


@pytest.fixture
def options(passphrase: Path) -> tuple[str, ...]:
    """Return the options that have keys in a backup."""
    return ("--with-keys", "--passphrase-file", str(passphrase))


def test_keys_travel_encrypted(
    todo: Todo,
    settings: dict[str, str],
    empty_database: str,
    file: Path,
    passphrase: Path,
    options: tuple[str, ...],
) -> None:
    """With a passphrase the generated keys are in the file, not in plain text, and in place after a restore."""
    assert todo("check").exit_code == 0  # it makes them
    keys = Path(settings["TODO_DATA_DIR"]) / "keys"
    assert todo("backup", str(file), *options).exit_code == 0
    assert keys.joinpath("secret").read_bytes() not in file.read_bytes()

    settings |= {"TODO_DATABASE_URL": empty_database, "TODO_DATA_DIR": str(file.parent / "other")}
    passphrase.write_text("open barley")
    refused = todo("restore", str(file), *options)
    assert ["todo: the passphrase is not the one of this backup's keys"] == lines(refused.output)
    assert {} == rows(empty_database)

    passphrase.write_text("open sesame")
    assert todo("restore", str(file), *options).exit_code == 0
    names = ("secret", "signing.json")
    assert [keys.joinpath(name).read_text() for name in names] == [
        file.parent.joinpath("other", "keys", name).read_text() for name in names
    ]


def test_other_keys_are_not_overwritten(
    todo: Todo, settings: dict[str, str], empty_database: str, file: Path, options: tuple[str, ...]
) -> None:
    """Keys that are there already are given up on request only, and before anything else is done."""
    assert todo("check").exit_code == 0
    assert todo("backup", str(file), *options).exit_code == 0
    settings["TODO_DATABASE_URL"] = empty_database
    secret = Path(settings["TODO_DATA_DIR"]) / "keys" / "secret"
    secret.write_text("0123456789abcdef" * 4)

    result = todo("restore", str(file), *options)

    assert (result.exit_code, rows(empty_database)) == (1, {})
    assert [f"todo: {secret} holds other keys: --replace gives them up for those of the backup"] == lines(result.output)


def test_keys_need_a_passphrase(todo: Todo, file: Path) -> None:
    """There is no way to have them in plain text."""
    result = todo("backup", str(file), "--with-keys")

    assert (result.exit_code, file.exists()) == (1, False)
    assert ["todo: --with-keys needs --passphrase-file: keys are kept encrypted only"] == lines(result.output)


def test_where_the_keys_are_is_told(todo: Todo, settings: dict[str, str], file: Path) -> None:
    """Without them the last line names the files that a restore cannot do without."""
    told = todo("backup", str(file)).stderr.splitlines()[-1]

    keys = Path(settings["TODO_DATA_DIR"]) / "keys"
    assert told == f"keys are not in it: keep {keys / 'secret'} and {keys / 'signing.json'}, or use --with-keys"
