"""What Alembic runs. There is no ini file: `adapters.postgres.migrate` hands over the connection and the tables."""

from alembic import context

if context.is_offline_mode():
    context.configure(dialect_name="postgresql", transaction_per_migration=True)
else:
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=context.config.attributes["metadata"],
        transaction_per_migration=True,
        compare_server_default=True,
    )
with context.begin_transaction():
    context.run_migrations()
