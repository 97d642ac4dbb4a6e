"""The pictures of deliverables: read once, placed, lettered, and led in by a slate."""
