from django.apps import AppConfig


class MissedConfig(AppConfig):
    name = "switchhook.missed"
