"""The Compose file: the project's name, what the docker command makes of it, and what plain YAML tells."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tui.clock import SystemClock
from tui.model.compose import Project, ServiceSpec, depths, one_shots, served
from tui.wire import compose_file

NOBODY = {"PATH": "/nowhere"}
DONE = "service_completed_successfully"
WITH_COMPOSE = pytest.mark.skipif(shutil.which("docker") is None, reason="no docker command here")


async def read(folder: Path, text: str, environ: dict[str, str]) -> Project:
    file = folder / "compose.yaml"
    file.write_text(text)
    return await compose_file.read(file, environ, SystemClock())


async def test_plain_yaml_where_there_is_no_docker_command(tmp_path: Path) -> None:
    text = """
name: shop
services:
  api:
    image: api:1
    command: [serve, --fast]
    depends_on: [db]
    ports: ["80:80"]
    labels: [a=b]
    deploy: {replicas: 3}
  db: {image: db, restart: always, healthcheck: {test: x}, labels: {c: d}, depends_on: {x: {condition: y}}}
"""
    found = await read(tmp_path, text, NOBODY)
    assert (found.name, found.by_cli, found.complaint) == ("shop", False, "")
    api, db = found.services["api"], found.services["db"]
    assert (api.replicas, api.command, api.labels) == (3, "serve --fast", {"a": "b"})
    assert (api.depends_on, api.ports) == ({"db": "service_started"}, ("80:80",))
    assert (db.restart, db.health_check, db.depends_on) == ("always", True, {"x": "y"})


@pytest.mark.parametrize(
    "service",
    [
        "depends_on: x",
        "ports: 80",
        "healthcheck: x",
        "labels: 5",
        "restart: [a]",
        "deploy: x",
        "scale: many",
        "command: {a: b}",
        "profiles: x",
        "image: {a: b}",
    ],
)
async def test_what_does_not_belong_there_breaks_nothing(service: str, tmp_path: Path) -> None:
    found = await read(tmp_path, f"services:\n  a:\n    {service}\n  b:\n", NOBODY)
    assert set(found.services) == {"a", "b"}


@pytest.mark.parametrize(
    ("environ", "declared", "name"),
    [
        ({}, None, "myshop_2"),
        ({}, "own", "own"),
        ({}, "${VARIABLE}", "myshop_2"),
        ({"COMPOSE_PROJECT_NAME": "given"}, "own", "given"),
    ],
)
def test_the_project_name(environ: dict[str, str], declared: str | None, name: str, tmp_path: Path) -> None:
    assert compose_file.project_name(tmp_path / "_My Shop_2!/compose.yaml", declared, environ) == name


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("services:\n  a: {image: x\n  b: 1\n", ":3: "),
        ("- a list\n", ": expected a table with services"),
        ("x: 2001-99-99\n", "month must be in 1..12"),
    ],
)
async def test_what_is_no_compose_file(text: str, said: str, tmp_path: Path) -> None:
    found = await read(tmp_path, text, NOBODY)
    assert found.complaint.startswith(f"{tmp_path}/compose.yaml")
    assert said in found.complaint


async def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    found = await compose_file.read(tmp_path / "gone.yaml", NOBODY, SystemClock())
    assert found.complaint == f"{tmp_path}/gone.yaml: there is no such file"


@WITH_COMPOSE
async def test_a_mistake_in_composes_own_words_with_file_and_line(tmp_path: Path) -> None:
    environ = dict(os.environ)
    found = await read(tmp_path, "services:\n  a:\n    image: x\n    imag: x\n", environ)
    if not found.by_cli:
        pytest.skip("no docker compose here")
    assert found.complaint.startswith(f"{tmp_path}/compose.yaml:4: ")
    assert "imag" in found.complaint


@WITH_COMPOSE
async def test_profiles_variables_and_hashes_by_the_command(tmp_path: Path) -> None:
    text = "name: shop\nservices:\n  a: {image: 'x:${V:-1}'}\n  b: {image: y, profiles: [off]}\n"
    found = await read(tmp_path, text, dict(os.environ))
    if not found.by_cli:
        pytest.skip("no docker compose here")
    assert found.services["a"].image == "x:1"
    assert len(found.services["a"].hash) == 64
    assert found.inactive == ("b",)


def spec(name: str, waits: dict[str, str] | None = None, **more: object) -> ServiceSpec:
    return ServiceSpec(name, depends_on=waits or {}, **more)  # type: ignore[arg-type]


def test_what_is_expected_to_end_and_in_which_order() -> None:
    services = {
        one.name: one
        for one in (
            spec("db"),
            spec("first", {"db": "service_healthy"}),
            spec("second", {"first": DONE}),
            spec("api", {"second": DONE}),
            spec("seed", restart="no"),
            spec("site", restart="no", ports=("80",)),
            spec("tagged", labels={"deploytui.job": "true"}),
            spec("forever-migrate", restart="always"),
        )
    }
    ends = one_shots(services, ["forever-migrate"])
    assert ends == {"first", "second", "seed", "tagged"}
    assert depths(services, ends) == {"first": 1, "second": 2, "seed": 1, "tagged": 1}
    assert served(services, "first", ends) == "api"
    assert served(services, "seed", ends) == ""


def test_a_circle_of_dependencies_ends() -> None:
    services = {"a": spec("a", {"b": DONE}), "b": spec("b", {"a": DONE})}
    assert set(depths(services, one_shots(services))) == {"a", "b"}
