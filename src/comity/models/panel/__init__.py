"""The reference panel: where a dyad stands among all politically relevant dyads."""
