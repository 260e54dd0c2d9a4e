"""Measurements of the product on the machine at hand: `pages`, `moves`, `engine`, `forms` and `letters`."""
