"""Deliverables: presets as data, encoding, laying sound, and the proof of every finished file."""
