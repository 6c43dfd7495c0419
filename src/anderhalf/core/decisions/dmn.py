"""Decision tables to and from DMN XML: reads 1.1 to 1.5, writes 1.3, which the common editors read.

What DMN has no place for (units, ranges, on_unknown, sources, grades, languages) travels in
`extensionElements` of namespace `EXTENSION`; a table that is written and read back is equal to the original.
"""

from anderhalf.core.decisions.dmn_names import EXTENSION
from anderhalf.core.decisions.dmn_read import DmnFile, Outside, read_dmn
from anderhalf.core.decisions.dmn_write import write_dmn
from anderhalf.core.decisions.dmn_xml import DmnError

__all__ = ["EXTENSION", "DmnError", "DmnFile", "Outside", "read_dmn", "write_dmn"]
