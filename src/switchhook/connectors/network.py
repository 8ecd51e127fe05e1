"""Which hosts the hub may speak to.

Addresses of vendors, webhooks and recordings come from settings and from events, so they may point anywhere. A guarded
transport resolves the host itself, refuses when any address lies in a private, loopback or otherwise special network,
and connects to the address it has checked, so that a second answer of the name server cannot lead elsewhere.
"""

import ipaddress
import os
import socket
import ssl
import time
from functools import cache

import httpx2

from switchhook.core.errors import Misconfigured, Unreachable

ALLOW_PRIVATE = "SWITCHHOOK_ALLOW_PRIVATE"
"""Environment variable: `1` lets the hub reach private networks (a CRM in the same office, the twins)."""


KEPT_SECONDS = 60.0


def private_allowed() -> bool:
    """Whether the operator of this hub has allowed private networks."""
    return os.environ.get(ALLOW_PRIVATE, "") == "1"


def public_addresses(host: str, port: int) -> list[str]:
    """The addresses of `host`, all public. Raises Misconfigured when one is not, Unreachable when there is none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable(f"The host {host} cannot be found.") from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    refused = [address for address in addresses if not _is_public(address)]
    if refused:
        raise Misconfigured(
            f"The host {host} lies in a private network, which this hub does not call. "
            f"Its operator can allow it with {ALLOW_PRIVATE}=1.",
            field="base_url",
        )
    return addresses


def _is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    inner = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None) or ip
    return inner.is_global and not inner.is_multicast and ip.is_global


@cache
def trusted_certificates() -> ssl.SSLContext:
    """One TLS context for all connections: loading the certificates takes longer than most requests."""
    return httpx2.create_ssl_context()


def open_transport(*, allow_private: bool) -> httpx2.BaseTransport:
    """A transport with its own connection pool; guarded unless private networks are allowed."""
    limits = httpx2.Limits(max_connections=64, max_keepalive_connections=16, keepalive_expiry=30)
    plain = httpx2.HTTPTransport(verify=trusted_certificates(), limits=limits)
    return plain if allow_private else GuardedTransport(plain)


class GuardedTransport(httpx2.BaseTransport):
    """Connects only to public addresses; to be used for one host, whose certificate stays the one that is checked."""

    def __init__(self, inner: httpx2.BaseTransport) -> None:
        self._inner = inner
        self._checked: tuple[float, str, list[str]] = (0.0, "", [])

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        host = request.url.host
        addresses = self._addresses(host, request.url.port or (443 if request.url.scheme == "https" else 80))
        for address in addresses[:-1]:
            try:
                return self._inner.handle_request(_pinned(request, host, address))
            except (httpx2.ConnectError, httpx2.ConnectTimeout):
                continue
        return self._inner.handle_request(_pinned(request, host, addresses[-1]))

    def _addresses(self, host: str, port: int) -> list[str]:
        # Kept for a while: asking the name server before every request would cost more than many a request.
        until, known, addresses = self._checked
        if host != known or time.monotonic() > until:
            addresses = public_addresses(host, port)
            self._checked = (time.monotonic() + KEPT_SECONDS, host, addresses)
        return addresses

    def close(self) -> None:
        self._inner.close()


def _pinned(request: httpx2.Request, host: str, address: str) -> httpx2.Request:
    # The Host header is already set from the name; the TLS handshake asks for, and checks, the name too.
    return httpx2.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": host},
    )
