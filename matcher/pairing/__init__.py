"""Matching in stages: recall, eligibility, features, score, rank, explain."""
