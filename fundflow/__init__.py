"""fundflow: grant and fund management whose workflows are data."""
