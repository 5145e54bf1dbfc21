"""Pages of duties to report: what is due when, drafts, what was sent."""
