"""Addresses of this room. People are only ever a UUID in an address."""

from django.urls import path

from .views import accounts, consents, emergencies, log, mine, patients

app_name = "people"
urlpatterns = [
    path("patienten/", patients.patients, name="patients"),
    path("patienten/nieuw/", patients.register, name="patient_new"),
    path("patienten/noodknop/", emergencies.search, name="emergency_search"),
    path("patienten/<uuid:patient_id>/", patients.patient, name="patient"),
    path("patienten/<uuid:patient_id>/gegevens/", patients.details, name="patient_details"),
    path("patienten/<uuid:patient_id>/waarschuwingen/", consents.alerts, name="alerts"),
    path("patienten/<uuid:patient_id>/waarschuwingen/<uuid:alert_id>/", consents.end_alert, name="alert_end"),
    path(
        "patienten/<uuid:patient_id>/allergieen/nagevraagd/", consents.allergies_asked, name="allergies_asked"
    ),
    path(
        "patienten/<uuid:patient_id>/allergieen/<uuid:allergy_id>/", consents.end_allergy, name="allergy_end"
    ),
    path(
        "patienten/<uuid:patient_id>/allergieen/<uuid:allergy_id>/terug/",
        consents.restore_allergy,
        name="allergy_restore",
    ),
    path(
        "patienten/<uuid:patient_id>/waarschuwingen/<uuid:alert_id>/terug/",
        consents.restore_alert,
        name="alert_restore",
    ),
    path("patienten/<uuid:patient_id>/toestemming/", consents.consents, name="consents"),
    path("patienten/<uuid:patient_id>/toestemming/mantelzorger/", consents.add_carer, name="carer_add"),
    path("patienten/<uuid:patient_id>/toestemming/account/", consents.open_account, name="patient_account"),
    path(
        "patienten/<uuid:patient_id>/toestemming/mantelzorger/<uuid:carer_id>/",
        consents.end_carer,
        name="carer_end",
    ),
    path("patienten/<uuid:patient_id>/wie-keek-mee/", log.log, name="log"),
    path("patienten/<uuid:patient_id>/noodknop/", emergencies.emergency, name="emergency"),
    path("patienten/<uuid:patient_id>/noodknop/sluiten/", emergencies.close, name="emergency_close"),
    path("noodknop/", emergencies.emergencies, name="emergencies"),
    path("noodknop/<uuid:access_id>/", emergencies.review, name="emergency_review"),
    path("mijn/", mine.my_record, name="my_record"),
    path("beheer/accounts/", accounts.accounts, name="accounts"),
    path("beheer/accounts/nieuw/", accounts.new_account, name="account_new"),
    path("beheer/accounts/<uuid:user_id>/sluiten/", accounts.close_account, name="account_close"),
    path("beheer/accounts/<uuid:user_id>/openen/", accounts.reopen_account, name="account_reopen"),
    path("beheer/accounts/<uuid:user_id>/ontgrendelen/", accounts.unlock_account, name="account_unlock"),
    path("beheer/accounts/<uuid:user_id>/herstellen/", accounts.reset_account, name="account_reset"),
]
