"""Applications from a former system or from paper: read a file, map its columns, hand in what holds."""

from fundflow.applications.importing.mapping import Mapping, MappingFault, default_mapping, read_mapping
from fundflow.applications.importing.run import Refusal, Report, run
from fundflow.applications.importing.sources import FileFault

__all__ = [
    "FileFault",
    "Mapping",
    "MappingFault",
    "Refusal",
    "Report",
    "default_mapping",
    "read_mapping",
    "run",
]
