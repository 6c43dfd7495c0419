"""The style page: every component drawn from the example whose source stands beneath it, on invented data."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from anderhalf.presentation import charts
from anderhalf.presentation.charts import (
    BarRow,
    DoseLane,
    DoseStep,
    Event,
    IntervalRow,
    Limit,
    MeasureLane,
    Point,
    RunPoint,
)

EXAMPLES = Path(__file__).parent / "templates" / "style"

# File in templates/style -> title on the page; the order is that of the page.
SECTIONS = {
    "timeline_chart": "Grafiek: doseringen en metingen op één tijdlijn",
    "advice": "Advies",
    "line_answer": "Het antwoord heeft een gezicht",
    "fields": "Velden",
    "buttons": "Knoppen",
    "badges": "Labels",
    "notices": "Meldingen",
    "table": "Tabel met filter, sortering en bladeren",
    "lists": "Kenmerken, rijen en personen",
    "status": "Stappen, tijdlijn en cijfers",
    "tabs": "Tabbladen en menu",
    "empty": "Leeg",
    "small_charts": "Kleine grafieken",
}
TODAY = date(2025, 10, 20)


class ExampleForm(forms.Form):
    """One field of each kind, two of them with an error."""

    question = forms.CharField(label="Vraag aan het centrum", widget=forms.Textarea(attrs={"rows": 2}))
    potassium = forms.CharField(label="Kalium", widget=forms.TextInput(attrs={"inputmode": "decimal"}))
    weight = forms.CharField(
        label="Gewicht", required=False, widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    rhythm = forms.ChoiceField(label="Ritme op ECG", choices=[("", "Kies"), ("sinus", "sinusritme")])
    swelling = forms.ChoiceField(
        label="Vocht in de benen",
        choices=[("no", "Nee"), ("yes", "Ja"), ("unknown", "Onbekend")],
        widget=forms.RadioSelect,
    )
    consent = forms.BooleanField(label="Patiënt is akkoord met verwijzen")
    search = forms.CharField(label="Zoeken", required=False, widget=forms.TextInput(attrs={"type": "search"}))
    status = forms.ChoiceField(
        label="Stand", required=False, choices=[("", "alle"), ("open", "wacht op triage")]
    )


def style(request: HttpRequest) -> HttpResponse:
    """All components, in the reader's theme."""
    context = example_context()
    sections = [
        {
            "id": name,
            "title": title,
            "html": render_to_string(f"style/{name}.html", context, request=request),
            "source": (EXAMPLES / f"{name}.html").read_text(encoding="utf-8").strip(),
        }
        for name, title in SECTIONS.items()
    ]
    return render(request, "style.html", {"sections": sections})


def example_context() -> dict[str, Any]:
    """What the examples use: invented people, doses and figures."""
    timeline = example_timeline()
    shares = [
        IntervalRow(label="Op streefdosis na 6 maanden", share=0.62, low=0.54, high=0.69, n=146, norm=0.6),
        IntervalRow(label="Gezien binnen de norm", share=0.81, low=0.74, high=0.87, n=152, norm=0.9),
        IntervalRow(label="Heropname binnen 30 dagen", share=None, n=7, note="minder dan 10"),
    ]
    figures = (18, 16, 17, 21, 15, 14, 9, 8, 9, None, 7, 8)
    months = ("nov", "dec", "jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt")
    runs = [
        RunPoint(label, value, signal=value is not None and value < 9)
        for label, value in zip(months, figures, strict=True)
    ]
    bars = [BarRow(label="1e lijn", value=41), BarRow(label="1,5 lijn", value=118, note="75%", tone="accent")]
    return {
        "form": ExampleForm({"question": "Sinds 5 weken kortademig bij traplopen.", "weight": "78,4"}),
        "filter_form": ExampleForm(),
        "why": [
            {"text": "NT-proBNP 840 ng/l (≥ 125) bij klachten", "source": "ESC 2021", "rule": "HF-R-04"},
            {"text": "NYHA II, geen alarmsymptomen"},
            {"text": "geen reden voor de 2e lijn", "local": True},
        ],
        "missing": [{"text": "Kalium ontbreekt", "effect": "boven 6,0 wordt dit spoed"}],
        "facts": [
            {"text": "9 weken geleden laatste stap (≥ 2 nodig)"},
            {"text": "pols 68, bovendruk 112", "on": date(2025, 10, 13)},
            {"text": "kalium 4,8 mmol/l", "on": date(2025, 7, 20), "stale": True},
        ],
        "page": Paginator(range(48), 12).page(2),
        "rows": [
            {"name": "mw. A. de Vries-Jansen", "about": "02-09-1951 (74 jaar)", "days": 6, "norm": 14},
            {"name": "dhr. T. Voorbeeld", "about": "14-03-1948 (77 jaar)", "days": 19, "norm": 14},
        ],
        "steps": [
            {"label": "Verstuurd", "state": "done", "note": "12-10-2025"},
            {"label": "Triage", "state": "done", "note": "13-10-2025"},
            {"label": "Ingepland", "state": "current", "note": "27-10-2025 09:30"},
            {"label": "Gezien", "state": "todo"},
        ],
        "events": [
            {
                "at": date(2025, 10, 13),
                "title": "Verwijzing aangenomen",
                "who": "S. Bakker, VS",
                "tone": "ok",
            },
            {
                "at": date(2025, 10, 12),
                "title": "Aanvulling gevraagd",
                "who": "S. Bakker, VS",
                "text": "Kalium?",
            },
        ],
        "tabs": [
            {"label": "Overzicht", "url": "#", "current": True},
            {"label": "Metingen", "url": "#", "current": False, "count": 3},
            {"label": "Brieven", "url": "#", "current": False},
        ],
        "timeline_chart": charts.timeline_chart(**timeline),
        "timeline_table": charts.timeline_table(**timeline),
        "interval_chart": charts.interval_chart(shares, title="Uitkomsten met 95%-interval"),
        "interval_table": charts.interval_table(shares),
        "run_chart": charts.run_chart(
            runs, title="Wachttijd tot eerste afspraak", unit="dagen", centre=14, lower=9, upper=22, norm=14
        ),
        "bar_chart": charts.bar_chart(bars, title="Verwijzingen per lijn"),
        "sparkline": charts.sparkline(
            [81.2, 80.9, 80.1, 79.4, 78.8, 78.4], title="Gewicht: van 81,2 naar 78,4 kg in 6 weken"
        ),
    }


def example_timeline() -> dict[str, Any]:
    """An invented half year of up-titration with a pause for a high potassium."""
    start = date(2025, 5, 1)

    def on(days: int) -> date:
        return start + timedelta(days=days)

    doses = [
        DoseLane(
            label="RAS-remmer",
            sub="sacubitril/valsartan",
            target=200,
            steps=[
                DoseStep(on(0), on(14), 50, "24/26 mg 2 dd"),
                DoseStep(on(14), on(84), 100, "49/51 mg 2 dd"),
                DoseStep(on(84), on(105), 150, "73/77 mg 2 dd"),
                DoseStep(on(105), None, 200, "97/103 mg 2 dd"),
            ],
        ),
        DoseLane(
            label="Bètablokker",
            sub="bisoprolol",
            target=10,
            steps=[
                DoseStep(on(0), on(21), 1.25, "1,25 mg 1 dd"),
                DoseStep(on(21), on(42), 2.5, "2,5 mg 1 dd"),
                DoseStep(on(42), on(112), 5, "5 mg 1 dd"),
                DoseStep(on(112), None, 7.5, "7,5 mg 1 dd"),
            ],
        ),
        DoseLane(
            label="MRA",
            sub="spironolacton",
            target=50,
            steps=[
                DoseStep(on(28), on(77), 25, "25 mg 1 dd"),
                DoseStep(on(105), on(126), 12.5, "12,5 mg 1 dd"),
                DoseStep(on(126), None, 25, "25 mg 1 dd"),
            ],
        ),
        DoseLane(
            label="SGLT2-remmer",
            sub="dapagliflozine",
            target=10,
            steps=[DoseStep(on(7), None, 10, "10 mg 1 dd")],
        ),
    ]
    high = Limit(low=5.5, tone="danger", label="te hoog")
    raised = Limit(low=5.0, high=5.5, tone="attention", label="verhoogd")
    measures = [
        _lane("Kalium", "mmol/l", 1, on, [4.2, 4.3, 4.6, 5.1, 5.7, 4.9, 4.8, 4.6, 4.7, 4.8], [high, raised]),
        _lane("eGFR", "ml/min/1,73 m²", 0, on, [58, 57, 55, 53, 47, 50, 51, 50, 49, 50], [Limit(high=30)]),
        _lane(
            "Bovendruk", "mmHg", 0, on, [142, 136, 134, 128, 124, 121, 112, 108, 110, 112], [Limit(high=95)]
        ),
    ]
    return {
        "title": "Doseringen en metingen op één tijdlijn",
        "start": start,
        "end": date(2025, 10, 27),
        "today": TODAY,
        "dose_lanes": doses,
        "measure_lanes": measures,
        "events": [Event(on(77), "MRA gestopt", "danger"), Event(on(84), "Besproken", "info")],
    }


def _lane(
    label: str, unit: str, decimals: int, on: Any, values: list[float], limits: list[Limit]
) -> MeasureLane:
    days = (0, 14, 35, 63, 77, 84, 105, 126, 140, 161)
    points = [Point(on(day), value) for day, value in zip(days, values, strict=True)]
    return MeasureLane(label=label, unit=unit, decimals=decimals, points=points, limits=limits)
