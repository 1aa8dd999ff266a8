"""Lines of several containers joined by time, each container's own order kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from tui.model.log import Chunk, Seam, Source

BATCH_BYTES = 256 * 1024


def merge(items: Sequence[Chunk | Seam]) -> list[Chunk | Seam]:
    """In the order of time; items of one source stay in theirs, and a single source is passed through."""
    sources = {item.source for item in items}
    if len(sources) < 2:
        return list(items)
    reached: dict[Source | None, bytes] = {}
    keyed: list[tuple[bytes, int, Chunk | Seam, bytes]] = []
    for item in items:
        if isinstance(item, Seam):
            # Behind its container's last line, else where it stands; alone it has only its own time.
            own = utc(datetime.fromtimestamp(item.at, UTC).isoformat().encode())
            before = keyed[-1][0] if keyed else own
            keyed.append((reached.setdefault(item.source, before), len(keyed), item, b""))
            continue
        for line in item.data.split(b"\n")[:-1]:
            # A line never comes before one that its own container wrote earlier.
            key = max(utc(line.partition(b" ")[0]), reached.get(item.source, b""))
            reached[item.source] = key
            keyed.append((key, len(keyed), item, line + b"\n"))
    keyed.sort(key=lambda entry: entry[:2])
    return list(_grouped(keyed))


def utc(stamp: bytes) -> bytes:
    """An RFC3339 time that compares as text with others; b"" for what is none."""
    if stamp.endswith(b"Z"):
        return stamp[:-1]
    try:
        moment = datetime.fromisoformat(stamp.decode("ascii", "replace")).astimezone(UTC)
    except ValueError:
        return b""
    fraction = stamp[20:-6] if stamp[19:20] == b"." else b"0"
    return moment.strftime("%Y-%m-%dT%H:%M:%S").encode() + b"." + fraction


def _grouped(keyed: Iterable[tuple[bytes, int, Chunk | Seam, bytes]]) -> Iterable[Chunk | Seam]:
    lines: list[bytes] = []
    last: Chunk | None = None
    for _, _, item, line in keyed:
        same = last is not None and isinstance(item, Chunk) and item.source == last.source
        if last is not None and not (same and item.replayed == last.replayed):  # type: ignore[union-attr]
            yield Chunk(last.source, b"".join(lines), len(lines), last.replayed)
            lines, last = [], None
        if isinstance(item, Seam):
            yield item
        else:
            lines.append(line)
            last = item
    if last is not None:
        yield Chunk(last.source, b"".join(lines), len(lines), last.replayed)


def batched(items: Iterable[Chunk | Seam]) -> Iterable[tuple[Chunk | Seam, ...]]:
    """Batches of at most 256 KiB; a longer chunk is cut between lines."""
    batch: list[Chunk | Seam] = []
    size = 0
    for item in items:
        for part in _parts(item):
            weight = len(part.data) if isinstance(part, Chunk) else 0
            if batch and size + weight > BATCH_BYTES:
                yield tuple(batch)
                batch, size = [], 0
            batch.append(part)
            size += weight
    if batch:
        yield tuple(batch)


def _parts(item: Chunk | Seam) -> Iterable[Chunk | Seam]:
    if isinstance(item, Seam) or len(item.data) <= BATCH_BYTES:
        yield item
        return
    at = 0
    while at < len(item.data):
        end = len(item.data)
        if end - at > BATCH_BYTES:
            end = item.data.rfind(b"\n", at, at + BATCH_BYTES) + 1
        data = item.data[at:end]
        yield Chunk(item.source, data, data.count(b"\n"), item.replayed)
        at = end
