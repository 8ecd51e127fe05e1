"""The API's root: routers, authentication, OpenAPI document."""

from ninja import NinjaAPI

from switchhook.api.auth import TokenAuth
from switchhook.api.crm import router as crm

api = NinjaAPI(title="Switchhook", version="1", auth=TokenAuth(), docs_url=None, urls_namespace="api")

api.add_router("", crm)
