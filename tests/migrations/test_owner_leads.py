"""The owner leads every key, so that a user's rows can live together, on whichever server."""

import sqlalchemy as sa

from adapters.postgres.tables import metadata

OF_NOBODY = {"users", "rate_limits", "identities", "recomputations"}
"""The users themselves, counters of requests from whoever sends them, identities, which outlive their users, and how
far the rules of time zones were followed for all of them."""
WHOSE_IS_IT = {"users_email_key_key", "tasks_id", "lists_id", "personal_tokens_id", "personal_tokens_digest"}
"""What is unique over all users, because it asks whose something is."""

owned = [table for table in metadata.sorted_tables if table.name not in OF_NOBODY]


def unique_keys(table: sa.Table) -> dict[str, list[str]]:
    """Return the columns of each unique constraint and index, primary keys aside."""
    keys: list[sa.UniqueConstraint | sa.Index] = [index for index in table.indexes if index.unique]
    keys += [constraint for constraint in table.constraints if isinstance(constraint, sa.UniqueConstraint)]
    return {str(key.name): [column.name for column in key.columns] for key in keys}


def test_owner_leads_primary_keys() -> None:
    """The first column of every primary key is the user."""
    assert {table.name: "user_id" for table in owned} == {
        table.name: next(iter(table.primary_key.columns)).name for table in owned
    }


def test_owner_leads_foreign_keys() -> None:
    """The first column of every foreign key is the user; users themselves refer to nobody."""
    keys = [key for table in metadata.sorted_tables for key in table.foreign_key_constraints]

    assert {"user_id"} == {key.column_keys[0] for key in keys}


def test_owner_leads_unique_keys() -> None:
    """So does the first of every unique key, but for the few that ask whose something is."""
    everybodys = {
        name
        for table in metadata.sorted_tables
        for name, columns in unique_keys(table).items()
        if columns[0] != "user_id"
    }

    assert everybodys == WHOSE_IS_IT


def test_nothing_is_left_to_the_server() -> None:
    """No sequences, no defaults of time: ids and instants come from the application."""
    defaults = {
        str(column): str(column.server_default.arg)
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.server_default, sa.DefaultClause)
    }

    assert {"0"} == set(defaults.values())
    assert not any(column.identity for table in metadata.sorted_tables for column in table.columns)
