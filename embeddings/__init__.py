"""Text to vectors to neighbours. Knows neither parties nor HTTP."""
