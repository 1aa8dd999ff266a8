"""Hostile text in a real terminal: of all bytes that are written, none that steers is the cluster's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests import hostile
from tests.demo_control import Demo
from tests.terminal.terminal import opened

pytestmark = pytest.mark.slow  # a process and a terminal of its own each

STRINGS = re.compile(rb"\x1b([PX^_c])")
"""DCS, SOS, PM, APC and a reset: we send none."""
UNSEEN = re.compile("[\x80-\x9f\u061c\u200b-\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufe0f]")
"""C1 controls, what turns or breaks lines, what is not seen."""


def test_nothing_of_the_cluster_steers_the_terminal(demo: Demo, tmp_path: Path) -> None:
    world = demo.world(frozen=True)
    given = "development", "--config", str(world.config), "--kubeconfig", str(world.kubeconfig)
    with opened(*given, home=tmp_path) as terminal:
        terminal.sees("● live")
        hostile.put(world, "development")
        terminal.sees("aa-[red]")
        for keys, shown in (
            ("d", "Why: services/"),
            ("q", "d Why"),
            ("\x1b[C", "ROLLOUT"),
            ("\x1b[C", "talks"),
            ("/talks\r", "1 of"),
            ("y", "kind: Pod"),
            ("q", "d Why"),
            ("l", "the last words"),
        ):
            terminal.press(keys)
            terminal.sees(shown)
        terminal.press("\x11")
        assert terminal.ended() == 0
        written = terminal.written
    assert set(re.findall(rb"\x1b\](\d*)", written)) <= {b"2", b"22"}, (
        "titles and pointers: no clipboard, no link"
    )
    assert not STRINGS.findall(written)
    assert not UNSEEN.findall(written.decode())
    assert b"\x1b[2J\x1b[1;1H\x1b[31m" not in written
    world.drop()
