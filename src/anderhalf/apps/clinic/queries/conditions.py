"""What the record says of a patient that forbids classes of drugs by itself: shown wherever the register is."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from anderhalf.apps.network.queries import pathways_on
from anderhalf.apps.people.followers import Condition
from anderhalf.apps.people.models import Patient
from anderhalf.apps.record.queries import facts_of
from anderhalf.core.decisions.facts import usable_value
from anderhalf.core.wording import within
from anderhalf.presentation.formatting import in_words
from anderhalf.presentation.language import label_of

from ..titration.gather import protocol_of


def conditions_of(patient: UUID) -> list[Condition]:
    """The facts of the protocols' ``contraindication_facts`` that are so now, each with the classes that it forbids.

    ``Angio-oedeem doorgemaakt: geen ACE-remmer, ARB en ARNI``. Two queries. The caller has established access.
    """
    on, found = timezone.localdate(), dict[str, Condition]()
    network = Patient.objects.values_list("network_id", flat=True).get(pk=patient)
    for pathway in pathways_on(network, on=on):
        protocol = protocol_of(pathway)
        if protocol is None:
            continue
        forbids = {name: keys for name, keys in protocol.contraindication_facts.items() if name not in found}
        known = facts_of(patient, dictionary={name: pathway.facts[name] for name in forbids}, on=on)
        for name, keys in forbids.items():
            if usable_value(pathway.facts[name], known, on=on) is not True:
                continue
            classes = in_words([within(label_of(protocol.drug_class[key].title)) for key in keys])
            words = _("%(finding)s: geen %(classes)s") % {
                "finding": label_of(pathway.facts[name].label),
                "classes": classes,
            }
            found[name] = Condition(words=words, on=known[name].on or on)
    return list(found.values())
