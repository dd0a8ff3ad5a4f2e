"""Backups: one file with what `pg_dump` makes of the whole database, and back, in one transaction."""

from adapters.postgres.backup.dump import back_up
from adapters.postgres.backup.errors import BackupError
from adapters.postgres.backup.file import Backup, Manifest
from adapters.postgres.backup.restore import restore
from adapters.postgres.backup.schema import server

__all__ = ["Backup", "BackupError", "Manifest", "back_up", "restore", "server"]
