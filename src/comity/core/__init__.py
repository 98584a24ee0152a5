"""Shared terms: who, when, who said so, and how sure we are. Pure: no input, no output."""
