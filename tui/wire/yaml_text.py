"""YAML changed as text: one value's line, or one more key; comments and Helm directives stay as they are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import yaml

from tui.errors import Refused

_DIRECTIVE = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_CONTROL = re.compile(r"\{\{-?\s*(/\*|\$|(if|else|end|with|range|define|block)\b)")
_STEP = 2  # blanks of indentation of what is new
Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a text: its mapping, or None where it is something else."""

    node: yaml.MappingNode | None

    def get(self, *path: str) -> yaml.Node | None:
        """The node down a path of keys; None where it ends before."""
        node: yaml.Node | None = self.node
        for key in path:
            node = _child(node, key)
        return node

    def text(self, *path: str) -> str | None:
        """The scalar down a path, directives in it as letters x."""
        node = self.get(*path)
        return str(node.value) if isinstance(node, yaml.ScalarNode) else None


def documents(text: str, name: str = "the file") -> list[Document]:
    """All documents of a text, marks in step with it; Refused when it is not YAML, with its line."""
    try:
        nodes = list(yaml.compose_all(masked(text), Loader=yaml.SafeLoader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{name}:{mark.line + 1}" if mark else name
        raise Refused(
            f"{place}: is not YAML: {error.problem}", "mend it first, nothing was written"
        ) from None
    except yaml.YAMLError:
        raise Refused(f"{name}: is not YAML: it holds control characters") from None
    return [Document(node if isinstance(node, yaml.MappingNode) else None) for node in nodes]


def masked(text: str) -> str:
    """The text with every directive made harmless, letter by letter: a comment on its own lines, else x."""

    def mask(match: re.Match[str]) -> str:
        begin = text.rfind("\n", 0, match.start()) + 1
        end = text.find("\n", match.end())
        alone = not text[begin : match.start()].strip() and not _rest(
            text[match.end() : end if end >= 0 else None]
        )
        letters = re.sub(r"[^\r\n]", "x", match[0])
        return re.sub(r"(?m)^x", "#", letters) if alone else letters.replace("\n", "x").replace("\r", "x")

    return _DIRECTIVE.sub(mask, text)


def _rest(after: str) -> str:
    """What follows a directive in its line, other directives and comments left out."""
    return _DIRECTIVE.sub("", after).partition("#")[0].strip()


def _child(node: yaml.Node | None, key: str) -> yaml.Node | None:
    found = _entries(node, key)
    if len(found) > 1:
        lines = " and ".join(str(name.start_mark.line + 1) for name, _ in found)
        raise Refused(f'"{key}" is given more than once (lines {lines})', "choose the place yourself")
    return found[0][1] if found else None


def _entries(node: yaml.Node | None, key: str) -> list[tuple[yaml.Node, yaml.Node]]:
    if not isinstance(node, yaml.MappingNode):
        return []
    return [(name, value) for name, value in node.value if name.value == key]


def set_values(
    text: str, path: Path, values: Mapping[str, str], document: int = 0, name: str = "the file"
) -> str:
    """The text with those keys of the mapping down `path`; what is missing of the path is made.

    Every line that holds no value of them stays as it is. Refused where that can't be done by changing
    values alone, and where the result would not read as it should.
    """
    found = documents(text, name)
    if not found and not document:
        found = [Document(None)]
    here = found[document]
    edits = _Edits(text)
    if here.node is None:
        edits.at_end(_nested(path, values, 0))
    else:
        slot, rest = _deepest(here.node, path, name)
        if isinstance(slot.node, yaml.ScalarNode) and _made_by_template(text[slot.node.end_mark.index :]):
            raise Refused(f"{name}: {'.'.join(path)} is filled by a template", "change what it reads instead")
        fresh = {}
        for key, value in values.items():
            if not rest and (entry := _entries(slot.node, key)):
                edits.replace(entry, value, name)
            else:
                fresh[key] = value
        if fresh:
            edits.add(slot, rest, fresh)
    made = edits.applied()
    _check(found, documents(made, name), (str(document), *path), values, name)
    return made


def _made_by_template(after: str) -> bool:
    """Whether the lines below an empty value hold a directive that writes something there."""
    for line in after.split("\n"):
        bare = line.strip()
        if bare and not bare.startswith(("#", "{{")):
            return False
        if bare.startswith("{{") and not _CONTROL.match(bare):
            return True
    return False


def _deepest(node: yaml.MappingNode, path: Path, name: str) -> tuple[_Slot, Path]:
    """The last mapping that is there, and what is missing below it."""
    slot = _Slot(node, None)
    for depth, key in enumerate(path):
        child = _child(slot.node, key)
        if child is None:
            return slot, path[depth:]
        if isinstance(child, yaml.MappingNode):
            slot = _Slot(child, slot)
        elif child.value in ("", "~", "null") and child.tag.endswith(":null"):
            return _Slot(child, slot), path[depth + 1 :]
        else:
            place = f"{name}:{child.start_mark.line + 1}"
            raise Refused(f'{place}: "{key}" is no mapping', "is it made by a template?")
    return slot, ()


@dataclass(frozen=True, slots=True)
class _Slot:
    """A mapping, or the empty value that becomes one."""

    node: yaml.Node
    parent: _Slot | None

    @property
    def column(self) -> int:
        """Of its keys, where it has some in lines of their own; else what they will have."""
        if isinstance(self.node, yaml.MappingNode) and self.node.value and not self.node.flow_style:
            return int(self.node.value[0][0].start_mark.column)
        return self.parent.column + _STEP if self.parent else 0

    @property
    def in_braces(self) -> bool:
        """Whether a mapping around it is written in braces, so that it must be too."""
        around = self.parent
        if around is None or not isinstance(around.node, yaml.MappingNode):
            return False
        return bool(around.node.flow_style) or around.in_braces


class _Edits:
    """Changes of a text by position, applied from the end so that the positions stay true."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._newline = "\r\n" if "\r\n" in text else "\n"
        self._edits: list[tuple[int, int, str]] = []

    def replace(self, entries: Sequence[tuple[yaml.Node, yaml.Node]], value: str, name: str) -> None:
        """The value alone, in the quotes that it had."""
        (key, old), *more = entries
        place = f"{name}:{key.start_mark.line + 1}"
        if more:
            raise Refused(f'{place}: "{key.value}" is given more than once', "keep one of them")
        if not isinstance(old, yaml.ScalarNode) or old.start_mark.index < key.end_mark.index:
            raise Refused(f'{place}: the value of "{key.value}" is no plain text', "replace it by hand once")
        start, end = old.start_mark.index, old.end_mark.index
        if old.style in ("|", ">"):
            end = start + len(self._text[start:end].rstrip())
        new = f"{old.style}{value}{old.style}" if old.style in ("'", '"') else value
        if self._text[start - 1 : start] == ":":  # an empty value
            new = f" {new}"
        self._edits.append((start, end, new))

    def add(self, slot: _Slot, rest: Path, values: Mapping[str, str]) -> None:
        """New keys behind the last one, in lines of their own, or inside the braces of a filled mapping."""
        node = slot.node
        if isinstance(node, yaml.MappingNode) and node.value and node.flow_style:
            key, last = node.value[-1]
            quote = key.style if key.style in ("'", '"') else ""
            text = _flow(rest, {key: f"{quote}{value}{quote}" for key, value in values.items()}, quote)
            self._edits.append((last.end_mark.index, last.end_mark.index, f", {text}"))
            return
        if slot.in_braces:  # {} or nothing
            start, end = node.start_mark.index, node.end_mark.index
            space = " " if self._text[start - 1 : start] == ":" else ""
            self._edits.append((start, end, f"{space}{{{_flow(rest, values, '')}}}"))
            return
        lines = _nested(rest, values, slot.column)
        if isinstance(node, yaml.MappingNode) and node.value:
            at = node.value[-1][1].end_mark.index
            body = self._text[:at].rstrip()
            at = self._line_end(len(body))
        else:  # {} or nothing
            start, end = node.start_mark.index, node.end_mark.index
            start = len(self._text[:start].rstrip(" "))
            self._edits.append((start, end, ""))
            at = self._line_end(end)
        self._edits.append((at, at, self._newline + self._newline.join(lines)))

    def at_end(self, lines: list[str]) -> None:
        """Into a text that holds comments at most."""
        gap = "" if not self._text or self._text.endswith("\n") else self._newline
        end = len(self._text)
        self._edits.append((end, end, gap + self._newline.join(lines) + self._newline))

    def applied(self) -> str:
        text = self._text
        for start, end, new in sorted(self._edits, reverse=True):
            text = text[:start] + new + text[end:]
        return text

    def _line_end(self, at: int) -> int:
        end = self._text.find("\n", at)
        if end < 0:
            return len(self._text)
        return end - 1 if self._text[end - 1] == "\r" else end


def _nested(path: Path, values: Mapping[str, str], column: int) -> list[str]:
    lines = [f"{' ' * (column + _STEP * depth)}{_key(key)}:" for depth, key in enumerate(path)]
    inner = " " * (column + _STEP * len(path))
    return [*lines, *(f"{inner}{_key(key)}: {value}" for key, value in values.items())]


def _flow(path: Path, values: Mapping[str, str], quote: str) -> str:
    text = ", ".join(f"{_key(key, quote)}: {value}" for key, value in values.items())
    for key in reversed(path):
        text = f"{_key(key, quote)}: {{{text}}}"
    return text


def _key(key: str, quote: str = "") -> str:
    """As it must be written to be read as text: `on` and `1` would be something else."""
    if quote:
        return f"{quote}{key}{quote}"
    plain = yaml.safe_load(key) == key if re.fullmatch(r"[A-Za-z0-9._-]+", key) else False
    return key if plain else json.dumps(key)


def _check(
    before: list[Document], after: list[Document], path: Path, values: Mapping[str, str], name: str
) -> None:
    """The new values are there as text, and nothing else reads differently."""
    ours = {(*path, key) for key in values}
    now = dict(_leaves(after))
    kept = {place: value for place, value in _leaves(before) if place != path[: len(place)]}
    others = {place: value for place, value in now.items() if place not in ours}
    if others != {place: value for place, value in kept.items() if place not in ours} or any(
        now.get((*path, key)) != value for key, value in values.items()
    ):
        raise Refused(f"{name}: {'.'.join(path[1:])} can't be changed there as text", "nothing was written")


def _leaves(found: list[Document]) -> Iterator[tuple[Path, str]]:
    for number, each in enumerate(found):
        if each.node is not None:
            yield from _leaves_of(each.node, (str(number),))


def _leaves_of(node: yaml.Node, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(node, yaml.ScalarNode):
        yield path, str(node.value)
    elif not node.value:
        yield path, ""
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _leaves_of(value, (*path, str(key.value)))
    else:
        for index, value in enumerate(node.value):
            yield from _leaves_of(value, (*path, str(index)))
