"""Pane 1: every configured environment at once, whichever is in front."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from textual.app import ComposeResult
from textual.containers import Vertical

from tui.errors import DeployError
from tui.present import environment as present
from tui.sessions import AnySession
from tui.settings import Settings
from tui.survey import Survey
from widgets.live_table import LiveTable, Row


class Watched(Protocol):
    """Who owns the sessions."""

    settings: Settings
    sessions: dict[str, AnySession]
    surveys: dict[str, Survey]
    problems: dict[str, DeployError]
    front: str


class EnvironmentsPane(Vertical):
    """A row per environment; its row id is its name."""

    def __init__(self, watched: Watched, *, now: Callable[[], float]) -> None:
        super().__init__(id="environments", classes="pane")
        self.table = LiveTable(present.COLUMNS, now=now, id="environments-table")
        self._watched = watched
        self._rows: list[Row] = []
        self._now = now
        self._front = ""
        self.border_title = "1 Environments"

    def compose(self) -> ComposeResult:
        yield self.table

    def show_all(self) -> None:
        """Repaints the rows that differ; a row that is equal stays the same object."""
        watched = self._watched
        before: Mapping[object, object] = {row.id: row for row in self._rows}
        rows = [
            present.row(
                environment,
                watched.sessions.get(environment.name),
                watched.surveys.get(environment.name),
                watched.problems.get(environment.name),
                front=environment.name == watched.front,
                now=self._now(),
            )
            for environment in watched.settings.environments
        ]
        self._rows = [known if (known := before.get(row.id)) == row else row for row in rows]
        self.table.set_rows(self._rows)
        if self._front != watched.front:
            self._front = watched.front
            self.table.select(watched.front)
