"""Measurements of the product on the machine at hand: the commands `pages`, `moves` and `letters` of this folder."""
