"""Plays scenarios: makes the call, asks for its way, posts its events."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from . import forwarding
from .bodies import Message, encode, render
from .calls import UNASSIGNED_SIP, UTM_DEFAULT, Call, call_id_for
from .config import TwinConfig, TwinEmployee
from .delivery import Delivery, Poster
from .events import Event, Stage
from .play import BadPlay, Play, event_kinds
from .state import RecordingSwitch, RingostatState


@dataclass(slots=True)
class Played:
    """What came of one play."""

    call_id: str
    deliveries: list[Delivery] = field(default_factory=list)
    forward: Any = None
    routing: dict[str, Any] | None = None

    def as_json(self) -> dict[str, Any]:
        """`forward` is the hub's answer as it gave it, or None; `routing` tells the rest."""
        return {
            "call_id": self.call_id,
            "deliveries": [delivery.as_json() for delivery in self.deliveries],
            "forward": self.forward,
            "routing": self.routing,
        }


class Player:
    """Plays into a state through a poster; `base` is where the twin's recordings are linked to."""

    def __init__(self, state: RingostatState, poster: Poster) -> None:
        self._state = state
        self._poster = poster

    async def play(self, play: Play, base: str) -> dict[str, Any]:
        """Play once (`call_id`, `deliveries`, `forward`, `routing`) or `count` times (`plays`, a summary)."""
        if play.count == 1:
            return (await self.play_one(play, 0, base)).as_json()
        started = time.perf_counter()
        done: list[Played] = []
        indices = iter(range(play.count))
        workers = [self._work(play, indices, base, done) for _ in range(min(play.parallel, play.count))]
        await asyncio.gather(*workers)
        statuses = Counter(str(delivery.status) for played in done for delivery in played.deliveries)
        summary = {
            "count": len(done),
            "seconds": round(time.perf_counter() - started, 3),
            "statuses": dict(sorted(statuses.items())),
            "call_ids": sorted(played.call_id for played in done),
        }
        return summary if play.quiet else {**summary, "plays": [played.as_json() for played in done]}

    async def _work(self, play: Play, indices: Iterator[int], base: str, done: list[Played]) -> None:
        for index in indices:
            played = await self.play_one(play, index, base)
            done.append(played)

    async def play_one(self, play: Play, index: int, base: str) -> Played:
        """Play call number `index` of a play. Raises BadPlay."""
        config = self._state.config
        known = self._state.calls.get(play.call_id) if play.call_id else None
        call = known or self._new_call(play, index, config)
        played = Played(call.call_id)
        if known is None:
            if play.forward and call.call_type == "in" and play.script.is_call:
                await self._route(call, play, config, played)
            if play.script.is_call:
                self._state.add_call(call)
        stage = _stage(call, play, config, base)
        messages, held = _messages(stage, play)
        try:
            sequence = play.sequence(len(messages), call.call_id)
        except BadPlay:
            if known is None:
                self._state.calls.pop(call.call_id, None)
            raise
        if play.hold_recording:
            self._state.recordings[call.call_id] = RecordingSwitch("late")
            self._state.held[call.call_id] = held
        await self._deliver([messages[number] for number in sequence], play, played)
        _hang_up(call, play)
        return played

    def _new_call(self, play: Play, index: int, config: TwinConfig) -> Call:
        script = play.script
        wait = script.wait if play.wait is None else play.wait
        talk = script.talk if play.talk is None else play.talk
        # Unless told otherwise a call has just ended, so that its tasks fall due from now on.
        started_at = play.starts_at() or self._state.clock() - timedelta(seconds=wait + talk)
        disposition = play.disposition or script.disposition
        call = Call(
            call_id=play.call_id or call_id_for(play.node or config.node, started_at, self._state.next_sequence()),
            call_type=script.call_type,
            client=play.client_of(index),
            project_number=play.project_number or config.numbers[0],
            started_at=started_at,
            disposition=disposition,
            wait=wait,
            talk=talk,
            made_by=script.made_by,
            utm=dict(play.utm) if play.utm is not None else dict(UTM_DEFAULT) if script.made_by == "client" else {},
            tags=dict(play.tags),
            recorded=talk > 0,
            row=play.row or "mature",
        )
        call.matures_at = call.ends_at + timedelta(seconds=play.mature_after)
        _seat(call, play, config)
        return call

    async def _route(self, call: Call, play: Play, config: TwinConfig, played: Played) -> None:
        routing = await forwarding.ask(self._poster, config, call)
        if play.employee is None and play.script.by == "employee":
            call.employee, call.connected_with = forwarding.destination_of(config, routing)
        if routing is not None:
            played.forward = routing.answer
            played.routing = routing.as_json(call.employee, call.connected_with)

    async def _deliver(self, messages: list[Message], play: Play, played: Played) -> None:
        played.deliveries = [self._state.new_delivery(played.call_id, message) for message in messages]
        if play.delivery == "parallel":
            await asyncio.gather(*(self.send(one, play.attempts, play.retry_gap) for one in played.deliveries))
            return
        for number, delivery in enumerate(played.deliveries):
            if number and play.pace:
                await asyncio.sleep(play.pace)
            await self.send(delivery, play.attempts, play.retry_gap)

    async def send(self, delivery: Delivery, attempts: int = 1, gap: float = 0.0) -> None:
        """Post a delivery to the webhook that is configured now."""
        config = self._state.config
        await self._poster.deliver(
            delivery, config.webhook_url, attempts=attempts, gap=gap, patience=config.webhook_timeout
        )

    async def finish(self, call_id: str) -> Played:
        """Hang up, make the export row final, let the recording be fetched, post what was held. Raises KeyError."""
        call = self._state.calls[call_id]
        call.ended, call.matures_at, call.row = True, call.started_at, "mature"
        self._state.recordings.pop(call_id, None)
        played = Played(call_id)
        for message in self._state.held.pop(call_id, []):
            delivery = self._state.new_delivery(call_id, message)
            played.deliveries.append(delivery)
            await self.send(delivery)
        return played


def _seat(call: Call, play: Play, config: TwinConfig) -> None:
    """Put the employee of the play, or the first who can be reached, at the other end."""
    if play.script.by == "stranger":
        call.connected_with = UNASSIGNED_SIP
        return
    person = play.person(play.employee, config) or forwarding.destination_of(config, None)[0]
    call.employee = person
    call.connected_with = person.direction if person else ""
    if call.made_by == "colleague":
        other = play.person(play.transfer_to, config) or _other_than(person, config)
        call.client = call.connected_with = other.direction if other else ""


def _other_than(person: TwinEmployee | None, config: TwinConfig) -> TwinEmployee | None:
    return next((other for other in config.employees if other != person), None)


def _stage(call: Call, play: Play, config: TwinConfig, base: str) -> Stage:
    if play.script.transfers and call.made_by == "client" and call.transferred_to is None:
        call.transferred_to = play.person(play.transfer_to, config) or _other_than(call.employee, config)
    others = [person.direction for person in config.employees if person != call.employee and person.direction]
    return Stage(
        call=call,
        config=config,
        base=base,
        tried=[*others[: play.script.rings - 1], call.connected_with],
        details={
            "rating": play.rating,
            "analysis": play.analysis,
            "fields": play.fields,
            "chat": {**play.script.chat, **play.chat},
        },
    )


def _messages(stage: Stage, play: Play) -> tuple[list[Message], list[Message]]:
    """The script's events as requests: those to post now, and those that wait for `finish`."""
    kinds = event_kinds()
    wanted = {kinds[name] for name in play.events} if play.events is not None else None
    script = [event for step in play.script.steps for event in step(stage)]
    chosen = [event for event in script if wanted is None or event.kind in wanted]
    waiting = [event for event in chosen if event.held and play.hold_recording]
    now = [event for event in chosen if event not in waiting]
    return [_written(event, play) for event in now], [_written(event, play) for event in waiting]


def _written(event: Event, play: Play) -> Message:
    return encode(event.name, render(event.values, play.form, event.own_names), play.form)


def _hang_up(call: Call, play: Play) -> None:
    """The call is over unless the play stopped short of its end, or wants its export row to go on running."""
    kinds = {event_kinds()[name] for name in play.events or []}
    stopped_short = play.events is not None and not kinds & {"after", "rating", "ai"}
    if play.row is not None:
        call.row = play.row
        call.ended = play.row in {"mature", "twice"}
    elif play.script.ends and not stopped_short:
        call.ended = True
