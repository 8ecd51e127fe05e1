from django.apps import AppConfig


class WorkingTimeConfig(AppConfig):
    name = "switchhook.working_time"
