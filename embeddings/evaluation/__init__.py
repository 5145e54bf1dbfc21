"""Measuring retrieval on what training never saw."""
