"""Investments: told, imported or paid by the platform's own deals; what they make of a fund's offers."""
