"""Addresses of the clinic. A person is only ever a UUID in an address."""

from django.urls import path

from .views import (
    agenda,
    appointments,
    chart,
    danger,
    diagnosis,
    encounters,
    measurements,
    medication,
    titration,
    tolerances,
)

app_name = "clinic"
urlpatterns = [
    path("vandaag/", agenda.today, name="today"),
    path("agenda/", agenda.agenda, name="agenda"),
    path("agenda/nieuw/", agenda.sessions_new, name="sessions_new"),
    path("agenda/spreekuur/<uuid:session_id>/", agenda.session, name="session"),
    path("agenda/spreekuur/<uuid:session_id>/vervalt/", agenda.session_cancel, name="session_cancel"),
    path(
        "agenda/spreekuur/<uuid:session_id>/waarneming/", agenda.session_substitute, name="session_substitute"
    ),
    path("agenda/plannen/<uuid:episode_id>/", appointments.book, name="book"),
    path("agenda/afspraak/<uuid:appointment_id>/verzetten/", appointments.move, name="appointment_move"),
    path("agenda/afspraak/<uuid:appointment_id>/afzeggen/", appointments.cancel, name="appointment_cancel"),
    path(
        "agenda/afspraak/<uuid:appointment_id>/aangekomen/", appointments.arrived, name="appointment_arrived"
    ),
    path(
        "agenda/afspraak/<uuid:appointment_id>/niet-verschenen/",
        appointments.no_show,
        name="appointment_no_show",
    ),
    path("wachtlijst/", agenda.waiting, name="waiting"),
    path("in-zorg/", agenda.in_care, name="in_care"),
    path("titratie/", titration.population, name="population"),
    path("opvolgen/", titration.due, name="due"),
    path("dossier/<uuid:patient_id>/voorstellen/", titration.proposals, name="proposals"),
    path("dossier/<uuid:patient_id>/verdraagt/", tolerances.tolerances, name="tolerances"),
    path("dossier/voorstel/<uuid:episode_id>/", titration.choose, name="advice_choose"),
    path("dossier/voorstel/<uuid:episode_id>/gebruikt-niet/", titration.not_used, name="not_used"),
    path("dossier/zorgpad/<uuid:episode_id>/", titration.choose_beside, name="beside_choose"),
    path("dossier/uitslagen/<uuid:episode_id>/gezien/", titration.results_seen, name="results_seen"),
    path("dossier/<uuid:patient_id>/verdraagt/<uuid:allergy_id>/", tolerances.judge, name="tolerance_judge"),
    path(
        "dossier/<uuid:patient_id>/verdraagt/<uuid:allergy_id>/terug/",
        tolerances.tolerance_restore,
        name="tolerance_restore",
    ),
    path(
        "dossier/<uuid:patient_id>/verdraagt/<uuid:allergy_id>/vervalt/",
        tolerances.tolerance_end,
        name="tolerance_end",
    ),
    path(
        "dossier/<uuid:patient_id>/dosisafspraak/<uuid:dosing_id>/vervalt/",
        tolerances.dosing_end,
        name="dosing_end",
    ),
    path("dossier/keuze/<uuid:choice_id>/ongedaan/", titration.advice_undo, name="advice_undo"),
    path("dossier/keuze/<uuid:choice_id>/heropenen/", titration.advice_reopen, name="advice_reopen"),
    path("medicatie/<uuid:medication_id>/corrigeren/", medication.correct, name="medication_correct"),
    path("dossier/<uuid:patient_id>/", chart.chart, name="chart"),
    path("dossier/<uuid:patient_id>/gevaar/", danger.danger, name="danger"),
    path("gevaar/<uuid:answer_id>/ongedaan/", danger.undo, name="danger_undo"),
    path("dossier/<uuid:patient_id>/consulten/", chart.encounters, name="encounters"),
    path("dossier/<uuid:patient_id>/metingen/", chart.measurements, name="measurements"),
    path("dossier/<uuid:patient_id>/diagnose/", diagnosis.diagnosis, name="diagnosis"),
    path("dossier/<uuid:patient_id>/medicatie/", chart.medication, name="medication"),
    path("dossier/<uuid:patient_id>/plan/", chart.plan, name="plan"),
    path("dossier/<uuid:patient_id>/documenten/", chart.documents, name="documents"),
    path("dossier/<uuid:patient_id>/thuismeting/", measurements.home, name="home_measurement"),
    path("dossier/document/<uuid:document_id>/", chart.document, name="document"),
    path("dossier/beoordeling/<uuid:episode_id>/", chart.stable, name="stable"),
    path("dossier/taak/<uuid:task_id>/", chart.task_done, name="task_done"),
    path("consult/nieuw/<uuid:episode_id>/", encounters.encounter_new, name="encounter_new"),
    path("consult/<uuid:encounter_id>/", encounters.encounter, name="encounter"),
    path("consult/<uuid:encounter_id>/corrigeren/", encounters.encounter_correct, name="encounter_correct"),
    path("meting/<uuid:observation_id>/corrigeren/", measurements.correct, name="observation_correct"),
]
