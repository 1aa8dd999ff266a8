"""Screens that are read: why, YAML, journal, help, and the difference of two texts. Esc goes back."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Static

from widgets.diff_view import DiffView
from widgets.plan_body import PlanBody, Section
from widgets.tone import literal, printable


class Reader(ModalScreen[None]):
    """A framed text that scrolls. The text is literal: never markup, never control characters."""

    DEFAULT_CSS = """
    Reader { align: center middle; }
    Reader #paper { width: 96%; height: 94%; border: round $primary; padding: 0 1; background: $surface; }
    """
    AUTO_FOCUS = "#paper"
    HINT = "esc back"
    BINDINGS = [
        Binding("escape,q", "close", "Back", show=False),
        Binding("j", "down", show=False),
        Binding("k", "up", show=False),
        Binding("g", "home", show=False),
        Binding("G", "end", show=False),
    ]

    def __init__(self, title: str, content: Content) -> None:
        super().__init__()
        self._title = title
        self._content = content

    def compose(self) -> ComposeResult:
        paper = self.paper()
        paper.border_title = frame_title(self._title)
        paper.border_subtitle = f" {self.HINT} "
        yield paper

    def paper(self) -> Widget:
        """What is read; its id is "paper"."""
        return VerticalScroll(Static(self._content), id="paper")

    def retitle(self, words: str) -> None:
        """Another title, if the page is still on the screen."""
        for paper in self.query("#paper"):
            paper.border_title = frame_title(words)

    def action_close(self) -> None:
        """Back to where one was."""
        self.dismiss(None)

    def action_down(self) -> None:
        """One line down."""
        self.query_one("#paper").scroll_down(animate=False)

    def action_up(self) -> None:
        """One line up."""
        self.query_one("#paper").scroll_up(animate=False)

    def action_home(self) -> None:
        """To the first line."""
        self.query_one("#paper").scroll_home(animate=False)

    def action_end(self) -> None:
        """To the last line."""
        self.query_one("#paper").scroll_end(animate=False)


def frame_title(words: str) -> str:
    """Literal words as a frame's title takes them."""
    return literal(f" {words} ")


def text(words: str) -> Content:
    """Plain lines, each cleaned."""
    return Content("\n".join(printable(line) for line in words.splitlines()))


class Page(Reader):
    """Titled sections in their tones."""

    def __init__(self, title: str, sections: Sequence[Section]) -> None:
        super().__init__(title, Content(""))
        self._sections = sections

    def paper(self) -> Widget:
        body = PlanBody(self._sections, id="paper")
        body.can_focus = True
        return body

    def set_sections(self, sections: Sequence[Section]) -> None:
        """Others in their place, as soon as it is on the screen."""
        self._sections = sections
        if body := self.query(PlanBody):
            body.first().set_sections(sections)


class Difference(Reader):
    """Two texts as a difference, what is alike folded."""

    def __init__(self, title: str, before: str, after: str) -> None:
        super().__init__(title, Content(""))
        self._texts = before, after

    def paper(self) -> Widget:
        view = DiffView(id="paper")
        view.set_diff(*self._texts, ("now", "then"))
        return view
