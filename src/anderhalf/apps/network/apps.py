from django.apps import AppConfig


class NetworkConfig(AppConfig):
    name = "anderhalf.apps.network"
    label = "network"
    verbose_name = "Afspraak"
