"""One file per change: ``rNNNN_what.py``, with ``revision = "NNNN"``; numbers have no gaps."""
