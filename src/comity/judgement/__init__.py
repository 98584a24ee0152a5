"""Judge: likelihood apart from confidence, ladder, drivers, tensions, the assessment itself."""
