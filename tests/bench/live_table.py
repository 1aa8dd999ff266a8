"""The live table beside Textual's DataTable: filling, painting, updates at a rate.

`python -m tests.bench.live_table`, headless, 120 x 40: milliseconds of CPU; read the ratios."""

from __future__ import annotations

import asyncio
import random
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter, process_time

from rich.text import Text
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widgets import DataTable

from widgets.live_table import Column, LiveTable, Row, Since, Span, Tone

SIZE = (120, 40)
TITLES = ("NAME", "READY", "ROLLOUT", "NODE", "AGE")
COLUMNS = (
    Column("name", "NAME", 30, most=40),
    Column("ready", "READY", 5),
    Column("rollout", "ROLLOUT", 20, grow=1),
    Column("node", "NODE", 10),
    Column("age", "AGE", 4, right=True),
)


@dataclass
class Result:
    fill: float
    unchanged: float
    all_new: float
    one_changed: float
    key: float
    busy: float


def row(number: int, version: int) -> Row:
    name, words = f"service-{number:05}-7f9c4d", f"done, revision {version}"
    return Row(
        number,
        (
            (Span(name),),
            (Span("2/2"),),
            (Span(words, Tone.QUIET),),
            (Span(f"node-{number % 40}"),),
            (Since(0.0, Tone.QUIET),),
        ),
        (name, 2, words, number % 40, 0.0),
    )


class Live(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.rows: list[Row] = []

    def compose(self) -> ComposeResult:
        yield LiveTable(COLUMNS, now=lambda: 1000.0)

    def fill(self, count: int) -> None:
        self.rows = [row(number, 0) for number in range(count)]
        self.show()

    def change(self, number: int, version: int) -> None:
        self.rows[number] = row(number, version)

    def show(self) -> None:
        self.query_one(LiveTable).set_rows(list(self.rows))


class Data(App[None]):
    def compose(self) -> ComposeResult:
        yield DataTable[Text](cursor_type="row")

    @property
    def table(self) -> DataTable[Text]:
        return self.query_one(DataTable)

    def fill(self, count: int) -> None:
        self.table.add_columns(*[(title, title) for title in TITLES])
        for number in range(count):
            cells = (f"service-{number:05}-7f9c4d", "2/2", "done, revision 0", f"node-{number % 40}", "16m")
            self.table.add_row(*map(Text, cells), key=str(number))

    def change(self, number: int, version: int) -> None:
        self.table.update_cell(str(number), "ROLLOUT", Text(f"done, revision {version}"))

    def show(self) -> None:
        """DataTable shows by itself."""


async def took(pilot: Pilot[None], act: Callable[[], object], times: int = 1) -> float:
    """Median milliseconds of CPU from the act until all is painted."""
    spent = []
    for _ in range(times):
        start = process_time()
        act()
        await pilot.pause()
        spent.append((process_time() - start) * 1000)
    return statistics.median(spent)


async def measure(app: Live | Data, count: int, rate: int, seconds: float = 3.0) -> Result:
    rng = random.Random(1)
    async with app.run_test(size=SIZE) as pilot:
        fill = await took(pilot, lambda: app.fill(count))
        start = perf_counter()
        for _ in range(20):
            app.show()
        unchanged = (perf_counter() - start) * 1000 / 20

        for number in range(count):
            app.change(number, 1)
        start = perf_counter()
        app.show()
        all_new = (perf_counter() - start) * 1000

        def one() -> None:
            app.change(rng.randrange(30), rng.randrange(1000))
            app.show()

        one_changed = await took(pilot, one, 10)
        start, cpu = perf_counter(), process_time()
        keys = []
        while (now := perf_counter()) < start + seconds:
            for _ in range(rate // 8):
                app.change(rng.randrange(count), rng.randrange(1000))
            app.show()
            before = process_time()
            await pilot.press("down")
            keys.append((process_time() - before) * 1000)
            await asyncio.sleep(max(0.0, now + 0.125 - perf_counter()))
        busy = 100 * (process_time() - cpu) / (perf_counter() - start)
    return Result(fill, unchanged, all_new, one_changed, statistics.median(keys), busy)


async def main() -> None:
    print(
        f"{'rows, updates/s':>20} {'table':>10} {'fill':>9} {'same':>8}"
        f" {'all new':>8} {'1 change':>9} {'key':>7} CPU %"
    )
    for count, rate in ((1_000, 0), (1_000, 1_000), (10_000, 0), (10_000, 1_000)):
        live = await measure(Live(), count, rate)
        data = await measure(Data(), count, rate)
        for name, result in (("live", live), ("DataTable", data)):
            print(
                f"{f'{count}, {rate}':>20} {name:>10} {result.fill:9.0f} {result.unchanged:8.2f}"
                f" {result.all_new:8.2f} {result.one_changed:9.1f} {result.key:7.1f} {result.busy:5.0f}"
            )
        print(
            f"{'':>20} {'ratio':>10} {data.fill / live.fill:9.1f} {'':>8} {'':>8}"
            f" {data.one_changed / live.one_changed:9.1f} {data.key / live.key:7.1f}"
            f" {data.busy / live.busy:5.1f}"
        )


if __name__ == "__main__":
    asyncio.run(main())
