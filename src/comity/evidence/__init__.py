"""Admit: the append-only, bitemporal store of records, and the way from a number to its row."""
