"""The link to a cluster in words, with the age of what is shown."""

from __future__ import annotations

from typing import Protocol

from tui.errors import DeployError
from tui.store import Link, LinkState
from widgets.live_table import Span, Tone
from widgets.since import ago


class Linked(Protocol):
    """What a session says of its link."""

    @property
    def link(self) -> Link: ...

    @property
    def error(self) -> DeployError | None: ...


_WORDS = {
    LinkState.CONNECTING: ("○ connecting", Tone.MOVING),
    LinkState.LIVE: ("● live", Tone.GOOD),
    LinkState.POLLING: ("● polling", Tone.LOOK),
    LinkState.STALE: ("× stale", Tone.BAD),
    LinkState.FORBIDDEN: ("× forbidden", Tone.BAD),
    LinkState.ABSENT: ("○ not there", Tone.LOOK),
    LinkState.UNREACHABLE: ("× unreachable", Tone.BAD),
}


_MOMENT = 10.0  # seconds


def link_span(linked: Linked | None, now: float) -> Span:
    """`● live`, `× stale 40 s`, `× unreachable`; an age only once it is more than a moment."""
    if linked is None:
        return Span("○ not read", Tone.QUIET)
    words, tone = _WORDS[linked.link.state]
    age = now - linked.link.since
    if linked.link.state is LinkState.STALE and age > _MOMENT:
        words = f"{words} {ago(age)}"
    return Span(words, tone)
