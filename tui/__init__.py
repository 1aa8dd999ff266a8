"""deploytui: the terminal cockpit for people who deploy to Kubernetes."""

VERSION = "0.1.0"
