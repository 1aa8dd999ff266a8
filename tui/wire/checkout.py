"""The platform's repository as it lies on this disk: what a commit renders to, which migrations it has.

Nothing is fetched and the work tree is not touched: files of a commit go to a private folder and away again.
"""

from __future__ import annotations

import asyncio
import io
import posixpath
import tarfile
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tui.clock import Clock
from tui.errors import Refused
from tui.model.application import Application, Source
from tui.model.hooks import Manifests, Origin, is_commit, short
from tui.wire.manifests import Document, documents, manifests
from tui.wire.migrations import FILES, Folder, folders, with_files
from tui.wire.plain import plain
from tui.wire.program import Answer, run

_QUIET = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
_KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_KEPT = 4000  # renderings; one is a few kilobytes


@dataclass(frozen=True, slots=True)
class Recipe:
    """How an application's manifests are made of one commit, and by which objects of Git: equal is equal."""

    tool: str  # helm, kustomize, "" of plain YAML
    path: str
    release: str
    namespace: str
    values: tuple[str, ...]  # paths from the root
    parameters: tuple[tuple[str, str], ...]
    objects: tuple[str, ...]  # of the path (with kustomize of the whole tree), then of the values


class Checkout:
    """One checkout for all environments; what was rendered once is kept."""

    def __init__(self, root: Path, clock: Clock) -> None:
        self.root = root
        self._clock = clock
        self._one = asyncio.Semaphore(1)  # of all renderings one at a time: the operator's keys come first
        self._kept: dict[Recipe, Manifests] = {}
        self._folders: dict[str, tuple[Folder, ...]] = {}

    async def manifests(self, application: Application, revision: str) -> Manifests:
        """What that commit holds for an application; Refused, in words, where it can't be had."""
        recipe = await self._recipe(application, revision)
        if recipe not in self._kept:
            found = await self._render(recipe, revision)
            made = manifests(found, "", recipe.namespace, Origin.CHECKOUT, _remark(application))
            while len(self._kept) >= _KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[recipe] = made
        made = replace(self._kept[recipe], revision=revision)
        return with_files(made, await self.migrations(revision))

    async def documents(self, application: Application, revision: str) -> list[Document]:
        """The objects themselves, secrets included: not to be kept."""
        return await self._render(await self._recipe(application, revision), revision)

    async def migrations(self, revision: str) -> tuple[Folder, ...]:
        """The folders of that commit that hold goose's files."""
        if revision not in self._folders:
            listed = await self._git("ls-tree", "-r", "-z", "--name-only", revision)
            names = listed.out.decode("utf-8", "replace").split("\0")
            down = await self._git("grep", "-lzI", "-e", "^-- *+goose Down", revision, "--", *FILES)
            back = {name.partition(":")[2] for name in down.out.decode("utf-8", "replace").split("\0")}
            if len(self._folders) > 50:
                self._folders.clear()
            self._folders[revision] = folders(names, back)
        return self._folders[revision]

    async def known(self, revisions: Sequence[str]) -> frozenset[str]:
        """Those commits that are here."""
        asked = [one for one in dict.fromkeys(revisions) if is_commit(one)]
        found = await self.objects([f"{one}^{{commit}}" for one in asked]) if asked else []
        return frozenset(one for one, there in zip(asked, found, strict=True) if there)

    async def objects(self, specs: Sequence[str]) -> list[str]:
        """The ids behind specs like `commit:path`, "" where there is none; one call for all."""
        given = "".join(f"{one}\n" for one in specs).encode()
        answer = await self._git("cat-file", "--batch-check=%(objectname)", given=given)
        lines = answer.out.decode("utf-8", "replace").splitlines()
        return [line if is_commit(line) else "" for line in lines]

    async def _recipe(self, application: Application, revision: str) -> Recipe:
        source = application.source
        if source is None:
            raise Refused("the application has no source")
        if source.chart:
            raise Refused(f"chart {source.chart} is not in a checkout", "Argo CD's REST API can render it")
        if not is_commit(revision):
            raise Refused(f"{revision or 'nothing'} is no commit: it was not compared yet")
        path = _inside(source.path)
        values = tuple(_value_file(path, one, source, application.sources) for one in source.value_files)
        specs = [f"{revision}^{{commit}}", f"{revision}:{path}", f"{revision}:{_join(path, 'Chart.yaml')}"]
        specs += [f"{revision}:{_join(path, name)}" for name in _KUSTOMIZATIONS]
        specs += [f"{revision}^{{tree}}", *(f"{revision}:{one}" for one in values)]
        commit, tree, chart, *rest = await self.objects(specs)
        kustomize, whole, files = any(rest[:3]), rest[3], rest[4:]
        if not commit:
            raise Refused(f"commit {short(revision)} is not in {self.root}", "git fetch")
        if not tree:
            raise Refused(f"{path} is not in commit {short(revision)}")
        tool = "helm" if chart else "kustomize" if kustomize else ""
        if tool == "helm" and not all(files):
            missing = values[files.index("")]
            raise Refused(f"{missing} is not in commit {short(revision)}")
        return Recipe(
            tool,
            path,
            source.release or application.meta.name,
            application.destination.namespace,
            values,
            source.parameters,
            (whole,) if tool == "kustomize" else (tree, *files),
        )

    async def _render(self, recipe: Recipe, revision: str) -> list[Document]:
        """Refused with the tool's own complaint."""
        wanted = [] if recipe.tool == "kustomize" else [one for one in (recipe.path, *recipe.values) if one]
        async with self._one:
            packed = await self._git("archive", "--format=tar", revision, "--", *wanted)
            if packed.code:
                raise Refused(f"git archive {short(revision)}: {plain(packed.said, 200)}")
            with tempfile.TemporaryDirectory(prefix="deploytui-") as folder:  # mode 0700
                root = Path(folder)
                await _to_its_end(_unpack, packed.out, root)
                if not recipe.tool:
                    return await asyncio.to_thread(_files, root / recipe.path)
                answer = await run(self._clock, _command(recipe, root), folder=root)
        if answer.code:
            raise Refused(f"{recipe.tool}: {plain(answer.said.replace(folder, ''), 300)}")
        return await asyncio.to_thread(documents, answer.out, recipe.tool)

    async def _git(self, *arguments: str, given: bytes = b"") -> Answer:
        command = ("git", "-C", str(self.root), *arguments)
        return await run(self._clock, command, folder=self.root, given=given, environ=_QUIET)


def _command(recipe: Recipe, root: Path) -> list[str]:
    if recipe.tool == "kustomize":
        return ["kustomize", "build", str(root / recipe.path)]
    command = ["helm", "template", str(root / recipe.path), "--name-template", recipe.release]
    command += ["--namespace", recipe.namespace, "--include-crds"]
    for name in recipe.values:
        command += ["--values", str(root / name)]
    for name, value in recipe.parameters:
        command += ["--set", f"{name}={value}"]
    return command


async def _to_its_end(work: Callable[..., None], *arguments: object) -> None:
    """In a thread; also a cancellation waits for it, which takes the folder away that it writes to."""
    running = asyncio.ensure_future(asyncio.to_thread(work, *arguments))
    try:
        await asyncio.shield(running)
    except asyncio.CancelledError:
        await running
        raise


def _unpack(packed: bytes, root: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(root, filter="data")


def _files(folder: Path) -> list[Document]:
    """Plain manifests of one folder, as Argo CD reads a directory."""
    found = sorted(each for each in folder.iterdir() if each.suffix in (".yaml", ".yml", ".json"))
    return [one for each in found for one in documents(each.read_bytes(), each.name)]


def _inside(path: str) -> str:
    """A path from the repository's root, "" the root itself; Refused where it leads out."""
    normal = posixpath.normpath(path.strip("/") or ".")
    if normal.startswith("..") or "\n" in path:
        raise Refused(f"{path} leads out of the repository")
    return "" if normal == "." else normal


def _join(path: str, name: str) -> str:
    return f"{path}/{name}" if path else name


def _value_file(path: str, name: str, source: Source, sources: Sequence[Source]) -> str:
    """Where a values file lies: beside the chart, from the root with `/`, in another source with `$ref`."""
    if "://" in name:
        raise Refused(f"values come from {plain(name, 80)}", "Argo CD's REST API can render them")
    if name.startswith("$"):
        ref, _, rest = name[1:].partition("/")
        other = next((one for one in sources if one.ref == ref), None)
        if other is None or other.repository != source.repository:
            raise Refused(f"${ref} is another repository", "Argo CD's REST API can render it")
        return _inside(rest)
    return _inside(name) if name.startswith("/") else _inside(f"{path}/{name}")


def _remark(application: Application) -> str:
    """What the rendering leaves out, in words."""
    if application.source is not None and application.source.inline_values:
        return "without the values that are written in the Application"
    others = [one for one in application.sources if not one.ref]
    return f"only the first of {len(others)} sources" if len(others) > 1 else ""
