"""Work that outlives a request (后台任务): workers, what they do for each kind of job, and the process they run in."""
