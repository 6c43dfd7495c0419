"""Addresses of the world outside."""

from django.urls import path

from . import extracts, views

app_name = "exchange"
urlpatterns = [
    path("verwijzen/dossier-inlezen/", views.upload_record, name="upload_record"),
    path("opsporen/uittreksel/", extracts.upload_extract, name="upload_extract"),
]
