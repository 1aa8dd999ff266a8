"""A Compose project as tests make it: its file, its containers, the store that holds them."""

from __future__ import annotations

from dataclasses import replace

from tui.actions.base import Asked
from tui.model.compose import SERVICE, Inspected, Project, ServiceSpec
from tui.model.compose_run import RUN, ComposeRun
from tui.model.compose_state import (
    HASH_LABEL,
    IMAGE_LABEL,
    PROJECT,
    ComposeState,
    Fate,
    fates,
    image_names,
)
from tui.model.environment import Environment, Platform
from tui.model.key import Meta
from tui.model.plan import Target
from tui.model.pod import Pod
from tui.model.workload import Workload
from tui.store import Change, Link, LinkState, Store

LOCAL = Environment("local", Platform.COMPOSE)
CLUSTER = Environment("staging")
ONE, TWO, THREE = (f"sha256:{letter * 64}" for letter in "abc")
SERVICES = {
    "db": ServiceSpec("db", "postgres:16", hash="h-db"),
    "migrate": ServiceSpec("migrate", "shop/api:1.5.0", hash="h-migrate"),
    "api": ServiceSpec(
        "api", "shop/api:1.5.0", replicas=2, depends_on={"db": "service_healthy"}, hash="h-api"
    ),
}
IMAGES = image_names([(ONE, ["postgres:16"]), (TWO, ["shop/api:1.5.0", "shop/api:edge"])])


def container(service: str, number: int = 1, **changes: object) -> Inspected:
    """One that is as the file says."""
    image, name = (ONE, "postgres:16") if service == "db" else (TWO, "shop/api:1.5.0")
    made = Inspected(
        id=f"{service}{number}",
        name=f"shop-{service}-{number}",
        service=service,
        number=number,
        image=name,
        image_id=image,
        state="running",
        started=100.0,
        labels={HASH_LABEL: f"h-{service}", IMAGE_LABEL: image},
    )
    return replace(made, **changes)  # type: ignore[arg-type]


MIGRATED = container("migrate", state="exited", finished=101.0)
WELL = (container("db"), MIGRATED, container("api"), container("api", 2))


def state(
    *containers: Inspected, services: dict[str, ServiceSpec] | None = None, **project: object
) -> ComposeState:
    made = Project("shop", "/shop/compose.yaml", services or SERVICES, volumes=("shop_data",), by_cli=True)
    meta = Meta(PROJECT, "local", "shop", "project shop")
    return ComposeState(meta, replace(made, **project), containers or WELL, IMAGES)  # type: ignore[arg-type]


def store(of: ComposeState) -> Store:
    made = Store()
    for kind in (SERVICE, "Pod", "Job", PROJECT):
        made.set_link(kind, "", Link(LinkState.LIVE, 0.0))
    put(made, of)
    for name in of.project.services:
        record = Workload(Meta(SERVICE, "local", name, f"shop/{name}"), replicas=1)
        made.apply(Change(SERVICE, record.meta.uid, record))
    for one in of.containers:
        pod = Pod(Meta("Pod", "local", one.name, one.id))
        made.apply(Change("Pod", pod.meta.uid, pod))
    return made


def put(into: Store, of: ComposeState) -> None:
    into.apply(Change(PROJECT, of.meta.uid, of))


def ran(into: Store, target: Target, code: int | None, *lines: str, lost: str = "") -> None:
    """What the docker command of a deed said."""
    meta = Meta(RUN, target.namespace, target.name, target.uid)
    into.apply(Change(RUN, target.uid, ComposeRun(meta, 1000.0, lines, code, lost)))


def asked(of: Store, *names: str, environment: Environment = LOCAL, **more: object) -> Asked:
    records = [of.get(SERVICE, "local", name) or of.get("Pod", "local", name) for name in names]
    targets = tuple(record for record in records if record is not None) or tuple(of.all(PROJECT))
    return Asked(of, environment, targets, **more)  # type: ignore[arg-type]


def fate(of: ComposeState, service: str) -> tuple[Fate, str]:
    return next((one.fate, one.why) for one in fates(of) if one.service == service)
