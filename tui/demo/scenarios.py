"""The scenarios by name: what each does, one step after the other, each step as soon as it can be done."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tui.demo.behaviours.common import Object, key_of
from tui.demo.scenario import (
    SLOW_SECONDS,
    Later,
    Scenario,
    add_migration,
    break_migration,
    first_hook_runs,
    freeze,
    mend_migration,
    other_version,
    rolled_out,
    set_image,
    undo,
)

# Service and environment of each when none is given, as the bench has them; auth-production otherwise.
DEFAULTS = {
    "slow-migration": ("identity", "production"),
    "stuck-hook": ("identity", "production"),
    "terminate": ("identity", "production"),
    "bad-migration": ("personal", "production"),
    "degraded": ("gateway", "production"),
    "blocked": ("gateway", "production"),
    "undo-reverted": ("auth", "development"),
    "auto-failed": ("personal", "development"),
    "secret-missing": ("personal", "staging"),
}
Steps = Iterator[Later]


def _pending(it: Scenario) -> Steps:
    version = other_version(it.image())
    _change(it, f"{it.service} {version} with a migration", set_image(version), _login_attempts(it))
    it.refresh()
    yield from ()


def _login_attempts(it: Scenario) -> Callable[[Object], None]:
    return add_migration("login_attempts", 2.0, only=f"{it.service}_db")


def _slow_migration(it: Scenario, seconds: float = SLOW_SECONDS) -> Steps:
    version = other_version(it.image())
    slow = add_migration("slow_change", seconds)
    _change(it, f"{it.service}: slow migrations", slow, set_image(version))
    it.refresh()
    yield it.sync("slow migrations")


def _stuck_hook(it: Scenario) -> Steps:
    yield from _slow_migration(it)

    def delete() -> bool:
        job = first_hook_runs(it)
        if job is not None:
            it.cluster.delete(*key_of(job))
        return job is not None

    yield delete


def _bad_migration(it: Scenario) -> Steps:
    it.push(break_migration(1), f"{it.service}: a migration with a mistake")
    it.refresh()
    yield it.sync("bad migration")


def _degraded(it: Scenario) -> Steps:
    # The simulator's registry has every tag; "nothing" is the image that it has not.
    def change(manifest: Object) -> None:
        if manifest["kind"] == "Deployment":
            container = manifest["spec"]["template"]["spec"]["containers"][0]
            container["image"] = "registry.platform.example/nothing:9.9.9"

    it.push(change, f"{it.service} 9.9.9")
    it.refresh()
    yield it.sync("image that does not exist")


def _undo_reverted(it: Scenario) -> Steps:
    version = other_version(it.image())
    it.push(set_image(version), f"{it.service} {version}")
    it.refresh()
    image = it.image()

    def undone() -> bool:
        if not rolled_out(it, image):
            return False
        undo(it)
        return True

    yield undone


def _rollback(it: Scenario) -> Steps:
    yield it.roll_back()


def _auto_failed(it: Scenario) -> Steps:
    version = set_image(other_version(it.image()))
    _change(it, f"{it.service}: a migration with a mistake", break_migration(0), version)
    it.refresh()
    yield from ()


def _secret_missing(it: Scenario) -> Steps:
    namespace, name = it.application()["spec"]["destination"]["namespace"], f"{it.service}-secrets"
    for kind in ("SealedSecret", "Secret"):
        if it.cluster.get(kind, namespace, name) is not None:
            it.cluster.delete(kind, namespace, name)
    it.refresh()
    yield it.sync("first sync without its secret")


def _freeze(it: Scenario) -> Steps:
    freeze(it.cluster, on=True)
    yield from ()


def _thaw(it: Scenario) -> Steps:
    freeze(it.cluster, on=False)
    yield from ()


def _blocked(it: Scenario) -> Steps:
    yield it.sync("written during a freeze")


def _terminate(it: Scenario) -> Steps:
    it.terminate()
    yield from ()


def _repair(it: Scenario) -> Steps:
    _change(it, f"{it.service} 1.1.0", mend_migration, set_image("1.1.0"))
    it.refresh()
    if "automated" not in it.application()["spec"]["syncPolicy"]:
        yield it.sync("repair")


def _change(it: Scenario, message: str, *changes: Callable[[Object], None]) -> None:
    def all_of(manifest: Object) -> None:
        for each in changes:
            each(manifest)

    it.push(all_of, message)


SCENARIOS: dict[str, Callable[[Scenario], Steps]] = {
    "pending": _pending,
    "slow-migration": _slow_migration,
    "stuck-hook": _stuck_hook,
    "bad-migration": _bad_migration,
    "degraded": _degraded,
    "undo-reverted": _undo_reverted,
    "rollback": _rollback,
    "auto-failed": _auto_failed,
    "secret-missing": _secret_missing,
    "freeze": _freeze,
    "thaw": _thaw,
    "blocked": _blocked,
    "terminate": _terminate,
    "repair": _repair,
}


class Stage:
    """Scenarios under way in one cluster; `step` goes on with each as far as it comes."""

    def __init__(self) -> None:
        self._plays: list[tuple[Steps, Later | None]] = []

    def play(self, name: str, it: Scenario) -> None:
        """Begins; KeyError for an unknown name, ValueError when it cannot be."""
        self._plays.append((SCENARIOS[name](it), None))
        self.step(0.0)

    def step(self, now: float) -> None:
        """One turn."""
        self._plays = [left for play in self._plays if (left := _gone_on(*play)) is not None]


def _gone_on(steps: Steps, waits: Later | None) -> tuple[Steps, Later | None] | None:
    while waits is None or waits():
        waits = next(steps, None)
        if waits is None:
            return None
    return steps, waits
