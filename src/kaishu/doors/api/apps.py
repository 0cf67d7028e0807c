from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "kaishu.doors.api"
    label = "door_api"
