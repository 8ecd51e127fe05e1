from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "switchhook.intake"
