"""YAML changed as text: only the line of the value differs."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.errors import Refused
from tui.wire.yaml_text import documents, masked, set_values

PATH = ("sealedSecret", "encryptedData")
VALUES = """\
# The auth service in production.
image:
  tag: "1.0.0"   # pinned
sealedSecret:
  enabled: true
  # sealed for production
  encryptedData:
    DATABASE_URL: AgOld1==
    JWT_SECRET: "AgOld2=="  # rotated in May
migration:
  jobs:
  - {name: auth-migrate, wave: "-5"}
"""
TEMPLATE = """\
{{- if .Values.sealedSecret.enabled }}
{{/* a note:
     over two lines */}}
apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
metadata:
  name: {{ .Chart.Name }}-secrets
  namespace: "{{ .Values.namespace }}"
  labels:
    {{- include "auth.labels" . | nindent 4 }}
spec:
  encryptedData:
    DATABASE_URL: AgOld1==
    {{- if .Values.jwt }}
    JWT_SECRET: AgOld2==
    {{- end }}
  template:
    metadata:
      name: {{ .Chart.Name }}-secrets
{{- end }}
"""


def changed(before: str, after: str) -> tuple[list[str], list[str]]:
    """Lines that went and lines that came."""
    old, new = before.splitlines(), after.splitlines()
    return [line for line in old if line not in new], [line for line in new if line not in old]


def test_one_value_changes_its_line_alone() -> None:
    after = set_values(VALUES, PATH, {"DATABASE_URL": "AgNew=="})
    assert changed(VALUES, after) == (["    DATABASE_URL: AgOld1=="], ["    DATABASE_URL: AgNew=="])
    after = set_values(VALUES, PATH, {"JWT_SECRET": "AgNew=="})
    assert changed(VALUES, after)[1] == ['    JWT_SECRET: "AgNew=="  # rotated in May']


def test_one_more_key_is_one_more_line() -> None:
    after = set_values(VALUES, PATH, {"SMTP": "AgNew=="})
    assert changed(VALUES, after) == ([], ["    SMTP: AgNew=="])
    assert after.index("JWT_SECRET") < after.index("SMTP") < after.index("migration:")


def test_helm_directives_survive() -> None:
    after = set_values(
        TEMPLATE, ("spec", "encryptedData"), {"DATABASE_URL": "AgNew==", "SMTP": "AgNew2=="}, name="t.yaml"
    )
    assert changed(TEMPLATE, after) == (
        ["    DATABASE_URL: AgOld1=="],
        ["    DATABASE_URL: AgNew==", "    SMTP: AgNew2=="],
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a:\n  b: {}\nc: 1\n", "a:\n  b:\n    K: v\nc: 1\n"),
        ("a:\n  b: {}  # none yet\nc: 1\n", "a:\n  b:  # none yet\n    K: v\nc: 1\n"),
        ("a:\n  b:\nc: 1\n", "a:\n  b:\n    K: v\nc: 1\n"),
        ("a:\n  b: null\nc: 1\n", "a:\n  b:\n    K: v\nc: 1\n"),
        ("a:\n  b: ~", "a:\n  b:\n    K: v"),
        ("a:\n  x: 1\nc: 1\n", "a:\n  x: 1\n  b:\n    K: v\nc: 1\n"),
        ("a:\n    x: 1\nc: 1\n", "a:\n    x: 1\n    b:\n      K: v\nc: 1\n"),
        ("c: 1\n", "c: 1\na:\n  b:\n    K: v\n"),
        ("c: 1", "c: 1\na:\n  b:\n    K: v"),
        ("", "a:\n  b:\n    K: v\n"),
        ("# only a comment\n", "# only a comment\na:\n  b:\n    K: v\n"),
        ("a: {}\n", "a:\n  b:\n    K: v\n"),
        ("a: {b: {}}\n", "a: {b: {K: v}}\n"),
        ("a: {b: {X: y}}\n", "a: {b: {X: y, K: v}}\n"),
        ("a: {x: 1}\n", "a: {x: 1, b: {K: v}}\n"),
        ('{"a": {"b": {"X": "y"}}}\n', '{"a": {"b": {"X": "y", "K": "v"}}}\n'),
        ("a:\n  b: {X: y, K: old}\n", "a:\n  b: {X: y, K: v}\n"),
        ("a:\n  b:\n    K: 'old'\n", "a:\n  b:\n    K: 'v'\n"),
        ("a:\n  b:\n    K: >-\n      old\n      value\nc: 1\n", "a:\n  b:\n    K: v\nc: 1\n"),
        ("a:\n  b:\n    K:\n    L: x\n", "a:\n  b:\n    K: v\n    L: x\n"),
        ("a:\n  b:\n    K: old\r\n    L: x\r\n", "a:\n  b:\n    K: v\r\n    L: x\r\n"),
        ("a:\r\n  b:\r\n    L: x\r\nc: 1\r\n", "a:\r\n  b:\r\n    L: x\r\n    K: v\r\nc: 1\r\n"),
        ("a:\n  b:\n    L: |\n      x\n\nc: 1\n", "a:\n  b:\n    L: |\n      x\n    K: v\n\nc: 1\n"),
    ],
)
def test_every_shape_of_a_mapping(before: str, after: str) -> None:
    assert set_values(before, ("a", "b"), {"K": "v"}) == after
    assert yaml.safe_load(after)["a"]["b"]["K"] == "v"


def test_one_document_of_several_is_meant() -> None:
    text = "kind: A\nspec:\n  encryptedData: {K: a}\n---\nkind: B\nspec:\n  encryptedData: {K: b}\n"
    after = set_values(text, ("spec", "encryptedData"), {"K": "new"}, document=1)
    assert [each.text("spec", "encryptedData", "K") for each in documents(after)] == ["a", "new"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [\n", "values.yaml:2: is not YAML"),
        ("a:\n  b: text\n", 'values.yaml:2: "b" is no mapping'),
        ("a:\n  b:\n    K: [x]\n", 'values.yaml:3: the value of "K" is no plain text'),
        ("a:\n  b:\n    K: 1\n    K: 2\n", 'values.yaml:3: "K" is given more than once'),
        ("a: 1\na: 2\n", r'"a" is given more than once \(lines 1 and 2\)'),
        ("x: &x {K: old}\na:\n  b: *x\n", "can't be changed there as text"),
        ("x: &x old\na:\n  b: {K: *x}\n", 'the value of "K" is no plain text'),
        ("a:\n  b:\n    {{- toYaml .Values.x | nindent 4 }}\n", "a.b is filled by a template"),
        ("a:\n  b: {{- toYaml .Values.x | nindent 4 }}\n", '"b" is no mapping'),
    ],
)
def test_what_cannot_be_done_by_one_line_is_refused(text: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        set_values(text, ("a", "b"), {"K": "v"}, name="values.yaml")


def test_masking_keeps_every_position() -> None:
    hidden = masked(TEMPLATE)
    assert len(hidden) == len(TEMPLATE)
    assert [i for i, c in enumerate(hidden) if c == "\n"] == [i for i, c in enumerate(TEMPLATE) if c == "\n"]
    assert "{{" not in hidden


def test_a_large_value_is_changed(tmp_path: object) -> None:
    big = "Ag" + "A" * 950_000
    after = set_values(VALUES, PATH, {"DATABASE_URL": big})
    assert yaml.safe_load(after)["sealedSecret"]["encryptedData"]["DATABASE_URL"] == big


_NAMES = st.sampled_from(["A", "B", "on", "1", "null", "tls.crt", ".dockerconfigjson", "a-b"])
_TEXTS = st.text("abcAg+/=", min_size=1, max_size=8).map(lambda text: f"Ag{text}")


@settings(deadline=None)
@given(st.dictionaries(_NAMES, _TEXTS), st.dictionaries(_NAMES, _TEXTS, min_size=1), st.booleans())
def test_whatever_is_there_the_rest_stays(there: dict[str, str], new: dict[str, str], flow: bool) -> None:
    whole = {"first": 1, "a": {"b": there, "x": ["y"]}, "last": {"z": None}}
    text = yaml.safe_dump(whole, default_flow_style=flow, sort_keys=False)
    after = yaml.safe_load(set_values(text, ("a", "b"), new))
    assert after == {"first": 1, "a": {"b": {**there, **new}, "x": ["y"]}, "last": {"z": None}}
