"""Tables as the API server prints them for kubectl get; columns by kind are in columns.py."""

from __future__ import annotations

from typing import Any

from tui.demo.ask import partial
from tui.demo.columns import columns_of
from tui.demo.kinds import Kind

Object = dict[str, Any]


def table(kind: Kind, objects: list[Object], now: float, include: str) -> Object:
    """`include` is None, Metadata (also when empty) or Object: what each row brings along."""
    columns = columns_of(kind)
    rows: list[Object] = []
    for obj in objects:
        row: Object = {"cells": [column.cell(obj, now) for column in columns]}
        if include == "Object":
            row["object"] = obj
        elif include != "None":
            row["object"] = partial(obj)
        rows.append(row)
    definitions = [
        {
            "name": column.name,
            "type": column.type,
            "format": "name" if column.name == "Name" else "",
            "description": "",
            "priority": int(column.wide),
        }
        for column in columns
    ]
    return {
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": {},
        "columnDefinitions": definitions,
        "rows": rows,
    }
