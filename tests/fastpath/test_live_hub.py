"""A client's own queue, and the end of the hub."""

import asyncio

from psycopg_pool import AsyncConnectionPool

from switchhook.core.live_event import LiveEvent
from switchhook.live.hub import QUEUE, READY, Client, Hub


def call(number: int) -> LiveEvent:
    return LiveEvent(project=1, event="call", data={"call": number})


def test_a_slow_reader_loses_the_oldest_news_and_is_told_to_look_afresh() -> None:
    async def slow() -> list[LiveEvent] | None:
        client = Client((1, 1), frozenset())
        for number in range(QUEUE + 50):
            client.offer(call(number))
        return await client.take(1)

    news = asyncio.run(slow())
    assert news is not None
    assert len(news) == QUEUE
    assert news[0].event == READY
    assert [event.data["call"] for event in news[1:]] == list(range(51, QUEUE + 50))


def test_silence_gives_nothing_and_the_end_gives_none() -> None:
    async def silent() -> tuple[object, object]:
        client = Client((1, 1), frozenset())
        nothing = await client.take(0.01)
        client.end()
        return nothing, await client.take(1)

    assert asyncio.run(silent()) == ([], None)


def test_news_for_other_employees_or_projects_is_passed_over() -> None:
    async def offered() -> list[LiveEvent] | None:
        client = Client((1, 1), frozenset({5}))
        client.offer(LiveEvent(project=2, event="call"))
        client.offer(LiveEvent(project=1, event="popup", to=frozenset({6})))
        client.offer(LiveEvent(project=1, event="popup", to=frozenset({5, 6})))
        return await client.take(0.01)

    news = asyncio.run(offered())
    assert news is not None
    assert [event.event for event in news] == ["popup"]


class Deaf(Hub):
    """A hub whose listening loses the first two cancellations, as Python 3.11 can lose one."""

    async def _listen(self) -> None:
        lost = 0
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                lost += 1
                if lost > 2:
                    raise


def test_closing_does_not_hang_where_a_cancellation_is_lost() -> None:
    async def scenario() -> bool:
        hub = Deaf(AsyncConnectionPool("", open=False))
        hub.join(Client((1, 1), frozenset()))
        await asyncio.sleep(0)
        await asyncio.wait_for(hub.close(), timeout=10)
        return True

    assert asyncio.run(scenario())
