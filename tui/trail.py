"""Which records of a kind changed since a moment, so that a judgement looks at those alone."""

from __future__ import annotations

from itertools import islice

MOST = 20_000  # records that are remembered; of what is older nothing is known


class Trail:
    """Uids by the moment of their last change, the newest last; those that are gone as well."""

    def __init__(self) -> None:
        self._moments: dict[str, int] = {}
        self._known_since = 0

    def note(self, uid: str, moment: int) -> None:
        """It changed; moments only grow."""
        self._moments.pop(uid, None)
        self._moments[uid] = moment
        if len(self._moments) > MOST:
            for old in list(islice(self._moments, MOST // 2)):
                self._known_since = self._moments.pop(old)

    def since(self, moment: int) -> list[str] | None:
        """Those that changed after it, the newest first; None where that is too long ago to be known."""
        if moment < self._known_since:
            return None
        found = []
        for uid, changed in reversed(self._moments.items()):
            if changed <= moment:
                break
            found.append(uid)
        return found
