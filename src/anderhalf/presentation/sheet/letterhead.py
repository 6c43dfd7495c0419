"""What stands at the head of the sheet, from the agreement itself."""

from __future__ import annotations

from datetime import date

from anderhalf.content import Agreement
from anderhalf.core.pathway.flowchart.words import in_language
from anderhalf.core.pathway.model import Pathway

from . import Letterhead, Phone
from .words import WORDS


def letterhead_of(
    agreement: Agreement, pathway: Pathway, *, on: date, url: str, language: str, logo: str = ""
) -> Letterhead:
    """The network, its version, and the numbers to call on a day: hospitals for urgent questions, open centres."""
    urgent = WORDS[language]["urgent"]
    hospitals = [
        Phone(name=urgent.format(hospital=one.name), phone=one.phone_urgent, urgent=True)
        for one in agreement.of_kind("hospital")
        if one.phone_urgent
    ]
    centres = [
        Phone(name=in_language(one.title, language), phone=agreement.organisations[one.organisation].phone)
        for one in agreement.centres.values()
        if one.from_day <= on
    ]
    return Letterhead(
        network=in_language(agreement.title, language),
        version=agreement.version,
        valid_from=agreement.valid_from,
        pathway_version=pathway.version,
        content_hash=pathway.hash,
        phones=(*hospitals, *centres),
        url=url,
        logo=logo,
    )
