"""What keys that only show open: logs, why, YAML, owner, palette, help, journal."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from tui.errors import DeployError
from tui.panes.logs import LogsPane
from tui.panes.trouble import TroublePane
from tui.panes.waves import WavesPane, service_of
from tui.panes.work import WorkPane
from tui.screens import enter, ways_out
from tui.sessions import document
from tui.store import Record
from tui.theme import DARK, LIGHT

if TYPE_CHECKING:
    from tui.app import Cockpit
    from tui.screens.cockpit import CockpitScreen

Targets = tuple[Record, ...]


def _why(cockpit: Cockpit, screen: CockpitScreen, targets: Targets) -> None:
    from tui.screens.why import WhyScreen

    view = cockpit.view
    assert view is not None
    cockpit.push_screen(WhyScreen(cockpit, view, targets[0]))


def _yaml(cockpit: Cockpit, screen: CockpitScreen, targets: Targets) -> None:
    cockpit.run_worker(_read_yaml(cockpit, targets[0]), group="yaml")


async def _read_yaml(cockpit: Cockpit, record: Record) -> None:
    from tui.present.yaml import to_yaml
    from tui.screens.text import Reader, text

    view = cockpit.view
    assert view is not None
    meta = record.meta
    try:
        raw = await document(view.session, meta)
    except DeployError as error:
        cockpit.notify(str(error), severity="warning", markup=False)
        return
    cockpit.push_screen(Reader(f"{meta.kind} {meta.path}", text(to_yaml(json.loads(raw)))))


def _help(cockpit: Cockpit, screen: CockpitScreen, targets: Targets) -> None:
    from tui.screens.help import sections
    from tui.screens.text import Page

    cockpit.push_screen(Page("Help", sections(screen)))


def _journal(cockpit: Cockpit, screen: CockpitScreen, targets: Targets) -> None:
    from tui.screens.text import Reader, text

    try:
        lines = [
            f"{datetime.fromtimestamp(one.when, UTC):%Y-%m-%d %H:%M:%S}  {one.environment}  {one.phase:<8} "
            f"{one.plan}  {one.target.words}  {one.outcome}  ({one.who})"
            for one in cockpit.journal.entries()
        ]
    except DeployError as error:
        cockpit.notify(str(error), severity="warning")
        return
    cockpit.push_screen(Reader("Journal", text("\n".join(lines) or "no deed yet")))


def _deeds(cockpit: Cockpit, screen: CockpitScreen, targets: Targets) -> None:
    from tui.screens.deeds import DeedsPage

    cockpit.push_screen(DeedsPage(lambda: cockpit.deeds.all))


def _logs(cockpit: Cockpit, screen: CockpitScreen, targets: Targets) -> None:
    screen.full_logs(previous=False)


def _previous_logs(cockpit: Cockpit, screen: CockpitScreen, targets: Targets) -> None:
    screen.full_logs(previous=True)


def _trouble(cockpit: Cockpit, screen: CockpitScreen, targets: Targets) -> None:
    screen.leaves()
    work = screen.query_one(WorkPane)
    work.go(work.find(TroublePane))


def _everywhere(cockpit: Cockpit, screen: CockpitScreen, targets: Targets) -> None:
    screen.open_namespaces(None)


def _copy(cockpit: Cockpit, screen: CockpitScreen, targets: Targets) -> None:
    if targets:
        cockpit.copy_to_clipboard(targets[0].meta.name)
        cockpit.notify(f"{targets[0].meta.name} was sent to the clipboard.", markup=False)


def _owner(cockpit: Cockpit, screen: CockpitScreen, targets: Targets) -> None:
    view = cockpit.view
    assert view is not None
    record = targets[0]
    while record.meta.owner is not None:
        above = view.session.store.by_uid(record.meta.owner.kind, record.meta.owner.uid)
        if above is None:
            break
        record = above
    managed = view.survey.apps.of(record.meta) if record is targets[0] else None
    if managed is not None and managed.application.meta.uid != record.meta.uid:
        record = managed.application  # an object that nothing else controls
    if record is targets[0]:
        cockpit.notify(f"{record.meta.name} has no owner here.", severity="warning", markup=False)
    else:
        enter.reveal(screen, record)


def _palette(cockpit: Cockpit, screen: CockpitScreen, targets: Targets) -> None:
    cockpit.action_command_palette()


def _ladder(cockpit: Cockpit, screen: CockpitScreen, targets: Targets) -> None:
    from tui.screens.ladder import LadderScreen

    cockpit.push_screen(LadderScreen(cockpit, partial(enter.reveal, screen)))


def _runs(cockpit: Cockpit, screen: CockpitScreen, targets: Targets) -> None:
    from tui.screens.runs import RunsScreen

    if (view := cockpit.view) is not None:
        service = service_of(targets[0], cockpit.environment.name) if targets else ""
        cockpit.push_screen(RunsScreen(cockpit, view, service))


def _shell(cockpit: Cockpit, screen: CockpitScreen, targets: Targets) -> None:
    ways_out.shell(cockpit, targets)


def _k9s(cockpit: Cockpit, screen: CockpitScreen, targets: Targets) -> None:
    ways_out.k9s(cockpit, targets)


def _seal(cockpit: Cockpit, screen: CockpitScreen, targets: Targets) -> None:
    from tui.screens.seal_open import open_form

    open_form(cockpit, targets)


def _verify(cockpit: Cockpit, screen: CockpitScreen, targets: Targets) -> None:
    from tui.screens.seal_open import verify

    cockpit.run_worker(verify(cockpit, targets[0]), group="seal")


def _rotate(cockpit: Cockpit, screen: CockpitScreen, targets: Targets) -> None:
    from tui.screens.seal_open import rotate

    cockpit.run_worker(rotate(cockpit, targets[0]), group="seal")


def _pin(cockpit: Cockpit, screen: CockpitScreen, targets: Targets) -> None:
    logs, waves = screen.query_one(LogsPane), screen.query_one(WavesPane)
    logs.pinned = waves.pinned = not logs.pinned


def _theme(cockpit: Cockpit, screen: CockpitScreen, targets: Targets) -> None:
    cockpit.theme = (LIGHT if cockpit.current_theme.dark else DARK).name


VIEWS: dict[str, Callable[[Cockpit, CockpitScreen, Targets], None]] = {
    "why": _why,
    "yaml": _yaml,
    "help": _help,
    "journal": _journal,
    "deeds": _deeds,
    "logs": _logs,
    "previous-logs": _previous_logs,
    "trouble": _trouble,
    "everywhere": _everywhere,
    "copy": _copy,
    "owner": _owner,
    "palette": _palette,
    "ladder": _ladder,
    "runs": _runs,
    "pin": _pin,
    "theme": _theme,
    "shell": _shell,
    "k9s": _k9s,
    "seal": _seal,
    "verify": _verify,
    "rotate": _rotate,
}
