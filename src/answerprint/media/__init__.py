"""Readers and writers of pictures and sound: one module, one door, per foreign library."""
