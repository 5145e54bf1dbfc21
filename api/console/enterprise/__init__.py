"""What an enterprise does at the console (企业): ask, compare, consent, follow up, keep its profile."""
