"""`make bench`: every figure in docs/performance.md, with ratios against named peers in the same run.

`python -m benchmarks [single] [population] [features] [growth] [titration] [spark] [--large]`; without names all,
Spark where it is installed. `--large` adds ten million patients, and gives titration a million patients instead of a
hundred thousand.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import shutil
from dataclasses import asdict
from pathlib import Path

# Ratios are of processor time on one core; set before Polars is imported.
os.environ.setdefault("POLARS_MAX_THREADS", "1")

from rich.console import Console

from benchmarks import features, growth, population, single, spark, titration
from benchmarks.measure import Line

PARTS = ("single", "population", "features", "growth", "titration", "spark")


def main() -> None:
    """Run the parts that were asked for, print them, and keep them in build/benchmarks.json."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=", ".join(PARTS))
    parser.add_argument("--large", action="store_true", help="ten million patients as well")
    parser.add_argument("--data", type=Path, help="folder in which generated extracts are kept")
    chosen = parser.parse_args()
    console = Console(width=120)
    sizes = [100_000, 1_000_000, *([10_000_000] if chosen.large else [])]
    runs = {
        "single": single.run,
        "population": lambda: population.run(rows=10_000_000 if chosen.large else 2_000_000),
        "features": features.run,
        "growth": lambda: growth.run(sizes=sizes, data=chosen.data),
        "titration": lambda: titration.run(patients=1_000_000 if chosen.large else 100_000),
        "spark": lambda: spark.run(rows=sizes[-1]),
    }
    load = os.getloadavg()[0]
    console.print(
        f"{os.cpu_count()} cores, load {load:.1f} at the start"
        + (" (shared: repeat on a quiet machine)" if load > 0.5 else "")
    )
    found: dict[str, list[dict[str, object]]] = {}
    has_spark = shutil.which("java") and importlib.util.find_spec("pyspark")
    for name in chosen.parts or (PARTS if has_spark else PARTS[:-1]):
        console.rule(name)
        for line in runs[name]():
            found.setdefault(name, []).append(asdict(line))
            show(console, line)
    target = Path("build") / "benchmarks.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps({"load": load, "parts": found}, indent=1))


def show(console: Console, line: Line) -> None:
    """One figure with what is wanted of it."""
    judged = "" if line.holds is None else ("[green]holds[/]" if line.holds else "[red]does not hold[/]")
    console.print(
        f"{line.value:>12,.2f} {line.unit:<14} {line.name}  {line.wanted} {judged}", highlight=False
    )


if __name__ == "__main__":
    main()
