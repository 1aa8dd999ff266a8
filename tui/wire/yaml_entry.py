"""YAML read as composed nodes, so that every complaint can name its file and line."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from pathlib import Path

import yaml

from tui.errors import Misconfigured

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TEXT = {"tag:yaml.org,2002:str", "tag:yaml.org,2002:timestamp"}
_NULL = "tag:yaml.org,2002:null"
_BOOL = "tag:yaml.org,2002:bool"


class Entry:
    """One mapping of a YAML file; readers give the zero value for an absent key and raise Misconfigured."""

    def __init__(self, file: Path, node: yaml.MappingNode | None) -> None:
        self.file = file
        self._node = node
        self._values: dict[str, yaml.Node] = {}
        self._keys: dict[str, yaml.Node] = {}
        if node is not None:
            self._values = self._collect(node)

    def _collect(self, node: yaml.MappingNode) -> dict[str, yaml.Node]:
        """The keys of a mapping; a merge key (`<<`) gives way to what is written beside it."""
        values: dict[str, yaml.Node] = {}
        merged: dict[str, yaml.Node] = {}
        for key, value in node.value:
            if key.tag == "tag:yaml.org,2002:merge":
                sources = value.value if isinstance(value, yaml.SequenceNode) else [value]
                for source in sources:
                    if isinstance(source, yaml.MappingNode):
                        merged = self._collect(source) | merged
                continue
            if not isinstance(key, yaml.ScalarNode):
                raise self.wrong(key, "expected a name as key")
            if key.value in values:
                raise self.wrong(key, f'"{key.value}" is given twice', "keep one of the two lines")
            values[key.value] = value
            self._keys[key.value] = key
        return merged | values

    def wrong(self, at: yaml.Node | str | None, title: str, hint: str = "") -> Misconfigured:
        """The complaint about a node, or about the value of a key of this mapping."""
        node = self._values.get(at) if isinstance(at, str) else at
        node = node or self._node
        place = f"{self.file}:{node.start_mark.line + 1}" if node is not None else str(self.file)
        return Misconfigured(f"{place}: {title}", hint)

    def place(self, key: str) -> str:
        """`file:line` of a key itself; its value may begin a line below."""
        return f"{self.file}:{self._keys[key].start_mark.line + 1}"

    def is_table(self, key: str) -> bool:
        return isinstance(self._values.get(key), yaml.MappingNode)

    def has(self, key: str) -> bool:
        node = self._values.get(key)
        return node is not None and node.tag != _NULL

    def keys(self) -> Iterator[str]:
        return iter(self._values)

    def _scalar(self, node: yaml.Node, name: str) -> str:
        if isinstance(node, yaml.ScalarNode):
            if node.tag == _NULL:
                return ""
            # 1:20 is a number to YAML 1.1 alone; kubectl reads it as text.
            if node.tag in _TEXT or (":" in node.value and node.tag != _BOOL):
                return str(node.value)
        raise self.wrong(node, f"{name}: expected text, found {_kind(node)}", "put the value in quotes")

    def text(self, key: str) -> str:
        node = self._values.get(key)
        return "" if node is None else self._scalar(node, key)

    def path(self, key: str) -> Path | None:
        """A path, relative ones taken from the folder of this file."""
        text = self.text(key)
        return self.file.parent / text if text else None

    def data(self, key: str) -> str:
        """Text given as base64 (the `-data` keys)."""
        encoded = self.text(key)
        try:
            # line ends inside are skipped, anything else is refused, as Go's decoder does
            return base64.b64decode(encoded.replace("\n", "").replace("\r", ""), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError, ValueError):
            hint = "paste the data again, or point to a file instead"
            raise self.wrong(key, f"{key}: expected base64 of a PEM text", hint) from None

    def flag(self, key: str) -> bool:
        node = self._values.get(key)
        if node is None or node.tag == _NULL:
            return False
        if node.tag != _BOOL:
            raise self.wrong(node, f"{key}: expected true or false, found {_kind(node)}")
        return str(node.value).lower() in {"true", "yes", "on", "y"}

    def entry(self, key: str) -> Entry:
        """The mapping under a key; empty when absent."""
        node = self._values.get(key)
        if node is None or node.tag == _NULL:
            return Entry(self.file, None)
        if not isinstance(node, yaml.MappingNode):
            raise self.wrong(node, f"{key}: expected keys and values, found {_kind(node)}")
        return Entry(self.file, node)

    def _sequence(self, key: str) -> list[yaml.Node]:
        node = self._values.get(key)
        if node is None or node.tag == _NULL:
            return []
        if not isinstance(node, yaml.SequenceNode):
            raise self.wrong(node, f"{key}: expected a list, found {_kind(node)}")
        return list(node.value)

    def entries(self, key: str) -> list[Entry]:
        """The list of mappings under a key."""
        found = []
        for node in self._sequence(key):
            if not isinstance(node, yaml.MappingNode):
                raise self.wrong(node, f"{key}: expected keys and values, found {_kind(node)}")
            found.append(Entry(self.file, node))
        return found

    def texts(self, key: str) -> tuple[str, ...]:
        return tuple(self._scalar(node, key) for node in self._sequence(key))

    def lists(self, key: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """A mapping of names to lists of text (as-user-extra), sorted by name."""
        entry = self.entry(key)
        return tuple((name, entry.texts(name)) for name in sorted(entry.keys()))

    def plain(self, key: str) -> object:
        """Whatever is under a key as plain Python values (JSON shapes)."""
        node = self._values.get(key)
        try:
            return None if node is None else _construct(node)
        except (yaml.YAMLError, ValueError):
            raise self.wrong(node, f"{key}: expected plain values") from None


def read(file: Path) -> Entry:
    """The first document of a YAML file; Misconfigured when it can't be read or is not YAML."""
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise Misconfigured(f"{file}: is not UTF-8 text") from None
    except OSError as error:
        raise Misconfigured(f"{file}: can't be read: {error.strerror}") from error
    loader = _LOADER(text)
    try:
        node = loader.get_node() if loader.check_node() else None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{file}:{mark.line + 1}" if mark else str(file)
        raise Misconfigured(f"{place}: is not YAML: {error.problem}") from None
    except yaml.YAMLError as error:
        raise Misconfigured(f"{file}: is not YAML: {' '.join(str(error).split())}") from None
    finally:
        loader.dispose()
    if node is None or node.tag == _NULL:
        return Entry(file, None)
    if not isinstance(node, yaml.MappingNode):
        raise Misconfigured(f"{file}:1: expected keys and values, found {_kind(node)}")
    return Entry(file, node)


def _kind(node: yaml.Node) -> str:
    if isinstance(node, yaml.MappingNode):
        return "keys and values"
    if isinstance(node, yaml.SequenceNode):
        return "a list"
    name = node.tag.rsplit(":", 1)[-1]
    return {"str": "text", "int": "a number", "float": "a number", "bool": "true or false"}.get(name, name)


def _construct(node: yaml.Node) -> object:
    constructor = yaml.constructor.SafeConstructor()
    return constructor.construct_document(node)
