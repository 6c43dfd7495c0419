"""What the second opinion (`titration_recheck`) reads: one patient's chart in plain Python, and the published doses."""

from __future__ import annotations

from dataclasses import dataclass, field

ACE, ARB, ARNI, MRA, BB = "ace_inhibitor", "arb", "arni", "mra", "beta_blocker"
SGLT2, LOOP, IVABRADINE, VERICIGUAT = "sglt2_inhibitor", "loop_diuretic", "ivabradine", "vericiguat"
RAS = (ACE, ARB, ARNI)
KIDNEY = (*RAS, MRA)
"""Classes after whose every step potassium and creatinine are wanted (SPS-ACE, SPS-SPI, PMJ)."""


@dataclass(frozen=True)
class Published:
    """One drug as ESC21 table 8 (or the text named beside it) gives it: milligrams per intake, intakes a day."""

    start: tuple[float, float]
    most: tuple[float, float]
    steps: tuple[float, ...]
    interval: int
    """Least number of days between two steps."""


DOSES: dict[str, Published] = {
    "C09AA01": Published((6.25, 3), (50, 3), (6.25, 12.5, 25, 50), 14),
    "C09AA02": Published((2.5, 2), (20, 2), (2.5, 5, 10, 20), 14),
    "C09AA03": Published((5, 1), (35, 1), (2.5, 5, 10, 20, 35), 14),
    "C09AA05": Published((2.5, 2), (5, 2), (2.5, 5), 14),
    # Perindopril: its product text, for heart failure (erbumine 2 and 4 mg, arginine 2.5 and 5 mg).
    "C09AA04": Published((2.5, 1), (5, 1), (2, 2.5, 4, 5), 14),
    "C09AA10": Published((0.5, 1), (4, 1), (0.5, 1, 2, 4), 14),
    "C09DX04": Published((49, 2), (97, 2), (24, 49, 97), 14),
    "C07AB07": Published((1.25, 1), (10, 1), (1.25, 2.5, 3.75, 5, 7.5, 10), 14),
    "C07AG02": Published((3.125, 2), (25, 2), (3.125, 6.25, 12.5, 25, 50), 14),
    "C07AB02": Published((25, 1), (200, 1), (12.5, 25, 50, 100, 200), 14),
    "C07AB12": Published((1.25, 1), (10, 1), (1.25, 2.5, 5, 10), 14),
    "C03DA01": Published((25, 1), (50, 1), (12.5, 25, 50), 28),
    "C03DA04": Published((25, 1), (50, 1), (25, 50), 28),
    "A10BK01": Published((10, 1), (10, 1), (10,), 0),
    "A10BK03": Published((10, 1), (10, 1), (10,), 0),
    "C09CA06": Published((4, 1), (32, 1), (4, 8, 16, 32), 14),
    # Losartan: the tablet of 25 mg is half the published start, so never too much.
    "C09CA01": Published((50, 1), (150, 1), (25, 50, 100, 150), 14),
    "C09CA03": Published((40, 2), (160, 2), (40, 80, 160), 14),
    "C01EB17": Published((5, 2), (7.5, 2), (2.5, 5, 7.5), 14),
    "C01DX22": Published((2.5, 1), (10, 1), (2.5, 5, 10), 14),
}
LOOP_MOST = {"C03CA01": 240.0, "C03CA02": 5.0, "C03CA04": 20.0}
"""Highest usual daily dose of a loop diuretic in mg (ESC21S table 7)."""
CARVEDILOL, EPLERENONE, ENTRESTO = "C07AG02", "C03DA04", "C09DX04"
RECENT_LABORATORY = 90
"""Days: "recent" in FK24; laboratory of at most three months in the referral letter (Amsterdam UMC)."""
STABLE_LABORATORY = 183
"""Days: when stable, blood at least every six months (ESC21 p.3636); for classes that do not act on it."""
RECENT_VITALS = 14
"""Days: pulse, pressure and congestion belong to each visit (PMJ-BB), and visits are two weeks apart at the least."""
PAUSE = 60
"""Days without the class that still count as a pause of the same treatment when its kidney baseline is looked up."""
RAPID_UNTIL, RAPID_INTERVAL = 42, 7
"""Days: intensive care is for the first six weeks after discharge (ESC23, SHF1), seen weekly at the most (SHF2)."""
STOPPED_FOR_VALUES = (
    "hyperkalaemia",
    "renal",
    "hypotension",
    "bradycardia",
    "acute_illness",
    "surgery",
    "unknown",
    "",
)
SAFETY = ("hyperkalaemia", "renal")


@dataclass(frozen=True)
class Taken:
    """One drug in one dose over one period; days are ordinals."""

    drug_class: str
    atc: str
    amount: float
    per_day: float
    since: int
    until: int | None = None
    reason: str = ""
    ended_by: str = ""

    @property
    def daily(self) -> float:
        """Milligrams a day."""
        return self.amount * self.per_day


@dataclass
class Chart:
    """Everything that is written down about one patient on one day."""

    today: int
    age: float
    results: dict[str, list[tuple[int, float | None]]] = field(default_factory=dict)
    """Every measurement ever, oldest first; None is a spoilt sample."""
    answers: dict[str, tuple[int, object]] = field(default_factory=dict)
    """Latest answer to each question, with its day; a question never asked is absent."""
    taken: list[Taken] = field(default_factory=list)
    others: frozenset[str] = frozenset()
    """Groups of other drugs in use: nsaid, potassium, lithium, verapamil_diltiazem, …"""
    tolerances: tuple[tuple[str, str, str], ...] | None = ()
    """(class, kind, ATC or empty); None: never asked."""
    most_tolerated: frozenset[str] = frozenset()
    restart_agreed: frozenset[str] = frozenset()
    rapid: bool = False
    discharged: int | None = None

    def last(self, name: str, within: int | None = None) -> float | None:
        """The newest measurement; None when there is none, when it is spoilt, or older than so many days."""
        found = self.results.get(name)
        if not found or (within is not None and self.today - found[-1][0] > within):
            return None
        return found[-1][1]

    def day(self, name: str) -> int:
        """The day of the newest measurement; 0 when never."""
        found = self.results.get(name)
        return found[-1][0] if found else 0

    def until(self, name: str, day: int) -> float | None:
        """The newest good measurement of that day or before."""
        good = [value for at, value in self.results.get(name, ()) if at <= day and value is not None]
        return good[-1] if good else None

    def says(self, name: str, within: int | None = None) -> object:
        """The newest answer; None when unknown or older than so many days."""
        found = self.answers.get(name)
        if found is None or (within is not None and self.today - found[0] > within):
            return None
        return found[1]

    def using(self, *classes: str) -> list[Taken]:
        """What is taken now of these classes."""
        return [one for one in self.taken if one.until is None and one.drug_class in classes]

    def ended(self, *classes: str) -> list[Taken]:
        """What was taken before of these classes, the one that ended last at the end."""
        found = [one for one in self.taken if one.until is not None and one.drug_class in classes]
        return sorted(found, key=lambda one: one.until or 0)

    def last_step(self, *classes: str) -> int:
        """The day of the newest start, change of dose or stop in these classes; 0 never."""
        days = [day for one in self.taken if one.drug_class in classes for day in (one.since, one.until or 0)]
        return max(days, default=0)

    def began(self, *classes: str) -> int | None:
        """The day on which the present treatment with these classes began, bridging changes of dose and pauses."""
        uses = [one for one in self.taken if one.drug_class in classes]
        begin = min((one.since for one in uses if one.until is None), default=None)
        for one in sorted(self.ended(*classes), key=lambda use: use.since, reverse=True):
            begin = self.today if begin is None and self.today - (one.until or 0) <= PAUSE else begin
            if begin is not None and one.since < begin and begin - (one.until or 0) <= PAUSE:
                begin = one.since
        return begin


@dataclass(frozen=True)
class Step:
    """What was proposed for a class."""

    drug_class: str
    kind: str
    """start, increase or switch."""
    atc: str
    amount: float
    per_day: float

    @property
    def daily(self) -> float:
        """Milligrams a day."""
        return self.amount * self.per_day


@dataclass(frozen=True)
class Forbidden:
    """Why a step may not be taken, and where that is written."""

    rule: str
    source: str


def above(value: float | None, limit: float) -> bool:
    """Known and above."""
    return value is not None and value > limit


def below(value: float | None, limit: float) -> bool:
    """Known and below."""
    return value is not None and value < limit
