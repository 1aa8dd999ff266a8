"""What the cluster knows of a cause: who should have made a Secret, which pull secret is not there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from tui.model.health import Trouble
from tui.model.pod import Pod
from tui.model.sealed_secret import SealedSecret, SealState, SealVerdict

Sealed = Callable[[str], tuple[SealedSecret, SealVerdict] | None]
"""The SealedSecret of that name in the trouble's namespace, judged."""

_MISSING = re.compile(r"(?:Secret (\S+) is missing|key (\S+) is missing in Secret (\S+))$")
_NAMED = re.compile(r"(?:Secret (\S+?) is missing|is missing in Secret (\S+?))(?:[,;]|$)")
REFUSED = "refuses the credentials"


def secret_named(cause: str) -> str:
    """The Secret that this cause says is missing, or lacks a key; "" when it speaks of none."""
    found = _NAMED.search(cause)
    return (found[1] or found[2]) if found else ""


def of_secret(trouble: Trouble, sealed: Sealed) -> Trouble:
    """Says of a missing Secret or key what its SealedSecret is at."""
    found = _MISSING.search(trouble.cause)
    if found is None:
        return trouble
    name, key = found[1] or found[3], found[2]
    pair = sealed(name)
    if pair is None:
        return replace(trouble, cause=f"{trouble.cause}, and no SealedSecret of that name")
    one, verdict = pair
    if verdict.state is SealState.SYNCED:
        words = f"its SealedSecret has no key {key}" if key and key not in one.provides else ""
    else:
        words = f"its SealedSecret: {verdict.state}"
    if not words:
        return trouble
    evidence = (*trouble.evidence, verdict.text) if verdict.text else trouble.evidence
    return replace(trouble, cause=f"{trouble.cause}; {words}", evidence=evidence)


def of_pull(trouble: Trouble, pods: Iterable[Pod], secrets: frozenset[str]) -> Trouble:
    """Says which imagePullSecret is not there, or that none is named; `secrets` are its namespace's."""
    if REFUSED not in trouble.cause:
        return trouble
    named = list(dict.fromkeys(name for pod in pods for name in pod.pull_secrets))
    gone = [name for name in named if name not in secrets]
    words = f"imagePullSecret {', '.join(gone)} is missing" if gone else "no imagePullSecrets are named"
    if named and not gone:
        words = f"check imagePullSecret {', '.join(named)}"
    return replace(trouble, cause=trouble.cause.replace("(imagePullSecrets)", f"({words})"))
