"""`!`: a program of the user's own has the terminal, knows the context, and the screen comes back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.demo_control import Demo
from tests.terminal.terminal import opened
from tests.terminal.test_terminal import ALTERNATE

pytestmark = pytest.mark.slow  # a process and a terminal of its own each

SHELL = """#!/bin/sh
printf 'files %s\\n' "$KUBECONFIG"
cat "${KUBECONFIG%%:*}"
printf 'ready\\n'
read answer
printf 'got %s\\n' "$answer"
"""


@pytest.fixture
def shell(tmp_path: Path) -> Path:
    """A shell that says what it was given."""
    made = tmp_path / "shell"
    made.write_text(SHELL)
    made.chmod(0o755)
    return made


def test_a_shell_has_the_context_and_the_screen_comes_back(demo: Demo, tmp_path: Path, shell: Path) -> None:
    world = demo.world("small")
    arguments = ("production", "--config", str(world.config), "--kubeconfig", str(world.kubeconfig))
    with opened(*arguments, "-n", "services", home=tmp_path, SHELL=str(shell)) as terminal:
        terminal.sees("● live")
        terminal.sees("rollout is stuck")
        terminal.press("!")
        terminal.sees("ready")
        assert terminal.switched(ALTERNATE) == "l"
        said = terminal.written.decode(errors="replace").replace("\r\n", "\n")
        line = next(one for one in said.splitlines() if one.startswith("files "))
        first, *others = line.removeprefix("files ").split(":")
        assert str(world.kubeconfig) in others
        handed = json.loads(said[said.rindex('{"apiVersion"') : said.rindex("}") + 1])
        assert handed["current-context"] == "production"
        assert handed["contexts"][0]["context"]["namespace"] == "services"
        assert "token" not in json.dumps(handed)
        terminal.press("yes\n")
        terminal.sees("got yes")
        terminal.sees("rollout is stuck")  # painted anew
        assert terminal.switched(ALTERNATE) == "h"
        assert not Path(first).exists()
        terminal.press("\x11")
        assert terminal.ended() == 0
    world.drop()


def test_ctrl_c_is_the_programs_own(demo: Demo, tmp_path: Path, shell: Path) -> None:
    world = demo.world("small")
    arguments = ("production", "--config", str(world.config), "--kubeconfig", str(world.kubeconfig))
    with opened(*arguments, home=tmp_path, SHELL=str(shell)) as terminal:
        terminal.sees("rollout is stuck")
        terminal.press("!")
        terminal.sees("ready")
        terminal.press("\x03")
        terminal.sees("rollout is stuck")
        terminal.press("\x11")
        assert terminal.ended() == 0
    world.drop()


def test_where_nothing_may_be_written_there_is_no_shell(demo: Demo, tmp_path: Path, shell: Path) -> None:
    world = demo.world("small")
    arguments = (
        "production",
        "--readonly",
        "--config",
        str(world.config),
        "--kubeconfig",
        str(world.kubeconfig),
    )
    with opened(*arguments, home=tmp_path, SHELL=str(shell)) as terminal:
        terminal.sees("rollout is stuck")
        terminal.press("!")
        terminal.sees("nothing may be written here")
        assert terminal.switched(ALTERNATE) == "h"
        terminal.press("\x11")
        assert terminal.ended() == 0
    world.drop()
