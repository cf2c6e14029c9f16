"""The ladder of methods: one rung a file, each building a `Machine` for the spiking kernel."""
