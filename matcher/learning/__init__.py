"""What came of matches (反馈与学习): outcomes, promises kept or not, funnels."""
