from django.apps import AppConfig


class PartnerConfig(AppConfig):
    name = "kaishu.doors.partner"
    label = "door_partner"
