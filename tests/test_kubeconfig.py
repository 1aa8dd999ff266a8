"""Our kubeconfig against kubectl's: what `config view` says, and what both really send."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from string import Template
from typing import Any

import pytest

from tests.kubeconfig_cases import CASES, SCRIPT, Case, config
from tests.recording_server import Authority, RecordingProxy, RecordingServer, Request
from tui.clock import SystemClock
from tui.errors import DeployError, Misconfigured
from tui.wire import kubeconfig
from tui.wire.access import Access, Basic, ClientCertificate, Tls, Token
from tui.wire.server import Server


@dataclass
class Result:
    """One case, by kubectl and by us: the request that arrived, its proxy, the refusal."""

    case: Case
    theirs: Request | None = None
    ours: Request | None = None
    their_error: str = ""
    our_error: str = ""
    view: dict[str, Any] = field(default_factory=dict)
    access: Access | None = None


class Bench:
    """The folder with all cases and the servers that they name."""

    def __init__(self, folder: Path, authority: Authority) -> None:
        self.folder = folder
        self.authority = authority
        self.pem, self.key = authority.issue("operator")
        self.proxied_theirs: list[str] = []
        self.proxied_ours: list[str] = []

    def write(self, case: Case, values: Mapping[str, str]) -> Path:
        folder = self.folder / case.name
        for name, text in case.files.items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(Template(text).safe_substitute(values))
            file.chmod(0o700)
        return folder

    def values(self, api: RecordingServer, plain: RecordingServer, through: RecordingProxy) -> dict[str, str]:
        def data(file: Path) -> str:
            return base64.b64encode(file.read_bytes()).decode()

        one_line = {
            path: json.dumps(path.read_text())[1:-1].replace("\\", "\\\\\\\\")
            for path in (self.pem, self.key)
        }
        return {
            "URL": api.url,
            "HTTP": plain.url,
            "HTTP_PLACE": f"127.0.0.1:{plain.port}",
            "PROXY": f"http://127.0.0.1:{through.port}",
            "CA": self.authority.pem,
            "CA_DATA": data(self.authority.file),
            "CERT": str(self.pem),
            "KEY": str(self.key),
            "CERT_DATA": data(self.pem),
            "KEY_DATA": data(self.key),
            "PLUGIN": SCRIPT.replace("@CERT@", one_line[self.pem]).replace("@KEY@", one_line[self.key]),
        }


async def kubectl(environ: Mapping[str, str], *args: str) -> tuple[str, str]:
    process = await asyncio.create_subprocess_exec(
        "kubectl",
        *args,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", **environ},
    )
    out, err = await process.communicate()
    return out.decode(), "" if process.returncode == 0 else err.decode() or "failed"


@dataclass
class Run:
    """One case made ready: its flags and environment."""

    result: Result
    explicit: Path | None
    environ: Mapping[str, str]

    async def theirs(self, gate: asyncio.Semaphore) -> None:
        case = self.result.case
        flags = [f"--kubeconfig={self.explicit}"] if self.explicit else []
        flags += [f"--context={case.context}"] if case.context else []
        asked = [f"--as={case.user}"] if case.user else []
        asked += [f"--as-group={group}" for group in case.groups]
        async with gate:
            probe = ("get", "--raw", f"/version?who=kubectl-{case.name}")
            _, self.result.their_error = await kubectl(self.environ, *flags, *asked, *probe)
            if case.view and not case.fails:
                view = ("config", "view", "--minify", "--flatten", "-o", "json")
                out, error = await kubectl(self.environ, *flags, *view)
                self.result.view = json.loads(out) if not error else {}

    async def ours(self) -> None:
        case = self.result.case
        try:
            loaded = kubeconfig.load(self.explicit, self.environ, Path("/nonexistent"))
            access = loaded.access(case.context or None, user=case.user, groups=case.groups)
            self.result.access = access
            server = Server(access, SystemClock(), environ={"PATH": os.environ["PATH"], **self.environ})
            try:
                await server.request("GET", "/version", params={"who": f"us-{case.name}"})
            finally:
                await server.close()
        except DeployError as error:
            self.result.our_error = str(error)


def ready(case: Case, folder: Path, values: Mapping[str, str]) -> Run:
    environ = {name: Template(text).substitute(values) for name, text in case.environ.items()}
    if case.listed:
        environ["KUBECONFIG"] = os.pathsep.join(str(folder / name) for name in case.listed)
        return Run(Result(case), None, environ)
    return Run(Result(case), folder / next(iter(case.files)).replace("other", "absent"), environ)


async def run_all(bench: Bench) -> dict[str, Result]:
    context = bench.authority.server_context("127.0.0.1", "api.test")
    gate = asyncio.Semaphore(4)
    async with (
        RecordingServer(context) as api,
        RecordingServer(None) as plain,
        RecordingProxy(api.port) as through,
    ):
        values = bench.values(api, plain, through)
        runs = [ready(case, bench.write(case, values), values) for case in CASES]
        await asyncio.gather(*(run.theirs(gate) for run in runs))
        bench.proxied_theirs = list(through.asked)
        await asyncio.gather(*(run.ours() for run in runs))
        bench.proxied_ours = through.asked[len(bench.proxied_theirs) :]
        results = {run.result.case.name: run.result for run in runs}
        for request in api.requests + plain.requests:
            who, _, name = request.path.partition("who=")[2].partition("-")
            if who == "kubectl":
                results[name].theirs = request
            elif who == "us":
                results[name].ours = request
    return results


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    folder = tmp_path_factory.mktemp("kubeconfig")
    return Bench(folder, Authority(folder))


@pytest.fixture(scope="module")
def results(bench: Bench) -> dict[str, Result]:
    if shutil.which("kubectl") is None:
        pytest.skip("kubectl is not installed: nothing to compare with")
    return asyncio.run(run_all(bench))


def sent(request: Request | None) -> dict[str, object]:
    """What must be equal in both requests."""
    assert request is not None, "no request arrived"
    who = sorted(
        (key.lower(), value) for key, value in request.headers if key.lower().startswith("impersonate-")
    )
    return {
        "authorization": request.values("authorization"),
        "impersonation": who,
        "sni": request.sni,
        "certificate": request.client,
        "gzip": "gzip" in "".join(request.values("accept-encoding")),
        "path": request.path.partition("?")[0],
    }


@pytest.mark.parametrize("name", [case.name for case in CASES if not case.fails])
def test_we_send_what_kubectl_sends(results: dict[str, Result], name: str) -> None:
    result = results[name]
    assert (result.their_error, result.our_error) == ("", "")
    assert sent(result.ours) == sent(result.theirs)


@pytest.mark.parametrize("name", [case.name for case in CASES if case.fails])
def test_we_refuse_what_kubectl_refuses(results: dict[str, Result], name: str) -> None:
    result = results[name]
    assert result.their_error
    with pytest.raises(Misconfigured, match=result.case.fails):
        raise Misconfigured(result.our_error)
    assert (result.theirs, result.ours) == (None, None)


def flattened(access: Access) -> dict[str, object]:
    tls, own, who = access.tls, access.certificate or ClientCertificate(), access.impersonate
    files = (tls.ca_file, own.certificate_file, own.key_file)
    ca, pem, key = (file.read_text() if file else "" for file in files)
    return {
        "server": access.server,
        "namespace": access.namespace,
        "ca": tls.ca_data or ca,
        "tls-server-name": tls.server_name,
        "insecure": tls.insecure,
        "proxy-url": access.proxy_url.reveal(),
        "disable-compression": not access.compression,
        "certificate": own.certificate.reveal() or pem,
        "key": own.key.reveal() or key,
        "token": access.auth.token.reveal() if isinstance(access.auth, Token) else "",
        "username": access.auth.username if isinstance(access.auth, Basic) else "",
        "as": (who.user, who.uid, list(who.groups), {name: list(values) for name, values in who.extra}),
    }


@pytest.mark.parametrize(
    "name", [case.name for case in CASES if case.view and not case.fails and not case.user]
)
def test_we_resolve_what_config_view_shows(results: dict[str, Result], name: str) -> None:
    view, access = results[name].view, results[name].access
    assert access is not None
    (cluster,), (user,), (context,) = view["clusters"], view["users"], view["contexts"]
    spec, who = cluster["cluster"], user["user"]

    def data(entry: Mapping[str, str], key: str) -> str:
        return base64.b64decode(entry.get(key, "")).decode()

    assert flattened(access) == {
        "server": spec["server"],
        "namespace": context["context"].get("namespace", "default"),
        "ca": data(spec, "certificate-authority-data"),
        "tls-server-name": spec.get("tls-server-name", ""),
        "insecure": spec.get("insecure-skip-tls-verify", False),
        "proxy-url": spec.get("proxy-url", ""),
        "disable-compression": spec.get("disable-compression", False),
        "certificate": data(who, "client-certificate-data"),
        "key": data(who, "client-key-data"),
        "token": who.get("token", ""),
        "username": who.get("username", ""),
        "as": (
            who.get("as", ""),
            who.get("as-uid", ""),
            who.get("as-groups", []),
            who.get("as-user-extra", {}),
        ),
    }
    assert (access.context, access.cluster_name, access.user_name) == (
        view["current-context"],
        cluster["name"],
        user["name"],
    )


def test_proxies_are_asked_alike(results: dict[str, Result], bench: Bench) -> None:
    assert results["proxy-url"].ours is not None
    assert len(bench.proxied_ours) == 3
    assert set(bench.proxied_ours) == set(bench.proxied_theirs)


def test_in_cluster_when_there_is_no_kubeconfig(tmp_path: Path) -> None:
    for name, text in (("token", "pod-token"), ("namespace", "apps\n"), ("ca.crt", "x")):
        (tmp_path / name).write_text(text)
    environ = {"KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "443"}
    found = kubeconfig.load(None, environ, tmp_path, service_account=tmp_path)
    assert found.context_names == (kubeconfig.IN_CLUSTER,)
    access = found.access(None)
    assert (access.server, access.namespace) == ("https://[fd00::1]:443", "apps")
    assert access.tls == Tls(ca_file=tmp_path / "ca.crt")
    assert isinstance(access.auth, Token)
    assert access.auth.file == tmp_path / "token"
    with pytest.raises(Misconfigured, match=r"no kubeconfig found .*\.kube/config"):
        kubeconfig.load(None, {}, tmp_path, service_account=tmp_path)


def test_a_key_given_twice_is_refused_although_kubectl_takes_the_last(tmp_path: Path) -> None:
    file = tmp_path / "k"
    file.write_text(config("server: https://one,\n  server: https://two"))
    with pytest.raises(Misconfigured, match=r'k:6: "server" is given twice'):
        kubeconfig.load(file, {}, tmp_path).access(None)


def test_no_current_context_names_the_choices(tmp_path: Path) -> None:
    file = tmp_path / "k"
    file.write_text(config().replace("current-context: a\n", ""))
    with pytest.raises(Misconfigured, match=r"no current-context is set in .*choose one with --context: a"):
        kubeconfig.load(file, {}, tmp_path).access(None)


def test_no_repr_shows_a_credential(results: dict[str, Result]) -> None:
    for name in ("token", "basic", "client-certificate-data", "exec-token"):
        shown = repr(results[name].access)
        assert "PRIVATE KEY" not in shown
        assert "p:w" not in shown
        assert "Secret(" not in shown
