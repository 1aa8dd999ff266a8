"""Rows, the page of `d`, YAML: what the operator reads."""

from __future__ import annotations

from types import ModuleType

import pytest

from tests.records import NOW, deployment, filled, pod, replica_set, running
from tests.test_survey import world
from tui.model.environment import Environment
from tui.present import event, namespace, trouble, waves, workload
from tui.present import job as job_rows
from tui.present.cells import tag
from tui.present.describe import why
from tui.present.environment import row as environment_row
from tui.present.header import header
from tui.present.yaml import to_yaml
from tui.store import Store
from tui.survey import Survey
from widgets.live_table import Cell, Row
from widgets.since import words

ANY = Environment("staging", branch="release", protected=True)


def said(cell: Cell) -> str:
    return "".join(words(part, NOW) for part in cell)


def line(row: Row) -> list[str]:
    return [said(cell) for cell in row.cells]


def surveyed(store: Store) -> Survey:
    survey = Survey(store, ANY)
    survey.refresh(NOW)
    return survey


PANES = (workload, job_rows, trouble, waves, event)


@pytest.mark.parametrize("pane", PANES, ids=lambda pane: pane.__name__)
def test_rows_fit_their_columns_and_stay_the_same_objects(pane: ModuleType) -> None:
    store = world()
    survey = surveyed(store)
    first = pane.rows(store, survey, None, NOW)
    assert all(len(row.cells) == len(row.keys) == len(pane.COLUMNS) for row in first)
    again = pane.rows(store, survey, None, NOW + 1)
    assert all(one is other for one, other in zip(first, again, strict=True))
    assert pane.rows(store, survey, frozenset({"elsewhere"}), NOW) == []


def test_the_worst_workload_is_first_and_signed() -> None:
    store = world()
    rows = workload.rows(store, surveyed(store), None, NOW)
    assert [line(row)[0] for row in rows] == ["bad", "good"]
    assert [row.sign.text for row in rows] == ["!", ""]
    assert line(rows[1])[:4] == ["good", "2/2", "done, revision 3", "1.5.0"]


def test_the_version_names_the_old_one_while_it_runs() -> None:
    web = deployment(current=3, updated=1)
    old = replica_set(web, 2, images=("registry.example/web:1.4.2",), current=2)
    store = filled([web, old, replica_set(web, 3, current=1)])
    rows = workload.rows(store, surveyed(store), None, NOW)
    assert line(rows[0])[3] == "1.5.0 ← 1.4.2"


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("registry.example:5000/a/b:1.2", "1.2"),
        ("registry.example:5000/a/b", "latest"),
        ("b@sha256:0123456789abcdef", "0123456789ab"),
        ("b:1@sha256:0123", "1"),
    ],
)
def test_versions_of_images(image: str, expected: str) -> None:
    assert tag(image) == expected


def test_namespaces_begin_with_all() -> None:
    store = world()
    rows = namespace.rows(store, surveyed(store), ANY, None)
    assert [line(row)[:4] for row in rows] == [
        ["all", "!3", "2/3", "1 failed"],
        ["services", "!3", "2/3", "1 failed"],
    ]
    assert rows[0].id == ""


def test_troubles_are_named_as_kubectl_does_for_short() -> None:
    store = world()
    rows = trouble.rows(store, surveyed(store), None, NOW)
    assert {line(row)[0] for row in rows} == {"deploy/bad", "job/auth-migrate", "pod/bare"}


def test_why_begins_with_the_cause_and_names_the_next_key() -> None:
    store = world()
    survey = surveyed(store)
    record = store.by_uid("Deployment", "Deployment/bad")
    assert record is not None
    sections = why(store, survey, record)
    assert sections[0].title == "nothing serves: app crashes, exit code 1, 2 restarts"
    assert "p: the end of the previous container" in sections[0].lines[-1][0].text
    assert any(section.title.startswith("Pod bad-1: CrashLoopBackOff") for section in sections)


def test_why_of_a_pod_speaks_of_its_workloads_trouble() -> None:
    store = world()
    record = store.by_uid("Pod", "Pod/bad-1")
    assert record is not None
    assert why(store, surveyed(store), record)[0].title.startswith("nothing serves")


def test_why_of_what_is_well() -> None:
    store = filled([pod(running())])
    record = store.by_uid("Pod", "Pod/p")
    assert record is not None
    assert why(store, surveyed(store), record)[0].title.startswith("Nothing is wrong")


def test_the_header_names_the_environment_and_that_it_is_not_read() -> None:
    badge, left, _ = header(ANY, None, frozenset({"services"}), [], NOW)
    assert badge == "STAGING"
    assert [span.text for span in left if span.text.strip()] == ["○ not read", "services", "protected"]


def test_an_environment_that_is_not_read_says_so() -> None:
    row = environment_row(ANY, None, None, None, front=True, now=NOW)
    assert line(row) == ["staging", "release", "not read yet"]


def test_yaml_never_shows_secrets() -> None:
    secret = {"kind": "Secret", "metadata": {"name": "s"}, "data": {"password": "aHVudGVyMg=="}}
    assert "aHVudGVyMg" not in to_yaml(secret)
    env = [{"name": "DB_PASSWORD", "value": "hunter2"}, {"name": "URL", "value": "postgres://u:hunter2@h/d"}]
    thing = {"kind": "Pod", "metadata": {"managedFields": [{}, {}]}, "spec": {"env": env}}
    shown = to_yaml(thing)
    assert "hunter2" not in shown
    assert "(2 managers, folded)" in shown
    assert "DB_PASSWORD" in shown
