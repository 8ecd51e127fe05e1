"""Addresses of calling from a page, and the browser extension."""

from django.urls import URLPattern, URLResolver, path

from switchhook.console.views import dialing, extension

patterns: list[URLPattern | URLResolver] = [
    path("dial/", dialing.dial, name="dial"),
    path("dial/<int:dial_id>/", dialing.dialed, name="dialed"),
    path("calling/", dialing.calling, name="calling"),
    path("calling/default", dialing.calling_default, name="calling_default"),
    path("extension/", extension.extension, name="extension"),
    path("extension/switchhook-extension.zip", extension.extension_zip, name="extension_zip"),
    path("extension/<int:token_id>/revoke", extension.revoke_browser, name="revoke_browser"),
]
