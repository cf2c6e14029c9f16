"""The regime map: the error of each method against the best reference, over the ratios that decide it."""
