"""Admit: the append-only, bitemporal store of records, and the way from any number back to its row."""
