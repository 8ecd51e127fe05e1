from django.apps import AppConfig


class PopupsConfig(AppConfig):
    name = "switchhook.popups"
