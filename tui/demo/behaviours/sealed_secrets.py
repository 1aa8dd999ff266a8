"""The Sealed Secrets controller: each SealedSecret becomes a Secret, or says why it does not."""

from __future__ import annotations

import base64

from tui.demo.behaviours.common import (
    Controller,
    Key,
    Object,
    annotations_of,
    condition,
    controller_of,
    deleting,
    owner_reference,
    set_condition,
    time_of,
)
from tui.demo.sealing import Unopened, unseal

_NAME = "sealed-secrets"
_MANAGED = "sealedsecrets.bitnami.com/managed"


class SealedSecrets(Controller):
    """Looks once at each generation, as the real one does, and again when the Secret is gone."""

    kind = "SealedSecret"
    children = frozenset({"Secret"})

    def reconcile(self, key: Key, now: float) -> None:
        """Opens it and writes the Secret; the status changes only with its answer or the generation."""
        sealed = self.cluster.get(*key)
        if sealed is None or deleting(sealed):
            return
        status: Object = sealed.get("status") or {}
        synced = condition(status, "Synced")
        current = status.get("observedGeneration") == sealed["metadata"].get("generation")
        there = self.cluster.get("Secret", key[1], key[2]) is not None
        if synced is not None and current and (there or synced["status"] == "False"):
            return
        problem = self._unseal(sealed, now)
        draft = self.cluster.edit(*key)
        status = draft.setdefault("status", {})
        status["observedGeneration"] = draft["metadata"]["generation"]
        said = {"type": "Synced", "status": "False" if problem else "True", "lastUpdateTime": time_of(now)}
        set_condition(status, {**said, **({"message": problem} if problem else {})}, now)
        self.cluster.update(draft)

    def _unseal(self, sealed: Object, now: float) -> str:
        """What went wrong, or ""."""
        try:
            data = unseal(self.cluster, sealed)
        except Unopened as error:
            self.cluster.event(sealed, "Warning", "ErrUnsealFailed", f"Failed to unseal: {error}", _NAME)
            return str(error)
        meta = sealed["metadata"]
        secret = self.cluster.get("Secret", meta["namespace"], meta["name"])
        owner = controller_of(secret) if secret else None
        owned = owner is not None and owner["uid"] == meta["uid"]
        if secret is not None and not owned and annotations_of(secret).get(_MANAGED) != "true":
            text = f'Resource "{meta["name"]}" already exists and is not managed by SealedSecret'
            self.cluster.event(sealed, "Warning", "ErrUpdateFailed", text, _NAME)
            return f"failed update: {text}"
        template = (sealed.get("spec") or {}).get("template") or {}
        made: Object = {
            "kind": "Secret",
            "metadata": {
                **{
                    name: value
                    for name, value in (template.get("metadata") or {}).items()
                    if name in ("labels", "annotations")
                },
                "name": meta["name"],
                "namespace": meta["namespace"],
                "ownerReferences": [owner_reference(sealed)],
                "managedFields": [written(now)],
            },
            "type": template.get("type") or "Opaque",
            "data": {name: base64.b64encode(value).decode() for name, value in data.items()},
        }
        if secret is None:
            self.cluster.create(made)
        else:
            self.cluster.update({**secret, **made})
        self.cluster.event(sealed, "Normal", "Unsealed", "SealedSecret unsealed successfully", _NAME)
        return ""


def written(now: float) -> Object:
    """The entry of managedFields that says when the data was written."""
    return {
        "manager": "controller",
        "operation": "Update",
        "time": time_of(now),
        "fieldsType": "FieldsV1",
        "fieldsV1": {"f:data": {}, "f:type": {}},
    }
