"""Calls as staff run them."""
