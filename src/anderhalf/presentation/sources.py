"""Sources as shown: what the service itself says in them is in the reader's language, a title stays a title."""

from __future__ import annotations

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as N_  # noqa: N812  gettext's own name for it

from .language import language

OWN_WORDS = frozenset(
    {
        N_("eigen afspraak"),
        N_("verzonnen"),
        N_("verzonnen contract"),
        N_("verzonnen, som van de praktijken"),
        N_("verzonnen, naar de orde van grootte van een gepubliceerd verslag"),
        N_("verzonnen bedrag voor de demonstratie"),
        N_("aanname"),
        N_("uren zijn een aanname"),
        N_("geen norm gevonden"),
        N_("geen gepubliceerde inclusielijst gevonden"),
    }
)
"""What agreements say instead of a source. A title of a Dutch source is not translated: it is found by its title."""


def shown_source(text: str, english: str = "") -> SafeString:
    """``eigen afspraak; Treant`` as the reader reads it; what stays Dutch is marked as Dutch for who hears it. The
    agreement may give it in ``english`` itself."""
    if english and language() == "en":
        return format_html("{}", english)
    parts = [part.strip() for part in text.split(";") if part.strip()]
    if language() == "nl":
        return format_html("{}", "; ".join(parts))
    return format_html_join("; ", "{}", ((_part(one),) for one in parts))


def _part(part: str) -> SafeString | str:
    return gettext(part) if part in OWN_WORDS else format_html('<span lang="nl">{}</span>', part)
