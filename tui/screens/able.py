"""Why a key can't act now, in a sentence; the same words dim it on the key line and stand in the help."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from textual.binding import Binding
from textual.keys import format_key

from tui.actions import ACTIONS, BY_ID
from tui.actions.base import Action, Asked, Deed
from tui.actions.forms import form
from tui.model.environment import Environment
from tui.panes.logs import LogsPane
from tui.store import Record
from widgets.key_line import Hint

if TYPE_CHECKING:
    from tui.app import Cockpit
    from tui.screens.cockpit import CockpitScreen


def unread(cockpit: Cockpit) -> str:
    """Why the environment in front shows nothing; "" when it is read."""
    if cockpit.view is not None:
        return ""
    problem = cockpit.problems.get(cockpit.front)
    if problem is not None:
        return f"{problem.title}\n{problem.hint}" if problem.hint else problem.title
    return "reading …"


def why_not(screen: CockpitScreen, action: Action, targets: tuple[Record, ...]) -> str:
    """Empty when the action can act on one of these targets at least."""
    cockpit = screen.cockpit
    if not action.kinds:
        return ""
    view = cockpit.view
    if view is None:
        return unread(cockpit).partition("\n")[0]
    action = form(action, cockpit.environment.platform)
    if isinstance(action, Deed) and (other := action.elsewhere(cockpit.environment)):
        return other
    fitting = action.of(view.session.store, targets)
    if not fitting and action.whole:
        return action.empty
    if not fitting and not targets:
        return screen.source.nothing
    if not fitting:
        return action.unfit(targets[0])
    if isinstance(action, Deed):
        refused = action.refuse(Asked(view.session.store, cockpit.environment, fitting))
        if len(refused) >= len(fitting):
            return refused[0].text
    return ""


_IN_LOG = {
    "logs.follow": "Follow",
    "logs.wrap": "Wrap",
    "logs.level": "Errors",
    "logs.scope": "Containers",
    "logs.timestamps": "Times",
    "logs.mark": "Mark",
    "logs.save": "Save",
    "logs.only-matching": "Matching",
}


def log_hints(screen: CockpitScreen) -> list[Hint]:
    """The key line of the full log, where no deed's key works."""
    keymap = screen.cockpit.settings.keymap
    bound = {one.id: one.key for one in LogsPane.BINDINGS if isinstance(one, Binding)}
    found = [Hint("esc", "Back", keep=True), Hint("0..6", "Since")]
    found += [Hint(format_key(keymap.get(id) or bound[id]), words) for id, words in _IN_LOG.items()]
    search = Hint(keys_of(keymap, BY_ID["filter"])[0], "Search")
    return [*found[:3], search, *found[3:], Hint(keys_of(keymap, BY_ID["help"])[0], "Help", keep=True)]


def hints(screen: CockpitScreen) -> list[Hint]:
    """The key line: what can't act is dim; the first deed names its target, and marks are counted."""
    if screen.full_log:
        return log_hints(screen)
    targets, table = screen.targets(), screen.source.table
    hidden = f" ({table.hidden_marks} hidden)" if table.hidden_marks else ""
    whom = f" {targets[0].meta.name}" if targets else ""
    if table.marks:
        whom = f" {len(table.marks)} marked{hidden}"
    found = []
    for action in ACTIONS:
        here = form(action, screen.cockpit.environment.platform)
        if action.show and _has_place(here, screen.cockpit.environment):
            dim = bool(why_not(screen, action, targets))
            words = here.words + (whom if action.id == "restart" and not dim else "")
            key = keys_of(screen.cockpit.settings.keymap, action)[0]
            found.append(Hint(key, words, dim=dim, keep=action.id == "help"))
    return found


def _has_place(action: Action, environment: Environment) -> bool:
    """Deeds on a whole project have none on the key line where there is none."""
    return not (isinstance(action, Deed) and action.whole and action.elsewhere(environment))


def keys_of(keymap: Mapping[str, str], action: Action) -> list[str]:
    """An action's keys as they are shown: the user's own, else those of the table."""
    return [format_key(key) for key in (keymap.get(action.id) or action.key).split(",")]
