"""Duties to report as a service (报送): what is due, what was sent, drafts from the platform's records."""
