"""Whether a Secret is well: what its SealedSecret is at, whether it is there, which keys are nowhere."""

from __future__ import annotations

from dataclasses import dataclass

from tui.model.cause import Cause, Severity
from tui.model.lens import Lens
from tui.model.sealed_secret import SealState, SealVerdict

PATIENCE = 60.0
"""Seconds after which the controller should have looked at what changed."""
_GIVEN_UP = (
    "it tries 5 times: after that it looks again when the SealedSecret's spec changes, or at its start"
)


@dataclass(frozen=True, slots=True)
class SecretHealth:
    """A Secret as judged; `state` is what its row says, `waits` while time alone can change it."""

    lens: Lens
    state: str
    cause: Cause | None = None
    waits: bool = False


def judge_secret(
    lens: Lens, verdict: SealVerdict | None, now: float, *, secrets: bool = True, seals: bool = True
) -> SecretHealth:
    """`verdict` is that of its SealedSecret; `secrets` and `seals` say which of the two could be read."""
    if verdict is not None:
        return _sealed(lens, verdict, now, secrets)
    secret = lens.secret
    if secret is not None:
        owner = secret.meta.owner
        if owner is not None:
            return SecretHealth(lens, f"made by {owner.kind}")
        return SecretHealth(lens, "not sealed" if seals else "there")
    if not secrets:
        return SecretHealth(lens, "not known")
    if not lens.wanted:
        return SecretHealth(lens, "optional, not there")
    text = f"Secret {lens.name} is missing" + (", and no SealedSecret of that name" if seals else "")
    return SecretHealth(lens, "missing", Cause(text, None, evidence=(_who(lens),)))


def _sealed(lens: Lens, verdict: SealVerdict, now: float, secrets: bool) -> SecretHealth:
    assert lens.sealed is not None
    state = str(verdict.state)
    advice = (verdict.advice,) if verdict.advice else ()
    said = (f"the controller says: {verdict.text}",) if verdict.text else ()
    match verdict.state:
        case SealState.CANNOT_DECRYPT:
            text = f"the controller cannot decrypt {', '.join(verdict.keys)}: {verdict.advice}"
            return SecretHealth(lens, state, Cause(text, verdict.since, evidence=(*said, *_stays(lens))))
        case SealState.NOT_MANAGED:
            text = "a Secret of that name exists and is not managed: what is sealed is not used"
            evidence = (*said, *advice, _GIVEN_UP)
            return SecretHealth(lens, "not managed", Cause(text, verdict.since, evidence=evidence))
        case SealState.FAILED:
            text = f"the controller failed: {verdict.text}"
            return SecretHealth(lens, state, Cause(text, verdict.since, evidence=_stays(lens)))
        case SealState.WAITING | SealState.STALE:
            since = lens.sealed.changed or lens.sealed.meta.created
            if now - since < PATIENCE:
                return SecretHealth(lens, state, waits=True)
            text = "the controller has not looked at it since it changed"
            cause = Cause(text, since, Severity.LOOK, (*said, *advice))
            return SecretHealth(lens, state, cause, waits=True)
    if secrets and lens.secret is None:
        since = verdict.since or lens.sealed.meta.created
        if now - since < PATIENCE:
            return SecretHealth(lens, state, waits=True)
        text = "Synced, and yet there is no Secret of that name: was it deleted?"
        return SecretHealth(lens, "no Secret", Cause(text, since, Severity.LOOK, (_who(lens),)))
    if lens.missing:
        plural = "s" * (len(lens.missing) != 1)
        text = f"key{plural} {', '.join(lens.missing)} in no Secret: {_who(lens)}"
        lacks = f"{len(lens.missing)} key{plural} missing"
        return SecretHealth(lens, lacks, Cause(text, None, Severity.LOOK))
    return SecretHealth(lens, state)


def _stays(lens: Lens) -> tuple[str, ...]:
    """What the workloads have meanwhile."""
    if lens.secret is None:
        return (f"there is no Secret {lens.name}: {_who(lens)}",) if lens.starving else ()
    return ("the Secret is as it was before: its old values go on being used",)


def _who(lens: Lens) -> str:
    """Who can't start without it, or without the keys that are missing."""
    needed = lens.needed
    names = [name for key in lens.missing for name in needed[key]] or [one.meta.name for one in lens.starving]
    names = list(dict.fromkeys(names))
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    verb = "needs" if len(names) == 1 else "need"
    return f"{', '.join(names[:3])}{more} {verb} it" if names else "nobody needs it"
