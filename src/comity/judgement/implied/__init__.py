"""Declared rules on what an assessment means: what they may say, of what, and in which words."""
