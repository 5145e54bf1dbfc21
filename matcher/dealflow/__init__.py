"""Deal flow (投资+孵化): pipelines as data, a deal's history, votes, limits, fees, exits, duties with dates."""
