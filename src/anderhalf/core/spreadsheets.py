"""Every CSV that leaves the service: as a Dutch spreadsheet opens it, and with no text that it would run as a formula.

UTF-8 with byte order mark and semicolons opens with one press, accents and all.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from io import StringIO

BOM = "\ufeff"
DELIMITER = ";"
FORMULA = r"^[=+\-@\t\r\n]"
"""How a text begins that a spreadsheet takes for a formula."""
NUMBER = r"^[+-]?[0-9]+(?:[.,][0-9]+)*%?$"
"""A number may begin with a sign."""
_FORMULA, _NUMBER = re.compile(FORMULA), re.compile(NUMBER)


def guarded(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.match(text) else text


def csv_text(rows: Iterable[Iterable[str]]) -> str:
    """Rows of texts as a whole file, byte order mark included."""
    lines = StringIO()
    writer = csv.writer(lines, delimiter=DELIMITER, lineterminator="\r\n")
    for row in rows:
        writer.writerow([guarded(cell) for cell in row])
    return BOM + lines.getvalue()
