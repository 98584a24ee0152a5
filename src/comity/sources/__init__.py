"""Collect: one module per publisher's dataset, found by its folder; nothing else is edited."""
