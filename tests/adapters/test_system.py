"""The machine's clock, the IANA zones, and ids in order."""

import datetime as dt
import zoneinfo
from functools import cache
from importlib import resources
from pathlib import Path
from uuid import UUID

import pytest

from adapters import system
from adapters.system import SystemClock, SystemIds
from todo_core.errors import UnknownTimezone
from todo_core.ports import Clock, Ids

CLOCK: Clock = SystemClock()
IDS: Ids = SystemIds()


def test_now_is_utc() -> None:
    """The clock tells the current instant in UTC."""
    before = dt.datetime.now(dt.UTC)
    now = CLOCK.now()

    assert now.tzinfo is dt.UTC
    assert before <= now <= dt.datetime.now(dt.UTC)


@pytest.mark.parametrize(
    ("name", "offset"), [("Europe/Berlin", 2), ("UTC", 0), ("America/Argentina/Ushuaia", -3), ("Etc/GMT+3", -3)]
)
def test_known_zones(name: str, offset: int) -> None:
    """A zone of the IANA database is found by its name."""
    summer = dt.datetime(2026, 7, 1, 12, tzinfo=CLOCK.zone(name))

    assert summer.utcoffset() == dt.timedelta(hours=offset)


@pytest.mark.parametrize("name", ["Europe/Berlin", "UTC", "America/Argentina/Ushuaia"])
def test_rules_are_those_of_the_package(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A system whose rules are another zone's changes nothing."""
    file = tmp_path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(resources.files("tzdata").joinpath("zoneinfo", "Asia", "Tokyo").read_bytes())
    expected = dt.datetime(2026, 7, 1, tzinfo=CLOCK.zone(name)).utcoffset()
    monkeypatch.setattr(system, "_zone", cache(system._zone.__wrapped__))
    zoneinfo.reset_tzpath((str(tmp_path),))
    try:
        assert dt.datetime(2026, 7, 1, tzinfo=CLOCK.zone(name)).utcoffset() == expected
    finally:
        zoneinfo.reset_tzpath()


@pytest.mark.parametrize("name", ["Moon/Base", "Europe/Atlantis", "Office"])
def test_a_zone_that_only_the_machine_has_is_unknown(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Data of the operating system that the package lacks would not be there on another machine."""
    file = tmp_path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(resources.files("tzdata").joinpath("zoneinfo", "Asia", "Tokyo").read_bytes())
    zoneinfo.reset_tzpath((str(tmp_path),))
    try:
        assert name == zoneinfo.ZoneInfo(name).key
        with pytest.raises(UnknownTimezone):
            CLOCK.zone(name)
    finally:
        zoneinfo.reset_tzpath()


def test_release_is_that_of_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is compared number by number: the tenth release of a year comes after the ninth."""
    for version, expected in {"2026.10": (2026, 10), "2021.2.post0": (2021, 2, 0)}.items():
        monkeypatch.setattr(system, "time_zone_release", lambda version=version: version)
        assert expected == CLOCK.zone_release()


def test_same_zone_each_time() -> None:
    """A zone is loaded once."""
    assert CLOCK.zone("Asia/Tokyo") is CLOCK.zone("Asia/Tokyo")


@pytest.mark.parametrize(
    "name",
    [
        *("", " ", "Europe", "Europe/", "Europe/Nowhere", "europe/berlin", "EUROPE/BERLIN", " Europe/Berlin"),
        *("localtime", "posixrules", "Factory", "posix/Europe/Berlin", "right/UTC", "zone.tab", "tzdata.zi"),
        *("../etc/passwd", "/etc/localtime", "Europe/../UTC", "./UTC", "Europe//Berlin", "UTC\0", "UTC\n", "\ud800"),
        *("+02:00", "GMT+2", "CEST", "a" * 10_000),
    ],
)
def test_unknown_zones(name: str) -> None:
    """Anything but an exact name, paths and the machine's own files included, is unknown."""
    with pytest.raises(UnknownTimezone) as caught:
        CLOCK.zone(name)

    assert caught.value.name == name


def test_ids_are_uuid7_in_order() -> None:
    """Ids are UUIDs of version 7, all different, each later than the one before."""
    ids = [IDS.new() for _ in range(1_000)]

    assert ids == sorted(set(ids))
    assert {type(made) for made in ids} == {UUID}
    assert {(made.version, made.variant) for made in ids} == {(7, "specified in RFC 4122")}
