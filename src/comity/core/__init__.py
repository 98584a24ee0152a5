"""Shared terms: who, when, what was said by whom, and how sure we are. Pure: no input, no output."""
