"""The simulator's commits as Git's own objects, so that a checkout of them can be asked by the real git."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha1
from pathlib import Path
from typing import Any

Object = dict[str, Any]
Objects = dict[str, bytes]
"""id -> the object, compressed as it lies on the disk."""

_SCRIPT = "demo.deploytui/behaviour"  # behaviours.scripted, which stands above this module
_DATABASE = re.compile(r"[a-z]+_db")
_UP, _DOWN = "-- +goose Up\nSELECT 1;\n", "-- +goose Down\nSELECT 1;\n"


def commit(
    files: Mapping[str, Sequence[Object]], parent: str, *, at: float, author: str, message: str
) -> tuple[str, Objects]:
    """Its id, and all its objects; `files` is path -> manifests, the migrations of their Jobs come too."""
    made: Objects = {}
    tree = _tree({**_manifests(files), **_migrations(files)}, made)
    who = f"{author} <{author}@platform.example> {int(at)} +0000"
    lines = [f"tree {tree}", *([f"parent {parent}"] if parent else []), f"author {who}", f"committer {who}"]
    return _put("commit", ("\n".join([*lines, "", message, ""])).encode(), made), made


def write(folder: Path, objects: Objects, branches: Mapping[str, str]) -> None:
    """Puts them into a repository, which is made where there is none; branch -> id."""
    git = folder / ".git"
    if not git.is_dir():
        (git / "refs" / "heads").mkdir(parents=True)
        (git / "HEAD").write_text("ref: refs/heads/main\n")
        (git / "config").write_text("[core]\n\trepositoryformatversion = 0\n\tbare = false\n")
    for id, data in objects.items():
        file = git / "objects" / id[:2] / id[2:]
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
    for name, id in branches.items():
        (git / "refs" / "heads" / name).write_text(f"{id}\n")


def _manifests(files: Mapping[str, Sequence[Object]]) -> dict[str, bytes]:
    """A file for each object; JSON is YAML."""
    found = {}
    for path, each in files.items():
        for number, one in enumerate(each):
            name = f"{number:02d}-{one['kind'].lower()}-{one['metadata'].get('name', 'generated')}.yaml"
            found[f"{path}/{name}"] = json.dumps(one, sort_keys=True, indent=1).encode()
    return found


def _migrations(files: Mapping[str, Sequence[Object]]) -> dict[str, bytes]:
    """The files that goose applies in the Jobs, by their database; every fourth has no way back."""
    found = {}
    for job in (one for each in files.values() for one in each if one["kind"] == "Job"):
        template = job["spec"].get("template", {})
        script = json.loads(template.get("metadata", {}).get("annotations", {}).get(_SCRIPT) or "{}")
        image = str(template["spec"]["containers"][0].get("image"))
        database = _DATABASE.search(image)
        for name in _names(script):
            text = _UP if name[:5].isdecimal() and int(name[:5]) % 4 == 0 else _UP + _DOWN
            found[f"migrations/{database[0] if database else 'all'}/{name}"] = text.encode()
    return found


def _names(script: Object) -> Iterable[str]:
    for container in script.values():
        goose = container.get("goose") if isinstance(container, dict) else None
        yield from (goose or {}).get("files", ())


def _tree(files: Mapping[str, bytes], made: Objects) -> str:
    """The id of a folder; its entries in Git's order, where a folder's name ends with a slash."""
    here: dict[str, bytes] = {}
    below: dict[str, dict[str, bytes]] = {}
    for path, data in files.items():
        head, slash, rest = path.partition("/")
        if slash:
            below.setdefault(head, {})[rest] = data
        else:
            here[head] = data
    entries = [(name, "100644", _put("blob", data, made)) for name, data in here.items()]
    entries += [(f"{name}/", "40000", _tree(each, made)) for name, each in below.items()]
    lines = [
        f"{mode} {name.rstrip('/')}\0".encode() + bytes.fromhex(id) for name, mode, id in sorted(entries)
    ]
    return _put("tree", b"".join(lines), made)


def _put(kind: str, data: bytes, made: Objects) -> str:
    whole = f"{kind} {len(data)}\0".encode() + data
    id = sha1(whole, usedforsecurity=False).hexdigest()
    made[id] = zlib.compress(whole, 1)
    return id
