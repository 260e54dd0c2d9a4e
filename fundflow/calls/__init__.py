"""Calls as staff run them: drafted, published, carried on by the clock, corrected by corrigendum, cancelled."""
