"""People for tests: one per role and organisation, made on demand, and clients who are really signed in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count
from uuid import uuid4

from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client

from anderhalf.apps.people.identifiers import search_index
from anderhalf.apps.people.models import (
    CareRelation,
    Membership,
    Network,
    Organisation,
    Patient,
    Professional,
    User,
)
from anderhalf.apps.people.viewer import Viewer, viewer_of

PASSWORD = "een lang wachtwoord voor tests"
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

WHERE = {
    "gp": ("praktijk_de_linde",),
    "poh": ("praktijk_de_linde",),
    "vs": ("anderhalf_oost",),
    "pa": ("anderhalf_oost",),
    "hf_nurse": ("anderhalf_oost",),
    "cardiologist": ("ziekenhuis", "anderhalf_oost", "anderhalf_west"),
    "internist": ("ziekenhuis", "anderhalf_oost"),
    "paramedic": ("thuiszorg",),
    "district_nurse": ("thuiszorg",),
    "enurse": ("thuiszorg",),
    "project_leader": ("huisartsengroep",),
    "billing": ("huisartsengroep",),
    "insurer": ("verzekeraar_noord",),
    "administrator": ("huisartsengroep",),
    "privacy_officer": ("huisartsengroep",),
}
OTHER_WHERE = {
    "gp": ("praktijk_westerhof",),
    "poh": ("praktijk_westerhof",),
    "vs": ("anderhalf_west",),
    "pa": ("anderhalf_west",),
    "hf_nurse": ("anderhalf_west",),
}


def test_bsns():
    """BSNs of test persons (9999…) that pass the 11-test, one after the other."""
    for number in count(999900000):
        digits = f"{number:09d}"
        total = sum(w * int(d) for w, d in zip((9, 8, 7, 6, 5, 4, 3, 2, -1), digits, strict=True))
        if total % 11 == 0:
            yield digits


@dataclass
class People:
    """``people.viewer("poh")`` and friends; the same person each time. ``other=True`` works elsewhere."""

    network: Network
    at: datetime
    _users: dict[tuple[str, bool], User] = field(default_factory=dict)
    _bsns: object = field(default_factory=test_bsns)
    _numbers: object = field(default_factory=lambda: count(1))

    def organisation(self, key: str) -> Organisation:
        return Organisation.objects.get(network=self.network, key=key)

    def user(self, role: str, *, other: bool = False) -> User:
        if (role, other) not in self._users:
            number = next(self._numbers)
            user = User.objects.create(username=f"{role}-{number}")
            user.set_password(PASSWORD)
            user.save()
            TOTP.activate(user, TOTP_SECRET)
            if role == "patient":
                patient = self.patient()
                patient.user = user
                patient.save()
            else:
                professional = Professional.objects.create(
                    network=self.network,
                    user=user,
                    initials="T.",
                    family_name=f"Test{role.title().replace('_', '')}{number}",
                    agb=f"9999{number:04d}",
                )
                for key in (OTHER_WHERE if other else WHERE).get(role, WHERE[role]):
                    Membership.objects.create(
                        professional=professional,
                        organisation=self.organisation(key),
                        role=role,
                        since=date(2024, 1, 1),
                    )
            self._users[role, other] = User.objects.get(pk=user.pk)
        return self._users[role, other]

    def viewer(self, role: str, *, other: bool = False) -> Viewer:
        return viewer_of(
            self.user(role, other=other), on=self.at.date(), network_point="127.0.0.1", second_factor=True
        )

    def patient(
        self,
        *,
        practice: str = "praktijk_de_linde",
        birth_date: date = date(1948, 3, 14),
        sex: str = "male",
        family_name: str = "",
        **more,
    ) -> Patient:
        number = next(self._numbers)
        bsn = next(self._bsns)
        patient = Patient.objects.create(
            network=self.network,
            initials="T.",
            family_name=family_name or f"Proefpersoon{number}",
            birth_date=birth_date,
            sex=sex,
            bsn=bsn,
            bsn_index=search_index(bsn),
            practice=self.organisation(practice),
            recorded_at=self.at,
            **more,
        )
        CareRelation.objects.create(
            patient=patient,
            organisation=patient.practice,
            kind=CareRelation.Kind.GP_OF_RECORD,
            starts_at=datetime(2024, 1, 1, tzinfo=self.at.tzinfo),
        )
        return patient

    def client(self, role: str, *, other: bool = False, language: str = "nl") -> Client:
        """A client that is signed in with password and second factor, as the session records say."""
        user = self.user(role, other=other)
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        session = client.session
        now = self.at.timestamp()
        session["account_authentication_methods_user"] = str(user.pk)
        session["account_authentication_methods"] = [
            {"method": "password", "at": now, "username": user.username},
            {"method": "mfa", "at": now, "type": "totp"},
        ]
        session.save()
        client.cookies["anderhalf_language"] = language
        return client


def submission() -> str:
    """A fresh form key, as a page would hand out."""
    return str(uuid4())
