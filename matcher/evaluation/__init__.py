"""Metrics and simulated worlds (everything simulated says so)."""
