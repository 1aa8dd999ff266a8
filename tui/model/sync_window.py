"""Sync windows of a project for one application: may it sync now, and when does that change (facts 2c)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tui.model.application import Application
from tui.model.cron import Cron, cron

_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_DURATION = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ms|us|µs|ns|h|m|s)")
_MOST = 1500  # windows in a row that are followed to where they end
_TURNS = 60  # changes of single windows that are looked at until the whole changes


@dataclass(frozen=True, slots=True)
class SyncWindow:
    """One entry of `spec.syncWindows`. `duration` is Go's ("1h30m"); names are globs."""

    kind: str  # allow, deny
    schedule: str
    duration: str
    applications: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()
    clusters: tuple[str, ...] = ()
    manual: bool = False  # manualSync: a sync by hand works all the same
    time_zone: str = ""  # "" is UTC
    together: bool = False  # andOperator: all that is named must match
    description: str = ""

    @property
    def words(self) -> str:
        """What it is called on the screen."""
        return self.description or f"{self.kind} {self.schedule} for {self.duration}"


@dataclass(frozen=True, slots=True)
class WindowState:
    """May Argo CD sync now. `until`: when an answer changes, epoch seconds; None: not within sight."""

    automated: bool = True
    manual: bool = True
    until: float | None = None
    by: tuple[SyncWindow, ...] = ()  # that decide
    error: str = ""  # a window that Argo CD can't read blocks all syncs of the project's applications


def window_state(windows: Iterable[SyncWindow], application: Application, now: float) -> WindowState:
    """Of the windows that are for that application, in the order of Argo CD's own decision."""
    mine = tuple(window for window in windows if assigned(window, application))
    if not mine:
        return WindowState()
    return _state(mine, now)


def assigned(window: SyncWindow, application: Application) -> bool:
    """Whether a window is for that application: one of its lists matches, or all by `andOperator`."""
    place = application.destination
    clusters = {place.server, place.name} - {""}
    named = (
        (window.applications, {application.meta.name}),
        (window.clusters, clusters),
        (window.namespaces, {place.namespace}),
    )
    found = [
        any(_matches(name, pattern) for pattern in patterns for name in names)
        for patterns, names in named
        if patterns
    ]
    return bool(found) and (all(found) if window.together else any(found))


def _matches(name: str, pattern: str) -> bool:
    """Argo CD's globs know `{a,b}` as well."""
    before, opened, rest = pattern.partition("{")
    inside, closed, after = rest.partition("}")
    if not opened or not closed:
        return fnmatchcase(name, pattern)
    return any(_matches(name, f"{before}{each}{after}") for each in inside.split(","))


def _state(windows: tuple[SyncWindow, ...], now: float) -> WindowState:
    try:
        state, at = _decided(windows, now), now
        for _ in range(_TURNS):
            turns = [turn for window in windows if (turn := _turn(window, at)) is not None]
            if not turns:
                return state
            at = min(turns) + 1  # a window begins after the minute that the schedule names
            then = _decided(windows, at)
            if (then.automated, then.manual) != (state.automated, state.manual):
                return WindowState(state.automated, state.manual, at - 1, state.by)
    except ValueError as error:
        return WindowState(False, False, error=str(error))
    return state


def _decided(windows: Sequence[SyncWindow], now: float) -> WindowState:
    """Denies first; then an active allow; then the allows that are not active now."""
    active = [window for window in windows if _active(window, now)]
    denies = tuple(window for window in active if window.kind == "deny")
    if denies:
        return WindowState(False, all(window.manual for window in denies), by=denies)
    allows = tuple(window for window in active if window.kind == "allow")
    if allows:
        return WindowState(by=allows)
    idle = tuple(window for window in windows if window.kind == "allow")
    if idle:
        return WindowState(False, all(window.manual for window in idle), by=idle)
    return WindowState()


def _active(window: SyncWindow, now: float) -> bool:
    schedule, length, local = _read(window, now)
    begins = schedule.following(local - length)
    return begins is not None and begins < local


def _turn(window: SyncWindow, now: float) -> float | None:
    """When it begins, or when it ends together with those that follow without a gap; None: never."""
    schedule, length, local = _read(window, now)
    found = _turned(schedule, length, local.replace(microsecond=0))
    return None if found is None else now + (found - local).total_seconds()


def _turned(schedule: Cron, length: timedelta, local: datetime) -> datetime | None:
    begins = schedule.following(local - length)
    if begins is None or begins >= local:
        return begins
    return _end(schedule, length, begins)


@lru_cache(maxsize=256)
def _end(schedule: Cron, length: timedelta, begins: datetime) -> datetime | None:
    ends = begins + length
    for _ in range(_MOST):
        following = schedule.following(begins)
        if following is None or following > ends:
            return ends
        begins, ends = following, following + length
    return None


def _read(window: SyncWindow, now: float) -> tuple[Cron, timedelta, datetime]:
    """Its schedule, length and the time there; ValueError, in words, where Argo CD can't read it."""
    moment = datetime.fromtimestamp(now, UTC)
    try:
        zone = ZoneInfo(window.time_zone) if window.time_zone else UTC
    except (ZoneInfoNotFoundError, ValueError):
        zone = UTC  # as the controller does, which only writes it into its log
    local = moment.astimezone(zone).replace(tzinfo=None)
    return cron(window.schedule), timedelta(seconds=go_duration(window.duration)), local


def go_duration(text: str) -> float:
    """Seconds of Go's `1h30m`; ValueError where Go does not take it."""
    sign = -1.0 if text.startswith("-") else 1.0
    rest = text.lstrip("+-") if text[:1] in "+-" else text
    if rest == "0":
        return 0.0
    found = _DURATION.findall(rest)
    if not found or "".join(number + unit for number, unit in found) != rest:
        raise ValueError(f"duration {text!r} can't be read")
    return sign * sum(float(number) * _UNITS[unit] for number, unit in found)


def window_words(state: WindowState, now: float) -> str:
    """`denied by "no deploys at night" until 04:00 UTC, 3 h 2 min`; "" while everything is allowed."""
    if state.error:
        return f"a sync window can't be read, so Argo CD blocks every sync: {state.error}"
    if state.automated:
        return ""
    what = "only by hand" if state.manual else "denied"
    if state.by and state.by[0].kind == "allow":
        why = f"outside of {', '.join(window.words for window in state.by[:2])}"
    else:
        why = f"by {', '.join(window.words for window in state.by[:2])}"
    if state.until is None:
        return f"{what} {why}, no end in sight"
    return f"{what} {why} until {_clock(state.until, now)}, {_span(state.until - now)}"


def _clock(at: float, now: float) -> str:
    then, today = datetime.fromtimestamp(at, UTC), datetime.fromtimestamp(now, UTC)
    return then.strftime("%H:%M UTC" if then.date() == today.date() else "%d %b %H:%M UTC")


def _span(seconds: float) -> str:
    minutes = max(int(seconds // 60), 0)
    if minutes < 1:
        return f"{max(int(seconds), 0)} s"
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{minutes // 1440} days"
