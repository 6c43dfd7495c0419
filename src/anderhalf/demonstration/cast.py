"""Who plays in the demonstration: invented professionals with ready accounts, and invented patients.

Names are made of common Dutch parts; birth dates and test BSNs (9999…) are made, so nobody real is meant.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random
from uuid import UUID

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.hashers import make_password

from anderhalf.apps.people.identifiers import BSN_WEIGHTS
from anderhalf.apps.people.models import Carer, Membership, Network, Organisation, Patient, Professional, User
from anderhalf.apps.people.viewer import Viewer, viewer_of
from anderhalf.web.demo_accounts import DEMO_PASSWORD


@dataclass(frozen=True)
class Player:
    """A professional: account name, role, where, and an invented name."""

    username: str
    role: str
    organisations: tuple[str, ...]
    initials: str
    prefix: str
    family_name: str
    agb: str = ""


PLAYERS = (
    Player("huisarts", "gp", ("praktijk_de_linde",), "M.J.", "van", "Lindenberg", "01999101"),
    Player("poh", "poh", ("praktijk_de_linde",), "S.", "", "Kuipers", "01999102"),
    Player("huisarts.sluis", "gp", ("praktijk_de_sluis",), "R.", "", "Sluiter", "01999103"),
    Player("poh.sluis", "poh", ("praktijk_de_sluis",), "N.", "el", "Amrani", "01999104"),
    Player("huisarts.molenzicht", "gp", ("praktijk_molenzicht",), "P.C.", "", "Molenaar", "01999105"),
    Player("poh.molenzicht", "poh", ("praktijk_molenzicht",), "J.", "de", "Wit", "01999106"),
    Player("huisarts.veer", "gp", ("praktijk_het_veer",), "T.", "", "Veerman", "01999107"),
    Player("huisarts.westerhof", "gp", ("praktijk_westerhof",), "H.", "", "Westerink", "01999108"),
    Player("poh.westerhof", "poh", ("praktijk_westerhof",), "D.", "", "Yildiz", "01999109"),
    Player("huisarts.duinen", "gp", ("praktijk_de_duinen",), "E.", "van der", "Duin", "01999110"),
    Player("vs", "vs", ("anderhalf_oost",), "A.M.", "de", "Boer", "91999201"),
    Player("vs2", "vs", ("anderhalf_oost",), "F.", "", "Haddad", "91999202"),
    Player("pa", "pa", ("anderhalf_oost",), "L.", "", "Smeets", "57999203"),
    Player("hfv", "hf_nurse", ("anderhalf_oost",), "K.", "", "Postma", "91999204"),
    Player("vs.west", "vs", ("anderhalf_west",), "I.", "", "Dijkstra", "91999205"),
    Player("hfv.west", "hf_nurse", ("anderhalf_west",), "W.", "ter", "Horst", "91999206"),
    Player(
        "cardioloog",
        "cardiologist",
        ("ziekenhuis", "anderhalf_oost", "anderhalf_west"),
        "C.H.",
        "van",
        "Hartevelt",
        "03999301",
    ),
    Player("internist", "internist", ("ziekenhuis", "anderhalf_oost"), "B.", "", "Nierop", "03999302"),
    Player("wijk", "district_nurse", ("thuiszorg",), "G.", "", "Thijssen", "91999401"),
    Player("dietist", "paramedic", ("thuiszorg",), "O.", "", "Voeding", "24999402"),
    Player("enurse", "enurse", ("thuiszorg",), "V.", "", "Digitaal", "91999403"),
    Player("projectleider", "project_leader", ("huisartsengroep",), "Y.", "", "Planting"),
    Player("declaraties", "billing", ("huisartsengroep",), "Q.", "", "Rekenaar"),
    Player("verzekeraar", "insurer", ("verzekeraar_noord",), "U.", "", "Noorderlicht"),
    Player("beheerder", "administrator", ("huisartsengroep",), "X.", "", "Sleutel"),
    Player("privacy", "privacy_officer", ("huisartsengroep",), "Z.", "", "Geheim"),
)
# One secret for all, so that the sign-in page can show the code; only ever in a network marked as demonstration.
TOTP_SECRET = "ANDERHALFVOORBEELDSTREEKDEMO2345"  # noqa: S105

FEMALE = (
    "Johanna",
    "Maria",
    "Anna",
    "Cornelia",
    "Elisabeth",
    "Wilhelmina",
    "Hendrika",
    "Fatima",
    "Grietje",
    "Neeltje",
)
MALE = ("Johannes", "Cornelis", "Hendrik", "Jan", "Pieter", "Willem", "Gerrit", "Jacobus", "Mohamed", "Dirk")
FAMILY = tuple(
    (prefix, name)
    for prefix, names in (
        (
            "",
            "Jansen Bakker Visser Smit Meijer Mulder Bos Vos Peters Hendriks Dekker Brouwer Willems Kok Jacobs "
            "Hoekstra Verhoeven Maas Prins Koster Huisman Kramer Schouten Postma Koning Evers Blom Wolters Sanders "
            "Molendijk Zeeman Oosterhuis Terpstra Kaya Yilmaz Bouzian Singh Veenstra Doornbos Kersten Nijland",
        ),
        ("de", "Vries Jong Graaf Haan Groot Bruin Lange Wit"),
        ("van", "Dijk Leeuwen Vliet Dam Beek Loon"),
        ("van den", "Berg Broek Heuvel Bosch"),
        ("van der", "Meer Linden Veen Heijden Velde Wal"),
        ("ter", "Horst Beek"),
    )
    for name in names.split()
)


def test_bsns() -> Iterator[str]:
    """Numbers for test persons (9999…) that pass the 11-test."""
    for number in range(999910000, 999999999):
        if sum(w * int(d) for w, d in zip(BSN_WEIGHTS, str(number), strict=True)) % 11 == 0:
            yield str(number)


@dataclass
class Cast:
    """The people of the demonstration, by account name; ``viewer("vs", at)`` is that person at that moment."""

    network: Network
    random: Random
    users: dict[str, User] = field(default_factory=dict)
    organisations: dict[str, Organisation] = field(default_factory=dict)
    tasks: list[tuple[UUID, str, datetime]] = field(default_factory=list)
    bsns: Iterator[str] = field(default_factory=test_bsns)
    _viewers: dict[tuple[str, int, int], Viewer] = field(default_factory=dict)

    def organisation(self, key: str) -> Organisation:
        """An organisation of the agreement by its key."""
        if not self.organisations:
            self.organisations = {row.key: row for row in Organisation.objects.filter(network=self.network)}
        return self.organisations[key]

    def viewer(self, username: str, at: datetime) -> Viewer:
        """Who this account is on the day of ``at``, signed in with the second factor on the demonstration machine."""
        key = (username, at.year, at.month)  # partners join on the first of a month
        if key not in self._viewers:
            self._viewers[key] = viewer_of(
                self.users[username], on=at.date(), network_point="127.0.0.1", second_factor=True
            )
        return self._viewers[key]

    def professional(self, username: str) -> UUID:
        """The professional's id behind an account."""
        return self.users[username].professional.pk


def enter(network: Network, random: Random, *, at: datetime) -> Cast:
    """Make every professional with account, second factor and roles."""
    cast = Cast(network, random)
    password = make_password(DEMO_PASSWORD)  # hashed once: hashing is slow on purpose
    for player in PLAYERS:
        user = User.objects.create(username=player.username, password=password)
        TOTP.activate(user, TOTP_SECRET)
        RecoveryCodes.activate(user)
        professional = Professional.objects.create(
            network=network,
            user=user,
            initials=player.initials,
            prefix=player.prefix,
            family_name=player.family_name,
            agb=player.agb,
        )
        for key in player.organisations:
            place = cast.organisation(key)
            Membership.objects.create(
                professional=professional,
                organisation=place,
                role=player.role,
                since=place.opened_on or at.date(),
            )
        cast.users[player.username] = user
    return cast


def account_for_patient(patient: Patient, username: str) -> User:
    """A ready account for a patient, with a second factor that the person may use."""
    user = User.objects.create(username=username, password=make_password(DEMO_PASSWORD))
    TOTP.activate(user, TOTP_SECRET)
    patient.user = user
    patient.save(update_fields=["user"])
    return user


def account_for_carer(patient: Patient, username: str, *, since: date) -> Carer:
    """A ready account for an informal carer whom the patient allows to look along."""
    user = User.objects.create(username=username, password=make_password(DEMO_PASSWORD))
    TOTP.activate(user, TOTP_SECRET)
    return Carer.objects.create(
        user=user,
        patient=patient,
        given_name="Lotte",
        family_name=patient.family_name,
        prefix=patient.prefix,
        relation="dochter",
        allowed_from=since,
    )


@dataclass(frozen=True)
class Person:
    """Particulars of an invented patient."""

    bsn: str
    sex: str
    birth_date: date
    initials: str
    given_name: str
    prefix: str
    family_name: str


def invent(cast: Cast, *, on: date) -> Person:
    """A patient between 48 and 93 years old; heart failure is an illness of the old (evaluation facts, CBS/vzinfo)."""
    random = cast.random
    sex = random.choice(("female", "male"))
    given = random.choice(FEMALE if sex == "female" else MALE)
    prefix, family_name = random.choice(FAMILY)
    age = min(93, max(48, round(random.gauss(76, 9))))
    return Person(
        bsn=next(cast.bsns),
        sex=sex,
        birth_date=date(on.year - age, random.randint(1, 12), random.randint(1, 28)),
        initials=f"{given[0]}.{random.choice('ABCDEGHJLMPRSTW')}.",
        given_name=given,
        prefix=prefix,
        family_name=family_name,
    )
