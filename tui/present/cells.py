"""What rows of every kind share: tones of troubles, versions of images, rows kept by their inputs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, cast

from tui.model.cause import Severity
from tui.survey import Survey
from widgets.live_table import Cell, Row, Since, Span, Tone

SIGNS = {Severity.BAD: Span("!", Tone.BAD), Severity.LOOK: Span("~", Tone.LOOK)}
TONES = {Severity.BAD: Tone.BAD, Severity.LOOK: Tone.LOOK}
SHORT = {
    **{"Deployment": "deploy", "StatefulSet": "sts", "DaemonSet": "ds", "Namespace": "ns"},
    **{"ComposeService": "service", "Service": "svc", "Ingress": "ing", "PersistentVolumeClaim": "pvc"},
    "SealedSecret": "sealed",
    "Application": "app",
}
"""kubectl's short names, where the long one takes the room of the object's own."""
NO_CELL: Cell = (Span("-", Tone.QUIET),)


def text(words: str, tone: Tone = Tone.PLAIN) -> Cell:
    """A cell of one span, a quiet dash when there are no words; line feeds become blanks."""
    return (Span(" ".join(words.split()) if "\n" in words else words, tone),) if words else NO_CELL


def age(at: float | None, tone: Tone = Tone.QUIET) -> Cell:
    """A cell that says how long ago that was."""
    return (Since(at, tone),)


def moment(at: float | None) -> str:
    """A time to be compared with others: of the day, UTC; "" when there is none."""
    return datetime.fromtimestamp(at, UTC).strftime("%d %b %H:%M:%S UTC") if at else ""


def tag(image: str) -> str:
    """The version of an image: its tag, else its digest shortened, else "latest"."""
    if image.startswith("sha256:"):  # a container that was made of an id, as Compose lets one
        return image.removeprefix("sha256:")[:12]
    name, _, digest = image.partition("@")
    found = name.rsplit("/", 1)[-1].partition(":")[2]
    return found or (digest.removeprefix("sha256:")[:12] if digest else "latest" if name else "")


def cached(survey: Survey, pane: str, uid: str, inputs: tuple[Any, ...], make: Callable[..., Row]) -> Row:
    """The row made from those inputs: the same object as before when they are the same."""
    kept = survey.kept.setdefault(pane, {})
    found = kept.get(uid)
    if found is not None and found[0] == inputs:
        return cast(Row, found[1])
    row = make(*inputs)
    kept[uid] = (inputs, row)
    return row


def forget_gone(survey: Survey, pane: str, rows: Sequence[Row]) -> None:
    """Drops kept rows of objects that are gone, when they have become many."""
    kept = survey.kept.get(pane, {})
    if len(kept) > 2 * len(rows) + 200:
        living = {row.id for row in rows}
        survey.kept[pane] = {uid: found for uid, found in kept.items() if uid in living}


class InView(dict[str, bool]):
    """For each namespace whether its objects are shown, found out once."""

    def __init__(self, survey: Survey, namespaces: frozenset[str] | None) -> None:
        self._survey = survey
        self._namespaces = namespaces

    def __missing__(self, namespace: str) -> bool:
        shown = seen(namespace, self._namespaces) and self._survey.environment.wants(namespace)
        self[namespace] = shown
        return shown


def seen(namespace: str, namespaces: frozenset[str] | None) -> bool:
    """Whether objects of that namespace are shown; None shows all."""
    return namespaces is None or not namespace or namespace in namespaces
