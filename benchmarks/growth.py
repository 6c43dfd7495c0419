"""The whole search end to end, each size in a process of its own: seconds, memory, and whether growth is linear."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from benchmarks.measure import Line, peak_megabytes, processor_seconds, stopwatch
from benchmarks.population_data import write_extract

ON = date(2026, 11, 21)


def run(*, sizes: Sequence[int], engine: str = "embedded", data: Path | None = None) -> Iterator[Line]:
    """Per size: clock, processor time per patient and peak memory."""
    per_patient = {}
    for patients in sizes:
        with tempfile.TemporaryDirectory() as place:
            extract = (data or Path(place)) / f"extract-{patients}"
            if not extract.exists():
                write_extract(extract, patients=patients, memory_gb=3.0)
            done = subprocess.run(
                [sys.executable, "-m", "benchmarks.growth", str(extract), str(Path(place) / "out"), engine],
                check=True, capture_output=True, text=True,
            )  # fmt: skip
        found = json.loads(done.stdout.splitlines()[-1])
        per_patient[patients] = found["processor"] / patients
        name = f"{patients / 1e6:g} million patients, {patients * 12 / 1e6:g} million measurements"
        yield Line(f"{name}: on the clock", found["clock"], "s")
        yield Line(f"{name}: processor time per patient", found["processor"] / patients * 1e6, "us")
        yield Line(f"{name}: peak memory", found["memory"], "MB", "at most 6000", found["memory"] < 6000)
    first, last = per_patient[min(sizes)], per_patient[max(sizes)]
    yield Line(
        "time per patient, largest / smallest", last / first, "x", "about 1 or less", last / first < 1.25
    )


def main(extract: str, out: str, engine_name: str) -> None:
    """One search; prints its figures as JSON."""
    from anderhalf.content import load_pathway, pathway_folder, read_folder
    from anderhalf.population.casefind import find_cases
    from anderhalf.population.criteria import read_criteria
    from anderhalf.population.engines import open_engine

    folder = pathway_folder("heart_failure")
    criteria = read_criteria(load_pathway(read_folder(folder), str(folder)))
    clock, before = stopwatch(), processor_seconds()
    engine = open_engine(engine_name)
    report = find_cases(Path(extract), Path(out), criteria=criteria, on=ON, engine=engine)
    engine.close()
    figures = {
        "clock": clock(), "processor": processor_seconds() - before, "memory": peak_megabytes(),
        "counts": dict(report.counts),
    }  # fmt: skip
    print(json.dumps(figures))


if __name__ == "__main__":
    main(*sys.argv[1:])
