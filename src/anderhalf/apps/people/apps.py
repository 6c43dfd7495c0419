from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "anderhalf.apps.people"
    label = "people"
    verbose_name = "Mensen en toegang"
