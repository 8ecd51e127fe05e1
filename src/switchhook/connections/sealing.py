"""Encryption at rest for credentials and secrets."""

import base64
import hashlib
from functools import cache

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

from switchhook.core.errors import Misconfigured


@cache
def _box(secret: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"switchhook sealing " + secret.encode()).digest()))


def seal(text: str) -> str:
    """`text` encrypted and authenticated under the hub's secret key."""
    return _box(settings.SECRET_KEY).encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """The text that `seal` took. Raises Misconfigured when the hub's secret key is not the one it was sealed with."""
    try:
        return _box(settings.SECRET_KEY).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Misconfigured(
            "Saved credentials cannot be opened: the hub's secret key has changed. Restore it or enter them again.",
            field="SWITCHHOOK_SECRET_KEY",
        ) from None
