"""Sync windows: cron as Argo CD reads it, the order of its decision, and when an answer changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.model.application import Application, Destination
from tui.model.cron import cron
from tui.model.key import Meta
from tui.model.sync_window import (
    SyncWindow,
    WindowState,
    assigned,
    go_duration,
    window_state,
    window_words,
)

NOON = datetime(2026, 11, 24, 12, 0, 30, tzinfo=UTC).timestamp()  # a Tuesday
GATEWAY = Application(
    Meta("Application", "argocd", "gateway-production", "u"),
    destination=Destination(server="https://prod", namespace="prod-gateway"),
)

_fields = st.tuples(
    st.sampled_from(["*", "0", "*/15", "5,50", "10-20", "30/7"]),
    st.sampled_from(["*", "0", "3", "22-23", "*/6"]),
    st.sampled_from(["*", "?", "1", "15", "30,31", "*/10"]),
    st.sampled_from(["*", "feb", "11", "6-8"]),
    st.sampled_from(["*", "?", "0", "mon-fri", "SAT,SUN"]),
)
_schedules = _fields.map(" ".join)


@cache
def plain(text: str) -> set[int]:
    """A field of the sampled schedules, read by hand."""
    names = {"feb": {2}, "mon-fri": {1, 2, 3, 4, 5}, "SAT,SUN": {0, 6}}
    if text in names:
        return names[text]
    if text in ("*", "?"):
        return set(range(60))
    if text.startswith("*/"):
        return set(range(0, 60, int(text[2:])))
    if "/" in text:
        first, step = text.split("/")
        return set(range(int(first), 60, int(step)))
    if "-" in text:
        first, last = text.split("-")
        return set(range(int(first), int(last) + 1))
    return {int(part) for part in text.split(",")}


def named(schedule: str, at: datetime) -> bool:
    """Whether a minute is one of the schedule's, by the rule of Vixie's cron for days."""
    minute, hour, day, month, weekday = schedule.split()
    if at.minute not in plain(minute) or at.hour not in plain(hour) or at.month not in plain(month):
        return False
    days = {1 + number for number in plain(day)} if day.startswith("*/") else plain(day)
    of_month, of_week = at.day in days, at.isoweekday() % 7 in plain(weekday)
    bare = {day, weekday} & {"*", "?"}
    return (of_month and of_week) if bare else (of_month or of_week)


@given(_schedules, st.integers(0, 60 * 24 * 400))
@settings(max_examples=15, deadline=None)
def test_the_next_minute_is_the_first_that_the_schedule_names(schedule: str, minutes: int) -> None:
    start = datetime(2026, 1, 1) + timedelta(minutes=minutes)
    found = cron(schedule).following(start)
    at = start + timedelta(minutes=1)
    for _ in range(60 * 24 * 2):
        if named(schedule, at):
            assert found == at
            return
        at += timedelta(minutes=1)
    assert found is None or (found >= at and named(schedule, found))


@pytest.mark.parametrize(
    "schedule", ["@daily", "* * * * 7", "* * * *", "60 * * * *", "0 0 L * *", "*/0 * * * *", "5-1 * * * *"]
)
def test_what_argo_cd_refuses_is_refused(schedule: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        cron(schedule)


def test_a_schedule_without_a_day_never_comes() -> None:
    assert cron("0 0 30 2 ?").following(datetime(2026, 1, 1)) is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("1h30m", 5400), ("90s", 90), ("1.5h", 5400), ("0", 0), ("500ms", 0.5), ("-1m", -60)],
)
def test_durations_of_go(text: str, seconds: float) -> None:
    assert go_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "1d", "h", "1h x", "10"])
def test_durations_that_go_refuses(text: str) -> None:
    with pytest.raises(ValueError, match="can't be read"):
        go_duration(text)


def window(
    kind: str = "deny", schedule: str = "0 12 * * *", duration: str = "1h", **more: object
) -> SyncWindow:
    return SyncWindow(kind, schedule, duration, **{"applications": ("*",), **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("lists", "together", "mine"),
    [
        ({}, False, False),
        ({"applications": ("gateway-*",)}, False, True),
        ({"applications": ("{auth,gateway}-{staging,production}",)}, False, True),
        ({"applications": ("{auth,identity}-*",)}, False, False),
        ({"applications": ("auth-*",), "namespaces": ("prod-*",)}, False, True),
        ({"applications": ("auth-*",), "namespaces": ("prod-*",)}, True, False),
        ({"applications": ("gateway-*",), "clusters": ("https://*",)}, True, True),
        ({"clusters": ("https://dev",)}, False, False),
    ],
)
def test_which_window_is_for_an_application(
    lists: dict[str, tuple[str, ...]], together: bool, mine: bool
) -> None:
    one = SyncWindow("deny", "* * * * *", "1h", together=together, **lists)  # type: ignore[arg-type]
    assert assigned(one, GATEWAY) is mine


@pytest.mark.parametrize(
    ("windows", "automated", "manual"),
    [
        ((), True, True),
        ((window(),), False, False),
        ((window(manual=True),), False, True),
        ((window(manual=True), window(schedule="30 11 * * *")), False, False),  # all of them must allow it
        ((window(), window("allow")), False, False),
        ((window("allow"),), True, True),
        ((window("allow", "0 3 * * *"),), False, False),
        ((window("allow", "0 3 * * *", manual=True),), False, True),
        ((window("allow", "0 3 * * *"), window("allow")), True, True),
        ((window(schedule="0 3 * * *"),), True, True),
        ((window(schedule="0 13 * * *", time_zone="Europe/Vienna"),), False, False),
        ((window(schedule="0 13 * * *", time_zone="Nowhere/Land"),), True, True),
    ],
)
def test_the_decision(windows: tuple[SyncWindow, ...], automated: bool, manual: bool) -> None:
    state = window_state(windows, GATEWAY, NOON)
    assert (state.automated, state.manual) == (automated, manual)


def test_until_when_and_in_words() -> None:
    state = window_state(
        (window(description="lunch"), window(schedule="45 12 * * *", duration="2h")), GATEWAY, NOON
    )
    assert window_words(state, NOON) == "denied by lunch until 14:45 UTC, 2 h 44 min"
    assert window_words(WindowState(), NOON) == ""


def test_a_window_that_always_follows_itself_has_no_end() -> None:
    state = window_state((window(schedule="* * * * *"),), GATEWAY, NOON)
    assert state == WindowState(False, False, None, (window(schedule="* * * * *"),))
    assert "no end in sight" in window_words(state, NOON)


def test_one_that_cannot_be_read_blocks_all() -> None:
    state = window_state((window(schedule="@daily"), window("allow")), GATEWAY, NOON)
    assert not state.manual
    assert "expected 5 fields" in window_words(state, NOON)


_windows = st.builds(
    SyncWindow,
    st.sampled_from(["allow", "deny"]),
    st.sampled_from(["0 3 * * *", "*/20 * * * *", "0 22 * * mon-fri", "30 12 24 * *"]),
    st.sampled_from(["5m", "1h", "26h"]),
    applications=st.just(("*",)),
    manual=st.booleans(),
    time_zone=st.sampled_from(["", "Asia/Kolkata"]),
)


@given(st.lists(_windows, min_size=1, max_size=3), st.integers(0, 60 * 24 * 7), st.floats(0, 0.9))
@settings(max_examples=15, deadline=None)
def test_nothing_changes_before_until_and_something_does_after(
    windows: list[SyncWindow], minutes: int, part: float
) -> None:
    now = NOON + 60 * minutes
    state = window_state(windows, GATEWAY, now)
    assert state.until is None or state.until >= now
    if state.until is None:
        return

    def answers(at: float) -> tuple[bool, bool]:
        found = window_state(windows, GATEWAY, at)
        return found.automated, found.manual

    between = now + part * (state.until - now)
    assert answers(between) == (state.automated, state.manual)
    assert answers(state.until + 1.5) != (state.automated, state.manual)
