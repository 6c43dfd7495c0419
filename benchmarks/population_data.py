"""A generated population with a seed: an extract in Parquet, any size, the same on every machine.

Every value is a hash of patient, row and seed, so that the data does not depend on threads or order. The shape
is that of a practice's extract (docs/extracts.md); the distributions are plain, not clinical.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

MEASUREMENTS_EACH = 12
ROW_GROUP = 122_880

# code, unit, lowest, span, decimals: potassium, creatinine, eGFR, NT-proBNP, blood pressures, pulse, weight, height,
# LVEF, sodium, haemoglobin
CODES = (
    ("513", "mmol/L", 3.2, 2.6, 1), ("523", "umol/L", 50, 180, 0), ("3583", "mL/min/1.73 m2", 12, 90, 0),
    ("1968", "ng/L", 20, 3000, 0), ("1744", "mmHg", 85, 100, 0), ("1740", "mmHg", 50, 50, 0),
    ("1875", "/min", 42, 80, 0), ("357", "kg", 48, 70, 1), ("8302-2", "cm", 150, 45, 0),
    ("10230-1", "%", 18, 50, 1), ("624", "mmol/L", 128, 20, 0), ("412", "mmol/l", 6, 5, 1),
)  # fmt: skip
PROBLEMS = (("K77", 70), ("T90.02", 90), ("R95", 60), ("K76", 70), ("K02", 40), ("R02", 60), ("K86", 250))
DRUGS = (
    ("C07AB07", 120),
    ("C09AA02", 110),
    ("C03CA01", 70),
    ("C03DA01", 30),
    ("A10BK01", 25),
    ("A10BA02", 90),
)


def write_extract(
    folder: Path,
    *,
    patients: int,
    seed: int = 1,
    shuffled: bool = False,
    memory_gb: float = 2.0,
    until: str = "2026-11-21",
) -> None:
    """Write patients, measurements (12 each), problems and medication; `shuffled`: measurements in no order."""
    folder.mkdir(parents=True, exist_ok=True)
    db = duckdb.connect()
    db.execute(f"SET memory_limit = '{memory_gb}GB'")
    db.execute("SET temp_directory = ?", [str(folder / "spill")])

    def draw(salt: str, of: str) -> str:
        return f"(hash({of} * 1000003 + {seed} * 7919 + {salt}) % 1000000)"

    def write(name: str, sql: str) -> None:
        db.execute(f"COPY ({sql}) TO '{folder / name}.parquet' (FORMAT parquet, ROW_GROUP_SIZE {ROW_GROUP})")

    write(
        "patients",
        f"""SELECT i AS patient, DATE '{until}' - (18 * 365 + {draw("1", "i")} % (80 * 365))::INTEGER AS birth_date,
        CASE WHEN {draw("2", "i")} < 500000 THEN 'M' ELSE 'V' END AS sex FROM range({patients}) AS t(i)""",
    )
    code, unit, value = (
        f"CASE k {' '.join(f'WHEN {at} THEN {expression}' for at, expression in enumerate(choices))} END"
        for choices in (
            [f"'{code}'" for code, *_ in CODES],
            [f"'{unit}'" for _, unit, *_ in CODES],
            [f"round({low} + {span} * draw / 1e6, {decimals})" for _, _, low, span, decimals in CODES],
        )
    )
    event = f"i * {MEASUREMENTS_EACH} + n"
    order = (
        f"ORDER BY hash(patient * 31 + date::VARCHAR::DATE - DATE '1970-01-01' + {seed})" if shuffled else ""
    )
    write(
        "measurements",
        f"""SELECT i AS patient, {code} AS code, {value} AS value, {unit} AS unit, date FROM (
            SELECT i, ({draw("3", event)} % {len(CODES)})::INTEGER AS k, {draw("4", event)} AS draw,
            DATE '{until}' - (pow({draw("5", event)} / 1e6, 2) * 1500)::INTEGER AS date
            FROM range({patients}) AS t(i), range({MEASUREMENTS_EACH}) AS u(n)) {order}""",
    )
    write("problems", _coded("code", PROBLEMS, patients, draw, "10", until, 6000))
    write("medication", _coded("code", DRUGS, patients, draw, "20", until, 200))
    db.close()


def _coded(column: str, shares, patients: int, draw, salt: str, until: str, days: int) -> str:  # type: ignore[no-untyped-def]
    """Rows of a code for a share (per thousand) of the patients."""
    rows = " UNION ALL ".join(
        f"""SELECT i AS patient, '{code}' AS {column},
        DATE '{until}' - ({draw(f"{salt} * 1000 + {at}", "i")} % {days})::INTEGER AS date
        FROM range({patients}) AS t(i) WHERE {draw(f"{salt} * 2000 + {at}", "i")} % 1000 < {share}"""
        for at, (code, share) in enumerate(shares)
    )
    return f"SELECT * FROM ({rows}) ORDER BY patient"
