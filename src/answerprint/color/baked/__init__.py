"""Transforms baked to lattices and curves that are many times as fast, with their error measured."""
