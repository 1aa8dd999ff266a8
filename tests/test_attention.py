"""Title and bell: what rings, what does not, and that no text from a cluster steers the terminal."""

from __future__ import annotations

import re

from tui.attention import NEWS, QUIET, Attention
from tui.clock import SystemClock
from tui.model.cause import Severity
from tui.model.health import Trouble


class Stepped(SystemClock):
    """Its `now` is where the test puts it."""

    def __init__(self) -> None:
        self.at = 1000.0

    def now(self) -> float:
        return self.at


class Stage:
    """An Attention and all that it wrote."""

    def __init__(self, *, bell: bool = True) -> None:
        self.clock = Stepped()
        self.written: list[str] = []
        self.attention = Attention(self.written.append, self.clock, bell=bell)

    def title(self) -> str:
        """The last title that was set."""
        titles: list[str] = re.findall("\x1b\\]2;([^\x07]*)\x07", "".join(self.written))
        return titles[-1]

    def bells(self) -> int:
        """How often it rang."""
        return self.written.count("\x07")


def trouble(name: str, severity: Severity = Severity.BAD, cause: str = "crashes, exit code 2") -> Trouble:
    return Trouble("Deployment", "services", name, f"uid-{name}", cause, None, severity)


def test_the_title_names_the_environment_and_what_is_there_at_first_is_no_news() -> None:
    stage = Stage()
    stage.attention.look("production", None)
    assert stage.title() == "deploytui  production"
    stage.attention.look("production", [trouble("auth")])
    stage.attention.look("staging", [trouble("legal")])
    assert stage.title() == "deploytui  staging"
    assert stage.bells() == 0


def test_new_trouble_rings_once_and_is_the_title_while_it_lasts() -> None:
    stage = Stage()
    stage.attention.look("production", [])
    stage.attention.look("production", [trouble("identity")])
    stage.attention.look("production", [trouble("identity", cause="crashes, exit code 3")])
    assert stage.title() == "production: identity: crashes, exit code 2"
    assert stage.bells() == 1
    stage.attention.look("production", [])
    assert stage.title() == "deploytui  production"


def test_several_at_once_ring_once() -> None:
    stage = Stage()
    stage.attention.look("production", [])
    stage.attention.look("production", [trouble("auth"), trouble("legal"), trouble("search")])
    assert stage.title().startswith("production: auth and 2 more: ")
    assert stage.bells() == 1


def test_what_only_wants_a_look_does_not_ring() -> None:
    stage = Stage()
    stage.attention.look("production", [])
    stage.attention.look("production", [trouble("auth", Severity.LOOK)])
    assert stage.bells() == 0


def test_what_comes_and_goes_rings_again_only_after_a_while() -> None:
    stage = Stage()
    for _ in range(4):
        stage.attention.look("production", [])
        stage.clock.at += 20
        stage.attention.look("production", [trouble("auth")])
        stage.clock.at += 20
    assert stage.bells() == 1
    stage.attention.look("production", [])
    stage.clock.at += QUIET + 1
    stage.attention.look("production", [])
    stage.attention.look("production", [trouble("auth")])
    assert stage.bells() == 2


def test_a_lost_link_is_no_news() -> None:
    stage = Stage()
    stage.attention.look("production", [trouble("auth")])
    stage.attention.look("production", None)
    stage.attention.look("production", [trouble("auth")])
    assert stage.bells() == 0


def test_a_deed_s_end_rings_and_stays_for_a_minute() -> None:
    stage = Stage()
    stage.attention.look("production", [])
    stage.attention.tell("staging: Restart auth: done")
    stage.attention.look("production", [])
    assert stage.title() == "staging: Restart auth: done"
    assert stage.bells() == 1
    stage.clock.at += NEWS + 1
    stage.attention.look("production", [])
    assert stage.title() == "deploytui  production"


def test_the_bell_can_be_off() -> None:
    stage = Stage(bell=False)
    stage.attention.look("production", [])
    stage.attention.look("production", [trouble("auth")])
    stage.attention.tell("production: done")
    assert stage.bells() == 0
    assert stage.title() == "production: done"


def test_no_text_from_a_cluster_steers_the_terminal() -> None:
    stage = Stage()
    stage.attention.begin()
    stage.attention.look("production", [])
    stage.attention.look(
        "production", [trouble("x\x07\x1b]52;c;aGk=\x07", cause="\x9d2;y\x9c\u202e" + "z" * 500)]
    )
    stage.attention.end()
    written = "".join(stage.written)
    ours = r"\x1b\[22;2t|\x1b\]2;[^\x00-\x1f\x7f-\x9f\u202e]{0,100}\x07|\x07|\x1b\[23;2t"
    assert re.fullmatch(f"(?:{ours})+", written), repr(written)


def test_the_title_is_given_back_at_the_end() -> None:
    stage = Stage()
    stage.attention.begin()
    stage.attention.end()
    assert stage.written == ["\x1b[22;2t", "\x1b]2;\x07\x1b[23;2t"]
