"""comity assesses how two states really stand to each other, from dated, cited, graded evidence."""
