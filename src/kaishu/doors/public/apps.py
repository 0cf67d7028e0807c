from django.apps import AppConfig


class PublicConfig(AppConfig):
    name = "kaishu.doors.public"
    label = "door_public"
