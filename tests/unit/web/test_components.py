"""Components: what goes in comes out escaped, named and without inline styles or scripts."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Paginator
from django.template import engines
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from anderhalf.apps.people.viewer import Viewer
from anderhalf.web import style_views

TEMPLATES = Path(style_views.__file__).parent / "templates"
EVIL = '"><script>alert(1)</script>'


@pytest.fixture(autouse=True)
def _in_dutch():
    with translation.override("nl"):
        yield


def request_for(path: str = "/stijl/", role: str = "vs"):
    request = RequestFactory().get(path)
    request.viewer = Viewer(user_id="x", name="S. Bakker", role=role, organisation_name="Centrum Oost")
    request.now = datetime(2025, 10, 20, 12, 0, tzinfo=UTC)
    request.htmx = False
    request.session = {}
    request.user = AnonymousUser()
    request._messages = []
    return request


def component(source: str, tmp_path: Path, settings, request=None, **context) -> str:
    """Render a snippet that uses components, the way an app's template does."""
    from copy import deepcopy

    (tmp_path / "snippet.html").write_text(source)
    changed = deepcopy(settings.TEMPLATES)
    changed[0]["DIRS"] = [tmp_path, *changed[0]["DIRS"]]
    settings.TEMPLATES = changed
    return engines["django"].get_template("snippet.html").render(context, request)


def test_every_component_stands_on_the_style_page():
    examples = "\n".join(path.read_text() for path in (TEMPLATES / "style").glob("*.html"))
    pages = "\n".join(path.read_text() for path in TEMPLATES.glob("*.html"))
    names = {path.stem.replace("_", "-") for path in (TEMPLATES / "cotton").glob("*.html")}
    shown = set(re.findall(r"<c-([a-z-]+)", examples + pages))
    assert names - shown == {"draft", "fieldset"} - shown


def test_every_example_is_on_the_page():
    assert {path.stem for path in (TEMPLATES / "style").glob("*.html")} == set(style_views.SECTIONS)


@pytest.mark.django_db
def test_the_style_page_has_no_inline_style_or_script(monkeypatch):
    monkeypatch.setattr("anderhalf.web.context.rail_counts", lambda viewer, *, at: {})
    html = style_views.style(request_for()).content.decode()
    assert " style=" not in html
    assert not re.search(r"<script(?![^>]*\bsrc=)", html)
    assert not re.search(r"<[^>]+\son[a-z]+=", html)
    assert "<style" not in html
    assert "<c-" not in re.sub(r"<code>.*?</code>", "", html, flags=re.S)


def test_no_template_carries_inline_style_or_script():
    for path in TEMPLATES.rglob("*.html"):
        text = path.read_text()
        assert " style=" not in text, path
        assert not re.search(r"<script(?![^>]*\bsrc=)", text), path
        assert not re.search(r"\son[a-z]+=\"", text), path


def test_text_given_to_a_component_is_escaped(tmp_path, settings):
    html = component(
        '<c-card title="{{ evil }}"><c-advice title="{{ evil }}" :facts="facts" rule="{{ evil }}" />'
        '<c-badge>{{ evil }}</c-badge><c-person :name="evil" /></c-card>',
        tmp_path,
        settings,
        evil=EVIL,
        facts=[EVIL],
    )
    assert "<script" not in html
    assert html.count("&lt;script&gt;") >= 5


def test_components_do_not_inherit_each_others_values(tmp_path, settings):
    html = component(
        '<c-card title="Buiten"><c-card><p>binnen</p></c-card></c-card>', tmp_path, settings, note="lekt niet"
    )
    assert html.count("Buiten") == 1
    assert "lekt niet" not in html


def test_a_field_ties_label_help_error_and_unit_together(tmp_path, settings):
    form = style_views.ExampleForm({"potassium": ""})
    html = component(
        '<c-field :field="form.potassium" unit="mmol/l" help="Nuchter" />', tmp_path, settings, form=form
    )
    assert '<label for="id_potassium">Kalium <span class="required">(verplicht)</span></label>' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_potassium_error"' in html
    assert "id_potassium_error" in re.search(r'aria-describedby="([^"]+)"', html)[1]
    assert '<span class="unit">mmol/l</span>' in html
    assert "Dit veld is verplicht." in html


def test_choices_become_a_fieldset_with_a_legend(tmp_path, settings):
    html = component('<c-field :field="form.swelling" />', tmp_path, settings, form=style_views.ExampleForm())
    assert "<fieldset" in html
    assert "<legend>Vocht in de benen" in html


def test_an_answer_without_a_line_says_that_it_is_undecided(tmp_path, settings):
    html = component('<c-line-answer :missing="missing" />', tmp_path, settings, missing=["Kalium ontbreekt"])
    assert "Nog niet te zeggen" in html
    assert "Kalium ontbreekt" in html
    assert "aria-current" not in html


def test_a_button_is_a_link_only_when_it_goes_somewhere(tmp_path, settings):
    html = component(
        '<c-button href="/x/">a</c-button><c-button name="n" value="v">b</c-button>', tmp_path, settings
    )
    assert re.search(r'<a class="button secondary" href="/x/"', html)
    assert re.search(r'<button class="button secondary" type="submit" name="n" value="v"', html)


@pytest.mark.parametrize(
    ("days", "norm", "over"),
    [
        (6, 14, ""),
        (14, 14, ""),
        (15, 14, "1 dag langer dan afgesproken"),
        (19, 14, "5 dagen langer dan afgesproken"),
    ],
)
def test_waiting_is_coloured_and_worded_only_past_the_norm(days, norm, over, tmp_path, settings):
    html = component('<c-waiting :days="days" :norm="norm" />', tmp_path, settings, days=days, norm=norm)
    assert ("waiting danger" in html) is bool(over)
    assert over in html
    assert ElementTree.fromstring(re.search(r"<svg viewBox.*?</svg>", html)[0]) is not None


@pytest.mark.parametrize(
    ("days", "said"), [(0, "vandaag binnengekomen"), (1, "gisteren binnengekomen"), (9, "9 dagen geleden")]
)
def test_waiting_is_said_as_a_person_would(days, said, tmp_path, settings):
    shown = '<c-waiting :days="days" :norm="28" :before="before" />'
    html = component(shown, tmp_path, settings, days=days, before=date(2026, 12, 27))
    assert said in html and "plannen vóór 27 december" in html
    assert "/ 28" not in html


def test_the_pager_keeps_the_filters(tmp_path, settings, monkeypatch):
    monkeypatch.setattr("anderhalf.web.context.rail", lambda *_: [])
    page = Paginator(range(48), 12).page(2)
    request = request_for("/x/?status=open&page=2")
    html = component('<c-pager :page="page" />', tmp_path, settings, request, page=page)
    assert "?status=open&amp;page=3" in html
    assert "?status=open&amp;page=1" in html
    assert "13 tot en met 24 van 48" in html


@pytest.mark.parametrize(
    ("query", "leads_to", "icon"),
    [
        ("", "?sort=naam", "#sort"),
        ("?sort=naam&page=3", "?sort=-naam", "#up-arrow"),
        ("?sort=-naam", "?sort=naam", "#down-arrow"),
    ],
)
def test_a_sort_link_turns_round_and_goes_back_to_the_first_page(
    query, leads_to, icon, tmp_path, settings, monkeypatch
):
    monkeypatch.setattr("anderhalf.web.context.rail", lambda *_: [])
    request = request_for(f"/x/{query}")
    html = component('<c-sort name="naam" label="Patiënt" />', tmp_path, settings, request)
    assert f'href="{leads_to}"' in html
    assert icon in html


BANNER = SimpleNamespace(
    name="dhr. T. Voorbeeld",
    sex_label="man",
    birth_date=date(1948, 3, 14),
    bsn_masked="•••••0511",
    gp_name="Praktijk De Linde",
    diagnosis="HFrEF",
    allergies=["lisinopril"],
    alerts=[],
    treatment_limits=["geen IC-opname", "niet reanimeren"],
    deceased_on=None,
)


@pytest.mark.django_db
def test_the_banner_names_the_patient_and_the_title_does_not():
    html = render_to_string("base_patient.html", {"banner": BANNER, "tabs": []}, request=request_for())
    assert re.search(r"<h1[^>]*>dhr\. T\. Voorbeeld</h1>", html)
    assert "Voorbeeld" not in re.search(r"<title>.*?</title>", html)[0]
    assert "geen IC-opname en niet reanimeren" in html
    assert "14-03-1948" in html
    assert "overleden" not in html


@pytest.mark.django_db
def test_the_banner_says_that_somebody_has_died_and_at_what_age():
    dead = SimpleNamespace(**{**vars(BANNER), "deceased_on": date(2025, 1, 2)})
    html = render_to_string("base_patient.html", {"banner": dead}, request=request_for())
    assert "overleden op 02-01-2025" in html
    assert "(76 jaar)" in html
    assert "banner deceased" in html


def test_icons_that_are_asked_for_exist():
    sprite = (TEMPLATES.parent / "static" / "img" / "icons.svg").read_text()
    known = set(re.findall(r'<symbol id="([\w-]+)"', sprite))
    asked = set()
    for path in (TEMPLATES.parent.parent).rglob("templates/**/*.html"):
        asked |= set(re.findall(r'<c-icon name="([\w-]+)"', path.read_text()))
        asked |= set(re.findall(r'\sicon="([\w-]+)"', path.read_text()))
    assert asked <= known, asked - known
