"""What git knows of the file that ciphertext goes into."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tui.clock import SystemClock
from tui.errors import Refused
from tui.wire.git import commit_line, facts

CLOCK = SystemClock()


def git(root: Path, *arguments: str) -> str:
    who = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
    ran = subprocess.run(
        ["git", "-C", str(root), *who, *arguments], check=True, capture_output=True, text=True
    )
    return ran.stdout


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A checkout on main with one committed file."""
    root = tmp_path / "a checkout"
    (root / "helm").mkdir(parents=True)
    git(root, "init", "-q", "-b", "main")
    (root / "helm" / "values-prod.yaml").write_text("a: 1\n")
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", "first")
    return root


async def test_branch_and_tracking(repository: Path) -> None:
    found = await facts(repository / "helm" / "values-prod.yaml", CLOCK)
    assert (found.root, found.branch, found.tracked, found.ignored) == (repository, "main", True, False)
    assert found.beside("main") == found.beside("") == ""
    assert found.beside("release") == "you are on main; release is what is deployed"
    fresh = await facts(repository / "helm" / "templates" / "new.yaml", CLOCK)
    assert not fresh.tracked
    git(repository, "checkout", "-q", "--detach")
    found = await facts(repository / "helm" / "values-prod.yaml", CLOCK)
    assert found.beside("main") == "no branch is checked out; main is what is deployed"


async def test_the_usual_places_of_plaintext(repository: Path) -> None:
    file = repository / "helm" / "values-prod.yaml"
    assert (await facts(file, CLOCK)).exposed == (
        "helm/values.yaml",
        "helm/.env",
        "helm/*.secret.yaml",
        "values.yaml",
        ".env",
        "*.secret.yaml",
    )
    (repository / ".gitignore").write_text(".env\n*.secret.yaml\nvalues.yaml\n")
    assert (await facts(file, CLOCK)).exposed == ()
    (repository / ".gitignore").write_text(".env\n*.secret.yaml\n/values.yaml\n")
    (repository / "helm" / "Chart.yaml").write_text("name: auth\n")
    (repository / "helm" / "values.yaml").write_text("{}\n")
    assert (await facts(file, CLOCK)).exposed == ()


async def test_an_ignored_target_is_said(repository: Path) -> None:
    (repository / ".gitignore").write_text("values-dev.yaml\n")
    assert (await facts(repository / "helm" / "values-dev.yaml", CLOCK)).ignored


async def test_no_repository_is_no_failure_of_ours(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="in no git repository"):
        await facts(tmp_path / "values.yaml", CLOCK)


def test_the_line_commits_that_file_alone(repository: Path) -> None:
    (repository / "helm" / "values-prod.yaml").write_text("a: 2\n")
    (repository / "other").write_text("x")
    git(repository, "config", "user.name", "Test")
    git(repository, "config", "user.email", "test@example.com")
    line = commit_line(repository, repository / "helm" / "values-prod.yaml", "Seal auth's secret")
    subprocess.run(["sh", "-c", line], check=True, capture_output=True)
    assert git(repository, "log", "-1", "--format=%s", "--name-only").split("\n\n") == [
        "Seal auth's secret",
        "helm/values-prod.yaml\n",
    ]
