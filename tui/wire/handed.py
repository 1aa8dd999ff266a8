"""Our context for programs of the user's own (a shell, k9s, kubectl): what their environment has to say."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from tui.wire.access import Access


def environment_for(access: Access, namespace: str, file: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """The program's environment. `file` is written: only names of context, cluster and user, before the
    user's own files, since the first that names a context wins (client-go's rule)."""
    context = {"cluster": access.cluster_name, "user": access.user_name}
    if namespace or access.namespace:
        context["namespace"] = namespace or access.namespace
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": access.context,
        "contexts": [{"name": access.context, "context": context}],
    }
    file.touch(mode=0o600)
    file.write_text(json.dumps(content))
    files = os.pathsep.join(str(one) for one in (file, *access.files))
    return {**environ, "KUBECONFIG": files}


def impersonation(access: Access) -> list[str]:
    """kubectl's options for it; no variable of its environment says it."""
    who = access.impersonate
    found = ["--as", who.user] if who.user else []
    for group in who.groups:
        found += ["--as-group", group]
    return found + (["--as-uid", who.uid] if who.uid else [])
