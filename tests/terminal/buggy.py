"""The cockpit with a bug of the test's own in a place that is named, and secrets in the locals around it."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import tui.app
from tui.app import Cockpit
from tui.loop import Loop
from tui.settings import Options, load
from tui.wire.secret import Secret
from widgets.key_line import KeyLine


def fail(*_: Any, **__: Any) -> Any:
    """A frame full of secrets."""
    password, wrapped = os.environ["PLANTED"], Secret(os.environ["PLANTED"])
    where = {"password": password, "headers": {"Authorization": f"Bearer {password}"}, "wrapped": wrapped}
    raise RuntimeError(f"a bug beside {len(where)} secrets: {wrapped}")


class Buggy(Cockpit):
    """Its bugs come once something is on the screen."""

    CSS_PATH = tui.app.__file__.replace("app.py", "app.tcss")
    begun = False

    async def tick(self) -> None:
        """Begins when all is well."""
        await super().tick()
        if not self.begun and "staging" in self.sessions and self.sessions["production"].link.usable:
            self.begun = True
            self.begin()

    def begin(self) -> None:
        """Plants what begins by itself."""
        place = sys.argv[1]
        if place == "timer":
            self.set_timer(0.1, fail)
        elif place == "worker":
            self.run_worker(self.work())
        elif place == "paint":
            KeyLine.render_line = fail  # type: ignore[method-assign]
            self.screen.query_one(KeyLine).refresh()
        elif place == "feed":
            client: Any = self.sessions["staging"].client
            client.pages = fail
            self.run_worker(self.switch("staging"))

    async def work(self) -> None:
        """Fails off the handlers, as what follows a deed could."""
        fail()

    def action_leave(self) -> Any:
        """Fails in the handler of a key."""
        fail()


def main() -> int:
    """Settings as the command has them."""
    _, _, config, kubeconfig = sys.argv
    options = Options(environment="production", config=Path(config), kubeconfig=Path(kubeconfig))
    home = Path.cwd()
    app = Buggy(load(options, environ=os.environ, cwd=home, home=home))
    with asyncio.Runner(loop_factory=Loop) as runner:
        runner.run(app.run_async())
    return app.return_code or 0


if __name__ == "__main__":
    sys.exit(main())
