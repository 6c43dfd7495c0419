"""Names that the DMN reader and writer share."""

from __future__ import annotations

from anderhalf.core.decisions.facts import FactType
from anderhalf.core.decisions.model import HitPolicy

WRITTEN_NAMESPACE = "https://www.omg.org/spec/DMN/20191111/MODEL/"
EXTENSION = "urn:anderhalf:dmn:1"
"""Namespace of our extension elements."""

TYPE_NAMES = {
    FactType.NUMBER: "number",
    FactType.BOOLEAN: "boolean",
    FactType.CODE: "string",
    FactType.TEXT: "string",
    FactType.DATE: "date",
}

POLICY_NAMES = {
    HitPolicy.UNIQUE: ("UNIQUE", ""),
    HitPolicy.ANY: ("ANY", ""),
    HitPolicy.PRIORITY: ("PRIORITY", ""),
    HitPolicy.FIRST: ("FIRST", ""),
    HitPolicy.RULE_ORDER: ("RULE ORDER", ""),
    HitPolicy.OUTPUT_ORDER: ("OUTPUT ORDER", ""),
    HitPolicy.COLLECT: ("COLLECT", ""),
    HitPolicy.COLLECT_SUM: ("COLLECT", "SUM"),
    HitPolicy.COLLECT_MIN: ("COLLECT", "MIN"),
    HitPolicy.COLLECT_MAX: ("COLLECT", "MAX"),
    HitPolicy.COLLECT_COUNT: ("COLLECT", "COUNT"),
}
"""DMN's hitPolicy and aggregation."""
