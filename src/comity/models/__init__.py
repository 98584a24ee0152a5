"""Estimate: readings, phases and roles with their uncertainty, from panels only."""
