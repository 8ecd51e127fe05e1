"""Load from many clients at once, each sending its next request when the last was answered; prints answers per second.

python load.py http HOST PORT PATH CLIENTS SECONDS
"""

import asyncio
import sys
import time
from typing import cast

import uvloop

BODY = (
    b'{"uniqueid":"ua9_-1790775458.2139025","calldate":"2026-09-30 14:17:38","billsec":"83","disposition":"PROPER",'
    b'"has_recording":"1","recording_wav":"https://telephony.example/recordings/ua9_-1790775458.2139025.wav?token=0123",'
    b'"additional_call_data":{"call_type":"in","dst":"380736500001","userfield":"380732130001","E164":"+380732130001",'
    b'"extension_number":"101","employee_email":"ivanov@example.com","duration":"97","waittime":"14",'
    b'"utm_source":"google","utm_medium":"cpc","utm_campaign":"brand","pool_name":"Context ads"}}'
)


class Client(asyncio.Protocol):
    """One keep-alive connection. Answers are counted by their head, bodies being smaller than one segment."""

    def __init__(self, request: bytes) -> None:
        self.answers = 0
        self.failures = 0
        self._request = request

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        if not data.startswith(b"HTTP/1.1 "):
            return
        self.answers += 1
        self.failures += not data.startswith(b"HTTP/1.1 200")
        self._transport.write(self._request)


async def http(host: str, port: int, path: str, clients: int, seconds: float) -> float:
    """Answers per second; fails when any was not 200."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n"
    )
    loop = asyncio.get_running_loop()
    pairs = [await loop.create_connection(lambda: Client(head.encode() + BODY), host, port) for _ in range(clients)]
    await asyncio.sleep(0.5)
    before, started = sum(client.answers for _, client in pairs), time.perf_counter()
    await asyncio.sleep(seconds)
    rate = (sum(client.answers for _, client in pairs) - before) / (time.perf_counter() - started)
    assert not any(client.failures for _, client in pairs)
    return rate


if __name__ == "__main__":
    _, host, port, path, clients, seconds = sys.argv[1:]
    print(uvloop.run(http(host, int(port), path, int(clients), float(seconds))))
