"""Fetching: the one place that uses the network."""
