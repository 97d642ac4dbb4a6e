"""Pictures beside the pictures that they belong to: pairs, pins, sources, masters."""
