"""Reads across all rooms; each of them starts from the cases that the actor may see."""
