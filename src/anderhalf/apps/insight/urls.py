"""Addresses of this room. A questionnaire is opened by its one-time link, without an account."""

from django.contrib.auth.decorators import login_not_required
from django.urls import path

from .views import experience, results

app_name = "insight"
urlpatterns = [
    path("resultaten/", results.results, name="results"),
    path("resultaten/csv/", results.results_csv, name="results_csv"),
    path("ervaring/bedankt/", login_not_required(experience.thanks), name="thanks"),
    path("ervaring/uitnodiging/<uuid:episode_id>/", experience.handout, name="handout"),
    path("ervaring/<str:token>/", login_not_required(experience.experience), name="experience"),
]
