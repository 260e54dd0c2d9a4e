"""People whom a case concerns, who stands for them, and what they consented to."""

from fundflow.people.models import Consent, Guardianship, Person

__all__ = ["Consent", "Guardianship", "Person"]
