"""The ASGI root: `uvicorn switchhook.server:app`. Fast paths first, everything else to Django's WSGI application."""

import os
from typing import cast
from wsgiref.types import WSGIApplication

from django.conf import settings
from starlette.applications import Starlette

from switchhook.calls import stream as recordings
from switchhook.environment import set_up_django
from switchhook.intake import endpoint as intake
from switchhook.live import endpoint as live
from switchhook.routing import endpoint as routing
from switchhook.web.asgi import Options, build


def create() -> Starlette:
    """The application as the environment describes it. Sets Django up."""
    set_up_django()
    from django.core.wsgi import get_wsgi_application

    options = Options(
        database_url=settings.DATABASE_URL,
        secret=settings.SECRET_KEY,
        allowed_hosts=settings.ALLOWED_HOSTS,
        https=settings.PUBLIC_URL.startswith("https://"),
        routes=[*intake.routes, *routing.routes, *live.routes, *recordings.routes],
        threads=int(os.environ.get("SWITCHHOOK_WEB_THREADS", "16")),
        connections=int(os.environ.get("SWITCHHOOK_FAST_POOL", "20")),
    )
    application = build(options, cast("WSGIApplication", get_wsgi_application()))
    application.state.recordings_dir = settings.RECORDINGS_DIR
    return application


async def end_streams(application: Starlette) -> None:
    """Ends what would never end by itself, so that the server can stop at once. Call it when stopping begins."""
    await live.hub_of(application).close()


app = create()
