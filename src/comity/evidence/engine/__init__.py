"""The only modules that open a database."""
