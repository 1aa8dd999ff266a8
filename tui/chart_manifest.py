"""A SealedSecret as it is written in a repository, Helm directives and all: whose it is, what it reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from tui.model.sealed_secret import CLUSTER_WIDE, NAMESPACE_WIDE, Scope, Seal, scope_of
from tui.wire.yaml_text import Document, documents

ENCRYPTED = ("spec", "encryptedData")
_DIRECTIVE = re.compile(r"\{\{-?\s*(.*?)\s*-?\}\}", re.DOTALL)
_VALUE = re.compile(r"\.Values\.(\w+(?:\.\w+)*)")
_SWITCH = re.compile(r"\{\{-?\s*if\s+\.Values\.(\w+(?:\.\w+)*)\s*-?\}\}")


@dataclass(frozen=True, slots=True)
class Manifest:
    """One document of a text; `number` counts the documents from 0."""

    text: str
    number: int
    document: Document

    @property
    def scope(self) -> Scope:
        names = (NAMESPACE_WIDE, CLUSTER_WIDE)
        notes = {name: self.document.text("metadata", "annotations", name) or "" for name in names}
        return scope_of(notes)

    def seal(self, asked: Seal) -> Seal:
        """What it is sealed for, by `asked` where it leaves that to a template or says nothing."""
        name = self._literal("metadata", "name")
        namespace = self._literal("metadata", "namespace")
        type_ = self._literal("spec", "template", "type")
        return Seal(name or asked.name, namespace or asked.namespace, self.scope, type_ or asked.type)

    def _literal(self, *path: str) -> str:
        node = self.document.get(*path)
        return "" if node is None or "{{" in (raw := self._raw(node)) else raw

    @property
    def reads(self) -> tuple[str, ...]:
        """The path in the chart's values that its ciphertext comes from; () where it is literal."""
        node = self.document.get(*ENCRYPTED)
        if node is None:
            return ()
        if isinstance(node, yaml.MappingNode) and node.value:
            return self._reads_by_key(node)
        end = node.end_mark.index
        region = [self.text[node.start_mark.index : end]]
        for line in self.text[end:].split("\n")[1:]:  # directives in lines of their own, up to the next key
            if line.strip() and not line.strip().startswith(("{{", "#")):
                break
            region.append(line)
        found = _VALUE.search("\n".join(region))
        return tuple(found[1].split(".")) if found else ()

    def _reads_by_key(self, node: yaml.MappingNode) -> tuple[str, ...]:
        """`KEY: {{ .Values.sealed.KEY }}` for every key of one mapping of the values."""
        paths = set()
        for _, value in node.value:
            match = _VALUE.search(self._raw(value))
            if match is None:
                return ()
            paths.add(tuple(match[1].split("."))[:-1])
        return paths.pop() if len(paths) == 1 else ()

    @property
    def keys(self) -> tuple[str, ...]:
        return keys_of(self.document, ENCRYPTED)

    @property
    def switch(self) -> tuple[str, ...]:
        """The value that the chart asks before it renders this at all; () without one."""
        found = _SWITCH.match(self.text.lstrip())
        return tuple(found[1].split(".")) if found else ()

    def names(self, wanted: str, path: tuple[str, ...], chart: str, values: Document | None) -> bool | None:
        """Whether a name of it can be `wanted`, None when it says none; what is not known may be anything."""
        node = self.document.get(*path)
        if node is None:
            return None
        parts, at, raw = [], 0, self._raw(node)
        for match in _DIRECTIVE.finditer(raw):
            parts.append(re.escape(raw[at : match.start()]))
            known = _known(match[1], chart, values)
            parts.append(".*" if known is None else re.escape(known))
            at = match.end()
        parts.append(re.escape(raw[at:]))
        return re.fullmatch("".join(parts), wanted) is not None

    def _raw(self, node: yaml.Node) -> str:
        """As it is written, without its quotes."""
        raw = self.text[node.start_mark.index : node.end_mark.index]
        quoted = isinstance(node, yaml.ScalarNode) and node.style in ("'", '"')
        return raw[1:-1] if quoted else raw.strip()


def manifests(text: str, name: str) -> Iterator[Manifest]:
    """The SealedSecrets of a file; Refused when it is not YAML even without its directives."""
    if "SealedSecret" in text:
        for number, each in enumerate(documents(text, name)):
            if each.text("kind") == "SealedSecret":
                yield Manifest(text, number, each)


def keys_of(document: Document | None, path: tuple[str, ...]) -> tuple[str, ...]:
    """The keys of a mapping in a document."""
    node = document.get(*path) if document else None
    return tuple(str(key.value) for key, _ in node.value) if isinstance(node, yaml.MappingNode) else ()


def _known(expression: str, chart: str, values: Document | None) -> str | None:
    plain = re.sub(r"\s*\|\s*(quote|squote|trim)$", "", expression.removeprefix("quote "))
    if plain == ".Chart.Name":
        return chart
    match = _VALUE.fullmatch(plain)
    return values.text(*match[1].split(".")) if match and values else None
