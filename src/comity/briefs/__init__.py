"""Brief: sections of blocks, rendered as a page, as text and for a terminal."""
