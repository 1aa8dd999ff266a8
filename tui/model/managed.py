"""Which Application of Argo CD manages an object, and who manages an Application itself (facts 2c)."""

from __future__ import annotations

from collections.abc import Iterable

from tui.model.application import Application
from tui.model.key import Meta
from tui.model.record import Record

TRACKING = "argocd.argoproj.io/tracking-id"
INSTANCE = "argocd.argoproj.io/instance"
_HELM_INSTANCE = "app.kubernetes.io/instance"


def tracked_by(meta: Meta) -> str:
    """The application's name as the object says it, by annotation or Argo CD's label; "" when neither does.

    An application of another namespace than Argo CD's own is written `namespace_name`.
    """
    tracking = meta.annotations.get(TRACKING, "")
    if tracking:
        return tracking.partition(":")[0]
    return meta.labels.get(INSTANCE, "")


def application_of(applications: Iterable[Record], meta: Meta) -> Application | None:
    """By tracking annotation, by instance label, else by what the applications list; None when none is known.

    The common instance label is Helm's as well: it counts only when that application lists the object.
    """
    found = [one for one in applications if isinstance(one, Application)]
    said = tracked_by(meta)
    if said:
        named = [one for one in found if said in (one.meta.name, f"{one.meta.namespace}_{one.meta.name}")]
        listing = [one for one in named if lists(one, meta)]
        return next(iter(listing or named), None)
    instance = meta.labels.get(_HELM_INSTANCE, "")
    likely = sorted(found, key=lambda one: one.meta.name != instance)
    return next((one for one in likely if lists(one, meta)), None)


def lists(application: Application, meta: Meta) -> bool:
    """Whether `status.resources` names the object."""
    return any(
        one.name == meta.name and one.kind == meta.kind and one.namespace in ("", meta.namespace)
        for one in application.resources
    )


def manages(application: Application, meta: Meta) -> bool:
    """Whether the object says that it is that application's, or the application does."""
    said = tracked_by(meta)
    if said:
        return said in (application.meta.name, f"{application.meta.namespace}_{application.meta.name}")
    return lists(application, meta)


def owner(application: Application) -> str:
    """What made the Application and may take a change of its spec back, in words; "" when nothing did."""
    made = application.meta.owner
    if made is not None and made.kind == "ApplicationSet":
        return f"ApplicationSet {made.name}"
    parent = tracked_by(application.meta)
    return f"application {parent}" if parent and parent != application.meta.name else ""


def parent_of(applications: Iterable[Record], application: Application) -> Application | None:
    """The application of applications that it belongs to, where that is known."""
    found = application_of(applications, application.meta) if tracked_by(application.meta) else None
    return found if found is not None and found.meta.uid != application.meta.uid else None
