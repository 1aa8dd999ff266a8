"""What a user can be told: one exception tree; foreign errors are translated into it once, at the edge."""

from __future__ import annotations


class DeployError(Exception):
    """Something that went wrong in words: `title` says what, `hint` what would mend it (may be empty)."""

    def __init__(self, title: str, hint: str = "") -> None:
        super().__init__(title)
        self.title = title
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.title}: {self.hint}" if self.hint else self.title


class Misconfigured(DeployError):
    """The configuration, the kubeconfig or the command line is wrong; ends the start with exit code 2."""


class Unreachable(DeployError):
    """No answer: connection refused, DNS, TLS, proxy, timeout, or a server error (5xx)."""


class Unauthorized(Unreachable):
    """401: the credentials were refused, or could not be had (exec plugin, OIDC refresh)."""


class Overloaded(Unreachable):
    """429, or a server that asks to wait; `retry_after` is in seconds, None when it named none."""

    def __init__(self, title: str, hint: str = "", *, retry_after: float | None = None) -> None:
        super().__init__(title, hint)
        self.retry_after = retry_after


class Forbidden(DeployError):
    """403: the credentials are good, the right is missing."""


class Gone(DeployError):
    """404: the object, the kind or the path is not there."""


class Expired(DeployError):
    """410, or 504 ResourceVersionTooLarge: a resourceVersion or continue token is of no use; list again."""


class Conflict(DeployError):
    """409, or a failed `test` of a JSON patch: the object changed under a write."""


class Invalid(DeployError):
    """400 or 422: the server understood and refused the content; its own message is the title."""


class Refused(DeployError):
    """We refuse ourselves, before anything is written: read-only, stale link, changed target."""


class Unknown(DeployError):
    """A write was sent and no answer came (timeout, cut): it may or may not have happened."""
