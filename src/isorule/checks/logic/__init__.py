"""Checks of what rules ask of events."""
