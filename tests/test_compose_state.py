"""What `up` would do to each service, which images are known, and what the docker command says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.compose_project import (
    MIGRATED,
    ONE,
    SERVICES,
    THREE,
    TWO,
    WELL,
    container,
    fate,
    put,
    state,
    store,
)
from tui.journal import Entry
from tui.known_images import KnownImages
from tui.model.compose import Inspected, ServiceSpec
from tui.model.compose_run import RUN, ComposeRun, moved
from tui.model.compose_state import (
    HASH_LABEL,
    IMAGE_LABEL,
    PROJECT,
    Fate,
    fates,
    image_names,
)
from tui.model.key import Meta
from tui.model.plan import Target

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
