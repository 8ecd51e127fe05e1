"""Addresses served by Django; the fast paths stand before it in `server.py`."""

from django.urls import include, path

from switchhook.api.root import api

urlpatterns = [
    path("api/v1/", api.urls),
    path("accounts/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("switchhook.console.urls")),
]
