"""The API's root: routers, authentication, OpenAPI document."""

from ninja import NinjaAPI

from switchhook.api.auth import TokenAuth

api = NinjaAPI(title="Switchhook", version="1", auth=TokenAuth(), docs_url=None, urls_namespace="api")
