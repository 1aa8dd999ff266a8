"""What the kubelet does with one container: pull, create, run, probe, end, start again after a pause."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from tui.demo.behaviours.common import Object, seconds_of, time_of
from tui.demo.behaviours.logs import Logs
from tui.demo.behaviours.scripted import Script, script_of
from tui.demo.cluster import Cluster

_FIRST_PAUSE, _LONGEST_PAUSE = 10.0, 300.0
# A container that ran this long starts again without a pause.
_FORGIVEN = 600.0
_PROBE_EVERY = 10.0


@dataclass(slots=True)
class Memory:
    """What the kubelet knows of a container and the status does not say: exact times and counts."""

    since: float
    pulls: int = 0
    pause: float = 0.0
    probed: float = 0.0


class Containers:
    """Moves container statuses on; every `advance` says when to look again."""

    def __init__(self, cluster: Cluster, logs: Logs) -> None:
        self.cluster = cluster
        self.logs = logs
        self._memory: dict[str, dict[str, Memory]] = {}

    def forget(self, uid: str) -> None:
        """The pod is gone."""
        self._memory.pop(uid, None)

    def advance(self, pod: Object, entry: Object, restart: str, now: float) -> float | None:
        """Brings `entry` (a containerStatus) to `now`; returns when it changes next, if it does."""
        known = self._memory.setdefault(pod["metadata"]["uid"], {})
        state: Object = entry["state"]
        script = script_of(pod, entry["name"])
        memory = known.get(entry["name"])
        if memory is None:
            memory = known[entry["name"]] = Memory(self._since(entry, now))
            if "running" in state:
                self.logs.adopt(pod, entry["name"], entry["restartCount"], script, memory.since, now)
        if "running" in state:
            return self._run(pod, entry, script, memory, restart, now)
        if "terminated" in state:
            return self._after_end(pod, entry, script, memory, restart, now)
        return self._wait(pod, entry, script, memory, now)

    def stop(self, pod: Object, entry: Object, now: float) -> None:
        """Ends a container because its pod is being deleted."""
        if "running" not in entry["state"]:
            return
        self.logs.end(pod["metadata"]["uid"], entry["name"], now, 0, asked=True)
        self._terminate(entry, now, 0, "Completed")

    @staticmethod
    def _since(entry: Object, now: float) -> float:
        state: Object = entry["state"]
        if "running" in state:
            return seconds_of(state["running"]["startedAt"])
        if "terminated" in state:
            return seconds_of(state["terminated"]["finishedAt"])
        before = (entry.get("lastState") or {}).get("terminated")
        return seconds_of(before["finishedAt"]) if before else now

    def _wait(self, pod: Object, entry: Object, script: Script, memory: Memory, now: float) -> float | None:
        reason = entry["state"]["waiting"].get("reason")
        if reason == "CrashLoopBackOff":
            at = memory.since + (memory.pause or pause_after(entry["restartCount"]))
            if now >= at:
                return self._start(pod, entry, script, memory, now)
            return at
        if reason in ("ErrImagePull", "ImagePullBackOff"):
            return self._pull_again(pod, entry, script, memory, now)
        at = memory.since + script.start_after
        if now < at:
            return at
        if script.image_missing or not _spec(pod, entry["name"]).get("image"):
            return self._pull_failed(pod, entry, memory, now)
        return self._create(pod, entry, script, memory, now)

    def _create(self, pod: Object, entry: Object, script: Script, memory: Memory, now: float) -> float | None:
        missing = self.missing(pod, entry["name"])
        if missing is None:
            return self._start(pod, entry, script, memory, now)
        if entry["state"]["waiting"].get("message") != missing or now >= memory.probed + _PROBE_EVERY:
            memory.probed = now
            self._event(pod, "Warning", "Failed", f"Error: {missing}")
        entry["state"] = {"waiting": {"reason": "CreateContainerConfigError", "message": missing}}
        return now + 2.0

    def _start(self, pod: Object, entry: Object, script: Script, memory: Memory, now: float) -> float | None:
        again = (
            "terminated" in entry["state"]
            or entry["state"].get("waiting", {}).get("reason") == "CrashLoopBackOff"
        )
        if "terminated" in entry["state"]:
            entry["lastState"] = {"terminated": entry["state"]["terminated"]}
        if again:
            entry["restartCount"] += 1
        image = _spec(pod, entry["name"])["image"]
        entry["state"] = {"running": {"startedAt": time_of(now)}}
        entry["started"] = True
        entry["containerID"] = container_id(pod, entry["name"], entry["restartCount"])
        entry["imageID"] = image_id(image)
        memory.since, memory.probed = now, now
        name = entry["name"]
        self._event(pod, "Normal", "Pulled", f'Container image "{image}" already present on machine')
        self._event(pod, "Normal", "Created", f"Created container: {name}")
        self._event(pod, "Normal", "Started", f"Started container {name}")
        self.logs.begin(pod, name, entry["restartCount"], script, now)
        entry["ready"] = not script.ready_after and not script.fail_ready
        return self._next(script, memory, now)

    def _run(
        self, pod: Object, entry: Object, script: Script, memory: Memory, restart: str, now: float
    ) -> float | None:
        end = script.end()
        if end is not None and now >= memory.since + end[0]:
            _, code, reason = end
            self.logs.end(pod["metadata"]["uid"], entry["name"], now, code)
            self._terminate(entry, now, code, reason, script.message)
            lasted = end[0]
            memory.pause = 0.0 if lasted >= _FORGIVEN else memory.pause
            memory.since = now
            return now + 0.8
        ready = now >= memory.since + script.ready_after and not script.fail_ready
        if script.fail_ready_after is not None and now >= memory.since + script.fail_ready_after:
            ready = False
        entry["ready"] = ready
        late = now >= memory.since + script.ready_after
        if not ready and late and now >= memory.probed + _PROBE_EVERY:
            memory.probed = now
            self._event(
                pod, "Warning", "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503"
            )
        return self._next(script, memory, now)

    @staticmethod
    def _next(script: Script, memory: Memory, now: float) -> float | None:
        times = [memory.since + script.ready_after]
        if script.fail_ready_after is not None:
            times.append(memory.since + script.fail_ready_after)
            times.append(memory.probed + _PROBE_EVERY)
        if script.fail_ready:
            times.append(memory.probed + _PROBE_EVERY)
        end = script.end()
        if end is not None:
            times.append(memory.since + end[0])
        return min((each for each in times if each > now), default=None)

    def _after_end(
        self, pod: Object, entry: Object, script: Script, memory: Memory, restart: str, now: float
    ) -> float | None:
        ended = entry["state"]["terminated"]
        if restart == "Never" or (restart == "OnFailure" and ended["exitCode"] == 0):
            return None
        if now < memory.since + 0.8:
            return memory.since + 0.8
        if entry["restartCount"] == 0 or _lasted(ended) >= _FORGIVEN:
            memory.pause = _FIRST_PAUSE
            return self._start(pod, entry, script, memory, now)
        memory.pause = (
            min(memory.pause * 2, _LONGEST_PAUSE) if memory.pause else pause_after(entry["restartCount"])
        )
        if entry["restartCount"] == 1:
            memory.pause = _FIRST_PAUSE
        meta = pod["metadata"]
        where = f"{meta['name']}_{meta['namespace']}({meta['uid']})"
        said = f"back-off {short(memory.pause)} restarting failed container={entry['name']} pod={where}"
        entry["lastState"] = {"terminated": ended}
        entry["state"] = {"waiting": {"reason": "CrashLoopBackOff", "message": said}}
        self._event(
            pod, "Warning", "BackOff", f"Back-off restarting failed container {entry['name']} in pod {where}"
        )
        return memory.since + memory.pause

    def _pull_failed(self, pod: Object, entry: Object, memory: Memory, now: float) -> float:
        image = _spec(pod, entry["name"])["image"]
        cause = (
            f'rpc error: code = NotFound desc = failed to pull and unpack image "{image}": '
            f'failed to resolve reference "{image}": {image}: not found'
        )
        self._event(pod, "Normal", "Pulling", f'Pulling image "{image}"')
        self._event(pod, "Warning", "Failed", f'Failed to pull image "{image}": {cause}')
        self._event(pod, "Warning", "Failed", "Error: ErrImagePull")
        entry["state"] = {"waiting": {"reason": "ErrImagePull", "message": cause}}
        memory.since, memory.pulls = now, memory.pulls + 1
        return now + 2.0

    def _pull_again(
        self, pod: Object, entry: Object, script: Script, memory: Memory, now: float
    ) -> float | None:
        at = memory.since + pause_after(max(memory.pulls, 1))
        if now >= at:
            if script.image_missing:
                return self._pull_failed(pod, entry, memory, now)
            return self._create(pod, entry, script, memory, now)
        if entry["state"]["waiting"]["reason"] == "ErrImagePull" and now >= memory.since + 2.0:
            image = _spec(pod, entry["name"])["image"]
            cause = entry["state"]["waiting"].get("message", "")
            said = f'Back-off pulling image "{image}": ErrImagePull: {cause}'
            entry["state"] = {"waiting": {"reason": "ImagePullBackOff", "message": said}}
            self._event(pod, "Normal", "BackOff", f'Back-off pulling image "{image}"')
            self._event(pod, "Warning", "Failed", "Error: ImagePullBackOff")
        return min(at, max(memory.since + 2.0, now + 0.1))

    def missing(self, pod: Object, container: str) -> str | None:
        """The kubelet's words for a Secret or ConfigMap that the container needs and that is not there."""
        namespace, spec = pod["metadata"]["namespace"], _spec(pod, container)
        wanted: list[tuple[str, Object, str | None]] = []
        for source in spec.get("envFrom") or ():
            for member in ("secretRef", "configMapRef"):
                if member in source:
                    wanted.append((member, source[member], None))
        for entry in spec.get("env") or ():
            for member in ("secretKeyRef", "configMapKeyRef"):
                if member in (entry.get("valueFrom") or {}):
                    reference = entry["valueFrom"][member]
                    wanted.append((member, reference, reference["key"]))
        for member, reference, name in wanted:
            kind = "Secret" if member.startswith("secret") else "ConfigMap"
            found = self.cluster.get(kind, namespace, reference["name"])
            if reference.get("optional"):
                continue
            if found is None:
                return f'{kind.lower()} "{reference["name"]}" not found'
            if name is not None and name not in {
                **(found.get("data") or {}),
                **(found.get("stringData") or {}),
            }:
                return f"couldn't find key {name} in {kind} {namespace}/{reference['name']}"
        return None

    @staticmethod
    def _terminate(entry: Object, now: float, code: int, reason: str, message: str = "") -> None:
        running = entry["state"]["running"]
        ended = {
            "exitCode": code,
            "reason": reason,
            "startedAt": running["startedAt"],
            "finishedAt": time_of(now),
            "containerID": entry.get("containerID", ""),
        }
        if message and code:
            ended["message"] = message
        entry["state"] = {"terminated": ended}
        entry["ready"], entry["started"] = False, False

    def _event(self, pod: Object, type_: str, reason: str, message: str) -> None:
        self.cluster.event(pod, type_, reason, message, "kubelet")


def _spec(pod: Object, name: str) -> Object:
    for member in ("containers", "initContainers"):
        for each in pod["spec"].get(member) or ():
            if each["name"] == name:
                found: Object = each
                return found
    return {}


def pause_after(count: int) -> float:
    """Seconds before the next start of a container that was restarted `count` times."""
    return min(_FIRST_PAUSE * 2.0 ** max(min(count, 10) - 1, 0), _LONGEST_PAUSE)


def _lasted(ended: Object) -> float:
    return seconds_of(ended["finishedAt"]) - seconds_of(ended["startedAt"])


def short(seconds: float) -> str:
    """A Go duration of whole seconds: 40s, 2m40s."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}m{rest}s" if minutes else f"{rest}s"


def container_id(pod: Object, container: str, instance: int) -> str:
    """The runtime's identity of one instance of a container."""
    return "containerd://" + sha256(f"{pod['metadata']['uid']}/{container}/{instance}".encode()).hexdigest()


def image_id(image: str) -> str:
    """The digest under which the node knows an image."""
    return f"{image.rsplit(':', 1)[0]}@sha256:{sha256(image.encode()).hexdigest()}"
