"""Issued documents: numbered, frozen, rendered by a worker, and confirmed to whoever holds the paper."""

from fundflow.documents.checks import Finding, check
from fundflow.documents.definition import Letter
from fundflow.documents.models import Document, DocumentState
from fundflow.documents.numbers import next_number
from fundflow.documents.queries import failed, file, get, of_application, of_subject
from fundflow.documents.service import Confirmation, issue, retry_failed, verify
from fundflow.documents.typesetter import RenderFault, require

__all__ = [
    "Confirmation",
    "Document",
    "DocumentState",
    "Finding",
    "Letter",
    "RenderFault",
    "check",
    "failed",
    "file",
    "get",
    "issue",
    "next_number",
    "of_application",
    "of_subject",
    "require",
    "retry_failed",
    "verify",
]
