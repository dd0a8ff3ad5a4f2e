"""`.env`: what is read, what is left to other programs, and that no slip goes unseen."""

from pathlib import Path

import pytest

from tests.settings.loading import Load, problems


@pytest.mark.parametrize(
    ("line", "host"),
    [
        ("TODO_HOST=a", "a"),
        ("export TODO_HOST=a", "a"),
        ("  TODO_HOST = a  ", "a"),
        ("TODO_HOST=a # where", "a"),
        ("TODO_HOST='a' # where", "a"),
        ('TODO_HOST="a"', "a"),
        ("\ufeffTODO_HOST=a", "a"),  # from a file that was joined to another
        ("# TODO_HOST=a", "127.0.0.1"),
        ("TODO_HOST=", "127.0.0.1"),
        ("TODO_HOST=''", "127.0.0.1"),
        ("TODO_HOST= # none", "127.0.0.1"),
    ],
)
def test_lines(load: Load, tmp_path: Path, line: str, host: str) -> None:
    """A line may be exported, spaced, quoted and commented, and may leave the value empty."""
    (tmp_path / ".env").write_text(f"\n{line}\n")

    assert host == load().server.host


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("todo_port=", "todo_port: there is no such setting; did you mean TODO_PORT?"),
        ("Todo_Port=1", "Todo_Port: there is no such setting; did you mean TODO_PORT?"),
        ("TODO-PORT=", "TODO-PORT: there is no such setting; did you mean TODO_PORT?"),
        ("TODO.PORT=1", "TODO.PORT: there is no such setting; did you mean TODO_PORT?"),
        ("TODO_PORT:1", "TODO_PORT:1: there is no such setting; did you mean TODO_PORT?"),
        ('"TODO_PORT"=1', '"TODO_PORT": there is no such setting; did you mean TODO_PORT?'),
        ("TODOPORT=1", "TODOPORT: there is no such setting; did you mean TODO_PORT?"),
        ("TOOD_PORT=1", "TOOD_PORT: there is no such setting; did you mean TODO_PORT?"),
        ("TODO_PROT=1", "TODO_PROT: there is no such setting; did you mean TODO_PORT?"),
        ("TODO_ZZZ=", "TODO_ZZZ: there is no such setting"),
        ("TODO_TODO_PORT=1", "TODO_TODO_PORT: there is no such setting; did you mean TODO_PORT?"),
        ("\u200bTODO_PORT=1", "\\u200bTODO_PORT: there is no such setting; did you mean TODO_PORT?"),
        ("database_url=postgresql://db", "database_url: there is no such setting; did you mean TODO_DATABASE_URL?"),
        ("TODO_PORT", "TODO_PORT: has no value: write = and the value after it, or remove the line"),
        ("export TODO_PORT", "TODO_PORT: has no value: write = and the value after it, or remove the line"),
        ("TODO_PORT 1", "is not NAME=value"),
        ("TODO_PORT='1", "is not NAME=value"),
        ("TODO_PORT='1'2", "is not NAME=value"),
        ("one two three", "is not NAME=value"),
        ("TODO_PORT=http", "TODO_PORT: must be a whole number from 1 to 65535, not 'http'"),
        ("TODO_PORT=1;", "TODO_PORT: must be a whole number from 1 to 65535, not '1;'"),
        ("TODO_WORKERS=1\nTODO_WORKERS=1", "TODO_WORKERS: is set a second time: .env:3 sets it too: keep one"),
        ("TODO_WORKERS=\nexport TODO_WORKERS=1", "TODO_WORKERS: is set a second time: .env:3 sets it too: keep one"),
    ],
)
def test_slips(load: Load, tmp_path: Path, line: str, problem: str) -> None:
    """What is not read as it was meant is an error that names the line."""
    (tmp_path / ".env").write_text(f"# one\n\n{line}\nTODO_HOST=a\n")

    assert problems(load) == (f".env:{3 + line.count(chr(10))}: {problem}",)


def test_other_programs(load: Load, tmp_path: Path) -> None:
    """Variables of other programs may stand in the file, in any form: in several lines, twice, without a value."""
    key = "'-----BEGIN KEY-----\nTODO_PROT=1\n-----END KEY-----'"
    (tmp_path / ".env").write_text(f'KEY={key}\nPORT=1\nPORT=2\nFLAG\nnext.public=1\nTODO_PORT=3\nMODE="x\ny"\n')

    assert load().server.port == 3


def test_open_quote(load: Load, tmp_path: Path) -> None:
    """A quote that is not closed is an error of its line, and the lines after it count for themselves."""
    (tmp_path / ".env").write_text("NAME='x\nTODO_PROT=1\nTODO_HOST=\"a\n")

    assert problems(load) == (
        ".env:1: is not NAME=value",
        ".env:2: TODO_PROT: there is no such setting; did you mean TODO_PORT?",
        ".env:3: is not NAME=value",
    )


def test_nothing_is_printed(load: Load, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The library's own warnings about a line that is reported are not heard."""
    (tmp_path / ".env").write_text("one two three\n")

    assert (problems(load), caplog.records) == ((".env:1: is not NAME=value",), [])
