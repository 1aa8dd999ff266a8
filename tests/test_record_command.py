"""`deploytui record` as a process: it says what it does, ends by SIGTERM, and two do not double."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.demo_control import WorldControl
from tests.demo_world import job as migration_job
from tests.test_recorder import count, until
from tui.recording import index
from tui.watch_log import read as watched


def recorder(world: WorldControl, folder: Path, out: Path) -> subprocess.Popen[str]:
    """Records the world's production into that folder."""
    config = folder.parent / "deploytui.yaml"
    config.write_text(f"environments: {{production: {{context: production}}}}\nrecordings: {folder}\n")
    words = ["record", "production", "--config", str(config), "--kubeconfig", str(world.kubeconfig)]
    with out.open("w") as file:
        return subprocess.Popen(
            [sys.executable, "-m", "tui", *words],
            stdout=file,
            text=True,
            env={"HOME": str(folder.parent), "PATH": os.environ["PATH"]},
        )


@pytest.mark.slow
async def test_two_record_into_one_folder_and_end_by_a_signal(world: WorldControl, tmp_path: Path) -> None:
    folder, outs = tmp_path / "shared", [tmp_path / "one", tmp_path / "two"]
    processes = [recorder(world, folder, out) for out in outs]
    try:
        await until(lambda: all("production: watching https://" in out.read_text() for out in outs), 60)
        script = {"goose": {"files": [f"{number:05d}_x.sql" for number in range(20)], "seconds": 0.05}}
        world.put(migration_job("auth-migrate", script))
        await until(lambda: any(one.ended for one in index(folder, "production")), 60)
        await until(lambda: any("auth-migrate: Complete" in out.read_text() for out in outs), 60)
        assert count(folder) == 21
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        assert [process.wait(30) for process in processes] == [0, 0]
    said = [out.read_text() for out in outs]
    assert sum("recording job services/auth-migrate" in one for one in said) == 1
    assert sum("reading, another recorder writes job services/auth-migrate" in one for one in said) == 1
    assert all(one.rstrip().endswith("ended by a signal; what was read is on the disk") for one in said)
    assert sum(span.seconds for span in watched(folder, "production")) > 0


def test_what_can_not_be_recorded_is_misconfigured(tmp_path: Path) -> None:
    config = tmp_path / "deploytui.yaml"
    config.write_text("environments: {production: {context: nowhere}}\n")
    (tmp_path / "kubeconfig").write_text("apiVersion: v1\nkind: Config\n")
    ran = subprocess.run(
        [sys.executable, "-m", "tui", "record", "--config", str(config), "--kubeconfig", "kubeconfig"],
        cwd=tmp_path,
        env={
            "HOME": str(tmp_path),
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(Path(__file__).parent.parent),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 2
    assert ran.stderr.startswith("deploytui: ")
