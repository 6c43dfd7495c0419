"""The heart-failure pathway as it lies in pathways/, read once."""

from __future__ import annotations

import pytest

from anderhalf.content import load_pathway, pathway_folder, read_folder
from anderhalf.core.pathway.model import Pathway


@pytest.fixture(scope="session")
def pathway() -> Pathway:
    folder = pathway_folder("heart_failure")
    return load_pathway(read_folder(folder), str(folder))
