"""All kinds that are read, by the API's name, in the order of their importance to an operator."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from tui.wire.kinds import (
    app_project,
    application,
    config_map,
    controller_revision,
    cron_job,
    daemon_set,
    deployment,
    event,
    gateway,
    horizontal_pod_autoscaler,
    http_route,
    ingress,
    job,
    namespace,
    persistent_volume_claim,
    pod,
    pod_disruption_budget,
    replica_set,
    sealed_secret,
    secret,
    service,
    stateful_set,
)
from tui.wire.kinds.base import Kind

KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        module.KIND.name: module.KIND
        for module in (
            deployment,
            pod,
            stateful_set,
            daemon_set,
            replica_set,
            job,
            namespace,
            event,
            controller_revision,
            cron_job,
            horizontal_pod_autoscaler,
            pod_disruption_budget,
            secret,
            config_map,
            service,
            ingress,
            persistent_volume_claim,
            gateway,
            http_route,
            sealed_secret,
            application,
            app_project,
        )
    }
)
