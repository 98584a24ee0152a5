"""Measure: declared indicators, compiled to SQL, give a panel with coverage and known variance."""
