"""The worth of each part of the default settings."""
