"""Whole archives of coded events: publisher's files to sorted Parquet, and queries over it."""
