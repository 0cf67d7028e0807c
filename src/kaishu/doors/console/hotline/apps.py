from django.apps import AppConfig


class HotlineConfig(AppConfig):
    name = "kaishu.doors.console.hotline"
    label = "hotline"
