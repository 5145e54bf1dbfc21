"""Industries, regions, size classes, qualifications and codes (GB/T 4754, GB/T 2260, GB 32100)."""
