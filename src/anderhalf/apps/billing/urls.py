"""Addresses of this room."""

from django.urls import path

from .views import claims

app_name = "billing"
urlpatterns = [
    path("declaraties/", claims.claims, name="claims"),
    path("declaraties/csv/", claims.claims_csv, name="claims_csv"),
    path("declaraties/indienen/", claims.submit, name="submit"),
    path("declaraties/contracten/", claims.contracts, name="contracts"),
    path("declaraties/<uuid:claim_id>/", claims.claim, name="claim"),
    path("declaraties/<uuid:claim_id>/stap/", claims.step, name="step"),
]
