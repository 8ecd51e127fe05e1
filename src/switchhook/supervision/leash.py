"""How a child notices that its supervisor is gone, even after a kill -9.

The supervisor holds the writing end of a pipe and never writes; a child waits at the reading end. When the supervisor
dies, whatever it dies of, the kernel closes its end and every child reads the end of the file.
"""

import os
import signal
import threading
import time

LEASH = "SWITCHHOOK_LEASH"
"""Internal variable: the number of the reading end in a child."""

GRACE_SECONDS = 15.0


class Leash:
    """The supervisor's side. `end` is the descriptor that children inherit."""

    def __init__(self) -> None:
        self.end, self._hand = os.pipe()

    def close(self) -> None:
        """Lets go: children that still live end as if the supervisor had died."""
        os.close(self.end)
        os.close(self._hand)


def end_with_supervisor(grace: float = GRACE_SECONDS) -> None:
    """The child's side: from now on this process gets SIGTERM when its supervisor is gone, and is over after `grace`
    seconds at the latest. Does nothing in a process that has no supervisor.
    """
    number = os.environ.pop(LEASH, None)
    if number is not None:
        threading.Thread(target=_wait, args=(int(number), grace), name="leash", daemon=True).start()


def _wait(end: int, grace: float) -> None:
    os.read(end, 1)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(grace)
    os._exit(1)
