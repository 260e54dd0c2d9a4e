"""Verbs of the case file."""
