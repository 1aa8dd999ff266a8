"""Cron schedules of five fields: numbers, lists, ranges, steps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_NAMED = {"@hourly": "0 * * * *", "@daily": "0 0 * * *", "@weekly": "0 0 * * 0", "@monthly": "0 0 1 * *"}


def next_time(schedule: str, after: float) -> float | None:
    """The first matching minute (epoch seconds, UTC) within a year; None when it cannot be read."""
    fields = _NAMED.get(schedule, schedule).split()
    if len(fields) != 5:
        return None
    try:
        sets = [_numbers(field, low, high) for field, (low, high) in zip(fields, _BOUNDS, strict=True)]
    except ValueError:
        return None
    minutes, hours, days, months, weekdays = sets
    weekdays = {day % 7 for day in weekdays}
    day_free, weekday_free = fields[2] == "*", fields[4] == "*"
    at = datetime.fromtimestamp(after, UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)
    last = at + timedelta(days=366)
    while at < last:
        day, weekday = at.day in days, (at.weekday() + 1) % 7 in weekdays
        # When both day fields are restricted, one of them is enough.
        fits = (day and weekday) if day_free or weekday_free else (day or weekday)
        if at.month not in months or not fits:
            at = (at + timedelta(days=1)).replace(hour=0, minute=0)
        elif at.hour not in hours:
            at = (at + timedelta(hours=1)).replace(minute=0)
        elif at.minute not in minutes:
            at += timedelta(minutes=1)
        else:
            return at.timestamp()
    return None


def _numbers(field: str, low: int, high: int) -> set[int]:
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        if span == "*":
            first, last = low, high
        else:
            start, _, end = span.partition("-")
            first = int(start)
            last = int(end) if end else (high if step else first)
        found.update(range(first, last + 1, int(step) if step else 1))
    if not found or min(found) < low or max(found) > high:
        raise ValueError(field)
    return found
