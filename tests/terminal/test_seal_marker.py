"""A marker is sealed through the whole cockpit in a real terminal; then it is looked for everywhere."""

from __future__ import annotations

import os
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.demo_control import Demo
from tests.sealing_form import Checkout, checkout
from tests.terminal.terminal import Terminal, opened

pytestmark = pytest.mark.slow  # a process and a terminal of its own each

CTRL_N, CTRL_Q, CTRL_S = "\x0e", "\x11", "\x13"
_LARGEST = 8 << 20  # bytes of a file that is looked into


@pytest.fixture
def place(demo: Demo, tmp_path: Path) -> Iterator[Checkout]:
    world = demo.world("secrets")
    yield checkout(world, tmp_path)
    world.drop()


def files_with(markers: list[bytes], since: float, *folders: Path) -> list[str]:
    """Files of those folders, and of the machine's temporary one that were written since, that hold it."""
    temporary = Path(tempfile.gettempdir())
    found = []
    for top in (*folders, temporary):
        for folder, _, names in os.walk(top):  # what vanishes meanwhile is passed over
            for file in (Path(folder, name) for name in names):
                try:
                    stat = file.lstat()
                    young = top != temporary or stat.st_mtime >= since
                    if young and file.is_file() and stat.st_size < _LARGEST and holds(file, markers):
                        found.append(str(file))
                except OSError:
                    continue
    return found


def holds(file: Path, markers: list[bytes]) -> bool:
    raw = file.read_bytes()
    return any(marker in raw for marker in markers)


def processes_with(markers: list[bytes]) -> list[str]:
    """Command lines and environments of all processes that hold it."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        for name in ("cmdline", "environ"):
            try:
                if holds(process / name, markers):
                    found.append(str(process / name))
            except OSError:
                continue
    return found


def test_a_sealed_value_is_nowhere_but_in_its_ciphertext(place: Checkout, tmp_path: Path) -> None:
    markers = [f"marker-{uuid.uuid4().hex}" for _ in range(3)]
    since = time.time()
    temporary = place.home / "tmp"
    temporary.mkdir()
    line = ("--config", str(place.root / "deploytui.yaml"), "production")

    def nowhere(terminal: Terminal) -> None:
        raw = [marker.encode() for marker in markers]
        assert processes_with(raw) == []
        assert not any(marker in terminal.written for marker in raw)
        assert files_with(raw, since, tmp_path, place.world.demo.folder) == []

    with opened(*line, home=place.home, TMPDIR=str(temporary)) as terminal:
        terminal.sees("● live")
        terminal.press("\x1b[C")
        terminal.sees("ROLLOUT")
        terminal.sees("billing")
        terminal.press("/billing\r")
        terminal.sees("Logs  billing")
        terminal.press("E")
        terminal.sees("keep what is sealed")
        terminal.sees("valid to")
        terminal.press(markers[0])
        terminal.sees("changes")
        terminal.press(CTRL_N)
        terminal.press(f"\x1b[200~TOKEN={markers[1]}\n\x1b[201~")
        terminal.sees("TOKEN")
        nowhere(terminal)
        terminal.press(CTRL_S)
        terminal.sees("What changes")
        nowhere(terminal)
        terminal.press("\t\r")
        terminal.sees("written, not committed")
        nowhere(terminal)
        terminal.press("q")
        terminal.sees("Logs  billing")
        terminal.press("E")
        terminal.sees("keep what is sealed")
        terminal.press(markers[2])
        terminal.sees("changes")
        os.kill(terminal.process.pid, 15)  # with a value in the form
        assert terminal.ended() == 0
        nowhere(terminal)
    label = "services/billing-secrets"
    sealed = place.encrypted()
    assert [place.open(sealed[key], label) for key in ("JWT_SECRET", "TOKEN")] == markers[:2]
    assert not any(marker in str(place.world.requests()) for marker in markers)
