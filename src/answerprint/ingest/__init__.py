"""Taking deliveries in: which files make a clip, and safe unpacking."""
