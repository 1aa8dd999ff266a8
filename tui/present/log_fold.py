"""A Job's attempts that failed alike, folded: the last one stays whole, the others become a count."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tui.model.log import Chunk, Seam, SeamKind

Piece = Chunk | Seam

_STAMP = re.compile(r"^\S+ ", re.MULTILINE)  # the line's own time
_MOMENT = re.compile(r"\d{4}[-/]\d\d[-/]\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?")
_LASTED = re.compile(r"\b\d+(?:\.\d+)?\s?(?:ns|µs|us|ms|s|m|h)\b")
_FROM_PORT = re.compile(r":\d+(?=->)")


def folded(pieces: Sequence[Piece]) -> list[Piece] | None:
    """The log with a seam in place of attempts that were like the next one; None when there are none.

    An attempt is what one pod wrote up to the seam of its failure; attempts that ran at once stay whole.
    """
    kept: list[Piece] = []
    attempt: list[Piece] = []
    start, count, likeness, changed = 0, 1, "", False
    for piece in pieces:
        attempt.append(piece)
        if not (isinstance(piece, Seam) and piece.kind is SeamKind.END):
            continue
        now = _likeness(attempt)
        if now and now == likeness:
            count, changed = count + 1, True
            del kept[start:]
            kept.append(Seam(SeamKind.FOLD, _words(count), piece.at, bad=True, attempts=count))
            attempt = [one for one in attempt if not _is_mark(one)]
        else:
            start = len(kept)
            count = next((one.attempts for one in attempt if isinstance(one, Seam) and one.attempts), 1)
        likeness = now
        kept += attempt
        attempt = []
    return [*kept, *attempt] if changed else None


def _words(count: int) -> str:
    return f"{count} attempts, same error: this is the last of them (o shows all)"


def _is_mark(piece: Piece) -> bool:
    return isinstance(piece, Seam) and piece.kind in (SeamKind.NEW_POD, SeamKind.FOLD)


def _likeness(attempt: Sequence[Piece]) -> str:
    """What two attempts have in common when they failed alike; "" for what is no single failed attempt."""
    end = attempt[-1]
    pods = {piece.source.pod for piece in attempt if piece.source is not None}
    if len(pods) != 1 or not isinstance(end, Seam) or not end.bad:
        return ""
    text = b"".join(piece.data for piece in attempt if isinstance(piece, Chunk)).decode("utf-8", "replace")
    text = f"{_STAMP.sub('', text)}{end.text}".replace(pods.pop(), "")
    for unlike in (_MOMENT, _LASTED, _FROM_PORT):
        text = unlike.sub("", text)
    return text
