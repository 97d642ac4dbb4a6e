"""Judging: each check is arithmetic on measurements; no I/O, no images, no threads."""
