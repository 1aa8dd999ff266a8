"""A key comes first: streams and ticks wait for its answer, and never for long."""

from __future__ import annotations

import asyncio

from tui.pace import ANSWER, Pace


async def test_without_a_key_nothing_waits() -> None:
    pace = Pace()
    loop = asyncio.get_running_loop()
    began = loop.time()
    for _ in range(1000):
        await pace.breathe()
        await pace.between()
    assert loop.time() - began < 1000 * ANSWER  # as long as it would take if each had waited


async def test_a_stream_waits_for_the_paint_of_the_last_key() -> None:
    pace = Pace()
    first, second = pace.typed(), pace.typed()
    waits = asyncio.create_task(pace.breathe())
    pace.answered(first)
    for _ in range(9):
        await asyncio.sleep(0)
    assert not waits.done()
    pace.answered(second)
    await waits
    await pace.between()  # nothing to wait for


async def test_a_key_that_is_never_answered_holds_up_nothing_for_long() -> None:
    pace = Pace()
    loop = asyncio.get_running_loop()
    pace.typed()
    typed = loop.time()
    await pace.between()
    assert loop.time() - typed >= ANSWER - 0.001  # the timer may be a hair early


async def test_ticks_go_on_while_a_key_is_held() -> None:
    pace = Pace()
    held = asyncio.create_task(_hold(pace))
    for _ in range(3):
        await pace.between()
    assert not held.done()  # it is held down still
    held.cancel()


async def _hold(pace: Pace) -> None:
    """A key whose answers are not painted."""
    while True:
        pace.typed()
        await asyncio.sleep(0.001)


async def test_a_key_that_comes_while_the_loop_is_busy_is_waited_for() -> None:
    pace, loop = Pace(), asyncio.get_running_loop()
    order: list[str] = []

    def key() -> None:
        number = pace.typed()
        loop.call_soon(order.append, "painted")
        loop.call_soon(pace.answered, number)

    loop.call_soon(loop.call_soon, key)
    await pace.between()
    assert order == ["painted"]
