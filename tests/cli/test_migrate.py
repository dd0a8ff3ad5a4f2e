"""`todo migrate`, and what it would do."""

from adapters.postgres.migrate import current, script
from tests.cli.conftest import Todo


def test_command_prints_and_changes_nothing(todo: Todo, settings: dict[str, str], empty_database: str) -> None:
    """`todo migrate --sql` prints the statements that the database lacks."""
    settings["TODO_DATABASE_URL"] = empty_database

    result = todo("migrate", "--sql")

    assert (result.exit_code, result.stdout) == (0, script(None))
    assert current(empty_database) is None
