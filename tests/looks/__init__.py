"""How every screen looks, as SVG goldens in `snapshots/`.

All of them anew, after a change that is meant; then look at each that differs:

    pytest tests/looks --snapshot-update

Worlds and clocks stand still, so a picture shows no time but theirs. What differs from its golden is
written to `.reports/looks/`, and the failure says which lines of the screen are others.
"""
