"""The driver of the screen's tests: press keys, wait until words are seen, never sleep for a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from textual.pilot import Pilot

from tests.demo_control import WorldControl
from tui.app import Cockpit
from tui.settings import Options, Settings, load
from tui.store import LinkState
from tui.wire.kinds import KINDS


class Driver:
    """A running cockpit, as a person at its keys sees it."""

    def __init__(self, app: Cockpit, pilot: Pilot[int]) -> None:
        self.app = app
        self.pilot = pilot

    async def press(self, *keys: str) -> None:
        """Presses keys one after the other."""
        await self.pilot.press(*keys)

    def screen(self) -> str:
        """What is painted now, as plain lines."""
        screen = self.app.screen
        lines = screen._compositor.render_strips(screen.size)
        return "\n".join(line.text.rstrip() for line in lines)

    async def sees(self, words: str, within: float = 20.0) -> str:
        """Waits until those words are on the screen; fails with the screen when they never come."""
        return await self._until(lambda text: words in text, f"{words!r} never came", within)

    async def sees_no(self, words: str, within: float = 20.0) -> str:
        """Waits until those words are gone."""
        return await self._until(lambda text: words not in text, f"{words!r} stayed", within)

    async def read(self) -> None:
        """Waits until each kind of the environment in front was listed: what a key finds is all there."""
        store = self.app.sessions[self.app.front].store
        await self.until(lambda: all(one in {kind for kind, _ in store.links} for one in KINDS))
        await self.until(lambda: all(one.state is not LinkState.CONNECTING for one in store.links.values()))

    async def asked(self, words: str) -> str:
        """Waits for a dialog with those words."""
        return await self.sees(words)

    async def until(self, holds: Callable[[], object], within: float = 20.0) -> None:
        """Waits for something that is not to be read off the screen."""
        await self._until(lambda _: holds(), "what was waited for never came", within)

    async def _until(self, holds, failure: str, within: float) -> str:  # type: ignore[no-untyped-def]
        try:
            async with asyncio.timeout(within):
                while not holds(text := self.screen()):
                    await self.pilot.pause(0.05)
        except TimeoutError:
            raise AssertionError(f"{failure}:\n{self.screen()}") from None
        return str(text)


def settings_of(world: WorldControl, state: Path, *, alone: bool = False, **changes: object) -> Settings:
    """The configuration that the demo wrote for a world, with a state folder of the test's own.

    `alone` leaves only the environment that it opens on: the streams of the others are half of a test's work.
    """
    options = Options(config=world.config, kubeconfig=world.kubeconfig, **changes)  # type: ignore[arg-type]
    environ = {"XDG_STATE_HOME": str(state), "HOME": str(state)}
    found = load(options, environ=environ, cwd=state, home=state)
    if not alone:
        return found
    return replace(found, environments=tuple(one for one in found.environments if one.name == found.start))


@asynccontextmanager
async def cockpit(settings: Settings, size: tuple[int, int] = (120, 36)) -> AsyncIterator[Driver]:
    """Opens a cockpit of that size; it is closed as by its own key."""
    app = Cockpit(settings)
    async with app.run_test(size=size, notifications=True) as pilot:
        yield Driver(app, pilot)
