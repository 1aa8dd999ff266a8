"""When an environment was watched, and the gaps in it: what happened in one nobody recorded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

BEAT = 15.0
"""Seconds between two notes of who watches: as much of a watch is lost by a kill."""
_TOLERATED = 2 * BEAT  # seconds that are no gap: a Job that came in them is still there


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From and until, epoch seconds."""

    begin: float
    end: float

    @property
    def seconds(self) -> float:
        """How long."""
        return self.end - self.begin


def union(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same time in the order of time, what touches joined."""
    found: list[Span] = []
    for one in sorted(spans):
        if found and one.begin <= found[-1].end:
            found[-1] = Span(found[-1].begin, max(found[-1].end, one.end))
        else:
            found.append(one)
    return tuple(found)


def gaps(watched: Iterable[Span], since: float, until: float) -> tuple[Span, ...]:
    """What of that time nobody watched, but for moments; the oldest first."""
    found, at = [], since
    for one in union(watched):
        if one.begin > at:
            found.append(Span(at, min(one.begin, until)))
        at = max(at, one.end)
        if at >= until:
            break
    if at < until:
        found.append(Span(at, until))
    return tuple(one for one in found if one.seconds > _TOLERATED)


def unwatched(watched: Iterable[Span], since: float, until: float, now: float) -> Span | None:
    """The gap in which something of that time lies, whole; None where somebody watched all of it."""
    spans = union(watched)
    first = min(spans[0].begin, since) if spans else since
    touching = [one for one in gaps(spans, first, max(now, until)) if one.begin < until and one.end > since]
    return max(touching, key=lambda one: min(one.end, until) - max(one.begin, since), default=None)
