"""Addresses of this room."""

from django.urls import path, re_path

from . import views

app_name = "network"
DRAFT = "afspraak/wijzigen/<uuid:draft_id>/"
urlpatterns = [
    path("afspraak/", views.agreement, name="agreement"),
    path("afspraak/a4/", views.sheet, name="sheet"),
    re_path(
        r"^afspraak/a4/(?P<pathway>[\w-]+)-(?P<lang>nl|en)\.(?P<form>pdf|svg|png)$",
        views.sheet_file,
        name="sheet_file",
    ),
    path("afspraak/wijzigen/", views.drafts, name="drafts"),
    path(DRAFT, views.draft, name="draft"),
    path(f"{DRAFT}indienen/", views.submit, name="draft_submit"),
    path(f"{DRAFT}terugnemen/", views.take_back, name="draft_take_back"),
    path(f"{DRAFT}intrekken/", views.withdraw, name="draft_withdraw"),
    path(f"{DRAFT}bijwerken/", views.renew, name="draft_renew"),
    path(f"{DRAFT}ondertekenen/", views.approve, name="draft_approve"),
    path(f"{DRAFT}afwijzen/", views.reject, name="draft_reject"),
    path(f"{DRAFT}oefenen/<slug:table>/", views.rehearsal, name="draft_rehearsal"),
    path(f"{DRAFT}<slug:table>/", views.draft_table, name="draft_table"),
    path(f"{DRAFT}<slug:table>/cel/", views.cell, name="draft_cell"),
    path(f"{DRAFT}<slug:table>/inlezen/", views.read_file, name="draft_import"),
    re_path(
        r"^afspraak/wijzigen/(?P<draft_id>[0-9a-f-]{36})/(?P<table>[\w-]+)\.(?P<form>csv|dmn)$",
        views.export_draft,
        name="draft_export",
    ),
    path("afspraak/<slug:pathway>/<slug:table>/", views.table, name="table"),
    path("afspraak/<slug:pathway>/<slug:table>/proberen/", views.try_out, name="try_out"),
    re_path(
        r"^afspraak/(?P<pathway>[\w-]+)/(?P<table>[\w-]+)\.(?P<form>csv|dmn)$", views.export, name="export"
    ),
    path("partners/", views.partners, name="partners"),
    path("scholing/", views.training, name="training"),
]
