"""quspike: quantum memristive leaky integrate-and-fire neurons."""

__version__ = "0.1.0"
