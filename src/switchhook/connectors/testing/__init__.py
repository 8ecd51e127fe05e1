"""What connectors are tested with, installed with the package so that third parties can use it."""
