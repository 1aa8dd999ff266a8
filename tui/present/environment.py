"""An environment's row: its branch, and the worst thing first."""

from __future__ import annotations

from tui.errors import DeployError
from tui.model.application_health import ApplicationHealth
from tui.model.environment import Environment, Platform
from tui.model.migration import is_migration
from tui.present.link import Linked, link_span
from tui.store import LinkState
from tui.survey import Survey
from widgets.live_table import Cell, Column, Row, Span, Tone

COLUMNS = (
    Column("name", "ENVIRONMENT", 12, most=24),
    Column("branch", "BRANCH", 7, most=16, from_width=34),
    Column("state", "STATE", 10, most=60, grow=1),
)


def row(
    environment: Environment,
    session: Linked | None,
    survey: Survey | None,
    problem: DeployError | None,
    *,
    front: bool,
    now: float,
) -> Row:
    """One environment; its row id is its name."""
    state = _state(environment, session, survey, problem, now)
    branch = environment.branch or ("compose" if environment.platform is Platform.COMPOSE else "")
    name = Span(environment.name, Tone.BOLD if front else Tone.PLAIN)
    sign = Span("▸" if front else "", Tone.ACCENT)
    keys = (environment.name, branch, "".join(getattr(part, "text", "") for part in state))
    return Row(environment.name, ((name,), (Span(branch, Tone.QUIET),), state), keys, sign=sign)


def _state(
    environment: Environment,
    session: Linked | None,
    survey: Survey | None,
    problem: DeployError | None,
    now: float,
) -> Cell:
    if problem is not None:
        return (Span(problem.title, Tone.BAD),)
    if session is None or survey is None:
        return (Span("not read yet", Tone.QUIET),)
    if session.link.state is not LinkState.LIVE and session.link.state is not LinkState.POLLING:
        if environment.platform is Platform.COMPOSE and session.error is not None:
            error = session.error  # what to start comes first: the row is narrow
            return (Span(f"{error.hint}: {error.title}" if error.hint else error.title, Tone.BAD),)
        return (link_span(session, now),)
    total = survey.total
    parts = [Span(f"!{total.troubles} ", Tone.BAD)] if total.troubles else []
    running = [one for one in survey.jobs.values() if one.status == "Running"]
    if migrations := sum(is_migration(one.job) for one in running):
        parts.append(Span(f"{migrations} mig ", Tone.MOVING))
    if waiting := survey.boards.waiting:  # "1 mig +2": one runs, and a sync would run two more
        parts.append(Span(f"+{waiting} " if migrations else f"+{waiting} mig ", Tone.LOOK))
    before, after = argo(survey)
    short = total.ready < total.total
    ready = Span(f"{total.ready}/{total.total}", Tone.LOOK if short else Tone.QUIET)
    return (*parts, *before, ready, *after)


def argo(survey: Survey) -> tuple[list[Span], list[Span]]:
    """What Argo CD has still to bring there; and, for the end, what is not as it is declared."""
    apps = survey.apps
    before = [Span(f"{apps.back} rolled back ", Tone.LOOK)] if apps.back else []
    before += [Span(f"{apps.out} out ", Tone.LOOK)] if apps.out else []
    return before, [Span(f" {_differ(apps.differ)}", Tone.LOOK)] if apps.differ else []


def _differ(applications: tuple[ApplicationHealth, ...]) -> str:
    """`3 held`, `mode differs`, `branch differs`: the first of what is not as declared."""
    held = sum(one.mode == "held" for one in applications)
    if held:
        return f"{held} held"
    return "branch differs" if applications[0].differs.startswith("follows") else "mode differs"
