"""Judge the conditions of watches on an assessment: pure, without state and without sending."""
