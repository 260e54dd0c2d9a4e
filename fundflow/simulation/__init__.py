"""Cases that walk a programme by themselves, to try it before anybody is hurt by it."""

from fundflow.simulation.walk import rehearsal, simulate

__all__ = ["rehearsal", "simulate"]
