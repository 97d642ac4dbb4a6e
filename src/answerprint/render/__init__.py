"""A report in, one format out."""
