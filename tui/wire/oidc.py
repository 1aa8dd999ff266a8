"""The `oidc` auth-provider: an ID token that is refreshed at its issuer and written back to the kubeconfig.

Rules: client-go plugin/pkg/client/auth/oidc; here the issuer's certificate is always verified.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from tui.clock import Clock
from tui.errors import DeployError, Unauthorized
from tui.wire import tls
from tui.wire.access import Oidc, Tls
from tui.wire.credentials import Credential, bearer
from tui.wire.kubeconfig_edit import provider_config, write_provider_config
from tui.wire.plain import plain
from tui.wire.translate import transport_error

_EARLY = 10.0  # seconds before its end at which a token is no longer used
_PAUSE = 10.0  # seconds: a failure is remembered, and a 401 does not refresh again sooner
_TIMEOUT = 15.0
_LOGIN = "log in again (kubectl oidc-login, or your provider's way) to renew the refresh-token"


class OidcSource:
    """A credential Source; one refresh at a time."""

    def __init__(self, provider: Oidc, clock: Clock) -> None:
        self._provider = provider
        self._clock = clock
        self._id_token = provider.id_token.reveal()
        self._refresh_token = provider.refresh_token.reveal()
        self._failure: Unauthorized | None = None
        self._ended_at = float("-inf")
        self._lock = asyncio.Lock()

    async def get(self) -> Credential:
        if not self._fresh(self._id_token):
            async with self._lock:
                if not self._fresh(self._id_token):
                    await self._refresh()
        return bearer(self._id_token)

    async def renew(self, refused: Credential) -> bool:
        async with self._lock:
            if bearer(self._id_token) != refused:
                return True
            if self._recent():
                return False
            await self._refresh()
            return bearer(self._id_token) != refused

    async def close(self) -> None:
        return None

    def _recent(self) -> bool:
        return self._clock.monotonic() - self._ended_at < _PAUSE

    def _fresh(self, token: str) -> bool:
        expiry = _expiry(token)
        return expiry is not None and self._clock.now() < expiry - _EARLY

    async def _refresh(self) -> None:
        if self._failure is not None and self._recent():
            raise Unauthorized(self._failure.title, self._failure.hint)
        used = self._id_token
        try:
            # Another program may have refreshed already, which may have used up our refresh token.
            stored = provider_config(self._provider.file, self._provider.user)
            if stored.get("id-token", used) != used and self._fresh(stored["id-token"]):
                self._id_token = stored["id-token"]
                self._refresh_token = stored.get("refresh-token", self._refresh_token)
            else:
                self._refresh_token = stored.get("refresh-token") or self._refresh_token
                await self._ask()
            self._failure = None
        except Unauthorized as error:
            self._failure = error
            raise
        except DeployError as error:
            self._failure = Unauthorized(error.title, error.hint)
            raise self._failure from error
        finally:
            self._ended_at = self._clock.monotonic()

    async def _ask(self) -> None:
        if not self._refresh_token:
            raise Unauthorized("the ID token has expired and there is no refresh-token", _LOGIN)
        provider = self._provider
        context = tls.context(Tls(ca_file=provider.ca_file, ca_data=provider.ca_data))
        async with httpx.AsyncClient(verify=context, timeout=_TIMEOUT) as client:
            endpoint = await self._endpoint(client)
            answer = await self._grant(client, endpoint)
        id_token = answer.get("id_token")
        if not isinstance(id_token, str) or not id_token:
            hint = "its client needs the scope openid, and ID tokens on refresh"
            raise Unauthorized(f"{self._place} gave no id_token on refresh", hint)
        self._id_token = id_token
        values = {"id-token": id_token}
        rotated = answer.get("refresh_token")
        if isinstance(rotated, str) and rotated:
            values["refresh-token"] = self._refresh_token = rotated
        # A rotated refresh token that is not written back locks the user out: that failure is said.
        write_provider_config(provider.file, provider.user, values)

    @property
    def _place(self) -> str:
        url = urlsplit(self._provider.issuer)
        return f"{url.hostname}:{url.port or (443 if url.scheme == 'https' else 80)}"

    async def _endpoint(self, client: httpx.AsyncClient) -> str:
        url = f"{self._provider.issuer}/.well-known/openid-configuration"
        found = await self._json(client, "GET", url)
        endpoint = found.get("token_endpoint")
        if not isinstance(endpoint, str) or not endpoint:
            raise Unauthorized(f"{self._place} names no token_endpoint", f"is the issuer right? {url}")
        if self._provider.issuer.startswith("https://") and not endpoint.startswith("https://"):
            raise Unauthorized(f"{self._place} wants the refresh token over plain http")
        return endpoint

    async def _grant(self, client: httpx.AsyncClient, endpoint: str) -> dict[str, Any]:
        """The refresh: the client's secret in the header, then in the body where that is refused."""
        provider, secret = self._provider, self._provider.client_secret.reveal()
        form = {"grant_type": "refresh_token", "refresh_token": self._refresh_token}
        if secret:
            pair = f"{quote(provider.client_id, safe='')}:{quote(secret, safe='')}"
            header = {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
            try:
                return await self._json(client, "POST", endpoint, form, header)
            except Unauthorized:
                form["client_secret"] = secret
        form["client_id"] = provider.client_id
        return await self._json(client, "POST", endpoint, form)

    async def _json(
        self,
        client: httpx.AsyncClient,
        method: str,
        url: str,
        form: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        try:
            response = await client.request(method, url, data=form, headers=headers)
        except (httpx.RequestError, httpx.InvalidURL, OSError) as error:
            raise transport_error(error, self._place, _TIMEOUT) from error
        try:
            found = response.json()
        except ValueError:
            found = None
        if response.status_code != 200:
            said = found.get("error_description") or found.get("error") if isinstance(found, dict) else None
            reason = f": {plain(str(said), 200)}" if said else ""
            title = f"{self._place} refused to refresh the ID token ({response.status_code}){reason}"
            raise Unauthorized(title, _LOGIN)
        if not isinstance(found, dict):
            raise Unauthorized(f"{self._place} did not answer in JSON", "check idp-issuer-url")
        return found


def _expiry(token: str) -> float | None:
    """`exp` of a JWT in seconds since the epoch, None when there is none to read."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError):
        return None
    expiry = claims.get("exp") if isinstance(claims, dict) else None
    return float(expiry) if isinstance(expiry, int | float) else None
