"""Every screen at 120x36 dark; cockpit, log and dialog also small, large, light and without colour."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.demo_control import Demo, WorldControl
from tests.looks.gallery import GOLDENS, Gallery, frozen, gallery
from tui.theme import LIGHT


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What changes a picture from outside."""
    for name in ("NO_COLOR", "TEXTUAL_THEME"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    """Whether goldens are to be written."""
    return bool(request.config.option.update_snapshots)


@pytest.fixture
def policy(demo: Demo) -> Iterator[WorldControl]:
    """The policy's world."""
    world = frozen(demo, "policy")
    yield world
    world.drop()


@pytest.fixture
def small(demo: Demo) -> Iterator[WorldControl]:
    """One of everything."""
    world = frozen(demo, "small")
    yield world
    world.drop()


WAVES = ("done v", "00090_wrong")
_GOLDEN = r'(?:shows\(f?|GOLDENS / )"([^".]+)'
ROWS = ("!1 1 mig 4/6", "34/34", "!2 +2 mig", "1 mig +1")
SETTLED = ("● live", "ended: exit 2", *ROWS, "sealed/reports", *WAVES)
"""The feeds, SealedSecrets as the last of them, the log and what the recorder read."""
OTHERS = ("local         0/0", "development   !2 1 mig 9/9", "staging       !2 1 mig 9/9")
SIZES = ((80, 24), (200, 50))


async def settled(see: Gallery) -> None:
    """Until all was read; what events say of a pod is judged with the next second, before a picture."""
    for word in SETTLED:
        await see.driver.sees(word)
    store = see.driver.app.sessions["production"].store
    await see.driver.until(lambda: (link := store.link("Event")) is not None and link.usable)


async def cockpit_log_and_dialog(see: Gallery, look: str) -> None:
    """The three that are looked at in every guise, from the cockpit and back to it."""
    await see.shows(f"cockpit-{look}", "deploy/personal", "ended: exit 2")
    await see.press("l")
    await see.shows(f"logs-{look}", "panic")
    await see.press("escape", "R")
    await see.shows(f"roll-back-{look}", "to go on")
    await see.press("escape")


async def test_the_cockpit(policy: WorldControl, tmp_path: Path, update: bool) -> None:
    async with gallery(policy, tmp_path, update=update, environment="production") as see:
        await settled(see)
        await see.shows("cockpit")
        for tab, words in (
            ("workloads", "(HPA 2-10)"),
            ("pods", "CrashLoopBackOff"),
            ("jobs", "session-cleanup"),
            ("apps", "personal-production"),
            ("secrets", "consents-secrets"),
            ("events", "BackOff"),
        ):
            await see.press("right")
            await see.shows(f"tab-{tab}", words)
        await see.press("left", "slash", *"auth", "enter", "enter")
        await see.shows("screen-lens", "Lens: services/auth-secrets", "older than the newest")
        await see.press("escape")


@pytest.mark.slow
async def test_screens_and_dialogs(policy: WorldControl, tmp_path: Path, update: bool) -> None:
    async with gallery(policy, tmp_path, update=update, environment="production") as see:
        await settled(see)
        for key, name, words in (
            ("l", "logs", "panic"),
            ("d", "why", "Why: services/personal"),
            ("y", "yaml", "kind: Deployment"),
            ("question_mark", "help", "esc back"),
            ("v", "ladder", "Ladder"),
            ("colon", "palette", "Search"),
        ):
            await see.press(key)
            await see.shows(f"screen-{name}", words)
            await see.press("escape")
            await see.driver.sees("1 Environments")
        await see.press("r")
        await see.shows("restart-protected", "Restart personal", "ctrl+y")
        await see.press("escape", "R")
        await see.shows("roll-back-argo", "to go on")
        await see.press("ctrl+o")
        await see.shows("roll-back", "Roll personal back", "to go on")
        await see.press(*"personal")
        await see.shows("roll-back-typed", "to go on")
        await see.press("ctrl+d")
        await see.shows("roll-back-diff", "+++")
        await see.press("escape", "escape")
        await see.press("slash", *"pers")
        await see.shows("filter", "3 of 10")


@pytest.mark.slow
async def test_the_laptop(policy: WorldControl, tmp_path: Path, update: bool) -> None:
    async with gallery(policy, tmp_path, update=update, environment="local") as see:
        await see.shows("local", *ROWS, "none is ready", "done v47", "cache miss")
        await see.press("right")
        await see.shows("local-workloads", "waits for identity-migrate-legal", "postgres")


@pytest.mark.slow
async def test_deeds_where_it_is_open(small: WorldControl, tmp_path: Path, update: bool) -> None:
    async with gallery(small, tmp_path, update=update, environment="development") as see:
        await see.driver.sees("● live")
        await see.press("right")
        await see.driver.sees("done, revision")
        await see.press("g", "space", "j", "space", "r")
        await see.shows("restart-two", "ctrl+y", "Restart 2")
        await see.press("escape", "escape")


@pytest.mark.slow
async def test_small_large_and_light(policy: WorldControl, tmp_path: Path, update: bool) -> None:
    async with gallery(policy, tmp_path, update=update, environment="production") as see:
        await settled(see)
        for width, height in SIZES:
            await see.resize(width, height)
            await cockpit_log_and_dialog(see, f"{width}x{height}")
        await see.resize(80, 24)
        await see.press("1")
        await see.shows("left-80x24", "2 Namespaces")
        await see.press("4")
        await see.resize(120, 36)
        see.driver.app.theme = LIGHT.name
        await cockpit_log_and_dialog(see, "light")


@pytest.mark.slow
async def test_without_colour(
    policy: WorldControl, tmp_path: Path, update: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with gallery(policy, tmp_path, update=update, environment="production") as see:
        await settled(see)
        await cockpit_log_and_dialog(see, "no-colour")


@pytest.mark.slow
async def test_what_is_stale_what_was_done_and_what_is_refused(
    small: WorldControl, tmp_path: Path, update: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "maria")
    async with gallery(small, tmp_path, update=update, environment="development") as see:
        await see.driver.sees("● live")
        await see.press("right", "slash", *"auth", "enter", "r")
        await see.driver.asked("Restart auth")
        await see.press("tab", "enter")
        await see.driver.sees("accepted")
        await see.press("O")
        await see.shows("screen-deeds", "esc back", "Restart auth")
        await see.press("escape", "colon", *"journal", "enter")
        await see.shows("screen-journal", "maria", "accepted")
        await see.press("escape", "escape", "T")
        await see.shows("refused", "no application")
        small.fault("status", "/development/", code=503)
        small.end_streams(cut=True, environment="development")
        await see.shows("stale", "stale")


@pytest.mark.slow
async def test_forbidden(small: WorldControl, tmp_path: Path, update: bool) -> None:
    everything = {"apiGroups": ["*"], "resources": ["*"], "verbs": ["get", "list", "watch"]}
    core = ["namespaces", "events", "configmaps", "secrets", "services", "nodes"]
    rules = [
        {**everything, "apiGroups": ["apps", "autoscaling", "policy", "batch"]},
        {**everything, "apiGroups": [""], "resources": core},
    ]
    small.user("viewer", rules)
    theirs = str(small.kubeconfig_of("viewer"))
    small.config.write_text(small.config.read_text().replace(str(small.kubeconfig), theirs))
    async with gallery(small, tmp_path, update=update, environment="production") as see:
        await see.driver.sees("● live")
        await see.press("right", "right")
        await see.shows("forbidden", "forbidden", *OTHERS)


@pytest.mark.slow
async def test_nothing_to_see_yet_or_at_all(demo: Demo, tmp_path: Path, update: bool) -> None:
    world = frozen(demo, "small")
    world.fault("status", "/production/", code=503)
    async with gallery(world, tmp_path, update=update, environment="production") as see:
        await see.shows("unreachable", "× unreachable", *OTHERS)
    world.drop()
    world = frozen(demo, "small")
    world.fault("hang", "/production/")
    async with gallery(world, tmp_path, update=update, environment="production") as see:
        await see.shows("loading", "reading …", *OTHERS)
    world.drop()
    world = frozen(demo, "empty")
    async with gallery(world, tmp_path, update=update, environment="production") as see:
        await see.shows("empty", "● live", "local         0/0", "development   0/0", "staging       0/0")
    world.drop()


def test_every_golden_has_a_look() -> None:
    here = Path(__file__).parent
    source = "\n".join(one.read_text(encoding="utf-8") for one in sorted(here.glob("test_*.py")))
    named = {re.sub(r"\{\w+\}", ".+", name) for name in re.findall(_GOLDEN, source)}
    unused = [
        one.name for one in GOLDENS.glob("*.svg") if not any(re.fullmatch(name, one.stem) for name in named)
    ]
    assert not unused
