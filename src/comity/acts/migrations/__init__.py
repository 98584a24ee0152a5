"""Changes of the tables of acts, in order; applied when a database is opened."""
