"""What manifests say will run: hooks and plain resources by phase and wave, and where that is known from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tui.model.application import Application, ResourceResult
from tui.model.key import Meta

PRESYNC, SYNC, POSTSYNC, SYNCFAIL = "PreSync", "Sync", "PostSync", "SyncFail"
ORDER = {PRESYNC: 0, SYNC: 1, POSTSYNC: 2, SYNCFAIL: 3}
"""The phases of a sync in the order in which Argo CD runs them."""


class Origin(StrEnum):
    """Where it is known from, in the words that the screen says."""

    CHECKOUT = "rendered"
    SERVER = "rendered by Argo CD"
    LAST_RUN = "last run"


@dataclass(frozen=True, slots=True)
class MigrationFile:
    """A migration as the checkout has it; `reversible` where it has a Down section."""

    version: int
    name: str
    reversible: bool = True


@dataclass(frozen=True, slots=True)
class Hook:
    """One hook in one phase. `files` are the checkout's migrations of its database, oldest first."""

    kind: str
    namespace: str
    name: str
    phase: str
    wave: int = 0
    generated: bool = False  # generateName: `name` is how it begins
    policies: tuple[str, ...] = ("BeforeHookCreation",)
    images: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    migrates: bool = False
    service: str = ""
    database: str = ""
    secrets: tuple[str, ...] = ()
    files: tuple[MigrationFile, ...] = ()
    digest: str = ""  # of its spec; "" where only a run of it is known

    @property
    def label(self) -> str:
        """What it is called on the screen: its database, else its name."""
        return self.database or self.name.rstrip("-")

    def is_named(self, namespace: str, name: str) -> bool:
        """Whether an object of that name is one of its runs."""
        if namespace != self.namespace:
            return False
        # <generateName><rev7>-<phase>-<unix>, lower case
        end = f"-{self.phase.lower()}-"
        return name == self.name if not self.generated else name.startswith(self.name) and end in name


@dataclass(frozen=True, slots=True)
class Plain:
    """A resource of the Sync phase that is no hook."""

    group: str
    kind: str
    namespace: str
    name: str
    wave: int = 0
    gives: str = ""  # the Secret that a SealedSecret makes


@dataclass(frozen=True, slots=True)
class Manifests:
    """What one revision of an application holds; `remark` is what is not known for sure, in words."""

    revision: str
    origin: Origin
    hooks: tuple[Hook, ...] = ()
    resources: tuple[Plain, ...] = ()
    remark: str = ""

    @property
    def migrations(self) -> tuple[Hook, ...]:
        """The hooks that run goose, in the order in which they run."""
        return tuple(hook for hook in self.hooks if hook.migrates)

    @property
    def databases(self) -> frozenset[str]:
        """What they migrate: another application may migrate the same."""
        return frozenset(hook.database for hook in self.hooks if hook.database)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A record of the store (kind "Rendered", the application's uid): the revisions that matter now."""

    meta: Meta
    found: tuple[Manifests, ...] = ()
    problem: str = ""  # why one of them is not there

    def of(self, revision: str) -> Manifests | None:
        """The manifests of that commit."""
        return next((one for one in self.found if one.revision == revision), None) if revision else None


def in_order(hooks: Iterable[Hook]) -> tuple[Hook, ...]:
    """By phase, wave and name."""
    return tuple(sorted(hooks, key=lambda hook: (ORDER.get(hook.phase, 9), hook.wave, hook.name)))


def own_revision(application: Application, revision: str, revisions: Sequence[str]) -> str:
    """Of the source that has the manifests, where there are several."""
    if revision or not revisions or application.source is None:
        return revision
    index = application.sources.index(application.source)
    return revisions[index] if index < len(revisions) else ""


def wanted_revision(application: Application) -> str:
    """The commit that was compared last."""
    return own_revision(application, application.revision, application.revisions)


def deployed_revision(application: Application) -> str:
    """The commit that was deployed last, "" where none was."""
    last = application.deployed
    return own_revision(application, last.revision, last.revisions) if last is not None else ""


def running_revision(application: Application) -> str:
    """The commit that the operation takes, or that the last one took: "" while that is not known."""
    state, asked = application.state, application.operation
    if asked is not None and (state is None or state.over):  # it has not begun
        found = own_revision(application, asked.revision, asked.revisions)
    elif state is not None:
        found = own_revision(application, state.revision, state.revisions)
        found = found or own_revision(application, state.operation.revision, state.operation.revisions)
    else:
        found = ""
    return found or wanted_revision(application)


def revisions_that_matter(application: Application) -> tuple[str, ...]:
    """What is wanted, what runs or ran last, and what is deployed; commits, or a chart's versions."""
    chart = application.source is not None and bool(application.source.chart)
    named = (
        wanted_revision(application),
        running_revision(application),
        deployed_revision(application),
    )
    return tuple(dict.fromkeys(one for one in named if one and (chart or is_commit(one))))


def is_commit(revision: str) -> bool:
    """Whether it names a commit whole, not a branch or a chart's version."""
    return len(revision) in (40, 64) and not revision.strip("0123456789abcdef")


class Rows:
    """The rows of an operation's result, found by hook and by resource; the last one of a name counts."""

    def __init__(self, results: Iterable[ResourceResult] = ()) -> None:
        self._hooks: dict[tuple[str, str, str, str], ResourceResult] = {}
        self._plain: dict[tuple[str, str, str], ResourceResult] = {}
        for row in results:
            if row.hook_type:
                self._hooks[row.kind, row.hook_type, row.namespace, row.name] = row
            else:
                self._plain[row.kind, row.namespace, row.name] = row

    def of(self, hook: Hook) -> ResourceResult | None:
        """What is said of that hook in its phase."""
        if not hook.generated:
            return self._hooks.get((hook.kind, hook.phase, hook.namespace, hook.name))
        found = None
        for (kind, phase, namespace, name), row in self._hooks.items():
            if (kind, phase) == (hook.kind, hook.phase) and hook.is_named(namespace, name):
                found = row
        return found

    def plain(self, one: Plain) -> ResourceResult | None:
        """What is said of that resource."""
        return self._plain.get((one.kind, one.namespace, one.name))


def rows_of(application: Application) -> Rows:
    """Of the last operation, or of the one that runs."""
    return Rows(application.state.results if application.state is not None else ())


def short(revision: str) -> str:
    """As Git shortens it."""
    return revision[:7] if is_commit(revision) else revision


def without_its_secret(manifests: Manifests) -> list[tuple[Hook, str]]:
    """PreSync hooks that need a Secret which the Sync phase makes: a first sync waits for ever."""
    made = {(one.namespace, one.gives) for one in manifests.resources if one.gives}
    return [
        (hook, name)
        for hook in manifests.hooks
        if hook.phase == PRESYNC
        for name in hook.secrets
        if (hook.namespace, name) in made
    ]
