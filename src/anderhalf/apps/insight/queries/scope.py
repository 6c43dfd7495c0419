"""Whose figures a viewer gets: own centre, own practice, own contracts or the network; and with small counts or not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from anderhalf.apps.network import queries as network
from anderhalf.apps.people.access import Right, can_access, check_access
from anderhalf.apps.people.models import Organisation
from anderhalf.apps.people.roles import CENTRE, FIRST_LINE, SPECIALISTS, Role
from anderhalf.apps.people.viewer import Viewer
from anderhalf.core.evaluation.publication import NETWORK, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """``centres`` and ``practices`` may be chosen from; ``None`` in ``only_*`` means no restriction.

    ``protected``: small counts are hidden. ``unit_of_all`` are the units that "everything" stands for.
    """

    name: str
    protected: bool
    centres: tuple[Organisation, ...]
    practices: tuple[Organisation, ...]
    only_centres: frozenset[UUID] | None
    only_practices: frozenset[UUID] | None
    all_centres: tuple[Organisation, ...]
    all_practices: tuple[Organisation, ...]
    texts_of: frozenset[UUID]

    @property
    def units(self) -> tuple[Unit, ...]:
        """The units of publication that together are everything in this scope."""
        if self.only_practices is not None:
            return tuple(("practice", one.key) for one in self.all_practices if one.pk in self.only_practices)
        if self.only_centres is None or self.only_centres >= {one.pk for one in self.all_centres}:
            return (NETWORK,)
        return tuple(("centre", one.key) for one in self.all_centres if one.pk in self.only_centres)


def scope_of(viewer: Viewer, *, at: datetime) -> Scope:
    """What this viewer's results are about. Refuses who may not see results at all."""
    check_access(viewer, Right.VIEW_RESULTS)
    known = Organisation.objects.filter(network=viewer.network, kind__in=("centre", "practice")).order_by(
        "name"
    )
    centres = tuple(one for one in known if one.kind == Organisation.Kind.CENTRE)
    practices = tuple(one for one in known if one.kind == Organisation.Kind.PRACTICE)
    mine = set(viewer.organisation_ids)
    common = {"protected": not can_access(viewer, Right.VIEW_SMALL_COUNTS), "all_centres": centres}
    common |= {
        "all_practices": practices,
        "only_centres": None,
        "only_practices": None,
        "texts_of": frozenset(),
    }
    if viewer.role in CENTRE | SPECIALISTS:
        own = tuple(one for one in centres if one.pk in mine)
        ids = frozenset(one.pk for one in own)
        names = ", ".join(one.name for one in own)
        return Scope(
            **common | {"only_centres": ids, "texts_of": ids}, name=names, centres=own, practices=practices
        )
    if viewer.role in FIRST_LINE:
        own = tuple(one for one in practices if one.pk in mine)
        ids = frozenset(one.pk for one in own)
        return Scope(
            **common | {"only_practices": ids},
            name=", ".join(one.name for one in own),
            centres=(),
            practices=(),
        )
    if viewer.role == Role.INSURER:
        keys = _contracted(viewer, at=at)
        own = tuple(one for one in centres if one.key in keys)
        return Scope(
            **common | {"only_centres": frozenset(one.pk for one in own)},
            name=", ".join(one.name for one in own),
            centres=(),
            practices=(),
        )
    may_choose = viewer.role == Role.PROJECT_LEADER
    return Scope(
        **common, name="", centres=centres if may_choose else (), practices=practices if may_choose else ()
    )


def _contracted(viewer: Viewer, *, at: datetime) -> set[str]:
    """The organisation keys of the centres with which the viewer's insurers have, or had, a contract."""
    agreement = network.agreement_on(viewer.network, on=timezone.localdate(at))
    keys = set(Organisation.objects.filter(pk__in=viewer.organisation_ids).values_list("key", flat=True))
    return {agreement.centres[c.centre].organisation for c in agreement.contracts if c.insurer in keys}
