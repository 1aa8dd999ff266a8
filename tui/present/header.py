"""The header: which environment, how its link is, which namespaces, running deeds, and the time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Protocol

from tui.model.environment import Environment
from tui.model.plan import Progress
from tui.present.link import Linked, link_span
from widgets.live_table import Span, Tone


class Going(Protocol):
    """A deed that is followed to its end."""

    @property
    def progress(self) -> Progress: ...


def header(
    environment: Environment,
    session: Linked | None,
    namespaces: frozenset[str] | None,
    deeds: Iterable[Going],
    now: float,
) -> tuple[str, list[Span], list[Span]]:
    """(badge, spans at the left, spans at the right)."""
    if namespaces is None:
        scope = "all namespaces"
    else:
        scope = ", ".join(sorted(namespaces)) if len(namespaces) < 3 else f"{len(namespaces)} namespaces"
    left = [link_span(session, now), Span("   "), Span(scope, Tone.BOLD)]
    if environment.protected:
        left += [Span("   "), Span("protected", Tone.LOOK)]
    if environment.readonly:
        left += [Span("   "), Span("read only", Tone.LOOK)]
    going = sum(not deed.progress.stage.over for deed in deeds)
    if going:
        left += [Span("   "), Span(f"{going} deed{'s' * (going != 1)}", Tone.MOVING)]
    clock = datetime.fromtimestamp(now, UTC).strftime("%H:%M:%S UTC")
    return environment.name.upper(), left, [Span("deploytui  ", Tone.QUIET), Span(clock, Tone.QUIET)]
