"""Any keys on a churning world with a failing link: no crash, no write without its dialog, no cursor lost."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from textual.events import Key

from tests.cockpit import Driver, cockpit, settings_of
from tests.demo_control import Demo, WorldControl
from tui.model.plan import Plan
from tui.panes.work import WorkPane
from tui.screens.cockpit import CockpitScreen
from tui.screens.confirm import Confirm
from tui.wire.kinds import KINDS
from widgets.live_table import LiveTable

# The shell and k9s would want a terminal, and what leaves would end the run.
STAY = (*"dlpycrrrRRvDE?u", "ctrl+l", "ctrl+k")  # whatever they open, the cursor stays on its object
MOVE = (
    *"1234500jjjkkgGJ/~<>=[]-. ",
    *(
        "enter",
        "escape",
        "escape",
        "escape",
        "escape",
        "tab",
        "shift+tab",
        "left",
        "right",
        "up",
        "down",
        "pagedown",
        "pageup",
    ),
    *("ctrl+z", "home", "end", "backspace"),
)
ANSWERS = (*"ad1", "tab", "tab", "enter", "enter", "escape", "down", "ctrl+y")  # in a dialog
NAMES = {"/": "slash", "~": "tilde", "<": "less_than_sign", ">": "greater_than_sign", "=": "equals_sign"}
NAMES |= {"[": "left_square_bracket", "]": "right_square_bracket", "-": "minus", "?": "question_mark"}
NAMES |= {".": "full_stop", " ": "space"}
TURNS = 60
"""Of the loop, in which a key goes from the app through the screen to what has the focus."""
REST = 10
"""Keys between two rests."""
ATTEMPTS = 3
"""Writes of one step at most: a conflict is tried again."""


@pytest.mark.parametrize("seed", [1])
async def test_two_hundred_keys(demo: Demo, tmp_path: Path, seed: int) -> None:
    await hammer(demo, tmp_path, seed, 200)


async def hammer(demo: Demo, state: Path, seed: int, presses: int) -> None:
    """Presses keys; a failure names the seed and the keys that led to it."""
    world, dice = demo.world("policy"), random.Random(seed)
    async with cockpit(settings_of(world, state, environment="development")) as driver:
        await driver.sees("● live")
        hand = Hand(driver, f"seed {seed}")
        for number in range(presses):
            disturb(world, dice, number)
            await hand.press(dice)
            if number % 250 == 249:
                hand.compare(world)
        hand.compare(world)
    assert driver.app.return_code in (None, 0)
    world.drop()


@dataclass
class Hand:
    """Presses keys and knows what each may do."""

    driver: Driver
    who: str
    pressed: list[str] = field(default_factory=list)
    confirmed: list[str] = field(default_factory=list)  # what the plans may write that were agreed to

    async def press(self, dice: random.Random) -> None:
        key = dice.choice(ANSWERS if isinstance(self.driver.app.screen, Confirm) else (*STAY, *MOVE))
        if key in STAY:
            await self.driver.pilot.pause()  # what the keys before it open is open: then the cursor stays
        screen, table = self.driver.app.screen, self.table
        self.pressed.append(key)
        before = table.cursor if table is not None else None
        meant = set(table.targets) if table is not None else set()
        agreed = written(screen.plan) if isinstance(screen, Confirm) and agrees(screen, key) else []
        await self._type(key)
        history = f"{self.who}: {self.pressed[-20:]}"
        assert self.driver.app.is_running, history
        self.confirmed += agreed
        if table is None or key not in STAY:
            return
        now = self.driver.app.screen
        if before is not None and (table.has_focus or now is not screen):
            assert table.cursor == before, history
        if isinstance(now, Confirm):
            targets = {step.target.uid for step in now.plan.steps if step.target.kind != "Application"}
            assert targets <= meant, history  # an Application is that of the row

    async def _type(self, key: str) -> None:
        """As the terminal would, without the pilot's 40 ms of rest; now and then all comes to rest."""
        handled = asyncio.Event()  # one key may take its time: it opens another environment
        self.driver.app.post_message(Key(NAMES.get(key, key), key if len(key) == 1 else None))
        self.driver.app.call_later(handled.set)
        async with asyncio.timeout(30):
            await handled.wait()
        for _ in range(TURNS):
            await asyncio.sleep(0)
        if len(self.pressed) % REST == 0:
            await self.driver.pilot.pause()

    @property
    def table(self) -> LiveTable | None:
        """What has the focus in the cockpit, when it is a tab of pane 4."""
        screen = self.driver.app.screen
        if not isinstance(screen, CockpitScreen):
            return None
        table = screen.query_one(WorkPane).current.table
        return table if table.has_focus and table.lines.wish is None else None

    def compare(self, world: WorldControl) -> None:
        """Every write is a step of a plan that was confirmed, and none came more often than it may."""
        paths = Counter(self.confirmed)
        sent = Counter(
            f"/{one['environment']}{one['path']}"
            for one in world.requests()
            if one["method"] not in ("GET", "HEAD")
            and not any(asks in one["path"] for asks in ("selfsubject", "/proxy/"))
        )
        for path, count in sent.items():
            assert count <= ATTEMPTS * paths[path], f"{self.who}: {path} {count} {paths}"


def written(plan: Plan) -> list[str]:
    """The paths that it may write, each below its environment: objects, and lists for what is made."""
    targets = [step.target for step in plan.steps if step.target.kind in KINDS]
    return [
        f"/{plan.environment}{KINDS[one.kind].url(one.namespace, name)}"
        for one in targets
        for name in (one.name, "")
    ]


def agrees(dialog: Confirm, key: str) -> bool:
    """Whether that key confirms: enter, when the plan can go and Cancel has not the focus."""
    focused = dialog.focused.id if dialog.focused is not None else ""
    return key == "enter" and dialog.ready and focused in ("go", "typed")


def disturb(world: WorldControl, dice: random.Random, number: int) -> None:
    """Now and then streams end, versions expire, answers are late or missing."""
    if number % 20 == 10:
        what = dice.choice(("end", "cut", "expire", "status", "latency"))
        if what in ("end", "cut"):
            world.end_streams(cut=what == "cut", environment="development")
        elif what == "expire":
            world.expire("development")
        elif what == "status":
            world.fault("status", "/development/", code=503)
        else:
            world.fault("latency", "/development/", seconds=0.3)
    elif number % 20 == 0:
        world.clear_faults()
