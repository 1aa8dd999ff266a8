"""`python -m tui.demo.play CONTROL CERTIFICATE NAME [SERVICE ENVIRONMENT]`: a scenario, while it runs.

CONTROL is the `control` of the simulator's first line, CERTIFICATE the file `ca.crt` in its `folder`.
"""

from __future__ import annotations

import argparse
import ssl
import sys
from collections.abc import Sequence

import httpx

from tui.demo.scenarios import SCENARIOS


def main(given: Sequence[str]) -> int:
    """0 when it began; 1 with the simulator's words when it can't be."""
    parser = argparse.ArgumentParser(prog="python -m tui.demo.play", description=__doc__)
    parser.add_argument("control")
    parser.add_argument("certificate")
    parser.add_argument("name", choices=sorted(SCENARIOS))
    parser.add_argument("service", nargs="?", default="", help="the bench's own choice without it")
    parser.add_argument("environment", nargs="?", default="")
    parser.add_argument("--world", default="demo")
    told = parser.parse_args(given)
    answer = httpx.post(
        f"{told.control}/worlds/{told.world}/scenario",
        json={"name": told.name, "service": told.service, "of": told.environment},
        verify=ssl.create_default_context(cafile=told.certificate),
        trust_env=False,
        timeout=30,
    )
    if answer.status_code == 200:
        return 0
    print(answer.json()["message"], file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
