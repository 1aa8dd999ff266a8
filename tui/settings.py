"""Settings: the command line, the configuration file and the kubeconfig as one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from tui import settings_file
from tui.errors import Misconfigured
from tui.model.environment import Environment, Platform
from tui.settings_file import Declared, Ground, Sections
from tui.wire import kubeconfig as kubeconfigs

_COMPOSE_FILES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")


@dataclass(frozen=True, slots=True)
class Options:
    """The command line as it was typed; empty is not given."""

    environment: str = ""
    namespace: str = ""
    kubeconfig: Path | None = None
    context: str = ""
    user: str = ""
    groups: tuple[str, ...] = ()
    config: Path | None = None
    readonly: bool = False
    demo: bool = False
    state: Path | None = None  # instead of the user's state folder


@dataclass(frozen=True, slots=True)
class Settings:
    """All that a run is told from outside; `start` is the name of the environment that opens first."""

    environments: tuple[Environment, ...]
    start: str
    state: Path
    namespace: str = ""
    readonly: bool = False
    keymap: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # action -> keys
    keymap_lines: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # -> `file:line`
    sections: Mapping[str, Sections] = field(default_factory=lambda: MappingProxyType({}))
    theme: Ground = Ground.DARK
    bell: bool = True
    recordings: Path | None = None  # None: in the state folder
    kubeconfig: Path | None = None  # None: as kubectl finds it
    user: str = ""
    groups: tuple[str, ...] = ()
    demo: bool = False
    config_file: Path | None = None
    checkout: Path | None = None  # of the platform's repository: the configuration's own, else the folder's
    log_bytes: int = 64 << 20
    tick: float = 1 / 8  # seconds between two looks at what changed


def load(options: Options, *, environ: Mapping[str, str], cwd: Path, home: Path) -> Settings:
    """Reads all there is; Misconfigured as `file:line: what, expected ...` when any of it is wrong."""
    file = _config_file(options, environ, cwd, home)
    declared = settings_file.read(file, home) if file is not None else Declared()
    environments = declared.environments or _undeclared(options, declared, environ, cwd, home)
    environments = _with_context(environments, options, declared)
    if options.readonly or declared.readonly:
        environments = tuple(replace(environment, readonly=True) for environment in environments)
    return Settings(
        environments=environments,
        start=_start(environments, options, environ, home),
        state=options.state or _folder(environ, "XDG_STATE_HOME", home / ".local/state"),
        namespace=options.namespace,
        readonly=options.readonly or declared.readonly,
        keymap=declared.keymap,
        keymap_lines=declared.keymap_places,
        sections=declared.sections,
        theme=declared.theme,
        bell=declared.bell,
        recordings=declared.recordings,
        kubeconfig=options.kubeconfig,
        user=options.user,
        groups=options.groups,
        demo=options.demo,
        config_file=file,
        checkout=None if options.demo else _checkout(file, cwd),
    )


def _checkout(config: Path | None, cwd: Path) -> Path | None:
    """The repository of the configuration file, else of the current folder."""
    for start in (config.resolve().parent if config is not None else None, cwd.resolve()):
        found = (each for each in (start, *start.parents) if (each / ".git").exists()) if start else ()
        for folder in found:
            return folder
    return None


def _folder(environ: Mapping[str, str], variable: str, default: Path) -> Path:
    """Our folder in one of the XDG base folders, where a relative value counts as none."""
    given = Path(environ.get(variable, ""))
    return (given if given.is_absolute() else default) / "deploytui"


def _config_file(options: Options, environ: Mapping[str, str], cwd: Path, home: Path) -> Path | None:
    """--config, else deploytui.yaml from here up to the repository's root, else the user's own."""
    if options.config is not None:
        if not options.config.is_file():
            raise Misconfigured(f"{options.config}: there is no such file", "check --config")
        return options.config.absolute()
    above = [cwd, *cwd.parents]
    root = next((index for index, folder in enumerate(above) if (folder / ".git").exists()), 0)
    places = [folder / "deploytui.yaml" for folder in above[: root + 1]]
    places.append(_folder(environ, "XDG_CONFIG_HOME", home / ".config") / "config.yaml")
    return next((place for place in places if place.is_file()), None)


def _undeclared(
    options: Options, declared: Declared, environ: Mapping[str, str], cwd: Path, home: Path
) -> tuple[Environment, ...]:
    """The environments where none is declared: the current context, and the folder's Compose file."""
    compose = next((cwd / name for name in _COMPOSE_FILES if (cwd / name).is_file()), None)
    found = []
    try:
        access = kubeconfigs.load(options.kubeconfig, environ, home).access(
            options.context or None, user=options.user, groups=options.groups
        )
        found.append(Environment(access.context, context=access.context, namespaces=declared.namespaces))
    except Misconfigured:
        if compose is None or options.context or options.kubeconfig is not None:
            raise
    if compose is not None:
        found.append(Environment("local", platform=Platform.COMPOSE, file=str(compose)))
    return tuple(found)


def _with_context(
    environments: tuple[Environment, ...], options: Options, declared: Declared
) -> tuple[Environment, ...]:
    """--context replaces the context of the named environment; alone it is an environment of that name."""
    context, name = options.context, options.environment
    if not context:
        return environments
    if name:
        return tuple(replace(e, context=context) if e.name == name else e for e in environments)
    if any(e.platform is Platform.KUBERNETES and e.context == context for e in environments):
        return environments
    if any(e.name == context for e in environments):
        title = f'--context {context}: the environment "{context}" is declared with another context'
        raise Misconfigured(title, f"give both: deploytui {context} --context {context}")
    return (*environments, Environment(context, context=context, namespaces=declared.namespaces))


def _start(
    environments: tuple[Environment, ...], options: Options, environ: Mapping[str, str], home: Path
) -> str:
    """The argument, else the environment of --context or of the current context, else the first."""
    names = [environment.name for environment in environments]
    if options.environment:
        if options.environment not in names:
            title = f'environment "{options.environment}" does not exist'
            raise Misconfigured(title, settings_file.near(options.environment, names))
        return options.environment
    clusters = [e for e in environments if e.platform is Platform.KUBERNETES]
    context = options.context or _current_context(options, environ, home)
    matching = [e.name for e in clusters if context and e.context == context]
    return [*matching, *(e.name for e in clusters), *names][0]


def _current_context(options: Options, environ: Mapping[str, str], home: Path) -> str:
    """The kubeconfig's current context; none is no fault where every environment names its own file."""
    if options.kubeconfig is not None:
        return kubeconfigs.load(options.kubeconfig, environ, home).current_context
    try:
        return kubeconfigs.load(None, environ, home).current_context
    except Misconfigured:
        return ""
