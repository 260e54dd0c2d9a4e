"""The disbursement room."""
