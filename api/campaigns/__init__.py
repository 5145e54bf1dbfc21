"""Match campaigns as a service: plans become runs, runs become lists (对接活动)."""
