"""Addresses of this room."""

from django.urls import path

from .views import detail, emergency, form, lists, messages, steps, supplement

app_name = "referrals"
urlpatterns = [
    path("verwijzen/", form.new, name="new"),
    path("verwijzen/antwoord/", form.route, name="route"),
    path("verwijzen/versturen/", form.send, name="send"),
    path("verwijzen/spoed/<uuid:task_id>/", emergency.emergency, name="emergency"),
    path("verwijzen/spoed-zonder-naam/<uuid:emergency_id>/", emergency.unnamed, name="unnamed"),
    path("verwijzen/weggooien/", form.discard, name="discard"),
    path("terugverwijzen-naar-centrum/", form.down, name="down"),
    path("verwijzingen/", lists.referral_list, name="list"),
    path("triage/", lists.triage, name="triage"),
    path("verwijzingen/<uuid:referral_id>/", detail.referral, name="referral"),
    path("verwijzingen/<uuid:referral_id>/aannemen/", steps.accept, name="accept"),
    path("verwijzingen/<uuid:referral_id>/vragen/", steps.ask, name="ask"),
    path("verwijzingen/<uuid:referral_id>/andere-lijn/", steps.redirect_line, name="redirect"),
    path("verwijzingen/<uuid:referral_id>/advies/", steps.answer, name="answer"),
    path("verwijzingen/<uuid:referral_id>/aanvullen/", supplement.supplement, name="supplement"),
    path("verwijzingen/<uuid:referral_id>/intrekken/", steps.withdraw, name="withdraw"),
    path("verwijzingen/<uuid:referral_id>/gezien/", steps.seen, name="seen"),
    path("verwijzingen/<uuid:referral_id>/afsluiten/", steps.close, name="close"),
    path("verwijzingen/<uuid:referral_id>/bericht/", messages.message, name="message"),
]
