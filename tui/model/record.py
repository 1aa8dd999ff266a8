"""What the store keeps besides the objects' own fields: anything with identity, and answers about rights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from tui.model.key import Meta


class Record(Protocol):
    """Anything that is kept: a frozen object with identity."""

    @property
    def meta(self) -> Meta: ...


@dataclass(frozen=True, slots=True)
class Right:
    """The answer of a SelfSubjectAccessReview."""

    allowed: bool
    reason: str = ""
    at: float = 0.0
