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
    Referrals,
    Shareable,
    TranchePlan,
)
from fundflow.programmes.loading import Definition, compiled, folders, parse, read_folder
from fundflow.programmes.models import Call, Programme, ProgrammeVersion
from fundflow.programmes.openings import declare_opening
from fundflow.programmes.providers import ACTS_AS, provider_kinds
from fundflow.programmes.service import definition_of, latest_version, publish

__all__ = [
    "ACTS_AS",
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
    "Referrals",
    "Shareable",
    "TranchePlan",
    "check",
    "compiled",
    "declare_opening",
    "definition_of",
    "folders",
    "latest_version",
    "open_call",
    "parse",
    "provider_kinds",
    "publish",
    "read_folder",
]
