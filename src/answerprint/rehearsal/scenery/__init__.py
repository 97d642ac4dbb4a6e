"""Rendered scenes: the real media that rehearsals and the demo deliver."""
