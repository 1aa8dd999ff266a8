"""What git knows of a file: its branch, whether it is tracked, and what plaintext would be."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shlex
from dataclasses import dataclass
from pathlib import Path

from tui.clock import Clock
from tui.errors import DeployError, Refused
from tui.wire.plain import plain

_PLAINTEXT = ("values.yaml", ".env", "app.secret.yaml")  # where it usually lies; the last for *.secret.yaml
_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class GitFacts:
    """`branch` is "" on a detached head; `exposed` are usual places of plaintext that git would take."""

    root: Path
    branch: str
    tracked: bool
    ignored: bool
    exposed: tuple[str, ...]

    def beside(self, branch: str) -> str:
        """What is wrong with the checkout where `branch` is deployed; "" when nothing."""
        if not branch or branch == self.branch:
            return ""
        here = f"you are on {self.branch}" if self.branch else "no branch is checked out"
        return f"{here}; {branch} is what is deployed"


def commit_line(root: Path, file: Path, message: str) -> str:
    """A shell's line that commits that file alone."""
    name = shlex.quote(str(file.resolve().relative_to(root)))
    git = f"git -C {shlex.quote(str(root))}"
    return f"{git} add -- {name} && {git} commit -m {shlex.quote(message)} -- {name}"


async def facts(file: Path, clock: Clock) -> GitFacts:
    """Refused, in words, where there is no git or no repository."""
    file, folder = _place_of(file)
    code, said = await _git(clock, folder, "rev-parse", "--show-toplevel")
    if code:
        raise Refused(f"{folder} is in no git repository", "the file is written all the same")
    root = Path(said.rstrip("\n"))
    _, branch = await _git(clock, root, "symbolic-ref", "--quiet", "--short", "HEAD")
    untracked, _ = await _git(clock, root, "ls-files", "--error-unmatch", "--", str(file))
    not_ignored, _ = await _git(clock, root, "check-ignore", "--quiet", "--", str(file))
    return GitFacts(root, branch.strip(), not untracked, not not_ignored, await _exposed(clock, root, folder))


def _place_of(file: Path) -> tuple[Path, Path]:
    """The real file, and the nearest folder above it that is there."""
    file = file.resolve()
    return file, next(each for each in file.parents if each.is_dir())


async def _exposed(clock: Clock, root: Path, folder: Path) -> tuple[str, ...]:
    """Of the usual places in that folder and at the root, those that are not ignored."""
    found = []
    for place in dict.fromkeys((folder, root)):
        for name in _PLAINTEXT:
            missed, _ = await _git(clock, root, "check-ignore", "--quiet", "--", str(place / name))
            if missed and not (place == folder and name == "values.yaml" and _is_chart_default(place)):
                shown = str((place / name).relative_to(root)).replace("app.secret", "*.secret")
                found.append(shown)
    return tuple(found)


def _is_chart_default(folder: Path) -> bool:
    """A chart's own values.yaml is meant to be committed where it is there beside Chart.yaml."""
    return (folder / "Chart.yaml").is_file() and (folder / "values.yaml").is_file()


async def _git(clock: Clock, folder: Path, *arguments: str) -> tuple[int, str]:
    """Exit code and output; git takes no lock and asks nothing."""
    environ = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    try:
        process = await asyncio.create_subprocess_exec(
            "git",
            "-C",
            str(folder),
            *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=environ,
        )
    except OSError as error:
        raise Refused(f"git can't be run: {error.strerror}", "is it installed?") from error
    try:
        async with clock.timeout(_SECONDS):
            out, complaint = await process.communicate()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        raise Refused(f"git gave no answer within {_SECONDS:g} s", f"git -C {folder} status") from None
    code = process.returncode or 0
    if code and b"dubious ownership" in complaint:
        raise _dubious(folder, complaint)
    return code, out.decode("utf-8", "replace")


def _dubious(folder: Path, complaint: bytes) -> DeployError:
    said = plain(complaint.decode("utf-8", "replace"), 120)
    return Refused(f"git does not trust {folder}: {said}", "git config --global --add safe.directory ...")
