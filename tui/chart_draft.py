"""The change of a file that ciphertext goes into: made as text, shown by names, written whole or not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from tui.chart import Place, read_text
from tui.errors import Conflict, Refused
from tui.model.sealed_secret import Seal
from tui.wire.replace import replace
from tui.wire.sealing import sealed_secret
from tui.wire.yaml_text import documents, set_values


@dataclass(frozen=True, slots=True)
class Draft:
    """`before` is what the file held when it was read, None when it was not there."""

    file: Path
    before: str | None
    after: str
    changed: tuple[str, ...] = ()  # keys whose ciphertext is replaced
    added: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """`1 key changes, 2 are new`: names and numbers, no ciphertext."""
        parts = []
        if self.changed:
            parts.append(f"{len(self.changed)} {'key changes' if len(self.changed) == 1 else 'keys change'}")
        if self.added:
            parts.append(f"{len(self.added)} {'is' if len(self.added) == 1 else 'are'} new")
        return ", ".join(parts) or "nothing changes"


def draft(place: Place, seal: Seal, encrypted: Mapping[str, str]) -> Draft:
    """What the file will hold; Refused where its text can't take it."""
    added = tuple(key for key in encrypted if key not in place.keys)
    changed = tuple(key for key in encrypted if key in place.keys)
    kept = tuple(key for key in place.keys if key not in encrypted)
    if not place.file.exists():
        text = yaml.safe_dump(sealed_secret(seal, encrypted), sort_keys=False, width=2**30)
        return Draft(place.file, None, text, changed, added, kept)
    before = read_text(place.file)
    after = set_values(before, place.path, encrypted, place.document, str(place.file))
    return Draft(place.file, before, after, changed, added, kept)


def encrypted_at(place: Place) -> dict[str, str]:
    """The ciphertext at a place, by key; what is no plain text is left out."""
    if not place.file.exists():
        return {}
    found = documents(read_text(place.file), str(place.file))[place.document]
    values = {key: found.text(*place.path, key) for key in place.keys}
    return {key: value for key, value in values.items() if value}


def write(made: Draft) -> None:
    """Conflict when the file changed since it was read; Refused when it can't be written."""
    there = read_text(made.file) if made.file.exists() else None
    if there != made.before:
        raise Conflict(f"{made.file} changed on disk since it was read", "look at it and seal again")
    try:
        made.file.parent.mkdir(parents=True, exist_ok=True)
        replace(made.file, made.after.encode())
    except OSError as error:
        hint = "make it writable, or take the ciphertext from the clipboard"
        raise Refused(f"{made.file}: can't be written: {error.strerror}", hint) from error
