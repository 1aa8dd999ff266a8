"""Logs at a rate: lines taken, key to paint and memory per line of Log, RichLog and LogView; then a search.

Run `python -m tests.bench.log_view [seconds]`. Read the ratios.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import time
import tracemalloc
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Log, RichLog

from widgets.clean import ansi_text
from widgets.log_view import LogView
from widgets.ring import Ring

TICK = 1 / 8
BATCH_BYTES = 256 << 10
STAMP = b"2026-11-24T12:00:00.000000000Z "
LINES = [
    STAMP + f"GET /api/v1/items/{n} 200 {n % 900} ms agent=curl request={n * 7919:012x}".encode() + b"\n"
    for n in range(5_000)
]


@dataclass
class Result:
    """What one run gave."""

    name: str
    offered: int
    taken: float = 0  # lines a second
    busy: float = 0  # of one processor
    waits: list[float] = field(default_factory=list)  # key to paint, ms

    def wait(self, part: float) -> float:
        """A quantile of key to paint, ms."""
        return sorted(self.waits)[int(part * (len(self.waits) - 1))]


def paint(tag: Hashable | None, line: bytes | object) -> Text:
    return ansi_text(line.decode("utf-8", "replace")) if isinstance(line, bytes) else Text(str(line))


class One(App[None]):
    """One widget, full screen, and a key that is timed from its press until it is painted."""

    BINDINGS = [Binding("f9", "turn", priority=True)]

    def __init__(self, widget: Widget) -> None:
        super().__init__()
        self.widget = widget
        self.painted = asyncio.Event()
        self._up = False

    def compose(self) -> ComposeResult:
        yield self.widget

    def action_turn(self) -> None:
        """A page up, and back to the end, by turns."""
        self._up = not self._up
        if isinstance(self.widget, LogView):
            self.widget.action_page(-1) if self._up else self.widget.action_bottom()
        elif self._up:
            self.widget.scroll_page_up(animate=False)
        else:
            self.widget.scroll_end(animate=False, immediate=True)
        self.screen.call_after_refresh(self.painted.set)

    async def key(self) -> float:
        """Milliseconds from the press until the screen is painted."""
        self.painted.clear()
        began = time.perf_counter()
        self.simulate_key("f9")
        await self.painted.wait()
        return (time.perf_counter() - began) * 1000


def _unit(result: object) -> None:
    """Drops what a writer answers."""


def writer(widget: Widget) -> Callable[[bytes], None]:
    """How a batch of lines is given to that widget."""
    if isinstance(widget, LogView):
        return lambda data: _unit(widget.ring.append("pod", data))
    if isinstance(widget, Log):
        return lambda data: _unit(widget.write_lines(data.decode().splitlines()))

    def write(data: bytes) -> None:
        assert isinstance(widget, RichLog)
        for line in data.decode().splitlines():
            widget.write(Text(line))

    return write


async def run(name: str, widget: Widget, rate: int, seconds: float) -> Result:
    """Offer `rate` lines a second for that long, and press keys meanwhile."""
    app, result = One(widget), Result(name, rate)
    async with app.run_test(size=(120, 40)) as pilot:
        write = writer(widget)
        write(b"".join(LINES))
        await pilot.pause()
        if isinstance(widget, LogView):
            app.set_interval(TICK, widget.changed)
        written, began, burned = 0, time.perf_counter(), time.process_time()

        async def offer() -> None:
            nonlocal written
            while (passed := time.perf_counter() - began) < seconds:
                due = int(passed * rate) - written
                if due > 0:
                    count = min(due, BATCH_BYTES // len(LINES[0]))
                    start = written % (len(LINES) - count)
                    write(b"".join(LINES[start : start + count]))
                    written += count
                await asyncio.sleep(0.02 if due < BATCH_BYTES // len(LINES[0]) else 0)

        async def press() -> None:
            while time.perf_counter() - began < seconds:
                await asyncio.sleep(0.05)
                result.waits.append(await app.key())

        await asyncio.gather(offer(), press())
        passed = time.perf_counter() - began
        result.taken, result.busy = written / passed, (time.process_time() - burned) / passed
    return result


def memory(make: Callable[[], Widget], count: int = 50_000) -> float:
    """Bytes kept per line, the text included."""

    async def fill() -> float:
        app = One(make())
        async with app.run_test(size=(120, 40)) as pilot:
            write = writer(app.widget)
            gc.collect()
            tracemalloc.start()
            for start in range(0, count, len(LINES)):
                write(b"".join(LINES[: min(len(LINES), count - start)]))
                await pilot.pause()
            gc.collect()
            kept, _ = tracemalloc.get_traced_memory()
            tracemalloc.stop()
        return kept / count

    return asyncio.run(fill())


async def search(pattern: str, lines: int = 1_000_000) -> tuple[int, float, float]:
    """Matches, seconds, and how late a 10 ms heartbeat was at worst (ms) while a full log was searched."""
    app = One(LogView(paint))
    async with app.run_test(size=(120, 40)):
        view = app.widget
        assert isinstance(view, LogView)
        view.attach(Ring(most_bytes=256 << 20))
        for start in range(0, lines, len(LINES)):
            view.ring.append("pod", b"".join(LINES[: lines - start]))
        view.changed()
        late, began = 0.0, time.perf_counter()
        view.search(pattern)
        while view.status.searching:
            slept = time.perf_counter()
            await asyncio.sleep(0.01)
            late = max(late, time.perf_counter() - slept - 0.01)
        return view.status.matches, time.perf_counter() - began, late * 1000


WIDGETS: dict[str, Callable[[], Widget]] = {
    "RichLog": lambda: RichLog(max_lines=100_000),
    "Log": lambda: Log(max_lines=100_000),
    "LogView": lambda: LogView(paint),
}


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 4
    kept = {name: memory(make) for name, make in WIDGETS.items()}
    print(
        f"{'widget':10} {'offered/s':>10} {'taken/s':>10} {'CPU %':>6}"
        f" {'key p50':>8} {'p99 ms':>8} {'B/line':>7}"
    )
    results: dict[tuple[str, int], Result] = {}
    for rate in (0, 50_000, 500_000):
        for name, make in WIDGETS.items():
            if rate > 50_000 and name != "LogView":
                continue
            result = results[name, rate] = asyncio.run(run(name, make(), rate, seconds))
            print(
                f"{name:10} {rate:10} {result.taken:10.0f} {result.busy * 100:6.0f} {result.wait(0.5):8.1f}"
                f" {result.wait(0.99):8.1f} {kept[name]:7.0f}"
            )
    ours = results["LogView", 50_000]
    for name in ("RichLog", "Log"):
        other = results[name, 50_000]
        cpu = other.busy / other.taken * ours.taken / ours.busy
        key, size = other.wait(0.99) / ours.wait(0.99), kept[name] / kept["LogView"]
        print(f"{name} / LogView at 50 000: CPU per line {cpu:.1f}, key p99 {key:.1f}, bytes {size:.1f}")
    print(f"{'search of 1 000 000 lines':28} {'matches':>8} {'seconds':>8} {'loop late, worst ms':>20}")
    for pattern in ("000000de", "GET", "items/4[0-9]+2 ", r"\d+ ms.*curl"):
        matches, spent, late = asyncio.run(search(pattern))
        print(f"{pattern:28} {matches:8} {spent:8.2f} {late:20.1f}")


if __name__ == "__main__":
    main()
