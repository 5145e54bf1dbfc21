"""What leaves a campaign and what comes back (送达与反馈): lists, letters, bundles, returned workbooks, reports."""
