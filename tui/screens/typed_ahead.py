"""Keys that were typed before what they are for was on the screen: they wait for it, and go there."""

from __future__ import annotations

import asyncio
from typing import Any

from textual import events
from textual.screen import Screen
from textual.widget import Widget

from widgets.filter_bar import FilterBar

_LOOKS, _PAUSE = 500, 0.002  # a second in all; then a key goes on all the same


async def composed(screen: Screen[Any]) -> None:
    """Waits until a screen that was just put up has its widgets: its own actions look for them."""
    for _ in range(_LOOKS):
        if screen.is_mounted:
            return
        await asyncio.sleep(_PAUSE)


def taken_by_bar(focused: Widget | None, event: events.Key) -> bool:
    """Whether the bar that has opened meanwhile took a key that was typed before it had."""
    bar = focused.parent if focused is not None else None
    return isinstance(bar, FilterBar) and bar.typed_ahead(event)
