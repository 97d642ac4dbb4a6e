"""Sound: decoded, fitted to a length, brought to a loudness, mixed and written."""
