"""Verbs of the disbursement room: tranches and their payments, purchases up to their handover."""
