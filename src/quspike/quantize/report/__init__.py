"""A quantized circuit for its readers: as text, LaTeX and JSON, with its scales and what its approximations rest on."""
