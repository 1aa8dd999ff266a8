"""A namespace's row: trouble first, ready of total when all is well, and its Jobs."""

from __future__ import annotations

from tui.model.environment import Environment, Platform
from tui.present.cells import cached
from tui.store import Store
from tui.survey import NamespaceSummary, Survey
from widgets.live_table import Column, Row, Span, Tone

COLUMNS = (
    Column("name", "NAMESPACE", 14, most=30, grow=1),
    Column("trouble", "", 3, most=4, right=True),
    Column("ready", "READY", 7, most=11, right=True),
    Column("jobs", "JOBS", 6, most=14, from_width=38),
    Column("purpose", "PURPOSE", 12, most=60, grow=1, from_width=60),
)
_EMPTY = NamespaceSummary()


def rows(store: Store, survey: Survey, environment: Environment, chosen: frozenset[str] | None) -> list[Row]:
    """ "all" first (its id is ""), then the configured order, else those of the cluster by name;
    `chosen` are shown in pane 4, None is all."""
    purposes = {one.actual: one.text for one in environment.namespaces}
    listed = {record.meta.name for record in store.all("Namespace")}
    made = [cached(survey, "namespace", "", ("", "", survey.total, True, chosen is None), row)]
    for name in namespaces(store, survey, environment):
        purpose = purposes.get(name, "")
        summary = survey.by_namespace.get(name, _EMPTY)
        exists = not listed or name in listed
        here = chosen is not None and name in chosen
        made.append(cached(survey, "namespace", name, (name, purpose, summary, exists, here), row))
    return made


def namespaces(store: Store, survey: Survey, environment: Environment) -> list[str]:
    """Their names in the cluster, in the configured order, else by name."""
    configured = [one.actual for one in environment.namespaces]
    if environment.platform is Platform.COMPOSE:  # only those that its services are in
        there = {record.meta.name for record in store.all("Namespace")}
        return [*(name for name in configured if name in there), *sorted(there.difference(configured))]
    if configured:
        return configured
    return sorted({record.meta.name for record in store.all("Namespace")} | set(survey.by_namespace) - {""})


def row(name: str, purpose: str, summary: NamespaceSummary, exists: bool, chosen: bool) -> Row:
    """One namespace, or all of them when the name is empty."""
    short = summary.ready < summary.total
    jobs = [f"{summary.running_jobs} run"] if summary.running_jobs else []
    jobs += [f"{summary.failed_jobs} failed"] if summary.failed_jobs else []
    counts = f"{summary.ready}/{summary.total}" if summary.total else "-"
    ready = counts if exists else "not there"
    return Row(
        name,
        (
            (Span(name or "all", Tone.BOLD if chosen else Tone.PLAIN),),
            (Span(f"!{summary.troubles}" if summary.troubles else "", Tone.BAD),),
            (Span(ready, Tone.LOOK if short or not exists else Tone.QUIET),),
            (Span(", ".join(jobs), Tone.BAD if summary.failed_jobs else Tone.MOVING),),
            (Span(purpose, Tone.QUIET),),
        ),
        (name, -summary.troubles, summary.ready - summary.total, summary.running_jobs, purpose),
        sign=Span("▸" if chosen else "", Tone.ACCENT),
    )
