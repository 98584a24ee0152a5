"""One file per chart: assessment -> chart specification."""
