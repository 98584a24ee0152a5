"""Assess: one object that every door calls."""

from comity.workspace._workspace import FORMATS, Workspace
from comity.workspace.question import Question

__all__ = ["FORMATS", "Question", "Workspace"]
