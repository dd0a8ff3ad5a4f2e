"""Fetches a small document from one address, and limits what its server can do (ASVS 1.3.6, 13.2.4, 15.3.2).

Only this module needs httpx. A server without an issuer that has public keys does not import it.
"""

import asyncio
import ssl

import attrs
import httpx

from adapters.external_issuers.keys import NoKeys

DEADLINE_SECONDS = 5.0
MAX_BODY = 64 * 1024
HEADERS = {"Accept": "application/jwk-set+json, application/json", "Accept-Encoding": "identity"}


@attrs.frozen(init=False)
class KeySetAddress:
    """The address of a JWK Set. The system's store verifies certificates. Proxies of the environment are not used."""

    url: str
    deadline: float
    _tls: ssl.SSLContext = attrs.field(repr=False)

    def __init__(self, url: str, deadline: float = DEADLINE_SECONDS) -> None:
        self.__attrs_init__(url, deadline, ssl.create_default_context())

    async def fetch(self) -> bytes:
        """Return the document: at most 64 KiB, within the deadline in seconds. Raises NoKeys.

        The deadline is for the whole fetch. With one for each read, a server could send single bytes for ever.
        """
        try:
            async with asyncio.timeout(self.deadline):
                return await self._read()
        except TimeoutError:
            raise NoKeys(f"it took more than {self.deadline:g} seconds") from None
        except httpx.HTTPError as error:
            raise NoKeys(f"{type(error).__name__}: {error}"[:200]) from error

    async def _read(self) -> bytes:
        client = httpx.AsyncClient(verify=self._tls, trust_env=False, follow_redirects=False, timeout=None)  # noqa: S113 - there is a deadline
        async with client, client.stream("GET", self.url, headers=HEADERS) as response:
            if response.status_code != httpx.codes.OK:
                raise NoKeys(f"the status is {response.status_code}")
            if response.headers.get("Content-Encoding", "identity") != "identity":
                raise NoKeys("it is compressed, unasked")
            body = bytearray()
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > MAX_BODY:
                    raise NoKeys(f"it is longer than {MAX_BODY} bytes")
            return bytes(body)
