"""Frames in, numbers out: everything is measured in one pass over the pixels."""
