"""Measurements of the product on the machine at hand: `pages`, `moves`, `forms` and `letters`."""
