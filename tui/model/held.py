"""Automated sync that we hold: what was taken away, and whether it is still away."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from tui.model.application import HELD_BY, Application, Automated
from tui.model.managed import owner, parent_of
from tui.model.record import Record


def held_block(application: Application) -> dict[str, Any] | None:
    """`spec.syncPolicy.automated` as it was before we held it; None when nothing (readable) is kept."""
    try:
        found = json.loads(application.held) if application.held else None
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def held_words(application: Application) -> str:
    """The badge of a row, "" when nothing is held."""
    if not application.held:
        return ""
    if application.automated is None:
        who, at = held_by(application)
        when = f", {datetime.fromtimestamp(at, UTC):%d %b %H:%M} UTC" if at else ""
        return f"automated sync held by {who}{when}" if who else "automated sync held"
    made = owner(application)
    return f"held, but {made} switched it on again" if made else "held, but it was switched on again"


def held_by(application: Application) -> tuple[str, float]:
    """Who held it and when, epoch seconds; ("", 0.0) where that is not known."""
    who, _, when = application.meta.annotations.get(HELD_BY, "").rpartition(" ")
    try:
        return who, datetime.fromisoformat(when).timestamp()
    except ValueError:
        return who, 0.0


def block_words(block: dict[str, Any] | Automated | None) -> str:
    """`automated, prune, self-heal`; of a block, or of the record that was read from one."""
    if isinstance(block, Automated):
        prune, heal, empty = block.prune, block.self_heal, block.allow_empty
    elif block is None:
        return "by hand only"
    else:
        prune, heal = bool(block.get("prune")), bool(block.get("selfHeal"))
        empty = bool(block.get("allowEmpty"))
    parts = [("prune", prune), ("self-heal", heal), ("allow empty", empty)]
    return ", ".join(["automated", *(word for word, there in parts if there)])


def reverts(applications: Iterable[Record], application: Application) -> tuple[str, bool]:
    """What would take a change of its sync policy back, in a sentence ("": nothing), and whether at once.

    Neither can be known for sure: `ignoreApplicationDifferences` may leave our change alone.
    """
    made = owner(application)
    if not made:
        return "", False
    if made.startswith("ApplicationSet"):
        text = f"{made} made it and gives it its own sync policy back, unless it ignores that difference"
        return text, True
    parent = parent_of(applications, application)
    if parent is None:
        return f"{made} deploys it: its sync gives it the sync policy of Git back", True
    if parent.automated is not None and parent.automated.self_heal:
        return f"{made} deploys it and heals itself: it switches this back within seconds", True
    return f"{made} deploys it: the next sync of that gives it the sync policy of Git back", False
