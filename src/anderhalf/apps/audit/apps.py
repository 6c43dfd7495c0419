from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "anderhalf.apps.audit"
    label = "audit"
    verbose_name = "Wie keek mee"
