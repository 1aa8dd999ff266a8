"""Every action of the cockpit, in the order of the key line; help, palette and keymap read this table."""

from __future__ import annotations

from tui.actions.argo_roll_back import ARGO_ROLL_BACK
from tui.actions.base import Action
from tui.actions.compose_down import DOWN
from tui.actions.copy import COPY
from tui.actions.deeds import DEEDS
from tui.actions.delete_pod import DELETE_POD
from tui.actions.everywhere import EVERYWHERE
from tui.actions.filter import FILTER
from tui.actions.forms import COMPOSE
from tui.actions.help import HELP
from tui.actions.hold import HOLD, RELEASE
from tui.actions.journal_view import JOURNAL
from tui.actions.k9s import K9S
from tui.actions.ladder import LADDER
from tui.actions.logs import LOGS
from tui.actions.owner import OWNER
from tui.actions.palette import PALETTE
from tui.actions.pin import PIN
from tui.actions.previous_logs import PREVIOUS_LOGS
from tui.actions.refresh import REFRESH, REFRESH_HARD
from tui.actions.restart import RESTART
from tui.actions.roll_back import ROLL_BACK
from tui.actions.runs import RUNS
from tui.actions.seal import ROTATE, SEAL, VERIFY
from tui.actions.shell import SHELL
from tui.actions.sync import SYNC, SYNC_ALL
from tui.actions.terminate import TERMINATE
from tui.actions.theme import THEME
from tui.actions.trouble import TROUBLE
from tui.actions.why import WHY
from tui.actions.yaml import YAML

ACTIONS: tuple[Action, ...] = (
    WHY,
    LOGS,
    PREVIOUS_LOGS,
    RESTART,
    ROLL_BACK,
    HOLD,
    SYNC,
    SYNC_ALL,
    REFRESH,
    REFRESH_HARD,
    TERMINATE,
    SEAL,
    VERIFY,
    ROTATE,
    DOWN,
    DELETE_POD,
    YAML,
    FILTER,
    OWNER,
    TROUBLE,
    EVERYWHERE,
    LADDER,
    RUNS,
    PIN,
    COPY,
    PALETTE,
    DEEDS,
    JOURNAL,
    SHELL,
    K9S,
    THEME,
    HELP,
)
BY_ID: dict[str, Action] = {
    action.id: action for action in (*ACTIONS, *COMPOSE.values(), RELEASE, ARGO_ROLL_BACK)
}
