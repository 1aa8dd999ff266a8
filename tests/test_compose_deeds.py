"""Deeds on a Compose project: what is refused, what a plan says, how far it is; the docker command."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.compose_project import (
    CLUSTER,
    IMAGES,
    LOCAL,
    MIGRATED,
    ONE,
    SERVICES,
    THREE,
    TWO,
    WELL,
    asked,
    container,
    put,
    ran,
    state,
    store,
)
from tui.actions import BY_ID
from tui.actions.compose_down import DOWN
from tui.actions.compose_restart import COMPOSE_RESTART
from tui.actions.compose_roll_back import COMPOSE_ROLL_BACK
from tui.actions.compose_up import UP
from tui.actions.delete_pod import DELETE_POD
from tui.actions.forms import form
from tui.actions.restart import RESTART
from tui.actions.roll_back import ROLL_BACK
from tui.errors import Refused
from tui.model.compose import SERVICE
from tui.model.compose_state import (
    HASH_LABEL,
    IMAGE_LABEL,
    PROJECT,
)
from tui.model.environment import Confirmation, Platform
from tui.model.plan import Plan, Stage
from tui.screens.confirm import required
from tui.store import Link, LinkState, Store


def progress(of: Store, plan: Plan, now: float = 1010.0) -> tuple[Stage, str]:
    deed = BY_ID[plan.deed]
    found = deed.progress(of, plan, 1000.0, now)  # type: ignore[attr-defined]
    return found.stage, found.text


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
