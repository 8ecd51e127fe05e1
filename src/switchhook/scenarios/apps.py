from django.apps import AppConfig


class ScenariosConfig(AppConfig):
    name = "switchhook.scenarios"
