"""Five-state eligibility: criteria as data, evaluated for one seeker or for a column of them."""
