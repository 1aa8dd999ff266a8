"""What a frame or a title says about a log view."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LogStatus:
    """What a frame or a title says about the view."""

    lines: int = 0  # in the ring
    first: int = 0  # number of the oldest
    following: bool = True
    held_new: int = 0  # arrived since the view is held
    cursor: int | None = None
    pattern: str = ""
    matches: int = 0
    match_index: int = 0  # of the cursor's line, from 1; 0 when it is no match
    searching: bool = False
    only_matching: bool = False
    sifted: int | None = None  # lines that the filter lets through; None without one
    at_top: bool = False  # held where nothing older is shown
    wrap: bool = False
    evicted_while_held: int = 0
    lost: int = 0
