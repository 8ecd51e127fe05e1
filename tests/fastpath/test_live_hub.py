"""A client's own queue."""

import asyncio

from switchhook.core.live_event import LiveEvent
from switchhook.live.hub import QUEUE, READY, Client


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
