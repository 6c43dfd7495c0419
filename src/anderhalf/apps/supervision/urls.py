"""Addresses of this room. A person is only ever a UUID in an address."""

from django.urls import path

from .views import cases, meetings

app_name = "supervision"
urlpatterns = [
    path("bespreking/", meetings.meetings, name="meetings"),
    path("bespreking/plannen/", meetings.plan, name="plan"),
    path("bespreking/casus/<uuid:case_id>/", cases.case, name="case"),
    path("bespreking/casus/<uuid:case_id>/besluit/", cases.decide, name="decide"),
    path("bespreking/casus/<uuid:case_id>/van-de-agenda/", cases.drop, name="drop"),
    path("bespreking/toevoegen/<uuid:episode_id>/", cases.add, name="add"),
    path("bespreking/<uuid:meeting_id>/", meetings.meeting, name="meeting"),
    path("bespreking/<uuid:meeting_id>/aanwezig/", meetings.attend, name="attend"),
    path("bespreking/<uuid:meeting_id>/sluiten/", meetings.close, name="close"),
]
