"""What an invented patient comes with: the values of the referral, and how they move from visit to visit.

Numbers only have to be plausible together; no clinical rule is written here. Which line the agreement answers is
decided by the agreement's own tables when the referral is sent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from random import Random

from anderhalf.apps.record.actions import NewObservation
from anderhalf.apps.referrals.actions import Content
from anderhalf.core.decisions.facts import Value

RED_FLAGS = ("chest_pain_at_rest", "dyspnoea_at_rest", "hypoperfusion", "syncope", "abrupt_deterioration")


def number(value: float, decimals: int = 0) -> Decimal:
    """A measured value with as many decimals as it would be written with."""
    return Decimal(str(round(value, decimals) if decimals else round(value)))


@dataclass
class Body:
    """How a patient is doing; moves a little from visit to visit."""

    random: Random
    systolic: float = 0
    heart_rate: float = 0
    weight: float = 0
    potassium: float = 0
    creatinine: float = 0
    egfr: float = 0
    nt_probnp: float = 0
    lvef: int = 0
    nyha: int = 0
    rhythm: str = "sinus"
    taught: list[str] = field(default_factory=list)

    @classmethod
    def invent(cls, random: Random) -> Body:
        """A patient at referral."""
        egfr = max(32, min(88, random.gauss(58, 13)))
        return cls(
            random=random,
            systolic=random.gauss(132, 12),
            heart_rate=random.gauss(80, 8),
            weight=max(50, random.gauss(80, 13)),
            potassium=random.gauss(4.4, 0.25),
            creatinine=5600 / egfr + random.gauss(0, 4),
            egfr=egfr,
            nt_probnp=random.lognormvariate(6.9, 0.6),
            lvef=random.choice((28, 31, 33, 35, 38, 40, 44, 47, 52, 55, 58)),
            nyha=random.choice((2, 2, 2, 3)),
            rhythm=random.choices(("sinus", "af"), (4, 1))[0],
        )

    def improve(self) -> None:
        """What treatment does between two visits, give or take."""
        self.systolic = max(98, self.systolic - self.random.uniform(1, 7))
        self.heart_rate = max(58, self.heart_rate - self.random.uniform(2, 7))
        self.weight -= self.random.uniform(0.2, 1.2)
        self.potassium = min(5.3, max(3.8, self.potassium + self.random.uniform(-0.15, 0.25)))
        self.egfr = max(30, self.egfr - self.random.uniform(-1.5, 2.5))
        self.creatinine = 5600 / self.egfr
        self.nt_probnp *= self.random.uniform(0.6, 0.85)
        self.nyha = max(1, self.nyha - self.random.choice((0, 0, 1)))

    def vital_signs(self) -> dict[str, Value]:
        """What is measured at every visit."""
        return {
            "systolic_bp": number(self.systolic),
            "diastolic_bp": number(self.systolic * 0.58),
            "heart_rate": number(self.heart_rate),
            "weight": number(self.weight, 1),
            "nyha": ("", "I", "II", "III", "IV")[self.nyha],
            "rhythm": self.rhythm,
        }

    def laboratory(self) -> dict[str, Value]:
        """What the laboratory sends at most visits."""
        return {
            "potassium": number(self.potassium, 1),
            "creatinine": number(self.creatinine),
            "egfr": number(self.egfr),
            "sodium": number(self.random.gauss(139, 1.6)),
        }


def at_moment(values: dict[str, Value], at: datetime) -> list[NewObservation]:
    """Values that are all true at one moment."""
    return [NewObservation(fact=fact, value=value, at=at) for fact, value in values.items()]


@dataclass(frozen=True)
class Case:
    """The referral of one invented patient."""

    content: Content
    values: dict[str, Value]
    direction: str


def first_line_case(body: Body, *, kind: str) -> Case:
    """A referral by GP or POH: ``suspected`` heart failure, or ``known`` with medication still to be set."""
    random = body.random
    weeks = random.randint(2, 9)
    complaint = random.choice(
        (
            "kortademig bij traplopen en dikke enkels",
            "sneller moe en kortademig bij inspanning",
            "in korte tijd aangekomen en kortademig bij bukken",
            "minder inspanningstolerantie, slaapt met een extra kussen maar kan plat liggen",
        )
    )
    values: dict[str, Value] = {
        **dict.fromkeys(RED_FLAGS, False),
        **body.vital_signs(),
        **body.laboratory(),
        "height": number(random.gauss(172, 8)),
        "oxygen_saturation": number(random.choice((95, 96, 97, 98))),
        "haemoglobin": number(random.gauss(8.4, 0.6), 1),
        "glucose": number(random.gauss(6.1, 0.8), 1),
        "tsh": number(random.gauss(2.1, 0.6), 1),
        "orthopnoea": random.random() < 0.1,
        "ankle_oedema": random.random() < 0.55,
        "congestion": random.random() < 0.35,
        "loop_diuretic": random.random() < 0.5,
        "new_angina": False,
        "correctable_cause_suspected": False,
        "specific_cause_suspected": False,
        "advanced_hf_sign": False,
        "new_ecg_abnormality": False,
        "ecg_result": random.choice(("abnormal", "abnormal", "normal")),
        "nt_probnp": number(max(160, body.nt_probnp)),
        "nsaid": random.random() < 0.08,
        "expectations_discussed": True,
        "hypertension": random.random() < 0.6,
        "diabetes": random.random() < 0.28,
        "copd": random.random() < 0.2,
        "coronary_disease": random.random() < 0.3,
        "rate_slowing_drug": True,
        "beta_blocker": kind == "known",
        "pregnant": False,
        "heart_failure_known": kind == "known",
    }
    if kind == "known":
        values |= {
            # As the letter below says. Beside these an NSAID is a danger, which needs a call that this story lacks.
            "loop_diuretic": True,
            "ace_inhibitor": True,
            "nsaid": False,
            "hf_admission_ever": False,
            "hf_admissions_12_months": Decimal(0),
            "lvef": number(body.lvef),
            "optimal_therapy_3_months": False,
            "therapy_status": "titrating",
            "device_assessed": False,
            "influenza_vaccinated": True,
        }
        content = Content(
            intent="titration",
            reason=f"Bekend met hartfalen (LVEF {body.lvef}%), sinds {weeks} weken {complaint}. "
            "Graag instellen van de medicatie.",
            treatment_so_far="Bisoprolol 1,25 mg, enalapril 2,5 mg, furosemide 40 mg.",
            proposal="Optitratie en voorlichting.",
            patient_informed=True,
        )
    else:
        content = Content(
            intent="diagnosis",
            reason=f"Sinds {weeks} weken {complaint}. Vermoeden van hartfalen; NT-proBNP "
            f"{values['nt_probnp']} ng/l. Graag diagnostiek en zo nodig instellen van medicatie.",
            treatment_so_far=random.choice(("Nog geen.", "Furosemide 40 mg 1 dd gestart.", "")),
            proposal="Echo en beoordeling.",
            tests_asked=["echo", "ecg"],
            patient_informed=True,
        )
    return Case(content, values, "from_first_line")


def second_line_case(body: Body, *, admitted_days_ago: int | None, at: datetime) -> Case:
    """A patient whom the cardiologist refers down, after an admission or from the clinic."""
    values: dict[str, Value] = {
        **dict.fromkeys(RED_FLAGS, False),
        **body.vital_signs(),
        **body.laboratory(),
        "heart_failure_known": True,
        "advanced_hf_sign": False,
        "lvef": number(body.lvef),
        "nt_probnp": number(body.nt_probnp),
        "therapy_status": "titrating",
        "optimal_therapy_3_months": False,
        "device_assessed": False,
        "hf_admission_ever": admitted_days_ago is not None,
        "pregnant": False,
    }
    if admitted_days_ago is not None:
        from datetime import timedelta

        day = (at - timedelta(days=admitted_days_ago)).date()
        values |= {"last_hf_admission_on": day, "hf_admissions_12_months": Decimal(1)}
        return Case(
            Content(
                intent="titration",
                reason=f"Ontslagen na opname voor hartfalen (LVEF {body.lvef}%). "
                "Graag controle en optitratie dicht bij huis.",
                treatment_so_far="Ontwaterd met furosemide i.v., nu 40 mg; bisoprolol 1,25 mg en enalapril 2,5 mg.",
                proposal="Eerste controle binnen twee weken, daarna optitratie volgens protocol.",
                patient_informed=True,
                discharged_on=day,
            ),
            values,
            "from_second_line",
        )
    return Case(
        Content(
            intent="follow_up" if body.random.random() < 0.4 else "titration",
            reason=f"Poliklinisch bekend met hartfalen (LVEF {body.lvef}%), "
            "verdere instelling kan in de anderhalvelijn.",
            treatment_so_far="Bisoprolol 2,5 mg, enalapril 2,5 mg, spironolacton 12,5 mg en dapagliflozine 10 mg.",
            proposal="Optitratie en daarna terug naar de huisarts.",
            patient_informed=True,
        ),
        values,
        "from_second_line",
    )
