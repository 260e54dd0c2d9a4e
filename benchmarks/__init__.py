"""Measurements of the product on the machine at hand: the commands `pages`, `moves`, `forms` and `letters` of this folder."""
