"""Match campaigns (对接活动): who meets whom under quotas and limits, why others do not, and what changed."""
