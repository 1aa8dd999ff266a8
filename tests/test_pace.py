"""A key comes first: streams and ticks wait for its answer, and never for long."""

from __future__ import annotations

import asyncio

from tui.pace import ANSWER, LONGEST, Pace


async def test_without_a_key_nothing_waits() -> None:
    pace = Pace()
    loop = asyncio.get_running_loop()
    began = loop.time()
    for _ in range(1000):
        await pace.breathe()
        assert pace.may_tick()
    assert loop.time() - began < 1000 * ANSWER  # as long as it would take if each had waited


async def test_a_stream_waits_until_the_key_is_answered() -> None:
    pace = Pace()
    loop = asyncio.get_running_loop()
    pace.typed()
    typed = loop.time()
    await pace.breathe()
    assert loop.time() - typed >= ANSWER - 0.001  # the timer may be a hair early


async def test_ticks_go_on_while_a_key_is_held() -> None:
    pace = Pace()
    loop = asyncio.get_running_loop()
    pace.typed()
    assert pace.may_tick()  # the first one waits for nobody
    last = loop.time()
    pace.typed()
    assert not pace.may_tick()
    while not pace.may_tick():
        await asyncio.sleep(0.01)
        pace.typed()
    assert loop.time() - last >= LONGEST - 0.001
