"""Every address of the service. Paths are Dutch words, names are English; a person is only ever a UUID in a path."""

from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

from . import home, style_views, views

urlpatterns = [
    path("", home.home, name="home"),
    path("rol/", views.switch_role, name="switch_role"),
    path("taal/", login_not_required(set_language), name="set_language"),
    path("thema/", login_not_required(views.set_theme), name="set_theme"),
    path("concept/", views.save_draft, name="save_draft"),
    path("verlopen-formulier-weggooien/", views.forget_lost, name="forget_lost"),
    path("stijl/", style_views.style, name="style"),
    path("gezond/", login_not_required(views.health), name="health"),
    path("account/", include("anderhalf.web.account_urls")),
    path("", include("anderhalf.apps.people.urls")),
    path("", include("anderhalf.apps.network.urls")),
    path("", include("anderhalf.apps.referrals.urls")),
    path("", include("anderhalf.exchange.urls")),
    path("", include("anderhalf.apps.casefinding.urls")),
    path("", include("anderhalf.apps.clinic.urls")),
    path("", include("anderhalf.apps.supervision.urls")),
    path("", include("anderhalf.apps.letters.urls")),
    path("", include("anderhalf.apps.billing.urls")),
    path("", include("anderhalf.apps.insight.urls")),
]

handler403 = "anderhalf.web.views.forbidden"
handler404 = "anderhalf.web.views.not_found"
handler500 = "anderhalf.web.views.failed"
