"""Where ciphertext goes: found in charts and manifests, drafted as text, written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

from tui.chart import Place, configured, find, fresh, is_for
from tui.chart_draft import draft, write
from tui.errors import Conflict, Refused
from tui.model.sealed_secret import Scope, Seal

SEAL = Seal("auth-secrets", "services")
TEMPLATE = """\
{{- if .Values.sealedSecret.enabled }}
apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
metadata:
  name: {{ .Chart.Name }}-secrets
  namespace: {{ .Values.namespace }}
  annotations:
    argocd.argoproj.io/sync-wave: "-10"
spec:
  encryptedData: {{- toYaml .Values.sealedSecret.encryptedData | nindent 4 }}
  template:
    metadata:
      name: {{ .Chart.Name }}-secrets
      namespace: {{ .Values.namespace }}
{{- end }}
"""
LITERAL = """\
# made by kubeseal
apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
metadata:
  name: auth-secrets
  namespace: services
  annotations:
    sealedsecrets.bitnami.com/namespace-wide: "true"
spec:
  encryptedData:
    JWT_SECRET: AgOld==
  template:
    metadata: {name: auth-secrets, namespace: services}
"""


def put(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def chart(root: Path, service: str = "auth", template: str = TEMPLATE, **values: str) -> Path:
    """A chart as the policy's, with a values file for each environment."""
    folder = root / "services" / service / "helm"
    put(
        folder,
        {
            "Chart.yaml": f"apiVersion: v2\nname: {service}\nversion: 1.0.0\n",
            "templates/sealed-secret.yaml": template,
            "templates/deployment.yaml": "kind: Deployment\n{{ .Values.anything }}\n",
        },
    )
    for environment, text in values.items():
        put(folder, {f"values-{environment}.yaml": text})
    return folder


def values(namespace: str = "services", environment: str = "", encrypted: str = " {}") -> str:
    said = f"environment: {environment}\n" if environment else ""
    return f"namespace: {namespace}\n{said}sealedSecret:\n  enabled: false\n  encryptedData:{encrypted}\n"


def test_the_template_says_which_values_hold_the_ciphertext(tmp_path: Path) -> None:
    folder = chart(tmp_path, dev=values(), staging=values(), prod=values(encrypted="\n    JWT: AgOld"))
    chart(tmp_path, "personal", dev=values(), prod=values())
    for environment, file in (("production", "prod"), ("staging", "staging"), ("development", "dev")):
        (place,) = find(tmp_path, SEAL, environment).places
        assert place.file == folder / f"values-{file}.yaml"
        assert place.path == ("sealedSecret", "encryptedData")
        assert place.words == "sealedSecret.encryptedData, read by sealed-secret.yaml"
        assert (place.own, place.scope) == (True, Scope.STRICT)
        assert place.keys == (("JWT",) if file == "prod" else ())
        assert place.remarks == (
            "sealedSecret.enabled is false there: the chart leaves the SealedSecret out",
        )


def test_an_exact_name_goes_before_a_near_one_and_the_files_own_word_helps(tmp_path: Path) -> None:
    folder = chart(tmp_path, prod=values(), production=values())
    (place,) = find(tmp_path, SEAL, "production").places
    assert place.file == folder / "values-production.yaml"
    other = tmp_path / "other"
    folder = chart(other, eu1=values(environment="production"), eu2=values(environment="staging"))
    (place,) = find(other, SEAL, "production").places
    assert place.file == folder / "values-eu1.yaml"


def test_another_namespace_or_name_is_no_place(tmp_path: Path) -> None:
    folder = chart(tmp_path, prod=values("prod-services"))
    found = find(tmp_path, SEAL, "production")
    assert found.places == []
    assert found.misses == [f"{folder / 'values-prod.yaml'} is for another namespace than services"]
    assert find(tmp_path, Seal("other-secrets", "prod-services"), "production").places == []
    assert len(find(tmp_path, Seal("auth-secrets", "prod-services"), "production").places) == 1


READ = " {{- toYaml .Values.sealedSecret.encryptedData | nindent 4 }}"


@pytest.mark.parametrize(
    "read",
    [
        "\n    {{- toYaml .Values.sealedSecret.encryptedData | nindent 4 }}",
        "\n    {{- with .Values.sealedSecret.encryptedData }}\n    {{- toYaml . }}\n    {{- end }}",
        "\n    JWT: {{ .Values.sealedSecret.encryptedData.JWT | quote }}",
    ],
    ids=["own line", "with", "key by key"],
)
def test_other_ways_to_read_the_values(tmp_path: Path, read: str) -> None:
    folder = chart(tmp_path, template=TEMPLATE.replace(READ, read), prod=values())
    (place,) = find(tmp_path, SEAL, "production").places
    assert (place.file, place.path) == (folder / "values-prod.yaml", ("sealedSecret", "encryptedData"))


def test_literal_ciphertext_is_found_with_its_scope(tmp_path: Path) -> None:
    folder = chart(tmp_path, template=LITERAL, prod=values())
    (place,) = find(tmp_path, SEAL, "production").places
    assert place == Place(
        folder / "templates/sealed-secret.yaml",
        ("spec", "encryptedData"),
        own=False,
        keys=("JWT_SECRET",),
        scope=Scope.NAMESPACE,
    )


def test_one_that_names_no_namespace_is_remarked(tmp_path: Path) -> None:
    put(tmp_path, {"k8s/sealed.yaml": LITERAL.replace("  namespace: services\n", "", 1)})
    (place,) = find(tmp_path, SEAL, "production").places
    assert place.remarks == (
        "names no namespace: what was sealed for it without one opens in `default` alone",
    )


def test_one_file_for_each_environment_is_its_own(tmp_path: Path) -> None:
    put(
        tmp_path,
        {
            "k8s/overlays/production/sealed.yaml": "kind: ConfigMap\n---\n" + LITERAL,
            "k8s/overlays/staging/sealed.yaml": LITERAL,
            "k8s/overlays/broken.yaml": LITERAL + "\n  [",
        },
    )
    found = find(tmp_path, SEAL, "production")
    assert [(place.file.parent.name, place.own, place.document) for place in found.places] == [
        ("production", True, 1),
        ("staging", False, 0),
    ]
    assert "broken.yaml" in found.misses[0]


def test_the_configuration_may_name_the_file(tmp_path: Path) -> None:
    other = LITERAL.replace("auth-secrets", "mail-secrets")
    put(tmp_path, {"sealed/auth/production.yaml": LITERAL, "sealed/mail/production.yaml": other})
    pattern = "sealed/{service}/{environment}.yaml"
    (place,) = configured(tmp_path, pattern, SEAL, "production")
    assert place.file == tmp_path / "sealed" / "auth" / "production.yaml"
    assert configured(tmp_path, pattern, SEAL, "staging") == ()
    assert configured(tmp_path, pattern, Seal("auth-secrets", "default"), "production") == ()


@pytest.mark.parametrize("pattern", ["", "/etc/{service}", "../{service}"])
def test_a_pattern_stays_inside_the_repository(tmp_path: Path, pattern: str) -> None:
    with pytest.raises(Refused, match="no path from the repository's root"):
        configured(tmp_path, pattern, SEAL, "production")
    with pytest.raises(Refused, match="no path from the repository's root"):
        find(tmp_path, SEAL, "production", pattern)


def test_a_template_that_is_not_yaml_is_told_with_its_line(tmp_path: Path) -> None:
    chart(tmp_path, template=LITERAL + "\n  [", prod=values())
    with pytest.raises(Refused, match=r"sealed-secret.yaml:\d+: is not YAML"):
        find(tmp_path, SEAL, "production")


def test_a_new_one_goes_into_its_services_chart(tmp_path: Path) -> None:
    folder = chart(tmp_path, prod=values())
    place = fresh(tmp_path, Seal("auth-mail", "services"))
    assert place is not None
    assert place.file == folder / "templates" / "sealed-secret-auth-mail.yaml"
    assert fresh(tmp_path, Seal("nobody", "services")) is None
    seal = Seal("auth-mail", "services", Scope.NAMESPACE)
    made = draft(place, seal, {"A": "AgA="})
    assert (made.before, made.words) == (None, "1 is new")
    write(made)
    (again,) = find(tmp_path, seal, "production").places
    assert (again.file, again.scope, again.keys) == (place.file, Scope.NAMESPACE, ("A",))


def test_a_draft_changes_one_line_and_says_what(tmp_path: Path) -> None:
    text = values(encrypted="\n    JWT: AgOld  # May\n    URL: AgOther")
    folder = chart(tmp_path, prod=text)
    (place,) = find(tmp_path, SEAL, "production").places
    made = draft(place, SEAL, {"JWT": "AgNew", "SMTP": "AgMail"})
    assert (made.changed, made.added, made.kept) == (("JWT",), ("SMTP",), ("URL",))
    assert made.words == "1 key changes, 1 is new"
    write(made)
    after = (folder / "values-prod.yaml").read_text()
    assert after == text.replace("AgOld", "AgNew").replace("AgOther\n", "AgOther\n    SMTP: AgMail\n")


def test_what_changed_on_disk_is_not_overwritten(tmp_path: Path) -> None:
    folder = chart(tmp_path, prod=values())
    (place,) = find(tmp_path, SEAL, "production").places
    made = draft(place, SEAL, {"A": "AgA="})
    file = folder / "values-prod.yaml"
    file.write_text(values() + "# somebody was here\n")
    with pytest.raises(Conflict, match="changed on disk"):
        write(made)
    assert file.read_text().endswith("# somebody was here\n")
    file.unlink()
    with pytest.raises(Conflict, match="changed on disk"):
        write(made)


def test_mode_and_links_stay(tmp_path: Path) -> None:
    folder = chart(tmp_path, prod=values())
    real = tmp_path / "real.yaml"
    (folder / "values-prod.yaml").rename(real)
    (folder / "values-prod.yaml").symlink_to(real)
    real.chmod(0o640)
    (place,) = find(tmp_path, SEAL, "production").places
    write(draft(place, SEAL, {"A": "AgA="}))
    assert (folder / "values-prod.yaml").is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert yaml.safe_load(real.read_text())["sealedSecret"]["encryptedData"] == {"A": "AgA="}
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".")] == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_readonly_folder_says_so(tmp_path: Path) -> None:
    folder = chart(tmp_path, prod=values())
    (place,) = find(tmp_path, SEAL, "production").places
    made = draft(place, SEAL, {"A": "AgA="})
    folder.chmod(0o500)
    try:
        with pytest.raises(Refused, match="can't be written"):
            write(made)
    finally:
        folder.chmod(0o700)


def test_a_folder_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    put(tmp_path, {"file": ""})
    place = Place(tmp_path / "file" / "sealed.yaml", ("spec", "encryptedData"))
    with pytest.raises(Refused, match=r"sealed.yaml: can't be written: "):
        write(draft(place, SEAL, {"A": "AgA="}))


@pytest.mark.parametrize(
    ("words", "environment", "yes"),
    [
        ("values-prod.yaml", "production", True),
        ("values.dev.yaml", "development", True),
        ("overlays/staging", "staging", True),
        ("values-production-eu.yaml", "prod", True),
        ("values.yaml", "production", False),
        ("values-pr.yaml", "production", False),
        ("templates/sealed-secret.yaml", "staging", False),
    ],
)
def test_a_files_name_speaks_of_an_environment(words: str, environment: str, yes: bool) -> None:
    assert is_for(words, environment) is yes
