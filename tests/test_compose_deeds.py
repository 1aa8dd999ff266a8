"""Deeds on a Compose project: what is refused, what a plan says, how far it is; the docker command."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tui.actions import BY_ID
from tui.actions.base import Asked
from tui.actions.compose_down import DOWN
from tui.actions.compose_restart import COMPOSE_RESTART
from tui.actions.compose_roll_back import COMPOSE_ROLL_BACK
from tui.actions.compose_up import UP
from tui.actions.delete_pod import DELETE_POD
from tui.actions.forms import form
from tui.actions.restart import RESTART
from tui.actions.roll_back import ROLL_BACK
from tui.errors import Refused
from tui.journal import Entry
from tui.known_images import KnownImages
from tui.model.compose import SERVICE, Inspected, Project, ServiceSpec
from tui.model.compose_run import RUN, ComposeRun, moved
from tui.model.compose_state import (
    HASH_LABEL,
    IMAGE_LABEL,
    PROJECT,
    ComposeState,
    Fate,
    fates,
    image_names,
)
from tui.model.environment import Confirmation, Environment, Platform
from tui.model.key import Meta
from tui.model.plan import Plan, Stage, Target
from tui.model.pod import Pod
from tui.model.workload import Workload
from tui.screens.confirm import required
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


def progress(of: Store, plan: Plan, now: float = 1010.0) -> tuple[Stage, str]:
    deed = BY_ID[plan.deed]
    found = deed.progress(of, plan, 1000.0, now)  # type: ignore[attr-defined]
    return found.stage, found.text


# What up would do


def test_a_project_that_is_as_its_file_says_only_runs_its_one_shots_again() -> None:
    assert [(one.service, one.fate) for one in fates(state())] == [
        ("db", Fate.LEFT),
        ("migrate", Fate.STARTED),
        ("api", Fate.LEFT),
    ]


@pytest.mark.parametrize(
    ("containers", "expected"),
    [
        ((), (Fate.CREATED, "")),
        ((container("api"),), (Fate.CREATED, "1 more")),
        ((container("api"), container("api", 2), container("api", 3)), (Fate.REMOVED, "1 too many")),
        (
            (container("api"), container("api", 2, labels={HASH_LABEL: "old", IMAGE_LABEL: TWO})),
            (Fate.RECREATED, "the file changed"),
        ),
        (
            (container("api", labels={HASH_LABEL: "h-api", IMAGE_LABEL: THREE}), container("api", 2)),
            (Fate.RECREATED, "its image was built or pulled anew"),
        ),
        (
            (container("api", image=THREE, image_id=THREE), container("api", 2)),
            (Fate.RECREATED, "it runs another image than the file's"),
        ),
        (
            (container("api", state="exited", exit_code=1), container("api", 2)),
            (Fate.STARTED, "not running"),
        ),
        ((container("api", state="paused"), container("api", 2)), (Fate.LEFT, "")),
    ],
)
def test_what_up_does_to_a_service(containers: tuple[Inspected, ...], expected: tuple[Fate, str]) -> None:
    assert fate(state(container("db"), MIGRATED, *containers), "api") == expected


def test_an_image_that_is_not_there_is_got_first() -> None:
    services = {**SERVICES, "api": replace(SERVICES["api"], image="shop/api:1.6.0")}
    assert fate(state(services=services), "api") == (Fate.RECREATED, "its image is pulled first")
    built = {**SERVICES, "api": ServiceSpec("api", build=True, hash="h-api")}
    assert fate(state(container("db"), services=built), "api") == (Fate.CREATED, "its image is built first")


def test_services_of_profiles_that_are_off_are_no_orphans() -> None:
    debug, old = container("debug"), container("old")
    found = fates(state(*WELL, debug, old, inactive=("debug",)))
    assert [one.service for one in found if one.fate is Fate.REMOVED] == ["old"]


def test_names_of_images_are_those_of_the_docker_command() -> None:
    table = image_names([(ONE, ["docker.io/library/redis:7", "redis@sha256:0"]), (TWO, ["<none>:<none>"])])
    of = replace(state(), images=table)
    assert (of.image_id("redis:7"), of.image_id("redis"), of.image_id(TWO)) == (ONE, "", TWO)
    assert (of.name_of(ONE), of.name_of(TWO)) == ("redis:7", "")


# Where a deed fits


@pytest.mark.parametrize("deed", [UP, DOWN, COMPOSE_RESTART, COMPOSE_ROLL_BACK])
def test_compose_deeds_are_not_for_a_cluster(deed: object) -> None:
    assert deed.elsewhere(CLUSTER)  # type: ignore[attr-defined]
    assert not deed.elsewhere(LOCAL)  # type: ignore[attr-defined]


@pytest.mark.parametrize("deed", [RESTART, ROLL_BACK, DELETE_POD])
def test_deeds_on_a_cluster_are_not_for_compose(deed: object) -> None:
    assert "local" in deed.elsewhere(LOCAL)  # type: ignore[attr-defined]
    assert not deed.fits(SERVICE)  # type: ignore[attr-defined]


def test_a_key_means_another_deed_on_compose() -> None:
    assert form(RESTART, Platform.COMPOSE) is COMPOSE_RESTART
    assert form(ROLL_BACK, Platform.COMPOSE) is COMPOSE_ROLL_BACK
    assert form(RESTART, Platform.KUBERNETES) is RESTART
    assert form(UP, Platform.COMPOSE) is UP


def test_up_and_down_act_on_the_project_whatever_is_under_the_cursor() -> None:
    made = store(state())
    targets = asked(made, "api").targets
    assert [record.meta.name for record in UP.of(made, targets)] == ["shop"]
    assert DOWN.of(Store(), targets) == ()


def test_a_file_that_compose_refuses_refuses_every_deed() -> None:
    made = store(state(complaint="compose.yaml:3: services.api.image must be a string"))
    for deed, names in ((UP, ()), (DOWN, ()), (COMPOSE_RESTART, ("api",)), (COMPOSE_ROLL_BACK, ("api",))):
        (refusal,) = deed.refuse(asked(made, *names))
        assert "compose.yaml:3" in refusal.text


def test_up_needs_the_hashes_that_only_compose_knows() -> None:
    (refusal,) = UP.refuse(asked(store(state(by_cli=False))))
    assert "docker compose is not there" in refusal.text


def test_a_stale_engine_and_a_readonly_environment_refuse() -> None:
    made = store(state())
    assert not UP.refuse(asked(made))
    (refusal,) = UP.refuse(asked(made, environment=replace(LOCAL, readonly=True)))
    assert refusal.text == "local is read-only"
    made.set_link(PROJECT, "", Link(LinkState.STALE, 0.0))
    assert "stale" in UP.refuse(asked(made))[0].text


# Restart


def test_a_restart_says_that_it_takes_nothing_new() -> None:
    old = container("api", 2, labels={HASH_LABEL: "old", IMAGE_LABEL: TWO})
    plan = COMPOSE_RESTART.plan(asked(store(state(container("db"), container("api"), old)), "api"))
    assert plan.command == "docker compose -f /shop/compose.yaml -p shop restart api"
    assert plan.steps[0].target.words == "local / ComposeService api"
    said = " ".join(remark.text for remark in plan.remarks)
    assert "takes no change of the file" in said
    assert "api: the file changed" in said


def test_several_services_are_one_command_and_the_left_out_are_said() -> None:
    plan = COMPOSE_RESTART.plan(asked(store(state(*WELL[:1], *WELL[2:])), "db", "api", "migrate"))
    assert plan.command.endswith("restart db api")
    assert [refusal.words for refusal in plan.refused] == ["migrate: it has no container: S (up) makes one"]
    assert plan.steps[0].target.kind == PROJECT
    assert "api depends on db" in " ".join(remark.text for remark in plan.remarks)


def test_containers_are_restarted_by_name_but_not_beside_services() -> None:
    made = store(state())
    plan = COMPOSE_RESTART.plan(asked(made, "shop-api-1", "shop-api-2"))
    assert plan.command == "docker restart shop-api-1 shop-api-2"
    assert plan.title == "Restart 2 containers"
    (refusal,) = COMPOSE_RESTART.refuse(asked(made, "api", "shop-api-2"))
    assert refusal.text == "services or containers, not both at once"


def test_a_restart_is_done_when_every_container_began_anew_and_is_well() -> None:
    made = store(state())
    plan = COMPOSE_RESTART.plan(asked(made, "api"))
    target = plan.steps[0].target
    assert progress(made, plan) == (Stage.ROLLING, "shop-api-1, shop-api-2: not started anew yet")
    ran(made, target, None, " Container shop-api-1  Restarting")
    assert progress(made, plan) == (Stage.ROLLING, "shop-api-1: Restarting")
    anew = [container("api", number, started=1002.0, health="starting") for number in (1, 2)]
    put(made, state(container("db"), *anew))
    ran(made, target, 0)
    waits = "shop-api-1 waits for its health check, shop-api-2 waits for its health check"
    assert progress(made, plan) == (Stage.ROLLING, waits)
    assert progress(made, plan, now=2000.0) == (Stage.FAILED, waits)
    put(made, state(container("db"), *(replace(one, health="healthy") for one in anew)))
    assert progress(made, plan) == (Stage.DONE, "done, 10 s")


@pytest.mark.parametrize("names", [("api",), ("shop-api-1", "shop-api-2")])
def test_a_restart_that_was_left_is_told_by_the_containers_alone(names: tuple[str, ...]) -> None:
    made = store(state())
    plan = COMPOSE_RESTART.plan(asked(made, *names))
    left = replace(plan, steps=(replace(plan.steps[0], arguments={}),))
    assert progress(made, left)[0] is Stage.ROLLING
    put(made, state(*(container("api", number, started=1001.0) for number in (1, 2))))
    assert progress(made, left)[0] is Stage.DONE


def test_a_container_that_ends_at_once_ends_the_deed() -> None:
    made = store(state())
    plan = COMPOSE_RESTART.plan(asked(made, "shop-api-1"))
    dead = container("api", started=1001.0, state="exited", exit_code=3, finished=1002.0)
    put(made, state(dead))
    assert progress(made, plan) == (Stage.FAILED, "shop-api-1 ended with exit code 3, 10 s")


# Up


def test_the_plan_of_up_tells_each_services_fate() -> None:
    old = container("api", labels={HASH_LABEL: "old", IMAGE_LABEL: TWO})
    plan = UP.plan(asked(store(state(MIGRATED, old, container("gone")))))
    assert plan.title == "Bring shop up: 1 created, 1 recreated, 1 started again, 1 removed"
    assert plan.command == "docker compose -f /shop/compose.yaml -p shop up -d --remove-orphans"
    assert [(change.what, change.before, change.after) for change in plan.changes] == [
        ("db", "no container", "postgres:16, created"),
        ("migrate", "ended with 0", "started again"),
        ("api", "shop/api:1.5.0", "recreated (the file changed)"),
        ("gone", "its containers", "removed (the file does not have it)"),
    ]
    assert plan.grave


def test_up_has_nothing_to_do() -> None:
    services = {"db": SERVICES["db"]}
    with pytest.raises(Refused, match="nothing to do"):
        UP.plan(asked(store(state(container("db"), services=services))))


def test_up_is_done_when_all_is_as_the_file_says_and_well() -> None:
    made = store(state(container("db")))
    plan = UP.plan(asked(made))
    assert progress(made, plan)[1] == "migrate: not created yet, api: not created yet"
    put(made, state(container("db"), MIGRATED, container("api", health="unhealthy"), container("api", 2)))
    assert progress(made, plan) == (Stage.ROLLING, "shop-api-1 is unhealthy")
    put(made, state())
    assert progress(made, plan) == (Stage.DONE, "done, 10 s")


def test_a_command_that_failed_says_so_in_its_own_words() -> None:
    made = store(state(container("db")))
    plan = UP.plan(asked(made))
    port = "Error response from daemon: Bind for 0.0.0.0:80 failed: port is already allocated"
    ran(made, plan.steps[0].target, 1, " Container shop-api-1  Starting", port)
    assert progress(made, plan) == (Stage.FAILED, f"{port}, 10 s")


def test_a_command_of_which_nobody_knows_the_end_is_read_not_sent_again() -> None:
    made = store(state(container("db")))
    plan = UP.plan(asked(made))
    ran(made, plan.steps[0].target, None, lost="docker did not end within 30 min")
    assert progress(made, plan)[0] is Stage.ROLLING
    put(made, state())
    assert progress(made, plan)[0] is Stage.DONE


def test_other_files_are_told() -> None:
    labels = {
        **container("db").labels,
        "com.docker.compose.project.config_files": "/shop/compose.yaml,/shop/compose.override.yaml",
    }
    plan = UP.plan(asked(store(state(container("db", labels=labels)))))
    said = " ".join(remark.text for remark in plan.remarks)
    assert "/shop/compose.override.yaml" in said


# Down


def test_down_is_typed_and_names_the_volumes_that_it_keeps() -> None:
    made = store(state(*WELL, container("gone")))
    plan = DOWN.plan(asked(made))
    said = " ".join(remark.text for remark in plan.remarks)
    assert "kept: shop_data" in said
    assert "they stay, and keep the network: shop-gone-1" in said
    assert required(LOCAL, plan) is Confirmation.NAME
    assert required(replace(LOCAL, confirm={"down": Confirmation.TAB}), plan) is Confirmation.TAB
    assert plan.steps[0].target.name == "shop"
    assert progress(made, plan)[1].startswith("still there: shop-db-1")
    put(made, state(container("gone")))
    assert progress(made, plan)[0] is Stage.DONE
    with pytest.raises(Refused, match="no container"):
        DOWN.plan(asked(made))


# Roll back


def test_a_service_goes_back_to_the_image_that_ran_before() -> None:
    now = state(container("db"), container("api", image_id=THREE))
    made = store(now)
    plan = COMPOSE_ROLL_BACK.plan(asked(made, "api", images={"api": (THREE, TWO, ONE)}))
    assert plan.title == "Roll api back to shop/api:1.5.0 bbbbbbbbbbbb"
    assert plan.command == (
        f"""printf %s '{{"services": {{"api": {{"image": "{TWO}"}}}}}}' | docker compose -f """
        "/shop/compose.yaml -f - -p shop up -d --no-deps --no-build --pull never api"
    )
    assert "the next up (S) brings that back" in plan.remarks[0].text
    assert progress(made, plan) == (Stage.ROLLING, "shop-api-1: not made of it yet")
    put(made, state(container("db"), container("api", image=TWO, image_id=TWO)))
    assert progress(made, plan)[0] is Stage.DONE


def test_a_roll_back_says_why_not() -> None:
    made = store(state())
    with pytest.raises(Refused) as none:
        COMPOSE_ROLL_BACK.plan(asked(made, "api"))
    assert none.value.title.startswith("no earlier image of api is known")
    with pytest.raises(Refused) as gone:
        COMPOSE_ROLL_BACK.plan(asked(made, "api", images={"api": (TWO, THREE)}))
    assert gone.value.title == "the image that api ran before (cccccccccccc) is not on the engine any more"
    (several,) = COMPOSE_ROLL_BACK.refuse(asked(made, "api", "db"))
    assert several.text == "one service at a time"


def test_other_tags_on_the_engine_are_offered_in_words() -> None:
    table = {**IMAGES, "shop/api:1.4.3": THREE}
    made = store(replace(state(), images=table))
    with pytest.raises(Refused) as none:
        COMPOSE_ROLL_BACK.plan(asked(made, "api"))
    assert "the engine has shop/api:1.4.3" in none.value.hint


def test_images_are_known_by_the_journal_and_by_what_ran_meanwhile() -> None:
    known, target = KnownImages(), Target(PROJECT, "local", "shop", "project shop")
    made = store(state(container("api", image_id=THREE)))
    known.look("local", made)
    line = Entry(1.0, "1", "outcome", "ann", "local", "up", target, "Up", before=f"api={ONE} db={ONE}")
    known.learn([line, replace(line, when=2.0, before=f"api={TWO}"), replace(line, before="7", after="8")])
    assert known.of("local")["api"] == (THREE, TWO, ONE)
    put(made, state(container("api", image_id=TWO)))
    known.look("local", made)
    assert known.of("local")["api"] == (TWO, THREE, ONE)
    assert known.of("local")["db"] == (ONE,)
    assert known.of("staging") == {}


# What the docker command says


def test_a_complaint_is_what_was_said_after_the_last_progress() -> None:
    lines = (
        "Error response from an attempt before",
        " Network shop_default  Error",
        'time="2026-11-24T12:00:00Z" level=warning msg="orphans"',
        "failed to create network: iptables failed: no chain by that name.",
        " (exit status 1)",
    )
    run = ComposeRun(Meta(RUN, "", "shop", "1"), 0.0, lines, 1)
    assert (
        run.complaint == "failed to create network: iptables failed: no chain by that name. (exit status 1)"
    )
    assert replace(run, lines=lines[:2]).complaint == "docker ended with exit code 1"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (" Container shop-api-1  Started", ("shop-api-1", "Started")),
        (' Volume "shop_data"  Created', ("shop_data", "Created")),
        (" api Pulling", ("api", "Pulling")),
        ("#7 [2/3] RUN make", ("build", "[2/3] RUN make")),
        ("Error response from daemon: no such image", None),
        ("yaml: line 3: mapping values are not allowed in this context", None),
        ('time="2026-11-24T12:00:00Z" level=warning msg="orphans"', None),
    ],
)
def test_lines_of_progress_are_told_from_others(line: str, expected: tuple[str, str] | None) -> None:
    assert moved(line) == expected
