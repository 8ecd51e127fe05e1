"""The hub's master secret: from `SWITCHHOOK_SECRET_KEY`, else made once and kept in the data folder."""

import os
import secrets
from pathlib import Path

FILE = "secret.key"


def secret_key(data_dir: Path) -> str:
    """The secret that signs sessions and seals credentials; at least 32 characters.

    The file is created readable by its owner only, by exactly one of several processes that start at once. Losing it
    means that saved credentials cannot be opened any more, so back it up with the database.
    """
    given = os.environ.get("SWITCHHOOK_SECRET_KEY", "")
    if given:
        return given
    path = data_dir / FILE
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        draft = data_dir / f".{FILE}.{os.getpid()}"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48), encoding="ascii")
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="ascii").strip()
