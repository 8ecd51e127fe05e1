"""The API's root: routers, authentication, OpenAPI document."""

from ninja import NinjaAPI

from switchhook.api.auth import TokenAuth
from switchhook.api.calls import router as calls
from switchhook.api.credentials import router as credentials
from switchhook.api.crm import router as crm
from switchhook.api.dialing import router as dialing
from switchhook.api.hub import router as hub
from switchhook.api.matrix_try import router as matrix_try
from switchhook.api.missed import router as missed
from switchhook.api.setup import router as setup

api = NinjaAPI(title="Switchhook", version="1", auth=TokenAuth(), docs_url=None, urls_namespace="api")

api.add_router("", calls)
api.add_router("", missed)
api.add_router("", crm)
api.add_router("", hub)
api.add_router("", setup)
api.add_router("", matrix_try)
api.add_router("", credentials)
api.add_router("", dialing)
