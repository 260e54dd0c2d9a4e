"""The guards and effects of the approval room; importing them registers them."""

from fundflow.approval.rules import appeals, decisions

__all__ = ["appeals", "decisions"]
