"""`deploytui doctor`: what it finds, which rights it misses, and its exit code."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.argo_objects import application
from tests.cockpit import settings_of
from tests.demo_control import Demo, WorldControl
from tests.engine_control import EngineControl
from tui.__main__ import main
from tui.clock import SystemClock
from tui.doctor import Missing, Report, as_text, examine
from tui.model.environment import SyncMode
from tui.settings import Settings


@pytest.fixture
def small(demo: Demo, tmp_path: Path) -> tuple[WorldControl, Settings]:
    """The scene `small`, and the configuration that the demo wrote for it."""
    world = demo.world("small")
    return world, settings_of(world, tmp_path)


async def _production(settings: Settings, kubeconfig: Path | None = None) -> Report:
    only = tuple(
        replace(one, kubeconfig=str(kubeconfig or one.kubeconfig))
        for one in settings.environments
        if one.name == "production"
    )
    (report,) = await examine(replace(settings, environments=only), SystemClock(), {})
    return report


async def test_a_healthy_environment_is_reached_and_nothing_is_missing(
    small: tuple[WorldControl, Settings],
) -> None:
    _, settings = small
    report = await _production(settings)
    assert (report.reachable, report.missing, report.error, report.well) == (True, (), "", True)
    assert (report.user, report.version.startswith("v1.")) == ("ops", True)
    assert "PostgreSQL" in report.found
    assert report.latency_ms is not None
    assert "no right is missing" in as_text([report])


async def test_rights_that_keys_need_are_named_with_their_key(
    small: tuple[WorldControl, Settings],
) -> None:
    world, settings = small
    reads = {"verbs": ["get", "list", "watch"], "apiGroups": ["*"], "resources": ["*"]}
    here = {
        "verbs": ["patch"],
        "apiGroups": ["apps"],
        "resources": ["deployments"],
        "namespaces": ["services"],
    }
    world.user("viewer", [reads, here])
    viewer = world.kubeconfig_of("viewer")
    report = await _production(settings, viewer)
    assert report.user == "viewer"
    assert Missing("r", "patch", "deployments.apps", "gateway") in report.missing
    assert Missing("r", "patch", "deployments.apps", "services") not in report.missing
    assert Missing("R", "patch", "statefulsets.apps", "services") in report.missing
    assert not {one.key for one in report.missing} & {"4", "l"}  # it may read all there is
    assert "patch statefulsets.apps in gateway, services" in as_text([report])
    assert not report.well
    reading = await _production(replace(settings, readonly=True), viewer)
    assert reading.missing == ()


async def test_a_system_that_is_not_there_needs_no_right(small: tuple[WorldControl, Settings]) -> None:
    world, settings = small
    settings = replace(settings, readonly=True)
    reads = {"verbs": ["get", "list", "watch"], "resources": ["*"]}
    groups = ["", "apps", "batch", "autoscaling", "policy"]
    world.user("plain", [{**reads, "apiGroups": groups}])
    plain = world.kubeconfig_of("plain")
    report = await _production(settings, plain)
    assert Missing("4", "list", "sealedsecrets.bitnami.com", "services") in report.missing
    world.fault("status", "/apis$", code=200, body='{"groups": []}')
    report = await _production(settings, plain)
    assert not [one for one in report.missing if "sealedsecrets" in one.resource]


async def test_what_cannot_be_reached_says_why_and_the_others_are_told(
    small: tuple[WorldControl, Settings],
) -> None:
    _, settings = small
    elsewhere = [
        replace(one, context="nowhere") if one.name == "staging" else one for one in settings.environments
    ]
    reports = await examine(replace(settings, environments=tuple(elsewhere)), SystemClock(), {})
    told = {one.name: one for one in reports}
    assert 'context "nowhere" does not exist' in told["staging"].error
    assert (told["staging"].well, told["production"].well) == (False, True)


async def test_the_laptop_is_reported_with_its_engine(small: tuple[WorldControl, Settings]) -> None:
    world, settings = small
    engine = EngineControl.of(world)
    engine.do("add", service="api", count=2)

    async def local() -> Report:
        told = await examine(settings, SystemClock(), {})
        return next(one for one in told if one.name == "local")

    report = await local()
    assert (report.reachable, report.version, report.well) == (True, "Docker 28.0.4", True)
    assert "found: 2 containers of platform" in as_text([report])
    engine.file.write_text("name: platform\nservices: [")
    report = await local()
    assert (report.reachable, report.well) == (True, False)
    assert f"{engine.file}:" in as_text([report])
    assert "found: 2 containers of platform" in as_text([report])
    engine.file.write_text("name: platform\nservices: {}\n")
    engine.do("switch", healthy=False)
    report = await local()
    assert (report.reachable, report.well) == (False, True)
    assert "no Docker engine at tcp://" in as_text([report])


async def test_a_refused_token_is_said(small: tuple[WorldControl, Settings], tmp_path: Path) -> None:
    world, settings = small
    file = tmp_path / "kubeconfig"
    text = world.kubeconfig.read_text()
    token = next(line for line in text.splitlines() if "token:" in line)
    file.write_text(text.replace(token.strip(), "token: stale"))
    report = await _production(settings, file)
    assert (report.reachable, report.well) == (False, False)
    assert "rejected the credentials (401)" in report.error
    assert "stale" not in as_text([report])  # no token is shown


def test_for_programs_it_prints_json_and_ends_with_one(
    small: tuple[WorldControl, Settings], capsys: pytest.CaptureFixture[str]
) -> None:
    world, _ = small
    arguments = ["--kubeconfig", str(world.kubeconfig), "--config", str(world.config), "production"]
    assert main(["doctor", "--json", *arguments]) == 0
    (told,) = json.loads(capsys.readouterr().out)["environments"]
    assert (told["name"], told["reachable"], told["missing"]) == ("production", True, [])
    assert {
        "platform",
        "context",
        "server",
        "user",
        "namespace",
        "latency_ms",
        "version",
        "found",
    } <= told.keys()


async def test_argo_cd_declared_and_real(small: tuple[WorldControl, Settings]) -> None:
    world, settings = small
    other, own = application("auth-staging", environment="staging"), application("auth-production")
    other["metadata"]["uid"] = "other"
    own["metadata"]["labels"]["environment"] = "production"
    world.put(other, own)
    chosen = tuple(
        replace(
            one,
            branch="main",
            sync=SyncMode.MANUAL,
            argo=replace(one.argo, selector="environment=production"),
        )
        for one in settings.environments
    )
    report = await _production(replace(settings, environments=chosen))
    assert len(report.argo) == 1
    assert "of 2 applications are this environment's" in report.argo[0]
    assert report.differing == (
        "auth-production syncs by itself, declared is manual; follows develop, declared is main",
    )
    assert not report.well
    assert "not as declared:" in as_text([report])
    none = tuple(replace(one, argo=replace(one.argo, selector="environment=mars")) for one in chosen)
    lost = await _production(replace(settings, environments=none))
    assert lost.argo[1].startswith("none is: check selector")
    world.fault("status", r"/apis/argoproj\.io/", code=404)
    absent = await _production(replace(settings, environments=chosen))
    assert absent.argo == ("Argo CD is declared (sync: manual) and not there",)
