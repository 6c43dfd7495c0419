from django.apps import AppConfig


class LettersConfig(AppConfig):
    name = "anderhalf.apps.letters"
    label = "letters"
    verbose_name = "Brieven"
