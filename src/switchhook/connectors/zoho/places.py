"""Zoho's data centres: an account lives in one of them, and its tokens are good there only."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Place:
    """The addresses of one data centre: accounts server, interface, pages for people."""

    accounts: str
    api: str
    web: str


PLACES = {
    "eu": Place("https://accounts.zoho.eu", "https://www.zohoapis.eu", "https://crm.zoho.eu"),
    "us": Place("https://accounts.zoho.com", "https://www.zohoapis.com", "https://crm.zoho.com"),
    "in": Place("https://accounts.zoho.in", "https://www.zohoapis.in", "https://crm.zoho.in"),
    "au": Place("https://accounts.zoho.com.au", "https://www.zohoapis.com.au", "https://crm.zoho.com.au"),
    "jp": Place("https://accounts.zoho.jp", "https://www.zohoapis.jp", "https://crm.zoho.jp"),
    "cn": Place("https://accounts.zoho.com.cn", "https://www.zohoapis.com.cn", "https://crm.zoho.com.cn"),
    "ca": Place("https://accounts.zohocloud.ca", "https://www.zohoapis.ca", "https://crm.zohocloud.ca"),
    "sa": Place("https://accounts.zoho.sa", "https://www.zohoapis.sa", "https://crm.zoho.sa"),
}

# Sandboxes and developer accounts have an interface of their own in the same data centre.
_API_HOST = re.compile(r"^(?:www|sandbox|developer)\.zohoapis\.(?:com|eu|in|com\.au|jp|com\.cn|ca|sa)$")


def place_of(accounts: str) -> Place | None:
    """The data centre with this accounts server."""
    return next((place for place in PLACES.values() if same_origin(place.accounts, accounts)), None)


def is_api(address: str) -> bool:
    """Whether `address` is an interface of a known data centre, so that a token may be sent to it."""
    scheme, host, port = _origin(address)
    return scheme == "https" and port in (None, 443) and _API_HOST.match(host) is not None


def same_origin(one: str, other: str) -> bool:
    """Whether two addresses have scheme, host and port in common."""
    return _origin(one) == _origin(other) != ("", "", None)


def _origin(address: str) -> tuple[str, str, int | None]:
    try:
        parts = urlsplit(address.strip())
        return parts.scheme.lower(), (parts.hostname or "").lower(), parts.port
    except ValueError:
        return "", "", None
