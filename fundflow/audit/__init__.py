"""The audit trail: append-only, hash-chained, written in the transaction of what it records."""

from fundflow.audit.models import AuditEvent
from fundflow.audit.service import Fault, record, verify

__all__ = ["AuditEvent", "Fault", "record", "verify"]
