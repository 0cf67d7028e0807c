from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "kaishu.doors.console"
    label = "door_console"
