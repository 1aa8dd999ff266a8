"""The lens: who reads which Secret, what is missing, and who must be restarted."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tui.model.cluster import Named
from tui.model.job import CronJob, Job
from tui.model.key import Meta
from tui.model.lens import ALL, Lens, SecretUse, lenses, needs_restart, restarts_needed, uses_of
from tui.model.pod import Container, Pod
from tui.model.sealed_secret import SealedSecret
from tui.model.workload import Workload


def meta(kind: str, name: str, **more: Any) -> Meta:
    return Meta(kind, "services", name, f"{kind}/{name}", **more)


def spec(*containers: dict[str, Any], **pod: Any) -> bytes:
    return json.dumps({"template": {"spec": {"containers": list(containers), **pod}}}).encode()


def workload(name: str, *containers: dict[str, Any], **pod: Any) -> Workload:
    return Workload(meta("Deployment", name), 1, spec=spec(*containers, **pod))


def key_ref(variable: str, secret: str, key: str, **more: Any) -> dict[str, Any]:
    return {"name": variable, "valueFrom": {"secretKeyRef": {"name": secret, "key": key, **more}}}


def sealed(name: str, *keys: str, **more: Any) -> SealedSecret:
    return SealedSecret(meta("SealedSecret", name, **more), keys=keys)


ENV_FROM = {"name": "app", "envFrom": [{"secretRef": {"name": "auth"}}]}
ENV = {
    "name": "app",
    "env": [key_ref("URL", "auth", "DATABASE_URL"), key_ref("X", "auth", "X", optional=True)],
}


def only(*found: Lens) -> Lens:
    assert len(found) == 1
    return found[0]


def test_every_way_to_read_a_secret_is_seen() -> None:
    pod = {
        "initContainers": [{"name": "init", **{k: v for k, v in ENV_FROM.items() if k != "name"}}],
        "volumes": [
            {"name": "all", "secret": {"secretName": "files"}},
            {"name": "one", "secret": {"secretName": "tls", "items": [{"key": "tls.crt", "path": "a.crt"}]}},
            {"name": "mix", "projected": {"sources": [{"secret": {"name": "mixed"}}, {"configMap": {}}]}},
        ],
        "imagePullSecrets": [{"name": "registry"}],
    }
    app = {
        **ENV,
        "volumeMounts": [{"name": "all"}, {"name": "one", "subPath": "tls.crt"}, {"name": "elsewhere"}],
    }
    assert uses_of(spec(app, **pod)) == (
        SecretUse("auth", ALL, "env", "", ("init",)),
        SecretUse("auth", "DATABASE_URL", "env", "URL", ("app",)),
        SecretUse("auth", "X", "env", "X", ("app",), optional=True),
        SecretUse("files", ALL, "volume", "", ("app",), live=True),
        SecretUse("tls", "tls.crt", "volume", "a.crt", ("app",), live=False),
        SecretUse("mixed", ALL, "volume", "", (), live=True),
        SecretUse("registry", ".dockerconfigjson", "pull", optional=True),
    )


@pytest.mark.parametrize(
    "raw", [b"", b"{}", b"[]", b'{"template": null}', b'{"template": {"spec": {"containers": [1]}}}']
)
def test_another_shape_uses_nothing(raw: bytes) -> None:
    assert uses_of(raw) == ()


def test_keys_that_are_needed_and_missing() -> None:
    found = only(*lenses([workload("auth", ENV)], [sealed("auth", "OTHER")], []))
    assert found.needed == {"DATABASE_URL": ("auth",)}
    assert found.missing == ("DATABASE_URL",)
    assert not found.wanted
    assert only(*lenses([workload("auth", ENV)], [sealed("auth", "DATABASE_URL")], [])).missing == ()


def test_a_secret_that_is_nowhere_is_wanted_and_one_nobody_seals_is_said() -> None:
    nowhere = only(*lenses([workload("auth", ENV)], [], []))
    assert (nowhere.wanted, nowhere.unsealed, nowhere.missing) == (True, False, ("DATABASE_URL",))
    there = only(*lenses([workload("auth", ENV)], [], [Named(meta("Secret", "auth"))]))
    assert (there.wanted, there.unsealed, there.missing, there.provides) == (False, True, (), None)
    lenient = {"name": "app", "env": [key_ref("X", "auth", "X", optional=True)]}
    assert not only(*lenses([workload("auth", lenient)], [], [])).wanted


def test_namespaces_are_kept_apart_and_unused_secrets_are_nobodys() -> None:
    other = SealedSecret(Meta("SealedSecret", "gateway", "auth", "2"), keys=("A",))
    token = Named(meta("Secret", "default-token"))
    found = lenses([workload("auth", ENV_FROM)], [other], [token])
    assert [(each.namespace, each.name, len(each.consumers)) for each in found] == [
        ("gateway", "auth", 0),
        ("services", "auth", 1),
    ]


def test_a_presync_job_that_needs_what_the_sync_brings_is_flagged() -> None:
    notes = {"argocd.argoproj.io/hook": "PreSync"}
    job = Job(meta("Job", "migrate", annotations=notes), spec=spec(ENV_FROM))
    found = only(*lenses([workload("auth", ENV_FROM), job], [sealed("auth", "A")], []))
    assert [one.meta.name for one in found.consumers] == ["migrate", "auth"]
    assert [one.meta.name for one in found.early] == ["migrate"]
    first = sealed("auth", "A", annotations=notes)
    assert only(*lenses([job], [first], [])).early == ()


def pod(name: str, since: float | None, **more: Any) -> Pod:
    return Pod(meta("Pod", name, **more), containers=(Container("app", running_since=since),))


def test_who_read_it_before_it_changed_needs_a_restart() -> None:
    found = only(*lenses([workload("auth", ENV_FROM)], [sealed("auth", "A")], []))
    (consumer,) = found.consumers
    assert consumer.by == "env"
    assert needs_restart(consumer, [pod("a", 100.0), pod("b", 300.0)], 200.0) is True
    assert needs_restart(consumer, [pod("b", 300.0)], 200.0) is False
    assert needs_restart(consumer, [pod("a", 100.0, deleted=1.0), pod("c", None)], 200.0) is False
    assert needs_restart(consumer, [pod("a", 100.0)], None) is None


def test_a_volume_follows_by_itself_unless_it_is_a_sub_path() -> None:
    volume = [{"name": "v", "secret": {"secretName": "auth"}}]
    app = {"name": "app", "volumeMounts": [{"name": "v"}]}
    fixed = {"name": "app", "volumeMounts": [{"name": "v", "subPath": "a"}]}
    for container, needed in ((app, False), (fixed, True)):
        found = only(*lenses([workload("auth", container, volumes=volume)], [], []))
        assert needs_restart(found.consumers[0], [pod("a", 100.0)], 200.0) is needed


def test_a_sidecar_that_does_not_read_it_does_not_count() -> None:
    found = only(*lenses([workload("auth", ENV_FROM)], [], []))
    mixed = Pod(
        meta("Pod", "a"),
        containers=(Container("app", running_since=300.0), Container("proxy", running_since=100.0)),
    )
    assert needs_restart(found.consumers[0], [mixed], 200.0) is False


def test_jobs_are_never_restarted() -> None:
    job = Job(meta("Job", "migrate"), spec=spec(ENV_FROM))
    cron = CronJob(meta("CronJob", "cleanup"), spec=spec(ENV_FROM))
    secret = Named(meta("Secret", "auth", created=50.0), changed=200.0)
    found = only(*lenses([workload("auth", ENV_FROM), job, cron], [], [secret]))
    old = [pod("a", 100.0)]
    assert [one.meta.name for one in restarts_needed(found, lambda _: old)] == ["auth"]
    never = only(*lenses([workload("auth", ENV_FROM)], [], [Named(secret.meta)]))
    assert restarts_needed(never, lambda _: old) == ()
