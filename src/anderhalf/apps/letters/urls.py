"""Addresses of this room. A person is only ever a UUID in an address."""

from django.urls import path

from .views import closing, reading, writing

app_name = "letters"
urlpatterns = [
    path("brieven/", reading.inbox, name="inbox"),
    path("brieven/<uuid:letter_id>/", reading.letter, name="letter"),
    path("brieven/<uuid:letter_id>/pdf/", reading.pdf, name="pdf"),
    path("brieven/<uuid:letter_id>/bewerken/", writing.edit, name="edit"),
    path("brieven/<uuid:letter_id>/voorbeeld/", writing.preview, name="preview"),
    path("brieven/<uuid:letter_id>/bijwerken/", writing.refresh, name="refresh"),
    path("brieven/<uuid:letter_id>/ondertekenen/", writing.sign, name="sign"),
    path("brieven/<uuid:letter_id>/niet-versturen/", writing.discard, name="discard"),
    path("dossier/<uuid:episode_id>/tussenbericht/", writing.interim, name="interim"),
    path(
        "dossier/<uuid:episode_id>/tussenbericht/voorbeeld/", writing.interim_preview, name="interim_preview"
    ),
    path("dossier/<uuid:episode_id>/afsluiten/", closing.close_episode, name="close_episode"),
    path("dossier/<uuid:episode_id>/afsluiten/voorbeeld/", closing.close_preview, name="close_preview"),
]
