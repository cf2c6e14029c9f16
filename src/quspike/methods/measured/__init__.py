"""A continuously measured membrane: Gaussian conditional moments, memories and spikes that follow the record."""
