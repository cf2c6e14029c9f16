"""How the resistance remembers: what drives a memristor's x in each memory mode."""
