"""The cells of an extract as SQL: text, dates and numbers as they come, NULL where they cannot be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

NUMBER = r"^[+-]?([0-9]{1,9}([.,][0-9]{1,6})?|[.,][0-9]{1,6})$"
TWO_DIGITS = r"^\d{1,2}[-/.]\d{1,2}[-/.]\d{2}( .*)?$"
"""A date whose year has two digits."""
GROUPED = (
    r"^[1-9][0-9]{0,2}((\.[0-9]{3})+,[0-9]{1,6}|(,[0-9]{3})+\.[0-9]{1,6}|( [0-9]{3})+([.,][0-9]{1,6})?"
    r"|(\.[0-9]{3}){2,}|(,[0-9]{3}){2,})$"
)
"""Thousands in groups that leave one reading; as `core.pathway.entry` reads what is typed."""
TWO_WAYS = r"^[1-9][0-9]{0,2}[.,][0-9]{3}$"
"""`8.900`: a thousands separator or a decimal; nobody can tell."""
COMPARATOR = r"^(<=|>=|<|>|≤|≥) *"
_MONTHS = (
    ("jan", 1), ("feb", 2), ("maa", 3), ("mrt", 3), ("mar", 3), ("apr", 4), ("mei", 5), ("may", 5), ("jun", 6),
    ("jul", 7), ("aug", 8), ("sep", 9), ("okt", 10), ("oct", 10), ("nov", 11), ("dec", 12),
)  # fmt: skip
_ISO = r"^\d{4}-\d{1,2}-\d{1,2}( \d{1,2}:\d{2}:\d{2}([.,]\d{1,9})?(Z|[+-](0\d|1[0-4]):?[0-5]\d)?)?$"
DUTCH_TIME = "Europe/Amsterdam"
"""The day of a moment is the day in the Netherlands; a time without a zone is Dutch time."""


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

    def day(self, column: str, *, until: int | None = None) -> tuple[str, str]:
        """A date as (day number, minute of the day); NULL when it cannot be read.

        A year of two digits is the last such year up to `until`; without it such a date cannot be read.
        """
        kind = self.type_of(column)
        if not kind:
            return "NULL::INTEGER", "0::SMALLINT"
        if kind == "DATE":
            return f"({self.raw(column)} - DATE '1970-01-01')::INTEGER", "0::SMALLINT"
        moment = self.raw(column)
        if kind == "TIMESTAMP WITH TIME ZONE":
            moment = f"timezone('{DUTCH_TIME}', {moment})"
        elif not kind.startswith("TIMESTAMP"):
            moment = _moment(self.text(column), until)
        return (
            f"({moment}::DATE - DATE '1970-01-01')::INTEGER",
            f"(date_part('hour', {moment}) * 60 + date_part('minute', {moment}))::SMALLINT",
        )

    def has_short_year(self, column: str) -> str:
        """Whether a date is written with a year of two digits."""
        if self.type_of(column) != "VARCHAR":
            return "false"
        return f"coalesce(regexp_matches({self.text(column)}, '{TWO_DIGITS}'), false)"

    def unread_day(self, column: str) -> str:
        """The text of a date, to tell an unreadable one from none."""
        # Only text can be unreadable; writing out typed dates would cost more than all the rest.
        return self.text(column) if self.type_of(column) == "VARCHAR" else "NULL::VARCHAR"

    def micro(self, column: str) -> str:
        """A number in millionths as a whole number; NULL when it is not a number."""
        kind, name = self.type_of(column), self.raw(column)
        if not kind:
            return "NULL::BIGINT"
        if kind != "VARCHAR":
            return _millionths(name)
        body = f"regexp_replace(trim(translate({name}, '\u00a0\u202f', '  ')), '{COMPARATOR}', '')"
        # In groups the last separator is the decimal when there are two kinds, and none of several of one kind is.
        whole = f"regexp_replace({body}, '[.,]([0-9]{{1,6}})$', '')"
        decimals = f"regexp_extract({body}, '[.,]([0-9]{{1,6}})$', 1)"
        both = f"regexp_matches({body}, '[.]') AND regexp_matches({body}, ',') OR regexp_matches({body}, ' ')"
        fraction = f"concat('0.', {decimals})"
        grouped = (
            f"CASE WHEN {both} THEN concat(regexp_replace({whole}, '[., ]', '', 'g'), '.0', '') "
            f"ELSE regexp_replace({body}, '[.,]', '', 'g') END"
        )
        return (
            f"CASE WHEN regexp_matches({body}, '{TWO_WAYS}') THEN NULL "
            f"WHEN regexp_matches({body}, '{NUMBER}') THEN {_millionths(_decimal(body))} "
            f"WHEN regexp_matches({body}, '{GROUPED}') THEN {_millionths(grouped)}"
            f" + CASE WHEN ({both}) AND {decimals} <> '' THEN {_millionths(fraction)} ELSE 0 END END"
        )

    def comparator(self, column: str) -> str:
        """The sign before a number, `<`, `<=`, `>` or `>=`; empty without one."""
        if self.type_of(column) != "VARCHAR":
            return "''"
        sign = f"regexp_extract(trim({self.raw(column)}), '{COMPARATOR}', 1)"
        return f"coalesce(replace(replace({sign}, '≤', '<='), '≥', '>='), '')"

    def in_two_ways(self, column: str) -> str:
        """Whether a number can be read in two ways."""
        if self.type_of(column) != "VARCHAR":
            return "false"
        body = f"regexp_replace(trim({self.raw(column)}), '{COMPARATOR}', '')"
        return f"coalesce(regexp_matches({body}, '{TWO_WAYS}'), false)"

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


def _moment(text: str, until: int | None) -> str:
    """A written date or moment as a timestamp in Dutch time.

    Every form is rewritten to ISO by its look; the cast then refuses a day that does not exist.
    """
    months = "".join(
        f" WHEN '{name}' THEN regexp_replace({text}, '^(\\d+)[-. ]+[A-Za-z]+\\.?[- ]+(\\d{{4}})', '\\2-{number}-\\1')"
        for name, number in _MONTHS
    )
    if until is None:
        short = "NULL"
    else:
        year = f"regexp_extract({text}, '^\\d+[-/.]\\d+[-/.](\\d+)', 1)"
        century = (
            f"CASE WHEN {year}::INTEGER > {until % 100} THEN '{until // 100 - 1}' ELSE '{until // 100}' END"
        )
        short = f"regexp_replace({text}, '^(\\d+)[-/.](\\d+)[-/.](\\d+)', concat({century}, '\\3-\\2-\\1'))"
    iso = f"""CASE
        WHEN regexp_matches({text}, '^\\d{{4}}-') THEN {text}
        WHEN regexp_matches({text}, '{TWO_DIGITS}') THEN {short}
        WHEN regexp_matches({text}, '^\\d{{1,2}}[-/.]\\d{{1,2}}[-/.]\\d{{4}}')
            THEN regexp_replace({text}, '^(\\d+)[-/.](\\d+)[-/.](\\d+)', '\\3-\\2-\\1')
        WHEN regexp_matches({text}, '^\\d{{8}}$')
            THEN regexp_replace({text}, '^(\\d{{4}})(\\d\\d)(\\d\\d)$', '\\1-\\2-\\3')
        WHEN regexp_matches({text}, '^\\d{{1,2}}[-. ]+[A-Za-z]{{3,9}}\\.?[- ]+\\d{{4}}')
            THEN CASE lower(regexp_extract({text}, '[A-Za-z]{{3}}')){months} END
        END"""
    # 10-11-2026T08:00Z has no seconds; a space stands between day and clock, none before the zone.
    spaced = f"regexp_replace({iso}, '[T ]+(\\d{{1,2}}:\\d\\d)', ' \\1')"
    timed = f"regexp_replace({spaced}, '( \\d+:\\d\\d)(:\\d\\d)?([.,]\\d+)? ?(Z|[+-]\\d\\d:?\\d\\d)?$', '\\1\\2\\3\\4')"
    whole = f"replace(regexp_replace({timed}, '( \\d+:\\d\\d)(Z|[+-]|$)', '\\1:00\\2'), ',', '.')"
    zoned = f"regexp_matches({text}, ':.*(Z|[+-]\\d\\d:?\\d\\d)$')"
    return (
        f"CASE WHEN regexp_matches({whole}, '{_ISO}') THEN CASE WHEN {zoned} "
        f"THEN timezone('{DUTCH_TIME}', TRY_CAST({whole} AS TIMESTAMPTZ)) ELSE TRY_CAST({whole} AS TIMESTAMP) END END"
    )


def _decimal(text: str) -> str:
    return f"replace({text}, ',', '.')"


def _millionths(number: str) -> str:
    # One cell with a date or a telephone number in it may not break the search. Infinity and NaN are above every
    # limit; below it, rounding after scaling keeps up to six decimals exactly (10^15 is less than 2^53).
    read = f"TRY_CAST({number} AS DOUBLE)"
    return f"CASE WHEN abs({read}) < 1e9 THEN CAST(round({read} * 1e6) AS BIGINT) END"
