"""The help: for what has the focus first, with what each key would act on, and why one can't."""

from __future__ import annotations

from collections.abc import Sequence

from tui.actions import ACTIONS
from tui.actions.base import Action
from tui.screens.able import keys_of as action_keys
from tui.screens.able import why_not
from tui.screens.cockpit import CockpitScreen
from tui.screens.scopes import SCOPES, Known, keys_of
from widgets.live_table import LiveTable, Span, Tone
from widgets.plan_body import Section

Line = Sequence[Span]

_KEYS, _WORDS = 14, 15  # cells


def sections(screen: CockpitScreen) -> list[Section]:
    """All keys that there are; those of the pane with the focus come first."""
    keymap = screen.cockpit.settings.keymap
    ids = {action.id for action in ACTIONS}

    def known(title: str, keys: Sequence[Known]) -> Section:
        lines = [_line(one.shown(keymap), one.words) for one in keys if one.id not in ids]
        return Section(title, Tone.ACCENT, lines)

    log = known("In the log", keys_of(SCOPES["log"]))
    table = known("In a table", keys_of((LiveTable,)))
    everywhere = known("Panes and views", keys_of((CockpitScreen,)))
    everywhere = Section(
        everywhere.title,
        everywhere.tone,
        [
            *everywhere.lines,
            _line("tab shift+tab", "The next pane, the one before"),
            _line("ctrl+q ctrl+c :q", "Leave; asks when a deed is not at its end"),
        ],
    )
    actions = [_acting(screen), _others(screen)]
    in_log = screen.full_log or screen.log_has_focus
    return [log, *actions, table, everywhere] if in_log else [*actions, table, everywhere, log]


def _acting(screen: CockpitScreen) -> Section:
    """The actions that have a target, with what hinders them now."""
    targets = screen.targets()
    names = (
        f"{len(targets)} marked" if len(targets) > 1 else targets[0].meta.name if targets else "the cursor"
    )
    lines = [_action(screen, one, why_not(screen, one, targets)) for one in ACTIONS if one.kinds and one.key]
    return Section(f"On {names}", Tone.ACCENT, lines)


def _others(screen: CockpitScreen) -> Section:
    lines = [_action(screen, one, "") for one in ACTIONS if not one.kinds and one.key]
    return Section("Find and show", Tone.ACCENT, lines)


def _action(screen: CockpitScreen, action: Action, hindered: str) -> Line:
    keys = " ".join(action_keys(screen.cockpit.settings.keymap, action))
    if hindered:
        words = f"{keys:<{_KEYS}} {action.words:<{_WORDS}} "
        return [Span(words, Tone.QUIET), Span(f"not now: {hindered}", Tone.LOOK)]
    return [*_line(keys, f"{action.words:<{_WORDS}} "), Span(action.help, Tone.QUIET)]


def _line(keys: str, words: str) -> Line:
    return [Span(f"{keys:<{_KEYS}} ", Tone.BOLD), Span(words)]
