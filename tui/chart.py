"""Where a repository keeps the ciphertext of a Secret: found in its charts and manifests, never guessed."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from tui.chart_manifest import ENCRYPTED, Manifest, keys_of, manifests
from tui.errors import Refused
from tui.model.sealed_secret import Scope, Seal
from tui.wire.yaml_text import Document, documents

CHART = "services/{service}/helm"
_SKIPPED = {"node_modules", "vendor", "target", "dist", "build"}
_MOST = 20_000  # files of a repository that are looked at
_LARGEST = 4 << 20  # bytes of one that is


@dataclass(frozen=True, slots=True)
class Place:
    """One mapping of ciphertext in a file. `own` tells whether the file is this environment's alone."""

    file: Path
    path: tuple[str, ...]  # the keys down to the mapping
    document: int = 0
    own: bool = True
    keys: tuple[str, ...] = ()  # that have ciphertext there now
    scope: Scope | None = None  # of the SealedSecret that it belongs to; None where there is none yet
    template: Path | None = None  # that reads it, where it is in a values file
    remarks: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        key = ".".join(self.path)
        return f"{key}, read by {self.template.name}" if self.template else key


@dataclass(slots=True)
class Found:
    """The places, the surest first; `misses` are what it is not, in words."""

    places: list[Place] = field(default_factory=list)
    misses: list[str] = field(default_factory=list)


def find(root: Path, seal: Seal, environment: str, pattern: str = CHART) -> Found:
    """Places of that SealedSecret for an environment; Refused with the line where a file is not YAML."""
    found = Found()
    charts = _charts(root, pattern)
    for folder in charts:
        for file in sorted((folder / "templates").rglob("*.y*ml")):
            for each in manifests(read_text(file), str(file)):
                _of_chart(found, folder, file, each, seal, environment)
    for file in _others(root, charts):
        try:
            for each in manifests(read_text(file), str(file)):
                _literal(found, file, each, seal, environment, "", None)
        except Refused as error:  # it may be anybody's
            found.misses.append(error.title)
    found.places.sort(key=lambda place: (not place.own, place.template is None, len(place.file.parts)))
    return found


def place_in(file: Path, seal: Seal) -> tuple[Place, Seal]:
    """The place in one file, and what it is sealed for: as the file says, by `seal` where it says nothing.

    A SealedSecret of any name where `seal` has none; else the values that a template of the chart reads.
    """
    text = read_text(file)
    literal = [each for each in manifests(text, str(file)) if not each.reads]
    if len(literal) > 1 and seal.name:
        literal = [each for each in literal if each.names(seal.name, ("metadata", "name"), "", None)]
    found = Found([_place(file, each, True) for each in literal])
    if not literal:
        folder = next((above for above in file.resolve().parents if (above / "Chart.yaml").is_file()), None)
        for template in sorted((folder / "templates").rglob("*.y*ml")) if folder else ():
            for each in manifests(read_text(template), str(template)):
                if each.reads and folder:
                    _in_values(found, folder, template, file, each, seal)
    if len(found.places) != 1:
        count = "more than one SealedSecret" if found.places else "no SealedSecret and no values of one"
        hint = "; ".join(found.misses) or "name it: NAME --namespace NS"
        raise Refused(f"{file}: holds {count}{f' {seal.name}' if seal.name else ''}", hint)
    (place,) = found.places
    if not literal:
        return place, replace(seal, scope=place.scope or seal.scope)
    return place, literal[0].seal(seal)


def configured(root: Path, pattern: str, seal: Seal, environment: str) -> tuple[Place, ...]:
    """Its places in the files that the configuration names by {service}, {environment} and {secret}."""
    named = pattern.replace("{environment}", environment).replace("{secret}", seal.name)
    found = []
    for file in _glob(root, named):
        try:
            place, own = place_in(file, seal)
        except Refused:  # of another service
            continue
        if (own.name, own.namespace) == (seal.name, seal.namespace):
            found.append(place)
    return tuple(found)


def fresh(root: Path, seal: Seal, pattern: str = CHART) -> Place | None:
    """A new file for one that is nowhere yet: in the one chart whose name the Secret's begins with."""
    named = [
        folder
        for folder in _charts(root, pattern)
        if (name := _chart_name(folder)) and re.fullmatch(rf"{re.escape(name)}(-.*)?", seal.name)
    ]
    if len(named) != 1:
        return None
    file = named[0] / "templates" / "sealed-secret.yaml"
    if file.exists():
        file = file.with_name(f"sealed-secret-{seal.name}.yaml")
    remark = "one file for every environment: only this one's controller can open it"
    return None if file.exists() else Place(file, ENCRYPTED, own=False, remarks=(remark,))


def is_for(words: str, environment: str) -> bool:
    """Whether a file's name speaks of an environment: `values-prod.yaml` of production."""
    return any(
        len(word) >= 3 and (environment.startswith(word) or word.startswith(environment))
        for word in re.split(r"[^a-z0-9]+", words.lower())
    )


def read_text(file: Path) -> str:
    """With its own line ends; Refused when it can't be read."""
    try:
        return file.read_bytes().decode()
    except UnicodeDecodeError:
        raise Refused(f"{file}: is not UTF-8 text") from None
    except OSError as error:
        raise Refused(f"{file}: can't be read: {error.strerror}") from error


def _of_chart(found: Found, folder: Path, file: Path, each: Manifest, seal: Seal, environment: str) -> None:
    chart, path = _chart_name(folder), each.reads
    files = _values_files(folder, environment)
    if not path:
        values = _first(files[0]) if files else None
        _literal(found, file, each, seal, environment, chart, values)
        return
    for values_file in files:
        _in_values(found, folder, file, values_file, each, seal)


def _in_values(found: Found, folder: Path, template: Path, file: Path, each: Manifest, seal: Seal) -> None:
    values = _first(file)
    if not _matches(found, file, each, seal, _chart_name(folder), values):
        return
    remarks = _remarks(each)
    if each.switch and values and values.text(*each.switch) == "false":
        remarks += (f"{'.'.join(each.switch)} is false there: the chart leaves the SealedSecret out",)
    found.places.append(
        Place(
            file,
            each.reads,
            keys=keys_of(values, each.reads),
            scope=each.scope,
            template=template,
            remarks=remarks,
        )
    )


def _literal(
    found: Found,
    file: Path,
    each: Manifest,
    seal: Seal,
    environment: str,
    chart: str,
    values: Document | None,
) -> None:
    if _matches(found, file, each, seal, chart, values):
        # from the second folder above on, a name like `staging` may be the checkout's own
        own = is_for("/".join(file.parts[-3:]), environment)
        found.places.append(_place(file, each, own))


def _place(file: Path, each: Manifest, own: bool) -> Place:
    return Place(file, ENCRYPTED, each.number, own, each.keys, each.scope, remarks=_remarks(each))


def _remarks(each: Manifest) -> tuple[str, ...]:
    if each.scope is Scope.CLUSTER or each.document.get("metadata", "namespace") is not None:
        return ()
    return ("names no namespace: what was sealed for it without one opens in `default` alone",)


def _matches(
    found: Found, file: Path, each: Manifest, seal: Seal, chart: str, values: Document | None
) -> bool:
    """Whether it can be that SealedSecret; one of that name in another namespace is a miss."""
    if not each.names(seal.name, ("metadata", "name"), chart, values):
        return False
    if seal.namespace and each.names(seal.namespace, ("metadata", "namespace"), chart, values) is False:
        found.misses.append(f"{file} is for another namespace than {seal.namespace}")
        return False
    return True


def _values_files(folder: Path, environment: str) -> list[Path]:
    """The values of an environment: by the file's name or folder, else by what it says of itself."""
    there = sorted(
        file
        for pattern in ("values*.y*ml", "values/*.y*ml", "env*/*.y*ml", "env*/*/values*.y*ml")
        for file in folder.glob(pattern)
    )
    exact = [file for file in there if environment in re.split(r"[^a-z0-9]+", _below(folder, file))]
    near = [file for file in there if is_for(_below(folder, file), environment)]
    said = [file for file in there if (values := _first(file)) and values.text("environment") == environment]
    return exact or near or said


def _below(folder: Path, file: Path) -> str:
    return str(file.relative_to(folder)).lower().replace("values", "")


def _first(file: Path) -> Document | None:
    found = documents(read_text(file), str(file))
    return found[0] if found else None


def _glob(root: Path, pattern: str) -> list[Path]:
    """What a configured pattern names; Refused when it leaves the repository."""
    if not pattern or Path(pattern).is_absolute() or ".." in Path(pattern).parts:
        raise Refused(f'"{pattern}" is no path from the repository\'s root', "mend chart: or file:")
    return sorted(root.glob(pattern.replace("{service}", "*")))


def _charts(root: Path, pattern: str) -> list[Path]:
    """By the configured pattern, else wherever a Chart.yaml lies."""
    charts = [folder for folder in _glob(root, pattern) if (folder / "Chart.yaml").is_file()]
    return charts or [file.parent for file in _walk(root) if file.name == "Chart.yaml"]


def _chart_name(folder: Path) -> str:
    chart = _first(folder / "Chart.yaml")
    return (chart.text("name") if chart else "") or ""


def _others(root: Path, charts: list[Path]) -> Iterator[Path]:
    """YAML files outside the charts' templates that speak of SealedSecrets."""
    templates = {folder / "templates" for folder in charts}
    for file in _walk(root):
        if file.suffix in (".yaml", ".yml") and not templates.intersection(file.parents):
            try:
                if file.stat().st_size <= _LARGEST and b"SealedSecret" in file.read_bytes():
                    yield file
            except OSError:
                continue


def _walk(root: Path) -> Iterator[Path]:
    looked = 0
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in _SKIPPED and not name.startswith("."))
        for name in sorted(names):
            looked += 1
            if looked > _MOST:
                return
            yield Path(folder, name)
