"""Judges key files, disks and time zones of the machine; `entrypoints.checks` judges the rest."""

import stat
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from entrypoints.checks import Status
from entrypoints.http.ports import ConfigurationCheck

OTHERS_MAY = stat.S_IROTH | stat.S_IWOTH | stat.S_IXOTH | stat.S_IWGRP
"""What nobody may do with a file of keys but its owner; its group may read it, as mounted secrets have it."""
MAX_KEY_AGE = timedelta(days=365)
"""NIST SP 800-57 part 1, 5.3.6: a private signature key signs for one to three years."""
LAST_DAY = timedelta(days=1)
GIB = 2**30
LITTLE_SPACE, NO_SPACE = 2 * GIB, GIB // 4
"""Free bytes: the log of a busy PostgreSQL takes 1 GiB between checkpoints; without any it stops."""
MAX_ZONES_AGE_YEARS = 1


class KeyStatus(Protocol):
    """What a key does now: `state` is "signs" for one key of a set at most."""

    @property
    def state(self) -> str:
        """What it does."""

    @property
    def signs_from(self) -> datetime | None:
        """Since when it signs; None if the file does not tell."""

    @property
    def ends_at(self) -> datetime | None:
        """Until when; None: without end."""


def not_made_yet(name: str) -> ConfigurationCheck:
    """Return the result for a file that the server creates when it starts."""
    return ConfigurationCheck(name, "ok", "not made yet: `todo serve` does it")


def check_key_file(name: str, file: Path, mode: int) -> ConfigurationCheck:
    """Judge who else may read or change a file of keys."""
    shown = f"{file}, mode {stat.S_IMODE(mode):04o}"
    if mode & OTHERS_MAY:
        return ConfigurationCheck(name, "warning", f"{shown}: others can read or change it: chmod g-w,o= {file}")
    return ConfigurationCheck(name, "ok", shown)


def check_signing_keys(
    file: Path, mode: int, made_at: datetime, keys: Sequence[KeyStatus], now: datetime
) -> ConfigurationCheck:
    """Judge the file of signing keys. `made_at` is the age of keys that do not tell theirs."""
    judged = check_key_file("signing_keys", file, mode)
    signer = next((key for key in keys if key.state == "signs"), None)
    if signer is None:
        return ConfigurationCheck("signing_keys", "error", f"{file}: no key may sign now: todo keys rotate --at-once")
    if judged.status != "ok":
        return judged
    is_followed = any(key.state == "waits" for key in keys)
    if signer.ends_at is not None and signer.ends_at - now < LAST_DAY and not is_followed:
        detail = f"{judged.detail}: no key may sign from {signer.ends_at:%Y-%m-%d %H:%M}Z on: todo keys rotate"
        return ConfigurationCheck("signing_keys", "error", detail)
    since = signer.signs_from or made_at
    detail = f"{judged.detail}, signs since {since:%Y-%m-%d}"
    if now - since > MAX_KEY_AGE and not is_followed:
        return ConfigurationCheck("signing_keys", "warning", f"{detail}, for more than a year: todo keys rotate")
    return ConfigurationCheck("signing_keys", "ok", detail)


def check_disks(disks: Sequence[tuple[Path, int, int]]) -> ConfigurationCheck:
    """Judge the free bytes of some disks: where each is, how many are free, how many there are."""
    status: Status = "ok"
    for _, free, _ in disks:
        if free < NO_SPACE:
            status = "error"
        elif free < LITTLE_SPACE and status == "ok":
            status = "warning"
    detail = "; ".join(f"{free / GIB:.1f} GiB of {total / GIB:.1f} GiB free at {place}" for place, free, total in disks)
    return ConfigurationCheck("disk", status, detail if status == "ok" else f"{detail}: make room")


def check_time_zones(release: str, now: datetime) -> ConfigurationCheck:
    """Judge the release of the IANA time zone database, such as "2026.2"."""
    if now.year - int(release.partition(".")[0]) > MAX_ZONES_AGE_YEARS:
        remedy = "install the newest release of this program, or of the package tzdata"
        return ConfigurationCheck("time_zones", "warning", f"tzdata {release} knows no rules of late: {remedy}")
    return ConfigurationCheck("time_zones", "ok", f"tzdata {release}")
