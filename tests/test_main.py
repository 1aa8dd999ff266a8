"""The command as a process: its version, its imports, its complaints."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.demo_control import WorldControl
from tui import VERSION
from tui.settings import Options, load

ROOT = Path(__file__).parent.parent


def _run(
    *arguments: str, cwd: Path, python: tuple[str, ...] = ("-m", "tui"), path: str = str(ROOT)
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *python, *arguments],
        cwd=cwd,
        env={"PYTHONPATH": path, "HOME": str(cwd)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_version_needs_no_slow_import(tmp_path: Path) -> None:
    ran = _run("--version", cwd=tmp_path, python=("-X", "importtime", "-m", "tui"))
    assert (ran.returncode, ran.stdout) == (0, f"deploytui {VERSION}\n")
    imported = {line.rpartition("|")[2].strip() for line in ran.stderr.splitlines()}
    assert "argparse" in imported
    assert not imported & {"textual", "rich", "httpx", "yaml", "msgspec", "asyncio", "kubernetes", "ssl"}


def test_the_first_paint_does_not_wait_for_the_wire(tmp_path: Path) -> None:
    ran = _run(cwd=tmp_path, python=("-c", "import sys, tui.app; print(*sys.modules)"))
    imported = set(ran.stdout.split())
    assert "tui.screens.cockpit" in imported
    assert not imported & {"httpx", "httpcore", "kubernetes", "cryptography"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--config", "none.yaml"), "none.yaml: there is no such file"),
        (("--config", "wrong.yaml"), 'wrong.yaml:2: unknown key "bel": did you mean bell?'),
        (("--kubeconfig", "none"), "there is no such kubeconfig"),
        ((), "no kubeconfig found"),
        (("--demo", "--config", "wrong.yaml"), "leave them out"),
    ],
)
def test_what_is_misconfigured_is_said_in_a_line(
    tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    (tmp_path / "wrong.yaml").write_text("readonly: true\nbel: false\n")
    ran = _run(*arguments, cwd=tmp_path)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith("deploytui: ")
    assert ran.stderr.count("\n") == 1
    assert said in ran.stderr


def test_an_unknown_option_ends_as_a_misconfiguration_does(tmp_path: Path) -> None:
    ran = _run("--redonly", cwd=tmp_path)
    assert (ran.returncode, "--redonly" in ran.stderr) == (2, True)


@pytest.mark.parametrize("missing", ["starlette", "uvicorn"])
def test_a_demo_that_is_not_installed_says_how(tmp_path: Path, missing: str) -> None:
    packages = tmp_path / "packages"
    packages.mkdir()
    for package in Path(sysconfig.get_path("purelib")).iterdir():
        if not package.name.startswith(missing) and package.suffix != ".pth":
            (packages / package.name).symlink_to(package)
    path = os.pathsep.join([str(ROOT), str(packages)])
    ran = _run("--demo", cwd=tmp_path, python=("-S", "-m", "tui"), path=path)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == "deploytui: the demo is not installed: pip install 'deploytui[demo]'\n"


def test_a_demo_that_fails_says_why_in_a_line(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "uvicorn.py").write_text("raise OSError('no such port')")
    ran = _run("--demo", cwd=tmp_path, path=os.pathsep.join([str(broken), str(ROOT)]))
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == "deploytui: the demo did not start: OSError: no such port\n"


def test_the_demos_own_configuration_is_read(world: WorldControl, tmp_path: Path) -> None:
    options = Options(kubeconfig=world.kubeconfig, config=world.config, demo=True)
    settings = load(options, environ={}, cwd=tmp_path, home=tmp_path)
    assert settings.start in {environment.name for environment in settings.environments}
    assert settings.demo
