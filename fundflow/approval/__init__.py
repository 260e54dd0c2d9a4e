"""The approval room."""
