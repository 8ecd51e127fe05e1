from django.apps import AppConfig


class DialingConfig(AppConfig):
    name = "switchhook.dialing"
