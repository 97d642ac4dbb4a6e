"""How a clip moves: its gait, its course, and how far each of its steps goes."""
