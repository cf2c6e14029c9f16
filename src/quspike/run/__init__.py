"""One simulation: what it is told (schema, load, toml), and how it is run."""
