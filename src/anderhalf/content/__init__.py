"""Reads pathways/ and networks/ into typed, checked content. The text may come from files or the database.

`load_pathway` and `load_network` work on a mapping of file name to text, so that a published version stored
by hash loads exactly as it did on disk. All faults are collected and raised together as `ContentErrors`.
"""

from anderhalf.content.agreement import Agreement
from anderhalf.content.faults import ContentErrors, ContentFault
from anderhalf.content.folder import content_hash, read_folder
from anderhalf.content.loading import load_network, load_pathway, pathways_used
from anderhalf.content.paths import content_root, network_folder, pathway_folder

__all__ = [
    "Agreement",
    "ContentErrors",
    "ContentFault",
    "content_hash",
    "content_root",
    "load_network",
    "load_pathway",
    "network_folder",
    "pathway_folder",
    "pathways_used",
    "read_folder",
]
