"""The applications room."""
