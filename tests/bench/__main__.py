"""`python -m tests.bench [NAME ...]`: the budgets as one table, each part in a process of its own.

Figures are of this machine and this moment: read the ratios.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict
from importlib import import_module

from tests.bench.figures import Figure

PARTS = ("start", "pods", "apps", "logs", "compose", "cut", "idle")


def main(names: list[str]) -> int:
    """Prints the table; 1 when a budget is not kept."""
    if names[:1] == ["--part"]:
        print(json.dumps([asdict(one) for one in import_module(f"tests.bench.{names[1]}").measure()]))
        return 0
    kept = True
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} processors, load before {load}\n")
    print(f"| {'what':62} | {'budget':>14} | {'measured':>14} | kept | ratio |\n|---|---|---|---|---|")
    for name in names or PARTS:
        command = [sys.executable, "-m", "tests.bench", "--part", name]
        ran = subprocess.run(command, stdout=subprocess.PIPE, check=True)
        for one in (Figure(**each) for each in json.loads(ran.stdout.splitlines()[-1])):
            kept = kept and one.within
            said = "" if not one.budget else "yes" if one.within else "NO"
            print(
                f"| {one.what:62} | {one.budget:>14} | {one.value:>14} | {said:4} | {one.ratio} |", flush=True
            )
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
