"""Keep: what analysts do (reviews, forecasts, resolutions), in a database that only grows.

Nothing here is imported by a command that needs no act; SQLAlchemy comes with `database`.
"""
