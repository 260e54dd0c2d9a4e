"""The followup room."""
