"""Programmes as data: definitions, their published versions, and the calls that run under them."""

from fundflow.programmes.calls import open_call
from fundflow.programmes.checking import check
from fundflow.programmes.definition import (
    Check,
    Criteria,
    Criterion,
    FollowUp,
    OfAge,
    ProgrammeFile,
    TranchePlan,
)
from fundflow.programmes.loading import Definition, compiled, folders, parse, read_folder
from fundflow.programmes.models import Call, Programme, ProgrammeVersion
from fundflow.programmes.openings import declare_opening
from fundflow.programmes.service import definition_of, latest_version, publish

__all__ = [
    "Call",
    "Check",
    "Criteria",
    "Criterion",
    "Definition",
    "FollowUp",
    "OfAge",
    "Programme",
    "ProgrammeFile",
    "ProgrammeVersion",
    "TranchePlan",
    "check",
    "compiled",
    "declare_opening",
    "definition_of",
    "folders",
    "latest_version",
    "open_call",
    "parse",
    "publish",
    "read_folder",
]
