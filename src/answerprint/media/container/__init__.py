"""Containers of movies byte by byte: boxes, elements, and the metadata in them and in bitstreams."""
