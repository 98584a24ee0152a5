"""Judge: likelihood and confidence kept apart, ladder, drivers, tensions, and the assessment itself."""
