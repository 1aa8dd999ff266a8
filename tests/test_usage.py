"""CPU and memory: quantities, limits, what is asked of a cluster, and the columns of Pods."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.cockpit import cockpit, settings_of
from tests.demo_control import Demo
from tests.records import pod, running
from tui.model.pod import Part
from tui.model.usage import limits, quantity
from tui.present.pod import row
from tui.wire.kinds.pod_usage import parse
from widgets.live_table import Span, Tone


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("4991073n", 0.004991073),
        ("250m", 0.25),
        ("1", 1.0),
        ("0.5", 0.5),
        ("64Mi", 64 * 2**20),
        ("46964Ki", 46964 * 2**10),
        ("1e3", 1000.0),
        ("2E", 2e18),
        ("1G", 1e9),
        ("", 0.0),
        ("lots", 0.0),
    ],
)
def test_quantities_are_read_as_the_api_writes_them(text: str, number: float) -> None:
    assert quantity(text) == pytest.approx(number)


def test_a_pods_limit_is_that_of_all_its_lasting_containers() -> None:
    app = running("app", memory_limit="64Mi", cpu_limit="500m")
    side = running("side", part=Part.SIDECAR, memory_limit="64Mi")
    init = running("init", part=Part.INIT)
    assert limits(pod(app, side, init)) == (0.0, 128 * 2**20)
    assert limits(pod(app, running("free"))) == (0.0, 0.0)


def test_what_nears_its_limit_wants_a_look() -> None:
    raw = b'{"metadata":{"name":"p","namespace":"x"},"containers":[{"usage":{"cpu":"20m","memory":"62Mi"}}]}'
    one = pod(running("app", memory_limit="64Mi", cpu_limit="500m"))
    cells = row(one, parse(raw)).cells
    assert (Span("20m/500m", Tone.QUIET),) in cells
    assert (Span("62Mi/64Mi", Tone.LOOK),) in cells
    assert (Span("20m", Tone.QUIET),) in row(pod(running()), parse(raw)).cells
    assert row(one, replace(parse(raw), memory=3 * 2.0**30)).cells != cells


async def test_the_pods_tab_shows_it_where_the_cluster_measures(demo: Demo, tmp_path: Path) -> None:
    world = demo.world("small")
    async with cockpit(settings_of(world, tmp_path, environment="production"), size=(200, 50)) as driver:
        await driver.sees("● live")
        await driver.press("right", "right")
        await driver.sees("MEMORY")
        screen = await driver.sees("Mi/")
        assert "CPU" in screen
        asked = world.requests("GET", "metrics.k8s.io")
        assert {one["status"] for one in asked} == {200}
    world.drop()


async def test_a_cluster_without_metrics_shows_none(demo: Demo, tmp_path: Path) -> None:
    world = demo.world("small")
    world.fault("status", "metrics.k8s.io", code=404)
    async with cockpit(settings_of(world, tmp_path, environment="production"), size=(200, 50)) as driver:
        await driver.sees("● live")
        await driver.press("right", "right")
        await driver.sees("CrashLoopBackOff")
        assert "Mi/" not in driver.screen()
    world.drop()
