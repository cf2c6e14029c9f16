"""What a result says: hysteresis loops and their measures."""
