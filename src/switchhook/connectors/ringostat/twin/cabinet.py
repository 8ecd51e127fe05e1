"""The twin's cabinet: what a person would look up and enter at the vendor, and a telephone to call with."""

import asyncio
from collections.abc import Iterable, Mapping
from html import escape
from urllib.parse import parse_qs

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from .play import BadPlay, Play
from .player import Player
from .scenarios import SCENARIOS
from .state import RingostatState

PACES = {"2": "at a human pace: two seconds between events", "0": "at once"}
SEEN = 303

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Ringostat twin: cabinet</title>
<link rel="stylesheet" href="/__twin__/twin.css">
</head>
<body>
<header><h1>Ringostat twin: cabinet</h1>
<p>In place of the vendor's cabinet and of a telephone. <a href="/__twin__/">What the twin holds</a></p></header>
<main>
<p role="status">{said}</p>
<section><h2>Keys</h2><dl>
<dt>Project id</dt><dd><code id="project-id">{project}</code></dd>
<dt>Auth-key</dt><dd><code id="auth-key">{key}</code></dd>
<dt>API address</dt><dd><code id="api-address">{address}</code></dd></dl></section>
<section><h2>Webhooks</h2><form method="post" action="/__twin__/cabinet">
<label for="webhook_url">Webhook address</label>
<input id="webhook_url" name="webhook_url" value="{webhook}" size="60">
<label for="forward_url">Webhook number: address</label>
<input id="forward_url" name="forward_url" value="{forward}" size="60">
<button>Save</button></form></section>
<section><h2>Telephone</h2><form method="post" action="/__twin__/cabinet/call">
<label for="scenario">What happens</label>
<select id="scenario" name="scenario">{scenarios}</select>
<label for="client">Client's number</label>
<input id="client" name="client" value="{client}" inputmode="tel">
<label for="employee">Employee</label>
<select id="employee" name="employee">
<option value="">whoever the scheme names</option>{employees}</select>
<label for="pace">Speed</label>
<select id="pace" name="pace">{paces}</select>
<button>Call</button></form></section>
</main></body></html>
"""


class Cabinet:
    """Pages below `/__twin__/cabinet`; every other control answers JSON."""

    def __init__(self, state: RingostatState, player: Player) -> None:
        self._state = state
        self._player = player

    def routes(self) -> list[Route]:
        """To be mounted under `/__twin__/`."""
        return [
            Route("/cabinet", self.cabinet, methods=["GET", "POST"]),
            Route("/cabinet/call", self.call, methods=["POST"]),
        ]

    async def cabinet(self, request: Request) -> Response:
        """The page; POST saves the two addresses, an empty one means none."""
        if request.method == "POST":
            given = await _form(request)
            addresses = {name: given.get(name) or None for name in ("webhook_url", "forward_url")}
            self._state.configure(self._state.config.changed(addresses))
            return RedirectResponse("/__twin__/cabinet?said=Saved.", SEEN)
        return HTMLResponse(self._page(str(request.base_url).rstrip("/"), request.query_params))

    async def call(self, request: Request) -> Response:
        """Lets somebody call, and returns to the page while it rings."""
        given = await _form(request)
        asked = {name: given[name] for name in ("scenario", "client", "employee") if given.get(name)}
        base = self._state.config.public_url or str(request.base_url).rstrip("/")
        kept = f"&client={asked.get('client', '').replace('+', '%2B')}&scenario={asked.get('scenario', '')}"
        try:
            play = Play.from_json({**asked, "pace": float(given.get("pace") or 0)}, self._state.config)
        except (BadPlay, ValueError) as error:
            return HTMLResponse(self._page(base, {"said": str(error)}), 400)
        if self._state.config.webhook_url is None:
            return RedirectResponse(f"/__twin__/cabinet?said=Save a webhook address first.{kept}", SEEN)
        later = BackgroundTask(self._play, play, base)
        return RedirectResponse(f"/__twin__/cabinet?said=It rings.{kept}", SEEN, background=later)

    async def _play(self, play: Play, base: str) -> None:
        async with asyncio.timeout(120):
            await self._player.play(play, base)

    def _page(self, address: str, said: Mapping[str, str]) -> str:
        config = self._state.config
        people = [(person.direction, person.name) for person in config.employees]
        chosen = said.get("scenario", "")
        return _PAGE.format(
            said=escape(said.get("said", "")),
            project=escape(config.project_id),
            key=escape(config.auth_key),
            address=escape(address),
            webhook=escape(config.webhook_url or ""),
            forward=escape(config.forward_url or ""),
            client=escape(said.get("client") or "+380991112233"),
            scenarios=_options(((name, one.description) for name, one in SCENARIOS.items()), chosen),
            employees=_options(people),
            paces=_options(PACES.items()),
        )


def _options(pairs: Iterable[tuple[str, str]], chosen: str = "") -> str:
    return "".join(
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(text)}</option>'
        for value, text in pairs
    )


async def _form(request: Request) -> dict[str, str]:
    return {name: values[-1].strip() for name, values in parse_qs((await request.body()).decode()).items()}
