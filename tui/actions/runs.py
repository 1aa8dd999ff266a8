"""Past runs: shows what ran before, its outcome and how long it took; two can be compared."""

from __future__ import annotations

from tui.actions.base import Action

RUNS = Action(
    id="runs",
    key="P",
    words="Past runs",
    help="Shows past runs of a service's migrations and hooks, with outcome and duration; compares two.",
)
