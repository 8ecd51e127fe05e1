"""The mail server, from one address in the environment."""

from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

_PORTS = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where mail is handed in. `tls` is a connection secured from the start, `starttls` one that is secured then."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    tls: bool = False
    starttls: bool = False


def mail_server(url: str) -> MailServer | None:
    """The server that `EMAIL_URL` names, None where that is empty.

    `smtp://user:password@host:587` (STARTTLS; an open connection with `?tls=off`), `smtps://user:password@host:465`.
    Raises ImproperlyConfigured for what is no such address.
    """
    if not url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS[parts.scheme]
    except (ValueError, KeyError):
        parts, port = urlsplit(""), 0
    if not parts.hostname:
        message = "EMAIL_URL must look like smtp://user:password@mail.example.com:587 or smtps://…:465."
        raise ImproperlyConfigured(message)
    return MailServer(
        host=parts.hostname,
        port=port,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        tls=parts.scheme == "smtps",
        starttls=parts.scheme == "smtp" and dict(parse_qsl(parts.query)).get("tls") != "off",
    )
