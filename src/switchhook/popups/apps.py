from django.apps import AppConfig


class PopupsConfig(AppConfig):
    name = "switchhook.popups"

    def ready(self) -> None:
        """What was asked for in a pop-up is made true by delivery."""
        from switchhook.delivery import wishes
        from switchhook.popups.asking import wishes_of

        wishes.come_from(wishes_of)
