"""The command in a real terminal: it starts, obeys, and however it ends the terminal is as it was."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.demo_control import Demo
from tests.terminal.terminal import PATIENCE, Terminal, children, opened, wait_for, wait_gone

pytestmark = pytest.mark.slow  # a process and a terminal of its own each

ALTERNATE, CURSOR, PASTE, FOCUS = 1049, 25, 2004, 1004
MOUSE = (1000, 1003, 1006, 1015)


def assert_restored(terminal: Terminal) -> None:
    """Alternate screen left, cursor shown, mouse, paste and focus reports off, title and modes given back."""
    assert terminal.switched(ALTERNATE) == "l"
    assert terminal.switched(CURSOR) == "h"
    assert {terminal.switched(mode) for mode in (*MOUSE, PASTE, FOCUS)} == {"l"}
    assert b"\x1b]2;deploytui  production\x07" in terminal.written
    assert terminal.written.count(b"\x1b[22;2t") == terminal.written.count(b"\x1b[23;2t") == 1
    assert terminal.written.count(b"\x1b[<u") == terminal.written.count(b"\x1b[>")  # the kitty protocol
    assert terminal.modes() == terminal.before
    assert b"Traceback" not in terminal.written


@pytest.fixture
def small(demo: Demo) -> tuple[str, ...]:
    """Arguments that open production of the scene `small`."""
    world = demo.world("small")
    return "production", "--config", str(world.config), "--kubeconfig", str(world.kubeconfig)


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("", "\x11"),
        ("/", "\x03"),  # in an input
        ("", "?\x11"),  # while it is being put up
        ("R", "\x03"),  # in a dialog that asks for a name
        ("l", signal.SIGTERM),
        ("R", signal.SIGHUP),
    ],
)
def test_however_it_is_told_to_leave_the_terminal_is_as_it_was(
    small: tuple[str, ...], tmp_path: Path, first: str, then: str | signal.Signals
) -> None:
    shown = {"/": "", "R": "Type ", "l": ""}
    with opened(*small, home=tmp_path) as terminal:
        terminal.sees("● live")
        if first:
            terminal.press(first)
            terminal.sees(shown[first])
        if isinstance(then, str):
            terminal.press(then)
        else:
            terminal.process.send_signal(then)
        assert terminal.ended() == 0
        assert_restored(terminal)


def test_it_stands_any_size(small: tuple[str, ...], tmp_path: Path) -> None:
    with opened(*small, home=tmp_path) as terminal:
        terminal.sees("deploy/personal")
        for columns, rows in ((20, 5), (1, 1), (200, 50)):
            terminal.resize(columns, rows)
        terminal.sees("observability")
        terminal.resize(80, 24)
        terminal.sees("deploy/personal")
        terminal.press("?")
        terminal.sees("esc back")
        terminal.press("\x11")
        assert terminal.ended() == 0
        assert_restored(terminal)


def test_it_is_stopped_and_goes_on_with_the_screen_as_it_is_then(
    small: tuple[str, ...], tmp_path: Path
) -> None:
    with opened(*small, home=tmp_path) as terminal:
        terminal.sees("deploy/personal")
        terminal.process.send_signal(signal.SIGTSTP)
        terminal.stopped()
        assert terminal.switched(ALTERNATE) == "l"
        assert terminal.modes() == terminal.before
        seen = len(terminal.written)
        terminal.process.send_signal(signal.SIGCONT)
        terminal.sees("deploy/personal")
        assert b"\x1b[?1049h" in terminal.written[seen:]
        terminal.press("?")
        terminal.sees("esc back")
        terminal.press("\x11")
        assert terminal.ended() == 0
        assert_restored(terminal)


@pytest.mark.parametrize("then", [signal.SIGTERM, None])
def test_a_terminal_that_takes_nothing_holds_nobody_up(
    demo: Demo, tmp_path: Path, then: signal.Signals | None
) -> None:
    world = demo.world("small", frozen=True)
    given = "production", "--config", str(world.config), "--kubeconfig", str(world.kubeconfig)
    with opened(*given, home=tmp_path) as terminal:
        terminal.sees("deploy/personal")
        terminal.press("\x1b[C\x1b[D" * 10 + "y")  # tabs to and fro; nobody reads what that paints
        wait_for(lambda: world.requests("GET", "deployments/personal"))
        if then is not None:
            terminal.process.send_signal(then)
            assert terminal.process.wait(PATIENCE) == 0
            return
        terminal.sees("kind: Deployment")  # painted anew where its own paint was left out
        terminal.press("\x11")
        assert terminal.ended() == 0
        assert_restored(terminal)


@pytest.mark.parametrize("place", ["key", "timer", "worker", "paint", "feed"])
def test_a_bug_ends_with_a_traceback_that_shows_no_secret(demo: Demo, tmp_path: Path, place: str) -> None:
    world = demo.world("small")
    planted = "planted-" + "secret"
    given = place, str(world.config), str(world.kubeconfig)
    with opened(*given, home=tmp_path, module="tests.terminal.buggy", PLANTED=planted) as terminal:
        if place == "key":
            terminal.sees("● live")
            terminal.press("\x11")
        assert terminal.ended() == 1
        assert terminal.switched(ALTERNATE) == "l"
        assert terminal.modes() == terminal.before
        assert b"errors shown" not in terminal.written
        assert b"Traceback" in terminal.written
        assert b"RuntimeError: a bug beside 3 secrets: ***" in terminal.written
        assert b'password, wrapped = os.environ["PLANTED"]' not in terminal.written
        kept = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
        for secret in (planted, world.token):
            assert secret.encode() not in terminal.written + kept
    world.drop()


def test_the_demo_ends_with_the_cockpit(tmp_path: Path) -> None:
    with opened("--demo", home=tmp_path) as terminal:
        terminal.sees("deploy/personal")
        started = children(terminal.process.pid)
        assert started
        terminal.press("\x11")
        assert terminal.ended() == 0
        wait_gone(started)


def test_a_closed_terminal_ends_it_and_the_demo(tmp_path: Path) -> None:
    with opened("--demo", home=tmp_path) as terminal:
        terminal.sees("deploy/personal")
        started = children(terminal.process.pid)
        terminal.close()
        terminal.ended()
        wait_gone(started)


def test_a_killed_cockpit_leaves_no_demo(tmp_path: Path) -> None:
    with opened("--demo", home=tmp_path) as terminal:
        terminal.sees("deploy/personal")
        started = children(terminal.process.pid)
        terminal.process.kill()
        assert terminal.ended() == -signal.SIGKILL
        wait_gone(started)
