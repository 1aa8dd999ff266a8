"""What calls the operator back to this window: the terminal's title, and a bell at news."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tui.clock import Clock
from tui.model.cause import Severity
from tui.model.health import Trouble
from widgets.tone import printable

LONGEST = 100
"""Characters of a title; tmux and window lists show far fewer."""
QUIET = 300.0
"""Seconds after its going in which a trouble that comes back is no news: a crash loop rings once."""
NEWS = 60.0
"""Seconds for which the end of a deed stays in the title."""

# XTWINOPS 22 and 23 keep and give back the title; terminals without them get an empty one.
_KEEP = "\x1b[22;2t"
_RESTORE = "\x1b]2;\x07\x1b[23;2t"


class Attention:
    """`write` sends to the terminal as it is; all words that go there are cleaned here."""

    def __init__(self, write: Callable[[str], None], clock: Clock, *, bell: bool) -> None:
        self._write = write
        self._clock = clock
        self._bell = bell
        self._title = ""
        self._front = ""
        self._bad: dict[str, Trouble] | None = None  # by uid; None before the first look
        self._gone: dict[str, float] = {}  # uid -> when it was last bad
        self._news = ""
        self._news_uid = ""
        self._news_until = 0.0

    def begin(self) -> None:
        """The terminal is ours from here on."""
        self._write(_KEEP)

    def end(self) -> None:
        """The title is again what it was."""
        self._write(_RESTORE)

    def look(self, front: str, troubles: Sequence[Trouble] | None) -> None:
        """At each tick: what is bad in the environment in front, None while that is not known.

        What it finds there at the first look is no news.
        """
        now = self._clock.now()
        if front != self._front:
            self._front, self._bad, self._news = front, None, ""
        if troubles is not None:
            self._compare({one.uid: one for one in troubles if one.severity is Severity.BAD}, now)
        if now > self._news_until and self._news_uid not in (self._bad or {}):
            self._news = ""
        self._show(self._news or f"deploytui  {front}")

    def tell(self, news: str) -> None:
        """A deed came to its end."""
        self._ring(news, "", self._clock.now() + NEWS)

    def _compare(self, bad: dict[str, Trouble], now: float) -> None:
        before, self._bad = self._bad, bad
        if before is None:
            self._gone.clear()
            return
        self._gone |= dict.fromkeys(before.keys() - bad.keys(), now)
        self._gone = {uid: at for uid, at in self._gone.items() if now - at <= QUIET}
        fresh = [one for uid, one in bad.items() if uid not in before and uid not in self._gone]
        if fresh:
            more = f" and {len(fresh) - 1} more" if len(fresh) > 1 else ""
            self._ring(f"{self._front}: {fresh[0].name}{more}: {fresh[0].cause}", fresh[0].uid, 0.0)

    def _ring(self, news: str, uid: str, until: float) -> None:
        self._news, self._news_uid, self._news_until = news, uid, until
        self._show(news)
        if self._bell:
            self._write("\x07")

    def _show(self, words: str) -> None:
        title = printable(words)[:LONGEST]
        if title != self._title:
            self._title = title
            self._write(f"\x1b]2;{title}\x07")
