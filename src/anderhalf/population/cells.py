"""The cells of an extract as SQL: text, dates and numbers as they come, NULL where they cannot be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

NUMBER = r"^[+-]?[0-9]{1,9}([.,][0-9]{1,6})?$"
DATE_FORMATS = (
    "%Y-%m-%d", "%d-%m-%Y", "%Y%m%d", "%d/%m/%Y", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M",
    "%Y-%m-%d %H:%M", "%d-%m-%Y %H:%M", "%d-%m-%Y %H:%M:%S",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """One file of the extract, readable as a SQL relation."""

    relation: str
    columns: Mapping[str, str]
    """Column of the shape -> its name in the file."""
    types: Mapping[str, str]
    """Name in the file -> SQL type."""

    def raw(self, column: str) -> str:
        """A column as it is; NULL when the file lacks it."""
        return name_of(self.columns[column]) if column in self.columns else "NULL::VARCHAR"

    def type_of(self, column: str) -> str:
        """The SQL type of a column; empty when the file lacks it."""
        return self.types[self.columns[column]] if column in self.columns else ""

    def text(self, column: str) -> str:
        """A column as trimmed text; NULL when empty."""
        if self.type_of(column) == "VARCHAR":
            return f"nullif(trim({self.raw(column)}), '')"
        return f"{self.raw(column)}::VARCHAR"

    def day(self, column: str) -> tuple[str, str]:
        """A date as (day number, minute of the day); NULL when it cannot be read."""
        kind = self.type_of(column)
        if not kind:
            return "NULL::INTEGER", "0::SMALLINT"
        if kind == "DATE":
            return f"({self.raw(column)} - DATE '1970-01-01')::INTEGER", "0::SMALLINT"
        moment = self.raw(column)
        if not kind.startswith("TIMESTAMP"):
            moment = f"try_strptime({self.text(column)}, {list(DATE_FORMATS)})"
        return (
            f"({moment}::DATE - DATE '1970-01-01')::INTEGER",
            f"(date_part('hour', {moment}) * 60 + date_part('minute', {moment}))::SMALLINT",
        )

    def unread_day(self, column: str) -> str:
        """The text of a date, to tell an unreadable one from none."""
        # Only text can be unreadable; writing out typed dates would cost more than all the rest.
        return self.text(column) if self.type_of(column) == "VARCHAR" else "NULL::VARCHAR"

    def micro(self, column: str) -> str:
        """A number in millionths as a whole number; NULL when it is not a number."""
        kind, name = self.type_of(column), self.raw(column)
        if not kind:
            return "NULL::BIGINT"
        if kind in ("DOUBLE", "FLOAT"):
            # Infinity and NaN are above every limit; round after scaling keeps up to six decimals exactly.
            return f"CASE WHEN abs({name}) < 1e9 THEN CAST(round({name}::DOUBLE * 1e6) AS BIGINT) END"
        if kind != "VARCHAR":
            return f"CAST({name}::DECIMAL(18, 6) * 1000000 AS BIGINT)"
        number = f"replace(trim({name}), ',', '.')"
        return (
            f"CASE WHEN regexp_matches(trim({name}), '{NUMBER}') "
            f"THEN CAST(CAST({number} AS DECIMAL(18, 6)) * 1000000 AS BIGINT) END"
        )

    @property
    def line(self) -> str:
        """The line (text) or row (Parquet) of the file, from 1."""
        return '"line"' if "line" in self.types else "file_row_number + 1"


def name_of(column: str) -> str:
    """A column name as SQL."""
    return '"' + column.replace('"', '""') + '"'


def text_of(text: str) -> str:
    """A text as SQL."""
    return "'" + text.replace("'", "''") + "'"
