"""Assess: one object that every door calls."""

from comity.workspace._workspace import FORMATS, Question, Workspace

__all__ = ["FORMATS", "Question", "Workspace"]
