"""Addresses of the pop-up and the Smart Phone panel."""

from django.urls import URLPattern, URLResolver, path

from switchhook.console.views import panel, popups

patterns: list[URLPattern | URLResolver] = [
    path("popup/", popups.cards, name="popup_cards"),
    path("popup/settings", panel.popup_settings, name="show_to"),
    path("popup/<int:popup_id>/ask", popups.ask, name="popup_ask"),
    path("popup/<int:popup_id>/comment", popups.comment, name="popup_comment"),
    path("popup/<int:popup_id>/choose", popups.choose_match, name="popup_choose"),
    path("popup/<int:popup_id>/dismiss", popups.dismiss, name="popup_dismiss"),
    path("panel/", panel.panel, name="panel"),
]
