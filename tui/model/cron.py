"""Five fields of cron as Argo CD's own library reads them, so that our answer is the controller's.

Libraries of the package index accept more (`7` for Sunday, `L`, `#`, seconds, `@daily`) or join days
otherwise; a schedule that they take and the controller refuses blocks every sync.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIELDS: tuple[tuple[str, int, int, dict[str, int]], ...] = (  # name, lowest, highest, names of values
    ("minute", 0, 59, {}),
    ("hour", 0, 23, {}),
    ("day of month", 1, 31, {}),
    ("month", 1, 12, {name: number for number, name in enumerate(_MONTHS, 1)}),
    ("day of week", 0, 6, {name: number for number, name in enumerate(_DAYS)}),
)
_YEARS = 5  # after which a schedule is taken to name no day at all (30 February)


@dataclass(frozen=True, slots=True)
class Cron:
    """A schedule. `either` is whether one of the two kinds of day suffices: both name some."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either: bool

    def following(self, moment: datetime) -> datetime | None:
        """The first whole minute after `moment` (no time zone) that it names; None: none in five years."""
        at = moment.replace(second=0, microsecond=0) + timedelta(minutes=1)
        last = at.year + _YEARS
        while at.year <= last:
            if at.month not in self.months:
                at = (at.replace(day=1) + timedelta(days=32)).replace(day=1, hour=0, minute=0)
            elif not self._on(at):
                at = at.replace(hour=0, minute=0) + timedelta(days=1)
            elif at.hour not in self.hours:
                at = at.replace(minute=0) + timedelta(hours=1)
            elif at.minute not in self.minutes:
                at += timedelta(minutes=1)
            else:
                return at
        return None

    def _on(self, day: datetime) -> bool:
        of_month, of_week = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return (of_month or of_week) if self.either else (of_month and of_week)


@lru_cache(maxsize=256)
def cron(text: str) -> Cron:
    """ValueError, in words, where Argo CD does not take it."""
    fields = text.split()
    if len(fields) != len(_FIELDS):
        raise ValueError(f"expected 5 fields, found {len(fields)}: {text!r}")
    sets, stars = [], []
    for field, (name, lowest, highest, names) in zip(fields, _FIELDS, strict=True):
        try:
            parts = [_part(each, lowest, highest, names) for each in field.split(",") if each]
        except ValueError as error:
            raise ValueError(f"{name} {field!r}: {error}") from None
        sets.append(frozenset(number for numbers, _ in parts for number in numbers))
        stars.append(any(star for _, star in parts))
    minutes, hours, days, months, weekdays = sets
    return Cron(minutes, hours, days, months, weekdays, either=not stars[2] and not stars[4])


def _part(text: str, lowest: int, highest: int, names: dict[str, int]) -> tuple[Iterator[int], bool]:
    """The numbers of `*`, `5`, `1-5`, `*/2` or `5/2`, and whether they are all by a bare star."""
    span, slash, step_text = text.partition("/")
    step = _number(step_text, {}) if slash else 1
    first_text, dash, last_text = span.partition("-")
    star = first_text in ("*", "?")
    first = lowest if star else _number(first_text, names)
    last = highest if star or (slash and not dash) else _number(last_text, names) if dash else first
    if step == 0:
        raise ValueError("a step of 0")
    if first < lowest or last > highest or first > last:
        raise ValueError(f"not within {lowest} to {highest}")
    return iter(range(first, last + 1, step)), star and step == 1


def _number(text: str, names: dict[str, int]) -> int:
    found = names.get(text.lower())
    if found is not None:
        return found
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"{text!r} is no number")
    return int(text)
