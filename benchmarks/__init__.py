"""Budgets of the command line and of the estimator, measured in one run."""
