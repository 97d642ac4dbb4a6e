"""Look of one frame: tones, texture, colors and borders."""
