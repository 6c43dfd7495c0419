"""Titration for a whole population at once: the answers of `core.pathway.titration`, column by column.

`Cohort` holds what the record knows of many people as NumPy columns; `ColumnEngine` is made from a protocol and
answers for all of them. Cells are read by `UnaryTest.matches` and doses by `Drug`, the same as for one patient; what is
derived from the record is written again for columns, and `tests/unit/population/test_titration_columns.py` compares
both on random patients. A cohort holds what the engine for one patient settles first: one drug per class, no
combination tablets, no impossible or doubled results, no corrected ones.
"""

from anderhalf.population.titration.cohort import Cohort, Labels, as_patient
from anderhalf.population.titration.engine import KINDS, Answers, ColumnEngine

__all__ = ["KINDS", "Answers", "Cohort", "ColumnEngine", "Labels", "as_patient"]
