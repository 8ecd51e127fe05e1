from django.apps import AppConfig


class ConnectionsConfig(AppConfig):
    name = "switchhook.connections"
