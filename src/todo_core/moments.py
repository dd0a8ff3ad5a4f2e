"""What "today" and "overdue" mean at an instant, for due dates of every kind."""

import datetime as dt

import attrs

from todo_core.due import MINUTES_OF_DAY, NO_DUE, Due, day_key, instant

EARLIEST = dt.datetime.min.replace(tzinfo=dt.UTC)
LATEST = dt.datetime.max.replace(tzinfo=dt.UTC)


@attrs.frozen
class DueRange:
    """A due range in two forms: sort keys (all day, floating) and UTC instants (fixed).

    Both intervals are half-open: the upper bounds are excluded. The two halves never lie more than two days apart.
    """

    key_from: int = 0
    key_until: int = NO_DUE
    from_: dt.datetime = EARLIEST
    until: dt.datetime = LATEST

    def __and__(self, other: "DueRange") -> "DueRange":
        """Return what both have in common."""
        return DueRange(
            max(self.key_from, other.key_from),
            min(self.key_until, other.key_until),
            max(self.from_, other.from_),
            min(self.until, other.until),
        )

    def holds(self, due: Due | None) -> bool:
        """Return whether a task with this due date is due in this stretch."""
        if due is None:
            return False
        if due.at is None:
            return self.key_from <= due.key < self.key_until
        return self.from_ <= due.at < self.until


@attrs.frozen
class Moment:
    """An instant and the owner's time zone."""

    now: dt.datetime
    zone: dt.tzinfo = dt.UTC

    @property
    def today(self) -> dt.date:
        """The owner's date."""
        return self.now.astimezone(self.zone).date()

    @property
    def past(self) -> DueRange:
        """Everything that is past: from second 0 of its minute, all day from the next midnight."""
        local = self.now.astimezone(self.zone)
        minute = day_key(local.date()) + local.hour * 60 + local.minute
        return DueRange(key_until=minute + 1, until=self.now + dt.timedelta.resolution)

    def day(self, day: dt.date) -> DueRange:
        """Everything on `day`."""
        return self._from(day) & self._until(day)

    def before(self, day: dt.date) -> DueRange:
        """Everything on the days before `day`."""
        return DueRange(key_until=day_key(day), until=self._midnight(day))

    def after(self, day: dt.date) -> DueRange:
        """Everything on the days after `day`."""
        following = self._until(day)
        return DueRange(key_from=following.key_until, from_=following.until)

    def _from(self, day: dt.date) -> DueRange:
        return DueRange(key_from=day_key(day), from_=self._midnight(day))

    def _until(self, day: dt.date) -> DueRange:
        if day == dt.date.max:
            return DueRange(key_until=day_key(day) + MINUTES_OF_DAY + 1)
        return self.before(day + dt.timedelta(days=1))

    def _midnight(self, day: dt.date) -> dt.datetime:
        try:
            return instant(day, dt.time.min, self.zone)
        except OverflowError:
            return EARLIEST  # only the first days of the calendar begin before it
