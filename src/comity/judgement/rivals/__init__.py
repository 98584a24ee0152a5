"""Rival explanations: what was seen of each test, and how far it speaks for whom."""
