"""What a deployment of an application's history was, beside the present one: both rendered the same way."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

import yaml

from tui.errors import DeployError
from tui.model.application import Application, Deployed
from tui.model.hooks import Manifests
from tui.model.plan import Change
from tui.model.template import differences
from tui.model.then import Then, applied_since, unknown_since
from tui.wire.argo_rest import as_yaml
from tui.wire.manifests import Document, phases_of

Key = tuple[str, str, str]


class Renderer(Protocol):
    """What can render a commit; a DeployError says why not."""

    async def manifests(self, application: Application, revision: str) -> Manifests: ...

    async def documents(self, application: Application, revision: str) -> list[Document]: ...


class BackThen:
    """`renderers` are asked in their order; both commits by one of them, or it would be their difference."""

    def __init__(self, renderers: Sequence[Renderer], missing: str = "no checkout") -> None:
        self._renderers, self._missing = renderers, missing

    async def __call__(self, application: Application, entry: Deployed) -> Then:
        """Never raises a DeployError: what could not be had is said in `problem`."""
        commit, current = _commit(entry), application.deployed
        if not entry.revision or current is None or not current.revision:
            return Then(commit, problem="manifests of several sources are not compared")
        said: list[str] = []
        for each in self._renderers:
            try:
                return await _compared(each, application, current, entry)
            except DeployError as error:
                said.append(str(error))
        why = "; ".join(said) or self._missing
        return Then(commit, problem=f"what Git has of it could not be rendered: {why}")


async def _compared(renderer: Renderer, application: Application, current: Deployed, entry: Deployed) -> Then:
    now, then = _as_deployed(application, current), _as_deployed(application, entry)
    held = await renderer.manifests(now, current.revision), await renderer.manifests(then, entry.revision)
    new = _plain(await renderer.documents(now, current.revision))
    old = _plain(await renderer.documents(then, entry.revision))
    changed = {key for key in new.keys() | old.keys() if new.get(key) != old.get(key)}
    return Then(
        _commit(entry),
        applied_since(*held),
        unknown_since(*held),
        tuple(change for key in sorted(changed) for change in _changes(new.get(key), old.get(key))),
        as_yaml(new[key] for key in sorted(changed & new.keys())),
        as_yaml(old[key] for key in sorted(changed & old.keys())),
        manifests=True,
    )


def _as_deployed(application: Application, entry: Deployed) -> Application:
    """With the source of that entry: path, values and parameters may have been others."""
    if entry.source is None or application.multi_source:
        return application
    return replace(application, sources=(entry.source,))


def _plain(found: Iterable[Document]) -> dict[Key, Document]:
    """Without hooks, which a rollback leaves alone."""
    made: dict[Key, Document] = {}
    for one in found:
        meta = one.get("metadata")
        meta = meta if isinstance(meta, dict) else {}
        annotations = {str(key): str(value) for key, value in (meta.get("annotations") or {}).items()}
        if phases_of(annotations) is None:
            made[str(one.get("kind")), str(meta.get("namespace") or ""), str(meta.get("name") or "")] = one
    return made


def _changes(new: Document | None, old: Document | None) -> Iterator[Change]:
    """In words, images first."""
    one = new if new is not None else old
    assert one is not None
    name = f"{one.get('kind')} {(one.get('metadata') or {}).get('name')}"
    if old is None:
        yield Change(name, "of now", "stays: it was not there then")
    elif new is None:
        yield Change(name, "", "made again")
    else:
        was, will = _template(new), _template(old)
        found = differences(was, will) if was else ()
        short = str((one.get("metadata") or {}).get("name"))
        yield from (replace(each, what=f"{short} {each.what}") for each in found[:6])
        lines = _lines(new, old)
        if not found and not was:
            yield Change(
                name, "of now", f"of then: {lines} {'line differs' if lines == 1 else 'lines differ'}"
            )


def _template(one: Document) -> dict[str, Any]:
    spec = one.get("spec")
    found = spec.get("template") if isinstance(spec, Mapping) else None
    return dict(found) if isinstance(found, Mapping) and one.get("kind") != "SealedSecret" else {}


def _lines(new: Document, old: Document) -> int:
    """Lines that are not in the other one, of the one with more of them."""
    was, will = (str(yaml.safe_dump(dict(one), sort_keys=True)).splitlines() for one in (new, old))
    told = [line[:2] for line in difflib.ndiff(was, will)]
    return max(told.count("- "), told.count("+ "))


def _commit(entry: Deployed) -> str:
    return entry.revision or " ".join(entry.revisions)
