"""One file per section: ORDER, TITLE, build(assessment) -> blocks."""
