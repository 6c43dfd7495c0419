from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "anderhalf.web"
    label = "web"
