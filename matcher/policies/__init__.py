"""What a policy gives in money (惠企政策): benefit formulas as data, lawful combinations, and the cost of a loan."""
