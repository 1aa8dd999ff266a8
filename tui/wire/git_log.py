"""Commits of one service between two of its branch, and where that branch stands in a checkout."""

from __future__ import annotations

import posixpath
from pathlib import Path

from tui.clock import Clock
from tui.errors import Refused
from tui.model.application import Application
from tui.model.commits import Commit, Push
from tui.model.hooks import is_commit, short
from tui.wire.plain import plain
from tui.wire.program import Answer, run

_QUIET = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
_CHARTS = frozenset({"helm", "chart", "charts", "deploy", "kustomize", "k8s", "manifests"})
_FORMAT = "%H%x00%an%x00%at%x00%s"
_MOST = 30


async def push(root: Path, clock: Clock, application: Application) -> Push:
    """Since what is deployed, up to the branch's head; Refused where git can't be run."""
    source = application.source
    if source is None or source.chart:
        return Push()
    head, remote = await _head(root, clock, source.target)
    newest = head or application.revision
    deployed = application.deployed.revision if application.deployed is not None else ""
    for commit in (deployed, newest):
        if is_commit(commit) and (await _git(root, clock, "cat-file", "-e", f"{commit}^{{commit}}")).code:
            return Push(
                head=head, remote=remote, problem=f"commit {short(commit)} is not in {root}: git fetch"
            )
    if not is_commit(newest):
        return Push(problem=f"no branch {source.target or 'HEAD'} in {root}")
    span = [f"{deployed}..{newest}"] if is_commit(deployed) else ["-n1", newest]
    listed = await _git(
        root, clock, "log", f"-n{_MOST}", f"--format={_FORMAT}", *span, "--", _folder(source.path)
    )
    if listed.code:
        return Push(head=head, remote=remote, problem=f"git log: {plain(listed.said, 200)}")
    lines = listed.out.decode("utf-8", "replace").splitlines()
    commits = tuple(one for line in lines if (one := _commit(line)) is not None)
    return Push(commits, head, remote, await _ahead(root, clock, application.revision, head))


async def commit(root: Path, clock: Clock, revision: str) -> Commit | None:
    """One commit; None where the checkout does not have it."""
    shown = await _git(root, clock, "show", "-s", f"--format={_FORMAT}", f"{revision}^{{commit}}", "--")
    lines = shown.out.decode("utf-8", "replace").splitlines()
    return _commit(lines[0]) if lines and not shown.code else None


async def _ahead(root: Path, clock: Clock, compared: str, head: str) -> bool:
    """A head that Argo CD has passed already is only a checkout that was not fetched lately."""
    if not is_commit(compared) or not head or compared == head:
        return False
    return not (await _git(root, clock, "merge-base", "--is-ancestor", compared, head)).code


async def _head(root: Path, clock: Clock, branch: str) -> tuple[str, bool]:
    """Of the remote-tracking branch, else of the local one; "" when there is neither."""
    if not branch or is_commit(branch) or branch.startswith("-"):
        return "", False
    for place in (f"refs/remotes/origin/{branch}", f"refs/heads/{branch}"):
        found = await _git(root, clock, "rev-parse", "--verify", "--quiet", f"{place}^{{commit}}")
        commit = found.out.decode("ascii", "replace").strip()
        if not found.code and is_commit(commit):
            return commit, place.startswith("refs/remotes")
    return "", False


def _folder(path: str) -> str:
    """The service's own folder: that of its chart, or the one above where its name says no more than that."""
    path = posixpath.normpath(path.strip("/") or ".")
    if path.startswith(".."):
        raise Refused(f"{path} leads out of the repository")
    above, name = posixpath.split(path)
    return f":(top,literal){above if above and name in _CHARTS else path}"


def _commit(line: str) -> Commit | None:
    parts = line.split("\0")
    if len(parts) != 4 or not parts[2].isdigit():
        return None
    return Commit(parts[0], plain(parts[1], 80), float(parts[2]), plain(parts[3], 200))


async def _git(root: Path, clock: Clock, *arguments: str) -> Answer:
    return await run(clock, ("git", "-C", str(root), *arguments), folder=root, environ=_QUIET)
