from django.apps import AppConfig


class RecordConfig(AppConfig):
    name = "anderhalf.apps.record"
    label = "record"
    verbose_name = "Gegevens"
