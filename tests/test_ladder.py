"""The ladder: versions compared, the words of a difference, and the screen on the demo."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cockpit import cockpit, settings_of
from tests.demo_control import Demo
from tests.records import NOW, deployment, meta
from tui.model.compose import SERVICE
from tui.model.environment import Environment, Purpose
from tui.model.health import WorkloadHealth, judge_workload
from tui.model.ladder import Rung, Service, Step, behind, ladder, service_name
from tui.panes.work import WorkPane
from tui.present.ladder import difference, rows
from widgets.live_table import Span, Tone


@pytest.mark.parametrize(
    ("older", "newer", "expected"),
    [
        ("1.4.2", "1.5.0", True),
        ("1.10.0", "1.9.9", False),
        ("v1.2", "1.2.1", True),
        ("1.5.0-rc1", "1.5.0", True),
        ("1.5.0", "1.5.0", None),
        ("main-4f1c", "1.5.0", None),
        ("latest", "stable", None),
    ],
)
def test_versions_are_compared_only_where_they_are_numbers(
    older: str, newer: str, expected: bool | None
) -> None:
    assert behind(older, newer) is expected


def _judged(name: str, image: str, namespace: str = "services") -> WorkloadHealth:
    one = deployment(meta=meta("Deployment", name, namespace=namespace), images=(image,))
    return judge_workload(one, [], [], lambda _: None, None, NOW)


def test_services_meet_under_the_policys_names() -> None:
    development = Environment("development", namespaces=(Purpose("services", "services"),))
    staging = Environment("staging", namespaces=(Purpose("services", "staging-services"),))
    found = ladder(
        [development, staging],
        {
            "development": [_judged("auth-service", "r/auth:1.5.0"), _judged("ledger", "r/ledger:0.9")],
            "staging": [_judged("auth", "r/auth:1.4.2", "staging-services")],
        },
    )
    assert [(one.namespace, one.name) for one in found] == [("services", "auth"), ("services", "ledger")]
    assert [step.image for step in found[0].steps] == ["r/auth:1.5.0", "r/auth:1.4.2"]
    assert [step.rung for step in found[1].steps] == [Rung.RUNS, Rung.ABSENT]
    assert service_name("-service") == "-service"


def _local(image: str) -> Step:
    return Step(image, rung=Rung.RUNS, kind=SERVICE)


RUNS = [("development", Step("a:1.5.0", rung=Rung.RUNS)), ("production", Step("a:1.5.0", rung=Rung.RUNS))]


@pytest.mark.parametrize(
    ("known", "words", "tone"),
    [
        (RUNS, "same everywhere", Tone.QUIET),
        (
            [RUNS[0], ("production", Step("a:1.4.2", rung=Rung.RUNS))],
            "production is behind development",
            Tone.LOOK,
        ),
        (
            [RUNS[0], ("production", Step("a:1.6.0", rung=Rung.RUNS))],
            "production is ahead of development",
            Tone.LOOK,
        ),
        (
            [("local", _local("a:1.6.0")), RUNS[0]],
            "local is ahead of development by 1.6.0 > 1.5.0",
            Tone.LOOK,
        ),
        (
            [("local", _local("a:1.4.3")), RUNS[0], ("production", Step("a:1.4.2", rung=Rung.RUNS))],
            "local is behind development by 1.4.3 < 1.5.0; production is behind development",
            Tone.LOOK,
        ),
        (
            [("local", _local(f"sha256:{'ab' * 32}")), RUNS[0]],
            "local differs from development: abababababab, 1.5.0",
            Tone.LOOK,
        ),
        (
            [RUNS[0], ("production", Step("a:main", rung=Rung.RUNS))],
            "production differs from development",
            Tone.LOOK,
        ),
        ([RUNS[0], ("production", Step())], "not in production", Tone.QUIET),
        (
            [RUNS[0], ("production", Step("a:1.5.0", "a:1.4.2", Rung.MOVING))],
            "arriving in production",
            Tone.MOVING,
        ),
        (
            [RUNS[0], ("production", Step("a:2.0.0", "a:1.4.2", Rung.STUCK, "image not found"))],
            "production: image not found",
            Tone.BAD,
        ),
        ([RUNS[0]], "", Tone.QUIET),
    ],
)
def test_the_difference_in_words_begins_with_the_worst(
    known: list[tuple[str, Step]], words: str, tone: Tone
) -> None:
    assert difference(known) == (words, tone)


def test_of_an_environment_that_is_not_read_nothing_is_said() -> None:
    environments = [Environment("development"), Environment("production")]
    one = Service("services", "auth", (Step("a:1.5.0", rung=Rung.RUNS), Step()))
    (row,) = rows([one], environments, frozenset({"production"}))
    assert row.cells[2] == (Span("?", Tone.QUIET),)
    assert row.cells[-1] == (Span("", Tone.QUIET),)


async def test_it_shows_every_environment_and_opens_where_it_is_broken(demo: Demo, tmp_path: Path) -> None:
    world = demo.world("small")
    for well in ("development", "staging"):
        world.delete("Deployment", "services", "personal", environment=well)
    async with cockpit(settings_of(world, tmp_path, environment="development")) as driver:
        await driver.sees("● live")
        await driver.press("v")
        await driver.sees("which version runs where")
        await driver.sees("production: rollout is stuck")
        assert "ALL ENVIRONMENTS" in driver.screen()
        await driver.press("slash", *"personal", "enter", "enter")
        await driver.sees("PRODUCTION")
        await driver.sees("4 Trouble")
        cursor = driver.app.screen.query_one(WorkPane).current.table.cursor
        there = world.get("Deployment", "services", "personal")
        assert there is not None
        assert cursor == there["metadata"]["uid"]
    world.drop()


async def test_it_follows_the_cluster_and_goes_back(demo: Demo, tmp_path: Path) -> None:
    world = demo.world("small")
    async with cockpit(settings_of(world, tmp_path, environment="production")) as driver:
        await driver.sees("● live")
        await driver.press("v")
        await driver.sees("auth")
        world.patch(
            "Deployment",
            "services",
            "auth",
            {"spec": {"template": {"spec": {"containers": [{"name": "auth", "image": "demo/auth:9.9.9"}]}}}},
            environment="production",
        )
        await driver.sees("9.9.9")
        await driver.press("escape")
        await driver.sees_no("which version runs where")
    world.drop()
