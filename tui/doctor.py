"""What can be reached, as whom and with which rights, and what is missing; without a screen."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from email.utils import parsedate_to_datetime
from pathlib import Path

import msgspec

from tui.actions import ACTIONS
from tui.actions.base import Deed
from tui.argo_place import ArgoPlace
from tui.clock import Clock
from tui.compose_check import Checked, check
from tui.doctor_argo import look
from tui.doctor_found import GROUPS, systems
from tui.doctor_postgres import asked
from tui.doctor_rest import served
from tui.errors import DeployError, Misconfigured
from tui.model.environment import Environment, Platform
from tui.opening import argo_client
from tui.settings import Settings
from tui.settings_postgres import made
from tui.wire.kinds import KINDS
from tui.wire.kinds.base import Kind
from tui.wire.kube import Client
from tui.wire.kubeconfig import load as load_kubeconfig
from tui.wire.plain import plain
from tui.wire.server import Servers

_AT_ONCE = 8  # questions to one server at the same time
_APART = 2.0  # seconds that clocks may differ; the server tells whole ones


@dataclass(frozen=True, slots=True)
class Missing:
    """A right that a key needs and that is not there; an empty namespace is the whole cluster."""

    key: str
    verb: str
    resource: str
    namespace: str


@dataclass(frozen=True, slots=True)
class Report:
    """One environment; `error` says why it was not reached, `latency_ms` is that of GET /version."""

    name: str
    platform: str
    context: str = ""
    server: str = ""
    user: str = ""
    namespace: str = ""
    reachable: bool = False
    latency_ms: float | None = None
    version: str = ""
    clock_difference_s: float | None = None  # of the server's clock to ours, above zero when it is ahead
    missing: tuple[Missing, ...] = ()
    found: tuple[str, ...] = ()
    error: str = ""
    postgres: str = ""  # what it says of its schemas, or why it is not asked
    argo: tuple[str, ...] = ()
    differing: tuple[str, ...] = ()  # applications that are not as the configuration declares them
    ill: bool = False  # somebody has to mend something

    @property
    def well(self) -> bool:
        """Whether nothing is missing. An engine that only has to be started is not ill."""
        if self.platform == Platform.COMPOSE:
            return not self.ill
        return self.reachable and not self.missing and not self.differing and not self.ill


async def examine(settings: Settings, clock: Clock, environ: Mapping[str, str]) -> list[Report]:
    """All environments at once, each report in the order of the configuration."""
    servers = Servers(clock, environ=environ)
    try:
        return await asyncio.gather(
            *(_examine(settings, one, servers, clock, environ) for one in settings.environments)
        )
    finally:
        await servers.close()


async def _examine(
    settings: Settings, environment: Environment, servers: Servers, clock: Clock, environ: Mapping[str, str]
) -> Report:
    name, platform = environment.name, environment.platform.value
    if environment.platform is Platform.COMPOSE:
        return _of_compose(name, await check(environment, settings, servers, clock, environ))
    try:
        file = Path(environment.kubeconfig) if environment.kubeconfig else settings.kubeconfig
        access = load_kubeconfig(file, environ, Path.home()).access(
            environment.context or None, user=settings.user, groups=settings.groups
        )
        elsewhere = argo_client(environment, settings, servers, environ)
    except Misconfigured as error:
        return Report(name, platform, context=environment.context, error=str(error))
    client = Client(servers.get(access))
    place = ArgoPlace(environment, client, elsewhere)
    known = Report(
        name,
        platform,
        context=access.context,
        server=access.server,
        user=access.user_name,
        namespace=access.namespace,
    )
    try:
        began = clock.monotonic()
        answer = await client.server.request("GET", "/version", timeout=10.0)
        latency = (clock.monotonic() - began) * 1000
        version = (await client.version()).version
        readonly = settings.readonly or environment.readonly
        user, found = await asyncio.gather(_user(client), systems(client, environment))
        argo = await look(place, environment)
        rest, rest_ill = await served(environment.argo, environ, clock)
        if argo.there and "Argo CD" not in found:
            found = ("Argo CD", *found)
        missing = await _missing(client, place, environment, readonly, found)
        where = made(settings.sections.get(name, {}).get("postgres"))
        postgres = await asked(client, where, clock)
        namespace = where.namespace if where is not None else ""
        missing += tuple(Missing("3", verb, "pods/exec", namespace) for verb in postgres.lacking)
    except DeployError as error:
        return replace(known, error=str(error))
    return replace(
        known,
        user=user or access.user_name,
        reachable=True,
        latency_ms=round(latency, 1),
        version=version,
        clock_difference_s=_difference(answer.headers.get("date", ""), clock),
        missing=missing,
        found=found,
        postgres=postgres.words,
        argo=(*argo.words, rest) if rest else argo.words,
        differing=argo.differing,
        ill=postgres.error or rest_ill,
    )


def _of_compose(name: str, found: Checked) -> Report:
    told = (f"{found.containers} containers of {found.project}",) if found.version else ()
    return Report(
        name,
        Platform.COMPOSE.value,
        context=found.context,
        server=found.endpoint,
        reachable=bool(found.version),
        latency_ms=found.latency_ms,
        version=found.version,
        found=told,
        error=found.error,
        ill=found.ill,
    )


async def _user(client: Client) -> str:
    """As the server knows us; "" where it is too old to say, or does not want to."""
    try:
        return await client.whoami()
    except DeployError:
        return ""


async def _missing(
    client: Client,
    argo: ArgoPlace,
    environment: Environment,
    readonly: bool,
    found_there: tuple[str, ...],
) -> tuple[Missing, ...]:
    """Every right that panes, logs and deeds need: asked cluster-wide, then in each namespace."""
    kinds = [kind for kind in KINDS.values() if _served(kind, found_there)]
    wanted = [("4", verb, kind.resource) for kind in kinds for verb in ("list", "watch")]
    wanted.append(("l", "get", "pods/log"))
    for action in ACTIONS:
        if isinstance(action, Deed) and not readonly:
            needs = {need for each in action.needs.values() for need in each}
            # ":" is the palette's: the deed has no key of its own
            wanted += sorted(((*action.keys, ":")[0], need.verb, need.resource) for need in needs)
    namespaces = tuple(one.actual for one in environment.namespaces)
    cluster = {kind.resource for kind in KINDS.values() if not kind.namespaced}
    in_argo = argo.resources()
    limit = asyncio.Semaphore(_AT_ONCE)

    async def allowed(verb: str, resource: str, namespace: str) -> bool:
        async with limit:
            return (await client.can(verb, resource, namespace)).allowed

    async def lacking(key: str, verb: str, resource: str) -> list[Missing]:
        if resource in in_argo:
            own, namespace = in_argo[resource]
            right = await own.can(verb, resource, namespace)
            return [] if right.allowed else [Missing(key, verb, resource, namespace)]
        if await allowed(verb, resource, ""):
            return []
        if resource in cluster or not namespaces:
            return [Missing(key, verb, resource, "")]
        answers = await asyncio.gather(*(allowed(verb, resource, one) for one in namespaces))
        pairs = zip(namespaces, answers, strict=True)
        return [Missing(key, verb, resource, one) for one, yes in pairs if not yes]

    found = await asyncio.gather(*(lacking(*one) for one in wanted))
    return tuple(missing for some in found for missing in some)


def _served(kind: Kind, found: tuple[str, ...]) -> bool:
    """Whether the cluster has it: kinds of a system that is not there need no right."""
    system = GROUPS.get(kind.resource.partition(".")[2])
    return system is None or system in found


def _difference(date: str, clock: Clock) -> float | None:
    """Of an answer's Date header to our clock, in whole seconds; None when there is none."""
    try:
        return float(round(parsedate_to_datetime(date).timestamp() - clock.now()))
    except ValueError:
        return None


def as_json(reports: list[Report]) -> str:
    """`{"environments": [...]}` with the fields of Report."""
    return msgspec.json.format(
        msgspec.json.encode({"environments": [asdict(one) for one in reports]})
    ).decode()


def as_text(reports: list[Report]) -> str:
    """For people: one paragraph an environment, what is missing last."""
    return "\n\n".join("\n".join(_lines(one)) for one in reports)


def _lines(report: Report) -> list[str]:
    where = f"  {report.server}  context {report.context}" if report.server else ""
    lines = [f"{report.name}  {report.platform}{where}"]
    if not report.reachable:
        return [*lines, f"  {plain(report.error)}"]
    if report.platform == Platform.COMPOSE:
        lines.append(f"  reached in {report.latency_ms:.0f} ms, {plain(report.version)}")
        lines.append(f"  found: {', '.join(report.found)}")
        return [*lines, f"  {plain(report.error)}"] if report.error else lines
    apart = report.clock_difference_s
    clocks = "" if apart is None or abs(apart) < _APART else f", its clock is {apart:+.0f} s from ours"
    lines += [
        f"  reached in {report.latency_ms:.0f} ms, {plain(report.version)}{clocks}",
        f"  as {plain(report.user) or 'nobody in particular'}, namespace {report.namespace or 'default'}",
        f"  found: {', '.join(report.found) or 'neither ' + ' nor '.join(dict.fromkeys(GROUPS.values()))}",
    ]
    lines += [f"  {words}" for words in report.argo]
    if report.differing:
        lines += ["  not as declared:", *(f"    {words}" for words in report.differing)]
    if report.postgres:
        lines.append(f"  {report.postgres}")
    if not report.missing:
        return [*lines, "  no right is missing"]
    return [
        *lines,
        "  missing rights (key, verb, resource):",
        *(f"    {words}" for words in _in_words(report.missing)),
    ]


def _in_words(missing: Sequence[Missing]) -> list[str]:
    """`r  patch deployments.apps in gateway, data`: one line for all namespaces, and for list with watch."""
    places: dict[tuple[str, str, str], list[str]] = {}
    for one in missing:
        places.setdefault((one.key, one.resource, one.verb), []).append(one.namespace or "the cluster")
    verbs: dict[tuple[str, str, str], list[str]] = {}
    for (key, resource, verb), found in places.items():
        verbs.setdefault((key, resource, ", ".join(found)), []).append(verb)
    width = max((len(key) for key, _, _ in verbs), default=0)
    return [
        f"{key:<{width}}  {' and '.join(these)} {resource} in {where}"
        for (key, resource, where), these in verbs.items()
    ]


def run(settings: Settings, clock: Clock, *, json: bool) -> int:
    """Prints the reports; 0 when all is well, else 1."""
    reports = asyncio.run(examine(settings, clock, os.environ))
    print(as_json(reports) if json else as_text(reports))
    return 0 if all(one.well for one in reports) else 1
