"""What is there, and what its container says of it: counts, sequences, clocks, codecs, sizes."""
