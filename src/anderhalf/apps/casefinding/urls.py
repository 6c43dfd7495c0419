"""Addresses of this room."""

from django.urls import path

from . import views

app_name = "casefinding"
urlpatterns = [
    path("opsporen/", views.overview, name="overview"),
    path("opsporen/lijst/<slug:slug>/", views.worklist, name="list"),
    path("opsporen/zoekactie/<uuid:search_id>/", views.search, name="search"),
    path("opsporen/zoekactie/<uuid:search_id>/stand/", views.progress, name="progress"),
    path("opsporen/persoon/<uuid:person_id>/", views.person, name="person"),
    path("opsporen/persoon/<uuid:person_id>/uitnodigen/", views.invite, name="invite"),
    path("opsporen/persoon/<uuid:person_id>/verwijzen/", views.refer, name="refer"),
    path("opsporen/persoon/<uuid:person_id>/niet-geschikt/", views.set_aside, name="set_aside"),
    path("opsporen/persoon/<uuid:person_id>/terugzetten/", views.reopen, name="reopen"),
]
