"""Reads of disbursement; each of them starts from the cases that the actor may see."""
